# TIMEOUT 420
"""Everything that can be sent to a node by anybody is sent to it broken: HTTP
requests, datagrams, checkpoints, bundles, entries, join files. It answers with
an error or not at all, stays small, keeps serving, and believes none of it."""
import contextlib
import json
import os
import random
import socket

import tlog
from lib import (FAILED, REFUSED, SANITIZED, Relay, Response, check, equal, http_get, http_request,
                 raw_tcp, run, stays, wait_for)

MEGABYTE = 1 << 20


def resident(node):
    with open(f"/proc/{node.process.pid}/status") as f:
        return int(dict(line.split(":", 1) for line in f)["VmRSS"].split()[0]) * 1024


def is_well(node, what):
    check(node.running(), f"alive after {what}")
    equal(http_get(node.url + "/heads?after=0").code, 200, f"serves after {what}")


# --- requests --------------------------------------------------------------------

def requests(s, county, lesson):
    host = (county.address, 7433)
    secret = open(os.path.join(county.dir, "node.key"), "rb").read().strip()
    noise = random.Random(1)
    broken = [
        b"\r\n\r\n", b"\x00" * 100, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(300),
        b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"BREW /node HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /node HTTP/1.1\r\n\r\n", b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /node HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
        b"GET /node HTTP/1.1\r\nHost: x\r\nX: " + b"z" * MEGABYTE + b"\r\n\r\n",
        b"POST /node HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\nabc",
        b"POST /node HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\nabc",
        b"POST /node HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n",
        *[noise.randbytes(noise.randrange(1, 3000)) for _ in range(30)],
    ]
    for data in broken:
        answer = raw_tcp(host, data, timeout=0.3)
        check(not answer.startswith(b"HTTP/1.1 200") or b"GET /node" in data,
              f"{data[:60]!r} was answered with {answer[:60]!r}")
    is_well(county, "broken requests")

    prefix = f"/payload/{lesson['btmh']}/"
    hostile = ["/../node.key", "/payload/../node.key", prefix + "../../node.key",
               prefix + "%2e%2e/%2e%2e/node.key", prefix + "..%2f..%2fnode.key",
               prefix + "%00", "//etc/passwd", "/%2fetc%2fpasswd", prefix + "..%5c..%5cnode.key",
               "/blob/../../node.key", "/torrent/" + "g" * 64, "/torrent/" + "A" * 64,
               "/torrent/../node.key", "/trust/root/../../node.key", "/trust/root/01.note",
               "/trust/root/-1.note", "/trust/root/99999999999999999999.note",
               "/tlog/" + "0" * 64 + "/checkpoint", "/tlog/x/tile/0/000",
               "/heads?after=" + "9" * 40, "/heads?after=-1", "/heads?after=x",
               "/%ff%fe", "/node.key", "/node.db", "/node.conf", "/control.sock"]
    for origin in county.heads():
        hostile += [f"/tlog/{tlog.origin_hash(origin)}/tile/{rest}" for rest in (
            "64/000", "0/x000/000", "0/000.p/0", "0/000.p/256", "0/000.p/999999999999",
            "entries/x999/x999/x999/999", "0/../../node.key", "-1/000", "00/000", "0/0")]
    for path in hostile:
        answer = raw_tcp(host, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        check(b" 200 " not in answer.split(b"\r\n")[0] and b" 206 " not in answer.split(b"\r\n")[0],
              f"{path} was answered with {answer[:80]!r}")
        check(secret not in answer, f"{path} gave away the key")
    name = next(iter(county.payload(lesson["btmh"])))
    for wanted in ("bytes=5-2", "bytes=-", "bytes=x-y", "bytes=999999999999-", "bytes=-0",
                   "bytes=0-0,2-3,5-9" + ",1-1" * 2000, "bytes=99999999999999999999-", "words=1-2"):
        answer = http_get(f"{county.url}{prefix}{name}", headers={"Range": wanted})
        check(answer.code in (200, 206, 400, 416, 431), f"Range: {wanted[:40]} gave {answer}")

    for path in ("/node", "/up/" + "0" * 64, "/announce", "/heads"):
        for body in (b"", b"{}", b"\xff" * 1000, b"[" * 100_000, bytes(2 * MEGABYTE),
                     b"xiangtu-node/v1\n\n\xe2\x80\x94 x AAAA\n"):
            with contextlib.suppress(OSError):
                answer = http_request(county.url + path, "POST", body=body, timeout=60)
                check(answer.code >= 400, f"POST {path} of {body[:20]!r}: {answer}")
    for query in ("", "info_hash=x", "info_hash=" + "%00" * 20, "info_hash=" + "%41" * 20 + "&port=0",
                  "info_hash=" + "%41" * 20 + "&port=99999", "port=1&" * 5000,
                  "info_hash=" + "%41" * 20 + "&port=6881&left=-1&numwant=999999999"):
        answer = http_get(f"{county.url}/announce?{query}")
        check(answer.code in (200, 400, 404, 414, 431), f"/announce?{query[:40]}: {answer}")
        check(b"peers" not in answer.body or b"failure" in answer.body or
              b"5:peers0:" in answer.body, f"no peers for nobody: {answer}")

    # A hundred that say nothing more, while others are served.
    with contextlib.ExitStack() as stack:
        for _ in range(100):
            slow = stack.enter_context(socket.create_connection(host))
            slow.sendall(b"GET /node HTTP/1.1\r\nHost:")
        is_well(county, "slow connections")
    is_well(county, "hostile requests")


# --- datagrams ---------------------------------------------------------------------

def datagrams(s, county, station):
    noise = random.Random(2)
    heard = []
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("", s.announce_port))
    listener.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                        socket.inet_aton("239.192.74.33") + socket.inet_aton("127.0.0.1"))
    listener.settimeout(15)
    with contextlib.suppress(TimeoutError):
        while len(heard) < 2:
            heard.append(listener.recv(65536))
    listener.close()
    check(heard, "nodes announce themselves on loopback")
    check(all(len(datagram) <= 1200 for datagram in heard), "at most 1,200 bytes")

    neighbours = len(county.cli_json("neighbours"))
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
    targets = [("239.192.74.33", s.announce_port), (county.address, s.announce_port)]

    def send(data):
        for target in targets:
            with contextlib.suppress(OSError):
                sender.sendto(data, target)

    for good in heard:
        for size in (0, 1, 10, len(good) // 2, len(good) - 1):
            send(good[:size])
        send(good + b"x")
        send(good + bytes(60_000))
        for _ in range(200):
            altered = bytearray(good)
            altered[noise.randrange(len(altered))] ^= 1 << noise.randrange(8)
            send(bytes(altered))
    for _ in range(5000):
        send(noise.randbytes(noise.randrange(1300)))
    is_well(county, "datagrams")
    is_well(station, "datagrams")
    check(len(county.cli_json("neighbours")) <= neighbours + 1, "nobody was made up")


# --- a lying upstream ---------------------------------------------------------------

def lying_upstream(s, county):
    """Answers that are far too long, of the wrong kind, or signed by nobody."""
    relay = Relay(s, county.url)
    station = s.station(county, name="lied-to", upstream=relay.url,
                        words=["--announce", "off"]).start()
    wait_for(lambda: station.heads() == county.heads(), 30, "in step")
    huge = bytes(48 * MEGABYTE)
    seed = bytes(range(32))
    origin = next(iter(county.heads()))
    stranger = tlog.sign_note(f"{origin}\n99\n{'A' * 43}=\n", origin, seed)
    unknown = tlog.sign_note(f"nobody.example/log\n1\n{'A' * 43}=\n", "nobody.example/log", seed)
    lies = [
        ("huge heads", r"/heads", huge), ("huge checkpoint", r"/checkpoint", huge),
        ("huge bundle", r"/tile/entries", huge), ("huge torrent", r"/torrent/", huge),
        ("huge trust note", r"/trust/", huge), ("huge statement", r"/node$", huge),
        ("nested heads", r"/heads", b"[" * MEGABYTE), ("empty heads", r"/heads", b""),
        ("heads of text", r"/heads", "你好\n".encode() * 100),
        ("stranger's checkpoint", r"/checkpoint|/heads", stranger),
        ("unknown log", r"/checkpoint|/heads", unknown),
        ("bundle that ends inside an entry", r"/tile/entries", b"\xff\xff" + bytes(100)),
        ("empty bundle", r"/tile/entries", b""),
    ]
    for number, (name, pattern, body) in enumerate(lies):
        print("--", name, flush=True)
        heads = station.heads()
        relay.rules = [(pattern, lambda _path, _response, body=body: Response(200, {}, body))]
        before = relay.count(pattern)
        lesson = county.publish(s.file(f"l{number}.bin", 20_000), f"第{number}课")
        if pattern not in (r"/node$", r"/trust/", r"/checkpoint"):
            wait_for(lambda p=pattern, n=before: relay.count(p) > n, 60, "the lie was told")
            stays(lambda wanted=lesson["id"]: station.state(wanted) != "held", 0.5, "not held")
        if pattern.startswith(("/heads", "/tile", "/checkpoint|")):
            equal(station.heads(), heads, "the log is as it was proven")
        check(SANITIZED or resident(station) < 128 * MEGABYTE, f"{resident(station)} bytes after: {name}")
        is_well(station, name)
        relay.rules = []
        station.wait_held(lesson["id"], 90)
    return station


# --- a publisher that signs nonsense -------------------------------------------------

def signed_nonsense(s, county, station):
    """The county's own key signs entries that break the rules: they are recorded
    as refused or skipped, and the log goes on. (Entries longer than the trust
    note permits are another matter: they end the log.)"""
    evil = tlog.Publisher(county)
    evil.load(lambda path: http_get(county.url + path).body)
    count = len(evil.entries)
    good = json.loads(evil.entries[-1])

    def entry(**changes):
        return json.dumps({**good, "id": f"{evil.origin}#aaaaaaaa",
                           **changes}, ensure_ascii=False).encode()
    evil.entries += [
        b"", b"{", b"[]", b"null", b'{"type":"lesson"}', b"\xff\xfe", b"{" * 3_000,
        b'{"type":"lesson","type":"lesson"}', b'{"type":"tomorrow","anything":[1,2,3]}',
        entry(region="110000"), entry(region="43"), entry(topic=""), entry(topic="../../etc"),
        entry(btmh="x"), entry(btmh=good["btmh"].upper()), entry(bytes=-1), entry(bytes=2**60),
        entry(title="x" * 3_000), entry(title="\u202e\u0000"), entry(id="other.example/log#aaaaaaaa"),
        entry(rev=0), entry(date="1970-13-45"), b'{"type":"withdraw","id":"%s"}' % (b"x" * 500),
        b"x" * 3_000,
    ]
    bad = len(evil.entries) - count
    evil.entries.append(entry(id=f"{evil.origin}#zzzzzzzz", title="最后的好课"))
    county.stop()

    stand = Relay(s, "http://127.0.0.1:9", [(r"", lambda path, _r: answer(evil, path))])
    station.stop()
    follower = station.copy("follower")
    follower.set_conf("upstream", stand.url)
    follower.start()
    wait_for(lambda: follower.heads()[evil.origin][0] == count + bad + 1, 60,
             "the log is followed through all of it")
    states = {lesson["title"]: lesson["state"] for lesson in follower.lessons()}
    check("最后的好课" in states, f"the good one after them is known: {states}")
    for lesson in follower.lessons():
        check(lesson["state"] == "refused" or lesson["region"].startswith("431081"),
              f"out of scope, and not refused: {lesson}")
    is_well(follower, "signed nonsense")


def answer(evil, path):
    if path.startswith("/heads"):
        return Response(404, {}, b"")
    body = evil.resource(path)
    return Response(404 if body is None else 200, {}, body or b"")


# --- join files -----------------------------------------------------------------------

def join_files(s, county):
    with open(county.join_file(), "rb") as f:
        good = f.read()
    text = json.loads(good)
    altered = json.loads(good)
    altered["trust"] = altered["trust"].replace("region=431081", "region=430000")
    tampered_root = json.loads(good)
    tampered_root["roots"] = [note.replace("threshold 1", "threshold 0")
                              for note in tampered_root["roots"]]
    other = s.county("other", region="431022", title="宜章县")
    with open(other.join_file(), "rb") as f:
        foreign = json.loads(f.read())
    mixed = dict(text, trust=foreign["trust"])
    cases = {"empty": b"", "zeros": bytes(1000), "noise": os.urandom(5000), "cut": good[:len(good) // 2],
             "nested": b"[" * 200_000, "huge": b'{"xiangtu":"' + b"x" * (8 * MEGABYTE) + b'"}',
             "other": b'{"xiangtu":"join/v9"}', "scope altered": json.dumps(altered).encode(),
             "threshold altered": json.dumps(tampered_root).encode(),
             "another county's trust": json.dumps(mixed).encode(),
             "no roots": json.dumps(dict(text, roots=[])).encode()}
    for number, (name, data) in enumerate(cases.items()):
        path = s.path(f"bad{number}.join")
        with open(path, "wb") as f:
            f.write(data)
        node = s.node(f"never{number}")
        result = node.try_init("--level", "station", "--name", "村", "--region", "431081101203",
                               "--join", path)
        check(result.code in (FAILED, REFUSED), f"{name}: {result}")
        check(result.err.strip(), f"{name}: says why")
        if name in ("scope altered", "threshold altered", "another county's trust"):
            equal(result.code, REFUSED, name)
        check(not os.path.exists(os.path.join(node.dir, "node.conf")), f"{name}: no node was made")
    fingerprint = s.node("wrong-words")
    result = fingerprint.try_init("--level", "station", "--name", "村", "--region", "431081101203",
                                  "--join", county.join_file(), "--fingerprint", "一 二 三")
    check(result.code not in (0,), f"another fingerprint: {result}")


def story(s):
    county = s.county().start()
    lesson = county.publish(s.file("1.bin", 300_000), "第一课")
    station = s.station(county).start()
    station.wait_held(lesson["id"])
    before = resident(county)
    join_files(s, county)
    requests(s, county, lesson)
    datagrams(s, county, station)
    check(SANITIZED or resident(county) < before + 64 * MEGABYTE, "and has not grown")
    lied_to = lying_upstream(s, county)
    equal(county.state(lesson["id"]), "held", "nothing was lost")
    signed_nonsense(s, county, lied_to)


run(story)
