# TIMEOUT 180
"""A county that serves pieces beyond its LAN to nodes it knows only: an
enrolled station proves who it is and is served; who says nothing, who was never
enrolled, and who plays back what a station once said get nothing, and are shown
out. Where the county does not ask for it, anybody is served."""
import hashlib
import os
import socket
import struct

import tlog
from lib import check, equal, http_get, run, wait_for

BLOCK = 16384
REQUEST, PIECE, EXTENDED, INTERESTED, UNCHOKE, BITFIELD = 6, 7, 20, 2, 1, 5
OUR_MESSAGE = 9


class Client:
    """A BitTorrent peer by hand: it says what it is told to, and asks for the
    first block."""

    def __init__(self, county, info_hash, source, hello=None):
        self.socket = socket.create_connection((county.address, 7434), timeout=40,
                                               source_address=(source, 0))
        self.got, self.theirs = b"", {}
        self.socket.sendall(b"\x13BitTorrent protocol" + bytes([0, 0, 0, 0, 0, 0x10, 0, 0]) +
                            info_hash + b"-PY0001-" + os.urandom(12))
        check(self._read(68)[28:48] == info_hash, "the same torrent")
        said = {b"m": {b"xt_proof": OUR_MESSAGE} if hello else {}}
        if hello:
            said[b"xt_node"] = hello
        self.send(EXTENDED, b"\x00" + tlog.bencode(said))

    def _read(self, size):
        data = b""
        while len(data) < size:
            part = self.socket.recv(size - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def send(self, kind, body=b""):
        self.socket.sendall(struct.pack(">IB", 1 + len(body), kind) + body)

    def messages(self):
        while True:
            size = struct.unpack(">I", self._read(4))[0]
            if size:
                data = self._read(size)
                yield data[0], data[1:]

    def hear_hello(self):
        """What the other side says in its extension handshake."""
        for kind, body in self.messages():
            if kind == EXTENDED and body[0] == 0:
                self.theirs = tlog.bdecode(body[1:])
                return self.theirs

    def prove(self, signature):
        self.send(EXTENDED, bytes([self.theirs[b"m"][b"xt_proof"]]) + signature)

    def first_block(self):
        """It, or nothing: the other side has hung up."""
        try:
            self.send(INTERESTED)
            self.send(REQUEST, struct.pack(">III", 0, 0, BLOCK))
            for kind, body in self.messages():
                if kind == UNCHOKE:
                    self.send(REQUEST, struct.pack(">III", 0, 0, BLOCK))
                if kind == PIECE:
                    return body[8:]
        except (EOFError, ConnectionError):
            return b""
        finally:
            self.socket.close()


class Identity:
    def __init__(self, seed):
        self.seed, self.public = seed, tlog.public_of(seed)
        self.nonce = os.urandom(32)

    def hello(self, asks=0):
        return bytes([asks]) + self.public + self.nonce

    def signature(self, theirs, btmh):
        """docs/formats-payload.md, "Who may take pieces"."""
        hello = theirs[b"xt_node"]
        key, nonce = hello[1:33], hello[33:]
        return tlog.sign(self.seed, b"xiangtu-peer/v1\n" + nonce + self.nonce + btmh +
                         self.public + key)


def loaded(county, info_hash, source):
    """Has the county load it, as any client does: it asks for peers."""
    quoted = "".join(f"%{byte:02x}" for byte in info_hash)
    answer = http_get(f"{county.url}/announce?info_hash={quoted}&port=6999&left=1&compact=1"
                      "&peer_id=-PY0001-000000000000", source=source)
    return b"failure" not in answer.body and len(tlog.bdecode(answer.body)[b"peers"]) >= 6


def story(s):
    county = s.county(words=["--announce", "off"])
    with open(os.path.join(county.dir, "node.conf"), "a", encoding="utf-8") as f:
        f.write(f"lan = {county.address}/32\nswarm-peers = known\n")  # all others are beyond
    county.start()
    station = s.station(county, words=["--announce", "off"]).start()
    county.enrol(station)
    station.stop()
    path = s.file("课.bin", 3_000_000)
    with open(path, "rb") as f:
        content = f.read(BLOCK)
    lesson = county.publish(path, "黑山羊")
    btmh = bytes.fromhex(lesson["btmh"])
    torrent = tlog.bdecode(http_get(f"{county.url}/torrent/{lesson['btmh']}").body)
    info_hash = hashlib.sha1(tlog.bencode(torrent[b"info"])).digest()
    source = s.new_address()
    wait_for(lambda: loaded(county, info_hash, source), 20, "the county's engine has it")

    known = Identity(tlog.read_secret(os.path.join(station.dir, "node.key"))[1])
    signatures = []

    def is_served():
        client = Client(county, info_hash, source, known.hello())
        theirs = client.hear_hello()
        equal(theirs[b"xt_node"][0], 1, "the county asks who it is")
        signatures.append(known.signature(theirs, btmh))
        client.prove(signatures[-1])
        return client.first_block() == content
    # A machine that is busy may take longer than the county's patience.
    wait_for(is_served, 60, "the enrolled station is served")

    equal(Client(county, info_hash, source).first_block(), b"", "who says nothing")
    equal(Client(county, info_hash, source, known.hello()).first_block(), b"",
          "who names a station, and proves nothing")
    client = Client(county, info_hash, source, known.hello())
    client.hear_hello()
    client.prove(signatures[-1])  # the station's own, of a moment ago
    equal(client.first_block(), b"", "who plays back a station's proof")
    stranger = Identity(os.urandom(32))
    client = Client(county, info_hash, source, stranger.hello())
    client.prove(stranger.signature(client.hear_hello(), btmh))
    equal(client.first_block(), b"", "who was never enrolled")
    client = Client(county, info_hash, source, known.hello())
    client.hear_hello()
    client.prove(known.signature(client.theirs, bytes(32)))
    equal(client.first_block(), b"", "a proof for another lesson")

    # It proves itself to others that ask, in turn.
    client = Client(county, info_hash, source, known.hello(asks=1))
    theirs = client.hear_hello()
    hello = theirs[b"xt_node"]
    body = next(body for kind, body in client.messages()
                if kind == EXTENDED and body[0] == OUR_MESSAGE)
    check(tlog.verify(hello[1:33], b"xiangtu-peer/v1\n" + known.nonce + hello[33:] + btmh +
                      hello[1:33] + known.public, body[1:]), "the county's own proof")

    county.stop()
    county.set_conf("swarm-peers", "any")
    county.start()
    wait_for(lambda: loaded(county, info_hash, source), 20, "the county's engine has it")
    equal(Client(county, info_hash, source).first_block() == content, True,
          "anybody is served where nobody is asked")


run(story)
