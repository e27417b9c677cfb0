# TIMEOUT 300
"""A station is killed again and again while it fetches: sometimes the node,
sometimes the engine. It goes on where it was, never shows wrong bytes as held,
and what crossed the line once does not cross it again."""
import contextlib
import os
import signal
import threading

from lib import LONG, check, equal, is_running, run, wait_for

SIZE = 96 << 20
# What a kill may cost: pieces under way, and those that were verified but not
# yet flushed.
ALLOWANCE = 16 << 20


class Throttle:
    """Lets a node and its engine run a part of the time only, so that there is
    time to be killed in the middle."""

    def __init__(self, node):
        self.node, self.stopped = node, threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def signal(self, number):
        for pid in [self.node.process.pid, *self.node.engines()]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def run(self):
        while not self.stopped.wait(0.01):
            self.signal(signal.SIGSTOP)
            self.stopped.wait(0.05)
            self.signal(signal.SIGCONT)

    def end(self):
        self.stopped.set()
        self.thread.join()
        self.signal(signal.SIGCONT)


def written(pid):
    """Bytes a process has given to write calls since it began: what it received
    is in there."""
    try:
        with open(f"/proc/{pid}/io") as f:
            return int(dict(line.split(": ") for line in f.read().splitlines())["wchar"])
    except OSError:
        return 0


def freeze_and_count(pids):
    """The frozen write what they write no more: the count is the last one."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
    return sum(map(written, pids))


def story(s):
    county = s.county(words=["--announce", "off"]).start()
    station = s.station(county, words=["--announce", "off"]).start()
    lesson = county.publish(s.file("大.bin", SIZE), "大课件", "产业/养殖", "--no-media")
    expected = county.payload(lesson["btmh"])
    throttle = Throttle(county)
    kills = 0
    fetched = 0
    rounds = 40 if LONG else 8

    def progress():
        return station.lesson(lesson["id"])

    for number in range(rounds):
        goal = (number + s.random.random()) / rounds
        wait_for(lambda goal=goal: (now := progress()) and
                 (now["progress"] >= goal or now["state"] == "held"),
                 120, f"fetched {goal:.0%}", pause=0.02)
        if progress()["state"] == "held":
            break
        kills += 1
        engines = station.engines()
        if s.random.random() < 0.5:
            fetched += freeze_and_count([station.process.pid, *engines])
            station.kill()
            station.start()
        else:
            # The node survives its engine's death and starts another.
            fetched += freeze_and_count(engines)
            check(station.kill_engine(), "an engine was running")
            check(station.running(), "the node lives without its engine")
            wait_for(lambda old=engines: any(map(is_running, set(station.engines()) - set(old))),
                     10, "a new engine")
        now = progress()
        if now["state"] == "held":
            equal(station.payload(lesson["btmh"]), expected, "held means these bytes")
    throttle.end()
    station.wait_held(lesson["id"], 120)
    equal(station.payload(lesson["btmh"]), expected, "bytes")
    equal(county.payload(lesson["btmh"]), expected, "the county's bytes")
    fetched += freeze_and_count(station.engines())
    for pid in station.engines():
        os.kill(pid, signal.SIGCONT)
    fetched += written(station.process.pid)
    print(f"{kills} kills; {fetched / SIZE:.2f} of the payload was written")
    check(kills >= 3, f"only {kills} kills hit a fetch under way")
    check(fetched <= SIZE + (kills + 1) * ALLOWANCE,
          f"{fetched} bytes for a payload of {SIZE} and {kills} kills")
    result = station.try_cli("check", lesson["id"])
    equal(result.code, 0, f"check after all that: {result}")


run(story)
