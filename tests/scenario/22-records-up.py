# TIMEOUT 240
"""Notes to the office, sealed at a station, go up through the township to the
county; the acknowledgement comes back the same way. The township is killed in
the middle. A stranger's records are held apart until the county accepts it."""
import hashlib
import shutil
import urllib.request

from lib import check, equal, run, stays, wait_for


def story(s):
    county = s.county().start()
    township = s.township(county).start()
    station = s.station(township).start()
    code = county.enrol(station)
    wait_for(lambda: code in [row["code"] for row in station.cli_json("station", "list")],
             30, "the station knows that it is enrolled")

    # One note, up and acknowledged.
    station.add_record("第一张便条")
    wait_for(lambda: station.own_records()["acked"] == 1, 60, "the first is acknowledged")
    equal(county.record_texts(code), ["第一张便条"], "the county reads it")
    equal([log["entries"] for log in township.records("enrolled")], [1],
          "the township carried it")
    check("records.key" in township.cli_fails(1, "records", "read", code),
          "the township cannot read it")

    station.stop()
    backup = s.path("backup")
    shutil.copytree(station.dir, backup)
    station.start()

    # Several, with the township killed between.
    for n in range(2, 6):
        station.add_record(f"第{n}张便条")
        if n == 3:
            township.kill()
    township.start()
    wait_for(lambda: station.own_records()["acked"] == 5, 90, "all are acknowledged")
    equal(county.record_texts(code), ["第一张便条"] + [f"第{n}张便条" for n in range(2, 6)],
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
    wait_for(lambda: station.own_records()["acked"] == 45, 90, "the backlog is acknowledged")
    equal(len(county.record_texts(code)), 45, "each of them once")

    # The station's disk is replaced by an old image of it: what it had sent
    # comes back before it goes on, and the log stays one.
    station.stop()
    shutil.rmtree(station.dir)
    shutil.copytree(backup, station.dir)
    equal(station.own_records()["entries"], 1, "the image knows of one")
    station.start()
    wait_for(lambda: station.own_records()["entries"] == 45, 60, "the others come back")
    station.add_record("换了硬盘")
    wait_for(lambda: station.own_records()["acked"] == 46, 60, "and it goes on")
    equal(county.record_texts(code)[45:], ["换了硬盘"], "behind what was there")

    # A stranger is held apart, and taken for what it is once accepted.
    stranger = s.station(township, region="431081101204", title="新村", name="stranger").start()
    stranger.add_record("我们是新来的")
    wait_for(lambda: [log["entries"] for log in county.records("stranger")] == [1],
             60, "the stranger's note is at the county")
    check("station accept" in county.cli("records"), "it is shown apart")
    stays(lambda: stranger.own_records()["acked"] == 0, 3, "nobody answers for a stranger")
    new_code = county.enrol(stranger)
    wait_for(lambda: stranger.own_records()["acked"] == 1, 120, "acknowledged once enrolled")
    equal(county.record_texts(new_code), ["我们是新来的"], "and read")
    equal(county.records("stranger"), [], "no stranger is left")

    # What others see of the log carries the cosignature.
    origin = "xiangtu/records/" + station.own_records()["node"]
    path = "/tlog/" + hashlib.sha256(origin.encode()).hexdigest() + "/checkpoint"
    for node in (county, township, station):
        note = urllib.request.urlopen(node.url + path, timeout=60).read().decode()
        equal(note.split("\n")[:2], [origin, "46"], f"the log at the {node.name}")
        equal(note.count("\n— "), 2, f"signed by station and county at the {node.name}")


run(story)
