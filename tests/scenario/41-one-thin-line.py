# TIMEOUT 90
"""A township of four stations behind a line of 20 Mbit/s, in network
namespaces: a lesson crosses it once, whatever happens. The line is cut for
five seconds in the middle of a lesson; whoever carries one is killed."""
import os
import sys
import time

from lib import ROOT, Skip, check, run, wait_for

sys.path.append(os.path.join(ROOT, "tests", "lab"))

from lab import Plan, laboratory, why_not  # noqa: E402
from nodes import LabNode  # noqa: E402

STATIONS, SIZE, COPIES = 4, 20 << 20, 1.10
# One copy as it is on the wire: TCP's, IP's and Ethernet's heads are on it.
WIRE = 1.046


class Township:
    def __init__(self, s, lab):
        self.s, self.lab = s, lab
        self.county = LabNode(s, lab, "county")
        self.county.init("--level", "county", "--name", "资兴市", "--region", "431081").start()
        self.stations = [LabNode(s, lab, host).join("station", self.county).start(wait=False)
                         for host in lab.stations()]
        first = self.publish(20_000)
        self.wait_held(first)

    def publish(self, size):
        return self.county.publish(self.s.file("课.bin", size), "课", "产业", "--no-media")["id"]

    def wait_held(self, lesson, deadline=80):
        for node in self.stations:
            wait_for(lambda node=node: node.holds(lesson), deadline, f"{node.name} holds it")

    def carried(self, since=0):
        """How many copies the line has carried since it had carried `since`."""
        return self.lab.counters()["t1"][0] / SIZE / WIRE - since

    def once(self, what, meanwhile=lambda lesson: 0):
        """A lesson for all of them: the line carries it once, and again only
        the part of it that `meanwhile` says is with nobody any more."""
        self.before = self.carried()
        lesson = self.publish(SIZE)
        lost = meanwhile(lesson)
        self.wait_held(lesson)
        copies = self.carried(self.before)
        check(copies <= COPIES + lost,
              f"{what}: the line carried {copies:.3f} copies, {lost:.3f} of one had been lost")
        check(copies >= 0.95, f"{what}: {copies:.3f} copies are too few to be true")

    def wait_half(self, lesson):
        """Whoever has most of it, when that is half."""
        def half():
            best = max(self.stations, key=lambda node: node.progress(lesson))
            return best.progress(lesson) >= 0.5 and best
        return wait_for(half, 20, "half of it is here", pause=0.02)

    def cut_for_five_seconds(self, lesson):
        self.wait_half(lesson)
        self.lab.cut("t1")
        time.sleep(5)
        check(not any(node.holds(lesson) for node in self.stations), "it was cut in the middle")
        self.lab.mend("t1")
        return 0

    def kill_the_carrier(self, lesson):
        """What it had and had not passed on is lost with it."""
        carrier = self.wait_half(lesson)
        carrier.kill_all()
        had = min(1.0, self.carried(self.before))
        self.stations.remove(carrier)
        return max(0, had - max(node.progress(lesson) for node in self.stations))


def story(s):
    if reason := why_not():
        raise Skip(reason)
    plan = Plan(stations=STATIONS, uplink_down=20, uplink_up=20)
    with laboratory(f"xt{os.getpid()}", plan) as lab:
        township = Township(s, lab)
        township.once("with nothing in the way")
        township.once("cut in the middle", township.cut_for_five_seconds)
        township.once("carrier killed", township.kill_the_carrier)


run(story)
