# TIMEOUT 600
"""A county's month as it really is, seen at its desk: villages in groups, one whose
records have two histories, one whose box was replaced, one that was late and stands
in the supplement, one that was never heard from, a machine that nobody accepted, an
entry that is no batch, minutes of an uncertain date. What the page shows, by place
and by group, is what is counted here; what wants looking at reaches whom it should;
everything is put on paper."""
import os
import shutil
import subprocess

from nodes import check, equal, make_picture, run, secret_file, wait_for, walk

from clocks import at, moment
from drives import Drive, sync
from lib import REFUSED
from page import Page
from studied import Village, reaches, sums

PASSWORD = "三月里放羊东山坡"
BEGIN, APRIL_12, NOW = "2031-03-20 09:00", "2031-04-12 09:00", "2031-04-25 09:00"
MARCH, APRIL = "2031-03", "2031-04"
NOWHERE = "http://127.0.0.1:9"  # where nobody answers
PEOPLE = ["王秀英", "李建国", "欧阳淑芬", "何满香", "买买提·艾力江", "陈大山"]
CARDS = [f"{n:016x}" for n in (0xa1, 0xa2, 0xa3)]
NOTE = "大家问山羊疫苗在哪里领，乡兽医答应下周来。还想看辣椒大棚怎样通风，村里已经有六户搭好了棚。"
TOLD = {"fault": "宽带断了三天", "new": "遥控器不灵", "wish": "想看辣椒大棚的课", "odd": "这不是一批记录"}
LAKE, SCHOOLS, FIRMS = "东江湖管区", "学校", "企业"


def env_of(text):
    return dict(os.environ, **at(moment(text), sync=True))


def all_acked(node):
    log = node.own_records()
    return log["entries"] > 0 and log["acked"] == log["entries"]


def sends(village, text):
    """It is heard from."""
    Page(village.node).good("/api/tell", {"kind": "equipment", "name": text, "count": 1, "state": "good"})
    village.node.cli("records", "send")


class Town:
    def __init__(self, s):
        self.s = s
        env = env_of(BEGIN)
        self.county = s.county(env=env)
        self.county.cli("set-password", "--password-file", secret_file(s, "password", PASSWORD))
        self.county.start()
        self.desk = Page(self.county)
        self.drive = Drive(s)
        self.county.cli("drive", "prepare", self.drive.path, "--folder")
        sync(self.county, self.drive)
        self.villages = []
        for who, name, region, groups in (
                ("town", "兴宁镇", "431081101", [FIRMS]),
                ("busy", "联坪村", "431081101203", [LAKE]),
                ("some", "黄草村", "431081101204", [LAKE, SCHOOLS]),
                ("school", "东江中心小学", "431081102201", [SCHOOLS]),
                ("forked", "东江村", "431081102202", []),
                ("replaced", "白廊村", "431081102203", [LAKE]),
                ("late", "流华湾村", "431081101205", []),
                ("never", "坪上村", "431081102204", [])):
            village = Village(s, name, region, s.station(self.county, region, name, who, env=env))
            village.groups, village.joined = groups, [village]
            self.villages.append(village)
            setattr(self, who, village)
        self.stranger = s.station(self.county, "431081103201", "高码村", "stranger", env=env)
        self.nodes = [self.county, self.stranger, *(v.node for v in self.villages)]

    def begins(self):
        """All are enrolled; one is not heard from again before April has ended."""
        for village in self.villages:
            village.node.start()
            village.code = self.county.enrol(village.node, *(
                word for group in village.groups for word in ("--group", group)))
        for village in self.villages:
            village.enrolled = village.code
        sends(self.late, "电视机")
        wait_for(lambda: all_acked(self.late.node), 90, "the late village was heard from")

    def it_is(self, text):
        for node in self.nodes:
            if node.running():
                node.stop()
            node.env = env_of(text)

    def restart(self, *villages):
        self.county.start()
        for village in villages:
            village.node.start()

    def report(self, month, **by):
        self.desk.log_in("office", PASSWORD)
        return self.desk.good(f"/api/report?month={month}" + "".join(f"&{k}={v}" for k, v in by.items()))

    def minutes_are(self, month, *villages):
        """All of theirs is taken in."""
        def so():
            rows = {row["code"]: row for row in self.report(month)["stations"]}
            for village in villages:
                for key, value in sums(told_of(village), month).items():
                    equal(rows[village.code][key], value, f"{month}, {village.name}: {key}")
            return True
        wait_for(so, 90, f"what was studied in {month} is counted", pause=0.5)


def told_of(village):
    """Of all boxes that stood there."""
    return [one for box in village.joined for one in box.told]


def the_first_weeks(s, town, lessons):
    """March; all but two have told of it by the 12th of April."""
    town.it_is(APRIL_12)
    photo = make_picture(s.path("photo.jpg"), "160x120")
    life = town.busy.live(moment("2031-03-01 08:00"))
    for day in range(1, 28):  # a register of several sheets
        life.study(moment(f"2031-03-{day:02} 19:30"), 12 + day,
                   [(lessons[day % 3], 9 + day % 4, ["two-screens"] if day == 9 else ())],
                   PEOPLE[:3 + day % 3], CARDS[:1], NOTE * (1 + day % 2), jpeg=photo if day % 9 == 1 else None)
        life.personal(moment(f"2031-03-{day:02} 14:00"), CARDS[day % 3], [(lessons[1], 2 + day % 5, ())])
    life.study(moment("2031-03-28 19:00"), 31, outside=("satellite", "远程教育：春耕", 35))
    life.end()
    life = town.some.live(moment("2031-03-02 08:00"))
    life.play(moment("2031-03-03 20:00"), lessons[0], 40)
    life.play(moment("2031-03-05 22:00"), lessons[0], 150, ["empty-room"])
    life.fault(moment("2031-03-20 10:00"), "network", TOLD["fault"])
    life.end()
    dark = town.some.live(moment("2031-03-29 08:00"), clock=False)
    dark.play(moment("2031-03-30 19:00"), lessons[1], 21)
    dark.end()
    town.some.node_runs(town.some.now())  # until then it was
    for village, minutes in ((town.forked, 251), (town.replaced, 130)):
        life = village.live(moment("2031-03-02 08:00"))
        life.study(moment("2031-03-12 19:00"), 14, [(lessons[1], minutes, ())], PEOPLE[:2], note=NOTE)
        life.end()
    life = town.late.live(moment("2031-03-21 08:00"))
    life.study(moment("2031-03-22 19:30"), 9, [(lessons[2], 61, ())], PEOPLE[:1])
    life.end()
    heard = [town.town, town.busy, town.some, town.school, town.forked, town.replaced]
    town.image = s.path("image")
    shutil.copytree(town.forked.node.dir, town.image)
    town.restart(*heard)
    for village in heard:
        sends(village, "音箱")
    for village in heard:
        wait_for(lambda v=village: all_acked(v.node), 90, f"{village.name} is acknowledged")
    town.minutes_are(MARCH, *heard)
    town.desk.good("/api/report/close", {"month": MARCH})


def two_histories(town, lessons):
    """A disk that was put back, and nobody to ask: another April is told, and a drive
    carries it to the county."""
    node = town.forked.node
    shutil.rmtree(node.dir)
    shutil.copytree(town.image, node.dir)
    node.set_conf("upstream", NOWHERE)
    life = town.forked.live(moment("2031-04-13 08:00"))
    life.study(moment("2031-04-14 19:00"), 99, [(lessons[0], 77, ())], PEOPLE[:2])
    life.end(counts=False)
    node.start()
    sync(node, town.drive)
    node.stop()


def another_box(s, town, lessons):
    """It takes the place of the one before, which told of most of March."""
    place = town.replaced
    box = Village(s, place.name, place.region, s.station(
        town.county, place.region, place.name, "box", env=env_of(NOW)))
    life = box.live(moment("2031-04-14 08:00"))
    life.study(moment("2031-04-15 19:00"), 16, [(lessons[2], 33, ())], PEOPLE[:2], note=NOTE)
    life.end()
    box.node.start()
    box.code = town.county.enrol(box.node, "--replaces", place.code, "--group", LAKE)
    place.joined.append(box)
    place.code = box.code
    town.nodes.append(box.node)
    return box


def the_last_weeks(s, town, lessons):
    """The 25th of April: what was late comes, and what is odd."""
    town.it_is(NOW)
    two_histories(town, lessons)
    life = town.busy.live(moment("2031-04-13 08:00"))
    life.study(moment("2031-04-20 19:30"), 23, [(lessons[0], 255, ())], PEOPLE, note=NOTE)
    life.end()
    town.restart(town.town, town.busy, town.some, town.late)
    sync(town.county, town.drive, codes=(REFUSED,))
    Page(town.busy.node).good("/api/tell", {"kind": "fault", "what": "tv", "text": TOLD["new"]})
    Page(town.busy.node).good("/api/tell", {"kind": "wish", "text": TOLD["wish"]})
    town.stranger.start()
    town.stranger.cli("records", "tell", "wish", "高码村也想学")
    town.stranger.cli("records", "send")
    wait_for(lambda: town.county.records("stranger"), 60, "what the stranger sent is here")
    town.some.node.add_record(TOLD["odd"])
    box = another_box(s, town, lessons)  # with an enrolment all logs are looked at
    for village in (town.town, town.busy, town.some, town.late, box):
        sends(village, "投影仪")
    for village in (town.busy, town.some, town.late, box):
        wait_for(lambda v=village: all_acked(v.node), 90, f"{village.name} is acknowledged")
    town.minutes_are(APRIL, town.busy, town.some, town.late, town.forked, town.replaced)
    wait_for(lambda: town.report(MARCH)["supplement"], 60, "what came late")
    wait_for(lambda: town.desk.good("/api/records")["forked"], 60, "the fork is seen")
    wait_for(lambda: town.desk.good("/api/records")["strangers"], 60, "the stranger is seen")
    wait_for(lambda: town.desk.good("/api/records")["odd"], 60, "the odd entry is seen")


# --- what the page is to say --------------------------------------------------------

def figures(told, month):
    """The cells of a line: minutes by kind, studies, what has no date."""
    row = sums(told, month)
    return [row["minutes"], *(row[f"{kind}_minutes"] for kind in ("collective", "personal", "open", "hand")),
            row["doubtful_minutes"], row["collective"], row["personal"], row["people"], row["lessons"],
            row["uncertain_minutes"]]


def expected(villages, month, told, heard, digits=9):
    """{"total", "stations": {code: state}, "places": {region: cells}}. `heard`: of
    whom it is known what they did until the end of it. `digits`: of a region next below."""
    def state(village):
        if reaches(told(village), month):
            return "reached"
        if village not in heard:
            return "silent"
        row = sums(told(village), month)
        return "below" if row["ms"] + row["uncertain"] else "zero"

    def cells(some):
        states = [state(village) for village in some]
        return [len(some), *(states.count(one) for one in ("reached", "zero", "silent")),
                *figures([one for village in some for one in told(village)], month)]
    places = sorted({village.region[:digits] for village in villages})
    return {"total": cells(villages), "stations": {v.code: [state(v), *figures(told(v), month)] for v in villages},
            "places": {place: cells([v for v in villages if v.region[:digits] == place]) for place in places}}


def all_filters(villages, *words):
    """By place and group: {"place/group": what is expected}"""
    said = {"": expected(villages, *words)}
    for group in (LAKE, SCHOOLS, FIRMS):
        said[f"/{group}"] = expected([v for v in villages if group in v.groups], *words)
    for town, group in (("431081101", ""), ("431081102", SCHOOLS)):
        said[f"{town}/{group}"] = expected(
            [v for v in villages if v.region.startswith(town) and (not group or group in v.groups)],
            *words, digits=12)
    return said


def paper_of(path):
    """What stands on the sheets of a PDF; None where nothing here reads them."""
    if not shutil.which("pdftotext"):
        print("   no pdftotext: what was printed is not read", flush=True)
        return None
    text = subprocess.run(["pdftotext", "-raw", path, "-"], check=True, capture_output=True, text=True).stdout
    facts = subprocess.run(["pdfinfo", path], check=True, capture_output=True, text=True).stdout
    size = next(line for line in facts.splitlines() if line.startswith("Page size")).split()
    return {"pages": text.split("\f")[:-1], "size": [round(float(size[2])), round(float(size[4]))]}


def story(s):
    town = Town(s)
    lessons = [town.county.publish(s.file(f"{title}.bin", 50_000), title, "产业/养殖", "--no-media")
               for title in ("山羊春季防疫", "果树修剪", "水稻育秧")]
    town.begins()
    the_first_weeks(s, town, lessons)
    march = {village: list(told_of(village)) for village in town.villages}
    march[town.late] = []
    closed = [v for v in town.villages if v not in (town.late, town.never)]
    for village in town.villages:
        village.code = village.enrolled
    in_march = all_filters(town.villages, MARCH, march.get, closed)
    the_last_weeks(s, town, lessons)
    in_april = all_filters(town.villages, APRIL, told_of,
                           [town.town, town.busy, town.some, town.late, town.replaced])
    named = {who: {"name": v.name, "code": v.code} for who, v in vars(town).items() if isinstance(v, Village)}
    walk(s, "13-a-full-month.mjs", {
        "county": town.county.url, "password": PASSWORD, "march": MARCH, "april": APRIL,
        "inMarch": in_march, "inApril": in_april, "villages": named, "groups": [LAKE, SCHOOLS, FIRMS],
        "stranger": town.stranger.status()["code"], "told": TOLD, "note": NOTE, "people": PEOPLE,
        "old": town.replaced.enrolled, "late": figures(told_of(town.late), MARCH)[:9],
        "papers": s.path("papers"),
        "data": [v.name for v in town.villages] + [
            "资兴市", "高码村", LAKE, SCHOOLS, FIRMS, *PEOPLE, NOTE, *TOLD.values(), "音箱", "投影仪", "电视机",
            "远程教育：春耕", *(lesson["title"] for lesson in lessons), *town.county.heads(), "0.1.0",
            town.stranger.status()["code"], *(v.code for v in town.villages), *(v.enrolled for v in town.villages)],
    }, paper_of=paper_of)


run(story)
