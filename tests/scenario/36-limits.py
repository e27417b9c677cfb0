# TIMEOUT 180
"""What crosses the line to beyond the LAN keeps to its limits: rates of what is
fetched and sent, hours, a month's cap with its reserve, and the LAN alone. What
is near is not slowed."""

import http.client
import os
import re
import socket
import threading
import time

from lib import check, equal, run, stays, wait_for
from servers import StaticServer

RATE = 250_000  # bytes a second: 2M
NEAR = 15       # per cent


def configure(node, *lines):
    with open(os.path.join(node.dir, "node.conf"), "a", encoding="utf-8") as conf:
        conf.write("".join(line + "\n" for line in lines))
    return node


def alone(node, *near):
    """Only these addresses, and its own, are this node's LAN."""
    return configure(node, *(f"lan = {a}/32" for a in (node.address, *near)))


def limits(node):
    return node.status()["limits"]


def measured(told, begin, seconds=6.0):
    """Bytes a second of a counter, from the moment it passes `begin`: at least, at
    most. To be told takes its time, too; who asks cannot know when in it."""
    def look():
        asked = time.monotonic()
        return asked, told(), time.monotonic()
    first = wait_for(lambda: (now := look())[1] >= begin and now, 30, "something comes",
                     pause=0.02)
    wait_for(lambda: time.monotonic() >= first[2] + seconds, seconds + 5, "time passes",
             pause=0.01)
    last = look()
    bytes_ = last[1] - first[1]
    return bytes_ / (last[2] - first[0]), bytes_ / (last[0] - first[2])


def is_near(rates, what):
    """A busy machine loses some of a rate. It never gives more."""
    least, most = rates
    check(least * 100 <= (100 + NEAR) * RATE and most >= 0.6 * RATE,
          f"{what}: {least:.0f} to {most:.0f} of {RATE} bytes a second")


def hours_around_now():
    """Hours that began an hour ago, and when they end; in local time."""
    begin, end = time.localtime(time.time() - 3600), time.localtime(time.time() + 7200)
    return time.strftime("%H:00", begin), time.strftime("%H:00", end)


def fetched_from_a_mirror(s, county):
    """HTTP alone: a plain web server is the only upstream."""
    lesson = county.publish(s.file("甲.bin", 2_200_000), "甲")
    mirror = s.path("mirror")
    county.cli("log", "export", mirror)
    server = StaticServer(s, mirror)
    station = alone(s.station(county, name="mirrored", upstream=server.url))
    configure(station, "limit = * 00:00-24:00 down 2M").start()
    rate = measured(lambda: limits(station)["spent"], 60_000)
    is_near(rate, "fetched from a mirror")
    station.wait_held(lesson["id"], 30)
    equal(station.payload(lesson["btmh"]), county.payload(lesson["btmh"]), "bytes")
    told = limits(station)
    equal((told["rule"], told["down"], told["up"]),
          ("* 00:00-24:00 down 2M", 2_000_000, None), "the rule that counts")
    check("down 2M" in station.cli("status"), "status shows the rule")
    station.stop()
    return lesson


def fetched_beside_the_lan(s, county):
    """One lesson over the line and a large one from a neighbour, at once."""
    near = s.station(county, name="near").start()
    large = county.publish(s.file("近.bin", 24_000_000), "近")
    near.wait_held(large["id"])
    near.stop()
    station = s.station(county, name="beside", words=("--neighbour", near.url))
    # The neighbour has nothing but this.
    configure(alone(near, station.address), "lan-only = yes").start()
    small = county.publish(s.file("远.bin", 1_500_000), "远")
    configure(alone(station, near.address), "limit = * 00:00-24:00 down 2M")
    began = time.monotonic()
    station.start()
    station.wait_held(large["id"], 20)
    took = time.monotonic() - began
    check(took < 24_000_000 / RATE / 2, f"what a neighbour has is not slowed: {took:.1f} s")
    station.wait_held(small["id"], 30)
    took = time.monotonic() - began
    check(took > 0.85 * 1_500_000 / RATE, f"what comes over the line is: {took:.1f} s")
    station.stop()
    near.stop()


def sent_no_faster(s, county, lesson):
    """What we send to somebody beyond; two at once have the rate together."""
    path = f"/payload/{lesson['btmh']}/%E7%94%B2.bin"
    beyond, near = s.new_address(), s.new_address()
    county.stop()
    configure(county, f"lan = {county.address}/32", f"lan = {near}/32",
              "limit = * 00:00-24:00 up 2M").start()
    got = [0, 0]

    def take(n):
        c = http.client.HTTPConnection(county.address, 7433, timeout=120,
                                       source_address=(beyond, 0))
        c.request("GET", path)
        answer = c.getresponse()
        while part := answer.read1(65536):
            got[n] += len(part)
        c.close()
    takers = [threading.Thread(target=take, args=(n,), daemon=True) for n in range(2)]
    for taker in takers:
        taker.start()
    rate = measured(lambda: sum(got), 200_000)
    is_near(rate, "sent to two beyond")
    check(min(got) * 4 > max(got), f"both get something: {got}")
    began = time.monotonic()
    c = http.client.HTTPConnection(county.address, 7433, timeout=120, source_address=(near, 0))
    c.request("GET", path)
    equal(len(c.getresponse().read()), 2_200_000, "the whole of it to a neighbour")
    took = time.monotonic() - began
    check(took < 0.75 * 2_200_000 / RATE, f"what is near is not slowed: {took:.1f} s")
    for taker in takers:
        taker.join(160)
    equal(got, [2_200_000] * 2, "all of it came")


def the_lan_alone(s, county):
    """No connection is opened to beyond, and nobody there is served."""
    opened = []
    listener = socket.create_server((s.new_address(), 7433))

    def count():
        while True:
            connection, address = listener.accept()
            opened.append(address)
            connection.close()
    threading.Thread(target=count, daemon=True).start()
    upstream = "http://{}:{}".format(*listener.getsockname())
    open_one = alone(s.station(county, name="open", upstream=upstream)).start()
    wait_for(lambda: opened, 20, "without the line it asks its upstream")
    open_one.stop()
    opened.clear()
    station = alone(s.station(county, name="closed", upstream=upstream))
    configure(station, "lan-only = yes").start()
    stays(lambda: not opened, 8, "no connection beyond the LAN")
    c = http.client.HTTPConnection(station.address, 7433, timeout=60,
                                   source_address=(s.new_address(), 0))
    c.request("GET", f"/payload/{'0' * 64}/x")
    equal(c.getresponse().status, 403, "asked from beyond")
    check("only the LAN is used here" in station.cli("status"), "status says why")
    stays(lambda: not opened, 2, "still none")
    station.stop()


def publish(s, county, name, size):
    return county.publish(s.file(name, size), name)


def trouble(node, lesson):
    return node.cli_json("show", lesson["id"]).get("trouble", "")


def the_month(s, county):
    """Background ends at the reserve, what is pinned at the cap."""
    station = alone(s.station(county, name="month"))
    configure(station, "cap = 6M", "cap-reserve = 4M").start()
    small = publish(s, county, "小.bin", 400_000)
    station.wait_held(small["id"])
    large = publish(s, county, "大.bin", 2_600_000)
    wait_for(lambda: trouble(station, large) == "this month's 2M are used up; the rest is "
             "kept for what is due", 30, "why it does not come is told")
    spent = limits(station)["spent"]
    check(spent <= 1.1 * (2 << 20), f"background ended at the reserve: {spent}")
    station.cli("pin", large["id"])
    station.wait_held(large["id"])
    check(limits(station)["spent"] < 6 << 20, "and what is pinned was within the cap")
    station.stop()
    before = limits(station.start())["spent"]
    check(before >= 3_000_000, f"the month's bytes are remembered: {before}")
    over = publish(s, county, "多.bin", 4_000_000)
    wait_for(lambda: trouble(station, over), 30, "it waits")
    station.cli("pin", over["id"])
    wait_for(lambda: trouble(station, over) == "this month's 6M are used up", 30,
             "the cap ends all")
    check(limits(station)["spent"] <= 1.05 * (6 << 20), "and is kept to")
    shown = station.cli("status")
    check(re.search(r"This month: 6\.\d+ MB of at most 6\.29 MB", shown), shown)
    station.stop()


def a_closed_hour(s, county):
    begin, end = hours_around_now()
    station = alone(s.station(county, name="hours"))
    configure(station, f"limit = * {begin}-{end} down 0").start()
    lesson = publish(s, county, "夜.bin", 300_000)
    why = wait_for(lambda: trouble(station, lesson), 30, "why it does not come is told")
    equal(why, f"the line is closed until {end}", "trouble")
    stays(lambda: station.state(lesson["id"]) != "held", 3, "it waits")
    check(limits(station)["waiting"] >= 1, "status counts what waits")
    check(f"the line is closed until {end}" in station.cli("status"), "status says why")
    station.env = dict(os.environ, LC_ALL="zh_CN.UTF-8")
    check(f"线路关闭，{end} 开放" in station.cli("status"), "in Chinese, too")
    station.env = None
    station.stop()
    path = os.path.join(station.dir, "node.conf")
    with open(path, encoding="utf-8") as conf:
        text = conf.read().replace("down 0", "down max")
    with open(path, "w", encoding="utf-8") as conf:
        conf.write(text)
    station.start().wait_held(lesson["id"])


def story(s):
    county = s.county().start()
    lesson = fetched_from_a_mirror(s, county)
    sent_no_faster(s, county, lesson)
    the_lan_alone(s, county)
    county.stop()
    for tell in (fetched_beside_the_lan, the_month, a_closed_hour):
        county = s.county(name=f"county-{tell.__name__}").start()
        tell(s, county)
        county.stop()


run(story)
