"""An office takes in the sealed daily batches of many stations, and makes its
month's report (tests/bench/bench_records.c). By default as much as takes a
minute or two; with --full 20,000 stations and 50 million sessions."""

import json
import os
import subprocess

from lib import BIN
from rows import Row

USUAL, FULL = (2_000, 2_000_000), (20_000, 50_000_000)
A_DAY = 40
RATE, REPORT_S = 50_000, 2.0


def run(stations, sessions):
    folder = os.environ.get("TMPDIR", "/tmp")
    done = subprocess.run([os.path.join(BIN, "bench_records"), str(stations), str(sessions),
                           str(A_DAY), folder], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def measure(b):
    r = run(*(FULL if b.full else USUAL))
    what = f"{r['stations']:,} stations, {r['sessions']:,} sessions"
    yield Row("records taken in", r["import_rate"], "sessions/s", r["bare_rate"],
              "the same entries opened and verified, nothing else", f"≥ {RATE:,}/s",
              r["import_rate"] >= RATE,
              f"{what}, {A_DAY} in each daily batch of {r['entry_bytes']:,} B sealed; "
              f"{r['import_cpu_s'] * 1e6 / r['sessions']:.1f} µs of a processor a session, "
              f"with two of them {2 * r['sessions'] / r['import_cpu_s']:,.0f}/s")
    yield Row("the same on disk", r["db_bytes"] / r["sessions"], "B a session")
    yield Row("names and cards of all of them are taken out", r["strip_s"], "s",
              note=f"{r['stripped']:,} rows; in a month it is the oldest month's only, of all stations")
    yield Row("the month's report", r["report_s"], "s", target=f"≤ {REPORT_S:g} s",
              met=r["report_s"] <= REPORT_S,
              note=f"{r['report_cpu_s']:.2f} s of a processor; as JSON, with all "
                   f"{r['stations']:,} stations, {r['report_json_s']:.2f} s, of which "
                   f"{r['report_json_cpu_s']:.2f} s of a processor")
