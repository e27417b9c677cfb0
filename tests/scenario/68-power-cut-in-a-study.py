# TIMEOUT 120
"""A collective study with a roll call, cut off by a power failure in the middle: after
the start it goes on as one, its register is whole, and its minutes are those that were
really played, with at most the last fifteen seconds missing and none added."""
import os
import time

from lib import check, equal, run, secret_file, wait_for
from page import Page

LOST_MS = 15_000
PIN = "7193"
JPEG = b"\xff\xd8\xff\xe0" + b"picture" + b"\xff\xd9"


class Screen:
    """The player of the station's screen: ten minutes of film, at its own pace."""

    def __init__(self, node, lesson, at=0.0):
        self.page, self.lesson = Page(node), lesson
        self.play = os.urandom(8).hex()
        self.at, self.began = at, time.monotonic()
        self.said = self.post()

    def post(self, state="playing", end=False):
        passed = time.monotonic() - self.began
        self.told_ms = passed * 1000
        self.said = self.page.good("/api/study/play", {
            "play": self.play, "lesson": self.lesson, "rev": 1, "as": "video", "of": 600,
            "keys": 0, "end": end,
            "samples": [{"t": round(passed * 1000), "at": self.at + passed, "rate": 1,
                         "state": state}]})
        return self.said

    def watch(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(1)
            self.post()
        return self.said

    def real_ms(self):
        return (time.monotonic() - self.began) * 1000


def story(s):
    county = s.county()
    county.start()
    station = s.station(county)
    station.start()
    county.enrol(station)
    lesson = county.publish(s.file("羊.bin", 300_000))["id"]
    station.wait_held(lesson)
    station.cli("set-pin", "A", "--pin-file", secret_file(s, "a.pin", PIN))

    # Somebody on the LAN may look, and not lead.
    screen, phone = Page(station), Page(station, s.new_address())
    code, answer = phone.ask("/api/study/begin", {"lessons": [lesson], "heads": 3})
    equal(code, 401, f"a viewer begins a study: {answer}")

    study = screen.good("/api/study/begin", {"lessons": [lesson], "heads": 12})
    equal(screen.good("/api/study")["running"]["id"], study["id"], "what runs")
    first = Screen(station, lesson)
    equal(first.said["in"], study["id"], "what the play belongs to")
    first.watch(4)
    # The operator calls the roll with a phone.
    viewer = Page(station, phone.source)
    phone.log_in("A", PIN)
    named = phone.good("/api/study/change", {
        "id": study["id"], "heads": 13, "names": ["王秀英", "李建国"], "note": "看完讨论"})
    equal(named["names"], ["王秀英", "李建国"], "the roll")
    seen = viewer.good("/api/study")
    check("names" not in seen["running"] and "note" not in seen["running"],
          f"a viewer sees who is there: {seen}")
    photo = f"/api/study/photo?id={study['id']}"
    code, answer = phone.ask(photo, JPEG + bytes(41_000) + JPEG[-2:], "image/jpeg")
    equal((code, answer["failed"]["status"]), (413, "no_room"), "a large photo")
    equal(phone.ask(photo, b"<svg/>", "image/jpeg")[0], 400, "no photo")
    equal(viewer.ask(photo, JPEG, "image/jpeg")[0], 401, "a viewer's photo")
    code, answer = phone.ask(photo, JPEG, "image/jpeg")
    equal((code, answer["photo"]), (200, True), "a photo")
    first.watch(20)
    said, real = first.said["ms"], first.real_ms()
    check(said <= real + 100, f"{said} ms of {real}")
    check(said >= first.told_ms - 3000, f"only {said} ms of {first.told_ms}")

    station.kill()
    time.sleep(1)
    station.start()

    now = screen.good("/api/study")
    equal(now["running"], None, "what runs after the start")
    left = now["interrupted"]
    equal((left["id"], left["heads"], left["names"], left["note"]),
          (study["id"], 13, ["王秀英", "李建国"], "看完讨论"), "the register")
    check(said - LOST_MS <= left["ms"] <= said, f"{left['ms']} ms are left of {said}")
    code, answer = screen.ask("/api/study/play", {
        "play": first.play, "lesson": lesson, "as": "video", "samples": []})
    equal(code, 404, f"the play of before goes on: {answer}")

    # Its lesson plays again: it goes on by itself.
    second = Screen(station, lesson, at=30.0)
    equal(second.said["in"], study["id"], "what the second play belongs to")
    second.watch(6)
    on = screen.good("/api/study")["running"]
    equal((on["id"], on["parts"]), (study["id"], 2), "one study, in two parts")
    ended = screen.good("/api/study/end", {"id": study["id"]})
    real += second.real_ms()
    check(left["ms"] + 3000 <= ended["ms"] <= real + 100, f"{ended['ms']} ms of {real}")
    equal(screen.good("/api/study")["running"], None, "what runs in the end")
    again = screen.good("/api/study/change", {"id": study["id"], "note": "下周再来"})
    equal((again["note"], again["ms"], again["flags"]),
          ("下周再来", ended["ms"], ["interrupted"]), "after its end")

    # It goes up as one, and the office counts what was counted here.
    code_of = station.status()["code"]
    station.cli("records", "send")
    month = study["began"][:7]
    equal(viewer.ask(f"/api/study/register?month={month}")[0], 401,
          "a viewer reads the register")
    phone.log_in("A", PIN)
    code, kept = phone.ask(f"/api/study/register?month={month}")
    equal((code, [row["id"] for row in kept["studies"]], kept["minutes"]["collective_ms"]),
          (200, [study["id"]], ended["own"]), "the register of the month")

    def at_office():
        rows = county.cli_json("report", "register", code_of, month)["studies"]
        return [row for row in rows if row["id"] == study["id"]]
    row = wait_for(at_office, 60, "the office has the register")[0]
    equal((row["ms"], row["parts"], row["heads"], row["names"], row.get("note")),
          (ended["ms"], 2, 13, ["王秀英", "李建国"], "下周再来"), "at the office")
    total = county.cli_json("report", "month", month)["total"]
    equal((total["ms"], total["people"], total["collective"]), (ended["own"], 13, 1),
          "the month at the office")


run(story)
