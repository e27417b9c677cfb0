"""BitTorrent by hand: a peer that says what it is told to
(docs/formats-payload.md, "Who may take pieces")."""
import hashlib
import os
import socket
import struct

import tlog
from lib import Process, check, equal, http_get

BLOCK = 16384
REQUEST, PIECE, EXTENDED, INTERESTED, UNCHOKE = 6, 7, 20, 2, 1
OUR_MESSAGE = 9
UNKNOWN, BAD_PROOF, ELSEWHERE, SILENT = b"\x01", b"\x02", b"\x03", b"\x04"


def mapped(address):
    """An IPv4 address as 16 bytes."""
    return bytes(10) + b"\xff\xff" + socket.inet_aton(address)


def v1_hash(node, btmh):
    """The info-hash under which ordinary clients speak of it."""
    answer = http_get(f"{node.url}/torrent/{btmh}")
    equal(answer.code, 200, "the torrent file")
    return hashlib.sha1(tlog.bencode(tlog.bdecode(answer.body)[b"info"])).digest()


class Client:
    """A BitTorrent peer by hand: it says what it is told to, and asks for the
    first block."""

    def __init__(self, node, info_hash, source, hello=None, says=True):
        self.socket = socket.create_connection((node.address, 7434), timeout=120,
                                               source_address=(source, 0))
        self.theirs, self.verdict = {}, None
        self.socket.sendall(b"\x13BitTorrent protocol" + bytes([0, 0, 0, 0, 0, 0x10, 0, 0]) +
                            info_hash + b"-PY0001-" + os.urandom(12))
        check(self._read(68)[28:48] == info_hash, "the same torrent")
        if says:
            self.say(hello)

    def say(self, hello):
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

    def hear_proof(self):
        """What it sends to who asked it to prove itself: an address and a
        signature."""
        return next(body[1:] for kind, body in self.messages()
                    if kind == EXTENDED and body[0] == OUR_MESSAGE)

    def prove(self, proof):
        self.send(EXTENDED, bytes([self.theirs[b"m"][b"xt_proof"]]) + proof)

    def first_block(self):
        """It, or nothing: the other side has hung up, having said why in
        `verdict`, perhaps."""
        try:
            self.send(INTERESTED)
            self.send(REQUEST, struct.pack(">III", 0, 0, BLOCK))
            for kind, body in self.messages():
                if kind == UNCHOKE:
                    self.send(REQUEST, struct.pack(">III", 0, 0, BLOCK))
                if kind == EXTENDED and body[0] == OUR_MESSAGE:
                    self.verdict = body[1:]
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

    def proof(self, theirs, btmh, reached):
        """docs/formats-payload.md, "Who may take pieces"; `reached` is the
        address at which the other side was reached."""
        hello = theirs[b"xt_node"]
        key, nonce = hello[1:33], hello[33:]
        return mapped(reached) + tlog.sign(self.seed, b"xiangtu-peer/v1\n" + nonce + self.nonce +
                                           btmh + self.public + key + mapped(reached))


def loaded(node, info_hash, source):
    """Has the node load it, as any client does: it asks for peers."""
    quoted = "".join(f"%{byte:02x}" for byte in info_hash)
    answer = http_get(f"{node.url}/announce?info_hash={quoted}&port=6999&left=1&compact=1"
                      "&peer_id=-PY0001-000000000000", source=source)
    return b"failure" not in answer.body and len(tlog.bdecode(answer.body)[b"peers"]) >= 6


def rtorrent(s, node, btmh, address):
    """An ordinary client from an address of its own that is given the node's
    torrent file, without its web seed. Returns the process and its folder."""
    torrent = tlog.bdecode(http_get(f"{node.url}/torrent/{btmh}.torrent").body)
    del torrent[b"url-list"]
    folder = s.path(f"rtorrent-{address}")
    session, into, path = (os.path.join(folder, n) for n in ("session", "into", "a.torrent"))
    os.makedirs(session)
    os.makedirs(into)
    with open(path, "wb") as f:
        f.write(tlog.bencode(torrent))
    options = {"system.daemon.set": "true", "directory.default.set": into,
               "session.path.set": session, "network.bind_address.set": address,
               "network.port_range.set": "6881-6899", "dht.mode.set": "disable",
               "protocol.pex.set": "no", "trackers.use_udp.set": "no",
               "pieces.hash.on_completion.set": "yes"}
    command = ["rtorrent", "-n"]
    for key, value in options.items():
        command += ["-o", f"{key}={value}"]
    return Process(s, f"rtorrent-{address}", command + [path],
                   env=dict(os.environ, TERM="dumb", HOME=session)), into
