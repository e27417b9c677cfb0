# TIMEOUT 180
"""Plugging in is enough: what udev and systemd call is called with a folder. A
prepared drive is synced, a foreign one left alone, and a lamp or a beeper
learns in one word what became of it. First with a program that only says how
it ended, then with xiangtu itself between a county and a station."""
import os
import signal

from drives import SYSTEM, Drive, Image, foreign_below
from lib import (DONE, FAILED, REFUSED, ROOT, USAGE, XIANGTU, Process, Skip, check, equal, run,
                 run_command, sha256_of, wait_for)

PLUGGED = os.path.join(ROOT, "share", "xiangtu", "plugged.in")


class Panel:
    """The lamp beside the slot: a hook that notes what it is told."""

    def __init__(self, s, name="panel"):
        self.dir = s.path(name)
        os.mkdir(self.dir)
        self.heard = os.path.join(self.dir, "heard")
        self.hook = self.script("hook", f'echo "$1" >>{self.heard}\ntest -d "$2"')
        self.state = os.path.join(self.dir, "run")

    def script(self, name, text):
        path = os.path.join(self.dir, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write("#!/bin/sh\n" + text + "\n")
        os.chmod(path, 0o755)
        return path

    def environment(self, program, directory="/nonexistent"):
        return {**os.environ, "XIANGTU": program, "XIANGTU_DIR": directory,
                "XIANGTU_STATE_DIR": self.state, "XIANGTU_DRIVE_HOOK": self.hook}

    def words(self):
        """What the hook was told since this was asked last; the file of the
        state says the last of it."""
        with open(self.heard, encoding="utf-8") as f:
            words = f.read().split()
        os.unlink(self.heard)
        with open(os.path.join(self.state, "drive-state"), encoding="utf-8") as f:
            equal(f.read().split(), words[-1:], "the state")
        return words

    def plug(self, drive, program, directory="/nonexistent"):
        return run_command(["sh", PLUGGED, getattr(drive, "path", drive)],
                           env=self.environment(program, directory))


def prepare(drive):
    done = run_command([XIANGTU, "--dir", "/nonexistent", "drive", "prepare", drive.path,
                        "--folder"])
    equal(done.code, DONE, f"prepare: {done}")
    return drive


def a_word_for_each_end(s, panel):
    drive = prepare(Drive(s))
    for said, code, words in (("done", 0, ["start", "done"]),
                              ("some_left", 0, ["start", "some_left"]),
                              ("failed", 1, ["start", "failed"]),
                              ("failed", 3, ["start", "failed"]),
                              ("pulled", 1, ["start", "pulled"]),
                              # An end without a word of its own.
                              ("", 0, ["start", "done"]),
                              ("nonsense", 1, ["start", "failed"])):
        program = panel.script("program", f'echo "$@" >{panel.dir}/asked\necho {said}\nexit {code}')
        result = panel.plug(drive, program)
        equal((result.code, panel.words()), (code, words), f"{said!r} with {code}: {result}")
        with open(os.path.join(panel.dir, "asked"), encoding="utf-8") as f:
            equal(f.read().split(), ["drive", "sync", "--plugged", drive.path], "what is called")

    program = panel.script("program", f"rm -r {drive.path}/{SYSTEM}\nexit 1")
    equal(panel.plug(drive, program).code, FAILED, "gone meanwhile: exit code")
    equal(panel.words(), ["start", "pulled"], "gone meanwhile")

    prepare(drive)
    os.unlink(panel.hook)
    equal(panel.plug(drive, panel.script("program", "echo done")).code, DONE, "no hook")
    panel.hook = panel.script("hook", f'echo "$1" >>{panel.heard}\nexit 7')
    equal(panel.plug(drive, panel.script("program", "echo done")).code, DONE, "a hook that fails")
    equal(panel.words(), ["start", "done"], "a hook that fails")


def foreign_drives_are_left_alone(s, panel):
    program = panel.script("program", f"touch {panel.dir}/called\necho done")
    drive = Drive(s)
    drive.write(b"mine", "照片", "a.jpg")
    before = foreign_below(drive.path)
    other = prepare(Drive(s))

    def is_foreign(what):
        result = panel.plug(drive, program)
        equal((result.code, result.out, result.err), (DONE, "", ""), what)
        equal(panel.words(), ["foreign"], what)
        check(not os.path.exists(os.path.join(panel.dir, "called")), f"{what}: was synced")
    is_foreign("no mark")
    equal(foreign_below(drive.path), before, "what is on it")
    os.symlink(other.system(), drive.system())
    is_foreign("a linked folder")
    os.unlink(drive.system())
    os.mkdir(drive.system())
    os.symlink(other.system("drive.json"), drive.system("drive.json"))
    is_foreign("a linked mark")
    os.unlink(drive.system("drive.json"))
    os.mkfifo(drive.system("drive.json"))
    is_foreign("a pipe for a mark")

    equal(panel.plug(s.path("nothing"), program).code, FAILED, "no such folder")
    equal(run_command(["sh", PLUGGED], env=panel.environment(program)).code, USAGE, "no word")


def devices_are_mounted_and_let_go_of(s, panel):
    """What udev gives it: a device. Foreign ones stay as they are to the bit."""
    program = panel.script("program", f"""grep " $4 " /proc/mounts >{panel.dir}/mounted
test -f "$4/{SYSTEM}/drive.json" && echo done""")
    for kind in ("ext4", "exfat", "ntfs"):
        try:
            a_device(s, panel, Image(s, kind, 64), program)
        except Skip as reason:
            print(f"   {kind}: left out: {reason}", flush=True)


def a_device(s, panel, drive, program):
    kind = drive.kind
    drive.mount()  # or it cannot be told here
    drive.write(b"mine", "a.txt")
    drive.unmount()
    before = sha256_of(drive.image)
    result = panel.plug(drive._attach(), program)
    equal((result.code, panel.words()), (DONE, ["foreign"]), f"{kind}: foreign: {result}")
    drive.unmount()
    equal(sha256_of(drive.image), before, f"{kind}: a foreign drive")

    prepare(drive.mount())
    drive.unmount()
    result = panel.plug(drive._attach(), program)
    equal((result.code, panel.words()), (DONE, ["start", "done"]), f"{kind}: ours: {result}")
    with open(os.path.join(panel.dir, "mounted"), encoding="utf-8") as f:
        options = f.read().split()[3].split(",")
    check({"rw", "nosuid", "nodev"} <= set(options), f"{kind}: mounted with {options}")
    equal(os.listdir(os.path.join(panel.state, "drive")), [], f"{kind}: let go of")
    drive.unmount()


def a_stop_reaches_the_visit(s, panel):
    """The device goes away: systemd stops the unit, and so the visit."""
    drive = prepare(Drive(s))
    program = panel.script("program", f"""trap 'echo pulled; exit 1' TERM
touch {panel.dir}/begun
while :; do sleep 0.05; done""")
    process = Process(s, "plugged", ["sh", PLUGGED, drive.path], env=panel.environment(program))
    wait_for(lambda: os.path.exists(os.path.join(panel.dir, "begun")), 10, "it has begun")
    process.process.send_signal(signal.SIGTERM)
    equal(process.wait(10), FAILED, "stopped: exit code")
    equal(panel.words(), ["start", "pulled"], "stopped")


def prepare_says_what_it_is(s):
    drive = Drive(s)
    drive.write(b"mine", "照片", "a.jpg")

    def ask(*words, code=DONE):
        result = run_command([XIANGTU, "--dir", s.path("none"), "drive", "prepare", *words,
                              "--json"])
        equal(result.code, code, f"prepare {words}: {result}")
        return result.json()
    check("--folder" in ask(drive.path, code=USAGE)["error"], "a folder by mistake")
    check(not os.path.exists(drive.system()), "refused and yet written")
    ask("/", "--folder", code=USAGE)
    first = ask(drive.path, "--folder")
    equal((first["state"], first["others"], first["parts"]), ("prepared", True, 0), "first")
    again = ask(drive.path, "--folder")
    equal((again["state"], again["id"]), ("ours", first["id"]), "again")
    parts = ask(drive.path, "--folder", "--parts", "2G")
    equal((parts["state"], parts["parts"], parts["id"]), ("changed", 1984 << 20, first["id"]),
          "parts")
    equal(ask(drive.path, "--folder")["parts"], 1984 << 20, "parts stay")
    equal(ask(drive.path, "--folder", "--parts", "off")["parts"], 0, "no parts")
    ask(drive.path, "--folder", "--parts", "64M", code=USAGE)
    ask(drive.path, "--folder", "--parts", "much", code=USAGE)
    equal(drive.read("照片", "a.jpg"), b"mine", "other files")

    # Pulled out while it was prepared; made by a later program.
    drive.write(b"", SYSTEM, "drive.json")
    equal(ask(drive.path, "--folder")["state"], "prepared", "a torn mark")
    drive.write(b'{"xiangtu":"drive/v2"}', SYSTEM, "drive.json")
    check("newer" in ask(drive.path, "--folder", code=FAILED)["error"], "a later version")
    equal(drive.read(SYSTEM, "drive.json"), b'{"xiangtu":"drive/v2"}', "its mark stays")


def capacity_leaves_nothing(s):
    drive = Drive(s)
    drive.write(b"mine", "a.txt")
    result = run_command([XIANGTU, "drive", "check", drive.path, "--capacity", "--first", "8M",
                          "--json"])
    equal(result.code, DONE, f"capacity: {result}")
    equal((result.json()["written"], result.json()["kept"]), (8 << 20, 8 << 20), "bytes")
    equal(os.listdir(drive.path), ["a.txt"], "what is left")

    process = Process(s, "capacity", [XIANGTU, "drive", "check", drive.path, "--capacity",
                                      "--first", "20G"])
    wait_for(lambda: os.path.exists(drive.system("test", "0000")), 10, "it fills")
    process.process.send_signal(signal.SIGINT)
    check(process.wait(30) != DONE, "interrupted, and yet done")
    equal(os.listdir(drive.path), ["a.txt"], "what Ctrl-C leaves")

    process = Process(s, "killed", [XIANGTU, "drive", "check", drive.path, "--capacity",
                                    "--first", "20G"])
    wait_for(lambda: os.path.exists(drive.system("test", "0000")), 10, "it fills")
    process.kill()
    equal(run_command([XIANGTU, "--dir", s.path("none"), "drive", "check", drive.path]).code,
          DONE, "the next one")
    equal(os.listdir(drive.path), ["a.txt"], "what the next one leaves")


def with_xiangtu(s, panel):
    county = s.county(words=["--announce", "off"])
    lesson = county.publish(s.file("课.bin", 3_000_000), "黑山羊春季防疫", "产业/养殖/黑山羊",
                            "--no-media")
    station = s.station(county, words=["--announce", "off"], upstream="http://127.0.0.1:9")
    drive = prepare(Drive(s))
    result = panel.plug(drive, XIANGTU, county.dir)
    equal((result.code, panel.words()), (DONE, ["start", "done"]), f"at the county: {result}")

    for node in (county, station):
        show = node.cli_json("drive", "show", drive.path)
        equal([(one["title"], one["state"], one["topic"]) for one in show["lessons"]],
              [("黑山羊春季防疫", "whole", "产业/养殖/黑山羊")], f"{node.name}: drive show")
        equal(node.cli_json("drive", "check", drive.path)["damaged"], 0, "drive check")
    county.publish(s.file("另.bin", 100_000), "第二课", "产业/养殖", "--no-media")
    [log] = county.cli_json("drive", "show", drive.path)["logs"]
    equal((log["size"], log["ours"], log["state"]), (1, 2, "older"), "its log")

    result = panel.plug(drive, XIANGTU, station.dir)
    equal((result.code, panel.words()), (DONE, ["start", "done"]), f"at the station: {result}")
    equal(station.state(lesson["id"]), "held", "the lesson")
    equal(station.payload(lesson["btmh"]), county.payload(lesson["btmh"]), "its bytes")
    show = station.cli_json("drive", "show", drive.path)
    equal([(log["size"], log["state"]) for log in show["logs"]], [(1, "same")], "its logs")
    check(any(one["state"] == "our own" for one in show["statements"]), "the statement")
    check_finds_damage(station, drive, lesson)

    check("黑山羊春季防疫" in result.out and "done" not in result.out.split(), "the journal")

    # Where there is no node nothing can be synced, and that is said.
    result = panel.plug(drive, XIANGTU, s.path("none"))
    equal((result.code, panel.words()), (FAILED, ["start", "failed"]), "no node")
    check(result.err.strip(), "the journal learns why")


def check_finds_damage(node, drive, lesson):
    [name] = os.listdir(drive.folder_of(lesson["btmh"]))
    path = os.path.join(drive.folder_of(lesson["btmh"]), name)
    with open(path, "r+b") as f:
        f.seek(1_000_000)
        f.write(b"\0\0\0\0")
    result = node.try_cli("drive", "check", drive.path, "--json")
    equal(result.code, REFUSED, f"damaged: {result}")
    [found] = result.json()["lessons"]
    equal((found["state"], found["damaged"]), ("damaged", 1), "a damaged piece")
    os.truncate(path, 2_000_000)
    [found] = node.try_cli("drive", "check", drive.path, "--json").json()["lessons"]
    equal(found["state"], "damaged", "a file that was cut")
    check(node.try_cli("drive", "show", drive.path).code == DONE, "show of a damaged drive")


def story(s):
    panel = Panel(s)
    a_word_for_each_end(s, panel)
    foreign_drives_are_left_alone(s, panel)
    devices_are_mounted_and_let_go_of(s, panel)
    a_stop_reaches_the_visit(s, panel)
    prepare_says_what_it_is(s)
    capacity_leaves_nothing(s)
    if run_command([XIANGTU, "drive", "sync", "--help"]).code == DONE:
        with_xiangtu(s, panel)


run(story)
