"""`xiangtu drive sync`, out and in, against cp, rsync and cp with sha256sum of
the same bytes; and a visit that has nothing new to do.

No node runs: a sync works on the data directory itself. The drive is a folder
beside it, on the same disk, so both sides share its speed; so do those that are
measured beside it."""

import os
import shutil
import statistics
import subprocess

from drives import Drive, measured, sync
from lib import check, equal, need_program, tree_of
from rows import Row

LESSONS = 8
MEGABYTES = int(os.environ.get("DRIVE_MEGABYTES", "512"))  # of each lesson
MANY = 1000
MEMORY = 64_000_000


def forget(*folders):
    """Out of the page cache: all of it where allowed, else these files."""
    for folder in folders:
        subprocess.run(["sync", "-f", folder], check=True)
    try:
        with open("/proc/sys/vm/drop_caches", "w") as f:
            f.write("1\n")
        return "dropped"
    except OSError:
        pass
    for folder in folders:
        for where, _, names in os.walk(folder):
            for name in names:
                fd = os.open(os.path.join(where, name), os.O_RDONLY)
                os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
                os.close(fd)
    return "asked to forget these files"


def shell(command, source, target):
    os.mkdir(target)
    how = forget(source)
    took = measured(["sh", "-ec", command, "sh", source, target], timeout=1800)
    equal(took.code, 0, command)
    shutil.rmtree(target)
    return took.seconds, how


PEERS = {
    "cp and sync": 'cp -r "$1/." "$2" && sync -f "$2"',
    "rsync and sync": 'rsync -r "$1/" "$2" && sync -f "$2"',
    # Who wants to know that the copy is right reads it back.
    "cp, sync and sha256sum": 'cp -r "$1/." "$2" && sync -f "$2" && find "$2" -type f '
                              '-exec sha256sum {} + >/dev/null',
}


def beside(s, source, times):
    """One round of the others on the bytes in `source`."""
    how = ""
    for name, command in PEERS.items():
        seconds, how = shell(command, source, s.path("copy"))
        times.setdefault(name, []).append(seconds)
    return how


def a_full_county(s):
    county = s.county(words=("--announce", "off"))
    for number in range(1, LESSONS + 1):
        path = s.path(f"{number}.bin")
        with open("/dev/urandom", "rb") as source, open(path, "wb") as f:
            for _ in range(MEGABYTES):
                f.write(source.read(1 << 20))
        county.publish(path, f"第{number}讲", "产业/养殖", "--no-media", timeout=900)
        os.unlink(path)
    return county


def the_way_out(s, county, rounds):
    ours, times, rss, how = [], {}, 0, ""
    payload = os.path.join(county.dir, "payload")
    drive = None
    for number in range(rounds):
        # In turns, and each of them first and last as often.
        if number % 2:
            how = beside(s, payload, times)
        if drive:
            shutil.rmtree(drive.path)
        drive = Drive(s)
        how = forget(payload) or how
        result = sync(county, drive, timeout=1800)
        equal(len(result.report["out"]), LESSONS, "lessons loaded")
        ours.append(result.seconds)
        rss = max(rss, result.rss)
        if not number % 2:
            how = beside(s, payload, times)
    return drive, statistics.median(ours), times, rss, how


def the_way_in(s, county, drive, rounds):
    ours, times, rss = [], {}, 0
    lessons = drive.at("乡土课件")
    expected = sorted(tree_of(os.path.join(county.dir, "payload")).values())
    for number in range(rounds):
        if number % 2:
            beside(s, lessons, times)
        station = s.station(county, name=f"station-{number}", words=("--announce", "off"))
        forget(lessons)
        result = sync(station, drive, timeout=1800)
        equal([one["state"] for one in result.report["in"]], ["held"] * LESSONS, "lessons taken")
        ours.append(result.seconds)
        rss = max(rss, result.rss)
        if number == 0:
            equal(sorted(tree_of(os.path.join(station.dir, "payload")).values()), expected,
                  "bytes")
        shutil.rmtree(station.dir)
        if not number % 2:
            beside(s, lessons, times)
    return statistics.median(ours), times, rss


def row(name, seconds, times, rss, note):
    size = LESSONS * MEGABYTES * 1048576 / 1e6
    peer = {which: statistics.median(values) for which, values in times.items()}
    ratio = peer["cp and sync"] / seconds
    others = "; ".join(f"{which}: {size / one:.0f} MB/s, ratio {one / seconds:.2f}"
                       for which, one in peer.items())
    yield Row(name, size / seconds, "MB/s", peer=size / peer["cp and sync"],
              peer_name="cp and sync", target="ratio >= 0.9", met=ratio >= 0.9,
              note=f"{LESSONS} lessons of {MEGABYTES} MiB, every piece verified on its way, "
                   f"flushed. {others}. {note}")
    yield Row(name + ", memory", rss / 1e6, "MB", target="<= 64 MB", met=rss <= MEMORY,
              note="the most that the sync had resident")


def nothing_new(b, s):
    """A drive that has a thousand lessons, and two who have them all."""
    county = s.county("county-of-many", words=("--announce", "off"))
    b.fill(county, MANY, MANY)
    drive = Drive(s)
    first = sync(county, drive, timeout=600)
    check(len(first.report["out"]) == MANY, f"loaded {len(first.report['out'])}")
    station = s.station(county, name="station-of-many", words=("--announce", "off"))
    sync(station, drive, timeout=600)
    took = {"county": [], "station": []}
    for _ in range(max(3, b.rounds)):
        for name, node in (("county", county), ("station", station)):
            forget(drive.path)
            again = sync(node, drive, timeout=600)
            equal((len(again.report["in"]), len(again.report["out"])), (0, 0), "nothing new")
            took[name].append(again.seconds)
    worst = max(statistics.median(times) for times in took.values())
    yield Row("drive, a visit without news", worst, "s", target="<= 1 s", met=worst <= 1,
              note=f"{MANY} lessons on the drive, all held; county "
                   f"{statistics.median(took['county']):.2f} s, station "
                   f"{statistics.median(took['station']):.2f} s; the first visits took "
                   f"{first.seconds:.1f} s out")


def measure(b):
    for program in ("cp", "rsync", "sha256sum", "sync"):
        need_program(program)
    s = b.scenario("drive")
    county = a_full_county(s)
    drive, seconds, times, rss, how = the_way_out(s, county, b.rounds)
    yield from row("drive, out", seconds, times, rss, f"Page cache {how}.")
    seconds, times, rss = the_way_in(s, county, drive, b.rounds)
    yield from row("drive, in", seconds, times, rss, "A new station each round.")
    shutil.rmtree(drive.path)
    shutil.rmtree(county.dir)
    yield from nothing_new(b, s)
