# TIMEOUT 300
"""A drive is pulled out, or one call on it or in the data directory fails, at
any moment of a sync: both sides are valid then (other readers than ours look),
nothing is said to be done that is not, and the next plug-in completes the rest.

Every N of a small sync with XIANGTU_LONG, an even sample otherwise; and random
N of a large one."""
import dataclasses
import os
import shutil
import signal
import tempfile

import tlog
from drives import SYSTEM, Drive, side_by_side, sync
from faults import FAMILIES, Faults
from lib import DONE, FAILED, LONG, REFUSED, check, equal, make_file, run

SMALL = None if LONG else 160  # points of the small sync
LARGE = 1000 if LONG else 60
SECONDS = 60
WORLDS = {}


@dataclasses.dataclass(frozen=True)
class Point:
    world: str
    way: str     # "out" of a county, "in" to a station
    side: str    # whose files fail: "drive" or "node"
    family: str
    after: str   # "once", "gone", "kill"
    number: int
    torn: bool = False

    def __str__(self):
        return (f"{self.world}, {self.way}, {self.side} side, {self.family} {self.number} "
                f"{self.after}{', torn' if self.torn else ''}")


class World:
    """A county with lessons, a drive it has filled, an empty station."""

    def __init__(self, s, name, region, files, base):
        self.s, self.name, self.base = s, name, base
        os.makedirs(self.path("originals"))
        self.county = s.county(name + "-county", region=region, words=["--announce", "off"],
                               directory=self.path("county"))
        self.station = s.station(self.county, name=name + "-station", region=region + "101203",
                                 words=["--announce", "off"], directory=self.path("station"))
        for number, lesson in enumerate(files):
            folder = self.path("originals", f"第{number}讲")
            os.mkdir(folder)
            for title, size in lesson.items():
                make_file(os.path.join(folder, title), size, number + size)
            self.county.publish(folder if len(lesson) > 1 else
                                os.path.join(folder, next(iter(lesson))),
                                f"第{number}讲", "产业/养殖", "--no-media")
        self.lessons = {lesson["btmh"]: lesson for lesson in self.county.lessons()}
        self.payload = {btmh: self.county.payload(btmh) for btmh in self.lessons}
        self.vkeys = self._vkeys()
        self.empty = Drive(s, self.path("empty"))
        os.mkdir(self.empty.path)
        self.full = Drive(s, self.path("full"))
        os.mkdir(self.full.path)
        sync(self.county, self.full)
        self.complete(self.full)
        self.clean = self.names(self.full)
        WORLDS[name] = self

    def path(self, *parts):
        return os.path.join(self.base, self.name, *parts)

    def _vkeys(self):
        with open(os.path.join(self.county.dir, "publisher.key")) as f:
            origin = f.read().split("+")[2]
        _, seed = tlog.read_secret(os.path.join(self.county.dir, "publisher.key"))
        return {origin: tlog.vkey_of(origin, tlog.public_of(seed))}

    @staticmethod
    def names(drive):
        """What files there are, statements and records aside."""
        return {os.path.relpath(os.path.join(where, name), drive.path)
                for where, _, names in os.walk(drive.path) for name in names
                if not os.path.relpath(where, drive.path).startswith(
                    (f"{SYSTEM}/node", f"{SYSTEM}/list", f"{SYSTEM}/up"))}

    def complete(self, drive):
        equal(drive.is_valid(self.vkeys), set(self.lessons), "lessons on the drive")

    # -- one attempt

    def begin(self, worker, point):
        """Fresh copies: (node, drive)."""
        at = self.path(f"worker-{worker}")
        shutil.rmtree(at, ignore_errors=True)
        template, drive = ((self.county, self.empty) if point.way == "out"
                           else (self.station, self.full))
        shutil.copytree(template.dir, os.path.join(at, "node"))
        shutil.copytree(drive.path, os.path.join(at, "drive"))
        node = type(template)(self.s, f"{self.name}-{worker}",
                              directory=os.path.join(at, "node"), address=template.address)
        return node, Drive(self.s, os.path.join(at, "drive"))

    def held(self, node):
        """btmhs of what it shows as held; the bytes must be the originals."""
        found = {lesson["btmh"] for lesson in node.lessons() if lesson["state"] == "held"}
        for btmh in found:
            equal(node.payload(btmh), self.payload[btmh], "held means these bytes")
        return found

    def count(self, way, side):
        """How many calls of each family an undisturbed sync makes."""
        point = Point(self.name, way, side, "", "", 0)
        node, drive = self.begin("count", point)
        faults = Faults(self.s, node.dir if side == "node" else drive.path)
        sync(node, drive, env=faults.env, timeout=SECONDS)
        counts = faults.counts()
        faults.close()
        return counts

    def attempt(self, worker, point):
        node, drive = self.begin(worker, point)
        faults = Faults(self.s, node.dir if point.side == "node" else drive.path,
                        point.family, point.number, point.after, torn=point.torn)
        codes = (DONE, FAILED, REFUSED) + ((-signal.SIGKILL,) if point.after == "kill" else ())
        try:
            result = sync(node, drive, codes=codes, env=faults.env, timeout=SECONDS) \
                if point.after != "kill" else killed(node, drive, faults)
            fired = faults.fired()
        finally:
            faults.close()
        # What is there now is true, as far as it goes.
        drive.is_valid(self.vkeys)
        held = self.held(node)
        if point.way == "out":
            equal(held, set(self.lessons), "the county lost nothing")
        if result and result.code == DONE and fired and result.report["state"] == "done":
            if point.way == "in":
                equal(held, set(self.lessons), "it said that all was done")
            else:
                self.complete(drive)
            check(not (point.after == "gone" and point.family == "fsync" and
                       point.side == "drive"), "safe, when nothing could be flushed")
        # The next plug-in completes the rest, and clears away what was begun.
        sync(node, drive, timeout=SECONDS)
        self.complete(drive)
        equal(self.names(drive), self.clean, "the files on the drive")
        equal(self.held(node), set(self.lessons), "in the end")
        if point.number % 8 == 0:
            equal(node.try_cli("check").code, DONE, "check")
        return fired


def killed(node, drive, faults):
    """The same with a program that dies at the call."""
    import lib
    result = lib.run_command(node.command("drive", "sync", drive.path, "--json"),
                             env=faults.env, timeout=SECONDS)
    check(result.code in (DONE, FAILED, REFUSED, -signal.SIGKILL), f"{result}")
    return None if result.code != DONE else with_report(result)


def with_report(result):
    result.report = result.json()
    return result


def one(point):
    """In a process forked from this one."""
    try:
        return WORLDS[point.world].attempt(os.getpid(), point)
    except AssertionError as e:
        return f"{point}: {e}"


def go_through(world, points):
    """All points, on as many processors as there are; how many went off."""
    fired, broken = 0, 0
    for result in side_by_side(one, points):
        if isinstance(result, bool):
            fired += result
            continue
        broken += 1
        print(f"BROKEN {result}\n", flush=True)
        if os.environ.get("XIANGTU_ALL_CASES") != "1":
            break
    check(not broken, f"{broken} points of {world.name}")
    return fired


def every_point(world):
    for way in ("out", "in"):
        for side in ("drive", "node"):
            counts = world.count(way, side)
            print(f"   {world.name}, {way}, {side}: {counts}", flush=True)
            for family in FAMILIES:
                for after in ("once", "gone" if side == "drive" else "kill"):
                    for number in range(1, counts[family] + 1):
                        yield Point(world.name, way, side, family, after, number,
                                    family == "write" and number % 2 == 0)


def evenly(points, wanted):
    """A sample in which each way, side, family and kind has its first, its
    last, and evenly some between."""
    if wanted is None or wanted >= len(points):
        return points
    groups = {}
    for point in points:
        groups.setdefault((point.way, point.side, point.family, point.after), []).append(point)
    chosen = []
    for group in groups.values():
        count = min(len(group), max(2, wanted * len(group) // len(points)))
        chosen += {group[i * (len(group) - 1) // max(1, count - 1)] for i in range(count)}
    return chosen


def story(s):
    # Fsyncs are many; what they mean is for 19 to see.
    base = tempfile.mkdtemp(prefix="xiangtu-16-", dir="/dev/shm" if os.path.isdir("/dev/shm")
                            else s.dir)
    s.cleanup.callback(shutil.rmtree, base, True)
    small = World(s, "small", "431081", [{"课.bin": 100_000},
                                         {"a.bin": 70_000, "b.bin": 100, "c.bin": 40_000}], base)
    points = list(every_point(small))
    chosen = evenly(points, SMALL)
    fired = go_through(small, chosen)
    print(f"small: {len(chosen)} of {len(points)} points, {fired} went off", flush=True)

    large = World(s, "large", "431022", [
        {f"{n}-{m}.bin": 1000 + 150_000 * ((n * 7 + m * 3) % 11) for m in range(n % 3 + 1)}
        for n in range(12)], base)
    points = list(every_point(large))
    chosen = s.random.sample(points, min(LARGE, len(points)))
    fired = go_through(large, chosen)
    print(f"large: {len(chosen)} random points of {len(points)}, {fired} went off "
          f"(seed {s.seed})", flush=True)


run(story)
