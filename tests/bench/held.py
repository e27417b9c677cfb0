"""A node that holds 5,000 lessons of 512 MiB, beside libtorrent alone with all
of them loaded. Their files are holes: what is measured is not the disk."""

import glob
import os
import statistics
import subprocess
import time

from lib import BIN, http_get, wait_for
from rows import Row, memory_of

LESSONS, BYTES, IDLE_S, STARTS = 5_000, 512 * 1024 * 1024, 8, 5
PLAIN = os.path.join(BIN, "bench_plain_torrent")


def time_to_serve(node):
    start = time.monotonic()
    node.start(wait=False)
    wait_for(lambda: http_get(node.url + "/heads?after=0", timeout=5).code == 200, 60,
             "it serves", pause=0.001)
    return time.monotonic() - start


def plain(node):
    """Seconds until libtorrent alone has added all, and its memory in MiB."""
    process = subprocess.Popen(
        [PLAIN, "hold", os.path.join(node.dir, "torrent"), os.path.join(node.dir, "payload")],
        stdout=subprocess.PIPE, text=True)
    try:
        count, seconds = process.stdout.readline().split()
        if int(count) != LESSONS:
            raise AssertionError(f"it has {count} of {LESSONS}")
        time.sleep(IDLE_S)
        return float(seconds), memory_of(process.pid)["VmRSS"] / 1024
    finally:
        process.kill()
        process.wait()


def measure(b):
    s = b.scenario("held")
    county = s.county(words=("--announce", "off"))
    b.make_county("append", county.dir, LESSONS, LESSONS, BYTES, "sparse")
    if len(glob.glob(os.path.join(county.dir, "payload", "*"))) != LESSONS:
        raise AssertionError("not all were made")
    starts = []
    for _ in range(STARTS):
        starts.append(time_to_serve(county))
        if len(starts) < STARTS:
            county.stop()
    time.sleep(IDLE_S)
    status = county.status()
    node, engine = memory_of(county.process.pid), memory_of(status["engine_pid"])
    if status["lessons"]["held"] != LESSONS:
        raise AssertionError(f"held: {status['lessons']}")
    county.stop()
    ready, alone = plain(county)
    yield Row("engine, 5,000 lessons of 512 MiB held", engine["VmRSS"] / 1024, "MiB", peer=alone,
              peer_name="libtorrent alone, all loaded", target="<= 80 MB",
              met=engine["VmRSS"] * 1024 <= 80e6,
              note=f"{status['engine_loaded']} of them loaded: the rest is when somebody asks")
    yield Row("its node", node["VmRSS"] / 1024, "MiB", target="<= 64 MB",
              met=node["VmRSS"] * 1024 <= 64e6,
              note=f"most ever {node['VmHWM'] / 1024:.0f}, its own pages "
                   f"{node['RssAnon'] / 1024:.0f}")
    serve = statistics.median(starts)
    yield Row("start to serving them", serve * 1000, "ms", peer=ready * 1000,
              peer_name="libtorrent alone, until all are added", target="<= 1000",
              met=serve <= 1, note=f"slowest of {STARTS}: {max(starts) * 1000:.0f}")
