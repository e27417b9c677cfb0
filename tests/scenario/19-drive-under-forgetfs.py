# TIMEOUT 200
"""A drive that keeps only what was flushed loses its power, fails, and lies; then
the data directory does. "Safe to remove" is true, what is on either side is
always true as far as it goes, and the next plug-in completes the rest."""
import os
import shutil

import tlog
from drives import Drive, sync
from lib import DONE, FAILED, LONG, REFUSED, ForgetFS, check, equal, run

ROUNDS = 60 if LONG else 8
ANY = (DONE, FAILED, REFUSED)


class World:
    def __init__(self, s):
        self.s = s
        self.county = s.county(words=["--announce", "off"])
        for number, size in enumerate((900_000, 40_000, 300_000)):
            self.county.publish(s.file(f"{number}.bin", size), f"第{number}课", "产业/养殖",
                                "--no-media")
        self.lessons = {lesson["btmh"] for lesson in self.county.lessons()}
        self.payload = {btmh: self.county.payload(btmh) for btmh in self.lessons}
        self.station = s.station(self.county, words=["--announce", "off"])
        origin, seed = tlog.read_secret(os.path.join(self.county.dir, "publisher.key"))
        self.vkeys = {origin: tlog.vkey_of(origin, tlog.public_of(seed))}
        self.good = Drive(s)
        sync(self.county, self.good)

    def again(self, template, directory):
        shutil.rmtree(directory, ignore_errors=True)
        shutil.copytree(template.dir, directory)
        return type(template)(self.s, os.path.basename(directory), directory=directory,
                              address=template.address)

    def drive_is_true(self, drive, what, whole=False):
        found = drive.is_valid(self.vkeys)
        check(not whole or found == self.lessons, f"{what}: on the drive: {len(found)} lessons")

    def node_is_true(self, node, what, whole=False):
        held = {lesson["btmh"] for lesson in node.lessons() if lesson["state"] == "held"}
        for btmh in held:
            equal(node.payload(btmh), self.payload[btmh], f"{what}: held means these bytes")
        check(not whole or held == self.lessons, f"{what}: {len(held)} lessons held")


def flush(fs):
    """What is there now is there for good."""
    fs.cut("all")


def new_drive(w):
    fs = ForgetFS(w.s)
    return fs, Drive(w.s, os.path.join(fs.path, "usb"))


def safe_is_safe(w):
    """It said so; the power goes that very moment."""
    for seed in (0, *(w.s.random.randrange(1, 1 << 30) for _ in range(ROUNDS // 4))):
        fs, drive = new_drive(w)
        os.mkdir(drive.path)
        flush(fs)
        report = sync(w.county, drive).report
        check(report["safe"] and report["state"] == "done", f"{report}")
        fs.cut(seed)
        w.drive_is_true(drive, f"seed {seed}, after 'safe to remove'", whole=True)
        fs.close()


def the_power_goes_while_it_is_written(w):
    fs, drive = new_drive(w)
    died = 0
    for number in range(ROUNDS):
        seed = w.s.random.randrange(1, 1 << 30)
        shutil.rmtree(drive.path, ignore_errors=True)
        os.mkdir(drive.path)
        flush(fs)
        fs.die_after(w.s.random.randrange(1, 120))
        sync(w.county, drive, codes=ANY)
        died += fs.status()["dead"]
        fs.cut(seed)
        fs.die_after(0)
        os.makedirs(drive.path, exist_ok=True)
        w.drive_is_true(drive, f"seed {seed}")
        sync(w.county, drive)
        w.drive_is_true(drive, f"seed {seed}, plugged in again", whole=True)
        fs.cut(0)
        w.drive_is_true(drive, f"seed {seed}, and flushed", whole=True)
    print(f"   the power went {died} times in {ROUNDS}", flush=True)
    check(died > ROUNDS // 3, "the power did go")
    fs.close()


def a_drive_that_fails(w):
    """Reads and writes that fail, once or from then on."""
    fs, drive = new_drive(w)
    shutil.copytree(w.good.path, drive.path)
    for number in range(ROUNDS):
        seed = w.s.random.randrange(1, 1 << 30)
        what, stays = ("read", "write")[number % 2], number % 4 < 2
        station = w.again(w.station, w.s.path("fails"))
        fs.fail(what, w.s.random.randrange(1, 60), stays)
        sync(station, drive, codes=ANY)
        fs.fail(what, 0)
        w.node_is_true(station, f"{what} failed, seed {seed}")
        sync(station, drive)
        w.node_is_true(station, f"{what} failed, mended", whole=True)
        w.drive_is_true(drive, f"{what} failed", whole=True)
    fs.close()


def a_drive_that_lies(w):
    """What it gives the second time is not what it gave the first."""
    fs, drive = new_drive(w)
    shutil.copytree(w.good.path, drive.path)
    for node in (w.again(w.station, w.s.path("lied-to")),
                 w.again(w.county, w.s.path("lied-to-county"))):
        fs.lie()
        for _ in range(2):
            sync(node, drive, codes=ANY)
            w.node_is_true(node, "a lying drive")
        # What it has written after lies is its own; another drive is honest.
        fs.lie(False)
        sync(node, w.good.copy())
        w.node_is_true(node, "an honest drive", whole=True)
        equal(node.try_cli("check").code, DONE, "check")
    fs.close()


def the_node_loses_power(w):
    fs = ForgetFS(w.s)
    directory = os.path.join(fs.path, "node")
    died = 0
    for number in range(ROUNDS):
        seed = w.s.random.randrange(1, 1 << 30)
        station = w.again(w.station, directory)
        drive = w.good.copy()
        flush(fs)
        fs.die_after(w.s.random.randrange(1, 250))
        sync(station, drive, codes=ANY)
        died += fs.status()["dead"]
        fs.cut(seed)
        fs.die_after(0)
        w.node_is_true(station, f"seed {seed}")
        w.drive_is_true(drive, f"seed {seed}", whole=True)
        sync(station, drive)
        fs.cut(0)
        w.node_is_true(station, f"seed {seed}, plugged in again", whole=True)
        equal(station.try_cli("check").code, DONE, f"seed {seed}: check")
        shutil.rmtree(drive.path)
    print(f"   the power went {died} times in {ROUNDS}", flush=True)
    check(died > ROUNDS // 3, "the power did go")
    fs.close()


def story(s):
    w = World(s)
    for part in (safe_is_safe, the_power_goes_while_it_is_written, a_drive_that_fails,
                 a_drive_that_lies, the_node_loses_power):
        part(w)
        print("ok:", part.__name__.replace("_", " "), flush=True)


run(story)
