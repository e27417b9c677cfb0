# TIMEOUT 300
"""Every bad drive there is comes to a station and to a county: nobody crashes,
hangs, grows, or believes it; what is sound on it is taken, what is not is said;
nothing is lost and nothing is written that is not ours. A good drive afterwards
brings the rest."""
import os
import shutil

import hostile
from drives import Drive, sync
from lib import FAILED, DONE, REFUSED, check, equal, run, sha256_of, tree_of

SECONDS = 20  # for a drive with three small lessons
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
        self.count = 0

    def a_file(self, name, size):
        return self.s.file(name, size)

    def publish(self, name, path):
        self.lessons[name] = self.county.publish(path, name, "产业/养殖", "--no-media")

    def again(self, node, name):
        """A node as it was before, in a place of its own."""
        directory = self.s.path(name)
        shutil.rmtree(directory, ignore_errors=True)
        shutil.copytree(node.dir, directory)
        twin = type(node)(self.s, name, directory=directory, address=node.address)
        return twin


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
    check(result.rss < MEMORY, f"{what}: {result.rss} bytes of memory")
    equal({name: sha256_of(os.path.join(node.dir, name)) for name in before}, before,
          f"{what}: keys and settings")
    has = held(t, node)
    check(had <= has, f"{what}: lost {had - has}")
    check(sum(log["size"] for log in node.status()["logs"]) >= size, f"{what}: the log went back")
    return result, has


def is_said(result):
    report = result.report or {}
    return bool(result.err.strip() or report.get("trouble") or report.get("left"))


def one_case(t, case):
    s = t.s
    victim = s.path("victim")
    shutil.rmtree(victim, ignore_errors=True)
    os.mkdir(victim)
    drive = t.good.copy(s.path("bad"))
    bad = hostile.Bad(drive, victim, {name: lesson["btmh"] for name, lesson in t.lessons.items()},
                      t.county.dir, t.station.dir, t.origin)
    case.spoil(bad)
    outside = tree_of(victim), sorted(os.listdir(s.dir))

    station = t.again(t.station, "the-station")
    result, has = visit(t, station, drive, case.name)
    if case.takes is not None:
        equal(has - {"甲"}, case.takes, f"{case.name}: taken; {result}")
        check(case.takes == hostile.ALL or is_said(result), f"{case.name}: not a word: {result}")
    county = t.again(t.county, "the-county")
    visit(t, county, drive, case.name + ", at the county")

    os.makedirs(s.path("the-station"), exist_ok=True)
    equal(tree_of(victim), outside[0], f"{case.name}: files that are not on the drive")
    equal(set(os.listdir(s.dir)) - set(outside[1]) - {"the-station", "the-county"}, set(),
          f"{case.name}: nothing made beside the drive")
    for path, content in t.foreign.items():
        full = drive.at(path)
        if os.path.exists(full):
            with open(full, "rb") as f:
                equal(f.read(), content, f"{case.name}: {path}")
        else:
            check(path.startswith("乡土课件") and "乡土课件" in case.name,
                  f"{case.name}: {path} is gone")

    sync(station, t.good.copy(s.path("good-again")), codes=(DONE, FAILED, REFUSED))
    has = held(t, station)
    equal(has, {"甲", "乙", "丙"} if case.completes else {"甲"} | (has - {"甲"}),
          f"{case.name}: after a good drive")
    if t.count % 10 == 0:
        equal(station.try_cli("check").code, DONE, f"{case.name}: check")
    t.count += 1
    for name in ("bad", "good-again"):
        shutil.rmtree(s.path(name))


def story(s):
    t = Templates(s)
    only = os.environ.get("XIANGTU_CASE", "")
    broken = []
    for case in hostile.cases(t.other_county):
        if only not in case.name:
            continue
        try:
            one_case(t, case)
        except AssertionError as e:
            if os.environ.get("XIANGTU_ALL_CASES") != "1":
                raise
            print(f"BROKEN {case.name}: {e}\n", flush=True)
            broken.append(case.name)
            for name in ("bad", "good-again"):
                shutil.rmtree(s.path(name), ignore_errors=True)
    print(f"{t.count} bad drives", flush=True)
    check(not broken, f"{len(broken)} cases: {broken}")


run(story)
