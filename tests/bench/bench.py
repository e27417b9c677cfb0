"""Measures what docs/performance.md promises; run by scripts/bench.

Each benchmark is a file here with `measure(b)`, which yields rows. Real nodes
run where nodes are meant, with the words of tests/scenario/lib.py."""

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import traceback
import unicodedata

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(os.path.dirname(HERE), "scenario"), HERE]

import cold_sync  # noqa: E402
import drive_speed  # noqa: E402
import engine_speed  # noqa: E402
import first_load  # noqa: E402
import held  # noqa: E402
import fetch_speed  # noqa: E402
import idle_memory  # noqa: E402
import one_lesson  # noqa: E402
import pages_in_use  # noqa: E402
import province  # noqa: E402
import publish_speed  # noqa: E402
import records  # noqa: E402
import scale  # noqa: E402
import serving  # noqa: E402
from lib import BIN, Scenario  # noqa: E402
from rows import number  # noqa: E402

BENCHMARKS = {
    "cold-sync": cold_sync,
    "one-lesson": one_lesson,
    "engine": engine_speed,
    "one-to-one": fetch_speed,
    "publish": publish_speed,
    "memory": idle_memory,
    "drive": drive_speed,
    "serving": serving,
    "pages": pages_in_use,
    "firstload": first_load,
    "scale": scale,
    "held": held,
    "records": records,
    "sim": province,
}


class Bench:
    """What a benchmark is given."""

    def __init__(self, rounds, full=False):
        self.rounds = rounds
        self.full = full
        self.scenarios = []

    def scenario(self, name):
        scenario = Scenario("bench-" + name)
        self.scenarios.append(scenario)
        return scenario

    def make_county(self, *words):
        done = subprocess.run([os.path.join(BIN, "make_county"), *map(str, words)],
                              check=True, capture_output=True, text=True)
        return json.loads(done.stdout or "null")

    def fill(self, county, lessons, held=0):
        """Give a county that does not run yet so many lessons."""
        return self.make_county("append", county.dir, lessons, held)

    def close(self, failed):
        while self.scenarios:
            self.scenarios.pop().close(failed)


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def print_table(rows, digits=2):
    """`digits` of ratios behind the point."""
    lines = [("benchmark", "figure", "measured beside it", "ratio", "target", "")]
    for row in rows:
        lines.append((
            row.name, f"{number(row.figure)} {row.unit}",
            f"{number(row.peer)} {row.unit}  {row.peer_name}" if row.peer else "–",
            f"{row.ratio:.{digits}f}" if row.ratio else "–", row.target or "–",
            {True: "met", False: "MISSED", None: ""}[row.met]))
    widths = [max(width(line[i]) for line in lines) for i in range(6)]
    for line in lines:
        print("  ".join(cell + " " * (w - width(cell)) for cell, w in zip(line, widths)).rstrip())
    print()
    for row in rows:
        if row.note:
            print(f"{row.name}: {row.note}")


def where(folder):
    """The file system below the measurements: memory is no disk."""
    done = subprocess.run(["stat", "-f", "-c", "%T", folder], capture_output=True, text=True,
                          check=False)
    return done.stdout.strip()


def main():
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--full", action="store_true", help="records: all of a province's")
    options = parser.parse_args()
    for name in options.names:
        if name not in BENCHMARKS:
            parser.error(f"there is no benchmark '{name}': {', '.join(BENCHMARKS)}")
    rows, broken, b = [], [], Bench(max(1, options.rounds), options.full)
    for name in options.names or BENCHMARKS:
        print(f"== {name}", file=sys.stderr, flush=True)
        failed = True
        try:
            rows += BENCHMARKS[name].measure(b)
            failed = False
        except (AssertionError, OSError, subprocess.CalledProcessError):
            traceback.print_exc()
            broken.append(name)
        finally:
            b.close(failed)
    if options.json:
        print(json.dumps([dataclasses.asdict(row) for row in rows], ensure_ascii=False, indent=1))
    else:
        folder = os.environ.get("TMPDIR", "/tmp")
        print(f"{os.cpu_count()} CPUs, {folder} on {where(folder)}, "
              f"{b.rounds} rounds, medians\n")
        print_table(rows)
    for name in broken:
        print(f"bench: {name} could not be measured", file=sys.stderr)
    return 0 if not broken and all(row.met is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
