# TIMEOUT 300
"""A thief has the county's publisher key and goes on in its log, further than
the county itself. The office ends the log at the last good entry and names
another that goes on. Wherever that trust note comes, by line or by drive, what
the thief said is gone and what the county had said stays; the successor
revises and withdraws it. Who joins later hears it from whoever holds it. And a
station that has entries, but not the trust note they cite, says so and waits."""
import base64
import os
import re
import shutil

import tlog
from drives import Drive, sync
from lib import Relay, answer_with, check, equal, http_get, run, stays, wait_for

NOWHERE = "http://127.0.0.1:9"
QUIET = ["--announce", "off"]
NEXT = "zixing.example/431081/lessons-2"


def log_of(node, origin):
    return next((log for log in node.status()["logs"] if log["origin"] == origin), None)


def titles(node):
    return sorted(lesson["title"] for lesson in node.lessons())


def steal(s, county):
    """The same log continued elsewhere with the real key. (Two machines with
    one key: the copy gets an identity of its own and its keys back.)"""
    thief = county.copy("thief")
    thief.set_conf("http", thief.http)
    thief.set_conf("swarm", thief.swarm)
    thief.set_conf("url", thief.url)
    thief.cli("init", "--new-identity")
    shutil.move(os.path.join(thief.dir, "publisher.key.copied"),
                os.path.join(thief.dir, "publisher.key"))
    return thief


def sign_trust(county, change):
    """The next trust note, as those who hold the root would sign it, put where
    the county serves it from. The county does not run."""
    path = os.path.join(county.dir, "trust", "trust.note")
    with open(path, encoding="utf-8") as f:
        text = f.read().rpartition("\n\n")[0] + "\n"
    version = int(re.search(r"^version (\d+)$", text, re.M).group(1)) + 1
    text = re.sub(r"^version \d+$", f"version {version}", text, flags=re.M)
    text = change(text)
    name, seed = tlog.read_secret(os.path.join(county.dir, "root.key"))
    note = tlog.sign_note(text, name, seed)
    with open(path, "wb") as f:
        f.write(note if isinstance(note, bytes) else note.encode())
    return version


def publisher_line(node):
    with open(os.path.join(node.dir, "office.request"), encoding="utf-8") as f:
        key = re.search(r"^publisher (\S+)$", f.read(), re.M).group(1)
    return f"publisher {NEXT} key={key} region=431081 topic=* delegate=yes\n"


def revoke(county, office, origin, size, root):
    """The statements in their order: publishers, recipients, cut-offs."""
    def change(text):
        at = text.index("publisher ")
        return (text[:at] + publisher_line(office) + text[at:] +
                f"cutoff {origin} size={size} root={root} successor={NEXT}\n")
    return sign_trust(county, change)


def check_ended(node, origin, good, bad, size):
    wait_for(lambda: log_of(node, origin).get("ended_at") == size, 40,
             f"{node.name} hears of the end")
    wait_for(lambda: not set(bad) & set(titles(node)), 40, "what the thief said is gone")
    check(set(good) <= set(titles(node)), f"what was said before stays: {titles(node)}")
    log = log_of(node, origin)
    equal((log["size"], log["forked"]), (size, False), "held up to its end, fork or not")
    equal(log["successor"], NEXT, "who goes on")


def check_evidence(node, origin, vkey, size):
    """What the stolen key signed beyond is kept, and proves itself."""
    found = []
    for e in node.status()["evidence"]:
        lines = tlog.open_note(e["theirs"].encode(), [vkey]).split("\n")
        equal(lines[0], origin, "of that log")
        found.append(int(lines[1]))
    check(any(n > size for n in found), f"a note from beyond {size}: {found}")


def quarantine(s, county, office, origin):
    """The entries come, the trust note they cite does not."""
    # Whoever stands between passes on all but trust.
    relay = Relay(s, office.url)
    late = s.station(county, name="late", upstream=relay.url, words=QUIET,
                     region="431081101205", title="迟村").start()
    known = office.publish(s.file("known.bin", 20_000), "按旧信任文件说的课")
    late.wait_held(known["id"])
    relay.rules = [(r"/trust/", answer_with(404))]
    office.stop()
    county.stop()
    version = sign_trust(county, lambda text: text.replace(
        "topic=* delegate=yes\n", "topic=* lesson-bytes=900000000 delegate=yes\n", 1))
    shutil.copy(os.path.join(county.dir, "trust", "trust.note"),
                os.path.join(office.dir, "trust", "trust.note"))
    county.start()
    office.start()
    first = office.publish(s.file("new.bin", 20_000), "按新信任文件说的课")
    second = office.publish(s.file("new2.bin", 20_000), "其后的课")

    def waits():
        log = log_of(late, NEXT)
        return log.get("needs_trust") == version and log["size"] > log["waits_at"]
    wait_for(waits, 60, "it says which trust note it needs")
    text = late.cli("status")
    check(str(version) in text and ("needs trust note" in text or "需要信任文件" in text),
          f"people are told: {text}")
    stays(lambda: late.lesson(first["id"]) is None and late.lesson(second["id"]) is None, 1,
          "what came after waits")
    equal(late.state(known["id"]), "held", "what came before does not")
    late.stop()
    late.start()
    wait_for(waits, 30, "a restart changes nothing")
    check(relay.count(r"/trust/trust.note") > 0, "it asks for the note")
    relay.rules = []
    for lesson in (first, second):
        late.wait_held(lesson["id"], 120)
    check("needs_trust" not in log_of(late, NEXT), "nothing waits any more")


def story(s):
    county = s.county(words=QUIET).start()
    near = s.station(county, name="near", words=QUIET).start()
    good = [county.publish(s.file(f"{n}.bin", 30_000), f"县里第{n}课") for n in range(3)]
    for lesson in good:
        near.wait_held(lesson["id"])
    origin = county.status()["origin"]
    vkey = county.publisher_keys()[origin]
    size, root = county.heads()[origin]
    equal(size, 3, "three entries")
    join = county.join_file()
    county.stop()
    thief = steal(s, county)
    stolen = [thief.publish(s.file(f"t{n}.bin", 30_000), f"贼第{n}课", "产业/养殖", "--alone")
              for n in range(4)]
    thief.start()
    bad = [lesson["title"] for lesson in stolen]
    # One village hears the thief only, one both, and then sees the fork.
    far = s.station(None, name="far", upstream=thief.url, join=join, words=QUIET,
                    region="431081101204", title="远村").start()
    for lesson in good + stolen:
        far.wait_held(lesson["id"])
    # The county, which has not heard of it, goes on, too.
    own = county.publish(s.file("own.bin", 30_000), "县里被夹带的课", "产业/养殖", "--alone")
    county.start()
    near.wait_held(own["id"])
    both = s.station(None, name="both", upstream=thief.url, join=join,
                     words=QUIET + ["--upstream", county.url],
                     region="431081101206", title="两边村").start()
    wait_for(lambda: log_of(both, origin)["forked"], 60, "two histories are seen")

    # The office makes another log, and the root ends the stolen one.
    office = s.node("office")
    office.init("--level", "county", "--name", "资兴市新机", "--region", "431081",
                "--join", join, "--upstream", county.url, "--origin", NEXT, *QUIET)
    county.stop()
    revoke(county, office, origin, size, root)
    with open(os.path.join(county.dir, "node.conf"), "a", encoding="utf-8") as f:
        f.write(f"upstream = {office.url}\n")
    county.start()
    office.start()
    wait_for(lambda: log_of(office, NEXT) is not None, 40, "the office may publish")
    for lesson in good:
        office.wait_held(lesson["id"])
    good_titles = [lesson["title"] for lesson in good]
    bad.append(own["title"])
    check_ended(near, origin, good_titles, bad, size)
    check_ended(both, origin, good_titles, bad, size)
    check_evidence(both, origin, vkey, size)
    check(titles(far) != titles(near), "the note has not come to the far village yet")

    # The successor goes on: a new lesson, a revision, a withdrawal.
    fresh = office.publish(s.file("fresh.bin", 30_000), "继任者的课")
    office.publish(s.file("rev.bin", 31_000), "县里第0课，第二版", "产业/养殖",
                   "--revises", good[0]["id"])
    office.cli("withdraw", good[1]["id"], "--reason", "有误")
    for node in (near, both):
        node.wait_held(fresh["id"])
        wait_for(lambda n=node: n.lesson(good[0]["id"])["rev"] == 2, 40, "revised")
        wait_for(lambda n=node: n.state(good[1]["id"]) == "withdrawn", 40, "withdrawn")

    # By drive to the village that nothing else reaches but the thief.
    wait_for(lambda: county.heads().get(NEXT, (0,))[0] == 3, 40, "the county has all of it")
    drive = Drive(s)
    county.cli("drive", "prepare", drive.path, "--folder")
    sync(county, drive)
    county.cli("drive", "check", drive.path)  # nobody signed just that size
    sync(far, drive)
    check_ended(far, origin, ["县里第0课，第二版", "县里第2课", "继任者的课"], bad, size)
    equal(far.state(good[1]["id"]), "withdrawn", "withdrawn there, too")
    check_evidence(far, origin, vkey, size)
    equal(log_of(thief, origin)["size"], 7, "the thief goes on showing his")
    stays(lambda: log_of(far, origin)["size"] == size and not set(bad) & set(titles(far)), 1,
          "it counts nowhere any more")

    # Who joins later gets the good part from a village that had held the bad.
    young = s.station(county, name="young", upstream=far.url, words=QUIET,
                      region="431081101207", title="新村").start()
    young.wait_held(good[2]["id"])
    check_ended(young, origin, ["县里第2课", "继任者的课"], bad, size)
    quarantine(s, county, office, origin)


run(story)
