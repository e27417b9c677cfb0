# TIMEOUT 180
"""Visits that end before they are done: Ctrl-C, a kill of the visit, of the node
beside it, of both, at any moment of a slow drive. Whatever was copied counts, no
list is shorter, nobody reads "safe to remove" of a visit that did not end, and
the next one completes the rest. Two drives at once are two visits that both
end well."""
import json
import os
import signal
import subprocess
import time
import urllib.request

from drives import Drive, sync
from lib import DONE, FAILED, ForgetFS, LONG, check, equal, run, wait_for

ROUNDS = 40 if LONG else 8
MEGABYTES = 3


def page(node):
    with urllib.request.urlopen(node.url + "/drive.json", timeout=60) as answer:
        return json.load(answer)


def listed(drive):
    return set(drive.read(".xiangtu", "list", "place").split())


def begin(node, drive):
    return subprocess.Popen(node.command("drive", "sync", drive.path, "--json"),
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=node.env)


def held(node):
    return {lesson["id"] for lesson in node.lessons() if lesson["state"] == "held"}


def interrupt(s, county, fs, good, number):
    """One station whose visit is interrupted, and then not."""
    kind = ("int", "kill", "node", "both", "term", "killed county")[number % 6]
    drive = Drive(s, fs.path)
    station = s.station(county, name=f"station-{number}", region=f"4310811012{number:02}",
                        words=["--announce", "off"])
    beside = kind != "int" or number % 12 == 0
    if beside:
        station.start()
    names = listed(drive)
    who = county if kind == "killed county" else station
    started = time.time()
    process = begin(who, drive)
    time.sleep(s.random.uniform(0.05, 2.0))
    if kind in ("int", "term"):
        process.send_signal(signal.SIGINT if kind == "int" else signal.SIGTERM)
    if kind in ("kill", "both", "killed county"):
        process.kill()
    if kind in ("node", "both"):
        station.kill()
    try:
        out, said = process.communicate(timeout=240)
    except subprocess.TimeoutExpired:
        process.kill()
        check(False, f"{kind}: the visit has not ended")
    check("Sanitizer" not in said.decode(errors="replace"), said)
    if out:
        report = json.loads(out)
        equal(report["safe"], report["state"] in ("done", "some_left"), f"{kind}: {report}")
        if process.returncode >= 0:  # not killed behind its last word
            equal(process.returncode, DONE if report["safe"] else FAILED, f"{kind}: {report}")
        check(time.time() - started < 120, f"{kind}: it took its time to end")
    check(names <= listed(drive), f"{kind}: the list is shorter")
    if kind in ("node", "both"):
        station.start()
    if beside and kind != "killed county" and not out:
        last = page(station)["last"]
        check(last is None or not last["safe"] or last["at"] < started - 1,
              f"{kind}: {last} of a visit that was killed")
    fs.slow(0)
    result = sync(station, drive)
    check(not result.report["trouble"], f"{kind}: {result}")
    wait_for(lambda: held(station) == held(county), 30, f"{kind}: all lessons are there")
    if beside:
        equal(page(station)["last"]["state"], "done", f"{kind}: the page")
        station.stop()
    equal(station.try_cli("check").code, DONE, f"{kind}: check")
    equal(sync(county, drive).report["state"], "done", f"{kind}: back at the county")
    fs.slow(MEGABYTES << 20)


def two_drives(s, county, good):
    """Each log is taken in whole from one of them, and none is damaged."""
    entries = sum(log["size"] for log in county.status()["logs"])
    for number in range(3):
        station = s.station(county, name=f"two-{number}", region=f"4310811013{number:02}",
                            words=["--announce", "off"]).start()
        drives = [good.copy(), good.copy(), good.copy()]
        visits = [begin(station, drive) for drive in drives]
        for visit in visits:
            out, said = visit.communicate(timeout=240)
            report = json.loads(out)
            equal((visit.returncode, report["trouble"]), (DONE, []), f"one of many: {report} {said}")
        equal(sum(log["size"] for log in station.status()["logs"]), entries, "the catalog")
        wait_for(lambda: held(station) == held(county), 30, "all lessons are there")
        station.stop()
        equal(station.try_cli("check").code, DONE, "check")


def story(s):
    fs = ForgetFS(s)
    county = s.county(words=["--announce", "off"])
    for number in range(3):
        county.publish(s.file(f"{number}.bin", MEGABYTES << 20), f"课{number}", "产业/养殖",
                       "--no-media")
    # Many entries: their catalog takes a while.
    for number in range(12):
        county.publish(s.file(f"s{number}.bin", 1000 + number), f"小课{number}", "产业", "--no-media")
    good = Drive(s)
    sync(county, good)
    sync(county, Drive(s, fs.path))
    two_drives(s, county, good)
    fs.slow(MEGABYTES << 20)
    for number in range(ROUNDS):
        interrupt(s, county, fs, good, number)
    print(f"{ROUNDS} interrupted visits", flush=True)


run(story)
