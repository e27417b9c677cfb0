# TIMEOUT 120
"""Nodes are stopped and started again: all they had is there, and what happened
meanwhile is caught up with. Verbs work on the directory while no node runs."""
from lib import check, equal, is_running, run, wait_for


def story(s):
    county = s.county()
    # Before the first run, and with no node running.
    offline = county.publish(s.file("一.bin", 400_000), "第一课")
    equal(county.state(offline["id"]), "held", "published without a running node")
    county.start()
    station = s.station(county).start()
    station.wait_held(offline["id"])
    heads = station.heads()

    station.stop()
    equal(station.heads(), heads, "status of a stopped node")
    equal(station.state(offline["id"]), "held", "lessons of a stopped node")
    check(station.get(offline["id"]), "get from a stopped node")
    missed = [county.publish(s.file(f"{n}.bin", 100_000), f"第{n}课")["id"] for n in (2, 3)]
    county.stop()

    station.start()
    equal(station.state(offline["id"]), "held", "held across a restart, with nobody else there")
    equal(station.heads(), heads, "the log across a restart")
    check(not any(u["ok"] for u in station.status()["upstreams"]), "the upstream is away")
    county.start()
    for lesson in missed:
        station.wait_held(lesson, 90)
    equal(station.heads(), county.heads(), "caught up")

    # What an operator chose stays chosen.
    station.cli("drop", missed[0])
    station.stop()
    station.start()
    check(station.state(missed[0]) in ("known", "wanted") and
          not station.payload(station.lesson(missed[0])["btmh"]), "dropped stays dropped")
    station.cli("pin", missed[0])
    station.wait_held(missed[0])

    # An orderly end leaves no engine behind.
    engines = station.engines()
    station.stop()
    wait_for(lambda: not any(map(is_running, engines)), 5, "the engine has ended")
    county.stop()


run(story)
