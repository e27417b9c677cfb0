"""The demonstration that scripts/demo runs: real nodes, a real video, and a
verdict. Python's standard library only."""

import argparse
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unicodedata

TITLE = "黑山羊春季防疫"
TOPIC = "产业/养殖/黑山羊"
DEADLINE = 180  # seconds for the lesson to be everywhere

# name, level, place, region, the one above
NODES = [
    ("county", "county", "资兴市", "431081", None),
    ("township", "township", "兴宁镇", "431081101", "county"),
    ("station-1", "station", "联坪村", "431081101203", "township"),
    ("station-2", "station", "黄草村", "431081101205", "township"),
]

TERMINAL = sys.stdout.isatty()


class Trouble(Exception):
    """Why the demonstration cannot go on."""


def say(text=""):
    print(text, flush=True)


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def pad(text, columns):
    return text + " " * (columns - width(text))


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def megabytes(size):
    return f"{size / 1e6:.1f} MB"


class Node:
    def __init__(self, program, folder, name, level, place, region):
        self.program, self.name, self.level = program, name, level
        self.place, self.region = place, region
        self.dir = os.path.join(folder, name)
        self.log = os.path.join(folder, name + ".log")
        self.port = free_port(socket.SOCK_STREAM)
        self.swarm = free_port(socket.SOCK_STREAM)
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None
        self.arrived = None  # seconds after publication

    def command(self, *words):
        return [self.program, "--dir", self.dir, *words]

    def cli(self, *words, show=False):
        """Run a verb; with `show`, its progress goes to the terminal."""
        done = subprocess.run(self.command(*words), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, check=False,
                              stderr=None if show else subprocess.PIPE)
        if done.returncode != 0:
            raise Trouble(f"`xiangtu {' '.join(words)}` on the {self.name} ended with "
                          f"{done.returncode}\n{(done.stderr or b'').decode()}")
        return done.stdout.decode()

    def init(self, announce_port, join=None, upstream=None):
        words = ["init", "--level", self.level, "--name", self.place, "--region", self.region,
                 "--http", f"127.0.0.1:{self.port}", "--swarm", f"127.0.0.1:{self.swarm}",
                 "--url", self.url, "--announce-port", str(announce_port)]
        if join:
            words += ["--join", join, "--upstream", upstream]
        return self.cli(*words)

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command("run"), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True)

    def check_running(self):
        if self.process.poll() is not None:
            with open(self.log, errors="replace") as f:
                raise Trouble(f"the {self.name} ended with {self.process.returncode}:\n"
                              + f.read()[-3000:])

    def wait_serving(self):
        end = time.monotonic() + 20
        while time.monotonic() < end:
            self.check_running()
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise Trouble(f"the {self.name} does not serve {self.url}")

    def lesson(self, lesson_id):
        for lesson in json.loads(self.cli("lessons", "--json")):
            if lesson["id"] == lesson_id:
                return lesson
        return {"state": "", "progress": 0, "bytes": 0}

    def payload(self, btmh):
        """{relative path: SHA-256} of what lies on this node's disk."""
        folder = os.path.join(self.dir, "payload", btmh)
        found = {}
        for where, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(where, name)
                digest = hashlib.sha256()
                with open(path, "rb") as f:
                    while block := f.read(1 << 20):
                        digest.update(block)
                found[os.path.relpath(path, folder)] = digest.hexdigest()
        return found

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def end(self):
        if not self.process:
            return
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


def make_video(path, size):
    """A film of a test picture and a tone; its title is Chinese."""
    seconds = 30
    rate = str(size * 8_400_000 // seconds)
    done = subprocess.run(
        ["ffmpeg", "-nostdin", "-loglevel", "error", "-y",
         "-f", "lavfi", "-i", f"testsrc2=size=640x360:rate=25:duration={seconds}",
         "-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}",
         "-vf", "noise=alls=60:allf=t", "-c:v", "libx264", "-preset", "ultrafast",
         "-pix_fmt", "yuv420p", "-x264-params", "nal-hrd=cbr", "-b:v", rate,
         "-minrate", rate, "-maxrate", rate, "-bufsize", rate, "-c:a", "aac",
         "-metadata", f"title={TITLE}", path],
        capture_output=True, check=False)
    if done.returncode != 0:
        raise Trouble("ffmpeg could not make the video:\n" + done.stderr.decode())


def bar(progress, columns=24):
    full = int(progress * columns)
    return "█" * full + "░" * (columns - full)


class Table:
    """The state of all nodes; on a terminal redrawn in place, elsewhere a line
    whenever something has changed."""

    def __init__(self, nodes):
        self.nodes = nodes
        self.drawn = 0
        self.last = {}

    def row(self, node, lesson):
        state = lesson["state"] or "not heard of yet"
        arrived = f"{node.arrived:6.2f} s" if node.arrived is not None else ""
        return "  ".join((pad(node.place, 8), pad(node.level, 9), bar(lesson["progress"]),
                          f"{100 * lesson['progress']:3.0f}%", pad(state, 16), arrived))

    def show(self, lessons):
        rows = [self.row(node, lesson) for node, lesson in zip(self.nodes, lessons)]
        if TERMINAL:
            if self.drawn:
                sys.stdout.write(f"\x1b[{self.drawn}A")
            for row in rows:
                sys.stdout.write("\x1b[2K  " + row + "\n")
            sys.stdout.flush()
            self.drawn = len(rows)
            return
        for node, lesson, row in zip(self.nodes, lessons, rows):
            now = (lesson["state"], int(lesson["progress"] * 4))
            if self.last.get(node.name) != now:
                self.last[node.name] = now
                say("  " + row)


def watch(nodes, lesson_id, published):
    """Show the table until all hold the lesson."""
    table = Table(nodes)
    while True:
        lessons = []
        for node in nodes:
            node.check_running()
            lesson = node.lesson(lesson_id)
            if lesson["state"] == "held" and node.arrived is None:
                node.arrived = time.monotonic() - published
            lessons.append(lesson)
        table.show(lessons)
        if all(lesson["state"] == "held" for lesson in lessons):
            return
        if time.monotonic() - published > DEADLINE:
            raise Trouble(f"after {DEADLINE} s not everybody has the lesson")
        time.sleep(0.1)


def demonstrate(nodes, folder, size):
    county = nodes[0]
    by_name = {node.name: node for node in nodes}
    announce_port = free_port(socket.SOCK_DGRAM)

    film = os.path.join(folder, TITLE + ".mp4")
    say(f"Making a video of about {size} MB …")
    make_video(film, size)

    say("Making four nodes:")
    county.init(announce_port)
    join = os.path.join(folder, "county.join")
    county.cli("trust", "join-file", join)
    for node, (_, _, _, _, above) in list(zip(nodes, NODES))[1:]:
        node.init(announce_port, join, by_name[above].url)
    for node in nodes:
        node.start()
    for node in nodes:
        node.wait_serving()
        say(f"  {pad(node.place, 8)}  {node.level:9}  {node.url}")

    say(f"\n{county.place} publishes 《{TITLE}》, {megabytes(os.path.getsize(film))}:")
    began = time.monotonic()
    lesson = json.loads(county.cli("publish", film, "--title", TITLE, "--topic", TOPIC,
                                   "--json", show=TERMINAL))
    published = time.monotonic()
    say(f"  {lesson['id']}  (in {published - began:.1f} s)\n")
    watch(nodes, lesson["id"], published)

    say("\nComparing every byte on the four disks …")
    payloads = [node.payload(lesson["btmh"]) for node in nodes]
    if not payloads[0]:
        raise Trouble("the county's own payload is not there")
    for node, payload in zip(nodes, payloads):
        if payload != payloads[0]:
            raise Trouble(f"the {node.name}'s bytes are not the county's")
    for name, digest in payloads[0].items():
        say(f"  {digest}  {name}  ×{len(nodes)}")

    say(f"\nAnd {nodes[-1].place} finds it by its initials, `xiangtu lessons hsy`:")
    found = nodes[-1].cli("lessons", "hsy")
    say("\n".join("  " + line for line in found.rstrip().splitlines()))
    if TITLE not in found:
        raise Trouble("it does not")
    slowest = max(node.arrived for node in nodes)
    say(f"\nPASSED: {len(nodes)} nodes hold the same lesson, verified, "
        f"{slowest:.1f} s after it was published.")


def tell_how_to_look(nodes, folder, program):
    county, station = nodes[0], nodes[-1]
    pids = " ".join(str(node.process.pid) for node in nodes)
    say(f"""
The nodes are running. To look around:
  {program} --dir {station.dir} status
  {program} --dir {station.dir} lessons
  {program} --dir {station.dir} neighbours
  {program} --dir {county.dir} publish FILE --title TITLE --topic 产业/养殖
  curl {county.url}/heads?after=0
To end them and leave nothing behind:
  kill {pids}; rm -rf {folder}""")


def main():
    parser = argparse.ArgumentParser(prog="demo")
    parser.add_argument("program")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--megabytes", type=int, default=32)
    options = parser.parse_args()

    def stop(*_):
        raise KeyboardInterrupt
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, stop)

    folder = tempfile.mkdtemp(prefix="xiangtu-demo-")
    nodes = [Node(options.program, folder, *words[:4]) for words in NODES]
    kept = False
    try:
        demonstrate(nodes, folder, options.megabytes)
        if options.keep:
            tell_how_to_look(nodes, folder, options.program)
            kept = True
        return 0
    except Trouble as trouble:
        say(f"\nFAILED: {trouble}")
        return 1
    except KeyboardInterrupt:
        say("\nStopped.")
        return 1
    finally:
        if not kept:
            for node in reversed(nodes):
                node.stop()
            for node in nodes:
                node.end()
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
