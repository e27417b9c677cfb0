"""The lab is what it says: rates, counters, who hears whom, cuts, NAT, and
nothing left behind. As root; a minute."""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "scenario")]

from lab import Plan, call, laboratory, why_not  # noqa: E402
from lib import SKIPPED, check, equal, wait_for  # noqa: E402

NAME = f"xt{os.getpid()}"

# Takes one connection, says how many bytes came and how long that took.
SINK = """
import socket, sys, time
s = socket.create_server(("", 9000))
print("ready", flush=True)
c, _ = s.accept()
n, start = 0, time.monotonic()
while part := c.recv(1 << 16):
    n += len(part)
print(n, time.monotonic() - start)
"""
SEND = """
import socket, sys
c = socket.create_connection((sys.argv[1], 9000))
c.sendall(bytes(int(sys.argv[2])))
c.close()
"""
HEAR = """
import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 6771))
s.setsockopt(0, socket.IP_ADD_MEMBERSHIP, struct.pack("4sL", socket.inet_aton("239.192.74.33"), 0))
s.settimeout(8)
heard = set()
print("ready", flush=True)
try:
    while True:
        heard.add(s.recv(99).decode())
except TimeoutError:
    print(" ".join(sorted(heard)) or "nothing")
"""
SAY = """
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
s.setsockopt(0, socket.IP_MULTICAST_TTL, 8)
for _ in range(3):
    s.sendto(b"multicast", ("239.192.74.33", 6771))
    s.sendto(b"broadcast", (sys.argv[1], 6771))
"""


def python(lab, host, program, *words):
    return subprocess.Popen(lab.command(host, [sys.executable, "-c", program, *words]),
                            stdout=subprocess.PIPE, text=True)


def ready(process):
    equal(process.stdout.readline(), "ready\n", "it listens")
    return process


def goodput(lab, source, target, size):
    """Mbit/s that one connection carries, and the bytes counted at `target`."""
    before = lab.counters()
    sink = ready(python(lab, target, SINK))
    python(lab, source, SEND, lab.addresses[target], str(size)).wait(240)
    came, took = sink.communicate(timeout=240)[0].split()
    equal(int(came), size, "all of it came")
    after = lab.counters()
    return size * 8 / 1e6 / float(took), {
        name: (after[name][0] - before[name][0], after[name][1] - before[name][1])
        for name in after}


def lines_are_as_thin_as_they_say(lab):
    for source, target, mbit, line, way in (
            ("county", "t1s1", 8, "t1", 0), ("t1s1", "county", 4, "t1", 1),
            ("t1s1", "t1s2", 200, "t1s2", 0), ("d1", "d2", 20, "d2", 0),
            ("county", "d1", 10, "county", 1)):
        size = int(mbit * 1e6 / 8 * 2)
        # A busy machine sends late; a line that is too thin stays so.
        for _ in range(5):
            rate, moved = goodput(lab, source, target, size)
            if rate > 0.85 * mbit:
                break
        check(0.85 * mbit < rate < 1.1 * mbit, f"{source} to {target}: {rate:.2f} of {mbit} Mbit/s")
        check(1.03 < moved[line][way] / size < 1.08,
              f"{line} counted {moved[line][way] / size:.3f} of the bytes")
    lab.rate("t1", 2, 2)
    for _ in range(5):
        rate, _ = goodput(lab, "county", "t1s1", 500_000)
        if rate > 1.7:
            break
    check(1.7 < rate < 2.2, f"a line of 2 Mbit/s now: {rate:.2f}")
    lab.rate("t1", 8, 4)


def only_the_lan_hears(lab):
    listeners = {host: python(lab, host, HEAR) for host in ("t1s2", "t2s1", "county", "d1")}
    for listener in listeners.values():
        ready(listener)
    python(lab, "t1s1", SAY, "10.77.1.255").wait(60)
    heard = {host: listener.communicate(timeout=60)[0].strip()
             for host, listener in listeners.items()}
    equal(heard, {"t1s2": "broadcast multicast", "t2s1": "nothing", "county": "nothing",
                  "d1": "nothing"}, "who hears what a station says to its LAN")


# A port where nobody listens: the refusal has come all the way.
KNOCK = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], 9), timeout=5)
except ConnectionRefusedError:
    print("refused")
except OSError:
    print("nothing")
"""


def reaches(lab, source, target):
    knock = python(lab, source, KNOCK, lab.addresses[target])
    return knock.communicate(timeout=60)[0].strip() == "refused"


def a_cut_line_is_cut(lab):
    check(reaches(lab, "t1s1", "t2s1"), "one township reaches the other")
    lab.cut("t1")
    check(not reaches(lab, "t1s1", "county"), "the line is cut")
    check(reaches(lab, "t1s1", "t1s2"), "the LAN is not")
    lab.mend("t1")
    wait_for(lambda: reaches(lab, "t1s1", "county") and reaches(lab, "county", "t1s1"), 5,
             "the line is mended")


def main():
    if reason := why_not():
        print(f"skipped: {reason}")
        return SKIPPED
    plan = Plan(townships=2, stations=2, direct=2, uplink_up=4, county_up=10, county_down=30)
    with laboratory(NAME, plan) as lab:
        lines_are_as_thin_as_they_say(lab)
        only_the_lan_hears(lab)
        a_cut_line_is_cut(lab)
    with laboratory(NAME, Plan(stations=1, nat=True)) as lab:
        check(reaches(lab, "t1s1", "county"), "through NAT outwards")
        check(not reaches(lab, "county", "t1s1"), "not inwards")
    check(NAME + "." not in call("ip", "netns", "list"), "nothing is left behind")
    return 0


if __name__ == "__main__":
    sys.exit(main())
