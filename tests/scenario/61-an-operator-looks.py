# TIMEOUT 240
"""An operator looks at his desk while lessons arrive: over a thin line at one
station, from there at its neighbour, and what the line may not carry on a
drive. The bytes by source are at all times what was verified; what does not
come says why; a drive is visited at a press of a button, and let go of."""
import contextlib
import http.client
import json
import os
import re
import signal
import socket
import time

from drives import file_system, sync
from lib import (DONE, XIANGTU, Process, Skip, check, children_of, equal, run, run_command, secret_file,
                 wait_for)
from uplink import Lan, Line, add_conf, county_alone

SIZE = 9_000_000
RATE = 1_500_000
PIN = "7193"
STEPS = ("looking", "logs-in", "small-out", "payload-in", "payload-out", "flushing")
PAGE = {"X-Xiangtu": "1", "Content-Type": "application/json"}


class Desk:
    """An operator's browser: logged in, with the live stream open."""

    def __init__(self, s, node):
        self.node, self.cookie = node, None
        equal(self.post("/api/login", {"who": "A", "secret": "9" + PIN}).status, 401, "a wrong one")
        answer = self.post("/api/login", {"who": "A", "secret": PIN})
        equal(answer.status, 200, f"log in at {node.name}: {answer.text}")
        self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        self.raw, self.taken, self.all, self.ended = b"", 0, [], False
        self.socket = socket.create_connection((node.address, 7433), 60)
        self.socket.sendall(f"GET /api/desk/events HTTP/1.1\r\nHost: {node.address}:7433\r\n"
                            f"Cookie: {self.cookie}\r\n\r\n".encode())
        self.socket.setblocking(False)
        s.cleanup.callback(self.socket.close)

    def post(self, path, body):
        connection = http.client.HTTPConnection(self.node.address, 7433, timeout=60)
        headers = dict(PAGE, Cookie=self.cookie) if self.cookie else PAGE
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        answer.text = answer.read()
        connection.close()
        return answer

    def events(self):
        """All that came so far, the oldest first."""
        try:
            while more := self.socket.recv(1 << 20):
                self.raw += more
            self.ended = True
        except BlockingIOError:
            pass
        except ConnectionError:
            self.ended = True
        text = re.sub(rb"\r\n[0-9a-f]+\r\n", b"", self.raw)
        self.all = [json.loads(data) for data in re.findall(rb"event: desk\ndata: (.*)\n\n", text)]
        return self.all

    @property
    def now(self):
        events = self.events()
        return events[-1] if events else None

    def wait(self, condition, seconds, what):
        try:
            wait_for(lambda: self.now and condition(self.now), seconds, what)
        except AssertionError:
            print(json.dumps(self.now, ensure_ascii=False)[:3000])
            raise
        return self.now


def transfers_of(desk, lesson):
    return [t for event in desk.events() for t in event["transfers"]
            if t["btmh"] == lesson["btmh"]]


def arrival_of(event, lesson):
    return next((a for a in event["arrived"] if a["id"] == lesson["id"]), None)


def the_first_look(desk, county):
    now = desk.wait(lambda e: e["trust"]["logs"] and e["neighbours"] and
                    e["health"]["engine"]["state"] == "running", 20, "a first picture")
    health = now["health"]
    equal(health["engine"]["state"], "running", "the engine")
    equal(health["wrong_tries"], 1, "somebody mistyped")
    check(0 < health["disk_free"] <= health["disk_total"], f"disk: {health}")
    check(health["memory_rss"] > 1 << 20 and health["load1"] >= 0, f"machine: {health}")
    check(health["version"] and set(health["cage"]) >= {"user", "files"}, f"program: {health}")
    log = now["trust"]["logs"][0]
    equal((log["origin"], log["office"], log["forked"], log["ended"]),
          (county.status()["origin"], county.status()["origin"], False, False), "whom it believes")
    equal(log["age_s"], None, "nothing was said yet")
    equal((now["trust"]["root"], now["trust"]["trust"]), (1, 1), "versions")
    equal([n["route"] for n in now["neighbours"] if n["alive"]], ["lan"], "neighbours")
    equal((now["drive"]["now"], now["drive"]["last"], now["drive"]["plugged"]), (None, None, []),
          "no drive")


def over_the_line_and_from_the_neighbour(s, county, lan, desks):
    lesson = county.publish(s.file("课.bin", SIZE), "过线的课", "产业/养殖", "--no-media")
    for desk in desks:
        desk.wait(lambda e: arrival_of(e, lesson), 60, f"{desk.node.name}: it has arrived")
    uplink = 0
    for desk in desks:
        seen = transfers_of(desk, lesson)
        check(any(0 < t["verified"] < t["bytes"] for t in seen), "seen on its way")
        for t in seen:
            equal(sum(t["from"].values()), t["verified"], f"bytes by source: {t}")
            equal((t["id"], t["title"]), (lesson["id"], "过线的课"), "which it is")
        done = arrival_of(desk.now, lesson)
        equal((sum(done["from"].values()), done["bytes"]), (SIZE, SIZE), f"in the end: {done}")
        equal((done["from"]["drive"], done["from"]["cache"]), (0, 0), f"in the end: {done}")
        uplink += done["from"]["uplink"]
        desk.wait(lambda e: e["trust"]["logs"][0]["age_s"] is not None, 30, "the office is heard")
        desk.wait(lambda e: e["trust"]["logs"][0]["office"] == "资兴市", 30, "it says its name")
        equal(desk.node.status()["logs"][0]["office"], "资兴市", "in status")
        equal(desk.node.cli_json("show", lesson["id"])["office"], "资兴市", "of the lesson")
        check("资兴市" in desk.node.cli("lessons"), "in the list")
        best = {key: max(e["rates"][key] for e in desk.events()) for key in desk.now["rates"]}
        print(f"{desk.node.name}: {done['from']}, best rates {best}")
        check(best["uplink_down"] > 0 or best["lan_down"] > 0, f"rates: {best}")
        check(best["uplink_down"] <= 2 * RATE, f"what the line does not carry: {best}")
    check(0.95 * SIZE <= uplink <= min(lan.line.down, 1.05 * SIZE),
          f"of {SIZE} once over the line: {uplink}")
    check(any(arrival_of(d.now, lesson)["from"]["neighbour"] > 0.9 * SIZE for d in desks),
          "one had it from its neighbour")


def what_cannot_come(s, county, desks):
    """The line is closed: wanted, lacking, with why, at both."""
    for desk in desks:
        answer = desk.post("/api/conf", {"set": {"limit": ["* 00:00-24:00 down 0"]}})
        equal(answer.status, 200, answer.text)
    lesson = county.publish(s.file("盘.bin", 6 * SIZE), "上盘的课", "产业/养殖", "--no-media")
    for desk in desks:
        now = desk.wait(lambda e: e["lacking"] and "closed" in e["lacking"][0]["why"], 60,
                        "it lacks a lesson")
        equal([(one["id"], one["title"], one["bytes"]) for one in now["lacking"]],
              [(lesson["id"], "上盘的课", 6 * SIZE)], "which")
        equal((now["lacking_total"], now["limits"]["waiting"]), (1, 1), "how many")
        equal(now["lessons"]["wanted"], 1, "lessons")
    return lesson


def visit_of(parent):
    """The process of a visit that `parent` began, if it runs."""
    for pid in children_of(parent):
        with contextlib.suppress(OSError):
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                if b"sync" in f.read().split(b"\0"):
                    return pid
    return None


def step_until(pid, condition):
    """A process that stands still goes on, two milliseconds at a time, until this is
    so, slowly ever longer; false when it ended before."""
    until, pulse = time.monotonic() + 240, 0.002
    while not condition():
        check(time.monotonic() < until, "the visit says nothing of itself")
        os.kill(pid, signal.SIGCONT)
        time.sleep(pulse)
        os.kill(pid, signal.SIGSTOP)
        pulse = min(pulse * 1.005, 0.02)  # a busy machine may not give it any of the first
        if state_of(pid) == "Z":
            return False
    return True


def state_of(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
        return f.read().rpartition(")")[2].split()[0]


@contextlib.contextmanager
def held_visit(station, begin, parent=None, at_once=False):
    """Begin a visit, and have it stand still: at once, or when it has said how it goes."""
    parent = parent or station.process.process.pid
    pid = None
    for _ in range(5):
        begin()
        pid = wait_for(lambda: visit_of(parent), 20, "it begins", pause=0.001)
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGSTOP)
            if at_once or step_until(pid, lambda: station_says_now(station)):
                break
        wait_for(lambda: not visit_of(parent), 20, "it was too quick")
        pid = None
    check(pid, "every visit was too quick")
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGCONT)


def by_drive(s, county, desk, lesson):
    station = desk.node
    equal(desk.post("/api/drive", {"do": "sync"}).status, 404, "no drive")
    equal(desk.post("/api/drive", {"do": "stop"}).status, 404, "nothing to stop")
    equal(desk.post("/api/drive", {"do": "dance"}).status, 400, "nothing we know")
    cookie, desk.cookie = desk.cookie, None
    equal(desk.post("/api/drive", {"do": "sync"}).status, 401, "not for everybody")
    desk.cookie = cookie
    try:
        drive = file_system(s, "ext4", 256)
    except Skip as reason:
        print(f"   the drive is left out: {reason}")
        return
    equal(desk.post("/api/drive", {"do": "sync"}).status, 404, "no prepared drive")
    prepared = run_command([XIANGTU, "--dir", "/nonexistent", "drive", "prepare", drive.path,
                            "--folder"])
    equal(prepared.code, DONE, f"prepare: {prepared}")
    sync(county, drive)
    now = desk.wait(lambda e: e["drive"]["plugged"], 20, "the drive is seen")
    plugged = now["drive"]["plugged"]
    equal([(p["label"], p["prepared"], p["read_only"]) for p in plugged],
          [(os.path.basename(drive.path), True, False)], "what is plugged in")
    check(0 < plugged[0]["free"] < plugged[0]["total"] <= 256 << 20, f"its room: {plugged}")

    a_stop_ends_it(station, desk)
    a_stop_reaches_what_was_begun_elsewhere(s, station, desk, drive)
    equal(desk.post("/api/drive", {"do": "sync", "label": "another"}).status, 404, "which?")

    def begin():
        answer = desk.post("/api/drive", {"do": "sync", "label": plugged[0]["label"]})
        equal((answer.status, json.loads(answer.text)), (200, {"label": plugged[0]["label"]}),
              "the visit begins")
    with held_visit(station, begin):
        now = desk.wait(lambda e: e["drive"]["now"], 10, "the desk shows it")
        check(now["drive"]["now"]["step"] in STEPS, f"a step: {now['drive']}")
        equal(desk.post("/api/drive", {"do": "sync"}).status, 409, "one at a time")
    now = desk.wait(lambda e: arrival_of(e, lesson) and e["drive"]["last"] and
                    e["drive"]["last"]["state"] == "done" and not e["drive"]["now"], 60,
                    "it came by the drive")
    check(now["drive"]["last"]["safe"], f"pull it out: {now['drive']['last']}")
    # Those that were stopped have brought a part of it, or all.
    check(lesson["id"] in [one["id"] for e in desk.events() for one in
                           (e["drive"]["last"] or {"in": []})["in"]], "what came")
    check("trouble" not in now["drive"], f"no trouble: {now['drive']}")
    equal(arrival_of(now, lesson)["from"],
          {"uplink": 0, "neighbour": 0, "drive": 6 * SIZE, "cache": 0}, "bytes by source")
    desk.wait(lambda e: not e["lacking"] and e["lacking_total"] == 0, 20, "nothing lacks")
    equal(station.payload(lesson["btmh"]), county.payload(lesson["btmh"]), "as published")
    for t in transfers_of(desk, lesson):
        equal(sum(t["from"].values()), t["verified"], f"bytes by source: {t}")
    drive.unmount()
    desk.wait(lambda e: not e["drive"]["plugged"], 20, "it is gone")


def station_says_now(station):
    connection = http.client.HTTPConnection(station.address, 7433, timeout=60)
    connection.request("GET", "/drive.json")
    now = json.loads(connection.getresponse().read())["now"]
    connection.close()
    return now


def a_stop_ends_it(station, desk):
    """Asked to end at its beginning, the visit does no more."""
    with held_visit(station, lambda: desk.post("/api/drive", {"do": "sync"}), at_once=True):
        equal(desk.post("/api/drive", {"do": "stop"}).status, 200, "stop")
        # It is asked within a tenth of a second; what is asked waits for it.
        wait_for(lambda: waits_for_term(visit_of(station.process.process.pid)), 10, "it is asked")
    wait_for(lambda: not visit_of(station.process.process.pid), 20, "the process is gone")
    wait_for(lambda: desk.post("/api/drive", {"do": "stop"}).status == 404, 10, "idle again")
    seen = len(desk.events())
    now = desk.wait(lambda e: len(desk.events()) > seen + 1, 30, "a newer picture")
    check((now["drive"]["last"] or {}).get("state") != "done", f"not all was done: {now['drive']}")


def waits_for_term(pid):
    """Has a process that stands still a SIGTERM before it?"""
    with open(f"/proc/{pid}/status", encoding="utf-8") as f:
        pending = re.findall(r"(?m)^(?:ShdPnd|SigPnd):\s*([0-9a-f]+)", f.read())
    return any(int(mask, 16) >> (signal.SIGTERM - 1) & 1 for mask in pending)


def a_stop_reaches_what_was_begun_elsewhere(s, station, desk, drive):
    """By plugging in, that is."""
    visits = []

    def begin():
        visits.append(Process(s, f"by-hand-{len(visits)}",
                              station.command("drive", "sync", "--plugged", drive.path)))
    with held_visit(station, begin, os.getpid()):
        desk.wait(lambda e: e["drive"]["now"], 10, "the desk shows it")
        equal(desk.post("/api/drive", {"do": "sync"}).status, 409, "not a second")
        equal(desk.post("/api/drive", {"do": "stop"}).status, 200, "stop")
        wait_for(lambda: waits_for_term(visits[-1].pid), 10, "it is asked")
    visits[-1].wait(60)
    desk.wait(lambda e: not e["drive"]["now"], 10, "the desk says so")


def who_leaves_hears_no_more(desk):
    equal(desk.post("/api/logout", {}).status, 200, "log out")
    wait_for(lambda: desk.events() is not None and desk.ended, 10, "the stream ends")


def story(s):
    county = county_alone(s)
    lan = Lan(s, county, 1, Line(RATE), county.join_file())
    pin = secret_file(s, "pin", PIN)
    for _ in range(2):
        station = lan.station()
        station.cli("set-pin", "A", "--pin-file", pin)
        add_conf(station, "pages", "everywhere")
        station.start()
    wait_for(lambda: all(len(x.cli_json("neighbours")) == 1 for x in lan.stations), 20,
             "the stations know each other")
    desks = [Desk(s, station) for station in lan.stations]
    for desk in desks:
        the_first_look(desk, county)
    over_the_line_and_from_the_neighbour(s, county, lan, desks)
    lesson = what_cannot_come(s, county, desks)
    by_drive(s, county, desks[0], lesson)
    who_leaves_hears_no_more(desks[0])
    desks[1].wait(lambda e: True, 5, "the other goes on")
    check(not desks[1].ended, "the other goes on")
    for station in lan.stations:
        station.stop()


run(story)
