# TIMEOUT 300
"""What an operator decides in the page is in node.conf and in force at once, and
after a restart: subscriptions, room, hours, what is kept. What that means shows
in the other page that is open: what goes next, what went, what cannot come and
why, an engine that dies, an office that was not heard from for long."""
import os
import time

from nodes import run, set_pin, walk
from lib import BIN, check

PIN = "7193"
DAYS = 41


def story(s):
    county = s.county().start()
    station = s.station(county)
    with open(os.path.join(station.dir, "node.conf"), "a", encoding="utf-8") as out:
        out.write("# 村里的机器，不要动这一行\nfloor = 0\n")
    set_pin(s, station, pin=PIN)
    station.start()

    def publish(title, size, topic, *words):
        lesson = county.publish(s.file(f"{title}.bin", size), title, topic, "--no-media", *words)
        return lesson["id"]

    def conf():
        with open(os.path.join(station.dir, "node.conf"), encoding="utf-8") as f:
            return f.read()

    def later():
        """The station is started again, so many days later."""
        station.stop()
        station.env = dict(os.environ, LD_PRELOAD=os.path.join(BIN, "libclockshift.so"),
                           CLOCKSHIFT=str(DAYS * 86400),
                           ASAN_OPTIONS="verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", ""))
        station.start()

    def another_second():
        now = int(time.time())
        while int(time.time()) == now:
            time.sleep(0.05)

    walk(s, "07-operator-decides.mjs", {
        "station": station.url, "pin": PIN, "days": DAYS,
        "data": ["联坪村", "资兴市", "外乡的课", "唱戏的课", "课一", "课二", "课三", "课四", "大课", "产业", "养殖", "文化", "戏曲",
                 "清江镇", next(iter(county.heads()))],
    }, publish=publish, conf=conf, later=later, another_second=another_second, state=station.state,
        status=station.status, rules=lambda: station.cli_json("subscribe"),
        held=lambda lesson: bool(station.wait_held(lesson, 60)),
        county_stops=county.stop, county_starts=lambda: bool(county.start()),
        kill_engine=station.kill_engine)
    check(station.running(), "the node runs")


run(story)
