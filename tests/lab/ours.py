"""xiangtu itself as a competitor in a race."""

import time

from lib import equal, wait_for
from nodes import LabNode

TINY = 20_000


class Ours:
    """A county, and stations whose upstream it is. Before the start all of them
    have joined and hold a first small lesson, so that the lines between them
    are known and connected; then the lesson is published."""
    name, needs = "xiangtu", ()

    def __init__(self, late=(), chatter_s=0):
        self.late, self.chatter_s = late, chatter_s
        self.nodes, self.county, self.lesson = {}, None, None
        self.chatter = None  # bytes a minute, down and up, of the first line

    def prepare(self, race):
        s, lab = race.s, race.lab
        self.county = LabNode(s, lab, "county")
        self.county.init("--level", "county", "--name", "资兴市", "--region", "431081")
        self.county.start()
        for host in race.stations:
            node = LabNode(s, lab, host).join("station", self.county)
            self.nodes[host] = node.start(wait=False)
        first = self.county.publish(s.file("first.bin", TINY), "第一课", "产业", "--no-media")
        for node in self.nodes.values():
            wait_for(lambda node=node: node.holds(first["id"]), 60,
                     f"{node.name} holds the first lesson")
        for host in self.late:
            self.nodes[host].stop()
        if self.chatter_s:
            self._listen(lab)

    def _listen(self, lab):
        """What the nodes say to one another while there is nothing to do."""
        line = next(name for name in lab.links if name != "county")
        before = lab.counters()[line]
        time.sleep(self.chatter_s)
        after = lab.counters()[line]
        self.chatter = [(b - a) * 60 / self.chatter_s for a, b in zip(before, after)]

    def go(self, race, hosts):
        if self.lesson is None:
            self.lesson = self.county.publish(race.source, "黑山羊养殖", "产业/养殖/黑山羊",
                                              "--no-media", timeout=600)
        for host in hosts:
            if not self.nodes[host].running():
                self.nodes[host].start(wait=False)

    def done(self, race, host):
        try:
            return self.nodes[host].holds(self.lesson["id"])
        except OSError:
            return False  # it is just starting

    def check(self, race):
        for host, node in self.nodes.items():
            if node.running():
                equal(list(node.payload(self.lesson["btmh"]).values()), [race.digest],
                      f"{host} has the lesson")

    def kill_the_carrier(self):
        """kill -9 of the node that fetches from beyond the LAN, and of its
        engine; its host."""
        host = wait_for(lambda: [host for host, node in self.nodes.items()
                                 if node.carries(self.lesson["btmh"])], 10,
                        "somebody carries it", pause=0.02)[0]
        self.nodes[host].kill_all()
        return host
