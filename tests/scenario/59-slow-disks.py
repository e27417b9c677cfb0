# TIMEOUT 240
"""A drive stands still while people play from it, then the disk that payloads lie
on: whoever wants something of it waits, and is told in the end. Other people's
pages and lessons from elsewhere come at once, the loop turns, and when the disk
goes on so do they."""
import contextlib
import json
import os
import socket
import subprocess
from urllib.parse import quote

from drives import Drive, Image, sync
from lib import ForgetFS, Skip, check, equal, http_get, run, wait_for
from servers import Throttle

MEGABYTE = 1 << 20
SIZE = 24 * MEGABYTE
SOON = 25  # seconds; on a quiet machine it is a hundredth of one
HANGING = 24  # the server has four threads
PATIENCE = 240  # until who hangs is told: half a minute, on a quiet machine


def path_of(lesson, name):
    return f"/payload/{lesson['btmh']}/{quote(name)}"


class Viewer:
    """Asks for a range, and waits for it as long as it takes."""

    def __init__(self, s, node, path, first, last):
        self.socket = socket.socket()
        self.socket.settimeout(PATIENCE)
        self.socket.bind((s.new_address(), 0))
        self.socket.connect((node.address, 7433))
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                            f"Range: bytes={first}-{last}\r\n\r\n".encode())

    def has_bytes(self):
        """Has anything of the film come, or the end? That it will not come may be
        said: on a slow machine it was waited for long enough."""
        self.socket.setblocking(False)
        try:
            came = self.socket.recv(8192, socket.MSG_PEEK)
            return not came or (b" 503 " not in came.partition(b"\r\n")[0] and
                                bool(came.partition(b"\r\n\r\n")[2]))
        except BlockingIOError:
            return False
        finally:
            self.socket.settimeout(PATIENCE)

    def answer(self):
        """All that comes: the code, and the body."""
        came = b""
        while run_of := self.socket.recv(65536):
            came += run_of
        self.socket.close()
        head, _, body = came.partition(b"\r\n\r\n")
        return int(head.split(b" ", 2)[1]), head, body


def hang(s, stack, node, path):
    viewers = []
    for number in range(HANGING):
        first = number * (SIZE // HANGING)
        viewer = Viewer(s, node, path, first, first + 99_999)
        stack.callback(viewer.socket.close)
        viewers.append((first, viewer))
    return viewers


def others_are_served(node, urls):
    """By every thread of the server: each is asked often, on new connections."""
    for _ in range(8):
        for url, headers, code in urls:
            answer = http_get(node.url + url, headers=headers, timeout=SOON)
            equal(answer.code, code, f"{url} while a disk stands still")


def turns(node):
    """The loop turns: a page of its own comes, and the command line is answered."""
    status = node.cli_json("status", timeout=SOON)
    check("logs" in status, "status")


def arrives_meanwhile(s, county, line, station):
    """A lesson that comes over the line is watched: the drive, which might have
    it, too, is not waited for."""
    line.rate = 300_000
    county.start()
    path = s.file("d.bin", 20 * MEGABYTE)
    lesson = county.publish(path, "第四课", "产业/养殖", "--no-media")
    wait_for(lambda: station.lesson(lesson["id"]), SOON, "the lesson is known")
    answer = http_get(station.url + path_of(lesson, "d.bin"), timeout=SOON,
                      headers={"Range": "bytes=0-99999"})
    equal(answer.code, 206, "a lesson that is on its way")
    with open(path, "rb") as f:
        equal(answer.body, f.read(100_000), "its first bytes")
    check(station.state(lesson["id"]) != "held", "all of it is not here yet")


def plug(node, drive, there=True):
    """What a visit tells the node: a drive is here, and this process sees to it."""
    verb = "drive-here" if there else "drive-gone"
    with socket.socket(socket.AF_UNIX) as control:
        # The path may be too long for a socket's name.
        here = os.open(node.dir, os.O_RDONLY)
        control.connect(f"/proc/self/fd/{here}/control.sock")
        os.close(here)
        request = {"verb": verb, "path": drive.path, "pid": os.getpid()}
        control.sendall(json.dumps(request).encode() + b"\n")
        answer = json.loads(control.makefile().readline())
        check("reply" in answer, f"{verb}: {answer}")


def the_drive(s):
    county = s.county(words=["--announce", "off"]).start()
    first, second = s.file("a.bin", 8 * MEGABYTE), s.file("b.bin", SIZE)
    held = county.publish(first, "第一课", "产业/养殖", "--no-media")
    # One for another place: known here, and not fetched.
    on_drive = county.publish(second, "第二课", "产业/养殖", "--region", "431081102", "--no-media")
    with open(second, "rb") as f:
        original = f.read()
    fs = ForgetFS(s)
    drive = Drive(s, fs.path)
    sync(county, drive)
    line = Throttle(s, county.url, 50 * MEGABYTE)
    station = s.station(county, words=["--announce", "off"], upstream=line.url).start()
    station.wait_held(held["id"])
    county.stop()
    plug(station, drive)
    path = path_of(on_drive, "b.bin")
    answer = http_get(station.url + path, headers={"Range": "bytes=0-9"}, timeout=SOON)
    equal(answer.body, original[:10], "it plays from the drive")
    pages = [("/node", {}, 200), ("/heads?after=0", {}, 200), ("/", {}, 200),
             ("/trust/trust.note", {}, 200), ("/torrent/" + held["btmh"], {}, 200),
             (path_of(held, "a.bin"), {}, 200),
             (path_of(held, "a.bin"), {"Range": "bytes=5000000-5099999"}, 206)]
    with contextlib.ExitStack() as stack:
        stack.callback(fs.stall, False)  # also when it fails: what waits cannot be killed
        fs.stall()
        viewers = hang(s, stack, station, path)
        others_are_served(station, pages)
        turns(station)
        shown = station.cli_json("show", held["id"], timeout=SOON)
        equal(shown["state"], "held", "the lesson on the disk")
        station.cli_json("show", on_drive["id"], timeout=SOON)
        check(not any(viewer.has_bytes() for _, viewer in viewers), "who plays from it waits")
        others_are_served(station, pages)
        arrives_meanwhile(s, county, line, station)
        fs.stall(False)
        for at, viewer in viewers:
            code, head, body = viewer.answer()
            # On a slow machine it was not waited for until now.
            check(code in (206, 404, 503), f"a viewer who waited: {head}")
            if code == 206:
                equal(body, original[at:at + 100_000], f"bytes from {at}")
    answer = wait_for(lambda: (a := http_get(station.url + path, timeout=SOON,
                                             headers={"Range": "bytes=0-99999"})).code == 206
                      and a, SOON, "it goes on")
    equal(answer.body, original[:100_000], "bytes when it goes on")
    plug(station, drive, there=False)
    station.stop()
    county.stop()
    fs.close()
    print("ok: a drive stands still")


def county_with_payload_at(s, name, folder):
    """A county, its lesson and the bytes of it, which lies in that folder."""
    county = s.county(name=name, words=["--announce", "off"])
    path = s.file("c.bin", SIZE)
    lesson = county.publish(path, "第三课", "产业/养殖", "--no-media")
    subprocess.run(["cp", "-r", county.dir + "/payload/" + lesson["btmh"], folder], check=True)
    os.rename(county.dir + "/payload", county.dir + "/payload.was")
    os.symlink(folder, county.dir + "/payload")
    with open(path, "rb") as f:
        return county.start(), lesson, f.read()


def the_disk(s):
    """payload/ lies on a disk of its own, which stands still. Nobody can say what
    of it is in memory."""
    fs = ForgetFS(s)
    county, lesson, original = county_with_payload_at(s, "office", fs.path)
    path = path_of(lesson, "c.bin")
    answer = http_get(county.url + path)
    equal(answer.body, original, "the lesson, from that disk")
    pages = [("/node", {}, 200), ("/heads?after=0", {}, 200), ("/", {}, 200),
             ("/trust/trust.note", {}, 200), ("/torrent/" + lesson["btmh"], {}, 200),
             ("/pieces/" + lesson["btmh"], {}, 200)]
    with contextlib.ExitStack() as stack:
        stack.callback(fs.stall, False)  # also when it fails: what waits cannot be killed
        fs.stall()
        viewers = hang(s, stack, county, path)
        others_are_served(county, pages)
        turns(county)
        check(not any(viewer.has_bytes() for _, viewer in viewers), "who plays from it waits")
        for at, viewer in viewers:
            code, head, body = viewer.answer()
            check(code == 503 or (code == 206 and len(body) < 100_000),
                  f"a viewer who has waited long enough: {head}")
            if code == 503:
                check(b"Retry-After: " in head and b"does not answer" in body,
                      f"is told why: {head} {body}")
        others_are_served(county, pages)
        turns(county)
        answer = http_get(county.url + path, headers={"Range": "bytes=0-9"}, timeout=SOON)
        equal(answer.code, 503, "it is known by now")
    fs.stall(False)
    for at in (0, SIZE // 2):
        answer = wait_for(lambda at=at: (a := http_get(
            county.url + path, headers={"Range": f"bytes={at}-{at + 99_999}"},
            timeout=SOON)).code == 206 and a, SOON, "it goes on")
        equal(answer.body, original[at:at + 100_000], f"bytes from {at}")
    worst = json.dumps(county.status().get("lag"))
    print(f"ok: a disk stands still; the loop: {worst}")
    county.stop()
    fs.close()


def forget(path, but=0):
    """The kernel forgets what it has of a file, but for the first bytes."""
    with open(path, "rb", buffering=0) as f:
        os.fsync(f.fileno())
        os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_RANDOM)
        for at in range(0, but, 1 << 16):
            os.pread(f.fileno(), 1 << 16, at)


def a_real_disk(s):
    """The same on ext4, of which the kernel knows what is in memory: that comes
    although the disk below stands still."""
    fs = ForgetFS(s)
    try:
        disk = Image(s, "ext4", 64, fs.path).mount()
    except Skip as reason:
        print(f"a real disk: left out: {reason}")
        return
    county, lesson, original = county_with_payload_at(s, "second", disk.path)
    path = path_of(lesson, "c.bin")
    warm = 4 * MEGABYTE
    equal(http_get(county.url + path).body, original, "the lesson, from that disk")
    pages = [("/node", {}, 200), ("/heads?after=0", {}, 200),
             (path, {"Range": f"bytes=0-{warm - 1}"}, 206),
             (path, {"Range": "bytes=1000-1999"}, 206)]
    with contextlib.ExitStack() as stack:
        stack.callback(fs.stall, False)
        forget(os.path.join(disk.path, lesson["btmh"], "c.bin"), warm)
        forget(disk.image)
        fs.stall()
        viewers = hang(s, stack, county, path)
        others_are_served(county, pages)
        turns(county)
        waiting = [viewer for at, viewer in viewers if at > 2 * warm]
        check(not any(viewer.has_bytes() for viewer in waiting), "who needs the disk waits")
        # One whose range begins in memory and goes on behind it.
        half = Viewer(s, county, path, warm - 300_000, warm + 299_999)
        stack.callback(half.socket.close)
        wait_for(half.has_bytes, SOON, "its first bytes")
        fs.stall(False)
        for at, viewer in [*viewers, (None, half)]:
            code, head, body = viewer.answer()
            equal(code, 206, f"a viewer who waited: {head}")
            if at is None:
                equal(body, original[warm - 300_000:warm + 300_000], "bytes from both")
            else:
                equal(body, original[at:at + 100_000], f"bytes from {at}")
    county.stop()
    disk.unmount()
    fs.close()
    print("ok: a real disk stands still")


def story(s):
    the_drive(s)
    the_disk(s)
    a_real_disk(s)


run(story)
