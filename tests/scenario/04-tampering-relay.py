# TIMEOUT 240
"""Between the county and a station stands a relay that lies: in checkpoints,
entries, torrents and payload, by altering, cutting, replaying and withholding.
The station never shows what is not so, stays up, and catches up as soon as the
relay is honest again."""
import tlog
from lib import (LONG, Relay, answer_with, check, cut_short, equal, flip_byte, hang_up,
                 http_get, run, stays, wait_for)

# What is attacked, by which lie, and whether the lesson's name may come through.
CATALOG = [
    ("checkpoint altered", r"/checkpoint|/heads", flip_byte, False),
    ("checkpoint's end altered", r"/checkpoint|/heads", lambda: flip_byte(-3), False),
    ("checkpoint cut", r"/checkpoint|/heads", lambda: cut_short(20), False),
    ("old checkpoint replayed", r"/checkpoint|/heads", None, False),
    ("entries altered", r"/tile/entries/", flip_byte, False),
    ("entries cut", r"/tile/entries/", cut_short, False),
    ("entries are zeros", r"/tile/entries/", lambda: answer_with(200, bytes(100_000)), False),
    ("entries withheld", r"/tile/entries/", lambda: answer_with(404), False),
]
PAYLOAD = [
    ("torrent altered", r"/torrent/", flip_byte, True),
    ("torrent cut", r"/torrent/", cut_short, True),
    ("torrent withheld", r"/torrent/", lambda: answer_with(404), True),
    ("torrent hangs up", r"/torrent/", hang_up, True),
]


def replay_of(county):
    """What the county shows now is what it will always have shown."""
    heads = http_get(county.url + "/heads?after=0")
    checkpoints = {}
    for origin in county.heads():
        path = f"/tlog/{tlog.origin_hash(origin)}/checkpoint"
        checkpoints[path] = http_get(county.url + path)
    return lambda path, _response: checkpoints.get(path, heads)


def story(s):
    county = s.county(words=["--announce", "off"]).start()
    relay = Relay(s, county.url)
    station = s.station(county, upstream=relay.url, words=["--announce", "off"]).start()
    first = county.publish(s.file("0.bin", 50_000), "第零课")
    station.wait_held(first["id"])

    for number, (name, pattern, lie, may_know) in enumerate(CATALOG + PAYLOAD, 1):
        print("--", name, flush=True)
        before = station.heads()
        relay.rules = [(pattern, lie() if lie else replay_of(county))]
        asked = relay.count(pattern)
        lesson = county.publish(s.file(f"{number}.bin", 50_000 + number), f"第{number}课")
        wait_for(lambda p=pattern, n=asked: relay.count(p) > n, 60, "the lie was told")
        stays(lambda wanted=lesson["id"]: station.state(wanted) != "held",
              3 if LONG else 1, "what cannot be proven is not held")
        check(relay.count(pattern) - asked < 300, "a liar is not asked all the time")
        if not may_know:
            equal(station.heads(), before, "the log stays where it was proven")
            equal(station.lesson(lesson["id"]), None, "nothing unproven is shown")
        check(station.running(), f"alive after: {name}")
        relay.rules = []
        station.wait_held(lesson["id"], 90)
        equal(station.payload(lesson["btmh"]), county.payload(lesson["btmh"]), name)
    equal(station.heads(), county.heads(), "in the end")
    check(not any(log.get("forked") for log in station.status()["logs"]),
          "a lying relay is not mistaken for a forking publisher")

    # Payload: files over HTTP are altered. BitTorrent or another try heals it.
    relay.rules = [(r"/payload/", flip_byte())]
    lesson = county.publish(s.file("大.bin", 6_000_000), "大课")
    wait_for(lambda: station.state(lesson["id"]) in ("fetching", "wanted", "held"), 60, "wanted")
    stays(lambda: station.state(lesson["id"]) != "held" or
          station.payload(lesson["btmh"]) == county.payload(lesson["btmh"]), 3,
          "held means the right bytes")
    relay.rules = []
    station.wait_held(lesson["id"], 90)
    equal(station.payload(lesson["btmh"]), county.payload(lesson["btmh"]), "payload")


run(story)
