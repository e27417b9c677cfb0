"""forgetfs forgets what was not fsynced, and nothing else."""
import mmap
import os
import signal
import sqlite3
import subprocess
import time

from lib import ForgetFS, check, equal, run, stays


def write(path, data, sync=False):
    with open(path, "wb") as f:
        f.write(data)
        f.flush()
        if sync:
            os.fsync(f.fileno())


def sync_folder(path):
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(fd)
    os.close(fd)


def read(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except FileNotFoundError:
        return None


def what_was_fsynced_stays(fs, at):
    write(at("kept"), b"k" * 10_000, sync=True)
    write(at("nameless"), b"n" * 10_000, sync=True)
    os.unlink(at("nameless"))
    sync_folder(fs.path)
    write(at("lost-name"), b"l", sync=True)
    write(at("kept-name"), b"")
    os.rename(at("kept-name"), at("renamed"))
    sync_folder(fs.path)
    write(at("renamed"), b"data nobody synced")
    os.mkdir(at("folder"))
    write(at("folder/inside"), b"x", sync=True)
    sync_folder(at("folder"))
    with open(at("kept"), "r+b") as f:
        f.truncate(5)
    fs.cut(0)
    equal(read(at("kept")), b"k" * 10_000, "an unsynced truncation is forgotten")
    equal(read(at("nameless")), None, "a synced unlink")
    equal(read(at("lost-name")), b"l", "synced together with the folder")
    equal(read(at("kept-name")), None, "the old name of a synced rename")
    equal(read(at("renamed")), b"", "data nobody synced")
    check(not os.path.exists(at("folder")), "a folder whose name was not synced")


def every_fate_that_may_come_does_come(fs, at):
    data = bytes(range(256)) * 64  # 16 KiB
    seen = {}
    for seed in range(1, 60):
        write(at("base"), b"old" * 4000, sync=True)
        write(at("new"), b"new" * 4000, sync=True)
        sync_folder(fs.path)
        with open(at("torn"), "wb") as f:
            f.write(data)
        os.rename(at("new"), at("base"))
        fs.cut(seed)
        base = read(at("base"))
        check(base in (b"old" * 4000, b"new" * 4000), "a rename is old or new")
        result = (base[:3], read(at("torn")))
        for name in ("torn", "new"):
            if os.path.exists(at(name)):
                os.unlink(at(name))
        sync_folder(fs.path)
        kept = result[1]
        kind = ("none" if kept is None else "empty" if kept == b"" else
                "whole" if kept == data else "zeros" if not any(kept) else "torn")
        seen.setdefault(kind, set()).add(result[0])
    equal(set(seen), {"none", "empty", "whole", "zeros", "torn"}, "fates of a write")
    check(seen["none"] | seen["whole"] == {b"old", b"new"}, "fates of a rename")


def the_same_history_and_seed_give_the_same(s):
    def history(seed):
        fs = ForgetFS(s)
        for i in range(30):
            write(os.path.join(fs.path, f"f{i % 7}"), bytes([i]) * 3000 * i, sync=i % 5 == 0)
            if i % 4 == 0:
                os.rename(os.path.join(fs.path, f"f{i % 7}"), os.path.join(fs.path, "g"))
            if i % 11 == 0:
                sync_folder(fs.path)
        report = fs.cut(seed)
        left = {name: read(os.path.join(fs.path, name)) for name in sorted(os.listdir(fs.path))}
        fs.close()
        return report, left
    equal(history(7), history(7), "the same seed")
    check(any(history(7) != history(seed) for seed in (8, 9, 10)), "seeds matter")


def dying_in_the_middle(fs, at):
    write(at("counted"), b"0" * 100, sync=True)
    sync_folder(fs.path)
    fs.die_after(3)
    refused = 0
    fd = os.open(at("counted"), os.O_RDWR)
    for i in range(5):
        try:
            os.pwrite(fd, b"1" * 10, i * 10)
            os.fsync(fd)
        except OSError:
            refused += 1
    os.close(fd)
    equal(refused, 3, "from the third change on nothing is taken")
    fs.cut(0)
    equal(read(at("counted")), b"1" * 20 + b"0" * 80, "two were synced before")


def what_sqlite_needs(fs, at):
    def connect():
        c = sqlite3.connect(at("db"), isolation_level=None)
        c.execute("pragma journal_mode=wal")
        c.execute("pragma synchronous=full")
        return c
    c = connect()
    c.execute("create table t(n integer primary key, filler)")
    c.close()
    rows = 0
    for seed in range(1, 25):
        pid = os.fork()
        if pid == 0:
            # Some committed, one under way, and gone.
            c = connect()
            for _ in range(seed % 7 + 1):
                c.execute("insert into t(filler) values (randomblob(3000))")
            c.execute("begin")
            c.execute("insert into t(filler) values (randomblob(90000))")
            os.kill(os.getpid(), signal.SIGKILL)
        os.waitpid(pid, 0)
        fs.cut(seed)
        rows += seed % 7 + 1
        c = connect()
        equal(c.execute("pragma integrity_check").fetchone()[0], "ok", f"seed {seed}")
        equal(c.execute("select count(*) from t").fetchone()[0], rows,
              f"seed {seed}: committed rows")
        c.close()


def files_are_files(fs, at):
    fd = os.open(at("sparse"), os.O_RDWR | os.O_CREAT)
    os.ftruncate(fd, 50 << 20)
    os.pwrite(fd, b"end", (50 << 20) - 3)
    check(fs.status()["bytes"] < 4 << 20, "a hole takes no room")
    m = mmap.mmap(fd, 1 << 20)
    m[1000:1004] = b"maps"
    m.flush()
    equal(os.pread(fd, 4, 1000), b"maps", "written through a map")
    m.close()
    os.link(at("sparse"), at("second"))
    equal(os.stat(at("second")).st_nlink, 2, "links")
    os.unlink(at("sparse"))
    os.unlink(at("second"))
    equal(os.pread(fd, 3, (50 << 20) - 3), b"end", "open, and without a name")
    os.close(fd)
    os.symlink("nowhere", at("link"))
    equal(os.readlink(at("link")), "nowhere", "symbolic link")
    fs.limit(fs.status()["bytes"] + (1 << 20))
    try:
        write(at("large"), b"x" * (4 << 20))
        check(False, "there was room for it")
    except OSError as e:
        equal(e.errno, 28, "ENOSPC")
    finally:
        fs.limit(0)
    os.unlink(at("large"))


def read_error(path):
    fd = os.open(path, os.O_RDONLY)
    try:
        return len(os.pread(fd, 10_000, 0))
    except OSError as e:
        return e.errno
    finally:
        os.close(fd)


def a_failing_drive(fs, at):
    write(at("file"), b"f" * 5000)
    fs.fail("read", 2)
    equal([read_error(at("file")) for _ in range(3)], [5000, 5, 5000], "one read fails")
    fs.fail("read", 2, stays=True)
    equal([read_error(at("file")) for _ in range(3)], [5000, 5, 5], "and all after it")
    fs.fail("read", 0)
    equal(read_error(at("file")), 5000, "mended")
    for stays, expected in ((False, [1, 5, 1]), (True, [1, 5, 5])):
        fs.fail("write", 2, stays)
        got = []
        for n in range(3):
            try:
                write(at(f"new{n}"), b"n")
                got.append(1)
            except OSError as e:
                got.append(e.errno)
        equal(got, expected, "writes")
    fs.fail("write", 0)
    write(at("file"), b"mended")


def a_lying_drive(fs, at):
    write(at("file"), b"f" * 300_000)
    fs.lie()
    equal(read(at("file")), b"f" * 300_000, "the first answer is the truth")
    second = read(at("file"))
    equal(len(second), 300_000, "the second is as long")
    check(second != b"f" * 300_000, "and another")
    fs.lie(False)
    equal(read(at("file")), b"f" * 300_000, "the truth again")


def a_slow_drive(fs, at):
    def seconds(call):
        start = time.monotonic()
        call()
        return time.monotonic() - start
    fs.slow(250_000)
    check(seconds(lambda: write(at("file"), b"s" * 500_000)) > 1.9, "writing takes its time")
    check(seconds(lambda: read(at("file"))) > 1.9, "and so does reading")
    fs.slow(0)
    check(seconds(lambda: read(at("file"))) < 1.9, "fast again")


def a_drive_that_stands_still(fs, at):
    write(at("file"), b"s" * 500_000)
    fs.stall()
    reader = subprocess.Popen(["cat", at("file")], stdout=subprocess.PIPE)
    try:
        check(os.path.getsize(at("file")) == 500_000, "names are still told")
        stays(lambda: reader.poll() is None, 0.5, "bytes are not")
    finally:
        fs.stall(False)
    equal(reader.communicate()[0], b"s" * 500_000, "they come when it goes on")


def story(s):
    for part in (what_was_fsynced_stays, every_fate_that_may_come_does_come,
                 dying_in_the_middle, what_sqlite_needs, files_are_files,
                 a_failing_drive, a_lying_drive, a_slow_drive,
                 a_drive_that_stands_still):
        fs = ForgetFS(s)
        part(fs, lambda name, fs=fs: os.path.join(fs.path, name))
        fs.close()
        print("ok:", part.__name__.replace("_", " "))
    the_same_history_and_seed_give_the_same(s)


run(story)
