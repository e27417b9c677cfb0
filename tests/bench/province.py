"""A province for a week (docs/simulation.md), with carriers and without."""

import json
import os
import subprocess

from lib import BIN
from rows import Row


def run(*words):
    done = subprocess.run([os.path.join(BIN, "province"), "--json", *words],
                          check=True, capture_output=True, text=True, timeout=3600)
    return json.loads(done.stdout)


def measure(b):
    ours, alone = run(), run("--without-carriers")
    last, other = ours["coverage"][-1], alone["coverage"][-1]
    yield Row("sim: connected boxes that hold what they want",
              100 * last["connected"], "%", 100 * other["connected"], "without carriers",
              "≥ 99.9", last["connected"] >= 0.999,
              note=f"{last['connected_pairs']} pairs of box and lesson; lacking: " + ", ".join(
                  f"{count['connected']} × {why}" for why, count in ours["lacking"].items()
                  if count["connected"]))
    yield Row("sim: boxes by drive only", 100 * last["drive"], "%",
              100 * other["drive"], "without carriers",
              note="the worst village: " + ours["worst_village"])
    for what, name in [("village", "a village's line"), ("township", "a township's line"),
                       ("county", "a county's line, up")]:
        spread, without = ours[what + "_copies"], alone[what + "_copies"]
        yield Row(f"sim: copies over {name}", spread["median"], "×", without["median"],
                  "without carriers", note="95th percentile %.3f, most %.3f; without %.3f, %.3f" % (
                      spread["p95"], spread["max"], without["p95"], without["max"]))
    yield Row("sim: bytes over all lines", ours["line_bytes"] / 1e12, "TB",
              alone["line_bytes"] / 1e12, "without carriers")
