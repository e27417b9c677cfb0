# TIMEOUT 240
"""Whoever can reach a node tries to keep others from it, or to have a browser
speak to it for him: foreign names and origins, heads and bodies that never end,
answers that nobody reads, more connections than there are. Others are served."""
import contextlib
import json
import resource
import socket
import threading
from urllib.parse import quote

import two_hundred
from lib import SANITIZED, check, equal, http_get, http_request, raw_tcp, run, wait_for

MEGABYTE = 1 << 20
SOON = 60  # seconds; on a quiet machine it is a hundredth of one


def ask(node, lines, first=b"GET /node HTTP/1.1", body=b""):
    """What a node answers to these header lines: the code, and all of it."""
    head = b"\r\n".join([first, *lines, b"Connection: close", b"", b""])
    answer = raw_tcp((node.address, 7433), head + body)
    return int(answer.split(b" ", 2)[1]) if answer else 0, answer


# --- names and origins -------------------------------------------------------------

def names(s, county):
    port = b":7433"
    for host in (county.address.encode(), county.address.encode() + port, b"localhost", b"box",
                 b"box.local" + port, b"[::1]" + port, b"LOCALHOST."):
        equal(ask(county, [b"Host: " + host])[0], 200, f"Host: {host}")
    paths = ("/node", "/", "/heads?after=0", "/drive", "/metrics", "/join.json",
             "/payload/" + "0" * 64 + "/x", "/announce?port=1")
    for path in paths:
        code, answer = ask(county, [b"Host: evil.example"], f"GET {path} HTTP/1.1".encode())
        equal(code, 421, f"{path} by a foreign name")
        check(b"host = " in answer, "it says what to set")
        check(b"Access-Control" not in answer, "no CORS")
    for lines, code in (([b"Host: evil.example" + port], 421), ([b"Host: evil.box"], 421),
                        ([b"Host: county", b"Host: evil.example"], 400), ([b"Host: "], 400),
                        ([b"Host: a b"], 400), ([b"Host: 0x7f.1"], 400), ([b"X: y"], 400)):
        equal(ask(county, lines)[0], code, str(lines))
    equal(ask(county, [], b"GET /node HTTP/1.0")[0], 200, "a GET of old has no Host")
    post = [b"Content-Length: 1"]
    equal(ask(county, post, b"POST /node HTTP/1.0", b"x")[0], 400, "a POST must have one")
    equal(ask(county, [b"Host: evil.example", *post], b"POST /node HTTP/1.1", b"x")[0], 421,
          "writing by a foreign name")
    equal(ask(county, [b"Host: box"], b"GET http://evil.example/node HTTP/1.1")[0], 400,
          "a target in absolute form")

    own = county.address.encode() + port
    for lines, refused in (([b"Origin: http://evil.example"], True), ([b"Origin: null"], True),
                           ([b"Origin: http://" + own, b"Origin: http://evil.example"], True),
                           ([b"Sec-Fetch-Site: cross-site"], True),
                           ([b"Origin: http://" + own, b"Sec-Fetch-Site: same-origin"], False),
                           ([], False)):
        code, answer = ask(county, [b"Host: " + own, *post, *lines], b"POST /node HTTP/1.1", b"x")
        equal(code, 403 if refused else 400, f"a POST with {lines}")
        check(b"Access-Control" not in answer, "no CORS")
    equal(ask(county, [b"Host: " + own, b"Origin: http://evil.example",
                       b"Access-Control-Request-Method: POST"], b"OPTIONS /node HTTP/1.1")[0], 405,
          "no preflight")

    county.stop()
    with open(county.dir + "/node.conf", "a") as f:
        f.write("host = lessons.zixing.example\n")
    county.start()
    equal(ask(county, [b"Host: Lessons.Zixing.example"])[0], 200, "the name is its own now")
    equal(ask(county, [b"Host: zixing.example"])[0], 421, "no other is")


# --- too many ----------------------------------------------------------------------

def resident(node):
    with open(f"/proc/{node.process.pid}/status") as f:
        return int(dict(line.split(":", 1) for line in f)["VmRSS"].split()[0]) * 1024


def hold(stack, node, sources, each, data):
    """Open connections from each of the addresses, and say that much on each."""
    for source in sources:
        for _ in range(each):
            # Refused, cut off: all the same to whoever does this.
            with contextlib.suppress(OSError):
                c = stack.enter_context(socket.socket())
                c.settimeout(0.2)
                c.bind((source, 0))
                c.connect((node.address, 7433))
                c.sendall(data)


def others_are_served(node, path, what):
    for url, code in (("/heads?after=0", 200), ("/node", 200), (path, 206)):
        headers = {"Range": "bytes=1000000-1000999"} if code == 206 else {}
        answer = http_get(node.url + url, headers=headers, timeout=SOON)
        equal(answer.code, code, f"{url} while others hold {what}")
    answer = http_request(node.url + "/node", "POST", body=bytes(200_000), timeout=SOON)
    equal(answer.code, 400, f"a statement (a bad one) while others hold {what}")
    check(SANITIZED or resident(node) < 300 * MEGABYTE, f"{resident(node)} bytes while others hold {what}")


def crowds(s, county, path):
    number = json.loads(http_get(county.url + "/heads?after=0").body)["n"]
    host = b" HTTP/1.1\r\nHost: x\r\n"
    sources = [s.new_address() for _ in range(4)]
    for what, data in (
            ("heads that never end", b"GET /node" + host + b"X:"),
            ("nothing at all", b""),
            ("bodies that never end",
             b"POST /node" + host + b"Content-Length: 262144\r\n\r\n" + bytes(200_000)),
            ("long polls", b"GET /heads?after=%d" % number + host + b"\r\n"),
            ("answers that nobody reads", b"GET " + path.encode() + host + b"\r\n")):
        with contextlib.ExitStack() as stack:
            hold(stack, county, sources, 500, data)
            others_are_served(county, path, what)
    others_are_served(county, path, "nothing any more")


def many_small_ranges(s, county, path):
    """Ranges of one byte, as fast as they come, on many connections."""
    ended = threading.Event()
    source = s.new_address()

    def request(at):
        return f"GET {path} HTTP/1.1\r\nHost: x\r\nRange: bytes={at}-{at}\r\n\r\n".encode()

    def ask_on():
        with contextlib.suppress(OSError), socket.socket() as c:
            c.settimeout(5)
            c.bind((source, 0))
            c.connect((county.address, 7433))
            at = 0
            while not ended.is_set():
                c.sendall(b"".join(request(at + i) for i in range(20)))
                c.recv(65536)
                at += 20

    asking = [threading.Thread(target=ask_on) for _ in range(20)]
    for thread in asking:
        thread.start()
    try:
        for _ in range(5):
            others_are_served(county, path, "many small ranges")
    finally:
        ended.set()
        for thread in asking:
            thread.join()


def a_village_behind_one_address(s, county, path):
    """Two hundred who watch, and their pages, behind one address: all get on."""
    source = s.new_address()
    with contextlib.ExitStack() as stack:
        watching = two_hundred.begin(stack, county, source, path, 100_000, deadline=SOON)
        hold(stack, county, [source], 200, b"")
        two_hundred.finish(watching, 100_000)


def story(s):
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, most), most))
    county = s.county(words=("--announce", "off")).start()
    lesson = county.publish(s.file("课.bin", 20 * MEGABYTE), "黑山羊")
    name = next(iter(county.payload(lesson["btmh"])))
    path = f"/payload/{lesson['btmh']}/{quote(name)}"
    names(s, county)
    a_village_behind_one_address(s, county, path)
    crowds(s, county, path)
    many_small_ranges(s, county, path)
    wait_for(lambda: county.running(), 1, "it has lived through all of it")


run(story)
