# TIMEOUT 300
"""Whoever can reach a node floods /announce, /pieces, /up and POST /node: with
lessons nobody knows, all that are known, keys and origins by the hundred, bodies
that are too large, too slow or nonsense. He is told why he gets nothing, memory
stays what it was, and meanwhile two hundred viewers behind one address watch,
and eight stations behind another give their records up."""
import base64
import contextlib
import http.client
import random
import re
import socket
import threading
import time
from urllib.parse import quote

import tlog
import two_hundred
from lib import SANITIZED, check, equal, raw_tcp, run, wait_for
from servers import Throttle

MEGABYTE = 1 << 20
SOON = 60  # seconds; on a quiet machine it is a hundredth of one
LESSONS = 70  # more than one address may have loaded at once
STATIONS = 8


class Client:
    """Asks a node from a certain address, on one connection."""

    def __init__(self, node, address):
        self.connection = http.client.HTTPConnection(node.address, 7433, timeout=SOON,
                                                     source_address=(address, 0))

    def ask(self, path, method="GET", body=None, headers=None):
        """(code, headers, body)"""
        self.connection.request(method, path, body, headers or {})
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def close(self):
        self.connection.close()


def ask(node, address, path, *words, **more):
    with contextlib.closing(Client(node, address)) as client:
        return client.ask(path, *words, **more)


class Flood:
    """So many threads, each with an address, ask as fast as they can; `codes`
    counts what they were answered. `request(number)` is what ask() is called with."""

    def __init__(self, node, sources, request):
        self.node, self.request, self.codes = node, request, {}
        self.ended, self.lock = threading.Event(), threading.Lock()
        self.threads = [threading.Thread(target=self._ask_on, args=(source,), daemon=True)
                        for source in sources]
        for thread in self.threads:
            thread.start()

    def _ask_on(self, source):
        number, client = 0, None
        while not self.ended.is_set():
            number += 1
            try:
                client = client or Client(self.node, source)
                code, _, _ = client.ask(*self.request(number))
            except (OSError, http.client.HTTPException):
                client, code = None, 0
            with self.lock:
                self.codes[code] = self.codes.get(code, 0) + 1

    def __enter__(self):
        wait_for(lambda: sum(self.codes.values()) > 300, 60, "the flood has begun")
        return self

    def __exit__(self, *error):
        self.ended.set()
        for thread in self.threads:
            thread.join()


# --- those who are to be served ------------------------------------------------------

class Station:
    """A station's key, and its record log as it gives it up."""

    def __init__(self, number):
        self.seed = bytes([number]) * 32
        self.public = tlog.public_of(self.seed)
        self.origin = "xiangtu/records/" + self.public.hex()
        self.path = "/up/" + tlog.origin_hash(self.origin)
        self.entries = []

    def statement(self):
        name = "node-" + self.public.hex()[:16]
        text = (f"xiangtu-node/v1\nnode {tlog.vkey_of(name, self.public)}\n"
                f"instance {self.seed[:8].hex()}\nboot 1\nseq 1\nlevel station\n"
                f"region 431081101203\nname 站{self.seed[0]}\nswarm 0\nroom 0\nversion 1\n"
                "trust 0\nroot 0\n")
        return tlog.sign_note(text, name, self.seed)

    def body(self, first, entries):
        """What is sent up: entries from `first` on, and a note over all of them."""
        leaves = [tlog.leaf_hash(entry) for entry in entries]
        root = base64.b64encode(tlog.root_of(leaves)).decode()
        note = tlog.sign_note(f"{self.origin}\n{len(entries)}\n{root}\n", self.origin, self.seed)
        return (f"xiangtu-up/v1\nfrom {first}\nnote {len(note)}\n".encode() + note +
                tlog.bundle_of(entries[first:]))

    def gives_one(self, node, address):
        """One record more: taken soon, whatever others do. Told to come back, for
        it gives faster than stations do, it comes back."""
        size = len(self.entries)
        grown = [*self.entries, bytes([size % 256]) * 1072]
        until = time.monotonic() + SOON
        while True:
            code, headers, said = ask(node, address, self.path, "POST", self.body(size, grown))
            if code != 429 or time.monotonic() > until:
                break
            time.sleep(float(headers["Retry-After"]))
        equal(code, 200, f"record {size} of {self.path[:12]}: {said[:100]}")
        equal(headers["X-Log-Size"], str(size + 1), "it is there")
        self.entries = grown


def announce_path(info_hash, port, more=""):
    return f"/announce?info_hash={quote(info_hash)}&port={port}{more}"


class Village:
    """Two hundred viewers behind one address, eight stations behind another."""

    def __init__(self, s, county, stations, lesson, path):
        self.county, self.stations = county, stations
        self.lesson, self.path = lesson, path
        self.viewers_at, self.stations_at = s.new_address(), s.new_address()
        self.rss = 0

    def watch(self):
        with contextlib.ExitStack() as stack:
            watching = two_hundred.begin(stack, self.county, self.viewers_at, self.path, 50_000,
                                     deadline=SOON)
            two_hundred.finish(watching, 50_000)

    def swap(self):
        """What stations ask of a county, and what they give it."""
        btmh = self.lesson["btmh"]
        for number, station in enumerate(self.stations):
            with contextlib.closing(Client(self.county, self.stations_at)) as client:
                equal(client.ask("/heads?after=0")[0], 200, "news")
                code, _, map_of = client.ask(f"/pieces/{btmh}")
                check(code == 200 and len(map_of) > 4, "the pieces of a lesson")
                code, _, reply = client.ask(announce_path(
                    bytes.fromhex(btmh)[:20], 6881,
                    f"&peer_id=-XT0001-000000000000&http={7433 + number}"
                    f"&node={station.public.hex()[:16]}"))
                check(code == 200 and b"5:nodes" in reply and b"warning" not in reply,
                      f"whom to swap with: {reply}")
                station.gives_one(self.county, self.stations_at)

    def is_served_while(self, what):
        self.watch()
        self.swap()
        with open(f"/proc/{self.county.process.pid}/status") as f:
            status = dict(line.split(":", 1) for line in f)
        rss = int(status["VmRSS"].split()[0]) * 1024
        check(SANITIZED or rss < 300 * MEGABYTE, f"{rss} bytes while {what}")
        print(f"ok: served while {what}; {rss // MEGABYTE} MiB", flush=True)


# --- floods --------------------------------------------------------------------------

def announces(s, village, lessons):
    county, sources = village.county, [s.new_address() for _ in range(8)]
    seed = random.Random(s.seed)

    code, _, reply = ask(county, sources[0], announce_path(bytes(20), 1))
    equal(code, 200, "clients expect no other")
    check(b"knows no such lesson" in reply, f"it says why: {reply}")
    for query in ("/announce", "/announce?port=1", "/announce?info_hash=x&port=1",
                  announce_path(bytes(20), 0), announce_path(bytes(20), 70000),
                  announce_path(bytes(20), 1) + "&info_hash=" + "y" * 20,
                  announce_path(bytes(300), 1)):
        check(b"failure reason" in ask(county, sources[0], query)[2], query[:60])
    equal(ask(county, sources[0], "/announce?x=" + "y" * 20_000)[0], 414, "a query without end")

    with Flood(county, sources, lambda n: (announce_path(seed.randbytes(20), n % 60000 + 1),)):
        village.is_served_while("lessons nobody knows are announced")

    # One address has the engine load so many lessons and no more at once.
    greedy, warned, named = s.new_address(), 0, 0
    for lesson in lessons:
        _, _, reply = ask(county, greedy, announce_path(bytes.fromhex(lesson["btmh"])[:20], 6881))
        warned += b"warning message" in reply and b"your address" in reply
        named += bool(re.search(rb"5:peers[1-9]", reply))
    check(named >= 60, f"one client of many lessons gets {named} of {len(lessons)}")
    check(warned > 0, "and is told that this is enough for now")
    _, _, reply = ask(county, s.new_address(),
                      announce_path(bytes.fromhex(lessons[-1]["btmh"])[:20], 6881))
    check(b"warning message" not in reply and re.search(rb"5:peers[1-9]", reply),
          f"another gets what he asks for: {reply}")

    def known(number):
        lesson = lessons[number % len(lessons)]
        return (announce_path(bytes.fromhex(lesson["btmh"])[:20], number % 60000 + 1,
                              "&left=" + str(number % 2) + "&numwant=50&event=started"),)
    with Flood(county, sources, known):
        village.is_served_while("all known lessons are announced, from any port")


def pieces(s, village, lesson, path):
    county, sources = village.county, [s.new_address() for _ in range(8)]
    seed = random.Random(s.seed)
    equal(ask(county, sources[0], "/pieces/" + "0" * 64)[0], 404, "pieces of nothing")
    equal(ask(county, sources[0], f"/pieces/{lesson['btmh']}?after=x")[0] in (200, 400), True,
          "a number that is none")
    many = ",".join(f"{at}-{at}" for at in range(0, 4000, 2))[:12_000].rstrip("-,0123456789")
    for header in ("bytes=" + many, "bytes=0-0,5-5", "bytes=9-1", "bytes=" + "9" * 3000 + "-"):
        code, _, body = ask(county, sources[0], path, "GET", None, {"Range": header})
        check(code in (200, 416) and len(body) in (0, 20 * MEGABYTE),
              f"{header[:40]}: {code}, {len(body)}")
    with Flood(county, sources,
               lambda n: (f"/pieces/{seed.randbytes(32).hex()}?after={n}", "GET")) as flood:
        village.is_served_while("pieces of lessons nobody knows are asked for")
        check(set(flood.codes) <= {404, 503, 0}, f"answers: {flood.codes}")


def polls(s, county):
    """Whoever waits for pieces of a lesson on its way leaves room for others."""
    line = Throttle(s, county.url, 50 * MEGABYTE)
    station = s.station(county, words=["--announce", "off"], upstream=line.url).start()
    wait_for(lambda: station.lessons(), 30, "the station knows lessons")
    line.rate = 400_000
    lesson = county.publish(s.file("长.bin", 40 * MEGABYTE), "长课", "产业/养殖", "--no-media")
    url = f"/pieces/{lesson['btmh']}"
    pieces_of = wait_for(lambda: (a := ask(station, station.address, url))[0] == 200 and
                         int.from_bytes(a[2][:4], "big"), 30, "it is on its way")
    greedy, others = s.new_address(), s.new_address()
    with contextlib.ExitStack() as stack:
        waiting = []
        for _ in range(400):
            c = stack.enter_context(socket.socket())
            c.settimeout(SOON)
            c.bind((greedy, 0))
            c.connect((station.address, 7433))
            c.sendall(f"GET {url}?after={pieces_of} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            waiting.append(c)
        refused = [c for c in waiting if b" 503 " in c.recv(4096)]
        check(100 <= len(refused) < 200, f"{len(refused)} of 400 polls are refused")
        for _ in range(STATIONS):  # behind one address
            c = stack.enter_context(socket.socket())
            c.settimeout(SOON)
            c.bind((others, 0))
            c.connect((station.address, 7433))
            c.sendall(f"GET {url}?after={pieces_of} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            check(c.recv(4096).startswith(b"HTTP/1.1 200"), "another's poll")
    station.stop()


def slow_bodies(stack, node, sources, each, path, length):
    """Bodies that are promised and do not come, all but a byte of each."""
    for source in sources:
        for _ in range(each):
            with contextlib.suppress(OSError):
                c = stack.enter_context(socket.socket())
                c.settimeout(0.2)
                c.bind((source, 0))
                c.connect((node.address, 7433))
                c.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"
                          .encode() + bytes(length - 1))


def uploads(s, village):
    county, sources = village.county, [s.new_address() for _ in range(12)]
    known, other = village.stations[0], Station(99)
    from_here = s.new_address()

    for body, code, why in (
            (b"", 400, b"not what is sent up"), (b"x" * 1000, 400, b"not what is sent up"),
            (other.body(0, [b"r" * 1072]), 404, b"another log"),
            (known.body(0, known.entries + [b"x" * 1072]), 409, b"%d\n" % len(known.entries))):
        got = ask(county, from_here, known.path, "POST", body)
        equal((got[0], why in got[2]), (code, True), f"{body[:30]}: {got}")
    answer = raw_tcp((county.address, 7433), f"POST {known.path} HTTP/1.1\r\nHost: x\r\n"
                     f"Content-Length: {2 * MEGABYTE + 1}\r\n\r\n".encode())
    check(answer.startswith(b"HTTP/1.1 413"), f"more than a body may have: {answer[:60]}")
    got = ask(county, from_here, other.path, "POST", other.body(0, [b"r" * 5000]))
    check(got[0] == 400 and b"at most 4200 bytes" in got[2] and b"enrolled" in got[2],
          f"a stranger's long record: {got}")

    # Keys cost nothing: so many are held, and no more.
    strangers = [Station(100 + number) for number in range(80)]
    codes = []
    for stranger in strangers:
        code, headers, said = wait_for(lambda stranger=stranger: (a := ask(
            county, s.new_address(), stranger.path, "POST",
            stranger.body(0, [b"r" * 1072])))[0] != 429 and a, SOON, "not too often")
        codes.append(code)
    check(codes.count(200) <= 64 and codes.count(403) >= 16, f"strangers: {codes}")
    check(b"accept some first" in said, f"it says what to do: {said}")

    nonsense = strangers[-1].body(0, [b"r" * 1072])
    with contextlib.closing(Client(county, from_here)) as client:
        answers = [client.ask(known.path, "POST", b"") for _ in range(1000)]
    check(any(code == 429 and headers["Retry-After"] for code, headers, _ in answers),
          "who sends without end is told to come back")
    with Flood(county, sources, lambda n: (strangers[-1].path, "POST", nonsense)):
        village.is_served_while("strangers send up as fast as they can")
    with contextlib.ExitStack() as stack:
        slow_bodies(stack, county, sources[:4], 6, known.path, 2 * MEGABYTE)
        village.is_served_while("large bodies do not end")


def statements(s, village):
    county, source = village.county, s.new_address()
    with contextlib.closing(Client(county, source)) as client:
        answers = [client.ask("/node", "POST", b"nonsense") for _ in range(800)]
    codes = [code for code, _, _ in answers]
    check(codes[:600] == [400] * 600, "a township's worth is read")
    check(429 in codes[600:], "then it is enough")
    check(any(headers["Retry-After"] for code, headers, _ in answers if code == 429),
          "it says when to come back")
    equal(ask(county, s.new_address(), "/node", "POST", b"nonsense")[0], 400, "others may")
    village.is_served_while("somebody has sent too many statements")


def story(s):
    county = s.county(words=["--announce", "off"]).start()
    film = county.publish(s.file("课.bin", 20 * MEGABYTE), "黑山羊", "产业/养殖", "--no-media")
    path = f"/payload/{film['btmh']}/{quote('课.bin')}"
    lessons = [county.publish(s.file("小.bin", 1000), f"第{n}课", "产业/养殖", "--no-media")
               for n in range(LESSONS)]
    stations = [Station(number + 1) for number in range(STATIONS)]
    for station in stations:
        equal(ask(county, s.new_address(), "/node", "POST", station.statement())[0], 204,
              "a statement")
    for row in wait_for(lambda: len(rows := county.cli_json("station", "list")) == STATIONS and
                        rows, 30, "the stations are heard of"):
        county.cli("station", "accept", row["code"])
    village = Village(s, county, stations, film, path)
    village.is_served_while("all is quiet")
    announces(s, village, lessons)
    pieces(s, village, film, path)
    uploads(s, village)
    statements(s, village)
    polls(s, county)
    equal([len(station.entries) for station in stations], [7] * STATIONS, "records given up")
    equal(sorted(log["entries"] for log in county.records("enrolled")), [7] * STATIONS,
          "and held")
    check(county.running(), "it has lived through all of it")


run(story)
