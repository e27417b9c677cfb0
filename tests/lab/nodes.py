"""Real xiangtu nodes at the hosts of a lab: tests/scenario/lib.py's Node, run
inside a namespace, and asked through its control socket, which costs next to
nothing and crosses no line."""

import json
import os
import signal
import socket
import contextlib

from lib import Node, Process, check, children_of, wait_for

TICKS = os.sysconf("SC_CLK_TCK")


class ControlSocket:
    """One connection to a node's control.sock, kept while it answers."""

    def __init__(self, folder):
        self.folder, self.sock, self.rest = folder, None, b""

    def close(self):
        if self.sock:
            self.sock.close()
        self.sock, self.rest = None, b""

    def _connect(self):
        # By way of /proc, because the path may be too long for an address.
        fd = os.open(self.folder, os.O_PATH)
        try:
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(10)
            self.sock.connect(f"/proc/self/fd/{fd}/control.sock")
        finally:
            os.close(fd)

    def ask(self, verb, **more):
        """The reply, or None when the node says that it failed."""
        try:
            if not self.sock:
                self._connect()
            self.sock.sendall(json.dumps({"verb": verb, **more}).encode() + b"\n")
            while True:
                while b"\n" not in self.rest:
                    part = self.sock.recv(1 << 16)
                    if not part:
                        raise ConnectionError("the node hung up")
                    self.rest += part
                line, _, self.rest = self.rest.partition(b"\n")
                message = json.loads(line)
                if "reply" in message:
                    return message["reply"]
                if "failed" in message:
                    return None
        except OSError:
            self.close()
            raise


class LabNode(Node):
    """A node at a host of the lab."""

    def __init__(self, scenario, lab, host, name=None):
        super().__init__(scenario, name or host, address=lab.addresses[host])
        self.lab, self.host = lab, host
        self.control = ControlSocket(self.dir)
        # All namespaces are on one machine, which nodes would notice.
        self.env = dict(os.environ, XIANGTU_MACHINE=f"{lab.name}-{self.name}")
        scenario.nodes.append(self)

    def command(self, *words):
        return self.lab.command(self.host, super().command(*words))

    def join(self, level, parent, *words, region="431081101203"):
        self.init("--level", level, "--name", self.name, "--region", region, "--join",
                  parent.join_path(), "--upstream", parent.url, *words)
        return self

    def join_path(self):
        path = self.scenario.path(f"{self.name}.join")
        if not os.path.exists(path):
            self.join_file()
        return path

    def start(self, wait=True):
        self.process = Process(self.scenario, self.name, self.command("run"), env=self.env)
        if wait:
            self.wait_serving()
        return self

    def wait_serving(self, deadline=20):
        def serving():
            check(self.running(), f"{self.name} runs")
            return self.control.ask("status")
        wait_for(serving, deadline, f"{self.name} answers")

    def kill_all(self):
        """kill -9 of node and engine at once."""
        pids = [self.process.pid, *self.engines()]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.process.wait()
        self.process = None

    def shown(self, lesson_id):
        """The lesson as `show` tells it, or None while it is not known."""
        return self.control.ask("show", id=lesson_id)

    def holds(self, lesson_id):
        lesson = self.shown(lesson_id)
        return lesson is not None and lesson["state"] == "held"

    def progress(self, lesson_id):
        lesson = self.shown(lesson_id)
        return lesson["progress"] if lesson else 0

    def carries(self, btmh):
        """Does it fetch this payload from beyond its LAN just now?"""
        return any(job["carries"] for job in self.control.ask("transfers")["fetching"]
                   if job["btmh"] == btmh)

    def cpu_seconds(self):
        """Of the node and everything it has started."""
        ticks = 0
        for pid in (self.process.pid, *children_of(self.process.pid)):
            with open(f"/proc/{pid}/stat") as f:
                fields = f.read().rpartition(")")[2].split()
            # user, system, and those of children that ended
            ticks += sum(map(int, fields[11:15]))
        return ticks / TICKS
