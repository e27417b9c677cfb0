"""Drives for the stories: folders, and images of real file systems.

    drive = Drive(s)                      a folder
    with file_system(s, "exfat", 200) as drive: …

`Drive.path` is where it is mounted. What a file system lacks here is told by
`lib.Skip`; an image is unmounted however the story ends. hostile.py makes bad
drives out of good ones."""

import concurrent.futures
import contextlib
import hashlib
import json
import multiprocessing
import os
import re
import shutil
import subprocess
import tempfile
import time

import lib
import tlog
from lib import DONE, Skip, check, equal, need_program, sha256_of, wait_for

LESSONS = "乡土课件"
SYSTEM = ".xiangtu"


class Drive:
    """A folder that is (or stands for) a mounted drive."""

    def __init__(self, scenario, path=None):
        if path is None:
            scenario.drives = getattr(scenario, "drives", 0) + 1
            path = scenario.path(f"drive-{scenario.drives}")
            os.mkdir(path)
        self.scenario, self.path = scenario, path

    def at(self, *parts):
        return os.path.join(self.path, *parts)

    def system(self, *parts):
        return self.at(SYSTEM, *parts)

    def read(self, *parts):
        with open(self.at(*parts), "rb") as f:
            return f.read()

    def write(self, content, *parts):
        path = self.at(*parts)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(content)

    def copy(self, path=None):
        """A second drive with the same on it."""
        other = Drive(self.scenario, path)
        shutil.copytree(self.path, other.path, symlinks=True, dirs_exist_ok=True)
        return other

    # -- what is on it, as this reader understands docs/drive.md

    def places(self):
        """{btmh: {"folder": …, "parts": …, "poster": …}}"""
        found = {}
        folder = self.system("place")
        for name in os.listdir(folder) if os.path.isdir(folder) else []:
            if not re.fullmatch(r"[0-9a-f]{64}", name):
                continue
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                lines = f.read().splitlines()
            equal(lines[0], "xiangtu-place/v1", f"the first line of place/{name}")
            found[name] = dict(line.split(" ", 1) for line in lines[1:])
        return found

    def folder_of(self, btmh):
        """Where a lesson's files are, or None."""
        place = self.places().get(btmh)
        if not place or not os.path.isdir(self.at(place["folder"])):
            return None
        return self.at(place["folder"])

    def payload(self, btmh):
        """{path: sha256} of a lesson's files on the drive, parts put together,
        without the poster; {} when it is not there."""
        folder = self.folder_of(btmh)
        place = self.places().get(btmh)
        if not folder:
            return {}
        found, parts = {}, {}
        for where, _, names in os.walk(folder):
            for name in names:
                path = os.path.relpath(os.path.join(where, name), folder)
                if path == place.get("poster"):
                    continue
                if "parts" in place and re.search(r"\.\d{3}$", name):
                    parts.setdefault(path[:-4], []).append(path)
                else:
                    found[path] = sha256_of(os.path.join(folder, path))
        for path, names in parts.items():
            digest = hashlib.sha256()
            for name in sorted(names):
                with open(os.path.join(folder, name), "rb") as f:
                    while block := f.read(1 << 20):
                        digest.update(block)
            found[path] = digest.hexdigest()
        return found

    def is_valid(self, vkeys):
        """What somebody finds who plugs it in elsewhere is true: each log
        audited by tlog.py, each place that is named holds what was signed (its
        torrent file says). Returns the lessons (btmh) that are whole."""
        for origin, vkey in vkeys.items():
            log = self.system("tlog", tlog.origin_hash(origin))
            if os.path.exists(os.path.join(log, "checkpoint")):
                name, _ = tlog.audit_folder(log, vkey, tiles=False)
                equal(name, origin, "the log on the drive")
        whole = set()
        for btmh in self.places():
            folder = self.folder_of(btmh)
            if not folder:
                continue  # named before it is moved there: a pulled drive
            with open(self.system("torrent", btmh), "rb") as f:
                torrent = f.read()
            equal(files_of(torrent, btmh), self.sizes_and_roots(btmh), f"the files of {btmh}")
            whole.add(btmh)
        return whole

    def sizes_and_roots(self, btmh):
        place = self.places()[btmh]
        folder = self.at(place["folder"])
        found = {}
        for where, _, names in os.walk(folder):
            for name in sorted(names):
                path = os.path.relpath(os.path.join(where, name), folder)
                if path == place.get("poster"):
                    continue
                with open(os.path.join(folder, path), "rb") as f:
                    data = f.read()
                found[path] = (len(data), tlog.merkle_v2(data)[0] if data else b"")
        return found

    def foreign(self):
        """{path: sha256 or kind} of everything that is not ours: outside of
        .xiangtu and of the folders that place files name."""
        ours = {place["folder"] for place in self.places().values()}
        return foreign_below(self.path, ours)


def foreign_below(root, ours=()):
    found = {}
    for where, folders, names in os.walk(root):
        relative = os.path.relpath(where, root)
        if relative == SYSTEM or relative in ours:
            folders.clear()
            continue
        if relative.startswith(SYSTEM + "/"):
            continue
        for name in names:
            path = os.path.join(where, name)
            key = os.path.normpath(os.path.join(relative, name))
            if os.path.islink(path):
                found[key] = "-> " + os.readlink(path)
            elif os.path.isfile(path):
                found[key] = sha256_of(path) if os.path.getsize(path) < 1 << 30 else "huge"
            else:
                found[key] = "special"
    return found


def files_of(torrent, btmh):
    """{path below the lesson's folder: (size, root)} out of a torrent file."""
    start = torrent.index(b"4:info") + 6
    # The info dictionary is what the btmh is the hash of.
    decoded = tlog.bdecode(torrent)
    info = decoded[b"info"]
    equal(hashlib.sha256(torrent[start:start + len(tlog.bencode(info))]).hexdigest(), btmh,
          "the torrent file is the signed one")
    found = {}

    def walk(tree, path):
        for name, value in tree.items():
            if name == b"":
                found["/".join(path)] = (value[b"length"], value.get(b"pieces root", b""))
            else:
                walk(value, path + [name.decode()])
    walk(info[b"file tree"], [])
    return found


# --- file systems ---------------------------------------------------------------

KINDS = ("ext4", "exfat", "ntfs", "vfat")


def _mkfs(kind, image):
    command = {"ext4": ["mkfs.ext4", "-q", "-F", image], "exfat": ["mkfs.exfat", image],
               "ntfs": ["mkntfs", "-F", "-Q", "-q", image],
               "vfat": ["mkfs.vfat", "-F", "32", image]}[kind]
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    need_program(command[0])
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    check(made.returncode == 0, f"{command}: {made.stderr}")


def _run(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, (done.stdout + done.stderr).strip()


class Image(Drive):
    """An image of a file system, mounted and unmounted at will; it lies in the
    folder `where`."""

    def __init__(self, scenario, kind, megabytes, where=None):
        super().__init__(scenario)
        self.kind = kind
        self.image = os.path.join(where or scenario.dir, os.path.basename(self.path) + ".img")
        with open(self.image, "wb") as f:
            f.truncate(megabytes << 20)
        _mkfs(kind, self.image)
        self.loop = None
        scenario.cleanup.callback(self.unmount)

    def _attach(self):
        if os.getuid() != 0:
            raise Skip("loop devices are for root")
        code, said = _run(["losetup", "-f", "--show", self.image])
        if code != 0:
            raise Skip(f"no loop device: {said[:200]}")
        self.loop = said.split()[-1]
        return self.loop

    def mount(self, read_only=False):
        options = "ro" if read_only else "rw"
        if self.kind == "ext4":
            command = ["mount", "-t", "ext4", "-o", options, self._attach(), self.path]
        elif self.kind == "vfat":
            if os.system("grep -qw vfat /proc/filesystems || modprobe -q vfat 2>/dev/null") != 0:
                # fusefat 0.1a renames a folder without what is in it, and
                # takes no Chinese names: it is no drive.
                raise Skip("this kernel has no vfat")
            command = ["mount", "-t", "vfat", "-o", options + ",utf8", self._attach(), self.path]
        else:
            if not os.access("/dev/fuse", os.R_OK | os.W_OK):
                raise Skip("no access to /dev/fuse")
            program = {"exfat": "mount.exfat-fuse", "ntfs": "ntfs-3g"}[self.kind]
            need_program(program)
            what = self._attach() if self.kind == "exfat" else self.image
            command = [program, "-o", options, what, self.path]
        code, said = _run(command)
        if code != 0 or not os.path.ismount(self.path):
            self.unmount()
            raise Skip(f"cannot mount {self.kind} here: {said[-200:]}")
        return self

    def unmount(self):
        if os.path.ismount(self.path):
            code, said = _run(["umount", self.path])
            if code != 0 or os.path.ismount(self.path):
                _run(["umount", "-l", self.path])
                print(f"{self.kind}: {said}")
        if self.loop:
            # ntfs-3g and exfat write to it a moment longer.
            wait_for(lambda: _run(["losetup", "-d", self.loop])[0] == 0 or
                     self.loop not in _run(["losetup", "-a"])[1], 10, "the loop device is free")
            self.loop = None
        elif self.kind == "ntfs":
            with contextlib.suppress(OSError):
                wait_for(lambda: _run(["fuser", "-s", self.image])[0] != 0, 5, "ntfs-3g has ended")


def file_system(scenario, kind, megabytes=128):
    """A new, mounted image; raises Skip where it cannot be had."""
    return Image(scenario, kind, megabytes).mount()


def available(scenario, megabytes=128):
    """Every kind that can be had here, mounted; says why others are not."""
    for kind in KINDS:
        try:
            drive = file_system(scenario, kind, megabytes)
        except Skip as reason:
            print(f"   {kind}: left out: {reason}", flush=True)
            continue
        yield kind, drive
        drive.unmount()


# --- syncing ----------------------------------------------------------------------

def sync(node, drive, *words, codes=(DONE,), timeout=120, env=None):
    """`drive sync` at a node, running or not. The result has `.report`, the most
    memory it took as `.rss` and its time as `.seconds`. A crash, a hang and a
    failure without a word are always failures of the story."""
    command = node.command("drive", "sync", getattr(drive, "path", drive), "--json", *words)
    result = measured(command, timeout, env or node.env)
    check(result.code in codes, f"{node.name}: wanted {codes}: {result}")
    try:
        result.report = json.loads(result.out)
    except ValueError:
        result.report = None
    check(result.report or result.err.strip(), f"{node.name}: ended without a word: {result}")
    return result


def measured(command, timeout=120, env=None, cwd=None):
    """Run a command; a Result with `.rss` (bytes) and `.seconds` more."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start, timeout = time.monotonic(), lib.patient(timeout)
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                   env=env, cwd=cwd, preexec_fn=lib._die_with_parent)
        most = 0
        while process.poll() is None:
            most = max(most, _high_water(process.pid))
            if time.monotonic() > start + timeout:
                process.kill()
                process.wait()
                raise lib.Failure(f"{' '.join(command)} has not ended after {timeout} s")
            time.sleep(0.005)
        seconds = time.monotonic() - start
        out.seek(0)
        err.seek(0)
        result = lib.Result(command, process.returncode, out.read().decode(errors="replace"),
                            err.read().decode(errors="replace"))
    result.rss, result.seconds = most, seconds
    return result


def _high_water(pid):
    try:
        with open(f"/proc/{pid}/status") as f:
            for line in f:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


# --- many at a time ----------------------------------------------------------------

def side_by_side(function, arguments):
    """Yield function(argument) of each, as they come, from processes forked from
    this one. `function` and its arguments must be known to the module by name.

    Copies of one node are told from each other by a name that a machine's
    network has once: each process gets a network of its own, or there is one."""
    alone = subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False)
    workers = min(4, os.cpu_count() or 1) if alone.returncode == 0 else 1
    with concurrent.futures.ProcessPoolExecutor(
            workers, multiprocessing.get_context("fork"),
            _own_network if workers > 1 else None) as pool:
        jobs = [pool.submit(function, argument) for argument in arguments]
        try:
            for job in concurrent.futures.as_completed(jobs):
                yield job.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _own_network():
    CLONE_NEWNET = 0x40000000
    check(lib._libc.unshare(CLONE_NEWNET) == 0, "a network of its own")
