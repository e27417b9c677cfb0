"""A page of a node while 200 people watch and 5 operators have their desks open."""

import http.client
import json
import multiprocessing
import socket
import threading
import time

from rows import Row
from viewers import watch

VIEWERS, OPERATORS, WATCH_S, FILMS, MB, PIN = 200, 5, 30, 4, 16, "7193"
PAGES = ("/", "/desk", "/api/me", "/api/home", "/api/lessons?query=%E8%AF%BE&limit=48")
SLOWEST_MS = 200


class Desk:
    """An operator's live page: logged in, reading what is told."""

    def __init__(self, node):
        connection = http.client.HTTPConnection(node.address, 7433, timeout=60)
        connection.request("POST", "/api/login", json.dumps({"who": "A", "secret": PIN}),
                           {"X-Xiangtu": "1", "Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise AssertionError(f"login: {answer.status} {text}")
        self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        connection.close()
        self.told, self.problem, self.closing = b"", None, False
        self.socket = socket.create_connection((node.address, 7433), 60)
        self.socket.sendall(f"GET /api/desk/events HTTP/1.1\r\nHost: v\r\nCookie: {self.cookie}"
                            "\r\n\r\n".encode())
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        try:
            while part := self.socket.recv(1 << 16):
                self.told += part
        except OSError as e:
            self.problem = e
        if not self.closing:
            self.problem = self.problem or "the stream ended"

    def close(self):
        """What went wrong, or None."""
        self.closing = True
        problem = self.problem
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join(20)
        if not self.told.startswith(b"HTTP/1.1 200") or b"retry:" not in self.told:
            problem = problem or f"told: {self.told[:200]!r}"
        self.socket.close()
        return problem


def ask_pages(address, ended, out):
    """Ask for pages one after the other; in a process of its own, whose clock
    nobody here holds up."""
    took, failed = [], []
    while not ended.is_set():
        for path in PAGES:
            begun = time.monotonic()
            try:
                connection = http.client.HTTPConnection(address, 7433, timeout=60)
                connection.request("GET", path, headers={"Accept": "text/html"})
                answer = connection.getresponse()
                answer.read()
                connection.close()
                if answer.status != 200:
                    failed.append(f"{path}: {answer.status}")
            except (OSError, http.client.HTTPException) as e:
                failed.append(f"{path}: {e!r}")
            took.append(time.monotonic() - begun)
        time.sleep(0.05)
    out.put((took, failed))


def in_use(s, node, paths, size, seconds):
    """(what viewers saw, seconds of each page, what went wrong)"""
    secret = s.path("desk.pin")
    with open(secret, "w", encoding="utf-8") as out:
        out.write(PIN + "\n")
    node.cli("set-pin", "A", "--pin-file", secret)
    desks = [Desk(node) for _ in range(OPERATORS)]
    ended, told = multiprocessing.Event(), multiprocessing.Queue()
    asker = multiprocessing.Process(target=ask_pages, args=(node.address, ended, told), daemon=True)
    asker.start()
    seen = watch(node.address, 7433, paths, size, VIEWERS, seconds)
    ended.set()
    took, wrong = told.get(timeout=120)
    asker.join(20)
    for desk in desks:
        problem = desk.close()
        if problem:
            wrong.append(f"a desk: {problem}")
    if seen.failed:
        wrong.append(f"{seen.failed} viewers' connections failed")
    return seen, sorted(took), wrong


def county_with_films(s):
    """A county that runs, and the paths of its films."""
    county = s.county(words=("--announce", "off")).start()
    paths = []
    for n in range(FILMS):
        lesson = county.publish(s.file(f"课{n}.bin", MB << 20), f"第{n + 1}课")
        paths.append(f"/payload/{lesson['btmh']}/%E8%AF%BE{n}.bin")
    return county, paths


def measure(b):
    s = b.scenario("pages")
    county, paths = county_with_films(s)
    seen, took, wrong = in_use(s, county, paths, MB << 20, WATCH_S)
    p99 = took[len(took) * 99 // 100] * 1000
    yield Row("a page beside 200 viewers and 5 desks, p99", p99, "ms", target=f"<= {SLOWEST_MS}",
              met=p99 <= SLOWEST_MS and not wrong,
              note=f"of {len(took)} requests; half of them within {took[len(took) // 2] * 1000:.1f} ms"
                   + (f"; wrong: {wrong[:3]}" if wrong else ""))
    yield from seen.rows("200 viewers beside 5 desks")
