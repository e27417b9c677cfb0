# TIMEOUT 400
"""Every bad drive there is comes to a station and to a county: nobody crashes,
hangs, grows, or believes it; what is sound on it is taken, what is not is said;
nothing is lost and nothing is written that is not ours. A good drive afterwards
brings the rest."""
import os
import shutil

import hostile
from drives import SYSTEM, Drive, side_by_side, sync
from lib import SANITIZED, FAILED, DONE, REFUSED, check, equal, run, sha256_of, tree_of

SECONDS = 60 if SANITIZED else 20  # for a drive with three small lessons
MEMORY = 96_000_000


class Templates:
    """A county with three lessons, a station that has the first of them, the
    drive with all."""

    def __init__(self, s):
        self.s = s
        self.county = s.county(words=["--announce", "off"])
        self.lessons = {}
        self.publish("甲", self.a_file("甲.bin", 200_000))
        early = Drive(s)
        sync(self.county, early)
        self.station = s.station(self.county, words=["--announce", "off"])
        sync(self.station, early)
        equal(self.station.state(self.lessons["甲"]["id"]), "held", "the first lesson is there")
        self.publish("乙", self.a_file("乙.bin", 700_000))
        folder = s.path("丙")
        os.makedirs(os.path.join(folder, "讲义"))
        shutil.copy(self.a_file("1.bin", 300_000), folder)
        shutil.copy(self.a_file("2.bin", 900), os.path.join(folder, "讲义"))
        self.publish("丙", folder)
        self.good = early
        sync(self.county, self.good)
        self.foreign = {"readme.txt": b"mine", "假期/照片.jpg": b"jpeg" * 1000,
                        "乡土课件/我的笔记.txt": "笔记".encode()}
        for path, content in self.foreign.items():
            self.good.write(content, *path.split("/"))
        self.bytes = {name: sorted(self.county.payload(lesson["btmh"]).values())
                      for name, lesson in self.lessons.items()}
        self.origin = self.lessons["甲"]["id"].split("#")[0]
        other = s.county("other", region="431022", title="宜章县")
        self.other_county = other.dir

    def a_file(self, name, size):
        return self.s.file(name, size)

    def publish(self, name, path):
        self.lessons[name] = self.county.publish(path, name, "产业/养殖", "--no-media")

    def again(self, node, directory):
        """A node as it was before, in a place of its own."""
        shutil.rmtree(directory, ignore_errors=True)
        shutil.copytree(node.dir, directory)
        return type(node)(self.s, os.path.basename(directory), directory=directory,
                          address=node.address)


def held(t, node):
    """Names of the lessons it shows as held; each must be what was signed."""
    names = set()
    states = {lesson["id"]: lesson["state"] for lesson in node.lessons()}
    for name, lesson in t.lessons.items():
        if states.get(lesson["id"]) == "held":
            names.add(name)
            equal(sorted(node.payload(lesson["btmh"]).values()), t.bytes[name],
                  f"{node.name}: bytes of {name}")
    return names


def visit(t, node, drive, what):
    before = {name: sha256_of(os.path.join(node.dir, name))
              for name in ("node.key", "node.conf")}
    had = held(t, node)
    size = sum(log["size"] for log in node.status()["logs"])
    result = sync(node, drive, codes=(DONE, FAILED, REFUSED), timeout=SECONDS)
    check(SANITIZED or result.rss < MEMORY, f"{what}: {result.rss} bytes of memory")
    equal({name: sha256_of(os.path.join(node.dir, name)) for name in before}, before,
          f"{what}: keys and settings")
    has = held(t, node)
    check(had <= has, f"{what}: lost {had - has}")
    check(sum(log["size"] for log in node.status()["logs"]) >= size, f"{what}: the log went back")
    return result, has


def is_said(result):
    report = result.report or {}
    return bool(result.err.strip() or report.get("trouble") or report.get("left"))


def one_case(t, case, number):
    base = t.s.path(f"case-{number}")
    at = lambda name: os.path.join(base, name)  # noqa: E731
    os.makedirs(at("victim"))
    drive = t.good.copy(at("bad"))
    bad = hostile.Bad(drive, at("victim"),
                      {name: lesson["btmh"] for name, lesson in t.lessons.items()},
                      t.county.dir, t.station.dir, t.origin)
    case.spoil(bad)
    outside = tree_of(at("victim"))

    station = t.again(t.station, at("station"))
    result, has = visit(t, station, drive, "at a station")
    if case.takes is not None:
        equal(has - {"甲"}, case.takes, f"taken; {result}")
    check(not case.says or has >= {"甲"} | hostile.ALL or is_said(result), f"not a word: {result}")
    county = t.again(t.county, at("county"))
    visit(t, county, drive, "at the county")

    equal(tree_of(at("victim")), outside, "files that are not on the drive")
    equal(sorted(os.listdir(base)), ["bad", "county", "station", "victim"],
          "nothing made beside the drive")
    for path, content in t.foreign.items():
        full = drive.at(path)
        if os.path.exists(full):
            with open(full, "rb") as f:
                equal(f.read(), content, path)
        else:
            check(path.startswith("乡土课件") and "乡土课件" in case.name, f"{path} is gone")

    sync(station, t.good.copy(at("good")), codes=(DONE, FAILED, REFUSED))
    has = held(t, station)
    equal(has, {"甲", "乙", "丙"} if case.completes else {"甲"} | (has - {"甲"}),
          "after a good drive")
    if number % 10 == 0:
        equal(station.try_cli("check").code, DONE, "check")
    shutil.rmtree(base)


def joining(t):
    """`init --join` with a bad drive: another county is never joined unseen, and
    no half node is left."""
    ways = {"a link": hostile.link, "a pipe": hostile.special("pipe"), "cut": hostile.cut,
            "1 TiB of nothing": hostile.sparse, "other bytes": hostile.flipped,
            "nested": hostile.nested, "missing": hostile.missing}
    words = t.county.status()["words_zh"]
    for number, (way, what) in enumerate((way, what) for way in ways for what in (
            "join file", "trust note", "root note")):
        drive = t.good.copy()
        victim = t.s.path(f"join-victim-{number}")
        os.mkdir(victim)
        bad = hostile.Bad(drive, victim, {}, t.county.dir, t.station.dir, t.origin)
        ways[way](bad, {"join file": f"{SYSTEM}/join.json",
                        "trust note": f"{SYSTEM}/trust/trust.note",
                        "root note": f"{SYSTEM}/trust/root/1.note"}[what])
        node = type(t.station)(t.s, f"joins-{number}", address=t.station.address)
        result = node.try_init("--level", "station", "--name", "村", "--region", "431081101203",
                               "--join", drive.path, "--fingerprint", words)
        check(result.code in (DONE, FAILED, REFUSED), f"join, {what}: {way}: {result}")
        if result.code == DONE:
            equal(node.status()["fingerprint"], t.county.status()["fingerprint"],
                  f"join, {what}: {way}")
        else:
            check(result.err.strip() and not os.path.exists(os.path.join(node.dir, "node.conf")),
                  f"join, {what}: {way}: half a node: {result}")
        shutil.rmtree(drive.path)
    result = t.s.node("joins-another").try_init(
        "--level", "station", "--name", "村", "--region", "431081101203", "--fingerprint", words,
        "--join", foreign_drive(t))
    equal(result.code, REFUSED, "another county's drive, with the words of ours")
    print("ok: joining", flush=True)


def foreign_drive(t):
    drive = Drive(t.s)
    hostile.another_county(t.other_county)(hostile.Bad(drive, "", {}, "", "", "x"))
    return drive.path


WORLD, CASES = [], []


def try_number(number):
    """In a process forked from this one, which knows the case by its number."""
    try:
        one_case(WORLD[0], CASES[number], number)
        return None
    except AssertionError as e:
        return f"{CASES[number].name}: {e}"


def story(s):
    WORLD.append(Templates(s))
    only = os.environ.get("XIANGTU_CASE", "")
    every = [case for case in hostile.cases(WORLD[0].other_county) if only in case.name]
    CASES.extend(every)
    if not only:
        joining(WORLD[0])
    broken = []
    for problem in side_by_side(try_number, range(len(every))):
        if problem:
            broken.append(problem)
            print(f"BROKEN {problem}\n", flush=True)
            if os.environ.get("XIANGTU_ALL_CASES") != "1":
                break
    check(not broken, f"{len(broken)} of {len(every)} bad drives")
    print(f"{len(every)} bad drives", flush=True)


run(story)
