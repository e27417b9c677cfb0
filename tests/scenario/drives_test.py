"""File systems in images come and go, and keep what was written."""
import os

import drives
import tlog
from lib import check, equal, run


def images(s):
    for kind, drive in drives.available(s, 64):
        drive.write(b"hello" * 1000, "乡土课件", "产业", "黑山羊.txt")
        drive.unmount()
        check(not os.path.ismount(drive.path), f"{kind}: unmounted")
        equal(os.listdir(drive.path), [], f"{kind}: nothing below the mount point")
        drive.mount()
        equal(drive.read("乡土课件", "产业", "黑山羊.txt"), b"hello" * 1000, kind)
        print("ok:", kind, flush=True)


def reading_a_drive(s):
    drive = drives.Drive(s)
    data = {"a.mp4": b"a" * 100_000, "讲义/b.pdf": b"b" * 5}
    torrent, btmh = tlog.make_torrent({tuple(path.split("/")): content
                                       for path, content in data.items()}, "课")
    drive.write(torrent, ".xiangtu", "torrent", btmh)
    drive.write("xiangtu-place/v1\nfolder 乡土课件/产业/课\nposter 课.jpg\n".encode(),
                ".xiangtu", "place", btmh)
    drive.write(b"mine", "holiday.jpg")
    drive.write(b"mine", "乡土课件", "mine.txt")
    for path, content in data.items():
        drive.write(content, "乡土课件/产业/课", *path.split("/"))
    drive.write(b"jpeg", "乡土课件/产业/课/课.jpg")
    equal(drive.is_valid({}), {btmh}, "whole")
    equal(sorted(drive.payload(btmh)), ["a.mp4", "讲义/b.pdf"], "files")
    equal(sorted(drive.foreign()), ["holiday.jpg", "乡土课件/mine.txt"], "foreign files")
    other = drive.copy()
    other.write(b"A" * 100_000, "乡土课件/产业/课/a.mp4")
    try:
        other.is_valid({})
    except AssertionError:
        return
    check(False, "other bytes are seen")


def measuring(s):
    one = drives.measured(["python3", "-c", "x = b'x' * 50_000_000; import time; time.sleep(2)"])
    check(one.rss > 50_000_000 and one.seconds >= 2, f"{one.rss} bytes, {one.seconds} s")
    check(drives.measured(["sleep", "0.05"]).rss < 20_000_000, "a small program is small")


def story(s):
    images(s)
    reading_a_drive(s)
    measuring(s)


run(story)
