"""PINs, passwords, sessions, wrong tries, and a PIN set anew over the telephone.

The story's browsers are addresses of their own in 127/8, as phones would be;
127.0.0.1 is the station's own screen.
"""
# TIMEOUT 240
import http.client
import json
import os
import pty
import stat

from lib import XIANGTU, check, equal, run, secret_file, wait_for

PIN, OTHER_PIN, PASSWORD = "7193", "28174", "三月里放羊东山坡"
PAGE = {"X-Xiangtu": "1", "Content-Type": "application/json"}


class Browser:
    """Asks a node, from an address, with the cookie it was given."""

    def __init__(self, node, source="127.0.0.1"):
        self.node, self.source = node, source
        self.cookie, self.set_cookie = None, None
        self.open = []  # connections that are kept

    def ask(self, method, path, body=None, headers=None, keep=False):
        connection = http.client.HTTPConnection(self.node.address, 7433, timeout=60,
                                                source_address=(self.source, 0))
        headers = dict(headers or {})
        if self.cookie:
            headers["Cookie"] = self.cookie
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        self.headers = answer.headers
        if answer.headers["Set-Cookie"]:
            self.set_cookie = answer.headers["Set-Cookie"]
            self.cookie = self.set_cookie.split(";")[0]
        if keep:
            self.open.append(connection)
        else:
            connection.close()
        return answer.status, json.loads(text) if text[:1] in b"{[" else text

    def post(self, path, body):
        return self.ask("POST", path, body, PAGE)

    def me(self):
        code, me = self.ask("GET", "/api/me")
        equal(code, 200, "GET /api/me")
        return me

    def login(self, who, secret):
        return self.post("/api/login", {"who": who, "secret": secret})


def failed(answer):
    return answer["failed"]


# --- set ---------------------------------------------------------------------------

def typed(station, words, *lines):
    """Run a verb at a terminal, where these lines are typed; (exit code, all that was shown)."""
    pid, tty = pty.fork()
    if pid == 0:
        os.execv(XIANGTU, station.command(*words))
    shown, left = b"", list(lines)
    while True:
        try:
            more = os.read(tty, 4096)
        except OSError:  # the other side has ended
            break
        shown += more
        if left and more.rstrip().endswith(b":"):  # it asks, and the echo is off
            os.write(tty, left.pop(0).encode() + b"\n")
    os.close(tty)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()


def set_at_a_terminal(station):
    """Asked twice, and never shown."""
    code, shown = typed(station, ("set-pin", "A"), PIN, OTHER_PIN)
    check(code == 2 and "another one" in shown, shown)
    code, shown = typed(station, ("set-pin", "A"), PIN, PIN)
    check(code == 0 and shown.count("A:") == 1 and PIN not in shown, shown)
    code, shown = typed(station, ("set-pin", "A"), "1234", "1234")
    check(code == 2 and "1234 first" in shown, shown)
    station.cli("set-pin", "A", "--off")


def set_without_and_with_a_node(s, station):
    """With and without a running node; silly ones are refused; only hashes are kept."""
    pin = secret_file(s, "a.pin", PIN)
    silly = secret_file(s, "silly.pin", "1234")
    check("1234" in station.cli_fails(2, "set-pin", "A", "--pin-file", silly), "1234 is refused")
    station.cli_fails(2, "set-pin", "C", "--pin-file", pin)
    station.cli_fails(2, "set-pin", "A")  # no terminal here
    station.cli_fails(1, "set-pin", "A", "--off")
    set_at_a_terminal(station)
    station.cli("set-pin", "A", "--pin-file", pin)
    station.start()
    equal(Browser(station).me()["secrets"], {"A": True, "B": False, "office": False}, "set before")
    station.cli("set-pin", "B", "--pin-file", secret_file(s, "b.pin", OTHER_PIN))
    equal(Browser(station).me()["secrets"], {"A": True, "B": True, "office": False}, "and while")
    equal(station.cli_json("set-password", "--list"), ["A", "B"], "who has one")
    path = os.path.join(station.dir, "desk.json")
    equal(stat.S_IMODE(os.stat(path).st_mode), 0o600, "mode of desk.json")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    check("$argon2id$" in text and PIN not in text.replace("$", " ").split(), "only hashes")


# --- log in ------------------------------------------------------------------------

def login_and_logout(station):
    tv = Browser(station)
    equal(tv.me()["role"], "viewer", "before")
    code, me = tv.login("A", PIN)
    equal((code, me["role"], me["who"]), (200, "operator", "A"), "login")
    for part in ("HttpOnly", "SameSite=Strict", "Path=/"):
        check(part in tv.set_cookie.split("; "), f"{part} in {tv.set_cookie}")
    equal(len(tv.cookie), len("xt_session=") + 43, "32 bytes")
    equal(tv.me()["who"], "A", "the cookie says who")
    first = tv.cookie
    equal(tv.login("A", PIN)[0], 200, "again")
    check(tv.cookie != first, "another cookie")
    old = Browser(station)
    old.cookie = first
    equal(old.me()["role"], "viewer", "the one before has ended")
    code, me = tv.post("/api/logout", {})
    equal((code, me["role"]), (200, "viewer"), "logout")
    check("Max-Age=0" in tv.set_cookie, "the cookie goes")
    equal(Browser(station).login("王丽", PASSWORD)[0], 404, "who has no password here")
    equal(Browser(station).login("", PIN)[0], 400, "nobody")


def other_sites_cannot(station):
    """What a page of another site can have a browser send is refused."""
    phone = Browser(station, "127.0.0.9")
    body = {"who": "A", "secret": PIN}
    for headers in ({"Content-Type": "application/json"},            # no header of ours
                    {"X-Xiangtu": "1", "Content-Type": "text/plain"},  # a form can send that
                    {"X-Xiangtu": "1"},
                    PAGE | {"Origin": "http://evil.example"},
                    PAGE | {"Sec-Fetch-Site": "cross-site"}):
        code, _ = phone.ask("POST", "/api/login", body, headers)
        equal(code, 403, f"login with {headers}")
    check(phone.cookie is None, "and no cookie was given")
    equal(phone.login("A", PIN)[0], 200, "the page itself may")
    # With the operator's own cookie, as the operator's browser would send it.
    code, _ = phone.ask("POST", "/api/ask", {"verb": "status"}, {"Content-Type": "text/plain"})
    equal(code, 403, "nor anything else")


# --- wrong tries -------------------------------------------------------------------

def guess_until_locked(browser, who):
    lefts = []
    while True:
        code, answer = browser.login(who, "0815")
        if code == 429:
            return lefts, failed(answer)
        equal((code, failed(answer)["status"]), (401, "untrusted"), "a wrong one")
        lefts.append(failed(answer)["args"]["left"])
        check(len(lefts) < 10, "it is locked some time")


def wrong_tries_lock(station):
    phone = Browser(station, "127.0.0.7")
    lefts, answer = guess_until_locked(phone, "A")
    equal(lefts, [4, 3, 2, 1, 0], "tries left")
    equal(answer["status"], "limited", "then it is locked")
    check(30 <= answer["args"]["wait_s"] <= 60, f"for a minute: {answer}")
    check(30 <= int(phone.headers["Retry-After"]) <= 60, "Retry-After")
    equal(phone.login("A", PIN)[0], 429, "for the right one, too")
    # Nobody else is kept out by it.
    equal(phone.login("B", OTHER_PIN)[0], 200, "B on that phone")
    equal(Browser(station, "127.0.0.8").login("A", PIN)[0], 200, "A on another one")
    equal(Browser(station).login("A", PIN)[0], 200, "A at the station itself")
    log = station.log()
    check("wrong secret for 'A' from 127.0.0.7, 1 tries left" in log, "it is in the log")
    check("0815" not in log, "without what was tried")


def a_restart_keeps_it(station):
    tv = Browser(station)
    equal(tv.login("A", PIN)[0], 200, "before")
    guess_until_locked(Browser(station, "127.0.0.6"), "A")  # the minute of 127.0.0.7 may be over
    station.stop()
    station.start()
    equal(tv.me()["role"], "viewer", "sessions end with the node")
    equal(Browser(station, "127.0.0.6").login("A", PIN)[0], 429, "who was locked still is")
    equal(Browser(station, "127.0.0.8").login("A", PIN)[0], 200, "others are not")


def a_new_pin_ends_sessions(s, station):
    tv, phone = Browser(station), Browser(station, "127.0.0.8")
    for browser, who, pin in ((tv, "A", PIN), (phone, "B", OTHER_PIN)):
        equal(browser.login(who, pin)[0], 200, f"{who} before")
    station.cli("set-pin", "A", "--pin-file", secret_file(s, "a.pin", PIN))
    equal((tv.me()["role"], phone.me()["who"]), ("viewer", "B"), "A's have ended, B's have not")
    equal(Browser(station, "127.0.0.6").login("A", PIN)[0], 200, "and nobody is locked out of A's")


# --- what a desk may ---------------------------------------------------------------

def what_may_be_asked(county, station):
    viewer, operator, office = Browser(station), Browser(station), Browser(county)
    equal(viewer.post("/api/ask", {"verb": "status"})[0], 401, "nobody")
    equal(operator.login("A", PIN)[0], 200, "operator")
    code, answer = operator.post("/api/ask", {"verb": "status"})
    equal((code, answer["reply"]["name"]), (200, "联坪村"), "status")
    code, answer = operator.post("/api/ask", {"verb": "lessons"})
    equal((code, [row["title"] for row in answer["reply"]]), (200, ["黑山羊"]), "lessons")
    for verb in ("withdraw", "station-accept", "lock", "secret-set", "unlock", "record-add", "", 7):
        equal(operator.post("/api/ask", {"verb": verb})[0], 403, f"an operator asks {verb}")
    equal(operator.post("/api/ask", {"verb": "show", "id": "none"})[0], 404, "what fails")
    equal(operator.ask("POST", "/api/ask", None, PAGE)[0], 400, "no JSON")
    equal(office.login("王丽", PASSWORD)[0], 200, "office")
    equal(office.me()["role"], "office", "her role")
    code, answer = office.post("/api/ask", {"verb": "evidence"})
    equal(code, 200, "the office may")
    equal(office.post("/api/ask", {"verb": "secret-set", "who": "A", "off": True})[0], 403,
          "not everything")


def settings(station):
    """Limits and quota: in node.conf, with what else stands there, and at once."""
    conf = os.path.join(station.dir, "node.conf")
    with open(conf, "a", encoding="utf-8") as file:
        file.write("# the line of the school\nlimit = * 00:00-24:00 down 8M\n")
    operator = Browser(station)
    equal(operator.ask("GET", "/api/conf")[0], 401, "a viewer does not see them")
    operator.login("A", PIN)
    code, answer = operator.post("/api/conf", {"set": {
        "quota": "40G", "limit": ["mon-fri 08:00-18:00 down 2M up 500K", "* 00:00-24:00 down 8M"]}})
    equal(code, 200, f"set: {answer}")
    equal(answer["conf"]["quota"], "40G", "it says so")
    equal(operator.ask("GET", "/api/conf")[1], answer, "and again")
    check(station.status()["cache"]["quota"] == 40 << 30, "the quota is in force")
    code, answer = operator.post("/api/conf", {"set": {"lan-only": True}})
    equal(station.status()["limits"]["lan_only"], True, "so are the limits")
    code, answer = operator.post("/api/conf", {"set": {"lan-only": False}})
    equal(station.status()["limits"]["lan_only"], False, "and back")
    with open(conf, encoding="utf-8") as file:
        text = file.read()
    check("# the line of the school\nlimit = mon-fri 08:00-18:00 down 2M up 500K\n"
          "limit = * 00:00-24:00 down 8M\n" in text and "quota = 40G\n" in text
          and text.count("limit =") == 2 and "lan-only" not in text, text)
    for bad in ({"quota": "a lot"}, {"quota": "0"}, {"name": "x"}, {"limit": ["never"]},
                {"quota": "1G\nname = x"}, {"limit": "x" * 90}, 7):
        equal(operator.post("/api/conf", {"set": bad})[0], 400, f"set {bad}")
    with open(conf, encoding="utf-8") as file:
        equal(file.read(), text, "after mistakes")
    equal(station.cli("status") != "", True, "and it runs")


# --- the office's keys -------------------------------------------------------------

def unlock_for_a_while(county, phrase):
    office = Browser(county)
    equal(office.post("/api/unlock", {"passphrase": phrase, "minutes": 1})[0], 401, "nobody")
    office.login("王丽", PASSWORD)
    equal(office.me()["keys"]["publisher"], "locked", "after the start")
    code, answer = office.post("/api/unlock", {"passphrase": phrase + "x", "minutes": 0})
    equal((code, failed(answer)["args"]["left"]), (401, 4), "a wrong passphrase")
    code, answer = office.ask("POST", "/api/unlock", {"passphrase": phrase, "minutes": 0}, PAGE,
                              keep=True)  # the memory of a connection that is open counts
    equal((code, answer["keys"]["publisher"]), (200, "unlocked"), "the right one")
    nothing_is_left(county, phrase)
    equal(office.post("/api/lock", {})[1]["keys"]["publisher"], "locked", "lock")
    equal(office.post("/api/unlock", {"passphrase": phrase, "minutes": 1})[0], 200, "for a minute")
    for bad in ({"passphrase": ""}, {"passphrase": phrase, "minutes": -1},
                {"passphrase": "x" * 1025, "minutes": 1}, {}):
        equal(office.post("/api/unlock", bad)[0], 400, "a mistake")
    return office


def nothing_is_left(node, phrase):
    """Of what was typed, anywhere in the program's memory."""
    if os.geteuid() != 0:
        return
    pid = node.process.pid
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb") as mem:
        for line in maps:
            span, rights = line.split()[:2]
            start, end = (int(part, 16) for part in span.split("-"))
            if not rights.startswith("rw") or end - start > 256 << 20:
                continue
            try:
                mem.seek(start)
                data = mem.read(end - start)
            except (OSError, ValueError):
                continue  # a guard page
            check(phrase.encode()[-20:] not in data, f"the passphrase lies in {line.strip()}")


# --- a PIN that was forgotten ------------------------------------------------------

def by_telephone(county, township, station):
    station_code = station.status()["code"]
    tv = Browser(station)
    code, asked = tv.post("/api/reset", {"who": "A"})
    equal((code, asked["station"]), (200, station_code), "the station shows what to read out")
    equal(tv.post("/api/reset", {"who": "A"})[1], asked, "a viewer who asks makes it not void")
    answer = township.cli_json("station", "reset-pin", station_code, "A", asked["challenge"])
    equal((len(answer["code"]), answer["name"]), (8, "联坪村"), "the township's code")
    said = township.cli("station", "reset-pin", station_code, "A", asked["challenge"])
    check(answer["code"][:4] + " " + answer["code"][4:] in said, said)
    # The line is not needed.
    township.stop()
    wrong = f"{(int(answer['code']) + 1) % 10**8:08d}"
    code, refused = tv.post("/api/reset", {"who": "A", "code": wrong, "secret": "90210"})
    equal((code, failed(refused)["args"]["left"]), (401, 4), "another code")
    code, _ = tv.post("/api/reset", {"who": "B", "code": answer["code"], "secret": "90210"})
    equal(code, 409, "B has not asked")
    code, _ = tv.post("/api/reset", {"who": "A", "code": answer["code"], "secret": "1111"})
    equal(code, 400, "a silly PIN")
    code, me = tv.post("/api/reset", {"who": "A", "code": answer["code"], "secret": "90210"})
    equal((code, me["role"], me["who"]), (200, "operator", "A"), f"the right one: {me}")
    equal(tv.me()["who"], "A", "A is logged in")
    equal(Browser(station).login("A", PIN)[0], 401, "the old PIN")
    equal(Browser(station).login("A", "90210")[0], 200, "the new one")
    code, _ = tv.post("/api/reset", {"who": "A", "code": answer["code"], "secret": "5566"})
    equal(code, 409, "a code is good once")
    # The county, which enrolled the station, can help as well.
    asked = tv.post("/api/reset", {"who": "B"})[1]
    code = county.cli_json("station", "reset-pin", station_code, "B", asked["challenge"])["code"]
    equal(tv.post("/api/reset", {"who": "B", "code": code, "secret": "90211"})[0], 200, "county")
    # Nobody else can.
    check("no code from this node" in
          station.cli_fails(1, "station", "reset-pin", station_code, "B", asked["challenge"]),
          "the station itself")
    county.cli_fails(2, "station", "reset-pin", station_code, "王丽", asked["challenge"])
    county.cli_fails(2, "station", "reset-pin", station_code, "A", "K3F9")
    county.cli_fails(1, "station", "reset-pin", "00000000", "A", asked["challenge"])


def nobody_helps_who_is_not_enrolled(s, county):
    lonely = s.station(county, region="431081105201", name="lonely", title="白廊村").start()
    lonely.wait_held(county.lessons()[0]["id"])
    code, answer = Browser(lonely).post("/api/reset", {"who": "A"})
    equal((code, failed(answer)["status"]), (404, "not_found"), "no office has enrolled it")
    check("set-pin" in failed(answer)["text"], "it says what to do")


def damaged_file(station):
    """A damaged desk.json keeps the desks shut, and nothing else."""
    station.stop()
    with open(os.path.join(station.dir, "desk.json"), "w", encoding="utf-8") as file:
        file.write("{")
    station.start()
    check("desk.json" in station.log() and "set-pin" in station.log(), "it says so")
    equal(Browser(station).me()["secrets"]["A"], False, "nobody logs in")
    equal(Browser(station).login("A", "90210")[0], 404, "really")
    check("damaged" in station.cli_fails(3, "set-pin", "A", "--off"), "nor is it written over")


def story(s):
    # Plain, because JSON spells others in two ways; long, so that what is freed stays.
    phrase = "goats on the hill, 57 of them by dusk; " * 20
    key = secret_file(s, "county.pass", phrase)
    county = s.county(words=("--passphrase-file", key)).start()
    county.cli("unlock", "--passphrase-file", key)
    lesson = county.publish(s.file("课.bin", 300_000), title="黑山羊")
    township = s.township(county).start()
    station = s.station(township)
    set_without_and_with_a_node(s, station)
    for node in (township, station):
        county.wait_heard_of(node)
        county.enrol(node)
    station.wait_held(lesson["id"])
    county.cli("set-password", "--name", "王丽", "--password-file",
               secret_file(s, "wang.password", PASSWORD))
    login_and_logout(station)
    other_sites_cannot(station)
    wrong_tries_lock(station)
    a_restart_keeps_it(station)
    a_new_pin_ends_sessions(s, station)
    what_may_be_asked(county, station)
    settings(station)
    wait_for(lambda: len(Browser(station).post("/api/reset", {"who": "A"})[1]) == 2, 60,
             "the enrolment is known at the station")
    wait_for(lambda: any(row["state"] == "enrolled" for row in township.cli_json("station", "list")),
             60, "and at the township")
    by_telephone(county, township, station)
    nobody_helps_who_is_not_enrolled(s, county)
    county.stop()
    county.start()
    office = unlock_for_a_while(county, phrase)
    damaged_file(station)
    wait_for(lambda: office.me()["keys"]["publisher"] == "locked", 90, "it is locked again")


run(story)
