# TIMEOUT 300
"""A station is killed again and again while it fetches: sometimes the node,
sometimes the engine. It goes on where it was, never shows wrong bytes as held,
and what crossed the line once does not cross it again."""
import contextlib
import os
import signal
import threading
import time

from lib import LONG, check, equal, is_running, run, wait_for

SIZE = 96 << 20
RATE = 4 << 20  # bytes a second that the county is let to give
# What a kill may cost: pieces under way, and what arrived since the last flush,
# which comes every 3 s.
ALLOWANCE = 4 * RATE


class Throttle:
    """Stops a node and its engine whenever they have given more than RATE, so
    that there is time to be killed in the middle. What was given is what those
    who fetch have `received`."""

    def __init__(self, node, received):
        self.node, self.received, self.stopped = node, received, threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def signal(self, number):
        for pid in [self.node.process.pid, *self.node.engines()]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def run(self):
        began, first = time.monotonic(), self.received()
        while not self.stopped.wait(0.005):
            self.signal(signal.SIGSTOP)
            while (self.received() - first > RATE * (time.monotonic() - began) and
                   not self.stopped.wait(0.02)):
                pass
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


class Count:
    """What a station and its engines have written, those that are gone included."""

    def __init__(self, station):
        self.station, self.gone = station, 0

    def pids(self):
        process = self.station.process
        return [process.pid, *self.station.engines()] if process else []

    def total(self):
        return self.gone + sum(map(written, self.pids()))

    def freeze(self, pids):
        """They write no more: what they have written goes to what is gone."""
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        self.gone += sum(map(written, pids))


def story(s):
    county = s.county(words=["--announce", "off"]).start()
    station = s.station(county, words=["--announce", "off"]).start()
    lesson = county.publish(s.file("大.bin", SIZE), "大课件", "产业/养殖", "--no-media")
    expected = county.payload(lesson["btmh"])
    count = Count(station)
    before = count.total()
    throttle = Throttle(county, count.total)
    kills = 0
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
            count.freeze([station.process.pid, *engines])
            station.kill()
            station.start()
        else:
            # The node survives its engine's death and starts another.
            count.freeze(engines)
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
    fetched = count.total() - before
    print(f"{kills} kills; {fetched / SIZE:.2f} of the payload was written")
    check(kills >= 3, f"only {kills} kills hit a fetch under way")
    check(fetched <= SIZE + (kills + 1) * ALLOWANCE,
          f"{fetched} bytes for a payload of {SIZE} and {kills} kills")
    result = station.try_cli("check", lesson["id"])
    equal(result.code, 0, f"check after all that: {result}")


run(story)
