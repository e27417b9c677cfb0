# TIMEOUT 240
"""The drives people bring: ext4, exFAT, NTFS, FAT, each mounted as it is
elsewhere. A county fills one, it is pulled out properly and plugged in again,
and a station takes everything in: odd names, a poster, a file in parts. Then
write-protected, and full."""
import contextlib
import os
import shutil

import drives
import tlog
from drives import LESSONS, SYSTEM, Drive, sync
from lib import DONE, FAILED, LONG, REFUSED, check, equal, make_file, make_video, run

PART = 64 << 20
ODD = ("黑山羊: 春季?防疫", "a/b\\c", "NUL", "x" * 150, "课 ", "é\u0301 与 É")


def make_county(s):
    county = s.county(words=["--announce", "off"])
    lessons = []
    for number, title in enumerate(ODD):
        lessons.append(county.publish(s.file(f"{number}.bin", 50_000), title, "产业/养殖",
                                      "--no-media"))
    folder = s.path("一套")
    os.makedirs(os.path.join(folder, "讲义"))
    make_video(os.path.join(folder, "黑山羊.mp4"), 1)
    make_file(os.path.join(folder, "讲义", "讲义.pdf"), 3000)
    with open(os.path.join(folder, "黑山羊.srt"), "w", encoding="utf-8") as f:
        f.write("1\n00:00:00,000 --> 00:00:01,000\n羊\n")
    lessons.append(county.publish(folder, "成套的课", "产业/养殖/黑山羊"))
    lessons.append(county.publish(s.file("大课.bin", PART + 5_000_000), "大课", "科技",
                                  "--no-media"))
    return county, lessons


def vkeys(county):
    origin, seed = tlog.read_secret(os.path.join(county.dir, "publisher.key"))
    return {origin: tlog.vkey_of(origin, tlog.public_of(seed))}


def everything_is_held(county, station, lessons):
    for lesson in lessons:
        equal(station.state(lesson["id"]), "held", lesson["title"])
        equal(sorted(station.payload(lesson["btmh"]).values()),
              sorted(county.payload(lesson["btmh"]).values()), lesson["title"])


def out_and_in(s, county, lessons, kind, drive):
    drive.write(b"mine", "照片", "a.jpg")
    # Files in parts wherever: this drive is also for an old TV.
    drive.write(b'{"xiangtu":"drive/v1","id":"%s","parts":%d}' % (b"5a" * 16, PART),
                SYSTEM, "drive.json")
    report = sync(county, drive, timeout=200).report
    equal(sorted(one["id"] for one in report["out"]), sorted(one["id"] for one in lessons),
          f"{kind}: loaded")
    check(report["safe"], f"{kind}: safe to remove")
    drive.unmount()
    drive.mount()
    # What any TV or PC sees.
    big = next(lesson for lesson in lessons if lesson["title"] == "大课")
    names = sorted(os.listdir(drive.folder_of(big["btmh"])))
    check(any(name.endswith(".001") for name in names) and
          any(name.endswith(".002") for name in names), f"{kind}: in parts: {names}")
    for where, folders, files in os.walk(drive.at(LESSONS)):
        for name in folders + files:
            check(not set(name) & set('\\/:*?"<>|') and not name.endswith((".", " ")) and
                  name.split(".")[0].upper() != "NUL", f"{kind}: a name that is safe: {name!r}")
            check(not name.endswith(".001") or
                  os.path.getsize(os.path.join(where, name)) == PART, "the first part is whole")
    together = drive.folder_of(lessons[len(ODD)]["btmh"])
    found = [os.path.splitext(name)[1] for name in os.listdir(together)]
    check({".mp4", ".srt", ".jpg"} <= set(found), f"{kind}: poster and subtitles beside it: {found}")
    for lesson in lessons:
        equal(sorted(drive.payload(lesson["btmh"]).values()),
              sorted(county.payload(lesson["btmh"]).values()), f"{kind}: {lesson['title']}")
    tlog.audit_folder(drive.system("tlog", tlog.origin_hash(next(iter(vkeys(county))))),
                      next(iter(vkeys(county).values())), tiles=True)

    station = s.station(county, name=f"on-{kind}", words=["--announce", "off"])
    report = sync(station, drive, timeout=200).report
    check(report["safe"], f"{kind}: safe to remove again")
    everything_is_held(county, station, lessons)
    equal(drive.read("照片", "a.jpg"), b"mine", f"{kind}: foreign files")
    drive.unmount()

    protected(s, county, lessons, kind, drive)
    drive.mount()
    equal(drive.read("照片", "a.jpg"), b"mine", f"{kind}: foreign files")


def protected(s, county, lessons, kind, drive):
    """Write-protected: everything comes in, and it is said that nothing goes out."""
    drive.mount(read_only=True)
    station = s.station(county, name=f"protected-{kind}", words=["--announce", "off"])
    result = sync(station, drive, codes=(DONE, FAILED), timeout=200)
    everything_is_held(county, station, lessons)
    said = " ".join(result.report["trouble"]) + result.err
    check(said.strip(), f"{kind}: write-protected, and not a word: {result}")
    drive.unmount()


def a_full_drive(s, county, lessons):
    """No room for all: what fits is whole, the rest is said, nothing foreign goes."""
    with contextlib.suppress(drives.Skip):
        drive = drives.file_system(s, "ext4", 24)
        drive.write(b"m" * 10_000_000, "电影.avi")
        result = sync(county, drive, "--route", "431081101203", codes=(DONE, FAILED))
        equal([one["why"] for one in result.report["left"] if one["title"] == "大课"],
              ["no_room"], "the large one does not fit")
        check(len(result.report["out"]) == len(lessons) - 1, f"the others do: {result.report}")
        check(result.report["safe"], "safe to remove")
        equal(drive.is_valid(vkeys(county)), {one["btmh"] for one in lessons
                                              if one["title"] != "大课"}, "whole")
        equal(drive.read("电影.avi"), b"m" * 10_000_000, "foreign files")
        station = s.station(county, name="from-full", words=["--announce", "off"])
        sync(station, drive)
        equal(station.state(lessons[0]["id"]), "held", "and a station takes them")
        drive.unmount()


def beyond_4_gib(s, county):
    """A file no FAT takes: carried in parts of itself (XIANGTU_LONG)."""
    path = s.path("长.bin")
    with open(path, "wb") as f:
        f.truncate((4 << 30) + 12_345)
        f.seek(4 << 30)
        f.write(b"the end")
    lesson = county.publish(path, "四吉多", "科技", "--no-media", timeout=600)
    os.unlink(path)
    drive = drives.file_system(s, "vfat", 4400)
    sync(county, drive, timeout=600)
    names = os.listdir(drive.folder_of(lesson["btmh"]))
    equal(len([name for name in names if name[-4:] in (".001", ".002")]), 2, f"{names}")
    station = s.station(county, name="long", words=["--announce", "off"])
    sync(station, drive, timeout=600)
    equal(station.payload(lesson["btmh"]), county.payload(lesson["btmh"]), "4 GiB and more")
    drive.unmount()


def story(s):
    county, lessons = make_county(s)
    told = []
    for kind, drive in drives.available(s, 200):
        out_and_in(s, county, lessons, kind, drive)
        told.append(kind)
        print("ok:", kind, flush=True)
    a_full_drive(s, county, lessons)
    if LONG:
        with contextlib.suppress(drives.Skip):
            beyond_4_gib(s, county)
    # And the same on a folder, where parts and names are no different.
    folder = Drive(s)
    folder.mount = lambda read_only=False: folder
    folder.unmount = lambda: None
    if not told:
        out_and_in(s, county, lessons, "folder", folder)
        raise drives.Skip("no file system could be mounted; told on a folder only")


run(story)
