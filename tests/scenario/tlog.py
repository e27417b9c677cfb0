"""A second reader and writer of our formats, independent of the programs.

Signed notes, checkpoints, Merkle trees, tiles and entry bundles as the C2SP
specifications say (signed-note, tlog-checkpoint, tlog-tiles), and Ed25519 as
RFC 8032 says, in plain Python: slow, and sharing nothing with what it checks.
The stories use it to audit what xiangtu wrote, and to be a publisher that says
what no honest one would.
"""

import base64
import hashlib
import os

# --- Ed25519 (RFC 8032 5.1) --------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
I = pow(2, (P - 1) // 4, P)


def _add(a, b):
    """Points as (X, Y, Z, T), x = X/Z, y = Y/Z, x*y = T/Z."""
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    c = 2 * a[3] * b[3] * D % P
    d = 2 * a[2] * b[2] % P
    e, f, g, h = f - e, d - c, d + c, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def _multiply(number, point):
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = _add(result, point)
        point = _add(point, point)
        number >>= 1
    return result


def _x_of(y, sign):
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * I % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


_Y = 4 * pow(5, P - 2, P) % P
_X = _x_of(_Y, 0)
BASE = (_X, _Y, 1, _X * _Y % P)


def _pack(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _unpack(data):
    number = int.from_bytes(data, "little")
    y = number & ((1 << 255) - 1)
    x = _x_of(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % P)


def _hash_number(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % L


def _expand(seed):
    h = hashlib.sha512(seed).digest()
    number = int.from_bytes(h[:32], "little") & ((1 << 254) - 8) | 1 << 254
    return number, h[32:]


def public_of(seed):
    return _pack(_multiply(_expand(seed)[0], BASE))


def sign(seed, message):
    number, prefix = _expand(seed)
    public = public_of(seed)
    r = _hash_number(prefix, message)
    point = _pack(_multiply(r, BASE))
    s = (r + _hash_number(point, public, message) * number) % L
    return point + s.to_bytes(32, "little")


def verify(public, message, signature):
    a, r = _unpack(public), _unpack(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or a is None or r is None or s >= L:
        return False
    k = _hash_number(signature[:32], public, message)
    return _pack(_multiply(s, BASE)) == _pack(_add(r, _multiply(k, a)))


# --- keys and notes (C2SP signed-note) ----------------------------------------

def key_id(name, public, kind=b"\x01"):
    return hashlib.sha256(name.encode() + b"\n" + kind + public).digest()[:4]


def vkey_of(name, public):
    data = base64.b64encode(b"\x01" + public).decode()
    return f"{name}+{key_id(name, public).hex()}+{data}"


def read_vkey(vkey):
    """(name, public key); the id must follow from the rest."""
    name, number, data = vkey.split("+", 2)
    data = base64.b64decode(data, validate=True)
    assert len(data) == 33 and data[0] == 1, "not an Ed25519 vkey"
    assert key_id(name, data[1:]).hex() == number, "wrong key id"
    return name, data[1:]


def read_secret(path):
    """(name, seed) of a key file, PRIVATE+KEY+name+id+base64."""
    with open(path) as f:
        words = f.read().strip().split("+", 4)
    assert words[:2] == ["PRIVATE", "KEY"], "not a secret key"
    data = base64.b64decode(words[4], validate=True)
    assert len(data) == 33 and data[0] == 1
    return words[2], data[1:]


def sign_note(text, name, seed):
    """The note: text, blank line, one signature."""
    assert text.endswith("\n")
    line = base64.b64encode(key_id(name, public_of(seed)) + sign(seed, text.encode()))
    return (text + "\n\u2014 " + name + " " + line.decode() + "\n").encode()


def open_note(note, vkeys):
    """The text of a note that at least one of the keys has signed."""
    text, _, signatures = note.rpartition(b"\n\n")
    text += b"\n"
    assert note.endswith(b"\n") and signatures
    known = {}
    for vkey in vkeys:
        name, public = read_vkey(vkey)
        known[name.encode(), key_id(name, public)] = public
    good = 0
    for line in signatures[:-1].split(b"\n"):
        dash, name, data = line.split(b" ")
        assert dash == "\u2014".encode(), "not a signature line"
        data = base64.b64decode(data, validate=True)
        public = known.get((name, data[:4]))
        if public is not None:
            assert verify(public, text, data[4:]), "a known key's signature is wrong"
            good += 1
    assert good, "no signature by a known key"
    return text.decode()


# --- Merkle tree (RFC 6962 2.1) -------------------------------------------------

def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves):
    """The root over a list of leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        level = [node_hash(level[i], level[i + 1])
                 for i in range(0, len(level) - 1, 2)] + odd
    return level[0]


def tile_path(level, number, width=256):
    digits = f"{number % 1000:03}"
    while number >= 1000:
        number //= 1000
        digits = f"x{number % 1000:03}/" + digits
    return f"tile/{level}/{digits}" + (f".p/{width}" if width < 256 else "")


def origin_hash(origin):
    return hashlib.sha256(origin.encode()).hexdigest()


def bundle_of(entries):
    return b"".join(len(e).to_bytes(2, "big") + e for e in entries)


def read_bundle(data):
    entries = []
    while data:
        size = int.from_bytes(data[:2], "big")
        assert len(data) >= 2 + size, "bundle ends inside an entry"
        entries.append(data[2:2 + size])
        data = data[2 + size:]
    return entries


def resources_of(entries):
    """{path: bytes} of all tiles and bundles of a log, full and last partial."""
    found = {}
    for start in range(0, len(entries), 256):
        part = entries[start:start + 256]
        found[tile_path("entries", start // 256, len(part))] = bundle_of(part)
    level, hashes = 0, [leaf_hash(e) for e in entries]
    while hashes:
        above = []
        for start in range(0, len(hashes), 256):
            part = hashes[start:start + 256]
            found[tile_path(level, start // 256, len(part))] = b"".join(part)
            if len(part) == 256:
                above.append(root_of(part))
        level, hashes = level + 1, above
    return found


def audit(read, vkey, tiles=True):
    """Check a whole log; `read(path)` gives the bytes of a resource below its
    prefix. Returns (origin, entries)."""
    text = open_note(read("checkpoint"), [vkey])
    lines = text.split("\n")
    origin, size = lines[0], int(lines[1])
    assert lines[1] == str(size), "size is not in its one spelling"
    assert origin == read_vkey(vkey)[0], "another log's checkpoint"
    entries = []
    for start in range(0, size, 256):
        width = min(256, size - start)
        part = read_bundle(read(tile_path("entries", start // 256, width)))
        assert len(part) == width, "bundle of another width"
        entries += part
    root = root_of([leaf_hash(e) for e in entries])
    assert base64.b64decode(lines[2], validate=True) == root, "the root is another"
    if tiles:
        for path, data in resources_of(entries).items():
            assert read(path) == data, f"{path} holds something else"
    return origin, entries


def audit_folder(folder, vkey, tiles=True):
    def read(path):
        with open(os.path.join(folder, *path.split("/")), "rb") as f:
            return f.read()
    return audit(read, vkey, tiles)


# --- bencode (BEP 3), for torrents that no honest publisher makes ----------------

def bencode(value):
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        return b"%d:" % len(value) + value
    if isinstance(value, list):
        return b"l" + b"".join(map(bencode, value)) + b"e"
    pairs = sorted((k.encode() if isinstance(k, str) else k, v) for k, v in value.items())
    return b"d" + b"".join(bencode(k) + bencode(v) for k, v in pairs) + b"e"


def bdecode(data):
    def value(at):
        c = data[at:at + 1]
        if c == b"i":
            end = data.index(b"e", at)
            return int(data[at + 1:end]), end + 1
        if c in (b"l", b"d"):
            items, at = [], at + 1
            while data[at:at + 1] != b"e":
                item, at = value(at)
                items.append(item)
            return (items if c == b"l" else dict(zip(items[::2], items[1::2]))), at + 1
        colon = data.index(b":", at)
        end = colon + 1 + int(data[at:colon])
        return data[colon + 1:end], end
    result, end = value(0)
    assert end == len(data), "bytes after the end"
    return result


def merkle_v2(data, piece=16384):
    """(pieces root, piece layer) of one file of BEP 52; layer b"" if it has one
    piece only."""
    leaves = [hashlib.sha256(data[i:i + 16384]).digest()
              for i in range(0, len(data), 16384)]

    def up(hashes, pad):
        count = 1
        while count < len(hashes):
            count *= 2
        hashes = hashes + [pad] * (count - len(hashes))
        while len(hashes) > 1:
            hashes = [hashlib.sha256(hashes[i] + hashes[i + 1]).digest()
                      for i in range(0, len(hashes), 2)]
        return hashes[0]

    per_piece = piece // 16384
    zero = bytes(32)
    pad = up([zero] * per_piece, zero)
    if len(data) <= piece:
        return up(leaves, zero), b""
    layer = []
    for i in range(0, len(leaves), per_piece):
        part = leaves[i:i + per_piece]
        layer.append(up(part + [zero] * (per_piece - len(part)), zero))
    return up(layer, pad), b"".join(layer)


def make_torrent(files, name, single=False, piece=16384):
    """A hybrid torrent of {tuple of path parts: data}: (torrent, btmh hex).

    Names go in as they are. With `single` the one file is the torrent.
    """
    layers, tree, stream, v1 = {}, {}, b"", []
    for parts, data in files.items():
        root, layer = merkle_v2(data, piece)
        if layer:
            layers[root] = layer
        leaf = {"": {"length": len(data), "pieces root": root}} if data else \
            {"": {"length": 0}}
        at = tree
        for part in parts[:-1]:
            at = at.setdefault(part, {})
        at[parts[-1]] = leaf
        if stream and len(stream) % piece:
            pad = piece - len(stream) % piece
            v1.append({"attr": "p", "length": pad, "path": [".pad", str(pad)]})
            stream += bytes(pad)
        v1.append({"length": len(data), "path": list(parts)})
        stream += data
    info = {"name": name, "piece length": piece, "meta version": 2, "file tree": tree,
            "pieces": b"".join(hashlib.sha1(stream[i:i + piece]).digest()
                               for i in range(0, len(stream), piece))}
    if single:
        info["length"] = len(stream)
    else:
        info["files"] = v1
    encoded = bencode(info)
    torrent = b"d4:info" + encoded + bencode("piece layers") + bencode(layers) + b"e"
    return torrent, hashlib.sha256(encoded).hexdigest()


# --- a publisher that says anything -----------------------------------------------

class Publisher:
    """A county's log continued by hand, with the county's own key.

    `rules()` are for a Relay before that county: they put this log in the
    place of the county's.
    """

    def __init__(self, county, entries=None):
        self.origin, self.seed = read_secret(os.path.join(county.dir, "publisher.key"))
        self.prefix = "/tlog/" + origin_hash(self.origin)
        self.entries = list(entries or [])
        self.torrents = {}
        self.files = {}

    def load(self, get):
        """Start from what the county has: `get(url path)` gives bytes."""
        vkey = vkey_of(self.origin, public_of(self.seed))
        _, self.entries = audit(lambda path: get(self.prefix + "/" + path), vkey, tiles=False)
        return self

    def checkpoint(self):
        root = base64.b64encode(root_of([leaf_hash(e) for e in self.entries])).decode()
        return sign_note(f"{self.origin}\n{len(self.entries)}\n{root}\n",
                         self.origin, self.seed)

    def resource(self, path):
        """The bytes at a URL path, or None for what is not ours."""
        path = path.partition("?")[0]
        if path == self.prefix + "/checkpoint":
            return self.checkpoint()
        if path.startswith(self.prefix + "/tile/"):
            path = path[len(self.prefix) + 1:]
            for size in range(len(self.entries), 0, -1):
                found = resources_of(self.entries[:size]).get(path)
                if found is not None:
                    return found
            return b""
        if path.startswith("/torrent/"):
            return self.torrents.get(path[9:])
        return self.files.get(path)
