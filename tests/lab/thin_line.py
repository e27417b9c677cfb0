"""A: eight stations behind one thin line, each of which wants the lesson; and
D: the same, and the one that carries it is killed half-way.

Everything is beside what one station alone takes for it with curl in the very
same lab: that is what a line costs at least."""

import statistics

from lab import Plan, laboratory
from others import Rsync, Syncthing
from ours import Ours
from race import Curl, Late, Race, plain_download, run_race
from rows import Row, absent
from swarms import Aria2, Libtorrent, Transmission, missing_of

STATIONS = 8
BYTES_TARGET, TIME_TARGET = 1.02, 1.04
KILLED_BYTES, KILLED_DELAY_S = 1.05, 15

# words, plan, late
VARIANTS = (
    ("8 stations", Plan(stations=STATIONS), Late()),
    ("behind NAT", Plan(stations=STATIONS, nat=True), Late()),
    ("2 join when 6 have it", Plan(stations=STATIONS), Late(2)),
    ("2 join in the middle", Plan(stations=STATIONS), Late(2, middle=True)),
)
# Those that take it eight times over the line get a quarter of it: the ratios
# are the same, and nobody waits ten minutes.
PEERS = ((Aria2, 1), (Libtorrent, 1), (Transmission, 1), (Syncthing, 4), (Curl, 4), (Rsync, 4))


def closest(b, plan, size):
    """The plain download of a plan, measured once a run."""
    key = (plan.nat, plan.uplink_down, size)
    if key not in b.plain:
        with b.told(f"plain download of {size >> 20} MiB{', NAT' if plan.nat else ''}") as s, \
                laboratory(b.lab_name, plan) as lab:
            b.plain[key] = plain_download(s, lab, size)
    return b.plain[key]


def race_of_ours(b, words, plan, late, killed=False):
    with b.told(f"{words}, xiangtu") as s, laboratory(b.lab_name, plan) as lab:
        race = Race(s, lab, b.size, limit=b.limit(b.size, plan.uplink_down))
        us = Ours(race.stations[STATIONS - late.count:], chatter_s=b.chatter_s)
        outcome = run_race(race, us, late, us.kill_the_carrier if killed else None)
        return outcome, us


def two_rows(words, who, outcomes, plain, bytes_target=None, time_target=None, note=""):
    """What the worst of the outcomes took of the line, and of time."""
    moved = max(one.down["t1"] for one in outcomes)
    took = max(one.seconds - one.late_s for one in outcomes)
    spread = ""
    if len(outcomes) > 1:
        spread = (f"the worst of {len(outcomes)} runs; medians "
                  f"{statistics.median(one.down['t1'] for one in outcomes) / plain.down['t1']:.3f}"
                  f" and {statistics.median(one.seconds - one.late_s for one in outcomes) / plain.seconds:.3f}"
                  " ×. ")
    yield Row(f"{words}, {who}: bytes down the line", moved / 1e6, "MB",
              peer=plain.down["t1"] / 1e6, peer_name="one plain download",
              target=f"<= {bytes_target} ×" if bytes_target else "",
              met=moved <= bytes_target * plain.down["t1"] if bytes_target else None,
              note=spread + note)
    yield Row(f"{words}, {who}: last station", took, "s", peer=plain.seconds,
              peer_name="one plain download",
              target=f"<= {time_target / plain.seconds:.2f} ×" if time_target else "",
              met=took <= time_target if time_target else None)


def measure_ours(b, variants=VARIANTS):
    for words, plan, late in variants:
        plain = closest(b, plan, b.size)
        runs = [race_of_ours(b, words, plan, late) for _ in range(b.rounds)]
        outcomes = [outcome for outcome, _ in runs]
        note = f"up the line {max(one.up['t1'] for one in outcomes) / 1e6:.2f} MB"
        if late.count and not late.middle:
            # No line could have brought it to them before they were there.
            note += (f"; the time is that of the {STATIONS - late.count}, those who came then "
                     f"had it {max(one.late_s for one in outcomes):.1f} s later")
        if chatter := runs[0][1].chatter:
            note += (f"; with nothing to do nodes say {chatter[0] / 1000:.1f} kB a minute down "
                     f"and {chatter[1] / 1000:.1f} up, all {STATIONS} together")
        yield from two_rows(f"A. {words}", "xiangtu", outcomes, plain, BYTES_TARGET,
                            TIME_TARGET * plain.seconds, note)


def measure_peers(b):
    words, plan, _ = VARIANTS[0]
    for kind, part in PEERS:
        if b.quick and part > 1:
            continue
        if missing := missing_of(kind()):
            yield absent(f"A. {words}, {kind.name}", missing)
            continue
        size = b.size // part
        plain = closest(b, plan, size)
        outcomes = []
        for _ in range(b.rounds):
            with b.told(f"A, {kind.name}") as s, laboratory(b.lab_name, plan) as lab:
                race = Race(s, lab, size, limit=b.limit(size, plan.uplink_down))
                outcomes.append(run_race(race, kind()))
        yield from two_rows(f"A. {words}, {size >> 20} MiB", kind.name, outcomes, plain)


def measure(b):
    yield from measure_ours(b)
    if not b.ours:
        yield from measure_peers(b)


def measure_killed(b):
    _, plan, _ = VARIANTS[0]
    plain = closest(b, plan, b.size)
    outcomes = [race_of_ours(b, "carrier killed", plan, Late(), killed=True)[0]
                for _ in range(b.rounds)]
    middle = ", ".join(f"{one.times['middle']:.0f}" for one in outcomes)
    yield from two_rows("D. carrier killed at 50 %", "xiangtu", outcomes, plain, KILLED_BYTES,
                        plain.seconds + KILLED_DELAY_S,
                        f"node and engine, kill -9, at {middle} s; the other 7 then have it")
