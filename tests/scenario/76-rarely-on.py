# TIMEOUT 180
"""Two villages without a line. The box of one is switched on for a minute only,
while the technician is there with the drive, and nobody has studied; to the other
nobody comes. The office can tell them apart: the first is at zero, the second was
not heard from. A drive that is plugged in again and again makes no more of it, and
a month later it is told anew."""
import os

from clocks import at, moment
from drives import Drive, sync
from lib import check, equal, run, wait_for

NOWHERE = "http://127.0.0.1:9"
ALONE = ["--announce", "off"]
MARCH, APRIL = "2031-03", "2031-04"


def it_is(text, *nodes):
    for node in nodes:
        node.env = dict(os.environ, **at(moment(text), sync=True))


def states(county, month):
    """{name: state}, once the office has taken in what it holds."""
    county.cli("records", "import")
    report = county.cli_json("report", "month", month)
    return {row["name"]: row["state"] for row in report["stations"]}


def machines(county, code):
    """What the office reads of the station: how its machine was, and nothing else."""
    items = [item for entry in county.cli_json("records", "read", code)
             for item in entry["batch"]["items"]]
    equal({item["k"] for item in items}, {"machine"} if items else set(), "kinds of items")
    return items


def a_minute(village, drive, times):
    """Switched on, the drive in and out; off again before the day's round."""
    village.start()
    before = village.own_records()["entries"]
    for _ in range(times):
        sync(village, drive)
    grown = village.own_records()["entries"] - before
    village.stop()
    return grown


def story(s):
    county = s.county(words=ALONE)
    drive = Drive(s)
    it_is("2031-03-10 09:00", county)
    visited = s.station(county, "431081101203", "联坪村", "visited", upstream=NOWHERE, words=ALONE)
    left = s.station(county, "431081101204", "黄草村", "left", upstream=NOWHERE, words=ALONE)
    it_is("2031-03-10 10:00", visited, left)
    for village in (visited, left):
        sync(village, drive)
    sync(county, drive)
    code = county.enrol(visited)
    county.enrol(left)
    equal(states(county, MARCH), {"联坪村": "silent", "黄草村": "silent"}, "nobody was heard from")

    sync(county, drive)
    equal(a_minute(visited, drive, 3), 1, "entries of a day with three visits")
    sync(county, drive)
    equal(len(machines(county, code)), 1, "how the machine was")
    check(machines(county, code)[0].get("disk_total"), "with what was found on it")
    equal(states(county, MARCH), {"联坪村": "zero", "黄草村": "silent"}, "who was heard from")

    # A month later, by a node that does not run; and by hand it would not go twice.
    it_is("2031-04-20 09:00", county, visited)
    equal(states(county, APRIL), {"联坪村": "silent", "黄草村": "silent"}, "not in April")
    sync(visited, drive)
    equal(visited.own_records()["entries"], 2, "entries of two months")
    said = visited.cli_json("records", "send")
    equal((said["entries"], said["machine"]), (0, False), "it went today")
    sync(county, drive)
    equal(states(county, APRIL), {"联坪村": "zero", "黄草村": "silent"}, "in April, too")
    sync(visited, drive)
    equal(visited.own_records()["acked"], 2, "and the office's word comes back")


run(story)
