"""What the stories in this folder are told with: real nodes on loopback.

A story is a function that takes a `Scenario` and is run by `run(story)`:

    def story(s):
        county = s.county()
        station = s.station(county)
        county.start()
        station.start()
        lesson = county.publish(s.file("课.bin", 3_000_000), title="黑山羊")
        station.wait_held(lesson["id"])

    run(story)

Everything it starts is stopped and every file removed at the end, however it
ends; when it fails, what each node said is printed first. Nothing sleeps for a
fixed time: `wait_for` looks until something is so or a deadline has passed.

Nodes have addresses of their own in 127/8, so that ports never clash, also
with other tests that run at the same time; those belong to another county and
are not listened to. Python's standard library only.

Environment: XIANGTU_BIN is the folder of the programs, XIANGTU_LONG=1 asks for
more seeds and rounds, XIANGTU_KEEP=1 leaves the files, XIANGTU_SEED=N repeats a
random story.
"""

import contextlib
import ctypes
import hashlib
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

from servers import (Relay, Response, Server, StaticServer, Throttle, answer_with, cut_short,
                     flip_byte, hang_up, http_get, http_request, raw_tcp)

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get("XIANGTU_BIN") or os.path.join(ROOT, "build", "release", "bin")
XIANGTU = os.path.join(BIN, "xiangtu")
FORGETFS = os.path.join(BIN, "forgetfs")
LONG = os.environ.get("XIANGTU_LONG") == "1"
SKIPPED = 77


def _is_sanitized():
    try:
        with open(XIANGTU, "rb") as file:
            return b"__asan_init" in file.read()
    except OSError:
        return False


# Built with the sanitizers, which take memory and time of their own.
SANITIZED = _is_sanitized()

# How long a thing may take is said for a quiet machine. One that is busy with
# other things gets so many times that, and a minute at least: waiting costs
# nothing when all is well. Where a time is what a story claims, it measures it.
PATIENCE, LEAST_S = 4, 60


def patient(seconds):
    return max(LEAST_S, seconds * PATIENCE)


# Exit codes of xiangtu.
DONE, FAILED, USAGE, REFUSED = 0, 1, 2, 3

_libc = ctypes.CDLL(None, use_errno=True)


class Failure(AssertionError):
    """What the story says is not so."""


class Skip(Exception):
    """The story cannot be told on this machine."""


def _die_with_parent():
    PR_SET_PDEATHSIG = 1
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def check(condition, message):
    if not condition:
        raise Failure(message)


def equal(got, expected, what):
    if got != expected:
        raise Failure(f"{what}: expected {expected!r}, got {got!r}")


def need_program(name):
    """The path of a program, or the story is skipped."""
    path = shutil.which(name)
    if not path:
        raise Skip(f"no {name} on this machine")
    return path


def wait_for(condition, deadline=20.0, what=None, pause=0.05):
    """Call `condition` until it returns something true, and return that.

    A condition that raises OSError, KeyError or Failure counts as not yet. The
    last answer is told when the deadline (for a quiet machine) passes.
    """
    deadline = patient(deadline)
    end = time.monotonic() + deadline
    last = None
    while True:
        try:
            last = condition()
            if last:
                return last
        except (OSError, KeyError, IndexError, Failure,
                http.client.HTTPException) as e:
            last = e
        if time.monotonic() > end:
            raise Failure(f"after {deadline:g} s still not: "
                          f"{what or condition.__name__}; last seen: {last!r}")
        time.sleep(pause)


def stays(condition, seconds, what):
    """`condition` holds now and all the time for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        check(condition(), f"no longer so: {what}")
        time.sleep(0.05)


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as f:
        while block := f.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def tree_of(folder):
    """{relative path: sha256} of every file below a folder."""
    found = {}
    for where, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(where, name)
            found[os.path.relpath(path, folder)] = sha256_of(path)
    return found


def secret_file(s, name, text):
    """A file of one line that its owner alone may read: a PIN, a passphrase."""
    path = s.path(name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text + "\n")
    os.chmod(path, 0o600)
    return path


def make_file(path, size, seed=1):
    """A file of that many bytes that do not compress, the same for a seed."""
    source = random.Random(seed)
    with open(path, "wb") as f:
        while size > 0:
            part = source.randbytes(min(size, 1 << 20))
            f.write(part)
            size -= len(part)
    return path


def make_video(path, megabytes=2, seconds=4, index_first=True):
    """A H.264 test picture of at least that size that plays as it is, and is as loud as lessons are."""
    need_program("ffmpeg")
    rate = int(megabytes * 8_500_000 / seconds)
    command = ["ffmpeg", "-nostdin", "-loglevel", "error", "-y",
               "-f", "lavfi", "-i", f"testsrc2=size=320x180:rate=25:duration={seconds}",
               "-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}",
               "-vf", "noise=alls=80:allf=t", "-af", "volume=1.8", "-c:v", "libx264",
               "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-x264-params",
               "nal-hrd=cbr", "-b:v", str(rate), "-minrate", str(rate),
               "-maxrate", str(rate), "-bufsize", str(rate), "-c:a", "aac"]
    if index_first:
        command += ["-movflags", "+faststart"]
    subprocess.run(command + [path], check=True)
    check(os.path.getsize(path) >= megabytes * 1_000_000, "the video is too small")
    return path


# --- processes --------------------------------------------------------------

def children_of(pid):
    """The processes whose parent is `pid`."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        with contextlib.suppress(OSError):
            with open(f"/proc/{entry}/stat") as f:
                if int(f.read().rpartition(")")[2].split()[1]) == pid:
                    found.append(int(entry))
    return found


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


class Result:
    """How a command ended."""

    def __init__(self, command, code, out, err):
        self.command, self.code, self.out, self.err = command, code, out, err

    def json(self):
        try:
            return json.loads(self.out)
        except ValueError as e:
            raise Failure(f"{self}: not JSON: {e}") from None

    def __repr__(self):
        return (f"`{' '.join(self.command)}` ended with {self.code}\n"
                f"  out: {self.out[-2000:]!r}\n  err: {self.err[-2000:]!r}")


def run_command(command, timeout=60, env=None, cwd=None):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=patient(timeout), env=env, cwd=cwd,
                          preexec_fn=_die_with_parent)
    return Result(command, done.returncode, done.stdout.decode(errors="replace"),
                  done.stderr.decode(errors="replace"))


class Process:
    """A program that runs until it is stopped; what it says goes to a log."""

    def __init__(self, scenario, name, command, env=None, cwd=None):
        self.name, self.command = name, command
        self.log_path = os.path.join(scenario.logs, f"{name}.log")
        with open(self.log_path, "ab") as log:
            log.write(f"== {' '.join(command)}\n".encode())
            log.flush()
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=_die_with_parent, cwd=cwd,
                env=env)
        self.pid = self.process.pid
        scenario.processes.append(self)

    def running(self):
        return self.process.poll() is None

    def log(self):
        with open(self.log_path, errors="replace") as f:
            return f.read()

    def wait(self, deadline=20):
        try:
            return self.process.wait(patient(deadline))
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.name} has not ended after {patient(deadline)} s") from None

    def stop(self, deadline=20):
        """Ask it to end, and return its exit code."""
        if self.running():
            self.process.terminate()
        return self.wait(deadline)

    def kill(self):
        """kill -9, with everything it has started in its session."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()


class Node:
    """A data directory and, while it runs, the node on it."""

    def __init__(self, scenario, name, directory=None, address=None, env=None):
        self.scenario, self.name = scenario, name
        self.dir = directory or os.path.join(scenario.dir, name)
        self.address = address or scenario.new_address()
        self.http = f"{self.address}:7433"
        self.swarm = f"{self.address}:7434"
        self.url = f"http://{self.http}"
        self.env = dict(os.environ, **env) if env else None
        self.process = None
        self.init_result = None

    # -- the command line

    def command(self, *words):
        return [XIANGTU, "--dir", self.dir, *map(str, words)]

    def try_cli(self, *words, timeout=60):
        """Run a verb; any exit code is fine."""
        return run_command(self.command(*words), timeout=timeout, env=self.env)

    def cli(self, *words, timeout=60):
        """Run a verb that must succeed; returns what it printed."""
        result = self.try_cli(*words, timeout=timeout)
        check(result.code == DONE, f"{self.name}: {result}")
        return result.out

    def cli_json(self, *words, timeout=60):
        """Run a verb with --json that must succeed; returns the value."""
        result = self.try_cli(*words, "--json", timeout=timeout)
        check(result.code == DONE, f"{self.name}: {result}")
        return result.json()

    def cli_fails(self, code, *words, timeout=60):
        """Run a verb that must fail so, with a word about why; returns that."""
        result = self.try_cli(*words, timeout=timeout)
        check(result.code == code, f"{self.name}: wanted exit code {code}: {result}")
        check(result.err.strip(), f"{self.name}: failed without a word: {result}")
        return result.err

    def init(self, *words):
        os.makedirs(os.path.dirname(self.dir), exist_ok=True)
        result = self.try_init(*words)
        check(result.code == DONE, f"{self.name}: {result}")
        self.init_result = result.out
        return self

    def try_init(self, *words):
        """`init` with this node's addresses; any exit code is fine."""
        return self.try_cli("init", *words, "--http", self.http,
                            "--swarm", self.swarm, "--url", self.url,
                            "--announce-port", self.scenario.announce_port)

    def copy(self, name):
        """The same directory copied to another place, and to an address of its
        own in node.conf."""
        other = Node(self.scenario, name)
        self.scenario.nodes.append(other)
        shutil.copytree(self.dir, other.dir, symlinks=True,
                        ignore=shutil.ignore_patterns("control.sock", "lock"))
        path = os.path.join(other.dir, "node.conf")
        with open(path) as f:
            conf = f.read()
        with open(path, "w") as f:
            f.write(re.sub(re.escape(self.address) + r"(?=:)", other.address, conf))
        return other

    def set_conf(self, key, value):
        """Give a key of node.conf another value, wherever it has one."""
        path = os.path.join(self.dir, "node.conf")
        with open(path) as f:
            conf = f.read()
        with open(path, "w") as f:
            f.write(re.sub(rf"(?m)^{key} *=.*$", f"{key} = {value}", conf))

    # -- running

    def start(self, wait=True):
        self.process = Process(self.scenario, self.name, self.command("run"), env=self.env)
        if wait:
            self.wait_serving()
        return self

    def wait_serving(self, deadline=20):
        def serving():
            if not self.process.running():
                raise RuntimeError(f"{self.name} ended with "
                                   f"{self.process.process.returncode} at its start")
            return http_get(self.url + "/heads?after=0", timeout=10).code == 200
        wait_for(serving, deadline, f"{self.name} serves {self.url}")

    def stop(self):
        """The orderly end; must take a few seconds only and exit with 0."""
        equal(self.process.stop(), 0, f"{self.name}: exit code")
        self.process = None

    def kill(self):
        """kill -9 of the node alone; the engine must notice by itself."""
        engines = self.engines()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.process.wait()
        self.process = None
        wait_for(lambda: not any(map(is_running, engines)), 5,
                 f"{self.name}: its engine ends with it")

    def engines(self):
        return children_of(self.process.pid) if self.process else []

    def kill_engine(self):
        """kill -9 of the engine; False if none was running."""
        engines = self.engines()
        for pid in engines:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return bool(engines)

    def running(self):
        return self.process is not None and self.process.running()

    def log(self):
        path = os.path.join(self.scenario.logs, f"{self.name}.log")
        if not os.path.exists(path):
            return ""
        with open(path, errors="replace") as f:
            return f.read()

    # -- what it says

    def status(self):
        return self.cli_json("status")

    def lessons(self, *query):
        return self.cli_json("lessons", *query)

    def lesson(self, lesson_id):
        """The lesson as `lessons` shows it, or None."""
        for query in ((), ("--state", "withdrawn")):
            for lesson in self.lessons(*query):
                if lesson["id"] == lesson_id:
                    return lesson
        return None

    def state(self, lesson_id):
        lesson = self.lesson(lesson_id)
        return lesson["state"] if lesson else None

    def publish(self, path, title="黑山羊养殖", topic="产业/养殖/黑山羊", *words, timeout=120):
        return self.cli_json("publish", path, "--title", title, "--topic", topic,
                             *words, timeout=timeout)

    def wait_state(self, lesson_id, state, deadline=60):
        return wait_for(lambda: self.state(lesson_id) == state and self.lesson(lesson_id),
                        deadline, f"{self.name}: {lesson_id} is {state}", pause=0.1)

    def wait_held(self, lesson_id, deadline=60):
        return self.wait_state(lesson_id, "held", deadline)

    def get(self, lesson_id):
        """`get` the lesson into a new folder; returns {path: sha256}."""
        folder = self.scenario.path(f"{self.name}-get-{time.monotonic_ns()}")
        os.mkdir(folder)
        self.cli("get", lesson_id, "--to", folder)
        found = tree_of(folder)
        # A lesson of several files comes in a folder of its own name; which
        # folder does not matter to those who compare.
        shutil.rmtree(folder)
        return found

    def payload(self, btmh):
        """{path: sha256} of the files as they lie in the data directory."""
        return tree_of(os.path.join(self.dir, "payload", btmh))

    def heads(self):
        """{origin: (size, root)} as `status` shows the logs."""
        return {log["origin"]: (log["size"], log["root"])
                for log in self.status()["logs"]}

    def publisher_keys(self):
        """{origin: vkey} out of the trust note this node serves."""
        note = http_get(self.url + "/trust/trust.note")
        equal(note.code, 200, f"{self.name}: trust note")
        keys = {}
        for line in note.text().splitlines():
            words = line.split(" ")
            if words[0] == "publisher":
                keys[words[1]] = next(w[4:] for w in words if w.startswith("key="))
        return keys

    # -- stations and their records

    def wait_heard_of(self, station, deadline=60):
        """The code of a station, as soon as this office can accept it."""
        code = station.status()["code"]
        wait_for(lambda: any(row["code"] == code for row in self.cli_json("station", "list")),
                 deadline, f"{self.name}: has heard of {station.name}")
        return code

    def enrol(self, station, *words):
        """Accept a station as soon as this office can; returns its code."""
        code = self.wait_heard_of(station)
        self.cli("station", "accept", code, *words)
        return code

    def add_record(self, text):
        """A note of these words goes among this station's records."""
        path = self.scenario.path(f"{self.name}-note.txt")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        self.cli("records", "add", path)

    def records(self, standing=None):
        """The record logs here: all, or the "own", "enrolled" or "stranger"."""
        return [log for log in self.cli_json("records")
                if standing is None or log["standing"] == standing]

    def own_records(self):
        """This station's record log; an empty one while there is none."""
        found = self.records("own")
        return found[0] if found else {"entries": 0, "acked": 0}

    def record_texts(self, code, *words):
        """What the station of that code wrote, as its office reads it."""
        return [entry["text"] for entry in self.cli_json("records", "read", code, *words)]

    # -- for others

    def join_file(self):
        path = self.scenario.path(f"{self.name}.join")
        self.cli("trust", "join-file", path)
        return path


# --- a disk that forgets ---------------------------------------------------------

class ForgetFS:
    """A mounted forgetfs (tests/support/forgetfs): loses what was not fsynced."""

    def __init__(self, scenario, *options):
        if not os.path.exists(FORGETFS):
            raise Skip("forgetfs was not built (no libfuse3)")
        if not os.access("/dev/fuse", os.R_OK | os.W_OK):
            raise Skip("no access to /dev/fuse")
        self.path = scenario.path(f"forgetfs-{len(scenario.processes)}")
        os.mkdir(self.path)
        self.process = Process(scenario, os.path.basename(self.path),
                               [FORGETFS, *options, self.path])
        scenario.cleanup.callback(self.close)

        def mounted():
            if not self.process.running():
                raise Skip("forgetfs cannot mount here: " + self.process.log()[-200:])
            return "ready" in self.process.log() and os.path.ismount(self.path)
        wait_for(mounted, 10, "forgetfs is mounted", pause=0.01)

    def control(self, command):
        with open(os.path.join(self.path, ".forgetfs", command), "rb", buffering=0) as f:
            return json.loads(f.read(4096))

    def cut(self, seed):
        """The power goes; kill what runs on it first."""
        return self.control(f"cut?seed={seed}")

    def die_after(self, changes):
        return self.control(f"die?after={changes}")

    def limit(self, size):
        return self.control(f"limit?bytes={size}")

    def quota(self, size):
        """A limit that statfs does not tell: writes fail in the middle."""
        return self.control(f"quota?bytes={size}")

    def fail(self, what, after, stays=False):
        """The `after`-th "read" or "write" from now on answers EIO, and with
        `stays` all that follow; 0: none any more."""
        return self.control(f"fail_{what}{'s' if stays else ''}?after={after}")

    def lie(self, on=True):
        """What is read a second time is something else."""
        return self.control(f"lie?on={int(on)}")

    def slow(self, rate):
        """So many bytes a second; 0: as fast as it can."""
        return self.control(f"slow?rate={rate}")

    def stall(self, on=True):
        """Files are neither opened nor read: who asks for that waits."""
        return self.control(f"stall?on={int(on)}")

    def status(self):
        return self.control("status")

    def close(self):
        subprocess.run(["umount", "-l", self.path] if os.getuid() == 0
                       else ["fusermount3", "-u", "-z", self.path],
                       stderr=subprocess.DEVNULL, check=False)
        equal(self.process.wait(), 0, "forgetfs: exit code")


# --- the scenario -------------------------------------------------------------

class Scenario:
    def __init__(self, name):
        self.name = name
        self.dir = tempfile.mkdtemp(prefix=f"xiangtu-{name}-")
        self.logs = os.path.join(self.dir, "logs")
        os.mkdir(self.logs)
        self.cleanup = contextlib.ExitStack()
        self.processes = []
        self.nodes = []
        self.seed = int(os.environ.get("XIANGTU_SEED") or random.SystemRandom().randrange(1 << 32))
        self.random = random.Random(self.seed)
        self.announce_port = random.SystemRandom().randrange(20000, 30000)
        self._addresses = self._loopback()
        self._files = 0

    @staticmethod
    def _loopback():
        """Addresses of 127/8 that no other scenario of now uses: a lock on a
        port of the network's first address holds the network."""
        source = random.SystemRandom()
        while True:
            net = f"127.{source.randrange(1, 255)}.{source.randrange(0, 255)}"
            lock = socket.socket()
            try:
                lock.bind((net + ".1", 7))
            except OSError:
                try:
                    lock.bind((net + ".1", 7437))
                except OSError:
                    lock.close()
                    continue
            return iter([(net, n, lock) for n in range(2, 255)])

    def new_address(self):
        net, number, self._lock = next(self._addresses)
        return f"{net}.{number}"

    def path(self, name):
        return os.path.join(self.dir, name)

    def file(self, name, size, seed=None):
        """A new file of that size to publish."""
        self._files += 1
        folder = self.path(f"files-{self._files}")
        os.mkdir(folder)
        return make_file(os.path.join(folder, name), size,
                         self._files if seed is None else seed)

    def node(self, name, **more):
        node = Node(self, name, **more)
        self.nodes.append(node)
        return node

    def county(self, name="county", region="431081", title="资兴市", words=(), **more):
        return self.node(name, **more).init(
            "--level", "county", "--name", title, "--region", region, *words)

    def _joined(self, level, parent, region, title, name, words, upstream, join, more):
        node = self.node(name, **more)
        return node.init("--level", level, "--name", title, "--region", region,
                         "--join", join or parent.join_file(),
                         "--upstream", upstream or parent.url, *words)

    def township(self, parent, region="431081101", title="兴宁镇", name="township",
                 words=(), upstream=None, join=None, **more):
        """A township that joined by `parent`'s join file; `upstream` is a URL."""
        return self._joined("township", parent, region, title, name, words,
                            upstream, join, more)

    def station(self, parent, region="431081101203", title="联坪村", name="station",
                words=(), upstream=None, join=None, **more):
        return self._joined("station", parent, region, title, name, words,
                            upstream, join, more)

    def close(self, failed):
        if failed:
            for process in self.processes:
                code = process.process.poll()
                if code is not None:
                    print(f"{process.name} ({process.pid}) had ended with {code}",
                          file=sys.stderr)
        # Nodes first: they lie on what the rest of the cleanup unmounts.
        for process in reversed(self.processes):
            if os.path.basename(process.command[0]) != "forgetfs":
                process.kill()
        with contextlib.suppress(Exception):
            self.cleanup.close()
        for process in self.processes:
            process.kill()
        if failed:
            for log in sorted(os.listdir(self.logs)):
                with open(os.path.join(self.logs, log), errors="replace") as f:
                    text = f.read()
                print(f"---- {log}{' (its end)' if len(text) > 6000 else ''}\n{text[-6000:]}",
                      file=sys.stderr)
        if os.environ.get("XIANGTU_KEEP") == "1":
            print(f"kept: {self.dir}", file=sys.stderr)
        else:
            shutil.rmtree(self.dir, ignore_errors=True)


def mounts_of_its_own():
    """What other stories plug in is not seen here, nor this story's drives there: a
    node lists whatever is mounted on its machine. Only root can, and only root
    mounts any."""
    new_namespace, slave_of_ours = 0x00020000, 1 << 19 | 1 << 14  # sched.h, sys/mount.h
    if os.geteuid() != 0 or _libc.unshare(new_namespace) != 0:
        return
    _libc.mount(b"none", b"/", None, ctypes.c_ulong(slave_of_ours), None)
    with open("/proc/self/mounts", encoding="utf-8") as f:
        others = [line.split()[1] for line in f if "/xiangtu-" in line.split()[1]]
    for path in reversed(others):
        subprocess.run(["umount", "-l", path], capture_output=True, check=False)


def run(story):
    """Tell a story; the script's last line. Exits 0, 1, or 77 for skipped."""
    mounts_of_its_own()
    name = os.path.splitext(os.path.basename(sys.argv[0]))[0]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    scenario = Scenario(name)
    failed = True
    code = 1
    try:
        story(scenario)
        failed = False
        code = 0
    except Skip as reason:
        print(f"skipped: {reason}")
        failed = False
        code = SKIPPED
    except Failure as failure:
        traceback.print_exc(limit=-6)
        print(f"\nFAILED: {failure}\n(XIANGTU_SEED={scenario.seed} repeats its random choices)",
              file=sys.stderr)
    except Exception:
        traceback.print_exc()
    finally:
        scenario.close(failed)
    sys.exit(code)
