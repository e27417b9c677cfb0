# TIMEOUT 600
"""What was studied, as an office sees it in a real browser: the report of a month in
which one village studied, one was heard from and did nothing, and one was not heard
from; the books of a station; the month is closed, and what comes later stands in a
supplement; what wants looking at; cards that are made, printed, used at the station,
looked up and forgotten."""
import base64
import os

from nodes import check, equal, make_picture, run, secret_file, wait_for, walk

import qr
from clocks import at, moment
from page import Page
from studied import Village, sums

PASSWORD = "三月里放羊东山坡"
PHRASE = "春风又绿江南岸明月"
BEGIN, NOW = "2031-03-20 09:00", "2031-04-12 09:00"
MARCH, APRIL = "2031-03", "2031-04"
NAMES = ["王秀英", "李建国", "欧阳淑芬"]
NOTE = "大家问山羊疫苗在哪里领"
TOLD = {"equipment": "液晶电视机", "fault": "遥控器不灵", "wish": "想看辣椒大棚的课"}


def env_of(text):
    return dict(os.environ, **at(moment(text), sync=True))


def an_evening(village, lesson, photo):
    """A register that the screen keeps, and what the operator tells by hand."""
    screen = Page(village.node)
    study = screen.good("/api/study/begin", {"lessons": [lesson["id"]], "heads": 12})["id"]
    screen.play(lesson, 1.6)
    screen.good("/api/study/change", {"id": study, "heads": 17, "names": NAMES, "note": NOTE})
    screen.good(f"/api/study/photo?id={study}", photo, "image/jpeg")
    screen.good("/api/study/end", {"id": study})
    screen.good("/api/tell", {"kind": "equipment", "name": TOLD["equipment"], "count": 1,
                              "state": "good", "since": "2024-03-01"})
    screen.good("/api/tell", {"kind": "fault", "what": "tv", "text": TOLD["fault"]})
    screen.good("/api/tell", {"kind": "wish", "text": TOLD["wish"]})


class Town:
    """A county and three villages of it; all that was studied in March."""

    def __init__(self, s):
        env = env_of(BEGIN)
        self.county = s.county(env=env, words=("--passphrase-file", secret_file(s, "phrase", PHRASE)))
        self.county.cli("set-password", "--password-file", secret_file(s, "password", PASSWORD))
        self.county.start()
        self.busy, self.idle, self.away = self.villages = [
            Village(s, name, region, s.station(self.county, region, name, word, env=env))
            for name, region, word in (("联坪村", "431081101203", "busy"), ("黄草村", "431081101204", "idle"),
                                       ("东江村", "431081102201", "away"))]
        self.unlock(s)
        for village in self.villages:
            village.node.start()
            village.code = self.county.enrol(village.node)
        self.sends(self.away, "音箱")

    def sends(self, village, equipment):
        """Something is told, so that the village is heard from."""
        Page(village.node).good("/api/tell", {"kind": "equipment", "name": equipment, "count": 2, "state": "good"})
        village.node.cli("records", "send")
        wait_for(lambda: self.holds_all_of(village), 90, f"what {village.name} sent is here")

    def unlock(self, s):
        self.county.cli("unlock", "--passphrase-file", s.path("phrase"))

    def a_month_later(self, s, lesson, photo):
        """March in two villages; from one of them nothing has come since."""
        for node in (self.county, *(village.node for village in self.villages)):
            node.stop()
            node.env = env_of(NOW)
        life = self.busy.live(moment("2031-03-01 08:00"))
        life.use(moment("2031-03-02 19:00"), 20, [lesson], NAMES, ["00000000000000aa"], NOTE, most=80)
        life.study(moment("2031-03-23 19:30"), 23, [(lesson, 255, ())], NAMES, note=NOTE,
                   outside=("teacher", "果树剪枝", 45), jpeg=photo)
        life.end()
        life = self.away.live(moment("2031-03-21 08:00"))
        life.study(moment("2031-03-22 19:30"), 9, [(lesson, 61, ())], NAMES[:1])
        life.end()
        self.county.start()
        for village in (self.busy, self.idle):
            village.node.start()
        self.busy.node.wait_held(lesson["id"])
        an_evening(self.busy, lesson, photo)
        for village in (self.busy, self.idle):
            self.sends(village, "音箱")
        wait_for(lambda: "records key is locked" in self.county.cli("report", "month", "2031-03"), 30,
                 "what is not in the figures is told")

    def holds_all_of(self, village):
        """Sealed as it is: the office's keys are locked since its node was restarted."""
        held = {log["code"]: log["entries"] for log in self.county.records()}
        return held.get(village.code, 0) >= village.node.own_records()["entries"] > 0

    def the_last_one_comes(self):
        self.away.node.start()
        self.away.node.cli("records", "send")


def figures(village):
    row = sums(village.told, MARCH)
    return {"name": village.name, "code": village.code, **row}


def story(s):
    photo = make_picture(s.path("photo.jpg"), "160x120")
    town = Town(s)
    lesson = town.county.publish(s.file("羊.bin", 50_000), "山羊防疫", "产业/养殖", "--no-media")
    town.a_month_later(s, lesson, photo)

    def logs_in(number, pin):
        """A card that has just been issued travels, and then opens at the station."""
        def tried():
            code, answer = Page(town.busy.node).ask("/api/card/login", {"number": number, "pin": pin})
            check(code in (200, 404), f"the card at the station: {code} {answer}")
            return code == 200 and answer
        return wait_for(tried, 60, "the card is known at the station")["tail"]

    def wrong_pin(number, pin):
        return Page(town.busy.node).ask("/api/card/login", {"number": number, "pin": pin})[0]

    def read_codes(png):
        """The codes in a picture; None where nothing reads them."""
        if not qr.reader():
            return None
        with open(s.path("codes.png"), "wb") as file:
            file.write(base64.b64decode(png))
        return qr.in_picture(s.path("codes.png"))

    walk(s, "12-office-records.mjs", {
        "county": town.county.url, "password": PASSWORD, "phrase": PHRASE, "march": MARCH, "april": APRIL,
        "busy": figures(town.busy), "idle": figures(town.idle), "away": figures(town.away),
        "names": NAMES, "note": NOTE, "told": TOLD, "lesson": lesson["title"],
        "data": [village.name for village in town.villages] + ["资兴市", *NAMES, NOTE, *TOLD.values(), "音箱", "果树剪枝",
                 lesson["title"], *town.county.heads(), *(village.code for village in town.villages)],
    }, comes=town.the_last_one_comes, logs_in=logs_in, wrong_pin=wrong_pin,
       read_codes=read_codes)


run(story)
