"""E: how soon a small document that the county publishes is held at the third
level: county, township, station; nothing else moves on the lines."""

import statistics
import time

from lab import Plan, laboratory
from lib import wait_for
from nodes import LabNode
from rows import Row

SIZE, DOCUMENTS, TARGET_S = 1_000_000, 10, 2


def chain(s, lab):
    county = LabNode(s, lab, "county")
    county.init("--level", "county", "--name", "资兴市", "--region", "431081")
    county.start()
    township = LabNode(s, lab, "t1s1", "township").join("township", county, region="431081101")
    township.start()
    station = LabNode(s, lab, "t1s2", "station").join("station", township)
    station.start()
    return county, township, station


def publish_one(s, county, nodes, number):
    """Seconds from the call of `publish` until each node holds it."""
    path = s.file(f"{number}.pdf", SIZE)
    start = time.monotonic()
    lesson = county.publish(path, f"第{number}份", "通知", "--no-media")
    published = time.monotonic() - start
    held = {}
    while len(held) < len(nodes):
        for node in nodes:
            if node not in held and node.holds(lesson["id"]):
                held[node] = time.monotonic() - start
        if time.monotonic() - start > 120:
            raise AssertionError("after 120 s it is not held at the third level")
        time.sleep(0.005)
    return published, [held[node] for node in nodes]


def rows_of(b, words, plan, target):
    with b.told(f"E, {words}") as s, laboratory(b.lab_name, plan) as lab:
        county, *below = chain(s, lab)
        first = county.publish(s.file("first.bin", 20_000), "第一课", "产业", "--no-media")
        for node in below:
            wait_for(lambda node=node: node.holds(first["id"]), 60, f"{node.name} holds it")
        seen = []
        for number in range(DOCUMENTS):
            time.sleep(1)  # idle
            seen.append(publish_one(s, county, below, number))
    third = [held[-1] for _, held in seen]
    yield Row(f"E. 1 MB to the third level, {words}: worst of {DOCUMENTS}", max(third), "s",
              target=f"<= {target} s", met=max(third) <= target,
              note=f"median {statistics.median(third):.2f} s, from the call of `publish`, which "
                   f"returns after {statistics.median(done for done, _ in seen):.2f} s; the "
                   f"township holds it after {statistics.median(held[0] for _, held in seen):.2f}"
                   " s")


def measure(b):
    yield from rows_of(b, "lines of 100 Mbit/s", Plan(
        stations=2, uplink_down=100, uplink_up=100), TARGET_S)
    yield from rows_of(b, "a line of 8 Mbit/s", Plan(stations=2), TARGET_S)
