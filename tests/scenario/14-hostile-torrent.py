# TIMEOUT 300
"""Torrent files that lie: another lesson's, garbage, and ones that the county's
own key has signed but whose names lead out of the folder, collide, or cannot
exist. None is taken, nothing is written outside, other lessons go on."""
import json
import os

import tlog
from lib import Relay, Response, check, equal, http_get, run, stays, wait_for


def unsigned(s, county, relay, station, other):
    """What is not the signed hash is not even looked into."""
    stolen = http_get(f"{county.url}/torrent/{other['btmh']}").body
    lies = [("another lesson's", stolen), ("empty", b""), ("nested", b"l" * 500_000),
            ("noise", os.urandom(100_000)), ("cut integer", b"d4:infod6:lengthi9"),
            ("endless string", b"d4:info999999999999:"), ("trailing", stolen + b"x"),
            ("no layers", tlog.bencode({"info": tlog.bdecode(stolen)[b"info"]}))]
    for number, (name, body) in enumerate(lies):
        print("-- unsigned:", name, flush=True)
        asked = relay.count("/torrent/")
        relay.rules = [(r"/torrent/", lambda _p, _r, body=body: Response(200, {}, body))]
        lesson = county.publish(s.file(f"{number}.bin", 100_000), f"第{number}课")
        wait_for(lambda n=asked: relay.count("/torrent/") > n, 60, "the lie was told")
        stays(lambda wanted=lesson["id"]: station.state(wanted) != "held", 0.5, "not held")
        check(station.running(), "alive")
        relay.rules = []
        station.wait_held(lesson["id"], 90)


def hostile_torrents():
    """(name, torrent, btmh, size): each is a well-formed hybrid, with names that
    must be refused."""
    data = b"hostile " * 5000
    long = "长" * 100
    cases = {
        "up": {("..", "..", "outside.txt"): data}, "absolute": {("/tmp/outside.txt",): data},
        "dot": {(".",): data}, "empty name": {("",): data}, "slash": {("a/../../outside.txt",): data},
        "backslash": {("..\\..\\outside.txt",): data}, "zero byte": {("a\0b",): data},
        "control": {("a\nb",): data}, "bidi": {("txt.\u202egpj",): data},
        "reserved": {("NUL.txt",): data}, "dot at the end": {("a.",): data},
        "too long": {(long,): data}, "not UTF-8": {(b"\xff\xfe",): data},
        "two alike": {("A.txt",): data, ("a.txt",): data},
        "deep": {tuple("d" for _ in range(200)) + ("f",): data},
        "key": {("..", "node.key"): data},
    }
    for name, files in cases.items():
        torrent, btmh = tlog.make_torrent(files, "课")
        yield name, torrent, btmh, len(data) * len(files)
    for name, folder in (("name is up", ".."), ("name is a path", "../../payload"),
                         ("name is empty", ""), ("name is absolute", "/etc")):
        torrent, btmh = tlog.make_torrent({("a.txt",): data}, folder)
        yield name, torrent, btmh, len(data)
    torrent, btmh = tlog.make_torrent({("a.txt",): data}, "课")
    yield "size is another", torrent, btmh, len(data) + 1


def signed(s, county, station):
    evil = tlog.Publisher(county)
    evil.load(lambda path: http_get(county.url + path).body)
    good = json.loads(evil.entries[-1])
    ids = {}
    for number, (name, torrent, btmh, size) in enumerate(hostile_torrents()):
        short = "".join("0123456789abcdefghjkmnpqrstvwxyz"[number >> shift & 31]
                        for shift in (35, 30, 25, 20, 15, 10, 5, 0))
        ids[f"{evil.origin}#{short}"] = name
        evil.torrents[btmh] = torrent
        evil.entries.append(json.dumps({**good, "id": f"{evil.origin}#{short}", "rev": 1,
                                        "title": name, "btmh": btmh, "bytes": size,
                                        "files": 1}).encode())
    # A good one at the end, whose payload is there.
    data = b"a good lesson " * 3000
    torrent, btmh = tlog.make_torrent({("好.bin",): data}, "好.bin", single=True)
    evil.torrents[btmh] = torrent
    evil.files[f"/payload/{btmh}/%E5%A5%BD.bin"] = evil.files[f"/payload/{btmh}/好.bin"] = data
    last = f"{evil.origin}#zzzzzzzz"
    evil.entries.append(json.dumps({**good, "id": last, "rev": 1, "title": "好", "btmh": btmh,
                                    "bytes": len(data), "files": 1}).encode())
    county.stop()
    station.stop()

    def stand_in(path, _response):
        body = None if path.startswith("/heads") else evil.resource(path)
        return Response(404 if body is None else 200, {}, body or b"")
    stand = Relay(s, "http://127.0.0.1:9", [(r"", stand_in)])
    follower = station.copy("follower")
    follower.set_conf("upstream", stand.url)
    key = open(os.path.join(follower.dir, "node.key"), "rb").read()
    outside = set(os.listdir(s.dir))
    follower.start()
    wait_for(lambda: follower.heads()[evil.origin][0] == len(evil.entries), 60, "followed")
    follower.wait_held(last, 90)
    wait_for(lambda: set(evil.torrents) <= {path.split("?")[0].rpartition("/")[2] for path in stand.seen},
             60, "every one was asked for")
    for lesson_id, name in ids.items():
        check(follower.state(lesson_id) != "held", f"{name}: held")
    equal(open(os.path.join(follower.dir, "node.key"), "rb").read(), key, "the key")
    equal(set(os.listdir(s.dir)) - outside - {"follower"}, set(), "nothing written outside")
    check(not os.path.exists("/tmp/outside.txt"), "nothing in /tmp")
    for where, folders, names in os.walk(follower.dir):
        check("outside.txt" not in names, f"written in {where}")
    check(follower.running(), "alive")


def story(s):
    county = s.county(words=["--announce", "off"]).start()
    relay = Relay(s, county.url)
    station = s.station(county, upstream=relay.url, words=["--announce", "off"]).start()
    other = county.publish(s.file("other.bin", 100_000), "别的课")
    station.wait_held(other["id"])
    unsigned(s, county, relay, station, other)
    signed(s, county, station)


run(story)
