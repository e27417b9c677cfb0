"""`scripts/bench lab`: the whole of what the neighbourhood is for, in a lab of
network namespaces, beside the programs people would use instead. One table."""

import argparse
import contextlib
import dataclasses
import importlib
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
sys.path[:0] = [HERE, os.path.join(TESTS, "scenario"), os.path.join(TESTS, "bench")]

# Ours first: tests/bench/bench.py puts its own folders before this one.
import everybody  # noqa: E402
import one_to_one  # noqa: E402
import thin_line  # noqa: E402
import third_level  # noqa: E402
import bench  # noqa: E402
from lab import why_not  # noqa: E402
from lib import XIANGTU, Scenario  # noqa: E402


def rows_of_module(letter, name):
    """Rows of a benchmark that also stands alone (`scripts/bench NAME`)."""
    def measure(b):
        alone = bench.Bench(b.rounds)
        failed = True
        try:
            for row in importlib.import_module(name).measure(alone):
                yield dataclasses.replace(row, name=f"{letter}. {row.name}")
            failed = False
        finally:
            alone.close(failed)
    return measure


PARTS = {
    "A": ("eight stations behind one thin line", thin_line.measure),
    "B": ("everybody at once", everybody.measure),
    "C": ("one to one", one_to_one.measure),
    "D": ("the carrier is killed", thin_line.measure_killed),
    "E": ("a document to the third level", third_level.measure),
    "F": ("ranges and viewers", rows_of_module("F", "serving")),
    "G": ("5,000 held lessons", rows_of_module("G", "held")),
}

VERSIONS = (
    ("xiangtu", [XIANGTU, "--version"]), ("aria2", ["aria2c", "--version"]),
    ("libtorrent", ["/usr/bin/python3", "-c", "import libtorrent; print(libtorrent.__version__)"]),
    ("Transmission", ["transmission-daemon", "--version"]),
    ("Syncthing", ["syncthing", "--version"]), ("rsync", ["rsync", "--version"]),
    ("nginx", ["nginx", "-v"]), ("curl", ["curl", "--version"]),
    ("iperf3", ["iperf3", "--version"]),
)


class LabBench:
    """What a part is given."""

    def __init__(self, options):
        self.rounds = options.rounds
        self.quick, self.ours = options.quick, options.ours
        self.lab_name = options.name
        self.size = (16 if options.quick else 64) << 20
        self.large = (256 if options.quick else 2048) << 20
        self.chatter_s = 10 if options.quick else 30
        self.plain = {}  # plain downloads of this run

    @staticmethod
    def limit(size, mbit):
        """Seconds after which a race is given up: no peer has been so slow."""
        return 60 + 10 * size * 8 / 1e6 / mbit

    @contextlib.contextmanager
    def told(self, words):
        """A scenario of its own for one measurement; says so while it runs."""
        print(f"   {time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)
        scenario = Scenario("lab")
        failed = True
        try:
            yield scenario
            failed = False
        finally:
            scenario.close(failed)


def version(words):
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=True)
    except (OSError, subprocess.CalledProcessError):
        return "not installed"
    return done.stdout.splitlines()[0].strip()


def machine():
    return {"date": time.strftime("%Y-%m-%d %H:%M"), "cpus": os.cpu_count(),
            "kernel": platform.release(), "load": [round(one, 1) for one in os.getloadavg()],
            "versions": {name: version(words) for name, words in VERSIONS}}


def parsed():
    parser = argparse.ArgumentParser(prog="bench lab", description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), metavar="A,B…",
                        help="; ".join(f"{key}: {words}" for key, (words, _) in PARTS.items()))
    parser.add_argument("--quick", action="store_true",
                        help="a quarter of the bytes, and without the slowest peers")
    parser.add_argument("--ours", action="store_true", help="without the others")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--name", default="xtbench", help="the lab's; letters and digits")
    options = parser.parse_args()
    options.only = options.only.upper().split(",")
    for key in options.only:
        if key not in PARTS:
            parser.error(f"there is no part '{key}': {', '.join(PARTS)}")
    options.rounds = max(1, options.rounds)
    return options


def measured(options):
    """All rows, and the parts that could not be measured."""
    rows, broken, b = [], [], LabBench(options)
    for key in options.only:
        words, measure = PARTS[key]
        print(f"== {key}: {words}", file=sys.stderr, flush=True)
        try:
            # One by one: what was measured before a failure is shown.
            for row in measure(b):
                rows.append(row)
                print(f"      {row.name}: {bench.number(row.figure)} {row.unit}"
                      f"{f', ratio {row.ratio:.3f}' if row.ratio else ''}",
                      file=sys.stderr, flush=True)
        except (AssertionError, OSError, RuntimeError, ModuleNotFoundError,
                subprocess.SubprocessError):
            traceback.print_exc()
            broken.append(key)
    return rows, broken


def main():
    options = parsed()
    if reason := why_not():
        print(f"skipped: {reason}")
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    if os.path.isdir("/dev/shm"):
        tempfile.tempdir = "/dev/shm"  # no disk is measured here
    before = machine()
    rows, broken = measured(options)
    if options.json:
        print(json.dumps({"machine": before, "load_after": os.getloadavg()[0],
                          "rounds": options.rounds, "quick": options.quick,
                          "rows": [dataclasses.asdict(row) for row in rows]},
                         ensure_ascii=False, indent=1))
    else:
        print(f"{before['date']}, {before['cpus']} CPUs, Linux {before['kernel']}, load "
              f"{before['load'][0]} before and {os.getloadavg()[0]:.1f} after, "
              f"{options.rounds} round{'s' if options.rounds > 1 else ''}")
        for name, words in before["versions"].items():
            print(f"  {name}: {words}")
        print()
        bench.print_table(rows, digits=3)
    for key in broken:
        print(f"bench lab: {key} could not be measured", file=sys.stderr)
    return 0 if not broken and all(row.met is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
