"""An office with years of registers forgets people and closes a month: its node answers
meanwhile, what is cut off in the middle is finished by saying it again, and nothing else
is lost."""
# TIMEOUT 400
import http.client
import threading
import time

from lib import check, equal, http_get, run, secret_file, wait_for
from made_office import NAME, ask, card_of, make, stands
from page import Page

PASSWORD = "三月里放羊东山坡"
STATIONS, REGISTERS, PEOPLE = 2_000, 100_000, 4_000
LOOP_MS = 100  # of a processor, in one turn: reading all registers takes longer


class Beside:
    """Asks the node for something small, again and again, while something goes on."""

    def __init__(self, node):
        self.node, self.times, self.over = node, [], False

    def __enter__(self):
        self.began = time.monotonic()
        self.thread = threading.Thread(target=self._ask)
        self.thread.start()
        return self

    def _ask(self):
        while not self.over:
            began = time.monotonic()
            try:
                http_get(self.node.url + "/heads?after=0", timeout=60)
            except (OSError, http.client.HTTPException):
                return
            self.times.append(time.monotonic() - began)
            time.sleep(0.01)

    def __exit__(self, *_):
        self.took = time.monotonic() - self.began
        self.over = True
        self.thread.join()

    def check(self, what):
        check(len(self.times) > 5, f"{what}: answered only {len(self.times)} times in {self.took:.1f} s")
        check(max(self.times) < max(self.took / 2, 0.5),
              f"{what}: an answer took {max(self.times):.2f} of {self.took:.2f} s")


def desk_of(county):
    desk = Page(county)
    wait_for(lambda: desk.log_in("office", PASSWORD), 20, "the login")
    return desk


def counts(path):
    """What forgetting leaves as it is."""
    return (ask(path, "SELECT count(*), sum(heads), sum(ms) FROM study"),
            ask(path, "SELECT count(*), sum(ms) FROM personal"),
            ask(path, "SELECT count(*) FROM sum_station"))


def left_of(path, cards):
    """Registers, visits and persons that still have one of the cards."""
    found = [0, 0, 0]
    for number, text in cards:
        found[0] += ask(path, "SELECT count(*) FROM personal WHERE card = ?", number)[0]
        found[1] += ask(path, "SELECT count(*) FROM person WHERE card = ?", number)[0]
    some = ask(path, "SELECT group_concat(item, '') FROM study")[0]
    found[2] = sum(some.count(text) for _, text in cards)
    return found


def a_name_is_forgotten_beside_the_loop(county, desk, expected):
    with Beside(county) as beside:
        code, answer = desk.ask("/api/cards/forget", {"name": NAME})
    equal((code, answer), (200, {"rows": expected, "looked": REGISTERS, "wiped": True}), "forgotten")
    beside.check("forgetting a name")
    check(not stands(county.dir, NAME.encode()), "not a byte of the name")
    check(stands(county.dir, "李明".encode()), "others are there")


def many_cards_take_one_look(county, desk, cards):
    with Beside(county) as beside:
        code, answer = desk.ask("/api/cards/forget", {"cards": [text for _, text in cards]})
    equal((code, answer["looked"], answer["wiped"]), (200, REGISTERS, True), answer)
    beside.check("forgetting a thousand cards")


def what_is_cut_off_is_finished(county, cards, share, before):
    """kill -9 when so much of the registers was looked through. Whoever is not gone is still
    listed, so that nobody is lost sight of; the same words again do the rest."""
    path = f"{county.dir}/records.db"
    texts = [text for _, text in cards]
    desk = desk_of(county)
    at = ask(path, "SELECT station, id FROM study WHERE station >= ? AND instr(item, ?) LIMIT 1",
             1 + int(STATIONS * share), texts[0])
    asking = threading.Thread(target=lambda: quietly(lambda: desk.ask("/api/cards/forget", {"cards": texts})))
    asking.start()
    wait_for(lambda: texts[0] not in ask(path, "SELECT item FROM study WHERE station = ? AND id = ?", *at)[0],
             60, "the register is without the card", pause=0.001)
    county.kill()
    asking.join()
    equal(counts(path), before, "nothing is lost")
    visits, persons, registers = left_of(path, cards)
    equal((visits, persons), (len(cards), len(cards)), "visits and persons come after the registers")
    check(registers > 0, "it was cut off in the middle")
    county.start()
    desk = desk_of(county)
    code, answer = desk.ask("/api/cards/forget", {"cards": texts})
    equal((code, answer["wiped"]), (200, True), answer)
    check(answer["rows"] >= registers + visits + persons, "what was left")
    county.stop()
    equal(left_of(path, cards), [0, 0, 0], "all are gone")
    check(not any(stands(county.dir, text.encode()) for text in texts[:20]), "byte by byte")
    equal(counts(path), before, "and nothing else")
    county.start()


def quietly(call):
    try:
        call()
    except (OSError, http.client.HTTPException):
        pass


def a_month_is_closed_beside_the_loop(s, county):
    """Killed in the middle it is open as before, or closed and whole."""
    path = f"{county.dir}/records.db"
    for _ in range(3):
        desk = desk_of(county)
        asking = threading.Thread(target=lambda: quietly(lambda: desk.ask("/api/report/close", {"month": "2026-09"})))
        asking.start()
        time.sleep(0.3 * s.random.random())
        county.kill()
        asking.join()
        rows, closed = ask(path, "SELECT count(*) FROM bulletin")[0], ask(path, "SELECT count(*) FROM closed")[0]
        check(closed == 0 or rows == STATIONS, f"closed with {rows} rows")
        county.start()
        if closed:
            break
    desk = desk_of(county)
    if not closed:
        code, answer = desk.ask("/api/report/close", {"month": "2026-09"})
        equal((code, answer["stations"], answer["reached"]), (200, STATIONS, STATIONS), answer)
    equal(desk.ask("/api/report/close", {"month": "2026-09"})[0], 409, "once")
    report = county.cli_json("report", "month", "2026-09")
    equal((report["total"]["stations"], report["total"]["minutes"]), (STATIONS, STATIONS * 251), "as it was summed")
    county.stop()
    equal(ask(path, "SELECT count(*), count(DISTINCT key) FROM bulletin"), (STATIONS, STATIONS), "each once")


def nobody_waits_for_the_loop(county):
    lag = county.status()["lag"]
    check(lag["worst_cpu_ms"] < LOOP_MS, f"one turn of the loop took {lag['worst_cpu_ms']} ms of a processor")


def story(s):
    county = s.county()
    county.cli("set-password", "--password-file", secret_file(s, "office.pw", PASSWORD))
    equal(county.cli_json("cards", "list")["total"], 0, "nobody yet")
    path = make(county.dir, STATIONS, REGISTERS, PEOPLE)
    before = counts(path)
    first = card_of(0)
    with_name = ask(path, "SELECT count(*) FROM study WHERE instr(item, ?) OR instr(item, ?)", NAME, first[1])[0]
    county.start()
    desk = desk_of(county)
    equal(desk.ask("/api/cards?query=")[1]["total"], PEOPLE, "all of them")
    # Its row, its visit, and the registers.
    a_name_is_forgotten_beside_the_loop(county, desk, with_name + 2)
    many_cards_take_one_look(county, desk, [card_of(n) for n in range(1, 1001)])
    nobody_waits_for_the_loop(county)
    for k, share in enumerate((0, 0.4)):
        what_is_cut_off_is_finished(county, [card_of(n) for n in range(1100 + 300 * k, 1400 + 300 * k)], share, before)
    a_month_is_closed_beside_the_loop(s, county)
    # Where no node runs it is the same.
    number, text = card_of(2_900)
    rows = county.cli_json("cards", "forget", text)
    equal((rows["looked"], rows["wiped"]), (REGISTERS, True), rows)
    equal(left_of(path, [card_of(2_900)]), [0, 0, 0], "gone")
    equal(counts(path), before, "and nothing else")


run(story)
