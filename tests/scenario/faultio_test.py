"""faultio fails the call it was told to, and no other."""
import errno
import os
import signal
import sqlite3
import subprocess
import sys

from faults import FAMILIES, Faults
from lib import check, equal, run

# What a program does below a folder: 3 writes, 1 fsync, a rename, 3 reads, and
# the opening of each.
WORK = """
import ctypes, os, sys
os.chdir(sys.argv[1])
done = []
def step(name, call):
    try:
        call()
        done.append(name)
    except OSError as e:
        done.append(f"{name}:{e.errno}")
fd = -1
def opens():
    global fd
    fd = os.open("a", os.O_RDWR | os.O_CREAT)
step("open", opens)
step("write", lambda: os.write(fd, b"one "))
step("pwrite", lambda: os.pwrite(fd, b"two ", 4))
step("cut", lambda: os.ftruncate(fd, 6))
step("fsync", lambda: os.fsync(fd))
step("rename", lambda: os.rename("a", "b"))
step("read", lambda: os.pread(fd, 6, 0))
step("again", lambda: os.pread(fd, 6, 0))
def openat2():
    libc = ctypes.CDLL(None, use_errno=True)
    here = os.open(".", os.O_RDONLY)
    how = (ctypes.c_uint64 * 3)(os.O_RDONLY, 0, 8)
    new = libc.syscall(437, here, b"b", ctypes.byref(how), 24)
    if new < 0:
        raise OSError(ctypes.get_errno(), "openat2")
    os.read(new, 10)
step("openat2", openat2)
step("look", lambda: os.stat("."))
print(" ".join(done))
"""
ALL = "open write pwrite cut fsync rename read again openat2 look".split()


def work(s, faults, folder):
    return subprocess.run([sys.executable, "-c", WORK, folder], env=faults.env,
                          capture_output=True, text=True, check=False)


def fresh(s):
    s.folders = getattr(s, "folders", 0) + 1
    folder = s.path(f"folder{s.folders}")
    os.mkdir(folder)
    return folder


def each_call_fails_in_its_turn(s):
    counting = Faults(s, folder := fresh(s))
    equal(work(s, counting, folder).stdout.split(), ALL, "without faults")
    counts = counting.counts()
    equal(counts, {"write": 3, "fsync": 1, "rename": 1, "read": 3, "open": 3}, "counts")
    expected = {("write", 1): ["write"], ("write", 2): ["pwrite"], ("write", 3): ["cut"],
                ("fsync", 1): ["fsync"], ("rename", 1): ["rename"], ("read", 1): ["read"],
                ("read", 2): ["again"], ("read", 3): ["openat2"], ("open", 2): None}
    for family in FAMILIES:
        for number in range(1, counts[family] + 2):
            faults = Faults(s, folder := fresh(s), family, number, errno=errno.ENOSPC)
            said = work(s, faults, folder).stdout.split()
            equal(faults.fired(), number <= counts[family], f"{family} {number} fired")
            failed = [word.split(":")[0] for word in said if ":" in word]
            wanted = expected.get((family, number))
            if wanted is not None and family != "rename":
                equal(failed, wanted, f"{family} {number}")
            if number > counts[family]:
                equal(said, ALL, "beyond the last")
            for word in said:
                check(":" not in word or word.endswith((":28", ":2", ":9")), f"errno: {word}")


def what_is_elsewhere_is_left_alone(s):
    faults = Faults(s, fresh(s), "write", 1, "gone")
    elsewhere = fresh(s)
    equal(work(s, faults, elsewhere).stdout.split(), ALL, "elsewhere")
    equal(sum(faults.counts().values()), 0, "nothing counted")
    sibling = faults.words["FAULTIO_PREFIX"] + "x"
    os.mkdir(sibling)
    equal(work(s, faults, sibling).stdout.split(), ALL, "a name that begins the same")


def gone_is_gone(s):
    faults = Faults(s, folder := fresh(s), "fsync", 1, "gone")
    said = work(s, faults, folder).stdout.split()
    equal(said[:4], ALL[:4], "before")
    check(all(word.endswith(":5") for word in said[4:]), f"and nothing after it: {said}")
    equal(open(os.path.join(folder, "a"), "rb").read(), b"one tw", "what was written is there")
    faults.pause()
    equal(work(s, faults, folder).stdout.split(), ALL, "plugged in again")
    pulled = Faults(s, folder := fresh(s))
    pulled.pull()
    check(work(s, pulled, folder).returncode != 0, "not even the folder is there")


def torn_and_killed(s):
    faults = Faults(s, folder := fresh(s), "write", 1, torn=True)
    work(s, faults, folder)
    with open(os.path.join(folder, "b"), "rb") as f:
        equal(f.read(), b"on\0\0tw", "half of the first write, then the second")
    faults = Faults(s, folder := fresh(s), "rename", 1, "kill")
    equal(work(s, faults, folder).returncode, -signal.SIGKILL, "killed")
    equal(os.listdir(folder), ["a"], "before it was renamed")


def sqlite_is_seen(s):
    program = ("import sqlite3, sys; c = sqlite3.connect(sys.argv[1]);"
               "c.execute('pragma journal_mode=wal'); c.execute('create table t(x)');"
               "c.execute('insert into t values (1)'); c.commit()")
    counting = Faults(s, folder := fresh(s))
    subprocess.run([sys.executable, "-c", program, os.path.join(folder, "db")],
                   env=counting.env, check=True)
    counts = counting.counts()
    check(counts["write"] > 3 and counts["read"] > 0 and counts["fsync"] > 0, f"{counts}")
    faults = Faults(s, folder := fresh(s), "write", counts["write"] - 1)
    done = subprocess.run([sys.executable, "-c", program, os.path.join(folder, "db")],
                          env=faults.env, check=False, capture_output=True, text=True)
    check(faults.fired(), f"fired: {done}")
    c = sqlite3.connect(os.path.join(folder, "db"))
    equal(c.execute("pragma integrity_check").fetchone()[0], "ok", "and SQLite copes")
    c.close()


def story(s):
    for part in (each_call_fails_in_its_turn, what_is_elsewhere_is_left_alone, gone_is_gone,
                 torn_and_killed, sqlite_is_seen):
        part(s)
        print("ok:", part.__name__.replace("_", " "), flush=True)


run(story)
