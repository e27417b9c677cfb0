# TIMEOUT 180
"""Who fetches for the LAN is killed, stands still, or has a dead line: another
takes over within 15 seconds, and what is there already does not come again."""
import os
import signal
import time

from lib import check, equal, run, wait_for
from uplink import Lan, Line, county_alone

SIZE = 6_000_000
RATE = 1_200_000
IN_TIME = 15.0 + 10  # what a busy machine may add
IN_FLIGHT = 2_500_000  # asked for when it happened, and thrown away


def fetched(lan, since):
    """How much each station's way up has brought since then."""
    return [x.uplink.down - y for x, y in zip(lan.stations, since)]


def carrier_of(lan, since, least):
    """The station that has brought so much."""
    def look():
        brought = fetched(lan, since)
        return max(brought) >= least and lan.stations[brought.index(max(brought))]
    return wait_for(look, 30, "somebody fetches", pause=0.01)


def told(s, lan, county, what, least, harm, heal):
    """Publish; when the carrier has brought `least`, `harm` it, and `heal` it
    when the others have the lesson."""
    since = [x.uplink.down for x in lan.stations]
    lesson = county.publish(s.file("课.bin", SIZE), what, "产业/养殖", "--no-media")
    carrier = carrier_of(lan, since, least)
    harm(carrier)
    begun = time.monotonic()
    others = [x for x in lan.stations if x is not carrier]
    then = [x.uplink.down for x in others]
    wait_for(lambda: sum(x.uplink.down - y for x, y in zip(others, then)) > 100_000, 40,
             "another one fetches", pause=0.02)
    took = time.monotonic() - begun
    for station in others:
        station.wait_held(lesson["id"], 60)
    over = sum(fetched(lan, since))
    print(f"{what}: another took over after {took:.1f} s; {over / SIZE:.2f} copies", flush=True)
    heal(carrier)
    carrier.wait_held(lesson["id"], 60)
    for station in lan.stations:
        equal(station.payload(lesson["btmh"]), county.payload(lesson["btmh"]),
              f"{station.name}: as published")
    check(took <= IN_TIME, f"{what}: {took:.1f} s")
    check(over <= 1.03 * SIZE + IN_FLIGHT, f"{what}: {over} bytes of {SIZE}")


def story(s):
    county = county_alone(s)
    lan = Lan(s, county, 1, Line(RATE), county.join_file())
    for _ in range(4):
        lan.station().start()
    wait_for(lambda: all(len(x.cli_json("neighbours")) == 3 for x in lan.stations), 20,
             "the stations know each other")

    def has_all(station):
        wait_for(lambda: station.status()["lessons"]["wanted"] == 0, 60, "it has all of it")

    def start_again(station):
        time.sleep(3)  # what its neighbours said when they had all of it is over
        before = sum(x.uplink.down for x in lan.stations)
        station.start()
        has_all(station)
        again = sum(x.uplink.down for x in lan.stations) - before
        check(again <= SIZE // 20, f"what neighbours have does not come again: {again} bytes")

    def cut(station):
        station.uplink.cut = True

    def mend(station):
        has_all(station)  # from its neighbours
        station.uplink.cut = False

    told(s, lan, county, "killed", SIZE // 3, lambda x: x.kill(), start_again)
    told(s, lan, county, "stopped", SIZE // 3,
         lambda x: os.kill(x.process.pid, signal.SIGSTOP),
         lambda x: os.kill(x.process.pid, signal.SIGCONT))
    told(s, lan, county, "dead line", 150_000, cut, mend)


run(story)
