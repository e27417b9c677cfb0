# TIMEOUT 240
"""Somebody on the LAN invents nodes by the thousand, each properly signed, some
with the address of a victim, and sends what he has as fast as he can. Real
neighbours stay known, a new one is found, a lesson arrives, memory stays what it
was, and the victim gets less than the flood cost."""
import base64
import ctypes
import ctypes.util
import hashlib
import os
import random
import socket
import struct
import threading

import tlog
from ear import GROUP, Ear
from lib import SANITIZED, Skip, check, equal, http_request, run, wait_for

MEGABYTE = 1 << 20
INVENTED = 4000


# --- a signer that is fast enough ----------------------------------------------------

class Signer:
    def __init__(self):
        name = ctypes.util.find_library("sodium")
        if not name:
            raise Skip("libsodium cannot be loaded")
        self.lib = ctypes.CDLL(name)
        self.lib.sodium_init()

    def key(self, seed):
        public, secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(64)
        self.lib.crypto_sign_seed_keypair(public, secret, seed)
        return public.raw, secret

    def sign(self, secret, message):
        signature = ctypes.create_string_buffer(64)
        self.lib.crypto_sign_detached(signature, None, message,
                                      ctypes.c_ulonglong(len(message)), secret)
        return signature.raw


def announcement(signer, seed, community, port, heads):
    """One of a node that never was (docs/formats-neighbourhood.md 2.2)."""
    public, secret = signer.key(seed)
    body = struct.pack("<4sBBH8s32s8sIIHHIIIB", b"xtan", 1, 0, 2, community, public, seed[:8],
                       1, 1, port, 7434, 1, 9999, 9999, 0)
    body += struct.pack("<B", len(heads)) + b"".join(heads) + struct.pack("<H", 0)
    return body + signer.sign(secret, b"xiangtu-announce/v1\n" + body)


def statement(signer, seed, name="x"):
    """What such a node says of itself (section 3)."""
    public, secret = signer.key(seed)
    key = "node-" + public.hex()[:16]
    text = (f"xiangtu-node/v1\nnode {tlog.vkey_of(key, public)}\ninstance {seed[:8].hex()}\n"
            f"boot 1\nseq 1\nlevel station\nname {name}\nswarm 0\nroom 0\nversion 1\n"
            "trust 0\nroot 0\n")
    line = base64.b64encode(tlog.key_id(key, public) + signer.sign(secret, text.encode()))
    return (text + "\n\u2014 " + key + " " + line.decode() + "\n").encode()


# --- who sends, and who is to suffer ---------------------------------------------------

class Victim:
    """Accepts whatever the flood has others send to it, and counts."""

    def __init__(self, s):
        self.address = s.new_address()
        self.listener = socket.create_server((self.address, 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        self.connections = self.bytes = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                c, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            c.settimeout(1)
            try:
                self.bytes += len(c.recv(65536))
            except OSError:
                pass
            c.close()

    def received(self):
        """With three segments of headers for each connection."""
        return self.bytes + self.connections * 3 * 60


class Flood:
    """Sends datagrams round and round from many addresses, until it is closed."""

    def __init__(self, s, datagrams, sources, port):
        self.datagrams, self.sent, self.bytes = datagrams, 0, 0
        self.port, self.ended = port, threading.Event()
        self.sockets = []
        for source in sources:
            one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            one.bind((source, 0))
            one.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(source))
            self.sockets.append(one)
        self.thread = threading.Thread(target=self._send, daemon=True)
        self.thread.start()

    def _send(self):
        while not self.ended.is_set():
            for i, (datagram, source) in enumerate(self.datagrams):
                try:
                    self.sockets[source].sendto(datagram, (GROUP, self.port))
                    self.sent += 1
                    self.bytes += len(datagram)
                except OSError:
                    pass
                if i % 20 == 0 and self.ended.wait(0.01):  # some 2,000 a second
                    return

    def close(self):
        self.ended.set()
        self.thread.join()


def resident(node):
    with open(f"/proc/{node.process.pid}/status") as f:
        return int(dict(line.split(":", 1) for line in f)["VmRSS"].split()[0]) * 1024


def knows(node, others):
    rows = {row["url"]: row for row in node.cli_json("neighbours")}
    return all(rows.get(o.url, {}).get("alive") and rows[o.url]["confirmed"] for o in others)


def statements(s, county, signer, noise):
    """Nodes that never were tell of themselves: as many as a township could
    have, and then one is asked to come back; others are taken as before."""
    def tell(source):
        return http_request(county.url + "/node", "POST", source=source,
                            body=statement(signer, noise.randbytes(32))).code

    source = s.new_address()
    codes = {tell(source) for _ in range(1500)}
    check(204 in codes and codes <= {204, 429}, f"invented statements: {codes}")
    equal(tell(s.new_address()), 204, "a statement from another address")


def story(s):
    noise, signer = random.Random(os.environ.get("XIANGTU_SEED", 1)), Signer()
    county = s.county(words=("--announce-port", str(s.announce_port))).start()
    stations = [s.station(county, name=f"station{i}").start() for i in range(2)]
    wait_for(lambda: knows(county, stations), 30, "the stations are known")
    community = bytes.fromhex(county.status()["fingerprint"])[:8]
    first = county.publish(s.file("一.bin", 300_000), "一")
    for station in stations:
        station.wait_held(first["id"])
    before = resident(county)

    victim = Victim(s)
    sources = [victim.address] + [s.new_address() for _ in range(30)]
    heads = [hashlib.sha256(origin.encode()).digest()[:16] +
             struct.pack("<Q", 10_000) + noise.randbytes(8) for origin in county.heads()]
    datagrams = []
    for i in range(INVENTED):
        # Every second says it is the victim: its HTTP port is wherever it listens.
        source = 0 if i % 2 else noise.randrange(1, len(sources))
        port = victim.port if source == 0 else noise.randrange(1024, 65536)
        datagrams.append((announcement(signer, noise.randbytes(32), community, port, heads),
                          source))
    equal(len({datagram[16:48] for datagram, _ in datagrams}), INVENTED, "keys")
    ear = Ear(s.announce_port, [county.address])
    flood = Flood(s, datagrams, sources, s.announce_port)
    try:
        wait_for(lambda: flood.sent > INVENTED, 60, "the flood has begun")
        second = county.publish(s.file("二.bin", 300_000), "二")
        for station in stations:
            station.wait_held(second["id"])
        third = s.station(county, name="newcomer").start()
        wait_for(lambda: knows(county, [third]), 60, "a newcomer is found in the flood")
        wait_for(lambda: flood.sent > 2.5 * INVENTED, 120, "the flood goes on")
        wait_for(lambda: knows(county, [*stations, third]), 15, "real neighbours stay known")
        rows = county.cli_json("neighbours")
        check(len(rows) <= 512, f"{len(rows)} rows")
        check(sum(row["confirmed"] for row in rows) == 3, "none of the invented is confirmed")
    finally:
        flood.close()
    check(victim.received() < flood.bytes / 4,
          f"{flood.bytes} bytes of flood had {victim.received()} sent to the victim")
    check(len(ear.heard[county.address]) < flood.bytes / 4, f"and {len(ear.heard[county.address])} announced")
    check(SANITIZED or resident(county) < before + 64 * MEGABYTE,
          f"{before} bytes became {resident(county)}")
    statements(s, county, signer, noise)
    wait_for(lambda: knows(county, stations), 15, "and the stations after all of it")
    print(f"sent {flood.sent} datagrams, {flood.bytes} bytes; to the victim "
          f"{victim.connections} connections, {victim.received()} bytes; announced {len(ear.heard[county.address])}")


run(story)
