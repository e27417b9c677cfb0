"""One node with 10,000 lessons held, 200 neighbours and 200 people watching,
and a lesson that is published and fetched meanwhile."""

import json
import os
import shutil
import signal
import subprocess
import time

from lib import BIN, Failure, Process, equal, http_get, wait_for
from rows import Row, memory_of
from viewers import watch

LESSONS, VIDEOS, VIDEO_BYTES = 10_000, 40, 32 * 1024 * 1024
NEIGHBOURS, VIEWERS, WATCH_S = 200, 200, 60
NEW_BYTES = 64 * 1024 * 1024


class Town:
    """A township that holds all its county has published."""

    def __init__(self, b, s, lessons=LESSONS, video_bytes=VIDEO_BYTES):
        self.county = s.county(words=("--announce", "off"))
        b.make_county("append", self.county.dir, lessons, lessons, video_bytes, "sparse")
        self.town = s.township(self.county, words=("--announce-port", str(s.announce_port)))
        for folder in ("payload", "torrent"):
            shutil.copytree(os.path.join(self.county.dir, folder),
                            os.path.join(self.town.dir, folder), copy_function=os.link,
                            dirs_exist_ok=True)
        b.make_county("hold", self.town.dir)
        self.lessons = lessons
        self.county.start()
        self.town.start()
        wait_for(lambda: self.held() == lessons, 180, "the town has it all", pause=0.25)
        wait_for(lambda: self.town.lessons("末课"), 120, "search, too", pause=0.25)

    def held(self):
        return self.town.status()["lessons"]["held"]

    def paths(self, count):
        """Of some of its videos."""
        folder = os.path.join(self.town.dir, "payload")
        for btmh in sorted(os.listdir(folder))[:count]:
            yield f"/payload/{btmh}/{os.listdir(os.path.join(folder, btmh))[0]}"


class Crowd:
    """Invented neighbours of a node."""

    def __init__(self, s, addresses, node, count):
        self.process = Process(s, "crowd", [
            os.path.join(BIN, "crowd"), node.address, "7433", str(s.announce_port),
            node.status()["fingerprint"], addresses.new_address(), str(count)])
        wait_for(lambda: alive(node) == count, 60, "all neighbours are there", pause=0.25)

    def end(self):
        """What it did."""
        self.process.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        return json.loads(self.process.log().splitlines()[-1])


def alive(node):
    return node.status()["neighbours"]


def restart(town):
    """What taking all that in cost its loop is another story."""
    town.stop()
    town.start()
    wait_for(lambda: http_get(town.url + "/heads?after=0", timeout=5).code == 200, 30, "serves")


class Publisher:
    """Publishes in the middle of it, and sees how long the town takes."""

    def __init__(self, s, town):
        self.town, self.at = town, None
        self.path = s.file("新课.mp4", NEW_BYTES)
        self.seconds = None

    def publish(self):
        self.process = subprocess.Popen(
            self.town.county.command("publish", self.path, "--title", "新课", "--topic",
                                     "产业/养殖/黑山羊", "--no-media", "--json"),
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def arrived(self, deadline):
        lesson = json.loads(self.process.communicate(timeout=deadline)[0])
        began = time.monotonic()
        self.town.town.wait_held(lesson["id"], deadline)
        return time.monotonic() - began


def measure(b):
    s = b.scenario("scale")
    town = Town(b, s)
    restart(town.town)
    crowd = Crowd(s, b.scenario("crowd"), town.town, NEIGHBOURS)
    publisher, began = Publisher(s, town), time.monotonic()

    def in_the_middle():
        if publisher.at is None and time.monotonic() - began > WATCH_S / 3:
            publisher.at = time.monotonic()
            publisher.publish()
        return False

    cpu = time_of(town.town.process.pid)
    seen = watch(town.town.address, 7433, list(town.paths(VIDEOS)), VIDEO_BYTES, VIEWERS, WATCH_S,
                 stop=in_the_middle)
    cpu = (time_of(town.town.process.pid) - cpu) / seen.seconds
    publisher.arrived(60)
    status = town.town.status()
    did, lag = crowd.end(), status["lag"]
    equal(town.held(), town.lessons + 1, "lessons held")
    if did["posts"] == 0 or did["polls"] == 0 or did["asked"] == 0:
        raise Failure(f"the crowd did nothing: {did}")
    yield Row("longest turn of the loop", lag["worst_ms"], "ms", target="<= 50",
              met=lag["worst_ms"] <= 50,
              note=f"of a processor it needed {lag['worst_cpu_ms']:.0f} ms at most; "
                   f"{lag['over_50_ms']} of {lag['turns']} turns took longer; the loop was busy "
                   f"{lag['busy_ms'] / 10 / seen.seconds:.1f} % of the time, the process used "
                   f"{100 * cpu:.0f} % of a processor; {NEIGHBOURS} neighbours: {did}")
    yield from seen.rows(f"{VIEWERS} viewers meanwhile")
    memory = memory_of(town.town.process.pid)
    yield Row("node's memory then", memory["VmRSS"] / 1024, "MiB",
              note=f"most ever {memory['VmHWM'] / 1024:.0f}")


def time_of(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
