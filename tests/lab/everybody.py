"""B: everybody wants it at once, and the county's own line is no wider than
theirs: 16 stations with lines of their own, and 4 townships of 4 stations.

Beside the fluid bound: the moment before which not even a fluid that every
station passes on while it arrives could be everywhere."""

import statistics

from lab import Plan, laboratory
from ours import Ours
from race import Race, run_race
from rows import Row, absent
from swarms import Aria2, Libtorrent, Transmission, missing_of

MBIT = 20
TARGET, COPIES = 1.3, 1.3
DIRECT = Plan(townships=0, direct=16, county_up=MBIT, county_down=MBIT, direct_down=MBIT,
              direct_up=MBIT)
TOWNSHIPS = Plan(townships=4, stations=4, uplink_down=MBIT, uplink_up=MBIT, county_up=MBIT,
                 county_down=MBIT)


def fluid_bound(size, lines):
    """Seconds for `lines` equal lines of MBIT each way and a source of MBIT."""
    whole = size * 8 / 1e6
    return max(whole / MBIT, lines * whole / (MBIT + MBIT * lines))


def one_run(b, words, plan, who):
    with b.told(f"B, {words}, {who.name}") as s, laboratory(b.lab_name, plan) as lab:
        race = Race(s, lab, b.size, limit=b.limit(b.size, MBIT))
        return run_race(race, who)


def rows_of(b, words, plan, lines, kind):
    ours = kind is Ours
    outcomes = [one_run(b, words, plan, kind()) for _ in range(b.rounds)]
    bound = fluid_bound(b.size, lines)
    took = max(one.seconds for one in outcomes)
    copies = max(one.up["county"] for one in outcomes) / b.size
    yield Row(f"B. {words}, {kind.name}: last station", took, "s", peer=bound,
              peer_name="fluid bound", target=f"<= {TARGET} ×" if ours else "",
              met=took <= TARGET * bound if ours else None,
              note="" if len(outcomes) < 2 else
              f"the worst of {len(outcomes)} runs; median "
              f"{statistics.median(one.seconds for one in outcomes) / bound:.3f} ×")
    asked = ours and plan is TOWNSHIPS
    yield Row(f"B. {words}, {kind.name}: county's line up", copies * b.size / 1e6, "MB",
              peer=b.size / 1e6, peer_name="the lesson once",
              target=f"<= {COPIES} ×" if asked else "",
              met=copies <= COPIES if asked else None)


def measure(b):
    for words, plan, lines in (("16 direct stations", DIRECT, 16),
                               ("4 townships of 4", TOWNSHIPS, 4)):
        yield from rows_of(b, words, plan, lines, Ours)
        if b.ours or b.quick and plan is TOWNSHIPS:
            continue
        for kind in (Aria2, Libtorrent, Transmission):
            if missing := missing_of(kind()):
                yield absent(f"B. {words}, {kind.name}", missing)
            else:
                yield from rows_of(b, words, plan, lines, kind)
