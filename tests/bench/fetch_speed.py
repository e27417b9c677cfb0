"""One node fetches 2 GiB from another over loopback, until it is held (every
piece verified, all of it flushed), beside two plain libtorrent sessions."""

import contextlib
import os
import statistics
import subprocess
import time

from lib import BIN, Process, check, http_get, wait_for
from rows import Row

MIB = int(os.environ.get("ONE_TO_ONE_MIB", "2048"))
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_of(pid):
    """CPU seconds of a process and all its threads until now."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
        fields = f.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def wait_for_job(node, lesson):
    """When it has begun."""
    while True:
        with contextlib.suppress(OSError):
            if http_get(f"{node.url}/pieces/{lesson['btmh']}?wait=0&pull=0").code == 200:
                return time.monotonic()
        time.sleep(0.005)


def is_held(node, lesson):
    """The node is asked only when the last byte is there: asking costs, too."""
    last = f"bytes={MIB * 1048576 - 1}-"
    return http_get(f"{node.url}/payload/{lesson['btmh']}/{lesson['name']}?wait=0&pull=0",
                    headers={"Range": last}).code == 206 and node.state(lesson["id"]) == "held"


def ours(s, county, lesson, number):
    station = s.station(county, name=f"station{number}", words=("--announce", "off"))
    county_before = cpu_of(county.process.pid)
    station.start(wait=False)
    begun = wait_for_job(station, lesson)
    station_before = cpu_of(station.process.pid)
    wait_for(lambda: is_held(station, lesson), 300, "held", pause=0.02)
    seconds = time.monotonic() - begun
    cpu = cpu_of(county.process.pid) - county_before + cpu_of(station.process.pid) - station_before
    station.stop()
    subprocess.run(["rm", "-rf", station.dir], check=True)
    return MIB * 1.048576 / seconds, cpu / (MIB / 1024)


def plain(s, county, lesson, number):
    program = os.path.join(BIN, "bench_plain_torrent")
    torrent = os.path.join(county.dir, "torrent", lesson["btmh"])
    folder = s.path(f"plain{number}")
    os.makedirs(folder)
    seed = Process(s, f"seed{number}", [program, "seed", torrent,
                                        os.path.join(county.dir, "payload", lesson["btmh"])])
    wait_for(lambda: seed.log().strip().splitlines()[-1:] and
             seed.log().strip().splitlines()[-1].isdigit(), 20, "the seed listens")
    port = seed.log().strip().splitlines()[-1]
    fetch = subprocess.Popen([program, "fetch", torrent, folder, port], stdout=subprocess.PIPE,
                             text=True)
    seconds = float(fetch.stdout.read())
    _, code, usage = os.wait4(fetch.pid, 0)
    fetch.returncode = code
    check(code == 0, "the plain library fetched it")
    cpu = usage.ru_utime + usage.ru_stime + cpu_of(seed.process.pid)
    seed.kill()
    subprocess.run(["rm", "-rf", folder], check=True)
    return MIB * 1.048576 / seconds, cpu / (MIB / 1024)


def measure(b):
    s = b.scenario("one-to-one")
    county = s.county(words=("--announce", "off")).start()
    lesson = county.publish(s.file("大课.bin", MIB << 20), "大课", "产业/养殖", "--no-media",
                            timeout=600)
    lesson["name"] = "%E5%A4%A7%E8%AF%BE.bin"
    seen = []
    for number in range(b.rounds):
        seen.append((ours(s, county, lesson, number), plain(s, county, lesson, number)))
    rate, peer_rate = (statistics.median(one[who][0] for one in seen) for who in (0, 1))
    cpu, peer_cpu = (statistics.median(one[who][1] for one in seen) for who in (0, 1))
    yield Row("one to one, throughput", rate, "MB/s", peer=peer_rate,
              peer_name="two plain libtorrent sessions", target="ratio >= 1.5",
              met=rate / peer_rate >= 1.5,
              note=f"{MIB} MiB over loopback until held: verified and flushed, which the "
                   "peer's is not; rounds: " + ", ".join(f"{one[0][0]:.0f}/{one[1][0]:.0f}"
                                                         for one in seen))
    yield Row("one to one, CPU", cpu, "s/GiB", peer=peer_cpu,
              peer_name="two plain libtorrent sessions", target="ratio <= 0.5",
              met=cpu / peer_cpu <= 0.5, note="both ends together, kernel included")
