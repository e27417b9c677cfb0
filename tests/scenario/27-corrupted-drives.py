# TIMEOUT 240
"""Bytes rot: a good drive, some of whose files were flipped, cut, swapped,
doubled or lost at random, comes to a station that has everything but a lesson,
to one that has nothing and to the county. Nobody crashes, hangs or believes
it; what the drive still truly has arrives; a good drive brings the rest.

XIANGTU_CASE=N repeats one case of XIANGTU_SEED."""
import hashlib
import os
import random
import shutil
import tempfile

from drives import SYSTEM, Drive, side_by_side, sync
from lib import DONE, FAILED, LONG, REFUSED, check, equal, run, sha256_of
import tlog

CASES = 500 if LONG else 16
SECONDS = 30  # for a drive with four small lessons
WORLD = []


class World:
    """A county with four lessons, a station that is enrolled and has the first
    of them, a township that has been heard of; the drive that met them all."""

    def __init__(self, s):
        self.s = s
        self.county = s.county(words=["--announce", "off"])
        self.lessons = {}
        self.publish("甲", s.file("甲.bin", 200_000))
        self.good = Drive(s)
        join = self.county.join_file()
        sync(self.county, self.good)
        self.station = s.station(self.county, words=["--announce", "off"], join=join)
        self.fresh = s.station(self.county, region="431081101207", title="黄草村", name="fresh",
                               words=["--announce", "off"], join=join)
        sync(self.station, self.good)
        sync(self.county, self.good)
        self.county.enrol(self.station)
        self.publish("乙", s.file("乙.bin", 700_000))
        self.publish("丙", self.a_folder())
        self.publish("丁", s.file("丁.bin", 17))
        sync(self.county, self.good)
        self.station_before = s.path("station-before")
        shutil.copytree(self.station.dir, self.station_before)
        for number in range(3):
            self.station.add_record(f"第{number}次 " * 99)
        self.county_before = s.path("county-before")
        shutil.copytree(self.county.dir, self.county_before)
        self.record_hash = tlog.origin_hash(
            "xiangtu/records/" + self.station.cli_json("status")["node"])
        sync(self.station, self.good)
        self.entries = self.station.own_records()["entries"]
        equal(self.entries, 4, "three notes, and how the machine is")
        check(os.path.exists(self.good.system("up", self.record_hash, "checkpoint")),
              "the drive carries the records")
        self.bytes = {name: sorted(self.county.payload(lesson["btmh"]).values())
                      for name, lesson in self.lessons.items()}
        self.log = f"{SYSTEM}/tlog/" + tlog.origin_hash(self.lessons["甲"]["id"].split("#")[0])
        self.folders = {name: self.good.places()[lesson["btmh"]]["folder"]
                        for name, lesson in self.lessons.items()}

    def publish(self, name, path):
        self.lessons[name] = self.county.publish(path, name, "产业/养殖", "--no-media")

    def a_folder(self):
        folder = self.s.path("丙")
        os.makedirs(os.path.join(folder, "讲义"))
        for number, size in enumerate((300_000, 70_000, 900, 0)):
            source = self.s.file(f"{number}.bin", size) if size else os.devnull
            shutil.copyfile(source, os.path.join(folder, "讲义" if number % 2 else "",
                                                 f"{number}.bin"))
        return folder

    def still_there(self, changed):
        """What a drive truly has after these files were changed, so that whoever
        wants it must get it: names of lessons, the catalog, the records."""
        def sound(*prefixes):
            return not any(path.startswith(prefix) for path in changed for prefix in prefixes)
        catalog = sound(self.log, f"{SYSTEM}/trust", f"{SYSTEM}/drive.json")
        lessons = {name for name, lesson in self.lessons.items()
                   if catalog and sound(f"{SYSTEM}/torrent/{lesson['btmh']}",
                                        f"{SYSTEM}/place/{lesson['btmh']}",
                                        f"{SYSTEM}/list/place", self.folders[name])}
        records = catalog and sound(f"{SYSTEM}/up/{self.record_hash}", f"{SYSTEM}/list/up")
        return catalog, lessons, records


# --- rot -----------------------------------------------------------------------

def files_of(drive):
    found = []
    for where, _, names in os.walk(drive.path):
        found += [os.path.relpath(os.path.join(where, name), drive.path) for name in names]
    return sorted(found)


def flip(source, data, _):
    for _ in range(source.choice((1, 1, 1, 8, 200))):
        if data:
            data[source.randrange(len(data))] ^= 1 << source.randrange(8)


def cut(source, data, _):
    del data[source.randrange(len(data) + 1):]


def grow(source, data, other):
    data += source.choice((b"\0", b"\n", other[:5000], source.randbytes(400), b"9" * 70))


def zero(source, data, _):
    start = source.randrange(len(data) + 1)
    end = min(len(data), start + source.choice((1, 512, 4096, 1 << 20)))
    data[start:end] = bytes(end - start)


def become(source, data, other):
    data[:] = other


def mix(source, data, other):
    start = source.randrange(len(data) + 1)
    data[start:start + 4096] = other[start:start + 4096]


def digits(source, data, _):
    """Numbers are what sizes are made of."""
    where = [i for i, byte in enumerate(data) if 48 <= byte <= 57]
    if where:
        data[source.choice(where):][:0] = b""
        at = source.choice(where)
        data[at:at + 1] = source.choice((b"9" * 30, b"-1", b"0", b"18446744073709551615", b"e9"))


def lines(source, data, _):
    rows = bytes(data).split(b"\n")
    if len(rows) < 4000:
        source.shuffle(rows)
        data[:] = b"\n".join(rows[:source.choice((1, 2, len(rows), len(rows)))])


WAYS = (flip, flip, flip, cut, grow, zero, become, mix, digits, lines)


def rot(source, drive):
    """Change one file, or a few; returns the paths that are not as they were."""
    every = files_of(drive)
    small = [path for path in every if path.startswith(SYSTEM)]
    told, before = [], {}
    for _ in range(source.choice((1, 1, 2, 3, 6))):
        path, other = source.choice(source.choice((every, small))), source.choice(every)
        for one in (path, other):
            if one not in before and os.path.exists(drive.at(one)):
                before[one] = sha256_of(drive.at(one))
        how = source.choice(("change",) * 8 + ("swap", "lose"))
        told.append(f"{how} {path}")
        if not os.path.exists(drive.at(path)) or not os.path.exists(drive.at(other)):
            continue
        if how == "lose":
            os.unlink(drive.at(path))
        elif how == "swap":
            os.rename(drive.at(path), drive.at("swapped"))
            os.rename(drive.at(other), drive.at(path)) if path != other else None
            os.rename(drive.at("swapped"), drive.at(other))
            told[-1] += f" with {other}"
        else:
            way = source.choice(WAYS)
            told[-1] = f"{way.__name__} {path} ({other})"
            data = bytearray(drive.read(path))
            way(source, data, drive.read(other))
            drive.write(bytes(data), path)
    changed = {path for path, digest in before.items()
               if not os.path.exists(drive.at(path)) or sha256_of(drive.at(path)) != digest}
    return changed, "; ".join(told)


# --- one case ------------------------------------------------------------------

def held(w, node):
    states = {lesson["id"]: lesson["state"] for lesson in node.lessons()}
    names = {name for name, lesson in w.lessons.items() if states.get(lesson["id"]) == "held"}
    for name in names:
        equal(sorted(node.payload(w.lessons[name]["btmh"]).values()), w.bytes[name],
              f"{node.name}: bytes of {name}")
    return names


def again(w, node, directory, before=None):
    shutil.copytree(before or node.dir, directory)
    return type(node)(w.s, os.path.basename(directory), directory=directory,
                      address=node.address)


def visit(w, node, drive, had):
    keys = [sha256_of(os.path.join(node.dir, name)) for name in ("node.key", "node.conf")]
    result = sync(node, drive, codes=(DONE, FAILED, REFUSED), timeout=SECONDS)
    check("Sanitizer" not in result.err and "runtime error" not in result.err, result)
    equal([sha256_of(os.path.join(node.dir, name)) for name in ("node.key", "node.conf")], keys,
          "keys and settings")
    has = held(w, node)
    check(had <= has, f"{node.name}: lost {had - has}")
    equal(node.try_cli("check").code, DONE, f"{node.name}: check")
    return result, has


def one_case(w, number):
    source = random.Random(w.s.seed * 1000 + number)
    shm = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    base = tempfile.mkdtemp(prefix="xiangtu-rot-", dir=shm)
    try:
        told = rotten(w, source, number, base)
    finally:
        shutil.rmtree(base)
    return told


def rotten(w, source, number, base):
    os.mkdir(os.path.join(base, "d"))
    bad = w.good.copy(os.path.join(base, "d"))
    changed, told = rot(source, bad)
    catalog, lessons, records = w.still_there(changed)
    try:
        order = ["old", "fresh", "county"]
        source.shuffle(order)
        for who in order:
            directory = os.path.join(base, who)
            # Each meets the drive as it was spoiled: who comes first may mend.
            drive = bad.copy(os.path.join(base, "d-" + who))
            if who == "old":
                node, had = again(w, w.station, directory, w.station_before), {"甲"}
            elif who == "fresh":
                node, had = again(w, w.fresh, directory), set()
            else:
                node, had = again(w, w.county, directory, w.county_before), set(w.lessons)
            result, has = visit(w, node, drive, had)
            if who == "county":
                entries = [log["entries"] for log in node.records("enrolled")]
                check(not records or entries == [w.entries], f"county: records {entries}: {result}")
                # What the county mended, a station can use.
                sync(node, drive, "--repair", codes=(DONE, FAILED, REFUSED), timeout=SECONDS)
                reader = again(w, w.fresh, os.path.join(base, "reader"))
                result, has = visit(w, reader, drive, set())
                if not any(path.startswith((f"{SYSTEM}/trust", f"{SYSTEM}/drive.json"))
                           for path in changed):
                    equal(has, set(w.lessons), f"after --repair at the county: {result}")
                continue
            check(lessons <= has, f"{who}: {lessons - has} did not come: {result}")
            _, has = visit(w, node, w.good.copy(os.path.join(base, "g-" + who)), has)
            equal(has, set(w.lessons), f"{who}: after a good drive")
    except AssertionError as e:
        return f"case {number} ({told}): {e}"
    return None


def try_number(number):
    """In a process forked from this one."""
    return one_case(WORLD[0], number)


def story(s):
    WORLD.append(World(s))
    only = os.environ.get("XIANGTU_CASE")
    numbers = [int(only)] if only else range(int(os.environ.get("XIANGTU_CASES") or CASES))
    broken = []
    for problem in side_by_side(try_number, numbers):
        if problem:
            broken.append(problem)
            print(f"BROKEN {problem}\n", flush=True)
            if os.environ.get("XIANGTU_ALL_CASES") != "1":
                break
    check(not broken, f"{len(broken)} of {len(numbers)} corrupted drives")
    print(f"{len(numbers)} corrupted drives", flush=True)


run(story)
