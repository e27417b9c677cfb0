# TIMEOUT 120
"""Two LANs of townships fetch a lesson from one county at once: their carriers
meet through its /announce and swap, so that the county sends little more than
one copy."""
from lib import check, equal, run, wait_for
from uplink import Lan, Line, county_alone

SIZE = 12_000_000
RATE = 1_500_000


def story(s):
    county = county_alone(s)
    line = Line(RATE)
    join = county.join_file()
    lans = [Lan(s, county, number, line, join) for number in (1, 2)]
    for lan in lans:
        for _ in range(3):
            lan.station().start()
    for lan in lans:
        wait_for(lambda: all(len(x.cli_json("neighbours")) == 2 for x in lan.stations), 20,
                 "the stations of a LAN know each other")
    before = line.down
    lesson = county.publish(s.file("课.bin", SIZE), "交换着取", "产业/养殖", "--no-media")
    for lan in lans:
        for station in lan.stations:
            station.wait_held(lesson["id"], 60)
    over = line.down - before
    brought = [[x.uplink.down for x in lan.stations] for lan in lans]
    print(f"{over / SIZE:.3f} copies out of the county; {brought}")
    check(over <= 1.3 * SIZE, f"swapped: {over} bytes of {SIZE}")
    for lan in lans:
        for station in lan.stations:
            equal(station.payload(lesson["btmh"]), county.payload(lesson["btmh"]),
                  f"{station.name}: as published")


run(story)
