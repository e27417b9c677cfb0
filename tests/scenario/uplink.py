"""A thin line between LANs played on loopback: a TCP proxy that counts what
passes, lets no more through than its rate, and can be cut.

It connects onward from the address of whoever came, so that the other side sees
that one and not the proxy.
"""

import contextlib
import socket
import threading
import time


class Line:
    """Both ways of a line that several proxies share: bytes a second down."""

    def __init__(self, rate):
        self.rate = rate
        self.lock = threading.Lock()
        self.free_at = 0.0
        self.down = 0  # bytes, towards whoever connects
        self.up = 0

    def pass_down(self, size):
        """Wait until so many bytes have passed."""
        with self.lock:
            self.down += size
            now = time.monotonic()
            self.free_at = max(self.free_at, now - 0.02) + size / self.rate
            wait = self.free_at - now
        if wait > 0:
            time.sleep(wait)

    def pass_up(self, size):
        with self.lock:
            self.up += size


class Uplink:
    """One way over the line to `target` ("ADDRESS:PORT")."""

    def __init__(self, scenario, target, line):
        host, port = target.split(":")
        self.target, self.line = (host, int(port)), line
        self.address = scenario.new_address()
        self.url = f"http://{self.address}:7433"
        self.down = 0
        self.cut = False
        self.closing = False
        self.pairs = set()
        self.server = socket.create_server((self.address, 7433), backlog=64)
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()
        scenario.cleanup.callback(self.close)

    def _accept(self):
        while True:
            try:
                near, (host, _) = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(near, host), daemon=True).start()

    def _serve(self, near, host):
        far = socket.socket()
        try:
            far.bind((host, 0))
            far.connect(self.target)
        except OSError:
            near.close()
            far.close()
            return
        # Little lies in between: what is counted has nearly arrived.
        near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 16)
        far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        self.pairs.add((near, far))
        up = threading.Thread(target=self._pump, args=(near, far, False), daemon=True)
        up.start()
        self._pump(far, near, True)
        up.join()
        self.pairs.discard((near, far))
        near.close()
        far.close()

    def _pump(self, source, target, down):
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 14):
                while self.cut and not self.closing:
                    time.sleep(0.05)  # a dead line says nothing at all
                if down:
                    self.down += len(data)
                    self.line.pass_down(len(data))
                else:
                    self.line.pass_up(len(data))
                target.sendall(data)
        for s in (source, target):
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.closing = True
        with contextlib.suppress(OSError):
            self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        for pair in list(self.pairs):
            for s in pair:
                with contextlib.suppress(OSError):
                    s.shutdown(socket.SHUT_RDWR)
        self.thread.join(5)


def add_conf(node, key, value):
    """One more line in node.conf; before the node starts."""
    with open(f"{node.dir}/node.conf", "a") as f:
        f.write(f"{key} = {value}\n")


class Lan:
    """A LAN on part of the scenario's network: stations of one prefix that
    reach the county only over `line`, each by a proxy of its own. `number` is
    1 to 3."""

    def __init__(self, s, county, number, line, join):
        self.s, self.county, self.line, self.join = s, county, line, join
        self.first = 64 * number
        self.net = county.address.rpartition(".")[0]
        self.prefix = f"{self.net}.{self.first}/26"
        self.announce_port = s.announce_port + number
        self.stations = []

    def station(self):
        """One more; not started. Its way up is its `.uplink`."""
        number = len(self.stations) + 1
        uplink = Uplink(self.s, self.county.http, self.line)
        station = self.s.station(
            self.county, name=f"lan{self.first // 64}-{number}", title=f"{number}号站",
            join=self.join, upstream=uplink.url,
            address=f"{self.net}.{self.first + number}")
        station.set_conf("announce-port", self.announce_port)
        add_conf(station, "lan", self.prefix)
        station.uplink = uplink
        self.stations.append(station)
        return station


def county_alone(s, **more):
    """A county that is on no LAN with anybody."""
    county = s.county(words=["--announce", "off"], **more)
    add_conf(county, "lan", f"{county.address}/32")
    return county.start()
