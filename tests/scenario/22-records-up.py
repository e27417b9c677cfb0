# TIMEOUT 240
"""Notes to the office, sealed at a station, go up through the township to the
county; the acknowledgement comes back the same way. The township is killed in
the middle. A stranger's records are held apart until the county accepts it."""
import hashlib
import shutil
import urllib.request

from lib import check, equal, run, stays, wait_for


def records(node, standing=None):
    return [log for log in node.cli_json("records")
            if standing is None or log["standing"] == standing]


def own(node):
    found = records(node, "own")
    return found[0] if found else {"entries": 0, "acked": 0}


def add(s, station, text):
    path = s.path("note.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    station.cli("records", "add", path)


def texts(county, code):
    return [entry["text"] for entry in county.cli_json("records", "read", code)]


def enrol(county, station):
    """The code by which the county knows the station that it now accepts."""
    code = station.cli_json("status")["code"]
    wait_for(lambda: any(row["code"] == code for row in county.cli_json("station", "list")),
             60, "the county has heard of the station")
    county.cli("station", "accept", code)
    return code


def story(s):
    county = s.county().start()
    township = s.township(county).start()
    station = s.station(township).start()
    code = enrol(county, station)
    wait_for(lambda: code in [row["code"] for row in station.cli_json("station", "list")],
             30, "the station knows that it is enrolled")

    # One note, up and acknowledged.
    add(s, station, "第一张便条")
    wait_for(lambda: own(station)["acked"] == 1, 60, "the first is acknowledged")
    equal(texts(county, code), ["第一张便条"], "the county reads it")
    equal([log["entries"] for log in records(township, "enrolled")], [1],
          "the township carried it")
    check("records.key" in township.cli_fails(1, "records", "read", code),
          "the township cannot read it")

    station.stop()
    backup = s.path("backup")
    shutil.copytree(station.dir, backup)
    station.start()

    # Several, with the township killed between.
    for n in range(2, 6):
        add(s, station, f"第{n}张便条")
        if n == 3:
            township.kill()
    township.start()
    wait_for(lambda: own(station)["acked"] == 5, 90, "all are acknowledged")
    equal(texts(county, code), ["第一张便条"] + [f"第{n}张便条" for n in range(2, 6)],
          "each of them once")

    # A backlog longer than one body takes, made while nobody could be reached.
    township.stop()
    station.stop()
    path = s.path("long.txt")
    with open(path, "wb") as file:
        file.write(b"x" * 61_000)
    for _ in range(40):
        station.cli("records", "add", path)
    station.start()
    township.start()
    wait_for(lambda: own(station)["acked"] == 45, 90, "the backlog is acknowledged")
    equal(len(texts(county, code)), 45, "each of them once")

    # The station's disk is replaced by an old image of it: what it had sent
    # comes back before it goes on, and the log stays one.
    station.stop()
    shutil.rmtree(station.dir)
    shutil.copytree(backup, station.dir)
    equal(own(station)["entries"], 1, "the image knows of one")
    station.start()
    wait_for(lambda: own(station)["entries"] == 45, 60, "the others come back")
    add(s, station, "换了硬盘")
    wait_for(lambda: own(station)["acked"] == 46, 60, "and it goes on")
    equal(texts(county, code)[45:], ["换了硬盘"], "behind what was there")

    # A stranger is held apart, and taken for what it is once accepted.
    stranger = s.station(township, region="431081101204", title="新村", name="stranger").start()
    add(s, stranger, "我们是新来的")
    wait_for(lambda: [log["entries"] for log in records(county, "stranger")] == [1],
             60, "the stranger's note is at the county")
    check("station accept" in county.cli("records"), "it is shown apart")
    stays(lambda: own(stranger)["acked"] == 0, 3, "nobody answers for a stranger")
    new_code = enrol(county, stranger)
    wait_for(lambda: own(stranger)["acked"] == 1, 120, "acknowledged once enrolled")
    equal(texts(county, new_code), ["我们是新来的"], "and read")
    equal(records(county, "stranger"), [], "no stranger is left")

    # What others see of the log carries the cosignature.
    origin = "xiangtu/records/" + own(station)["node"]
    path = "/tlog/" + hashlib.sha256(origin.encode()).hexdigest() + "/checkpoint"
    for node in (county, township, station):
        note = urllib.request.urlopen(node.url + path, timeout=10).read().decode()
        equal(note.split("\n")[:2], [origin, "46"], f"the log at the {node.name}")
        equal(note.count("\n— "), 2, f"signed by station and county at the {node.name}")


run(story)
