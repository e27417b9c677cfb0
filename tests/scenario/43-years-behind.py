# TIMEOUT 240
"""Stations that slept through five changes of the root, of its keys and its
threshold each time, walk forward: by an upstream, by a drive, by files. A relay
or a drive that leaves out a version or shows a forged one holds them back, and
never misleads them."""
import json
import os
import shutil

from ceremony import change_root, refused
from drives import sync
from lib import (REFUSED, Relay, Response, check, equal, http_get, run, stays,
                 wait_for)

NOWHERE = "http://127.0.0.1:9"
# (keys, threshold) of roots 2 … 6
ROOTS = [(5, 3), (3, 2), (7, 5), (1, 1), (5, 3)]
LAST = 1 + len(ROOTS)


def at(node):
    status = node.status()
    return status["root"], status["trust"]


def arrives(node, what):
    wait_for(lambda: at(node) == (LAST, LAST), 60, f"{node.name}, {what}, is at root {LAST}")


def years_pass(s, county):
    """Roots 2 … 6, each signed by exactly as many as must; the folders of
    each."""
    folders, keys, threshold = [], [os.path.join(county.dir, "root.key")], 1
    for version, (count, needed) in enumerate(ROOTS, start=2):
        folder = s.path(f"root-{version}")
        keys = change_root(county, folder, keys[:threshold], count, needed)
        threshold = needed
        folders.append(folder)
    equal(at(county), (LAST, LAST), "the county")
    return folders


def forged_root(s, county, folders):
    """A root 3 that two of root 2's keys have signed; three must."""
    join = s.path("upto2")
    os.mkdir(join)
    for version in (1, 2):
        note = http_get(f"{county.url}/trust/root/{version}.note").body
        with open(os.path.join(join, f"root-{version}.note"), "wb") as f:
            f.write(note)
    folder = s.path("forged")
    county.cli("trust", "init", "--keys", 1, "--threshold", 1, "--to", folder, "--unprotected",
               "--after", join)
    note = os.path.join(folder, "root-3.note")
    county.cli("trust", "sign", note, "--root", join, "--key", f"{folders[0]}/root-1.key",
               "--key", f"{folders[0]}/root-2.key")
    with open(note, "rb") as f:
        return f.read()


def by_upstream(s, county, sleeper, lesson):
    sleeper.start()
    arrives(sleeper, "by its upstream")
    sleeper.wait_held(lesson["id"])


def a_relay_between(s, county, sleeper, answer, what):
    """It never goes beyond root 2 by this relay, and gets there once the relay
    is honest again."""
    relay = Relay(s, county.url, [(r"/trust/root/3\.note", lambda path, real: answer)])
    sleeper.set_conf("upstream", relay.url)
    sleeper.start()
    wait_for(lambda: relay.count(r"/trust/root/3\.note") > 0, 60, f"{what} is asked for")
    wait_for(lambda: at(sleeper)[0] == 2, 60, f"{what}: it walks as far as it can")
    stays(lambda: at(sleeper) in ((2, 1), (2, 2)), 2, f"{what}: it stays at root 2")
    relay.rules.clear()
    arrives(sleeper, f"after {what}")
    sleeper.stop()


def a_liar_and_an_honest_one(s, county, sleeper, forged):
    """Two upstreams, one shows a forged root 3: the other is asked."""
    relay = Relay(s, county.url,
                  [(r"/trust/root/3\.note", lambda path, real: Response(200, {}, forged))])
    sleeper.set_conf("upstream", f"{relay.url}\nupstream = {county.url}")
    sleeper.start()
    arrives(sleeper, "with a liar beside an honest upstream")
    sleeper.stop()


def root_file(drive, version):
    return os.path.join(drive, ".xiangtu", "trust", "root", f"{version}.note")


def trust_file(drive):
    return os.path.join(drive, ".xiangtu", "trust", "trust.note")


def join_reaches(drive, version):
    """Have the drive's join file end at a root."""
    path = os.path.join(drive, ".xiangtu", "join.json")
    with open(path, encoding="utf-8") as f:
        join = json.load(f)
    join["roots"] = join["roots"][:version]
    join.pop("trust", None)
    with open(path, "w", encoding="utf-8") as f:
        json.dump(join, f)


def by_join_file(s, county, sleepers):
    """The join file has what is spoilt elsewhere; and a trust note that nobody
    can judge, because somebody has made it up, keeps no office's from
    travelling."""
    drive = s.path("drive-with-join")
    os.mkdir(drive)
    county.cli("drive", "prepare", drive, "--folder")
    made_up = b"xiangtu-trust/v1\nversion 900\nroot 900\n\n\xe2\x80\x94 x AAAAAAAA\n"
    os.makedirs(os.path.dirname(trust_file(drive)), exist_ok=True)
    with open(trust_file(drive), "wb") as f:
        f.write(made_up)
    sync(county, drive)
    with open(trust_file(drive), "rb") as f:
        equal(f.read(), made_up, "what the county cannot judge stays")
    sync(sleepers[0], drive)
    equal(at(sleepers[0]), (LAST, LAST), "by the join file, past a made-up trust note")
    os.remove(root_file(drive, 3))
    sync(sleepers[1], drive)
    equal(at(sleepers[1]), (LAST, LAST), "by the join file, past a root note that is gone")


def by_drive(s, county, sleepers, forged):
    """A good drive, one that lacks root 3, one with a forged root 3."""
    drive = s.path("drive")
    os.mkdir(drive)
    county.cli("drive", "prepare", drive, "--folder")
    sync(county, drive)
    lame = s.path("lame-drive")
    shutil.copytree(drive, lame)
    os.remove(root_file(lame, 3))
    join_reaches(lame, 2)

    sync(sleepers[0], drive)
    equal(at(sleepers[0]), (LAST, LAST), "by the drive")

    # Whoever cannot judge a newer trust note leaves it for the next.
    trust_note = trust_file(lame)
    with open(trust_note, "rb") as f:
        newest = f.read()
    report = sync(sleepers[1], lame)
    equal(at(sleepers[1])[0], 2, "by a drive that lacks root 3")
    check("missing" in str(report.report), f"what it says of that: {report.report}")
    with open(trust_note, "rb") as f:
        equal(f.read(), newest, "the trust note on a drive that lacks a root")

    with open(root_file(lame, 3), "wb") as f:
        f.write(forged)
    sync(sleepers[1], lame, codes=(REFUSED,))
    equal(at(sleepers[1])[0], 2, "by a drive with a forged root 3")
    sync(sleepers[1], drive)
    equal(at(sleepers[1]), (LAST, LAST), "by a good drive after that")


def by_files(s, county, sleeper, folders, forged):
    """`trust accept` takes all of them at once, in any order; not with one
    missing, nor with one forged."""
    notes = [os.path.join(folder, f"root-{version}.note")
             for version, folder in enumerate(folders, start=2)]
    trust = os.path.join(folders[-1], f"trust-{LAST}.note")
    without = [note for note in notes if not note.endswith("root-3.note")]
    result = sleeper.try_cli("trust", "accept", *without)
    check(result.code == 1 and "root 4 cannot follow root 2" in result.err, result)
    fake = s.path("fake-root-3.note")
    with open(fake, "wb") as f:
        f.write(forged)
    refused(sleeper, "trust", "accept", fake)
    equal(at(sleeper)[0], 2, "after a missing and a forged one")
    sleeper.cli("trust", "accept", trust, *reversed(notes))
    equal(at(sleeper), (LAST, LAST), "by files")


def story(s):
    county = s.county(words=["--unprotected"])
    join = county.join_file()

    def sleeper(number, upstream=NOWHERE):
        return s.station(county, name=f"station-{number}", title=f"村{number}",
                         region=f"4310811012{number:02}", upstream=upstream, join=join,
                         words=["--announce", "off"])

    line = sleeper(1, county.url)
    carried = [sleeper(2), sleeper(3)]
    behind = [sleeper(4), sleeper(5), sleeper(6)]
    filed = sleeper(7)
    joined = [sleeper(8), sleeper(9)]
    folders = years_pass(s, county)
    county.start()
    lesson = county.publish(s.file("课.bin", 30_000), "黑山羊")
    forged = forged_root(s, county, folders)

    by_upstream(s, county, line, lesson)
    a_relay_between(s, county, behind[0], Response(404, {}, b""), "a version that is left out")
    a_relay_between(s, county, behind[1], Response(200, {}, forged), "a forged version")
    a_liar_and_an_honest_one(s, county, behind[2], forged)
    by_drive(s, county, carried, forged)
    by_join_file(s, county, joined)
    by_files(s, county, filed, folders, forged)


run(story)
