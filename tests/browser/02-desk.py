# TIMEOUT 300
"""The operator's desk, in a real browser: closed without a PIN, opened with it by
the keypad, locked for a while after wrong tries, closed again; a lesson is kept
and dropped there; it goes on when the node is restarted."""
import os

from nodes import make_film, restart, run, set_pin, walk

PIN = "7193"


def story(s):
    county = s.county().start()
    station = s.station(county).start()

    def publish():
        film = make_film(os.path.join(s.dir, "黑山羊.mp4"), 8)
        return county.publish(film, "黑山羊春季防疫")["id"]

    walk(s, "02-desk.mjs", {
        "station": station.url, "pin": PIN,
        "data": ["联坪村", "资兴市", "黑山羊春季防疫", "黑山羊.mp4", "产业", "养殖", "黑山羊", next(iter(county.heads()))],
    }, set_pin=lambda: set_pin(s, station, pin=PIN), publish=publish, restart=lambda: restart(station),
        lesson=station.lesson, held=lambda lesson: station.wait_held(lesson, 120)["state"])


run(story)
