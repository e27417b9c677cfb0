# TIMEOUT 180
"""Two counties give a province their tables: as files, and into one PostgreSQL
database, again and again, with the rows of each replaced by itself alone. At the
office's desk the month's report is asked for, kept as a table, and closed."""
import base64
import csv
import glob
import json
import os
import pwd
import sqlite3
import subprocess
import time

from lib import Skip, check, equal, run, secret_file
from page import Page

PASSWORD = "三月里放羊东山坡"
MONTH = 2024 * 12 + 9  # 2024-10
MONTHS = {MONTH - 1: "2024-09", MONTH: "2024-10"}
NAMES = ["张三", "欧阳淑芬"]


# --- a database of the province's own -------------------------------------------------

class Postgres:
    """A cluster that listens on a socket in a folder of its own."""

    def __init__(self, s):
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
        if not found:
            raise Skip("no PostgreSQL server on this machine")
        self.bin = os.path.dirname(found[-1])
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user:
            try:
                pwd.getpwnam(self.user)
            except KeyError as none:
                raise Skip("root, and no user postgres to run it") from none
        # Its socket's path must be short.
        self.dir = subprocess.run(["mktemp", "-d", "/tmp/xtpg-XXXXXX"], check=True,
                                  capture_output=True, text=True).stdout.strip()
        s.cleanup.callback(lambda: subprocess.run(["rm", "-rf", self.dir], check=False))
        if self.user:
            subprocess.run(["chown", self.user, self.dir], check=True)
        self.call("initdb", "-D", f"{self.dir}/data", "-U", "province", "-A", "trust",
                  "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        self.call("pg_ctl", "-D", f"{self.dir}/data", "-w", "-l", f"{self.dir}/log", "-o",
                  f"-c listen_addresses='' -c unix_socket_directories={self.dir} -c fsync=off",
                  "start")
        s.cleanup.callback(lambda: self.call("pg_ctl", "-D", f"{self.dir}/data", "-m",
                                             "immediate", "stop"))
        self.url = f"postgres://province@/postgres?host={self.dir}"

    def call(self, program, *words):
        as_user = ["setpriv", f"--reuid={self.user}", f"--regid={self.user}",
                   "--clear-groups"] if self.user else []
        with open(os.devnull) as nothing:
            done = subprocess.run([*as_user, f"{self.bin}/{program}", *words], stdin=nothing,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                  text=True, cwd="/", check=False)
        check(done.returncode == 0, f"{program}: {done.stderr}")

    def ask(self, sql):
        done = subprocess.run(["psql", "-X", "-A", "-t", "-d", self.url, "-c", sql],
                              capture_output=True, text=True, check=False)
        check(done.returncode == 0, f"psql: {done.stderr}")
        return [line.split("|") for line in done.stdout.splitlines()]


# --- an office that has heard of its stations -----------------------------------------

def study(number):
    item = {"names": NAMES, "cards": [], "note": "=1+1", "by": NAMES[0]}
    return (1, number, 1, MONTH, 1729000000, None, None, 12, "[]",
            json.dumps({"kind": "disc", "title": "@SUM(A1)", "minutes": 30}), 1800000, 0, 0,
            1, 0, 1, 1, json.dumps(item))


def fill(county, region, minutes):
    """Two stations; sums of two months, a study, a fault, a wish."""
    county.try_cli("report", "close", "2001-01")  # makes records.db
    node = sqlite3.connect(f"{county.dir}/node.db")
    records = sqlite3.connect(f"{county.dir}/records.db")
    for n, (vkey, key) in enumerate(keys(county), 1):
        node.execute("INSERT INTO station (key, log, entry, vkey, region, name, groups, ended,"
                     " since, until) VALUES (?, 1, ?, ?, ?, ?, '管区一', 0, '2020-01-01', '')",
                     (key, n, vkey, f"{region}10{n}203", f"=村{n}"))
        records.execute("INSERT INTO station (id, key, heard_s, through_s) VALUES (?, ?, 1, ?)",
                        (n, key, 1930000000))
        for month in MONTHS:
            records.execute("INSERT INTO sum_station VALUES (?, ?, 0, ?, 0, 0, 0, 1, 0, 12, 0, 0)",
                            (month, n, minutes * 60000))
    columns = [row[1] for row in records.execute("PRAGMA table_info(study)")]
    equal(len(study(5)), len(columns), f"columns of study: {columns}")
    records.execute(f"INSERT INTO study VALUES ({','.join('?' * len(columns))})", study(5))
    records.execute("INSERT INTO fault VALUES (1, 6, 1, 1729000000, 0, ?)",
                    (json.dumps({"what": "tv", "text": f"请找 {NAMES[0]}", "fixed": 0}),))
    records.execute("INSERT INTO wish VALUES (1, 7, 1729000000, ?)", ("想学\t养蜂\\和\n剪枝",))
    node.commit()
    records.commit()
    node.close()
    records.close()


def keys(county):
    """Keys of two nodes that somebody made."""
    for n in (1, 2):
        path = f"{county.dir}-{n}.key"
        county.cli("trust", "key", "new", f"s{n}", "--to", path, "--unprotected")
        with open(path + ".pub", encoding="utf-8") as f:
            vkey = f.read().strip()
        yield vkey, base64.b64decode(vkey.split("+", 2)[2])[1:]


def office(s, name, region, minutes):
    county = s.county(name, region=region, words=(
        "--origin", f"{name}.example/{region}/lessons", "--announce", "off"))
    county.start()
    county.stop()
    fill(county, region, minutes)
    return county


# --- files ----------------------------------------------------------------------------

def read_table(path):
    with open(path, "rb") as f:
        raw = f.read()
    check(raw.startswith(b"\xef\xbb\xbf"), f"{path} begins with a byte order mark")
    return list(csv.reader(raw.decode("utf-8-sig").splitlines())), raw.decode()


def files(s, county):
    folder = s.path("tables")
    county.cli("report", "export", "--to", folder)
    equal(sorted(os.listdir(folder)),
          sorted(f"{table}.csv" for table in ("stations", "places", "groups", "studies",
                                              "personals", "equipment", "faults", "wishes",
                                              "machines")),
          "a file each")
    stations, _ = read_table(f"{folder}/stations.csv")
    equal([row[0] for row in stations], ["month"] + ["2024-09"] * 2 + ["2024-10"] * 2, "months")
    name = stations[0].index("name")
    equal([row[name] for row in stations[1:3]], ["'=村1", "'=村2"], "no formula runs")
    for table in os.listdir(folder):
        _, text = read_table(f"{folder}/{table}")
        for secret in NAMES:
            check(secret not in text, f"{table} names nobody")
    # The register is for the office's own books.
    code = stations[1][stations[0].index("code")]
    county.cli("report", "register", code, "2024-10", "--csv", s.path("register.csv"))
    register, text = read_table(s.path("register.csv"))
    check(NAMES[1] in text and "'=1+1" in text and "disc @SUM(A1)" in text, f"register: {text}")
    equal(len(register), 2, "one study")
    equal(os.stat(s.path("register.csv")).st_mode & 0o777, 0o600, "names are for the owner")


# --- the database ---------------------------------------------------------------------

def rows_of(db, table, office_name):
    return int(db.ask(f"SELECT count(*) FROM xiangtu.{table} WHERE office LIKE '{office_name}%'")
               [0][0])


def joins(db, first, second):
    for county in (first, second, first, first):
        county.cli("report", "export", "--postgres", db.url)
    equal(db.ask("SELECT office, month, sum(minutes), sum(people) FROM xiangtu.stations"
                 " GROUP BY 1, 2 ORDER BY 1, 2"),
          [["first.example/431081/lessons", month, "480", "24"] for month in MONTHS.values()] +
          [["second.example/431003/lessons", month, "20", "24"] for month in MONTHS.values()],
          "both counties, once")
    equal(db.ask("SELECT sum(norm_reached) FROM xiangtu.places WHERE month = '2024-10'"), [["2"]],
          "numbers are numbers")
    equal(db.ask("SELECT text = E'想学\\t养蜂\\\\和\\n剪枝' FROM xiangtu.wishes LIMIT 1"), [["t"]],
          "texts as they were written")
    columns = [row[0] for row in db.ask("SELECT column_name FROM information_schema.columns"
                                        " WHERE table_schema = 'xiangtu'")]
    check(not {"names", "note", "tail", "cards", "by"} & set(columns), f"columns: {columns}")
    # Of one month only that is replaced; a failure replaces nothing.
    db.ask("UPDATE xiangtu.stations SET minutes = 7 WHERE office LIKE 'first%'")
    first.cli("report", "export", "--postgres", db.url, "--month", "2024-10")
    equal(db.ask("SELECT month, sum(minutes) FROM xiangtu.stations WHERE office LIKE 'first%'"
                 " GROUP BY 1 ORDER BY 1"), [["2024-09", "14"], ["2024-10", "480"]], "that month")
    db.ask("ALTER TABLE xiangtu.wishes ADD CHECK (text = 'never') NOT VALID")
    first.cli_fails(1, "report", "export", "--postgres", db.url)
    equal(rows_of(db, "stations", "first"), 4, "all or nothing")
    equal(db.ask("SELECT sum(minutes) FROM xiangtu.stations WHERE office LIKE 'first%'"),
          [["494"]], "as it was")
    first.cli_fails(1, "report", "export", "--postgres", "postgres://nobody@/none?host=/nowhere")


# --- the desk -------------------------------------------------------------------------

def desk(s, county):
    county.cli("set-password", "--password-file", secret_file(s, "password", PASSWORD))
    county.start()
    d = Page(county)
    d.log_in("office", PASSWORD)
    report = d.good("/api/report?month=2024-10&rank=1")
    equal((report["total"]["minutes"], report["total"]["norm_reached"], report["closed"]),
          (480, 2, None), "the report")
    equal([row["rank"] for row in report["stations"]], [1, 1], "ranks, for who asks")
    check("rank" not in d.good("/api/report?month=2024-10")["stations"][0], "and else none")
    # Beside the running node the command line reads the same.
    beside = county.cli_json("report", "month", "2024-10")
    equal(beside["stations"], d.good("/api/report?month=2024-10")["stations"], "the same")
    station = report["stations"][0]["code"]
    books = d.good(f"/api/report/station?code={station}&month=2024-10")
    equal(books["studies"][0]["names"], NAMES, "the register")
    equal(d.good("/api/report/wishes")["wishes"][0]["code"], station, "whose wish")
    why = {row["why"] for row in d.good("/api/report/attention")["township"]}
    check("fault" in why, f"attention: {why}")
    answer, text = d.send("/api/report/csv?what=stations&month=2024-10", Accept_Language="zh-CN")
    equal((answer.status, answer.headers["Content-Type"], answer.headers["Content-Disposition"]),
          (200, "text/csv; charset=utf-8", 'attachment; filename="stations-2024-10.csv"'), "kept")
    check(text.decode("utf-8-sig").startswith("月份,区划代码"), f"titles: {text[:60]}")
    for path, code in (("/api/report?month=2024-13", 400), ("/api/report?region=11", 404),
                       ("/api/report/csv?what=people", 400),
                       ("/api/report/station?code=00000000", 404),
                       (f"/api/report/photo?station={station}&study=0000000000000005", 404)):
        equal(d.ask(path)[0], code, path)
    d.cookie, mine = None, d.cookie
    check(d.ask("/api/report")[0] in (401, 403), "only for the office")
    d.cookie = mine
    close(d, county)


def close(d, county):
    equal(d.ask("/api/report/close", {"month": "2099-01"})[0], 400, "it runs")
    equal(d.good("/api/report/close", {"month": "2024-10"})["stations"], 2, "closed")
    check(d.good("/api/report?month=2024-10")["closed"]["at_s"] > 0, "seen at once")
    equal(d.ask("/api/report/close", {"month": "2024-10"})[0], 409, "once")
    check("closed already" in county.cli_fails(1, "report", "close", "2024-10"), "in words")
    county.stop()
    records = sqlite3.connect(f"{county.dir}/records.db")
    records.execute("INSERT INTO late VALUES (?, 1, ?, 0, 600000, 0, 0, 0, 1, 0, 3, 0, 0)",
                    (MONTH, 20100))
    records.execute("UPDATE station SET through_s = 1")
    records.commit()
    records.close()
    report = county.cli_json("report", "month", "2024-10")
    equal((report["total"]["minutes"], report["total"]["silent"]), (480, 0), "as it was")
    equal((report["supplement"]["total"]["minutes"], report["supplement"]["to"]),
          (10, time.strftime("%Y-%m-%d", time.gmtime(20100 * 86400))), "and what came later")


def story(s):
    db = Postgres(s)
    first = office(s, "first", "431081", 240)
    second = office(s, "second", "431003", 10)
    files(s, first)
    joins(db, first, second)
    desk(s, first)


run(story)
