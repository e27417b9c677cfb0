# TIMEOUT 240
"""No line anywhere: a courier carries one drive from the county through a
township and three villages and back, twice. Every place ends with exactly the
lessons it should have, the county with every record once, the villages with
its acknowledgement. Then two drives are under way, one is pulled out early, and
somebody lends a bad one."""
import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import time

import hostile
import tlog
from drives import Drive, sync
from faults import Faults
from lib import (DONE, FAILED, REFUSED, _die_with_parent, check, equal, http_get, run, sha256_of,
                 wait_for)

NOWHERE = "http://127.0.0.1:9"
ALONE = ["--announce", "off"]
ROUTE = "431081101203,431081101204,431081102301"


class Place:
    """A node and what it should hold; `runs`: while it is visited, too."""

    def __init__(self, node, runs):
        self.node, self.runs = node, runs
        self.wants = set()  # titles
        self.records = []   # what was put into its log here
        self.machines = 0   # entries that it added itself when a drive came

    @property
    def name(self):
        return self.node.name

    def record_key(self):
        _, seed = tlog.read_secret(os.path.join(self.node.dir, "node.key"))
        return tlog.public_of(seed)

    def record_origin(self):
        return "xiangtu/records/" + self.record_key().hex()

    def record_vkey(self):
        return tlog.vkey_of(self.record_origin(), self.record_key())


def ask(node, request):
    """One request over the control socket of a running node, which may first have
    to see that nobody above can be asked."""
    return wait_for(lambda: ask_once(node, request), 40, f"{node.name} does {request['verb']}",
                    pause=0.3)


def ask_once(node, request):
    with socket.socket(socket.AF_UNIX) as control:
        # The path may be too long for a socket's name.
        here = os.open(node.dir, os.O_RDONLY)
        try:
            control.connect(f"/proc/self/fd/{here}/control.sock")
        finally:
            os.close(here)
        control.sendall(json.dumps(request).encode() + b"\n")
        answer = json.loads(control.makefile().readline())
    if answer.get("failed", {}).get("status") == "busy":
        return None
    check("reply" in answer, f"{node.name}: {request['verb']}: {answer}")
    return answer["reply"]


class Story:
    def __init__(self, s):
        self.s = s
        self.originals = {}  # title: sorted sha256 of its files
        self.lessons = {}    # title: as publish said
        self.county = Place(s.county(words=ALONE), False)
        self.former = set()  # payloads of earlier revisions: kept until room is needed
        self.published = 0

    # -- what happens at the county

    def publish(self, title, region, topic="产业/养殖", files=1, size=400_000, revises=None):
        self.published += 1
        folder = self.s.path(f"original-{self.published}")
        os.mkdir(folder)
        sums = []
        for number in range(files):
            path = self.s.file(f"{title}-{number}.bin", size + number)
            shutil.move(path, folder)
            sums.append(sha256_of(os.path.join(folder, os.path.basename(path))))
        source = folder if files > 1 else os.path.join(folder, os.listdir(folder)[0])
        words = ["--region", region, "--no-media"]
        if revises:
            words += ["--revises", self.lessons[revises]["id"]]
            self.former.add(self.lessons[revises]["btmh"])
        self.lessons[title] = self.county.node.publish(source, title, topic, *words)
        self.originals[title] = sorted(sums)
        self.county.wants.add(title)

    def add_records(self, place, count):
        """Sealed entries as a station makes them; what is in them is not ours
        to know here."""
        started = not place.node.running()
        if started:
            place.node.start()
        for _ in range(count):
            entry = os.urandom(1072)
            ask(place.node, {"verb": "record-add", "sealed": base64.b64encode(entry).decode()})
            place.records.append(entry)
        if started:
            place.node.stop()

    # -- on the way

    def visit(self, place, drive, *words, codes=(DONE,)):
        result = sync(place.node, drive, *words, codes=codes)
        if result.code == DONE:
            check(result.report["safe"], f"{place.name}: safe to remove: {result.report}")
        self.holds_nothing_wrong(place)
        return result.report

    def trip(self, drive, *places, route=None):
        for number, place in enumerate(places):
            words = ["--route", route] if route and number == 0 else []
            self.visit(place, drive, *words)

    # -- what must be so

    def held(self, place):
        ids = {lesson["id"]: title for title, lesson in self.lessons.items()}
        return {ids.get(lesson["id"], lesson["id"]): lesson for lesson in place.node.lessons()
                if lesson["state"] == "held"}

    def holds_nothing_wrong(self, place):
        for title, lesson in self.held(place).items():
            if title in self.lessons and lesson["btmh"] == self.lessons[title]["btmh"]:
                equal(sorted(place.node.payload(lesson["btmh"]).values()), self.originals[title],
                      f"{place.name}: bytes of {title}")

    def holds_exactly(self, place):
        held = self.held(place)
        equal(set(held), place.wants, f"{place.name} holds")
        for title, lesson in held.items():
            equal(lesson["btmh"], self.lessons[title]["btmh"], f"{place.name}: {title} is the newest")
        equal(set(os.listdir(os.path.join(place.node.dir, "payload"))) - {"lost+found"} -
              self.former,
              {self.lessons[title]["btmh"] for title in place.wants},
              f"{place.name}: folders of payload")
        equal(place.node.try_cli("check").code, DONE, f"{place.name}: check")

    def county_has_every_record_once(self, places):
        """As anybody sees it who asks the county's node over HTTP."""
        county = self.county.node.start()
        for place in places:
            prefix = f"{county.url}/tlog/{tlog.origin_hash(place.record_origin())}/"
            origin, entries = tlog.audit(lambda path, p=prefix: http_get(p + path).body,
                                         place.record_vkey(), tiles=False)
            equal(origin, place.record_origin(), "the log")
            machines = self.machines_of(place)
            equal(len(machines), place.machines, f"{place.name}: entries about the machine")
            equal([entry for n, entry in enumerate(entries) if n not in machines], place.records,
                  f"records of {place.name}")
        county.stop()

    def machines_of(self, place):
        """Where in its log the county reads how the machine is, and nothing else."""
        code = place.node.cli_json("status")["code"]
        read = self.county.node.cli_json("records", "read", code)
        for entry in read:
            equal({item["k"] for item in entry["batch"]["items"]}, {"machine"}, "what is told")
        return {entry["n"] for entry in read}

    def is_acknowledged(self, place, count, drive):
        """The office's cosignature came back: of so many entries and those about the
        machine, on the note that the drive has and on that which the station shows."""
        count += place.machines
        ack = drive.read(".xiangtu", "up", tlog.origin_hash(place.record_origin()), "ack")
        lines = ack.decode().split("\n")
        equal((lines[0], lines[1]), (place.record_origin(), str(count)), "the acknowledgement")
        equal(len([line for line in lines if line.startswith("\u2014 ")]), 2,
              "signed by the station and by the office")
        if place.runs:
            shown = http_get(f"{place.node.url}/tlog/"
                             f"{tlog.origin_hash(place.record_origin())}/checkpoint")
            check(shown.code == 200, f"{place.name} shows its log: {shown}")


def set_out(s):
    """A county, and a drive by which everybody else joins."""
    t = Story(s)
    t.publish("全县的课", "431081", files=3)
    t.publish("镇里的课", "431081101")
    t.publish("村里的课", "431081101203")
    t.publish("邻镇的课", "431081102", topic="产业/果树")
    t.publish("网络的课", "431081", topic="科技/网络")
    t.publish("别镇的课", "431081103")
    drive = Drive(s)
    drive.write(b"mine", "照片.jpg")
    t.visit(t.county, drive)
    join = drive.path
    t.township = Place(s.township(None, join=join, upstream=NOWHERE, words=ALONE), True)
    t.a = Place(s.station(None, join=join, upstream=NOWHERE, words=ALONE, name="a"), True)
    t.b = Place(s.station(None, "431081101204", "黄草村", "b", join=join, upstream=NOWHERE,
                          words=ALONE), False)
    t.c = Place(s.station(None, "431081102301", "清江村", "c", join=join, upstream=NOWHERE,
                          words=ALONE), False)
    t.villages = [t.a, t.b, t.c]
    t.places = [t.township, *t.villages]
    for place in t.places:
        if place.runs:
            place.node.start()
    t.b.node.cli("subscribe", "--topic", "产业/果树", "--region", "431081102")
    t.c.node.cli("subscribe", "--topic", "科技", "--exclude")
    return t, drive


def one_drive(t, drive):
    for village in t.villages:
        t.add_records(village, 2)
    t.trip(drive, t.county, t.township, *t.villages, t.township, t.county, route=ROUTE)
    t.township.wants = {"全县的课", "镇里的课", "村里的课", "网络的课"}
    t.a.wants = {"全县的课", "镇里的课", "村里的课", "网络的课"}
    t.b.wants = {"全县的课", "镇里的课", "邻镇的课", "网络的课"}
    t.c.wants = {"全县的课", "邻镇的课"}
    for place in (t.county, *t.places):
        t.holds_exactly(place)
    t.county_has_every_record_once(t.villages)
    print("ok: the first round", flush=True)

    # In between: the office enrols the three, and people change their minds.
    for village in t.villages:
        t.county.node.enrol(village.node)
        t.add_records(village, 3)
    t.publish("新来的课", "431081101204")
    t.publish("全县的课（新）", "431081", files=4, revises="全县的课")
    # A revision has the id of what it revises.
    del t.lessons["全县的课"]
    for place in (t.county, *t.places):
        place.wants = {"全县的课（新）" if one == "全县的课" else one for one in place.wants}
    t.county.node.cli("withdraw", t.lessons["网络的课"]["id"], "--reason", "错了")
    for place in (t.county, *t.places):
        place.wants -= {"网络的课"}
    del t.lessons["网络的课"]
    t.b.node.cli("pin", t.lessons["村里的课"]["id"])
    t.trip(drive, t.county, t.township, *t.villages, t.township, t.county)
    # They know that the office counts them, and say once that they are well.
    for village in t.villages:
        village.machines = 1
    t.township.wants |= {"新来的课"}
    t.b.wants |= {"新来的课", "村里的课"}
    for place in (t.county, *t.places):
        t.holds_exactly(place)
    t.county_has_every_record_once(t.villages)
    # What was sent in the first round was acknowledged when the second came by;
    # what was sent in the second is on the drive now.
    for village in t.villages:
        t.is_acknowledged(village, 5, drive)
    equal(drive.read("照片.jpg"), b"mine", "foreign files")
    # A lesson taken back is nowhere on the drive either.
    equal(set(drive.places()) - {lesson["btmh"] for lesson in t.lessons.values()}, set(),
          "lessons on the drive")
    print("ok: the second round", flush=True)


def killed_on_its_way(t, place, drive):
    """The operator pulls it out while it is copied: everything from the next
    read on fails, and the program is gone a moment later."""
    faults = Faults(t.s, drive.path)
    visit = subprocess.Popen(place.node.command("drive", "sync", drive.path, "--json"),
                             env=faults.env, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, preexec_fn=_die_with_parent)
    wait_for(lambda: faults.counts()["read"] > 40 or visit.poll() is not None, 20, "it reads")
    faults.pull()
    if visit.poll() is None:
        visit.send_signal(signal.SIGKILL)
    visit.wait(20)
    t.holds_nothing_wrong(place)


def two_drives(t, first):
    s = t.s
    t.publish("大课", "431081", size=6_000_000)
    t.publish("又一课", "431081101203")
    second = Drive(s)
    for village in t.villages:
        t.add_records(village, 2)
    t.visit(t.county, first)
    t.visit(t.county, second)
    plan = t.county.node.cli_json("drive", "plan", second.path, "--route", ROUTE)
    before = {village.name: set(t.held(village)) for village in t.villages}
    killed_on_its_way(t, t.a, first)

    # A stick from somewhere, in the middle of it.
    bad_drive = second.copy()
    victim = s.path("victim")
    os.mkdir(victim)
    bad = hostile.Bad(bad_drive, victim, {"乙": t.lessons["大课"]["btmh"],
                                          "丙": t.lessons["又一课"]["btmh"]},
                      t.county.node.dir, t.a.node.dir, t.lessons["大课"]["id"].split("#")[0])
    hostile.flipped(bad, bad.file("乙"))
    hostile.stranger_checkpoint(bad)
    hostile.anothers_records(bad)
    hostile.forged_statements(bad)
    hostile.link(bad, ".xiangtu/blob")
    for village in (t.a, t.b):
        t.visit(village, bad_drive, codes=(DONE, FAILED, REFUSED))
    equal([name for name in os.listdir(victim) if not name.startswith("moved-")], [],
          "nothing is written elsewhere")

    t.trip(second, t.b, t.a, t.c, t.township)
    for place in (t.township, *t.villages):
        place.wants |= {"大课"}
    for place in (t.township, t.a):
        place.wants |= {"又一课"}
    report = t.visit(t.a, first)
    equal(report["in"], [], "what the other drive brought is not carried twice")
    t.trip(first, t.b, t.c, t.township, t.county)
    t.visit(t.county, second)
    for place in (t.county, *t.places):
        t.holds_exactly(place)
    t.county_has_every_record_once(t.villages)
    # What the plan said each village would have is what it has.
    for village, station in zip(t.villages, plan["stations"]):
        equal(before[village.name] | {one["title"] for one in station["comes"]},
              set(t.held(village)), f"{village.name}, as planned")
        equal(station["lacks"], [], f"{village.name}: what the plan leaves out")
    for drive in (first, second):
        for village in t.villages:
            t.is_acknowledged(village, 7, drive)
    print("ok: two drives, a pulled one and a bad one", flush=True)


def story(s):
    start = time.monotonic()
    t, drive = set_out(s)
    one_drive(t, drive)
    two_drives(t, drive)
    for place in t.places:
        if place.node.running():
            place.node.stop()
    print(f"{time.monotonic() - start:.0f} s")


run(story)
