"""The station's screen, opened for the first time on a slow box: Chromium with its
processor slowed down four times, nothing in its cache. Beside it a bare page with
the same lessons, written down in HTML, without a script."""

import html
import json
import os
import statistics
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(os.path.dirname(HERE), "browser"))
from lib import BIN, http_get  # noqa: E402
from nodes import make_film, walk  # noqa: E402
from rows import Row  # noqa: E402
from servers import StaticServer  # noqa: E402

LESSONS, SLOWER, MOST_MS, MOST_KIB = 12, 4, 1000, 150
TITLES = ("黑山羊春季防疫", "果树修剪", "水稻育秧", "安全用电", "竹器编织", "急救常识")


def village(s):
    """A station that holds lessons with posters."""
    county = s.county(words=("--announce", "off")).start()
    station = s.station(county).start()
    film = make_film(os.path.join(s.dir, "课件影片.mp4"), 4)
    for n in range(LESSONS):
        title = f"{TITLES[n % len(TITLES)]}（{n + 1}）"
        station.wait_held(county.publish(film, title, "产业/养殖")["id"])
    return station


def bare_page(s, station):
    """The same cards as plain HTML, with their pictures beside it."""
    folder = s.path("bare")
    os.mkdir(folder)
    cards = {card["id"]: card for part in ("fresh", "local") for card in http_get(station.url + "/api/home").json()[part]}
    out = ["<!doctype html><meta charset=utf-8><title>乡土</title><style>.card{display:inline-block;width:22%;margin:1%}"
           "img{width:100%}</style>"]
    for n, card in enumerate(cards.values()):
        picture = ""
        if card.get("poster"):
            with open(os.path.join(folder, f"{n}.jpg"), "wb") as file:
                file.write(http_get(station.url + card["poster"]).body)
            picture = f"<img src={n}.jpg alt=''>"
        out.append(f"<a class=card href=#{n}>{picture}<span class=title>{html.escape(card['title'])}</span></a>")
    with open(os.path.join(folder, "index.html"), "w", encoding="utf-8") as file:
        file.write("\n".join(out))
    return StaticServer(s, folder)


def measure(b):
    s = b.scenario("first-load")
    station = village(s)
    bare = bare_page(s, station)
    told = []
    walk(s, os.path.join(HERE, "first_load.mjs"), {
        "pages": {"ours": station.url + "/?view=tv", "bare": bare.url + "/index.html"},
        "rounds": 3 * b.rounds, "slower": SLOWER, "cards": LESSONS}, took=told.append)
    middle = {(page, what): statistics.median(one[what] for one in told if one["page"] == page)
              for page in ("ours", "bare") for what in ("shown_ms", "pictures_ms", "task_ms")}
    ours = middle["ours", "shown_ms"]
    shown = sorted(one["shown_ms"] for one in told if one["page"] == "ours")
    yield Row(f"the station's screen shows its lessons, a {SLOWER} times slower processor", ours, "ms",
              middle["bare", "shown_ms"], "the same as a bare page", f"<= {MOST_MS:,}", ours <= MOST_MS,
              note=f"{shown[0]:.0f} to {shown[-1]:.0f} ms, at a load of {os.getloadavg()[0]:.0f}; with all pictures in view "
                   f"{middle['ours', 'pictures_ms']:.0f} ms")
    yield Row("its main thread until then", middle["ours", "task_ms"], "ms",
              middle["bare", "task_ms"], "of the bare page")
    with open(os.path.join(os.path.dirname(BIN), "web", "manifest.json"), encoding="utf-8") as file:
        kib = json.load(file)["pages"]["/"]["gzip"] / 1024
    yield Row("what it loads before that, compressed", kib, "KiB", target=f"<= {MOST_KIB}", met=kib <= MOST_KIB)
