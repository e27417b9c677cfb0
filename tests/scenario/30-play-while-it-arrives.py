# TIMEOUT 240
"""A lesson is watched at a station while it comes over a thin line: from its
start, after a seek to where nothing is yet, by a player and by plain clients;
one viewer goes away in the middle. Each byte comes down the line once, and what
an upstream lies about never leaves the station."""
import os
import re
import subprocess
import threading
import time

from lib import (Relay, Throttle, _die_with_parent, answer_with, check, equal, http_get,
                 make_video, need_program, run, sha256_of, wait_for)

RATE = 3_000_000  # bytes a second of the line
THIN = 1_000_000  # while its first bytes are waited for: all of it takes 24 s
SOON = 5.0  # seconds until the first byte; on a quiet machine 1, as promised


class Viewer:
    """curl, its bytes as they come; how long the first of the body took."""

    def __init__(self, s, url, *words):
        self.begun = time.monotonic()
        self.first_byte = None
        self.parts = []
        self.process = subprocess.Popen(
            ["curl", "-sS", "-N", "-o", "-", "-w", "%{stderr}%{http_code}", *words, url],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=False,
            preexec_fn=_die_with_parent)
        s.cleanup.callback(self.process.kill)
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        while part := self.process.stdout.read1(1 << 16):
            if self.first_byte is None:
                self.first_byte = time.monotonic() - self.begun
            self.parts.append(part)

    def read(self):
        return b"".join(self.parts)

    def end(self):
        self.thread.join(240)
        err = self.process.stderr.read().decode()
        equal(self.process.wait(60), 0, f"curl: {err}")
        self.code = int(err)
        return self.read()


def url_of(node, lesson, name):
    return f"{node.url}/payload/{lesson['btmh']}/{name}"


def far_station(s, county, upstream, name, lan):
    """A station whose upstream is beyond its LAN."""
    station = s.station(county, name=name, upstream=upstream, words=["--announce", "off"],
                        address=f"{lan}.1")
    with open(os.path.join(station.dir, "node.conf"), "a") as conf:
        conf.write(f"lan = {lan}.0/24\n")
    return station.start()


def told_first_byte(what, seconds):
    print(f"first byte {what}: {seconds * 1000:.0f} ms")
    check(seconds <= SOON, f"{what}: the first byte took {seconds:.2f} s")


def is_watched_while_it_comes(s, county, lesson, film, name):
    line = Throttle(s, county.url, THIN)
    with open(film, "rb") as f:
        original = f.read()
    seek = len(original) * 8 // 10
    station = far_station(s, county, line.url, "station", "127.61.30")
    wait_for(lambda: station.lesson(lesson["id"]), 20, "the lesson is known")
    url = url_of(station, lesson, name)

    whole = Viewer(s, url)
    player = subprocess.Popen(["ffmpeg", "-nostdin", "-v", "error", "-i", url, "-f", "null", "-"],
                              stderr=subprocess.PIPE, text=True, preexec_fn=_die_with_parent)
    s.cleanup.callback(player.kill)
    wait_for(lambda: whole.first_byte, 20, "the first byte")
    told_first_byte("from the start", whole.first_byte)

    # What a browser asks first, and what it asks when somebody drags its slider.
    probe = Viewer(s, url, "-r", "0-1")
    equal(probe.end(), original[:2], "the first two bytes")
    equal(probe.code, 206, "a part")
    told_first_byte("of two", probe.first_byte)
    seeker = Viewer(s, url, "-r", f"{seek}-")
    wait_for(lambda: seeker.first_byte, 20, "the first byte after a seek")
    told_first_byte("after a seek to 80 %", seeker.first_byte)

    # One goes away, and one comes late.
    leaver = Viewer(s, url, "-r", f"{len(original) // 2}-")
    wait_for(lambda: leaver.first_byte, 20, "the one who leaves has begun")
    leaver.process.kill()
    progress = station.lesson(lesson["id"])["progress"]
    check(progress < 0.6, f"it is still on its way ({progress})")
    at = len(original) * 65 // 100
    late = Viewer(s, url, "-r", f"{at}-{at + 300_000}")
    equal(late.end(), original[at:][:300_001], "where the latest looks")
    told_first_byte("where the latest looks", late.first_byte)
    line.rate = RATE

    equal(seeker.end(), original[seek:], "bytes after the seek")
    equal(seeker.code, 206, "a seek")
    equal(whole.end(), original, "all bytes")
    equal(whole.code, 200, "without a range")
    equal(player.wait(240), 0, "the player's end")
    equal(player.stderr.read(), "", "the player's complaints")
    station.wait_held(lesson["id"])
    equal(http_get(url).body, original, "the same from the shelf")
    print(f"down the line: {line.bytes_sent / len(original):.3f} x the lesson")
    check(line.bytes_sent < 1.10 * len(original), "each byte came once")


def lie_at(offset):
    """A relay's rule: one byte of the file, at that offset, is another one."""
    def change(_path, response):
        first = 0
        found = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
        if found:
            first = int(found[1])
        at = offset - first
        if response.code in (200, 206) and 0 <= at < len(response.body):
            body = bytearray(response.body)
            body[at] ^= 1
            response.body = bytes(body)
        return response
    return change


def lies_stay_inside(s, county, lesson, film, name):
    with open(film, "rb") as f:
        original = f.read()
    lie = len(original) // 3
    # Nobody tells of another way to it.
    relay = Relay(s, county.url, [(r"/payload/", lie_at(lie)), (r"/announce", answer_with(404))])
    station = far_station(s, county, relay.url, "deceived", "127.61.31")
    wait_for(lambda: station.lesson(lesson["id"]), 20, "the lesson is known")
    viewer = Viewer(s, url_of(station, lesson, name))
    after = Viewer(s, url_of(station, lesson, name), "-r", f"{lie}-{lie}")
    wait_for(lambda: len(viewer.read()) > 0, 20, "what is true comes")
    time.sleep(3)
    seen = viewer.read()
    equal(seen, original[:len(seen)], "what comes is true")
    check(len(seen) <= lie, "and ends before the lie")
    equal(after.read(), b"", "nothing of the piece that is a lie")
    check(station.state(lesson["id"]) != "held", "it is not held")
    relay.rules = []
    station.wait_held(lesson["id"], 120)
    equal(http_get(url_of(station, lesson, name)).body, original, "the truth in the end")


def story(s):
    need_program("curl")
    film = make_video(s.path("黑山羊.mp4"), megabytes=24, seconds=20)
    county = s.county(words=["--announce", "off"]).start()
    lesson = county.publish(film, "黑山羊")
    name = next(iter(county.payload(lesson["btmh"])))
    equal(county.payload(lesson["btmh"])[name], sha256_of(film), "published as it is")
    is_watched_while_it_comes(s, county, lesson, film, name)
    lies_stay_inside(s, county, lesson, film, name)


run(story)
