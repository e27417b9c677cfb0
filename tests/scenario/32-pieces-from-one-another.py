# TIMEOUT 150
"""Six stations on one LAN take a lesson from one upstream and from one another.
One that serves is killed, one has bad bytes, one is killed in the middle of it
and goes on where it was."""
import os

from lib import check, equal, run, wait_for

STATIONS = 6
SIZE = 24 << 20
LONG = 32 << 20


def stations_of(s, county, join):
    return [s.station(county, f"4310811012{i:02}", f"村{i}", f"station{i}", join=join).start()
            for i in range(STATIONS)]


def payload_file(node, lesson):
    folder = os.path.join(node.dir, "payload", lesson["btmh"])
    return next(os.path.join(where, name) for where, _, names in os.walk(folder)
                for name in names)


def everybody_has(nodes, county, lesson, what):
    for node in nodes:
        node.wait_held(lesson["id"], 60)
        equal(node.payload(lesson["btmh"]), county.payload(lesson["btmh"]), f"{what}: {node.name}")


def one_that_serves_is_killed(s, county, nodes):
    lesson = county.publish(s.file("二.bin", SIZE), "第二课")
    wait_for(lambda: nodes[0].state(lesson["id"]) in ("fetching", "held"), 20, "it began")
    nodes[0].kill()
    everybody_has(nodes[1:], county, lesson, "without the one that was killed")
    nodes[0].start()
    everybody_has(nodes[:1], county, lesson, "started again")


def one_has_bad_bytes(s, county, nodes, join):
    lesson = county.publish(s.file("三.bin", SIZE), "第三课")
    everybody_has(nodes, county, lesson, "the third lesson")
    with open(payload_file(nodes[1], lesson), "r+b") as f:
        for at in range(0, SIZE, 1 << 20):
            f.seek(at)
            f.write(b"not what was signed")
    late = s.station(county, "431081101299", "新村", "late", join=join, upstream=nodes[1].url,
                     words=["--neighbour", nodes[2].url]).start()
    everybody_has([late], county, lesson, "beside bad bytes")
    equal(late.try_cli("check").code, 0, "all of it is good")
    late.stop()


def one_goes_on_where_it_was(s, county, join):
    """The county is beyond its LAN, over a line of 16 Mbit/s."""
    node = s.station(county, "431081101298", "远村", "far", join=join, words=["--announce", "off"])
    with open(os.path.join(node.dir, "node.conf"), "a", encoding="utf-8") as f:
        f.write(f"lan = {node.address}/32\nlimit = * 00:00-24:00 down 16M\n")
    lesson = county.publish(s.file("长.bin", LONG), "长课")
    node.start()

    def verified():
        jobs = [job for job in node.cli_json("transfers")["fetching"]
                if job["btmh"] == lesson["btmh"]]
        return jobs[0]["verified"] if jobs else 0
    wait_for(lambda: verified() > LONG // 2, 60, "half of it is here")
    node.kill()
    node.start()
    node.wait_held(lesson["id"], 60)
    again = node.status()["http_bytes_in"]
    # What was under way is lost, and what was not a whole piece.
    check(again < LONG // 2 + (4 << 20), f"{again} bytes came after it")
    equal(node.payload(lesson["btmh"]), county.payload(lesson["btmh"]), "bytes as signed")
    node.stop()


def story(s):
    county = s.county().start()
    join = county.join_file()
    one_goes_on_where_it_was(s, county, join)
    nodes = stations_of(s, county, join)
    first = county.publish(s.file("一.bin", SIZE), "第一课")
    everybody_has(nodes, county, first, "the first lesson")
    one_that_serves_is_killed(s, county, nodes)
    one_has_bad_bytes(s, county, nodes, join)


run(story)
