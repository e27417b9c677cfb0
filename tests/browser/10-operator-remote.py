# TIMEOUT 300
"""An operator at the TV with a remote control: four arrows, OK and Back reach
every control of every page of the desk, and the focus is always seen; on a TV and
on a tube of 576 lines. A rule for the line is made so, and a lesson kept."""
import os

from nodes import run, set_pin, walk

PIN = "7193"


def story(s):
    county = s.county().start()
    station = s.station(county)
    with open(os.path.join(station.dir, "node.conf"), "a", encoding="utf-8") as out:
        out.write("limit = mon-fri 08:00-18:00 down 2M up 500K\nlimit = * 22:00-06:00 down 0\n")
    set_pin(s, station, pin=PIN)
    station.start()
    for n, title in enumerate(("黑山羊春季防疫", "果树修剪", "水稻育秧")):
        lesson = county.publish(s.file(f"{title}.bin", 300_000), title, "产业/养殖", "--no-media",
                                "--date", f"2026-01-0{n + 1}")
        # By its initials: hsycjfy.
        station.wait_held(lesson["id"])
        if n == 0:
            goat = lesson["id"]
    station.cli("subscribe", "--region", "431081102")

    def conf():
        with open(os.path.join(station.dir, "node.conf"), encoding="utf-8") as f:
            return f.read()

    walk(s, "10-operator-remote.mjs", {
        "station": station.url, "pin": PIN, "goat": goat,
        "data": ["联坪村", "资兴市", "黑山羊春季防疫", "果树修剪", "水稻育秧", "产业", "养殖",
                 next(iter(county.heads()))],
    }, conf=conf, lesson=station.lesson)


run(story)
