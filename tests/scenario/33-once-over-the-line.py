# TIMEOUT 120
"""Six stations of one LAN behind one thin line, a lesson is published: it comes
over the line once, and everybody has it."""
import time

from lib import check, equal, run, wait_for
from uplink import Lan, Line, county_alone

SIZE = 12_000_000
RATE = 1_500_000


def story(s):
    county = county_alone(s)
    line = Line(RATE)
    lan = Lan(s, county, 1, line, county.join_file())
    for _ in range(6):
        lan.station().start()
    wait_for(lambda: all(len(x.cli_json("neighbours")) == 5 for x in lan.stations), 20,
             "the stations know each other")
    before = line.down
    begun = time.monotonic()
    lesson = county.publish(s.file("课.bin", SIZE), "一次过线", "产业/养殖", "--no-media")
    for station in lan.stations:
        station.wait_held(lesson["id"], 60)
    took = time.monotonic() - begun
    over = line.down - before
    print(f"{over / SIZE:.3f} copies over the line, {took * RATE / SIZE:.2f} of the time of one; "
          f"by station: {[x.uplink.down for x in lan.stations]}")
    check(over <= 1.05 * SIZE, f"once: {over} bytes of {SIZE}")
    whole = county.payload(lesson["btmh"])
    for station in lan.stations:
        equal(station.payload(lesson["btmh"]), whole, f"{station.name}: as published")
        station.stop()


run(story)
