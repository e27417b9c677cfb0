"""A station that knows nothing takes in a log of 100,000 lessons."""

import os
import shutil
import statistics
import subprocess
import time

from lib import check, equal, http_get, wait_for
from rows import Row, memory_of

ENTRIES = 100_000
BUNDLE = 256


def bundle_paths(size):
    for n in range((size + BUNDLE - 1) // BUNDLE):
        width = min(BUNDLE, size - n * BUNDLE)
        path = f"x{n // 1000:03}/{n % 1000:03}" if n >= 1000 else f"{n:03}"
        yield path if width == BUNDLE else f"{path}.p/{width}"


def plain_download(s, county, log_hash):
    """curl takes the same bundles, nothing verified: (seconds, bytes)."""
    if not shutil.which("curl"):
        return None, None
    folder = s.path(f"curl-{time.monotonic_ns()}")
    os.mkdir(folder)
    config = s.path("curl.conf")
    with open(config, "w") as f:
        for i, path in enumerate(bundle_paths(ENTRIES)):
            f.write(f'url = "{county.url}/tlog/{log_hash}/tile/entries/{path}"\n'
                    f'output = "{folder}/{i}"\n')
    start = time.monotonic()
    subprocess.run(["curl", "-sfZ", "--parallel-max", "8", "-H", "Accept-Encoding: zstd",
                    "-K", config], check=True, stderr=subprocess.DEVNULL)
    subprocess.run(["sync", "-f", folder], check=True)
    took = time.monotonic() - start
    size = sum(entry.stat().st_size for entry in os.scandir(folder))
    shutil.rmtree(folder)
    return took, size


def one_sync(s, county, log_hash, join, number):
    station = s.station(county, name=f"station-{number}", join=join,
                        words=("--announce", "off"))
    took = {}
    start = time.monotonic()
    station.start(wait=False)

    def served():
        # A node shows a checkpoint only of what it has verified and committed.
        answer = http_get(f"{station.url}/tlog/{log_hash}/checkpoint", timeout=5)
        return answer.code == 200 and int(answer.text().splitlines()[1]) == ENTRIES
    wait_for(served, 120, "the log is here", pause=0.002)
    took["durable"] = time.monotonic() - start
    status = station.status()
    equal(status["logs"][0]["size"], ENTRIES, "size of the log")
    took["bytes"] = status["http_bytes_in"] + status["http_bytes_out"]
    wait_for(lambda: station.status()["logs"][0]["indexed"] == ENTRIES, 300,
             "lessons are up to date", pause=0.25)
    took["indexed"] = time.monotonic() - start
    wait_for(lambda: station.lessons("末课"), 300, "search is up to date", pause=0.25)
    took["searched"] = time.monotonic() - start
    took["rss"] = memory_of(station.process.pid)["VmRSS"] / 1024
    station.stop()
    shutil.rmtree(station.dir)
    return took


def measure(b):
    s = b.scenario("cold-sync")
    county = s.county(words=("--announce", "off"))
    made = b.fill(county, ENTRIES)
    county.start()
    log_hash = county.status()["logs"][0]["hash"]
    join = county.join_file()
    syncs, plain, plain_size = [], [], None
    for number in range(b.rounds):
        took, plain_size = plain_download(s, county, log_hash)
        plain.append(took)
        syncs.append(one_sync(s, county, log_hash, join, number))
    check(len(syncs) > 0, "at least one round")

    def median(key):
        return statistics.median(one[key] for one in syncs)

    rate = ENTRIES / median("durable")
    peer = ENTRIES / statistics.median(plain) if plain[0] else None
    yield Row("cold sync, entries a second", rate, "/s", peer=peer,
              peer_name="curl and sync of the same bundles, nothing verified",
              target=">= 100,000", met=rate >= 100_000,
              note="from the start of the program to a log that is verified, committed and "
                   f"flushed: {median('durable') * 1000:.0f} ms; {ENTRIES:,} lessons of "
                   f"{made['entry_bytes']:.0f} bytes; slowest round "
                   f"{ENTRIES / max(one['durable'] for one in syncs):,.0f}/s")
    per_entry = median("bytes") / ENTRIES
    yield Row("cold sync, bytes an entry", per_entry, "B",
              peer=plain_size / ENTRIES if plain_size else None,
              peer_name="bodies of the bundles alone (zstd)", target="<= 150",
              met=per_entry <= 150,
              note="HTTP both ways with heads: /heads, trust, tiles and bundles")
    yield Row("cold sync, lessons up to date", median("indexed"), "s",
              peer=median("durable"), peer_name="the log itself",
              note="in slices of 30 ms on the loop, which answers meanwhile")
    yield Row("cold sync, search up to date", median("searched"), "s",
              peer=median("durable"), peer_name="the log itself",
              note=f"the node is then {median('rss'):.0f} MiB resident")
