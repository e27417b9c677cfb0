# TIMEOUT 60
"""A second node on a directory, or on a port that is taken, says so and ends;
the first one does not notice."""
import socket

from lib import check, equal, run


def story(s):
    county = s.county().start()
    lesson = county.publish(s.file("1.bin", 100_000), "第一课")
    words = county.cli_fails(1, "run", timeout=20)
    check(county.dir in words or "run" in words, f"says who is in the way: {words}")
    check(county.running(), "the first lives")
    equal(county.state(lesson["id"]), "held", "and answers")

    # Making a node where one is.
    again = county.try_init("--level", "county", "--name", "又一个", "--region", "431081")
    check(again.code not in (0, 2), f"no second node in one directory: {again}")
    equal(county.status()["name"], "资兴市", "name")

    for port, what in ((7433, "http"), (7434, "swarm")):
        other = s.station(county, name=f"station-{what}")
        taken = socket.create_server((other.address, port))
        words = other.cli_fails(1, "run", timeout=20)
        check(f"{other.address}:{port}" in words, f"names the {what} address: {words}")
        taken.close()
        other.start()
        other.wait_held(lesson["id"])
        other.stop()


run(story)
