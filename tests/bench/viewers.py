"""People who watch: each reads a video by ranges at its pace.

A viewer keeps two seconds in its buffer. It asks for the next range when the
buffer has room for it, plays from the moment the buffer was full for the first
time, and stalls when it is empty. All of them are in one thread."""

import dataclasses
import random
import selectors
import socket
import time

from rows import Row

RATE = 2_000_000 // 8  # bytes a second
BUFFER_S = 2.0
RANGE = RATE // 2  # half a second


@dataclasses.dataclass
class Seen:
    """What they saw in all."""

    viewers: int
    seconds: float
    first_bytes: list  # seconds from a request to its first byte
    stalls: int = 0
    failed: int = 0
    bytes: int = 0

    def rows(self, name):
        worst = max(self.first_bytes, default=float("inf"))
        ordered = sorted(self.first_bytes) or [worst]
        yield Row(f"{name}, stalls", self.stalls + self.failed, "", target="0",
                  met=self.stalls + self.failed == 0,
                  note=f"{self.viewers} viewers of 2 Mbit/s with {BUFFER_S:.0f} s in their buffers, "
                       f"{self.seconds:.0f} s, {self.bytes / 1e6 / self.seconds:.0f} MB/s in all"
                       + (f"; {self.failed} connections failed" if self.failed else ""))
        yield Row(f"{name}, slowest first byte", worst * 1000, "ms", target="<= 1000",
                  met=worst <= 1, note=f"of {len(ordered)} requests; half of them within "
                                       f"{ordered[len(ordered) // 2] * 1000:.1f} ms")


class Viewer:
    def __init__(self, crowd, path, size, at):
        self.crowd, self.path, self.size = crowd, path, size
        self.at, self.begin = at, at  # of the file: asked up to, begun
        self.got = 0  # bytes in all
        self.left = 0  # of the answer under way
        self.head = b""
        self.plays_since = None
        self.empty = False
        self.asked = 0.0
        self.waits = False  # for the first byte
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.connect_ex(crowd.address)
        crowd.selector.register(self.socket, selectors.EVENT_WRITE, self)
        self.busy = True  # connecting, or an answer is under way
        self.asked = time.monotonic()

    def ask(self, now):
        if self.at + RANGE > self.size:
            self.at = 0
        text = (f"GET {self.path} HTTP/1.1\r\nHost: v\r\n"
                f"Range: bytes={self.at}-{self.at + RANGE - 1}\r\n\r\n")
        self.socket.send(text.encode())
        self.at += RANGE
        self.busy, self.waits, self.head, self.left = True, True, b"", 0
        self.asked = now

    def buffered_s(self, now):
        played = 0 if self.plays_since is None else (now - self.plays_since) * RATE
        return (self.got - played) / RATE

    def writable(self, now):
        self.crowd.selector.modify(self.socket, selectors.EVENT_READ, self)
        self.ask(now)

    def readable(self, now):
        data = self.socket.recv(1 << 18)
        if not data:
            raise ConnectionError
        if self.waits:
            self.crowd.seen.first_bytes.append(now - self.asked)
            self.waits = False
        if self.left == 0:
            self.head += data
            end = self.head.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self.head.startswith(b"HTTP/1.1 206"):
                raise ConnectionError(self.head[:40])
            data, self.left = self.head[end + 4:], RANGE
        self.left -= len(data)
        self.got += len(data)
        self.crowd.seen.bytes += len(data)
        if self.left == 0:
            self.busy = False
            self.look(now)

    def look(self, now):
        """Play, notice that nothing is left to play, ask for more."""
        ahead = self.buffered_s(now)
        if self.plays_since is None:
            if ahead >= BUFFER_S:
                self.plays_since = now
        elif ahead < 0 and not self.empty:
            self.crowd.seen.stalls += 1
            self.empty = True
        elif ahead >= 0:
            self.empty = False
        if not self.busy and ahead + RANGE / RATE <= BUFFER_S + 0.01:
            self.ask(now)


class Crowd:
    def __init__(self, address, seen):
        self.address, self.seen = address, seen
        self.selector = selectors.DefaultSelector()
        self.viewers = []

    def turn(self, until):
        for key, events in self.selector.select(max(0, until - time.monotonic())):
            viewer = key.data
            try:
                if events & selectors.EVENT_WRITE:
                    viewer.writable(time.monotonic())
                else:
                    viewer.readable(time.monotonic())
            except OSError:
                self.seen.failed += 1
                self.drop(viewer)

    def drop(self, viewer):
        self.selector.unregister(viewer.socket)
        viewer.socket.close()
        if viewer in self.viewers:
            self.viewers.remove(viewer)

    def close(self):
        for viewer in list(self.viewers):
            self.drop(viewer)
        self.selector.close()


def watch(address, port, paths, size, viewers, seconds, seed=1, stop=lambda: False):
    """Let so many watch for so long, all coming within the first second."""
    dice, seen = random.Random(seed), Seen(viewers, seconds, [])
    crowd = Crowd((address, port), seen)
    start = time.monotonic()
    arrivals = sorted(start + dice.random() for _ in range(viewers))
    next_look = start
    while time.monotonic() < start + seconds and not stop():
        now = time.monotonic()
        while arrivals and arrivals[0] <= now:
            arrivals.pop(0)
            at = dice.randrange(max(1, size // RANGE)) * RANGE
            crowd.viewers.append(Viewer(crowd, dice.choice(paths), size, at))
        if now >= next_look:
            for viewer in crowd.viewers:
                viewer.look(now)
            next_look = now + 0.02
        crowd.turn(min([next_look, *arrivals[:1]]))
    crowd.close()
    seen.seconds = time.monotonic() - start
    return seen
