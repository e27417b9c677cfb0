# TIMEOUT 90
"""A village without any line joins from a drive, or from a folder that holds a
mirror: it believes the same root, has no upstream, and runs. Folders and drives
that are not what they should be make no node, and say why."""
import json
import os
import shutil

from lib import DONE, FAILED, REFUSED, check, equal, run

PLACE = ["--level", "station", "--name", "联坪村", "--region", "431081101203"]


def node_is_made(node):
    return os.path.exists(os.path.join(node.dir, "node.conf"))


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def drive_of(s, mirror, name):
    """A drive as a node of the county leaves it: the mirror below .xiangtu."""
    drive = s.path(name)
    shutil.copytree(mirror, os.path.join(drive, ".xiangtu"))
    return drive


def joins(s, county, name, place, *words):
    node = s.node(name)
    node.init(*PLACE, "--join", place, *words)
    ours, theirs = node.cli_json("trust", "show"), county.cli_json("trust", "show")
    for key in ("fingerprint", "words_zh", "root", "trust", "publishers"):
        equal(ours[key], theirs[key], f"{name}: {key}")
    equal(node.lessons(), [], f"{name}: no lessons yet")
    return node


def hostile(s, drive):
    """(name, what is wrong with it, the exit codes that will do)"""
    system = os.path.join(drive, ".xiangtu")
    notes = ["trust/root/1.note", "trust/trust.note"]

    def made(name, change):
        folder = s.path(f"hostile-{name}")
        shutil.copytree(drive, folder, symlinks=True)
        change(os.path.join(folder, ".xiangtu"))
        return name, folder

    def without_join(change):
        def both(top):
            os.unlink(os.path.join(top, "join.json"))
            change(top)
        return both

    def instead(path, make):
        def change(top):
            os.unlink(os.path.join(top, path))
            make(os.path.join(top, path))
        return change

    def alter(path, old, new):
        def change(top):
            data = read(os.path.join(top, path))
            check(old in data, f"{path} has {old}")
            write(os.path.join(top, path), data.replace(old, new))
        return change

    def huge(path):
        write(path, b"")
        os.truncate(path, 1 << 40)

    yield made("empty", lambda top: shutil.rmtree(top)), (FAILED,)
    yield made("join-link", instead("join.json", lambda path: os.symlink(
        os.path.join(system, "join.json"), path))), (REFUSED,)
    yield made("join-pipe", instead("join.json", os.mkfifo)), (REFUSED,)
    yield made("join-folder", instead("join.json", os.mkdir)), (REFUSED,)
    yield made("join-huge", instead("join.json", huge)), (FAILED, REFUSED)
    yield made("join-noise", instead("join.json", lambda path: write(path, os.urandom(5000)))), \
        (FAILED, REFUSED)
    yield made("join-altered", alter("join.json", b"region=431081", b"region=430000")), (REFUSED,)
    for note in notes:
        name = os.path.basename(note)
        yield made(f"{name}-link", without_join(instead(note, lambda path: os.symlink(
            os.path.join(system, note), path)))), (REFUSED,)
        yield made(f"{name}-pipe", without_join(instead(note, os.mkfifo))), (REFUSED,)
        yield made(f"{name}-gone", without_join(instead(note, lambda path: None))), (FAILED,)
        yield made(f"{name}-huge", without_join(instead(note, huge))), (FAILED, REFUSED)
    yield made("trust-altered", without_join(
        alter("trust/trust.note", b"region=431081", b"region=430000"))), (REFUSED,)
    yield made("trust-folder-link", without_join(lambda top: (
        shutil.rmtree(os.path.join(top, "trust")),
        os.symlink(os.path.join(system, "trust"), os.path.join(top, "trust"))))), \
        (FAILED, REFUSED)


def nothing_hostile_makes_a_node(s, drive):
    for (name, folder), codes in hostile(s, drive):
        node = s.node(f"never-{name}")
        result = node.try_init(*PLACE, "--join", folder)
        check(result.code in codes, f"{name}: {result}")
        check(result.err.strip(), f"{name}: says why")
        check(not node_is_made(node), f"{name}: no node was made")
        # The same directory joins from what is in order.
        if name in ("trust-altered", "join-pipe"):
            equal(node.try_init(*PLACE, "--join", drive).code, DONE, f"{name}: afterwards")


def another_countys_trust_is_refused(s, drive):
    other = s.county("other", region="431022", title="宜章县")
    other.status()  # makes its catalog
    mirror = s.path("foreign")
    other.cli("log", "export", mirror)
    mixed = s.path("mixed")
    shutil.copytree(drive, mixed)
    os.unlink(os.path.join(mixed, ".xiangtu", "join.json"))
    shutil.copy(os.path.join(mirror, "trust", "trust.note"),
                os.path.join(mixed, ".xiangtu", "trust", "trust.note"))
    node = s.node("never-mixed")
    equal(node.try_init(*PLACE, "--join", mixed).code, REFUSED, "another county's trust")
    check(not node_is_made(node), "no node was made")


def story(s):
    county = s.county()
    county.publish(s.file("1.bin", 300_000), "第一课")
    mirror = s.path("mirror")
    county.cli("log", "export", mirror)
    words = county.cli_json("trust", "show")["words_zh"]

    # From a mirror in a folder, and from a drive with and without a join file.
    joins(s, county, "by-mirror", mirror)
    drive = drive_of(s, mirror, "drive")
    station = joins(s, county, "by-drive", drive, "--fingerprint", words)
    bare = drive_of(s, mirror, "bare")
    os.unlink(os.path.join(bare, ".xiangtu", "join.json"))
    joins(s, county, "by-notes", bare)
    before = read(os.path.join(drive, ".xiangtu", "trust", "trust.note"))
    said = s.node("said")
    told = said.try_cli("init", *PLACE, "--join", drive)
    check(told.code == DONE and f"xiangtu drive sync '{drive}'" in told.out, f"what is next: {told}")

    # It runs, with nobody to ask.
    station.start()
    equal(station.status()["upstreams"], [], "no upstream")
    equal(station.status()["words_zh"], words, "the county's root")
    station.stop()

    # What a join file of a drive says of upstreams counts.
    join = json.loads(read(os.path.join(drive, ".xiangtu", "join.json")))
    named = drive_of(s, mirror, "named")
    write(os.path.join(named, ".xiangtu", "join.json"),
          json.dumps(dict(join, upstream=["http://127.0.0.9:1"])).encode())
    node = joins(s, county, "by-named", named)
    check("http://127.0.0.9:1" in read(os.path.join(node.dir, "node.conf")).decode(), "upstream")

    wrong = s.node("wrong-words")
    equal(wrong.try_init(*PLACE, "--join", drive, "--fingerprint", "一 二 三").code, REFUSED,
          "another fingerprint")
    check(not node_is_made(wrong), "another fingerprint makes no node")
    nothing_hostile_makes_a_node(s, drive)
    another_countys_trust_is_refused(s, drive)
    equal(read(os.path.join(drive, ".xiangtu", "trust", "trust.note")), before,
          "joining leaves the drive alone")


run(story)
