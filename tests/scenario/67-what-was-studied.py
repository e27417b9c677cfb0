# TIMEOUT 600
"""Three villages, two months: one is reached by a drive alone, one by the LAN, one
has its disk put back to an older state and so writes two histories. What was
studied there goes up sealed, by every way, in any order, several times; the
county's bulletins are what is counted here from what the stations were told:
minutes of each kind, registers, visits, people, lessons, who is silent, what is in
doubt, at an uncertain date, or came after the month was closed. Nobody's name,
card or note can be read on the drive, at the township, in logs and announcements."""
import csv
import os
import shutil

import in_clear
from clocks import at, moment
from drives import Drive, Image, file_system, sync
from ear import Ear
from lib import Skip, check, equal, http_get, run, secret_file, wait_for
from page import Page
from studied import DOUBTFUL, Told, Village, reaches, sums

ALONE = ("--announce", "off")
NOWHERE = "http://127.0.0.1:9"  # where nobody answers
BEGIN = "2031-02-20 09:00"
MARCH, APRIL = "2031-03", "2031-04"
DAY = 86400
GROUP = "东江湖管区"
PASSWORD = "山上的黑山羊三十七只"
PEOPLE = ["王秀英", "李建国", "欧阳淑芬", "何满香"]
WISH = "我们还缺一课稻田养鱼"
NOTE = "大家讨论了山羊春季打针的日子"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 40 + b"\xff\xd9"


def at_day(text):
    return at(moment(text), sync=True)


def another_day(text, *nodes):
    """All of them are stopped; it is then when they are started again."""
    for node in nodes:
        if node.running():
            node.stop()
        node.env = dict(os.environ, **at_day(text))


def an_evening(s, village, lessons, card):
    """A register with a roll call, and a visit with a card, as the screen has them."""
    screen, life = Page(village.node), village.node_runs(village.now())

    def tell(what, **more):
        village.told.append(Told(life, village.now(), what, **more))

    alone = screen.play(lessons[2], 1)
    tell("play", kind="open", ms=alone["own"], lesson=lessons[2]["id"])

    study = screen.good("/api/study/begin", {"lessons": [lessons[0]["id"]], "heads": 3})
    shown = screen.play(lessons[0], 2)
    screen.good("/api/study/change", {"id": study["id"], "heads": 5, "names": PEOPLE[:3],
                                             "add_card": card["number"], "note": NOTE})
    screen.good(f"/api/study/photo?id={study['id']}", JPEG, "image/jpeg")
    screen.good("/api/study/end", {"id": study["id"]})
    tell("play", kind="collective", ms=shown["own"], lesson=lessons[0]["id"])
    tell("study", heads=5)

    tail = screen.good("/api/card/login", {"number": card["number"], "pin": card["pin"]})["tail"]
    check(card["number"].endswith(tail), "whose card it is")
    visited = screen.play(lessons[1], 1.5)
    wait_for(lambda: len(screen.good("/api/card/mine")["personals"]) == 1, 30,
             "what is recorded of him")
    screen.good("/api/card/logout", {})
    tell("play", kind="personal", ms=visited["own"], lesson=lessons[1]["id"])
    tell("personal")


def cards_are_issued(s, county):
    """[{"name", "number", "pin", …}]"""
    people = s.path("people.csv")
    with open(people, "w", encoding="utf-8") as f:
        f.write("姓名,村\n" + "".join(f"{name},黄草村\n" for name in PEOPLE))
    out = s.path("cards.csv")
    county.cli("cards", "issue", people, "--out", out)
    with open(out, encoding="utf-8-sig", newline="") as f:
        return [dict(row, number=row["number"].replace(" ", ""), pin=row["pin"].replace(" ", ""))
                for row in csv.DictReader(f)]


class Office(Page):
    """The county, and who works at its desk."""

    def __init__(self, s, node):
        super().__init__(node)
        node.cli("set-password", "--name", "王丽", "--password-file", secret_file(s, "password", PASSWORD))

    def report(self, month):
        """As the page has it; the command line tells the same."""
        self.log_in("王丽", PASSWORD)
        return self.good(f"/api/report?month={month}")

    def close(self, month):
        self.good("/api/report/close", {"month": month})


def rows_of(report, village):
    """The row of a station in a report, or in its supplement; {} where it has none."""
    return next((row for row in report["stations"] if row["code"] == village.code), {})


def is_so(row, told, month, what):
    """A row says what these come to."""
    for key, value in sums(told, month).items():
        equal(row.get(key), value, f"{month}, {what}: {key}")


def bulletin_is(office, month, villages, states, told=None, forked=()):
    """The county's report of a month, row by row; `states` by village. `told`: what
    of a village was there when the month was closed, where that is not all. `forked`:
    whose two histories were known by then."""
    report = office.report(month)
    told = told or {village: village.told for village in villages}
    everything = [one for village in villages for one in told[village]]
    for village in villages:
        row = rows_of(report, village)
        is_so(row, told[village], month, village.name)
        equal(row["state"], states[village], f"{month}, {village.name}: state")
        flags = {flag for one in told[village] if one.counts and one.months() == {month}
                 for flag in one.flags} & DOUBTFUL
        equal(set(row["flags"]) & (DOUBTFUL | {"forked"}),
              flags | ({"forked"} if village in forked else set()), f"{village.name}: flags")
    is_so(report["total"], everything, month, "all")
    for key, state in (("norm_reached", "reached"), ("zero", "zero"), ("silent", "silent")):
        equal(report["total"][key], sum(state == one for one in states.values()), f"{month}: {key}")
    equal(report["total"]["stations"], len(villages), "the denominator")
    equal([row["name"] for row in report["groups"]], [GROUP], "groups")
    is_so(report["groups"][0], [one for village in villages[1:] for one in told[village]], month, GROUP)
    for place in report["places"]:
        is_so(place, [one for village in villages if village.region.startswith(place["region"])
                      for one in told[village]], month, place["region"])
    return report


def becomes(office, *words, **more):
    """In a while: all that was sent is imported."""
    return wait_for(lambda: bulletin_is(office, *words, **more), 90, "the bulletin", pause=0.5)


def its_register_is_there(office, village, study):
    """The office reads what was written by hand, and sees the photo."""
    books = office.good(f"/api/report/station?code={village.code}&month={MARCH}")
    row = next(row for row in books["studies"] if row["id"] == study.item["id"])
    for key in ("heads", "names", "note"):
        equal(row[key], study.item[key], f"the register: {key}")
    equal((row["outside"], row["photo"]), (study.item["outside"], True), "the register")
    equal(office.good(f"/api/report/photo?station={village.code}&study={row['id']}"), JPEG, "the photo")


def state_of(village, month, told=None):
    """Of one that was heard of after the month."""
    told = village.told if told is None else told
    if reaches(told, month):
        return "reached"
    return "below" if sums(told, month)["ms"] + sums(told, month)["uncertain"] else "zero"


class Town:
    """A county, a township of it, and three villages."""

    def __init__(self, s):
        env = at_day(BEGIN)
        self.county = s.county(env=env).start()
        self.office = Office(s, self.county)
        self.township = s.township(self.county, env=env).start()
        self.drive = a_drive(s)
        sync(self.county, self.drive)
        self.far = Village(s, "联坪村", "431081101203", s.station(
            None, "431081101203", "联坪村", "far", words=ALONE, join=self.drive.path,
            upstream=NOWHERE, env=env))
        self.near = Village(s, "黄草村", "431081101204", s.station(
            self.township, "431081101204", "黄草村", "near", env=env))
        self.restored = Village(s, "东江村", "431081102201", s.station(
            self.county, "431081102201", "东江村", "restored", words=ALONE, env=env))
        self.villages = [self.far, self.near, self.restored]
        self.nodes = [self.county, self.township, *(v.node for v in self.villages)]

    def enrol(self):
        self.far.node.start()
        sync(self.far.node, self.drive)
        sync(self.county, self.drive)
        for village in (self.near, self.restored):
            village.node.start()
        for village in self.villages:
            group = () if village is self.far else ("--group", GROUP)
            village.code = self.county.enrol(village.node, *group)
        sync(self.county, self.drive)
        sync(self.far.node, self.drive)
        for village in self.villages:
            wait_for(lambda v=village: v.code in [row["code"] for row in
                                                  v.node.cli_json("station", "list")],
                     30, f"{village.name} knows that it is enrolled")

    def it_is(self, text, *apart):
        """Another day, at all but these; nobody runs."""
        another_day(text, *(node for node in self.nodes if node not in apart))

    def carry(self, *nodes):
        """The drive goes round."""
        for node in nodes:
            sync(node, self.drive)


def a_drive(s):
    """As the kernel has them; where none can be mounted, a folder."""
    try:
        return file_system(s, "ext4", 64)
    except Skip as reason:
        print(f"   a folder for a drive: {reason}", flush=True)
        return Drive(s)


def all_acked(node):
    log = node.own_records()
    return log["entries"] > 0 and log["acked"] == log["entries"]


def the_first_month(s, town, lessons, cards):
    """Used for three weeks of March; the 20th is a day on which all send."""
    far, near, restored = town.villages
    visitors = [f"{s.random.getrandbits(64):016x}" for _ in range(3)]
    town.it_is("2031-03-20 09:00")

    life = far.live(moment("2031-03-01 08:00"))
    life.use(moment("2031-03-02 19:00"), 7, lessons, PEOPLE, visitors, NOTE, most=15)
    by_hand = life.study(moment("2031-03-09 19:00"), 23, names=PEOPLE[1:], note=NOTE,
                         outside=("satellite", "远程教育：春耕", 35), jpeg=JPEG)
    life.end()
    # Its clock has died; but it is known that this was in March.
    dark = far.live(moment("2031-03-12 08:00"), clock=False)
    dark.play(moment("2031-03-13 19:00"), lessons[0], 12)
    dark.end()
    # It is a year behind; nobody is misled. It is right, and nobody says so: believed.
    wrong = far.live(moment("2031-03-14 08:00"), sync=False, wrong_s=-365 * DAY)
    wrong.play(moment("2031-03-15 19:00"), lessons[0], 7)
    wrong.end()
    unsure = far.live(moment("2031-03-16 08:00"), sync=False)
    unsure.play(moment("2031-03-16 19:00"), lessons[2], 5)
    unsure.end()
    for village, most in ((near, 30), (restored, 70)):
        life = village.live(moment("2031-03-01 08:00"))
        life.use(moment("2031-03-02 19:00"), 17, lessons, PEOPLE, visitors, NOTE, most)
        life.study(moment("2031-03-19 19:00"), 8, [(lessons[1], 2, ())], PEOPLE, note=NOTE)
        life.end()

    for node in town.nodes:
        node.start()
    for lesson in lessons:
        near.node.wait_held(lesson["id"])
    an_evening(s, near, lessons, cards[0])
    for village in (far, restored):
        village.node_runs(village.now())
    for village in town.villages:
        village.node.cli("records", "send")
    town.carry(far.node, town.township, town.township, far.node)
    for village in (near, restored):
        wait_for(lambda v=village: all_acked(v.node), 90, f"{village.name} is acknowledged")
    becomes(town.office, MARCH, town.villages,
            {village: state_of(village, MARCH) for village in town.villages})
    its_register_is_there(town.office, far, by_hand)
    # By other ways, again, and the other way round.
    town.carry(near.node, town.county, town.township, near.node, far.node, town.county)
    wait_for(lambda: all_acked(far.node), 60, "the far village is acknowledged")
    bulletin_is(town.office, MARCH, town.villages,
                {village: state_of(village, MARCH) for village in town.villages})


def the_second_month(s, town, lessons):
    """April has begun; March is closed before the drive comes from the far village."""
    far, near, restored = town.villages
    cards = [f"{s.random.getrandbits(64):016x}" for _ in range(3)]
    town.it_is("2031-04-12 09:00")
    image = s.path("image")
    shutil.copytree(restored.node.dir, image)

    at_close = {far: list(far.told)}
    life = far.live(moment("2031-03-22 08:00"))
    life.use(moment("2031-03-22 19:00"), 6, lessons, PEOPLE, cards, NOTE, most=15)
    life.end()
    dark = far.live(moment("2031-03-29 08:00"), clock=False)
    dark.play(moment("2031-03-30 19:00"), lessons[1], 21)
    dark.study(moment("2031-04-02 19:00"), 9, names=PEOPLE[:1],
               outside=("teacher", "县里来的老师", 45))
    dark.end()
    life = far.live(moment("2031-04-05 08:00"))
    life.use(moment("2031-04-05 19:00"), 5, lessons, PEOPLE, cards, NOTE, most=15)
    life.end()
    sent = [one for one in near.told if one.item]
    life = near.live(moment("2031-03-21 08:00"))
    life.use(moment("2031-03-21 19:00"), 9, lessons, PEOPLE, cards, NOTE)
    life.correct(next(one for one in sent if one.what == "study"), 61)
    life.replay(next(one for one in sent if one.what == "play"))
    # A night that was to nobody, known when most of it had gone to the office.
    life.mark(next(one for one in sent if one.kind == "open" and not one.flags), "empty-room")
    for one in sent[-3:]:
        life.again(one)
    life.end()
    life = restored.live(moment("2031-03-21 08:00"))
    life.use(moment("2031-03-21 19:00"), 20, lessons, PEOPLE, cards, NOTE, most=70)
    life.study(moment("2031-04-11 08:00"), 30, [(lessons[0], 255, ())], PEOPLE, note=NOTE)
    life.end()

    for node in town.nodes:
        node.start()
    for village in (near, restored):
        village.node.cli("records", "send")
        village.node_runs(village.now())
        wait_for(lambda v=village: all_acked(v.node), 90, f"{village.name} is acknowledged")
        at_close[village] = list(village.told)
    states = {far: "silent", **{v: state_of(v, MARCH) for v in (near, restored)}}
    becomes(town.office, MARCH, town.villages, states, told=at_close)
    town.office.close(MARCH)
    frozen = bulletin_is(town.office, MARCH, town.villages, states, told=at_close)
    equal(frozen["supplement"], None, "nothing came later yet")

    # Now the drive comes.
    far.node.cli("records", "send")
    far.node_runs(far.now())
    town.carry(far.node, town.county, far.node)
    supplement = wait_for(lambda: town.office.report(MARCH)["supplement"], 60,
                          "what came later")
    late = [one for one in far.told if one not in at_close[far]]
    equal(supplement["to"], "2031-04-12", "until when it came")
    for row in (supplement["total"], rows_of(supplement, far)):
        said = {key: value for key, value in sums(late, MARCH).items()
                if key != "lessons" and not key.startswith("uncertain")}
        equal({key: row[key] for key in said}, said, "the supplement")
    equal([row["code"] for row in supplement["stations"]], [far.code], "of whom")
    bulletin_is(town.office, MARCH, town.villages, states, told=at_close)
    return image, at_close, states


def two_histories(s, town, image, lessons):
    """A disk that was put back, and nobody to ask: another April is written."""
    restored = town.restored
    node = restored.node
    node.stop()
    shutil.rmtree(node.dir)
    shutil.copytree(image, node.dir)
    node.set_conf("upstream", NOWHERE)
    life = restored.live(moment("2031-04-08 08:00"))
    life.use(moment("2031-04-08 19:00"), 4, lessons, PEOPLE, [f"{1:016x}"], NOTE)
    life.study(moment("2031-04-11 20:00"), 11, [(lessons[1], 30, ())], PEOPLE, note=NOTE)
    life.end(counts=False)
    node.start()
    node.cli("records", "send")
    node.stop()
    node.set_conf("upstream", town.county.url)
    node.start()
    wait_for(lambda: "forked" in rows_of(town.office.report(APRIL),
                                         restored)["flags"], 90, "the fork is seen")


def another_box(s, town):
    """The far village's box is given up; another one takes its place, and what came
    from the old one stays the village's."""
    old = town.far.code
    box = s.station(town.county, town.far.region, town.far.name, "box", words=ALONE,
                    env=at_day("2031-05-03 09:00")).start()
    town.far.code = town.county.enrol(box, "--replaces", old)
    box.stop()
    return old


def forks_to_look_at(county):
    """What its desk says that somebody must do something about."""
    week = county.cli_json("report", "attention")
    return ([row["code"] for row in week["county"] if row["why"] == "forked"],
            [log["code"] for log in county.cli_json("records", "import")["forked"]])


def a_fork_is_put_right(s, town):
    """The box with two histories is set up anew and takes its own place."""
    code = town.restored.code
    equal(forks_to_look_at(town.county), ([code], [code]), "forks to look at")
    box = s.station(town.county, town.restored.region, town.restored.name, "anew", words=ALONE,
                    env=at_day("2031-05-03 09:30")).start()
    town.county.enrol(box, "--replaces", code)
    box.stop()
    equal(forks_to_look_at(town.county), ([], []), "nothing is left to do")


def the_end(s, town, at_close, march):
    """May: the far village was not heard from since, the near one studied nothing."""
    far, near, restored = town.villages
    town.it_is("2031-05-03 09:00")
    for node in town.nodes:
        node.start()
    near.node.cli("records", "tell", "wish", WISH)
    near.node.cli("records", "send")
    near.node_runs(near.now())
    wait_for(lambda: all_acked(near.node), 60, "the near village is acknowledged")
    old = another_box(s, town)
    april = {far: "silent", near: "zero", restored: "reached"}
    becomes(town.office, APRIL, town.villages, april, forked=[restored])
    town.office.close(APRIL)
    report = bulletin_is(town.office, APRIL, town.villages, april, forked=[restored])
    equal(rows_of(report, far)["uncertain_minutes"], 66, "what may be April's or March's")
    equal(rows_of(report, far)["replaced"], 1, "boxes that had its place before")
    registers = [town.county.cli("report", "register", code, APRIL) for code in (old, far.code)]
    equal(registers[0], registers[1], "by the code of the box that had its place before, too")
    check(far.code in registers[0], f"that register has what came: {registers[0]}")
    far.code = old
    again = bulletin_is(town.office, MARCH, town.villages, march, told=at_close)
    equal(again["supplement"]["to"], "2031-04-12", "until when something came")
    for said in (report, again):
        equal(town.county.cli_json("report", "month", said["month"]), said, "the command line says")
    a_fork_is_put_right(s, town)


def nobody_can_read(s, town, cards, ear):
    """Byte by byte: the drive, the township, what was printed and announced."""
    words = [*PEOPLE, NOTE, WISH, "远程教育：春耕", "县里来的老师"]
    for card in cards:
        number = card["number"]
        words += [number, *(f"{number[:3]}{gap}{number[3:6]}{gap}{number[6:]}" for gap in " -")]
    in_clear.prove(NOTE)
    for node in town.nodes:
        said = http_get(node.url + "/node").body + bytes(ear.heard[node.address])
        equal(in_clear.in_bytes(said, words), [], f"what {node.name} says of itself")
    town.it_is("2031-05-03 10:00")
    found = in_clear.in_files([os.path.join(town.county.dir, "records.db")], words)
    equal({word for _, word, form in found if form == "UTF-8"},
          {word for word in words if not word[0].isdigit()},
          "the office has it, and the search finds it there")
    carried = "xiangtu/records/" + town.far.node.own_records()["node"]
    drive = town.drive.path
    if isinstance(town.drive, Image):  # with all that was ever deleted there
        town.drive.unmount()
        drive = town.drive.image
    check(in_clear.in_files([drive], [carried]), "what was studied is on the drive")
    equal(in_clear.in_files([drive, town.township.dir, s.logs], words), [],
          "on the drive, at the township, in what was printed")


def story(s):
    town = Town(s)
    ear = Ear(s.announce_port, [node.address for node in town.nodes])
    county = town.county
    lessons = [county.publish(s.file(f"{title}.bin", 50_000), title, "产业/养殖", "--no-media")
               for title in ("春季防疫", "果树修剪", "水稻育秧")]
    town.enrol()
    cards = cards_are_issued(s, county)
    the_first_month(s, town, lessons, cards)
    image, at_close, march = the_second_month(s, town, lessons)
    two_histories(s, town, image, lessons)
    the_end(s, town, at_close, march)
    nobody_can_read(s, town, cards, ear)


run(story)
