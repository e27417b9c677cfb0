"""C: two neighbours, a cable without a shaper between them, memory at both
ends: how fast a large lesson goes over, and what it costs both in processor
time (user and system of the processes; the kernel's own work for the network is
nobody's). The memory it goes to is warm (warm.py), for all of them.

Ours verifies every piece and flushes it, as always; so does the plain library.
curl and rsync verify nothing."""

import json
import os
import re
import shutil
import statistics
import subprocess
import time

from lab import Plan, laboratory
from lib import BIN, check, sha256_of, wait_for
from nodes import TICKS, LabNode
from others import Rsync
from race import Race, web_server
from rows import Row, absent
from swarms import make_torrent
from warm import warm

PLAN = Plan(stations=2, lan=0, uplink_down=0, uplink_up=0, offload=True)
SPEED_TARGET, CPU_TARGET = 1.5, 0.5
SPARE = 256 << 20  # for the programs themselves, and sockets


class Measured:
    """One transfer: rate, and processor seconds per GiB at each end."""

    def __init__(self, size, seconds, source_s, target_s):
        self.rate = size / 1e6 / seconds
        self.source, self.target = (one / (size / 2**30) for one in (source_s, target_s))

    @property
    def cpu(self):
        return self.source + self.target


def cpu_of(pid):
    """Of a process and its children so far, also those that ended."""
    total = 0
    with open(f"/proc/{pid}/stat") as f:
        total += sum(map(int, f.read().rpartition(")")[2].split()[11:15]))
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children") as f:
            total += sum(int(cpu_of(child) * TICKS) for child in f.read().split())
    return total / TICKS


def ended(process):
    """Wait for a program: its processor seconds, its children's included."""
    _, status, usage = os.wait4(process.pid, 0)
    process.process.returncode = os.waitstatus_to_exitcode(status)
    check(process.process.returncode == 0, f"{process.name}: {process.log()[-500:]}")
    return usage.ru_utime + usage.ru_stime


def fetched(race, server, words):
    """A client that ends when it has the lesson, and a server that stays."""
    with warm(race.size + SPARE):
        before = cpu_of(server.pid)
        start = time.monotonic()
        client = race.run("t1s2", words)
        target_s = ended(client)
        took = time.monotonic() - start
    if said := re.fullmatch(r"[\d.]+", client.log().strip().splitlines()[-1]):
        took = float(said[0])  # the library knows itself when it had all
    time.sleep(0.3)  # rsync's child is to be counted when it has ended
    source_s = cpu_of(server.pid) - before
    check(sha256_of(race.arrived("t1s2")) == race.digest, "it has the lesson")
    return Measured(race.size, took, source_s, target_s)


def by_curl(race):
    server = web_server(race, "t1s1", os.path.dirname(race.source))
    url = f"http://{race.lab.addresses['t1s1']}:8080/{os.path.basename(race.source)}"
    return fetched(race, server, ["curl", "-sSf", "-o", race.arrived("t1s2"), url])


def by_rsync(race):
    server = Rsync().serve(race, "t1s1", os.path.dirname(race.source))
    url = f"rsync://{race.lab.addresses['t1s1']}:{Rsync.PORT}/lessons/lesson.bin"
    return fetched(race, server, ["rsync", "-a", "--whole-file", "--no-compress", url,
                                  race.folder("t1s2") + "/"])


def by_library(race):
    """Tuned for one fast peer (tests/bench/bench_plain_torrent.cpp), with a v1
    torrent: its quicker kind."""
    torrent = race.path("lesson.torrent")
    make_torrent(race.source, torrent, piece=1 << 20)
    program = os.path.join(BIN, "bench_plain_torrent")
    address = race.lab.addresses["t1s1"]
    seed = race.run("t1s1", [program, "seed", torrent, os.path.dirname(race.source), address])
    port = wait_for(lambda: [line for line in seed.log().splitlines() if line.isdigit()], 20,
                    "the library seeds")[0]
    return fetched(race, seed, [program, "fetch", torrent, race.folder("t1s2"), port, address])


def by_iperf(race):
    server = race.run("t1s1", ["iperf3", "-s", "-1"])
    client = race.lab.command("t1s2", ["iperf3", "-c", race.lab.addresses["t1s1"], "-R", "-n",
                                       race.size, "-J"])
    answer = {}

    def answered():
        done = subprocess.run(client, capture_output=True, text=True, check=False)
        answer.update(json.loads(done.stdout))
        return done.returncode == 0
    wait_for(answered, 60, "iperf3")
    server.wait()
    end = answer["end"]
    seconds, cpu = end["sum_received"]["seconds"], end["cpu_utilization_percent"]
    return Measured(race.size, seconds, cpu["remote_total"] / 100 * seconds,
                    cpu["host_total"] / 100 * seconds)


def by_us(race):
    """The lesson is for another place, so the neighbour takes it when told to:
    from the call of `pin` until it is held, flushed and all."""
    county = LabNode(race.s, race.lab, "t1s1", "county")
    county.init("--level", "county", "--name", "资兴市", "--region", "431081")
    county.start()
    station = LabNode(race.s, race.lab, "t1s2", "station").join("station", county)
    station.start()
    first = county.publish(race.s.file("first.bin", 20_000), "第一课", "产业", "--no-media")
    wait_for(lambda: station.holds(first["id"]), 60, "the first lesson is held")
    lesson = county.publish(race.source, "黑山羊养殖", "产业/养殖", "--no-media", "--region",
                            "431081102", timeout=300)
    wait_for(lambda: station.shown(lesson["id"]), 60, "the lesson is known")
    time.sleep(2)
    with warm(race.size + SPARE):
        before = county.cpu_seconds(), station.cpu_seconds()
        start = time.monotonic()
        station.control.ask("pin", id=lesson["id"], off=False)
        wait_for(lambda: station.holds(lesson["id"]), 300, "the lesson is held", pause=0.01)
        took = time.monotonic() - start
        after = county.cpu_seconds(), station.cpu_seconds()
    check(list(station.payload(lesson["btmh"]).values()) == [race.digest], "it has the lesson")
    return Measured(race.size, took, after[0] - before[0], after[1] - before[1])


KINDS = (("iperf3", by_iperf, "iperf3"), ("nginx and curl", by_curl, "nginx"),
         ("rsync", by_rsync, "rsync"), ("libtorrent tuned", by_library, None),
         ("xiangtu", by_us, None))


def one(b, name, way):
    with b.told(f"C, {name}") as s, laboratory(b.lab_name, PLAN) as lab:
        race = Race(s, lab, b.large)
        try:
            return way(race)
        finally:
            race.close()


def measure(b):
    found = {}
    for _ in range(b.rounds):
        for name, way, program in KINDS:
            if program and not shutil.which(program):
                found[name] = None
            elif not (b.ours and name not in ("xiangtu", "libtorrent tuned")):
                found.setdefault(name, []).append(one(b, name, way))

    def median(name, what):
        return statistics.median(getattr(run, what) for run in found[name])
    base = median("libtorrent tuned", "rate"), median("libtorrent tuned", "cpu")
    for name, runs in found.items():
        words = f"C. one to one, {b.large >> 20} MiB, {name}"
        if runs is None:
            yield absent(words, name)
            continue
        ours = name == "xiangtu"
        peer = (None, None) if name == "libtorrent tuned" else base
        rate, cpu = median(name, "rate"), median(name, "cpu")
        yield Row(f"{words}: rate", rate, "MB/s", peer=peer[0], peer_name="libtorrent tuned",
                  target=f">= {SPEED_TARGET} ×" if ours else "",
                  met=rate >= SPEED_TARGET * base[0] if ours else None,
                  note="" if len(runs) < 2 else
                  f"{min(run.rate for run in runs):.0f} to {max(run.rate for run in runs):.0f}")
        yield Row(f"{words}: processor, s per GiB", cpu, "s", peer=peer[1],
                  peer_name="libtorrent tuned", target=f"<= {CPU_TARGET} ×" if ours else "",
                  met=cpu <= CPU_TARGET * base[1] if ours else None,
                  note=f"source {median(name, 'source'):.2f}, target {median(name, 'target'):.2f}")
