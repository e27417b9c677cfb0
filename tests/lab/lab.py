"""A county, its townships and their stations as network namespaces of this
machine, with the lines between them as thin as they are.

    county --[county's line]-- core --[uplink]-- t1 --[LAN]-- t1s1 … t1sS
                                |  \\--[uplink]-- t2 …
                                \\----[line]----- d1 … dN

`core` routes between them all. `tN` is a township's router, its LAN one
broadcast domain that multicast and broadcast reach, and nothing of which
passes the router. `dN` is a station with a line of its own: a LAN of one.

Both directions of every line have a shaper (tbf) at the sending end.
Segmentation offloads are off there, so that what interfaces count are frames
as on a wire, Ethernet's head included. There is no latency but that of the
shapers' queues, and no loss but at their ends: the kernels this must run on
have no netem.

As a program, for looking around by hand (--help tells):

    lab.py [--name NAME] up|down|hosts|counters|exec|rate|link …

Needs root, iproute2, ethtool, and nftables for NAT."""

import argparse
import contextlib
import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import time

STATE = "/run/xiangtu-lab"


class LabFailure(RuntimeError):
    """A command that builds the lab did not work."""


def call(*words):
    done = subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    if done.returncode:
        raise LabFailure(f"`{' '.join(map(str, words))}` ended with {done.returncode}: "
                         f"{done.stdout.strip()}")
    return done.stdout


@dataclasses.dataclass
class Plan:
    """What a lab is like. Rates are Mbit/s, 0: as fast as it goes."""
    townships: int = 1
    stations: int = 8  # in each township
    direct: int = 0  # stations with a line of their own
    uplink_down: float = 8
    uplink_up: float = 8
    lan: float = 200  # each port, each way
    county_down: float = 0
    county_up: float = 0
    direct_down: float = 20
    direct_up: float = 20
    nat: bool = False  # a township's stations are hidden behind its uplink
    offload: bool = False  # leave offloads on, where speed is measured and not bytes
    queue_ms: float = 50  # of each shaper, at least 32 KiB
    lan_net: str = "10.77"
    # Some programs take private addresses for near ones; behind NAT the world
    # outside has others.
    wan_net: str = "198.18"


def why_not():
    """Why there can be no lab here, or None."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    for program in ("ip", "tc", "ethtool"):
        if not shutil.which(program):
            return f"no {program} on this machine"
    probe = f"xtprobe{os.getpid()}"
    try:
        call("ip", "netns", "add", probe)
    except LabFailure as e:
        return f"no network namespaces: {e}"
    try:
        inside = ["ip", "-n", probe, "link"]
        call(*inside, "add", "name", "br0", "type", "bridge")
        call(*inside, "add", "name", "v0", "type", "veth", "peer", "name", "v1")
        call("tc", "-n", probe, "qdisc", "add", "dev", "v0", "root", "tbf", "rate", "8mbit",
             "burst", "4096", "limit", "32768")
    except LabFailure as e:
        return f"no bridge, veth or tbf: {e}"
    finally:
        call("ip", "netns", "del", probe)
    return None


class Lab:
    """Built by up(), gone after down(). `links` are by the host (or the
    township's router) at their lower end."""

    def __init__(self, name="lab"):
        if not name.isalnum():
            raise ValueError("a lab's name is letters and digits")
        self.name = name
        self.plan, self.addresses, self.links = None, {}, {}

    # -- building

    def up(self, plan):
        self.down()
        self.plan, self.addresses, self.links = plan, {}, {}
        wan = plan.wan_net
        self._add_host("core")
        self._inside("core", "sysctl -qw net.ipv4.ip_forward=1")
        self._line("county", f"{wan}.0", plan.county_down, plan.county_up)
        for n in range(1, plan.direct + 1):
            self._line(f"d{n}", f"{wan}.{10 + n}", plan.direct_down, plan.direct_up)
        for n in range(1, plan.townships + 1):
            self._township(n)
        self._save()
        return self

    def _namespace(self, host):
        return f"{self.name}.{host}"

    def _inside(self, host, script):
        return call("ip", "netns", "exec", self._namespace(host), "sh", "-ec", script)

    def _add_host(self, host):
        call("ip", "netns", "add", self._namespace(host))
        self._inside(host, """
            ip link set lo up
            sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
            sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.tcp_no_metrics_save=1""")

    def _cable(self, upper, upper_port, lower, lower_port, down, up):
        call("ip", "link", "add", "name", upper_port, "netns", self._namespace(upper),
             "type", "veth", "peer", "name", lower_port, "netns", self._namespace(lower))
        for host, port in ((upper, upper_port), (lower, lower_port)):
            if not self.plan.offload:
                self._inside(host, f"ethtool -K {port} tso off gso off gro off >/dev/null")
            self._inside(host, f"ip link set {port} up")
        self.links[lower] = {"upper": [upper, upper_port], "lower": [lower, lower_port]}
        self.rate(lower, down, up)

    def _line(self, host, net, down, up):
        """A host at a line of its own to core."""
        self._add_host(host)
        self._cable("core", f"to-{host}", host, "eth0", down, up)
        self._inside("core", f"ip addr add {net}.1/30 dev to-{host}")
        self._inside(host, f"ip addr add {net}.2/30 dev eth0; ip route add default via {net}.1")
        self.addresses[host] = f"{net}.2"

    def _township(self, n):
        plan, router = self.plan, f"t{n}"
        lan, net = f"{plan.lan_net}.{n}", f"{plan.wan_net}.{100 + n}"
        self._line(router, net, plan.uplink_down, plan.uplink_up)
        self._inside(router, f"""
            sysctl -qw net.ipv4.ip_forward=1
            ip link add name br0 type bridge mcast_snooping 0
            ip link set br0 up
            ip addr add {lan}.1/24 dev br0""")
        if plan.nat:
            self._inside(router, """
                nft add table ip nat
                nft 'add chain ip nat post { type nat hook postrouting priority 100 ; }'
                nft add rule ip nat post oifname eth0 masquerade""")
        else:
            self._inside("core", f"ip route add {lan}.0/24 via {net}.2")
        for s in range(1, plan.stations + 1):
            host, port = f"{router}s{s}", f"s{s}"
            self._add_host(host)
            self._cable(router, port, host, "eth0", plan.lan, plan.lan)
            self._inside(router, f"ip link set {port} master br0")
            self._inside(host, f"""
                ip addr add {lan}.{10 + s}/24 brd + dev eth0
                ip route add default via {lan}.1
                ip route add 224.0.0.0/4 dev eth0""")
            self.addresses[host] = f"{lan}.{10 + s}"

    def down(self):
        """End what runs inside, and take the namespaces away; also those that
        an earlier lab of this name has left."""
        spaces = [line.split()[0] for line in call("ip", "netns", "list").splitlines()
                  if line.startswith(self.name + ".")]
        for sign in (signal.SIGTERM, signal.SIGKILL):
            for _ in range(30):
                running = [int(pid) for space in spaces
                           for pid in call("ip", "netns", "pids", space).split()]
                if not running:
                    break
                for pid in running:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, sign)
                time.sleep(0.1)
        for space in spaces:
            call("ip", "netns", "del", space)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._path())
        self.plan = None

    def _path(self):
        return os.path.join(STATE, self.name + ".json")

    def _save(self):
        os.makedirs(STATE, exist_ok=True)
        with open(self._path(), "w") as f:
            json.dump({"plan": dataclasses.asdict(self.plan), "addresses": self.addresses,
                       "links": self.links}, f)

    def found(self):
        """The lab of this name that another process has built."""
        with open(self._path()) as f:
            saved = json.load(f)
        self.plan = Plan(**saved["plan"])
        self.addresses, self.links = saved["addresses"], saved["links"]
        return self

    # -- using

    def stations(self):
        """The hosts that are stations, in their order."""
        return ([f"d{n}" for n in range(1, self.plan.direct + 1)] +
                [f"t{t}s{s}" for t in range(1, self.plan.townships + 1)
                 for s in range(1, self.plan.stations + 1)])

    def command(self, host, words):
        """The command that runs `words` at a host; it keeps the process id."""
        # Not "ip netns exec": that has mounts of its own, and would hold file systems that
        # others on this machine want to unmount meanwhile.
        return ["nsenter", f"--net=/run/netns/{self._namespace(host)}", *map(str, words)]

    def counters(self):
        """{link: (bytes down, bytes up)} that have come through so far."""
        found = {}
        for name, link in self.links.items():
            host, port = link["lower"]
            answer = json.loads(call("ip", "-n", self._namespace(host), "-s", "-j", "link",
                                     "show", "dev", port))
            stats = answer[0]["stats64"]
            found[name] = (stats["rx"]["bytes"], stats["tx"]["bytes"])
        return found

    def rate(self, name, down, up):
        """Give a line other rates, also while it is in use."""
        link = self.links[name]
        self._shape(*link["upper"], down)
        self._shape(*link["lower"], up)

    def _shape(self, host, port, mbit):
        where = ["tc", "-n", self._namespace(host), "qdisc"]
        if not mbit:
            with contextlib.suppress(LabFailure):  # there is none
                call(*where, "del", "dev", port, "root")
            return
        bytes_s = mbit * 1e6 / 8
        burst = max(4096, int(bytes_s * 0.004))  # at least two frames
        limit = max(32768, int(bytes_s * self.plan.queue_ms / 1000))
        call(*where, "replace", "dev", port, "root", "tbf", "rate", f"{int(mbit * 1e6)}bit",
             "burst", burst, "limit", limit)

    def cut(self, name):
        """The line is cut at its upper end; the host sees its cable as gone,
        too."""
        host, port = self.links[name]["upper"]
        self._inside(host, f"ip link set {port} down")

    def mend(self, name):
        host, port = self.links[name]["upper"]
        self._inside(host, f"ip link set {port} up")
        township = name[1:]
        if name[0] == "t" and township.isdigit() and not self.plan.nat:
            # The route to the LAN behind it went with the line.
            self._inside("core", f"ip route replace {self.plan.lan_net}.{township}.0/24 "
                                 f"via {self.plan.wan_net}.{100 + int(township)}.2")


@contextlib.contextmanager
def laboratory(name, plan):
    lab = Lab(name)
    try:
        yield lab.up(plan)
    finally:
        lab.down()


def _plan_options(parser):
    for field in dataclasses.fields(Plan):
        option = "--" + field.name.replace("_", "-")
        if field.type is bool:
            parser.add_argument(option, action="store_true")
        else:
            parser.add_argument(option, type=field.type, default=field.default)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", default="lab")
    verbs = parser.add_subparsers(dest="verb", required=True)
    _plan_options(verbs.add_parser("up", help="build it"))
    verbs.add_parser("down", help="end what runs in it, take it away")
    verbs.add_parser("hosts", help="hosts and their addresses")
    verbs.add_parser("counters", help="bytes through each line")
    run = verbs.add_parser("exec", help="run a command at a host")
    run.add_argument("host")
    run.add_argument("words", nargs=argparse.REMAINDER)
    rate = verbs.add_parser("rate", help="other rates, Mbit/s down and up")
    rate.add_argument("line")
    rate.add_argument("down", type=float)
    rate.add_argument("up", type=float)
    for verb in ("cut", "mend"):
        verbs.add_parser(verb, help=f"{verb} a line").add_argument("line")
    options = parser.parse_args()
    lab = Lab(options.name)
    if options.verb == "up":
        lab.up(Plan(**{field.name: getattr(options, field.name)
                       for field in dataclasses.fields(Plan)}))
        return
    if options.verb == "down":
        lab.down()
        return
    lab.found()
    if options.verb == "hosts":
        for host, address in lab.addresses.items():
            print(host, address)
    elif options.verb == "counters":
        for name, (down, up) in lab.counters().items():
            print(f"{name:8} down {down:14,} up {up:14,}")
    elif options.verb == "exec":
        command = lab.command(options.host, options.words)
        os.execvp(command[0], command)
    elif options.verb == "rate":
        lab.rate(options.line, options.down, options.up)
    else:
        (lab.cut if options.verb == "cut" else lab.mend)(options.line)


if __name__ == "__main__":
    sys.exit(main())
