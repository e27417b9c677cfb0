# TIMEOUT 300
"""An operator's desk follows what happens, without a reload: a lesson comes over
a thin line, another from the station next door while the line is closed, a third
on a drive whose visit is begun in the page; what lacks and why; who comes and
goes."""
import contextlib
import os
import signal
import sys
import threading
import time

from nodes import HERE, run, set_pin, walk

sys.path.append(os.path.join(os.path.dirname(HERE), "scenario"))
from drives import file_system, sync  # noqa: E402
from lib import DONE, XIANGTU, Skip, check, children_of, equal, http_get, run_command, wait_for  # noqa: E402
from uplink import Lan, Line, add_conf, county_alone  # noqa: E402

PIN = "7193"
RATE = 1_200_000
PULSE_S, REST_S = 0.004, 0.3  # a visit says four times a second how it goes


def visit_of(parent):
    """The process of a visit that `parent` began, if it runs."""
    for pid in children_of(parent):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                if b"sync" in f.read().split(b"\0"):
                    return pid
        except OSError:
            pass
    return None


class Visit:
    """The visit that a node will begin: held as soon as it says how it goes, and
    again whenever it has got on."""

    def __init__(self, node):
        self.node, self.done, self.free, self.held = node, -1, False, threading.Event()
        self.thread = threading.Thread(target=self._go, daemon=True)
        self.thread.start()

    def _go(self):
        while (pid := visit_of(self.node.process.pid)) is None:
            time.sleep(0.001)
        with contextlib.suppress(OSError):
            while not self.free:
                os.kill(pid, signal.SIGSTOP)
                now = http_get(self.node.url + "/drive.json").json()["now"]
                if now and now["done"] > self.done:
                    self.done = now["done"]
                    self.held.set()
                while self.held.is_set() and not self.free:
                    time.sleep(0.005)
                time.sleep(0 if self.done < 0 else REST_S)
                os.kill(pid, signal.SIGCONT)
                time.sleep(PULSE_S)

    def get_on(self):
        """Until it says that it has done more; how much."""
        self.held.clear()
        wait_for(self.held.is_set, 60, "the visit gets on")
        return self.done

    def let_go(self):
        self.free = True


def story(s):
    county = county_alone(s)
    line = Line(RATE)
    lan = Lan(s, county, 1, line, county.join_file())
    here, other = lan.station(), lan.station()
    set_pin(s, here, pin=PIN)
    add_conf(here, "pages", "everywhere")
    here.start()
    held = {}

    def publish(title, size):
        lesson = county.publish(s.file(f"{title}.bin", size), title, "产业/养殖", "--no-media")
        return {"id": lesson["id"], "btmh": lesson["btmh"]}

    def plug():
        """A drive with all that the county has; false where none can be had."""
        try:
            held["drive"] = drive = file_system(s, "ext4", 256)
        except Skip as reason:
            print(f"   the drive is left out: {reason}")
            return False
        prepared = run_command([XIANGTU, "--dir", "/nonexistent", "drive", "prepare", drive.path, "--folder"])
        equal(prepared.code, DONE, f"prepare: {prepared}")
        sync(county, drive)
        held["visit"] = Visit(here)
        return os.path.basename(drive.path)

    def conf():
        with open(os.path.join(here.dir, "node.conf"), encoding="utf-8") as f:
            return f.read()

    def hold_line(on):
        line.rate = RATE // 60 if on else RATE

    def same(btmh):
        return here.payload(btmh) == county.payload(btmh)

    walk(s, "06-operator.mjs", {
        "station": here.url, "pin": PIN,
        "data": ["1号站", "2号站", "资兴市", "过线的课", "邻站的课", "上盘的课", "产业", "养殖",
                 next(iter(county.heads()))],
    }, publish=publish, conf=conf, same=same, hold_line=hold_line, state=here.state,
        neighbour_comes=lambda: bool(other.start()), neighbour_goes=other.stop,
        plug=plug, get_on=lambda: held["visit"].get_on(), let_go=lambda: held["visit"].let_go(),
        unplug=lambda: held["drive"].unmount())
    check(here.running(), "the node runs")


run(story)
