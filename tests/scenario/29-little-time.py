# TIMEOUT 120
"""The operator has little time: `--minutes` carries the records first, then the
lesson that is due soonest, says what was left, and ends when it said it would;
the next visit brings the rest."""
import shutil
import time

from drives import Drive, sync
from lib import ForgetFS, USAGE, check, equal, run

SIZE = 8_000_000
RATE = 1_000_000  # bytes a second: a lesson takes 8 s


def story(s):
    county = s.county(words=["--announce", "off"])
    station = s.station(county, words=["--announce", "off"], upstream="http://127.0.0.1:9")
    first = county.publish(s.file("1.bin", SIZE), "第1课", "产业/养殖", "--no-media",
                           "--date", "2026-01-01")
    due = county.publish(s.file("2.bin", SIZE), "第2课", "产业/养殖", "--no-media",
                         "--date", "2025-01-01")
    third = county.publish(s.file("3.bin", SIZE), "第3课", "产业/养殖", "--no-media",
                           "--date", "2026-02-01")
    fs = ForgetFS(s)
    drive = Drive(s, fs.path)
    # The catalog alone comes first, so that a day can be set.
    sync(county, drive)
    empty = Drive(s)
    sync(county, empty)
    for folder in ("乡土课件", ".xiangtu/place", ".xiangtu/list", ".xiangtu/torrent"):
        shutil.rmtree(empty.at(folder))
    sync(station, empty)
    station.cli("pin", due["id"], "--by", "2099-12-01")
    station.add_record("一张便条")

    equal(station.try_cli("drive", "sync", drive.path, "--minutes", "0").code, USAGE, "no time")
    fs.slow(RATE)
    began = time.monotonic()
    result = sync(station, drive, "--minutes", "0.4")  # 24 s; all three take as long
    took = time.monotonic() - began
    fs.slow(0)
    report = result.report
    check(took < 24 + 15, f"it ends when it said it would: {took:.1f} s")
    equal(report["state"], "some_left", report)
    check(report["safe"], "and may be pulled out")
    equal(report["records_out"], 1, "the records went first")
    equal(station.state(due["id"]), "held", f"what is due came: {report}")
    left = {(one["id"], one["way"], one["why"]) for one in report["left"]}
    check((first["id"], "in", "time") in left, f"the oldest, wanted by no day, is left: {report}")
    check(left <= {(one["id"], "in", "time") for one in (first, third)}, f"what is left: {left}")

    report = sync(station, drive).report
    equal(report["state"], "done", report)
    for lesson in (first, due, third):
        equal(station.state(lesson["id"]), "held", lesson["title"])
    check(report["in_bytes"] < 2 * SIZE, f"what came in part was not copied again: {report}")
    report = sync(county, drive).report
    equal(report["records_in"], 1, "the records arrived")
    fs.close()


run(story)
