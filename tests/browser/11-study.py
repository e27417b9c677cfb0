# TIMEOUT 400
"""Studying, in a real browser: a collective study is begun on the room's screen with
the remote control, its register follows the film; roll call, note and photo come from
the operator's phone; a power cut does not end it. A card and its PIN open a personal
study on a phone, and the page says what is recorded. The office reads it all."""
import csv
import os
import re
import subprocess
import time

from nodes import Failure, Throttle, make_film, need_program, run, wait_for, walk

from clocks import month_of

PIN = "7193"
FILM, OTHER = "黑山羊春季防疫", "甜玉米播种"
PEOPLE = ["王秀英", "李建国"]
NOTE = "大家讨论了圈舍怎样消毒"


def cards_of(s, county):
    people, out = s.path("people.csv"), s.path("cards.csv")
    with open(people, "w", encoding="utf-8") as f:
        f.write("姓名,村\n" + "".join(f"{name},联坪村\n" for name in PEOPLE))
    county.cli("cards", "issue", people, "--out", out)
    with open(out, encoding="utf-8-sig") as f:
        rows = list(csv.reader(f))
    found = []
    for row in rows[1:]:
        digits = [re.sub(r"\D", "", cell) for cell in row]
        found.append({"number": next(d for d in digits if len(d) == 10),
                      "pin": next(d for d in digits if len(d) == 6)})
    return found


def lessons_of(s, county):
    found = []
    for title, seconds in ((FILM, 20), (OTHER, 60)):
        folder = s.path(title)
        os.mkdir(folder)
        make_film(os.path.join(folder, f"{title}.mp4"), seconds, 30)
        if title == OTHER:
            picture(os.path.join(folder, "播种图.png"), "640x480")
        found.append(county.publish(folder, title, "产业/种植")["id"])
    return found


def picture(path, size):
    subprocess.run([need_program("ffmpeg"), "-nostdin", "-loglevel", "error", "-y", "-f", "lavfi",
                    "-i", f"testsrc2=s={size}", "-frames:v", "1", path], check=True)
    return path


def let_the_month_end():
    """What is studied in one month is not looked for in the next."""
    soon = time.time() + 900
    if month_of(soon) != month_of(time.time()):
        wait_for(lambda: month_of(time.time()) == month_of(soon), 900, "the next month", pause=1)


def story(s):
    let_the_month_end()
    county = s.county().start()
    station = s.station(county)
    # The phone is another machine, as it is in a village.
    air = Throttle(s, station.url, 50_000_000, source=s.new_address())
    station.set_conf("url", "http://192.168.1.20:7433")  # what a phone is shown
    path = s.path("a.pin")
    with open(path, "w", encoding="utf-8") as out:
        out.write(PIN + "\n")
    station.cli("set-pin", "A", "--pin-file", path)
    station.start()
    code = county.enrol(station)
    cards = cards_of(s, county)
    lessons = lessons_of(s, county)
    for lesson in lessons:
        station.wait_held(lesson, 120)

    def power_cut():
        station.kill()
        station.start()

    def at_the_office(month, *words):
        """The office's register of the station, as soon as it says all of these."""
        station.cli("records", "send")
        text = ""

        def said():
            nonlocal text
            text = county.cli("report", "register", code, month)
            return all(word in text for word in words)
        try:
            wait_for(said, 60, "the office's register", pause=0.5)
        except Failure as failure:
            raise Failure(f"{failure}; it says\n{text}\n{county.records()}\n{station.records()}") from failure
        return text

    walk(s, "11-study.mjs", {
        "station": station.url, "phone": air.url, "pin": PIN, "cards": cards, "lessons": lessons,
        "titles": [FILM, OTHER], "note": NOTE, "people": PEOPLE, "picture": picture(s.path("photo.png"), "1600x1200"),
        "data": ["资兴市", "联坪村", FILM, OTHER, "产业", "种植", "播种图", NOTE, *PEOPLE],
    }, power_cut=power_cut, at_the_office=at_the_office)


run(story)
