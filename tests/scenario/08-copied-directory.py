# TIMEOUT 180
"""One installed data directory was copied to many boxes. Each says that it is a
copy and how to go on; with a new identity all of them work side by side. Nobody
takes it for a fork."""
import os
import shutil

from lib import DONE, LONG, check, equal, run, wait_for


def copies_of_a_station(s, county):
    station = s.station(county).start()
    lesson = county.publish(s.file("1.bin", 200_000), "第一课")
    station.wait_held(lesson["id"])
    station.stop()
    copies = [station.copy(f"copy{n}") for n in range(20 if LONG else 4)]
    station.start()

    # On this same machine.
    refused = copies[0].cli_fails(1, "run", timeout=20)
    check("copy" in refused and "new-identity" in refused, f"says what to do: {refused}")

    # As if each stood on a machine of its own.
    for copy in copies:
        with open(os.path.join(copy.dir, "machine"), "w") as f:
            f.write(f"another machine, {copy.name}\n")
    refused = copies[0].try_cli("run", timeout=20)
    check(refused.code not in (0, 2), f"does not run as if nothing had happened: {refused}")
    check("new-identity" in refused.err and "moved" in refused.err, f"says both ways: {refused}")

    for copy in copies:
        equal(copy.try_cli("init", "--new-identity").code, DONE, "a new identity on request")
        copy.start()
    names = [node.status()["node"] for node in (station, *copies)]
    equal(len(set(names)), len(names), "identities")
    for copy in copies:
        equal(copy.state(lesson["id"]), "held", "what was held was copied with it")
    more = county.publish(s.file("2.bin", 200_000), "第二课")
    for node in (station, *copies):
        node.wait_held(more["id"], 90)
    for copy in copies:
        copy.stop()
    return station


def a_moved_directory(station):
    """The box broke, its disk went into another one: the identity stays."""
    name = station.status()["node"]
    station.stop()
    with open(os.path.join(station.dir, "machine"), "w") as f:
        f.write("the broken box\n")
    check(station.try_cli("run", timeout=20).code not in (0, 2), "asks first")
    station.cli("init", "--moved")
    station.start()
    equal(station.status()["node"], name, "identity")


def a_copied_county(s, county, station):
    """A copy that takes a new identity does not write the county's log."""
    copy = county.copy("county-copy")
    shutil.copy(s.file("3.bin", 1000), copy.dir)
    with open(os.path.join(copy.dir, "machine"), "w") as f:
        f.write("another machine\n")
    copy.cli("init", "--new-identity")
    refused = copy.try_cli("publish", s.file("4.bin", 1000), "--title", "不行", "--topic", "产业")
    check(refused.code != DONE, "a copy cannot publish in the county's name")
    last = county.publish(s.file("5.bin", 100_000), "第三课")
    station.wait_held(last["id"])
    wait_for(lambda: station.heads() == county.heads(), 20, "one history")


def story(s):
    county = s.county().start()
    station = copies_of_a_station(s, county)
    a_moved_directory(station)
    a_copied_county(s, county, station)
    check(not any(log.get("forked") for log in station.status()["logs"]), "not a fork")


run(story)
