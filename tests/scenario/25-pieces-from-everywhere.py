# TIMEOUT 120
"""One lesson out of three thirds: a drive has one and bad bytes beside it, a
neighbour has another, the township the last. No one of them has it, the station
ends with it; what was good on the drive is fetched by nobody again."""
import os

from drives import Drive, sync
from lib import DONE, REFUSED, check, equal, run, stays

SIZE = 6 << 20  # thirds of it end where a piece does
THIRD = SIZE // 3


def keep_third(path, which):
    """Other bytes wherever it is not the `which`-th third."""
    with open(path, "r+b") as f:
        for number in range(3):
            if number != which:
                f.seek(number * THIRD)
                f.write(b"\xee" * THIRD)


def payload_file(folder):
    return next(os.path.join(where, name) for where, _, names in os.walk(folder)
                for name in names)


def holder_of(node, drive, lesson, which):
    """A node that took it all in, and then lost all but a third."""
    sync(node, drive)
    equal(node.state(lesson["id"]), "held", f"{node.name} had it")
    keep_third(payload_file(os.path.join(node.dir, "payload", lesson["btmh"])), which)
    node.try_cli("check", lesson["id"])
    check(node.state(lesson["id"]) != "held", f"{node.name} has not all of it any more")
    return node


def story(s):
    county = s.county(words=["--announce", "off"])
    lesson = county.publish(s.file("课.bin", SIZE), "拼起来的课", "产业/养殖", "--no-media")
    whole = sorted(county.payload(lesson["btmh"]).values())
    drive = Drive(s)
    sync(county, drive)
    nowhere = "http://127.0.0.1:9"
    join = county.join_file()
    township = holder_of(s.township(county, join=join, upstream=nowhere,
                                    words=["--announce", "off"]), drive, lesson, 1)
    neighbour = holder_of(s.station(county, "431081101204", "黄草村", "neighbour", join=join,
                                    upstream=nowhere, words=["--announce", "off"]),
                          drive, lesson, 2)
    station = s.station(county, join=join, upstream=township.url,
                        words=["--announce", "off", "--neighbour", neighbour.url]).start()
    keep_third(payload_file(drive.folder_of(lesson["btmh"])), 0)

    result = sync(station, drive, codes=(DONE, 1, 3))
    equal([one["state"] for one in result.report["in"]], ["partial"], "a part of it came")
    check(SIZE // 4 < result.report["in_bytes"] < SIZE // 2, f"a third: {result.report}")
    check(result.report["left"] or result.report["trouble"], "and it is said that more lacks")
    check(station.state(lesson["id"]) != "held", "a third is not a lesson")

    neighbour.start()
    stays(lambda: station.state(lesson["id"]) != "held", 2, "nor are two")
    township.start()
    station.wait_held(lesson["id"], 60)
    equal(sorted(station.payload(lesson["btmh"]).values()), whole, "all of it, bytes as signed")
    equal(station.try_cli("check").code, DONE, "check")
    # The others got from it what they lacked.
    for node in (neighbour, township):
        node.wait_held(lesson["id"], 60)
        node.stop()
    station.stop()
    the_drive_is_mended(s, station, drive, lesson, whole)


def the_drive_is_mended(s, station, drive, lesson, whole):
    """`drive check` finds the bad bytes, a visit that repairs puts good ones there."""
    equal(station.try_cli("drive", "check", drive.path).code, REFUSED, "the check finds it")
    sync(station, drive, "--repair")
    equal(sorted(drive.payload(lesson["btmh"]).values()), whole, "on the drive, too")
    equal(station.try_cli("drive", "check", drive.path).code, DONE, "and is content")


run(story)
