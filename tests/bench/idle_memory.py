"""What a node needs that does nothing: 10,000 lessons known, 1,000 held."""

import os
import shutil
import statistics
import subprocess
import time

from lib import XIANGTU, equal, http_get, wait_for
from rows import Row, memory_of

KNOWN, HELD, IDLE_S, STARTS = 10_000, 1_000, 10, 5


def run_alone():
    """The time of a start that does nothing."""
    start = time.monotonic()
    subprocess.run([XIANGTU, "--version"], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - start


def time_to_serve(node):
    start = time.monotonic()
    node.start(wait=False)
    wait_for(lambda: http_get(node.url + "/heads?after=0", timeout=2).code == 200, 60,
             "it serves", pause=0.001)
    return time.monotonic() - start


def make_station(b, s):
    """A station that has taken in everything and holds a tenth of it."""
    county = s.county(words=("--announce", "off"))
    b.fill(county, KNOWN, HELD)
    station = s.station(county, words=("--announce", "off"))
    for folder in ("payload", "torrent"):
        shutil.copytree(os.path.join(county.dir, folder), os.path.join(station.dir, folder),
                        dirs_exist_ok=True)
    b.make_county("hold", station.dir)
    county.start()
    station.start()

    def complete():
        lessons = station.status()["lessons"]
        return lessons["known"] == KNOWN and lessons["held"] == HELD
    wait_for(complete, 120, "the station has it all", pause=0.25)
    wait_for(lambda: station.lessons("末课"), 120, "search, too", pause=0.25)
    station.stop()
    return county, station


def measure(b):
    s = b.scenario("memory")
    county, station = make_station(b, s)
    starts, alone = [], []
    for _ in range(STARTS):
        starts.append(time_to_serve(station))
        station.stop()
        alone.append(run_alone())
    station.start()
    empty = s.county(name="empty", words=("--announce", "off")).start()
    time.sleep(IDLE_S)
    node, engine = memory_of(station.process.pid), memory_of(station.status()["engine_pid"])
    equal(station.status()["lessons"]["held"], HELD, "lessons held")
    office = memory_of(county.process.pid)
    empty_node = memory_of(empty.process.pid)
    empty_engine = memory_of(empty.status()["engine_pid"])
    yield Row("idle node, resident", node["VmRSS"] / 1024, "MiB", peer=empty_node["VmRSS"] / 1024,
              peer_name="a node without a lesson", target="<= 48",
              met=node["VmRSS"] <= 48 * 1024,
              note=f"own pages {node['RssAnon'] / 1024:.1f}, of files "
                   f"{node['RssFile'] / 1024:.1f}, most ever {node['VmHWM'] / 1024:.1f}; the "
                   f"county that published it all {office['VmRSS'] / 1024:.1f}")
    yield Row("idle engine, resident", engine["VmRSS"] / 1024, "MiB", peer=empty_engine["VmRSS"] / 1024,
              peer_name="its engine", target="<= 64",
              met=engine["VmRSS"] <= 64 * 1024,
              note=f"own pages {engine['RssAnon'] / 1024:.1f}, of files "
                   f"{engine['RssFile'] / 1024:.1f}")
    serve, bare = statistics.median(starts), statistics.median(alone)
    yield Row("start to serving", serve * 1000, "ms", peer=bare * 1000,
              peer_name="`xiangtu --version`", target="<= 1000", met=serve <= 1,
              note=f"exec to the first 200 on /heads; slowest of {STARTS}: "
                   f"{max(starts) * 1000:.0f}")
