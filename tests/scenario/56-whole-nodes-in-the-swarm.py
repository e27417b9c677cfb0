# TIMEOUT 300
"""Whole nodes in the swarm of a county that serves only nodes it knows beyond
its LAN, with nothing but the swarm to get a lesson by. An enrolled station gets
it. One that was never enrolled gets nothing, and both sides say why, until it is
accepted. One whose enrolment ends gets nothing more, in the middle of a lesson.
Who passes on the proof of a station from an address of his own gets nothing. An
ordinary client gets nothing, and all of it where the county does not ask."""
import os
import shutil
import time

import prometheus
from lib import (Relay, Response, XIANGTU, check, equal, http_get, run, run_command, stays, tree_of,
                 wait_for)
from swarmpeer import (BAD_PROOF, ELSEWHERE, Client, loaded, mapped, rtorrent, v1_hash)

RATE = 700_000  # bytes a second up, beyond the LAN
LARGE = 18_000_000
ASKED_FOR = "gives pieces to nodes it knows only"


def configure(node, *lines):
    with open(os.path.join(node.dir, "node.conf"), "a", encoding="utf-8") as conf:
        conf.write("".join(line + "\n" for line in lines))


def swarm(county):
    return county.status()["swarm"]


def transfer(station, lesson):
    for job in station.cli_json("transfers")["fetching"]:
        if job["btmh"] == lesson["btmh"]:
            return job
    return None


def trouble(station, lesson):
    return (transfer(station, lesson) or {"trouble": ""})["trouble"]


def progress(station, lesson):
    """Of its pieces; 1 when there is no transfer any more."""
    return (transfer(station, lesson) or {"progress": 1})["progress"]


def by_swarm_alone(s, county, name, region):
    """A station to which the county's HTTP tells of lessons and gives none."""
    nothing = [(r"^/(payload|pieces)/", lambda _path, _response: Response(404, {}, b""))]
    relay = Relay(s, county.url, nothing)
    return s.station(county, name=name, title=name, region=region, upstream=relay.url,
                     words=["--announce", "off"])


def gets_it(station, county, lesson, what):
    """By the swarm: nothing else could bring it."""
    station.wait_held(lesson["id"], 120)
    equal(station.payload(lesson["btmh"]), county.payload(lesson["btmh"]), f"{what}: the bytes")


def in_chinese(node, *words):
    done = run_command([XIANGTU, "--dir", node.dir, *words],
                       env=dict(os.environ, LANG="zh_CN.UTF-8", LC_ALL="", LANGUAGE=""))
    equal(done.code, 0, words)
    return done.out


def never_enrolled(s, county, lesson):
    """Nothing comes; it says why, and the county says whom it turned away."""
    station = by_swarm_alone(s, county, "stranger", "431081101204").start()
    code = station.status()["code"]
    wait_for(lambda: ASKED_FOR in trouble(station, lesson), 90,
             "it says why nothing comes")
    text = wait_for(lambda: ASKED_FOR in (out := station.cli("transfers")) and out, 30,
                    "`transfers` says so in words")
    check(county.swarm in text, f"and who: {text}")
    wait_for(lambda: "请县里接纳本节点的代码" in in_chinese(station, "transfers"), 30,
             "in Chinese, too")

    told = swarm(county)
    equal(told["peers"], "known", "who is served")
    check(told["turned_away"]["unknown"] >= 1, f"the county counts it: {told}")
    last = wait_for(lambda: swarm(county)["last"]["why"] == "unknown" and swarm(county)["last"], 30,
                    "who was turned away last")
    equal(last["code"], code, "by the code that would enrol it")
    check(code in county.cli("status"), "`status` says which code")
    check("没有登记的节点" in in_chinese(county, "status"), "in Chinese, too")
    samples, _ = prometheus.parse(http_get(county.url + "/metrics").body.decode())
    check(samples[("xiangtu_swarm_turned_away_total", (("why", "unknown"),))] >= 1, "metrics")
    stays(lambda: progress(station, lesson) == 0, 8, "not a byte has come")

    county.enrol(station)
    gets_it(station, county, lesson, "accepted, it gets the lesson")
    station.stop()


def settled(value):
    """What it is once it has been the same for three seconds: what came before is
    looked through by then."""
    last, since = value(), time.monotonic()

    def rests():
        nonlocal last, since
        now = value()
        if now != last:
            last, since = now, time.monotonic()
        return time.monotonic() - since > 3
    wait_for(rests, 30, "nothing more comes")
    return last


def ended_in_the_middle(s, county, station):
    """Being served already is no right to go on."""
    large = county.publish(s.file("大.bin", LARGE), "大")
    wait_for(lambda: transfer(station, large) and progress(station, large) > 0.05, 60,
             "it is being served", pause=0.02)
    county.cli("station", "end", station.status()["code"])
    wait_for(lambda: ASKED_FOR in trouble(station, large), 60,
             "it is shown out, and says why")
    had = settled(lambda: progress(station, large))
    check(had < 0.9, f"before it had all of it: {had}")
    stays(lambda: progress(station, large) <= had + 0.01, 8, "nothing more comes")
    small = county.publish(s.file("小.bin", 100_000), "小")
    wait_for(lambda: ASKED_FOR in trouble(station, small), 90,
             "nor another lesson")
    check(station.state(small["id"]) != "held", "nor another lesson")
    county.enrol(station)
    gets_it(station, county, large, "accepted again, it gets the rest")
    gets_it(station, county, small, "and the other lesson")


def passed_on(s, county, station, lesson):
    """Somebody who has a station prove itself to him, in the county's name."""
    btmh = bytes.fromhex(lesson["btmh"])
    info_hash = v1_hash(county, lesson["btmh"])
    between = s.new_address()
    for node in (county, station):
        wait_for(lambda n=node: loaded(n, info_hash, between), 20, f"{node.name} has it loaded")

    def tries(change):
        to_station = Client(station, info_hash, between, says=False)
        hello = to_station.hear_hello()[b"xt_node"]
        to_county = Client(county, info_hash, between, b"\0" + hello[1:])
        theirs = to_county.hear_hello()[b"xt_node"]
        to_station.say(b"\1" + theirs[1:])
        proof = to_station.hear_proof()
        equal(proof[:16], mapped(between), "whom the station has reached")
        to_county.prove(change(proof))
        check(to_county.first_block() == b"", "who passes on a station's proof gets nothing")
        return to_county.verdict
    equal(tries(lambda proof: proof), ELSEWHERE, "is told why")
    equal(tries(lambda proof: mapped(county.address) + proof[16:]), BAD_PROOF, "altered, is told why")
    counts = swarm(county)["turned_away"]
    check(counts["elsewhere"] >= 1 and counts["bad_proof"] >= 1, f"the county counts: {counts}")


def ordinary_client(s, county, lesson):
    if not shutil.which("rtorrent"):
        print("no rtorrent here")
        return
    wanted = county.payload(lesson["btmh"])
    before = swarm(county)["turned_away"]["silent"]
    client, folder = rtorrent(s, county, lesson["btmh"], s.new_address())
    wait_for(lambda: swarm(county)["turned_away"]["silent"] > before, 60, "rtorrent is turned away")
    for where, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(where, name), "rb") as f:
                check(not f.read().strip(b"\0"), "rtorrent has not a byte")
    check(client.running(), "it was there all the time")
    client.kill()

    county.stop()
    county.set_conf("swarm-peers", "any")
    county.start()
    client, folder = rtorrent(s, county, lesson["btmh"], s.new_address())
    wait_for(lambda: tree_of(folder) == wanted, 90, "where nobody is asked, rtorrent gets it",
             pause=0.3)
    client.kill()
    equal(swarm(county)["peers"], "any", "nobody is asked")
    equal(sum(swarm(county)["turned_away"].values()), 0, "nobody is turned away")


def story(s):
    county = s.county(words=["--announce", "off"])
    configure(county, f"lan = {county.address}/32",  # all others are beyond
              "swarm-peers = known", f"limit = * 00:00-24:00 up {8 * RATE // 1_000_000}M")
    county.start()
    station = by_swarm_alone(s, county, "enrolled", "431081101203").start()
    county.enrol(station)
    lesson = county.publish(s.file("课.bin", 600_000), "黑山羊")
    gets_it(station, county, lesson, "the enrolled station gets it")
    passed_on(s, county, station, lesson)
    never_enrolled(s, county, lesson)
    ended_in_the_middle(s, county, station)
    station.stop()
    ordinary_client(s, county, lesson)


run(story)
