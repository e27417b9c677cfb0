"""Cards: issued at the office, good at every station once they have travelled, by line
and by drive; ended; asked about; forgotten. Nothing on the way has a name, a number
or a PIN."""
# TIMEOUT 240
import csv
import io
import json
import os
import stat
import subprocess
import time

import in_clear
from card_desk import CardDesk, card_opens
from drives import Drive
from lib import check, equal, run, secret_file, wait_for
from page import Page

PASSWORD = "三月里放羊东山坡"
PHONE = "127.0.0.9"
PEOPLE = [("王秀英", "联坪村"), ("李大山", "联坪村"), ("欧阳惠", "黄草村")]


def table(people, encoding="utf-8-sig"):
    return "\r\n".join(["姓名,单位,身份证号", *(f"{n},{p},4304191960" for n, p in people), ""]
                       ).encode(encoding)


# --- issuing -----------------------------------------------------------------------

def read_sheet(path):
    equal(stat.S_IMODE(os.stat(path).st_mode), 0o600, "mode of the sheet")
    with open(path, "rb") as file:
        text = file.read()
    check(text.startswith(b"\xef\xbb\xbf"), "office software knows what it is")
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    return [{"name": r["name"], "place": r["place"], "number": r["number"].replace(" ", ""),
             "pin": r["pin"].replace(" ", "")} for r in rows]


def issue_on_the_command_line(s, county):
    """A table in GBK; the sheet is written once, and issues the same cards when said again."""
    people, sheet = s.path("people.csv"), s.path("sheet.csv")
    with open(people, "wb") as file:
        file.write(table(PEOPLE, "gbk"))
    said = county.cli_json("cards", "issue", people, "--out", sheet)
    equal((said["issued"], said["region"], said["file"]), (3, "431081", sheet), "issued")
    cards = read_sheet(sheet)
    equal([(c["name"], c["place"]) for c in cards], PEOPLE, "who has one")
    equal(len({c["number"] for c in cards}), 3, "numbers")
    check("is there already" in county.cli_fails(1, "cards", "issue", people, "--out", sheet),
          "a sheet is not written over")
    again = county.cli_json("cards", "issue", sheet)
    equal((again["people"], again["issued"]), (3, 0), "said again, it is the same cards")
    equal(county.cli_json("cards", "list")["total"], 3, "and nobody stands there twice")
    bad = s.path("bad.csv")
    with open(bad, "wb") as file:
        file.write("姓名\n王五\n=cmd()\n".encode())
    check("line 3" in county.cli_fails(3, "cards", "issue", bad), "the line is named")
    return cards


def issue_at_the_desk(s, county):
    """Only the office may; cards are good once it says that it has their PINs."""
    county.cli("set-password", "--password-file", secret_file(s, "office.pw", PASSWORD))
    desk = CardDesk(county)
    equal(desk.ask("/api/cards", table(PEOPLE), "text/csv")[0], 401, "a viewer may not")
    equal(desk.ask("/api/cards?query=")[0], 401, "nor look")
    desk.log_in("office", PASSWORD)
    job, _ = desk.draw(table([("赵六", "黄草村"), ("孙七", "黄草村")]))
    code, answer = desk.sheet(job)
    equal(code, 200, answer)
    code, issued = desk.confirm(job)
    equal((code, issued.get("issued")), (200, 2), issued)
    equal([(c["name"], c["place"]) for c in answer["cards"]],
          [("赵六", "黄草村"), ("孙七", "黄草村")], "whose they are")
    code, bad = desk.ask("/api/cards", "地区\n1\n".encode(), "text/csv")
    equal(code, 400, bad)
    code, people = desk.ask("/api/cards?query=" + "%E8%B5%B5%E5%85%AD")
    equal((code, [p["name"] for p in people["people"]]), (200, ["赵六"]), "found")
    equal(people["people"][0]["tail"], answer["cards"][0]["number"][-4:], "the last digits")
    check("pin" not in people["people"][0] and "number" not in people["people"][0], "no more of it")
    return desk, answer["cards"]


def a_power_cut_loses_no_card(s, county, station):
    """The node killed at some moment of an issue: the same sheet brings all cards, none twice."""
    people = s.path("many.csv")
    with open(people, "wb") as file:
        file.write(table([(f"人{n}", "坪上村") for n in range(20)]))
    for n in range(2):
        sheet = s.path(f"many-{n}.csv")
        issue = subprocess.Popen(county.command("cards", "issue", people, "--out", sheet),
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: os.path.exists(sheet) or issue.poll() is not None, 60, "the sheet")
        time.sleep(s.random.random() * 0.05)
        county.kill()
        issue.wait(60)
        county.start()
        county.cli("cards", "issue", sheet)
        equal(county.cli_json("cards", "list", "坪上村")["total"], 20 * (n + 1), "all of them")
    cards = read_sheet(sheet)
    wait_for_card(station, cards[0])
    equal(card_opens(Page(station, PHONE), cards[19])[0], 200, "the last of them")


# --- at the stations ---------------------------------------------------------------

def wait_for_card(station, card):
    phone = Page(station, PHONE)
    wait_for(lambda: card_opens(phone, card)[0] == 200, 60, f"the card of {card['name']} to come")


def good_at_the_station(station, cards):
    phone = Page(station, PHONE)
    wait_for_card(station, cards[0])
    code, answer = card_opens(phone, cards[1])
    equal((code, answer["tail"]), (200, cards[1]["number"][-4:]), "another one")
    printed = dict(cards[0], number=" ".join((cards[0]["number"][:3], cards[0]["number"][3:6],
                                              cards[0]["number"][6:])))
    equal(card_opens(phone, printed)[0], 200, "as it is printed")
    wrong = "000000" if cards[1]["pin"] != "000000" else "000001"
    equal(card_opens(phone, cards[1], wrong)[0], 401, "a wrong PIN")
    equal(card_opens(phone, {"number": "4711839206", "pin": "123456"})[0], 404, "a card of nobody")


def ended_everywhere(county, station, desk, cards):
    equal(county.cli_json("cards", "end", cards[0]["number"])["ended"], 1, "ended")
    phone = Page(station, PHONE)
    wait_for(lambda: card_opens(phone, cards[0])[0] not in (200, 404), 60, "the end to come")
    hexes = {p["name"]: p["card"] for p in desk.ask("/api/cards?query=")[1]["people"]}
    equal(desk.ask("/api/cards/end", {"cards": [hexes["李大山"]]}), (200, {"ended": 1}), "at the desk")
    wait_for(lambda: card_opens(phone, cards[1])[0] not in (200, 404), 60, "that one, too")
    equal(desk.ask("/api/cards/end", {"cards": ["00" * 8]})[0], 404, "one that nobody issued")
    equal(card_opens(phone, cards[2])[0], 200, "others are as before")
    person = [p for p in desk.ask("/api/cards?query=")[1]["people"] if p["name"] == "王秀英"]
    equal([p["ended"] for p in person], [True], "shown as ended")


# --- studied with one, and forgotten -------------------------------------------------

def study(s, county, station, card):
    """A visit with a card, and a study whose register has the card's holder by name and by card."""
    lesson = county.publish(s.file("a.bin", 1 << 20))
    station.wait_held(lesson["id"])
    phone, tv = Page(station, PHONE), Page(station, station.address)
    equal(phone.ask("/api/card/login", {"number": card["number"], "pin": card["pin"]})[0], 200, "login")
    phone.play(lesson, 3)
    equal(phone.ask("/api/card/mine")[1]["tail"], card["number"][-4:], "mine")
    equal(phone.ask("/api/card/logout", {})[0], 200, "logout")
    code, begun = tv.ask("/api/study/begin", {"lessons": [lesson["id"]], "heads": 4})
    equal(code, 200, begun)
    code, now = tv.ask("/api/study/change", {"id": begun["id"], "names": [card["name"], "张三"],
                                              "cards": [card["number"]], "note": f"{card['name']}提问"})
    equal(code, 200, now)
    tv.play(lesson, 3)
    equal(tv.ask("/api/study/end", {"id": begun["id"]})[0], 200, "end")
    station.cli("records", "send")


def recorded(desk, card, kinds):
    return {kind: len(desk.ask("/api/cards/person?card=" + card)[1][kind]) for kind in kinds}


def forgotten_at_the_office(county, station, desk, gone, others):
    """All that is recorded is told, then deleted; a log that is read again does not bring it back."""
    people = desk.ask("/api/cards?query=" + gone["number"][-4:])[1]["people"]
    card = [p["card"] for p in people if p["name"] == gone["name"]][0]
    kinds = ("personals", "plays", "studies")
    wait_for(lambda: recorded(desk, card, kinds) == {"personals": 1, "plays": 1, "studies": 1}, 60,
             "what was studied to come")
    person = desk.ask("/api/cards/person?card=" + card)[1]
    equal((person["name"], person["personals"][0]["station"]), (gone["name"], "联坪村"), "where")
    code = station.status()["code"]
    month = person["personals"][0]["began"][:7]
    before = county.cli_json("report", "register", code, month)
    check(gone["name"] in json.dumps(before, ensure_ascii=False), "the register has the name")
    check("no station with the code" in county.cli_fails(1, "report", "register", "zzzzzzzz", month),
          "a code of nobody is not a station without studies")

    answer = desk.ask("/api/cards/forget", {"cards": [card]})
    equal((answer[0], answer[1]["wiped"]), (200, True), answer)
    answer = desk.ask("/api/cards/forget", {"name": gone["name"]})
    equal((answer[0], answer[1]["wiped"]), (200, True), answer)
    equal(recorded(desk, card, kinds), {"personals": 0, "plays": 0, "studies": 0}, "nothing of it")
    equal(county.cli_json("cards", "list", gone["name"])["total"], 0, "nobody by that name")
    equal(desk.ask("/api/cards/person?card=" + card)[1]["name"], "", "a card of nobody")
    files = [os.path.join(county.dir, n) for n in os.listdir(county.dir) if n.startswith("records.db")]
    equal(in_clear.in_files(files, [gone["name"], card]), [], "not a byte of the name or the card")
    check(in_clear.in_files(files, [others["name"]]) != [], "others are there")
    after = county.cli_json("report", "register", code, month)
    equal([(x["heads"], x["ms"]) for x in after["studies"]], [(x["heads"], x["ms"]) for x in before["studies"]],
          "heads and minutes stay")
    check("张三" in json.dumps(after, ensure_ascii=False), "and who else was there")


def nothing_in_clear(cards, drive, *stations):
    """A drive has nothing of a card; a station the names in its registers, and no number."""
    nodes = [os.path.join(node.dir, name) for node in stations for name in os.listdir(node.dir)]
    registers = [path for path in nodes if os.path.basename(path).startswith("records.db")]
    for card in cards:
        printed = f'{card["number"][:3]} {card["number"][3:6]} {card["number"][6:]}'
        equal(in_clear.in_files([drive, *nodes], [card["number"], printed]), [],
              f"the number of {card['name']}")
        equal(in_clear.in_files([drive, *(n for n in nodes if n not in registers)], [card["name"]]),
              [], f"{card['name']} on the way")
    check(in_clear.in_files(registers, [cards[2]["name"]]), "the search does find names")
    equal(in_clear.in_files(registers, [cards[0]["name"]]), [], "whose other cards are")


@run
def story(s):
    """Cards travel; names do not."""
    county = s.county().start()
    station = s.station(county, title="联坪村").start()
    county.enrol(station)
    cards = issue_on_the_command_line(s, county)
    desk, more = issue_at_the_desk(s, county)
    good_at_the_station(station, cards)
    wait_for_card(station, more[1])

    drive = Drive(s)
    far = s.node("far", address=None).init(
        "--level", "station", "--name", "黄草村", "--region", "431081102007",
        "--join", county.join_file())
    county.cli("drive", "prepare", drive.path, "--folder")
    county.cli("drive", "sync", drive.path)
    far.cli("drive", "sync", drive.path)
    far.start()
    wait_for_card(far, cards[0])

    study(s, county, station, cards[2])
    ended_everywhere(county, station, desk, cards)
    forgotten_at_the_office(county, station, desk, cards[2], cards[0])
    a_power_cut_loses_no_card(s, county, station)
    station.cli("drive", "sync", drive.path)  # sealed records go onto it, too
    for node in (station, far):
        node.stop()
    nothing_in_clear(cards + more, drive.path, station, far)
