# TIMEOUT 120
"""A station without a clock battery wakes up in 1970, another one thinks it is
2100, and the clock of a third jumps between two starts: all of them join, follow
and hold. A county in 1970 can publish, and is believed."""
import os

from clocks import in_year
from lib import check, equal, http_get, run


def story(s):
    county = s.county().start()
    past = s.station(county, name="in1970", env=in_year(1970)).start()
    future = s.station(county, name="in2100", env=in_year(2100)).start()
    jumps = s.station(county, name="jumps", env=in_year(2100)).start()
    lesson = county.publish(s.file("1.bin", 300_000), "第一课", "产业/养殖", "--expires", "2099-01-01")
    for station in (past, future, jumps):
        station.wait_held(lesson["id"])

    # The clock goes back by 130 years between two starts.
    jumps.stop()
    jumps.env = dict(os.environ, **in_year(1970))
    jumps.start()
    second = county.publish(s.file("2.bin", 300_000), "第二课")
    for station in (past, future, jumps):
        station.wait_held(second["id"])
        equal(station.state(lesson["id"]), "held", "still held")
        check(all(log["size"] == 2 for log in station.status()["logs"]), "follows")
        check(all(log["heard_s"] >= 0 for log in station.status()["logs"]), "no negative ages")
        # Whatever the clock says: listed, had, played; its age is said where it is known.
        equal(len(station.lessons()), 2, "both are listed")
        check(station.get(lesson["id"]), "it is had")
        equal(http_get(station.url + "/payload/" + lesson["btmh"] + "/1.bin").code, 200, "played")
    equal([n.status()["clock_good"] for n in (past, future, jumps)], [False, True, False],
          "whose clock can be reckoned with")
    equal([n.status()["logs"][0]["news"]["age_s"] is None for n in (past, jumps)], [True, True],
          "without a clock no age is made up")
    check(future.status()["logs"][0]["news"]["age_s"] < 86400, "by its own clock it is new")

    # A whole county in 1970; a station that knows better joins it.
    old = s.county("old", region="431022", title="宜章县", env=in_year(1970)).start()
    early = old.publish(s.file("3.bin", 100_000), "旧时钟的课", "产业")
    now = s.station(old, "431022101203", "现在", "now").start()
    now.wait_held(early["id"])
    equal(http_get(now.url + "/trust/trust.note").code, 200, "trust")
    for node in (past, future, jumps, old, now):
        check(node.running(), f"{node.name} runs")


run(story)
