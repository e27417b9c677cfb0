# TIMEOUT 120
"""A slow drive is plugged into a running station: soon any lesson on it
plays, ranges and all, every byte checked, while the sync goes on; also the one
that is not its turn yet, also when the drive lies about a piece."""
import os
import subprocess
import time

from drives import Drive, sync
from lib import ForgetFS, _die_with_parent, check, equal, http_get, run, sha256_of, wait_for

SIZE = 12_000_000
RATE = 1_000_000  # bytes a second: two lessons take 24 s
SOON = 15  # seconds; on a quiet machine a third of it, as promised
RANGES = ((0, 1), (0, 65_536), (SIZE // 2 + 17, 100_000), (SIZE - 1000, 1000))


def name_of(node, lesson):
    return next(iter(node.payload(lesson["btmh"])))


def plays(station, lesson, name, original, ranges):
    """The right bytes."""
    url = f"{station.url}/payload/{lesson['btmh']}/{name}"
    for at, length in ranges:
        answer = http_get(url, headers={"Range": f"bytes={at}-{at + length - 1}"}, timeout=120)
        equal(answer.code, 206, f"{lesson['title']} from {at}: {answer}")
        equal(answer.body, original[at:at + length], f"{lesson['title']}: bytes from {at}")


def story(s):
    county = s.county(words=["--announce", "off"])
    files, lessons = {}, []
    for number in range(2):
        path = s.file(f"{number}.bin", SIZE)
        lesson = county.publish(path, f"第{number}课", "产业/养殖", "--no-media")
        with open(path, "rb") as f:
            files[lesson["id"]] = f.read()
        lessons.append(lesson)
    station = s.station(county, words=["--announce", "off"], upstream="http://127.0.0.1:9").start()
    fs = ForgetFS(s)
    drive = Drive(s, fs.path)
    sync(county, drive)
    fs.slow(RATE)

    started = time.monotonic()
    visit = subprocess.Popen(station.command("drive", "sync", drive.path, "--json"),
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             preexec_fn=_die_with_parent)
    s.cleanup.callback(visit.kill)
    wait_for(lambda: all(station.lesson(lesson["id"]) for lesson in lessons), SOON,
             "the lessons are known")
    for lesson in reversed(lessons):
        plays(station, lesson, name_of(county, lesson), files[lesson["id"]], RANGES[:1])
        print(f"a lesson plays {time.monotonic() - started:.1f} s after the drive came")
        check(time.monotonic() - started < SOON, "that is not soon")
    for lesson in reversed(lessons):
        plays(station, lesson, name_of(county, lesson), files[lesson["id"]], RANGES[1:])
        check(visit.poll() is None, "the sync goes on meanwhile")
    shown = station.cli_json("show", lessons[-1]["id"])
    check(shown["state"] == "held" or shown.get("on_drive"), "it is shown as on the drive")
    answer = http_get(shown["url"], headers={"Range": "bytes=5-104"}, timeout=120)
    equal(answer.body, files[lessons[-1]["id"]][5:105], "played where it is shown to be")
    check(any(station.state(lesson["id"]) != "held" for lesson in lessons),
          "nothing is said to be held that is not")
    # What it does not have is not invented.
    answer = http_get(f"{station.url}/payload/{lessons[0]['btmh']}/other.bin?wait=0")
    equal(answer.code, 404, "a file that is in no lesson")
    fs.slow(0)
    visit.wait(240)
    equal(visit.returncode, 0, "the sync")
    for lesson in lessons:
        station.wait_held(lesson["id"], 20)
        equal(sorted(station.payload(lesson["btmh"]).values()),
              sorted(county.payload(lesson["btmh"]).values()), lesson["title"])
        answer = http_get(f"{station.url}/payload/{lesson['btmh']}/{name_of(county, lesson)}")
        equal(answer.body, files[lesson["id"]], "played from the disk afterwards")
        shown = station.cli_json("show", lesson["id"])
        check("on_drive" not in shown and shown["url"].startswith(station.url),
              "it is shown as on the disk")
    damaged(s, county, lessons[0], files)
    station.stop()
    check(os.path.ismount(drive.path), "nobody has it open")
    fs.close()


def damaged(s, county, lesson, files):
    """A piece on the drive is bad: the others play, that one is never given out."""
    station = s.station(county, name="second", words=["--announce", "off"],
                        upstream="http://127.0.0.1:9").start()
    drive = Drive(s)
    sync(county, drive)
    path = os.path.join(drive.folder_of(lesson["btmh"]), name_of(county, lesson))
    with open(path, "r+b") as f:
        f.seek(SIZE - 500)
        f.write(b"\0" * 100)
    sync(station, drive, codes=(0, 1, 3))
    check(station.state(lesson["id"]) != "held", "a bad piece leaves it not held")
    url = f"{station.url}/payload/{lesson['btmh']}/{name_of(county, lesson)}?wait=0"
    original = files[lesson["id"]]
    answer = http_get(url, headers={"Range": f"bytes={SIZE - 1000}-"}, timeout=120)
    check(answer.code not in (200, 206) or answer.body == original[SIZE - 1000:],
          "the bad bytes were played")
    station.stop()


run(story)
