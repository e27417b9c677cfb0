"""Engine to engine over loopback, against the plain library; the measuring
itself is bench_engine.c's."""

import os
import re
import subprocess

from lib import BIN
from rows import Row

MIB = 512


def measure(b):
    done = subprocess.run([os.path.join(BIN, "bench_engine"), str(MIB), str(max(b.rounds, 3))],
                          check=True, capture_output=True, text=True)
    rates = re.search(r"engine ([\d.]+) MB/s, plain library ([\d.]+) MB/s", done.stdout)
    memory = re.search(r"idle (\d+) KiB, after \d+ MiB (\d+) KiB, peak (\d+) KiB", done.stdout)
    ours, plain = float(rates[1]), float(rates[2])
    idle, after, peak = (int(kib) / 1024 for kib in memory.groups())
    yield Row("engine throughput", ours, "MB/s", peer=plain,
              peer_name="two plain libtorrent sessions", target="ratio >= 0.9",
              met=ours / plain >= 0.9,
              note=f"{MIB} MiB in memory, one to one over loopback; the engine's memory idle "
                   f"{idle:.0f} MiB, at the peak {peak:.0f}, afterwards {after:.0f}")
