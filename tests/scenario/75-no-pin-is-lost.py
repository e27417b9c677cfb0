"""Cards are good only when somebody has their PINs. At the desk: an issue is a job that
says how far it is; its cards are fetched again after the browser is gone, by who began it
and nobody else; a power cut, a stop or a change of mind leaves cards that open nothing. On
the command line: killed while it draws, a full disk, a file that is there. The sheet to
print has codes that a scanner reads."""
# TIMEOUT 300
import csv
import io
import json
import os
import pty
import re
import resource
import signal
import stat
import subprocess
import time

import in_clear
import qr
from card_desk import CardDesk, card_opens
from lib import check, equal, run, secret_file, wait_for

PASSWORD = "三月里放羊东山坡"
OTHER = "二月里种树西山坡"
PHRASE = "春风又绿江南岸明月"
MANY = 160  # cards that take seconds to draw on any machine, so that it says how long


def people(n, place):
    return [(f"学员{i}", place) for i in range(n)]


def table(rows, heads="姓名,村"):
    return "\r\n".join([heads, *(",".join(row) for row in rows), ""]).encode()


def logged_in(county, who, password):
    desk = CardDesk(county)
    desk.log_in(who, password)
    return desk


def listed(county, query=""):
    return county.cli_json("cards", "list", *([query] if query else []))["total"]


# --- at the desk -------------------------------------------------------------------

def drawn_beside_and_fetched_again(county, desk, other):
    """It answers at once, tells how far it is, and the log knows nothing of it."""
    before = county.heads()
    began = time.monotonic()
    code, begun = desk.ask("/api/cards", table(people(MANY, "联坪村")), "text/csv")
    took = time.monotonic() - began
    equal((code, begun["state"], begun["total"]), (200, "drawing", MANY), begun)
    equal(desk.sheet(begun["job"])[0], 409, "nothing to fetch yet")
    equal(desk.ask("/api/cards", table(people(1, "x")), "text/csv")[0], 409, "one at a time")
    seen = [begun]
    while seen[-1]["state"] == "drawing":
        check(time.monotonic() - began < 600, seen[-1])
        time.sleep(0.05)
        seen.append(desk.ask("/api/cards/issue")[1])
    whole = time.monotonic() - began
    check(took < whole / 4, f"it answered after {took:.2f} s of {whole:.2f}")
    steps = sorted({said["done"] for said in seen if said["state"] == "drawing"})
    check(len(steps) > 4 and steps[-1] < MANY, f"how far it was: {steps}")
    check(any("left_s" in said for said in seen), "and how long it takes still")
    equal(seen[-1]["state"], "ready", seen[-1])
    check(0 < seen[-1]["ends_s"] <= 8 * 3600, seen[-1])
    check(not any("cards" in said or "pin" in json.dumps(said) for said in seen), "no PIN is told")

    job = begun["job"]
    code, sheet = desk.sheet(job)
    equal((code, len(sheet["cards"])), (200, MANY), "the cards")
    # The browser was closed: another, after another login, has the same.
    again = logged_in(county, "office", PASSWORD)
    equal(again.ask("/api/cards/issue")[1]["job"], job, "it still waits")
    equal(again.sheet(job), (200, sheet), "the same cards")
    equal(CardDesk(county).sheet(job)[0], 401, "a viewer sees none")
    equal(other.sheet(job)[0], 403, "nor somebody else at the office")
    equal(other.confirm(job)[0], 403, "who cannot confirm them, either")
    equal(again.sheet("00" * 10)[0], 404, "a job of nobody")
    equal((county.heads(), listed(county)), (before, 0), "and nothing is in the log")
    numbers = [card["number"] for card in sheet["cards"]]
    equal(in_clear.in_files([county.dir], numbers[:3] + numbers[-3:]), [], "nor anywhere on the disk")
    return again, job, sheet["cards"]


def only_with_the_key(s, county, desk, job):
    """Who may see them is who may issue: the key is open."""
    equal(desk.ask("/api/lock", {})[0], 200, "locked")
    code, answer = desk.sheet(job)
    equal((code, answer["failed"]["status"]), (409, "locked"), "no PINs while the key is locked")
    code, answer = desk.confirm(job)
    equal((code, answer["failed"]["status"]), (409, "locked"), "nor are they good")
    county.cli("unlock", "--passphrase-file", s.path("phrase"))
    equal(desk.sheet(job)[0], 200, "they are there as before")


def good_once_confirmed(county, desk, job, cards):
    code, answer = desk.confirm(job)
    equal((code, answer["issued"], answer["people"]), (200, MANY, MANY), answer)
    equal(desk.confirm(job), (200, answer), "said again where the answer was lost")
    equal(desk.sheet(job)[0], 404, "and their PINs are gone")
    equal(desk.ask("/api/cards/issue")[1]["state"], "issued", "as it is told")
    equal(listed(county), MANY, "all of them")
    equal(listed(county, cards[7]["number"][-4:]) > 0, True, "found by the last digits")
    wait_for(lambda: card_opens(CardDesk(county), cards[59])[0] == 200, 30, "the last one opens")


def lost_before_that_they_open_nothing(s, county, desk):
    """A power cut while they wait; the list that was kept issues just these cards."""
    job, _ = desk.draw(table(people(3, "黄草村")))
    cards = desk.sheet(job)[1]["cards"]
    county.kill()
    county.start()
    county.cli("unlock", "--passphrase-file", s.path("phrase"))
    desk.log_in("office", PASSWORD)
    equal(desk.ask("/api/cards/issue"), (200, {"state": "none"}), "nothing waits")
    equal(desk.sheet(job)[0], 404, "nor is there a PIN")
    equal(desk.confirm(job)[0], 404, "that could be confirmed")
    equal(listed(county, "黄草村"), 0, "nobody has them")
    equal(card_opens(CardDesk(county), cards[0])[0], 404, "they open nothing")

    kept = table([(c["name"], c["place"], c["number"], c["pin"]) for c in cards], "姓名,村,卡号,密码")
    job, _ = desk.draw(kept)
    equal(desk.sheet(job)[1]["cards"], cards, "the same cards")
    equal(desk.confirm(job)[1]["issued"], 3, "issued now")
    wait_for(lambda: card_opens(CardDesk(county), cards[0])[0] == 200, 30, "they open")
    # Once more, with another PIN: the number is somebody's.
    other = "100000" if cards[0]["pin"] != "100000" else "100001"
    _, seen = desk.draw(table([("甲", "x", cards[0]["number"], other)], "姓名,村,卡号,密码"))
    equal(seen[-1]["state"], "failed", seen[-1])
    check("line 2" in seen[-1]["failed"]["text"], seen[-1])
    return cards


def a_change_of_mind(county, desk, other):
    """Also another's at the office: what is thrown away was never good."""
    job, _ = desk.draw(table(people(2, "坪上村")))
    equal(other.ask("/api/cards/drop", {"job": job})[0], 200, "somebody else is in the way")
    equal(desk.sheet(job)[0], 404, "gone")
    code, begun = desk.ask("/api/cards", table(people(100, "坪上村")), "text/csv")
    equal(code, 200, begun)
    equal(desk.ask("/api/cards/drop", {"job": begun["job"]})[0], 200, "stopped while it draws")
    equal(desk.ask("/api/cards/issue")[1], {"state": "none"}, "at once")
    equal(listed(county, "坪上村"), 0, "nobody has one")


# --- on the command line --------------------------------------------------------------

def issue(s, county, name, n, place, *words, **more):
    path = s.path(f"{name}-people.csv")
    with open(path, "wb") as file:
        file.write(table(people(n, place)))
    return subprocess.Popen(county.command("cards", "issue", path, "--out", s.path(f"{name}.csv"), *words),
                            stdout=subprocess.PIPE, **{"stderr": subprocess.PIPE, **more}, cwd=s.path(name))


def killed_while_it_draws(s, county):
    os.mkdir(s.path("cut"))
    work = issue(s, county, "cut", 200, "截断村")
    time.sleep(0.5 + s.random.random())
    equal(work.poll(), None, "it draws still")
    work.kill()
    work.wait(60)
    equal((os.path.exists(s.path("cut.csv")), listed(county, "截断村")), (False, 0), "neither file nor card")


def may_write_so_much(size):
    """For a process to come: files end there, as on a disk that is full."""
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return limit


def no_room_for_them(s, county):
    """Whichever of the two files has no room: none is left, and no card is good."""
    for name, room in (("full", 100), ("half", 3000)):
        os.mkdir(s.path(name))
        work = issue(s, county, name, 20, "满盘村", "--sheet", s.path(f"{name}.html"),
                     preexec_fn=may_write_so_much(room))
        _, said = work.communicate(timeout=60)
        equal(work.returncode, 1, said.decode())
        left = [f for f in os.listdir(os.path.dirname(s.path(name))) if f.startswith((f"{name}.csv", f"{name}.html", ".tmp"))]
        equal(left, [], "no half of a file")
        equal(listed(county, "满盘村"), 0, "nobody has one")


def refused_before_it_draws(s, county):
    """What is in the way is told at once, and not after minutes of drawing."""
    os.mkdir(s.path("early"))
    for out, word in ((s.path("early"), b"is there already"), (s.path("nowhere/x.csv"), b"cannot be written")):
        began = time.monotonic()
        work = issue(s, county, "early", 400, "早知村", "--sheet", out)
        _, said = work.communicate(timeout=60)
        equal(work.returncode, 1, said.decode())
        check(word in said, said.decode())
        check(time.monotonic() - began < 5, "at once")
    equal(listed(county, "早知村"), 0, "nobody has one")


def on_a_terminal(s, county, name, n):
    """What standard error shows of an issue to somebody who sits before it."""
    os.mkdir(s.path(name))
    ours, theirs = pty.openpty()
    work = issue(s, county, name, n, "终端村", stderr=theirs)
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # its other end is closed
            break
        if not part:
            break
        shown += part
    os.close(ours)
    equal(work.wait(60), 0, shown.decode())
    return shown.decode()


def told_how_far(s, county):
    shown = on_a_terminal(s, county, "long", 80)
    check(re.search(r"\d+ / 80\b", shown), f"how many of 80: {shown!r}")
    equal(" / " in on_a_terminal(s, county, "short", 3), False, "what is over at once needs no bar")


def a_sheet_to_print(s, county):
    """Ten cards a page, the same as in the table, and codes that are the numbers."""
    os.mkdir(s.path("paper"))
    work = issue(s, county, "paper", 12, "印刷村", "--sheet", s.path("paper.html"), "--json")
    said, trouble = work.communicate(timeout=60)
    equal(work.returncode, 0, trouble.decode())
    said = json.loads(said)
    equal((said["file"], said["sheet"]), (s.path("paper.csv"), s.path("paper.html")), "where they are")
    equal(stat.S_IMODE(os.stat(s.path("paper.html")).st_mode), 0o600, "mode of the sheet")
    with open(s.path("paper.csv"), encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(io.StringIO(file.read())))
    with open(s.path("paper.html"), encoding="utf-8") as file:
        html = file.read()
    for call in ("http:", "https:", "<script", "src=", "url("):
        check(call not in html, f"nothing is fetched: {call}")
    equal(html.count('<ul class="sheet">'), 2, "pages")
    cards = html.split('<li class="card">')[1:]
    equal(len(cards), 12, "cards")
    values = [list(row.values()) for row in rows]
    for card, (name, place, _, number, pin) in zip(cards, values):
        for word in (f">{name}<", f">{place}<", f">{number}<", f">{pin.replace(' ', '')}<"):
            check(word in card, f"{word} on the card of {name}")
        if qr.reader():
            equal(qr.in_svg(card, s.path("code.pgm")), [number.replace(" ", "")], f"the code of {name}")

    # Later, of the table that was kept: the same cards on paper, and none anew.
    said = county.cli_json("cards", "issue", s.path("paper.csv"), "--sheet", s.path("again.html"))
    equal((said["people"], said["issued"]), (12, 0), "printed again")
    with open(s.path("again.html"), encoding="utf-8") as file:
        equal(file.read(), html, "the same sheet")


@run
def story(s):
    """No card is good whose PIN nobody has."""
    county = s.county(words=("--passphrase-file", secret_file(s, "phrase", PHRASE)))
    county.cli("set-password", "--password-file", secret_file(s, "office.pw", PASSWORD))
    county.cli("set-password", "--name", "小李", "--password-file", secret_file(s, "other.pw", OTHER))
    county.start()
    county.cli("unlock", "--passphrase-file", s.path("phrase"))
    desk = logged_in(county, "office", PASSWORD)
    other = logged_in(county, "小李", OTHER)
    desk, job, cards = drawn_beside_and_fetched_again(county, desk, other)
    only_with_the_key(s, county, desk, job)
    good_once_confirmed(county, desk, job, cards)
    lost_before_that_they_open_nothing(s, county, desk)
    other.log_in("小李", OTHER)
    a_change_of_mind(county, desk, other)

    killed_while_it_draws(s, county)
    no_room_for_them(s, county)
    refused_before_it_draws(s, county)
    told_how_far(s, county)
    a_sheet_to_print(s, county)
