#!/usr/bin/env python3
"""An independent reader of our logs: reads a static mirror, believes nothing.

    read_log.py DIR VKEY

DIR is a mirror (it holds tlog/<origin hash>/) or a log's own folder (it holds
checkpoint). Verifies the checkpoint's Ed25519 signature, every hash tile and
every entry against the signed root, and that each bundle and tile is exactly
as long as it must be. Prints the number of entries; exits with 1 and the
reason when anything is wrong, with 2 when called wrongly.

Written from the specifications alone (RFC 8032, RFC 9162, C2SP signed-note,
tlog-checkpoint, tlog-tiles) with nothing but the standard library, as a check
on what the program writes and on docs/formats-log.md.
"""

import base64
import hashlib
import os
import sys


class Wrong(Exception):
    """The log is not what was signed; the text says where."""


# --- Ed25519 verification, RFC 8032 5.1.7 and 6 -----------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def point_add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def point_mul(s, p):
    q = (0, 1, 1, 0)
    while s > 0:
        if s & 1:
            q = point_add(q, p)
        p = point_add(p, p)
        s >>= 1
    return q


def point_equal(p, q):
    return ((p[0] * q[2] - q[0] * p[2]) % P == 0
            and (p[1] * q[2] - q[1] * p[2]) % P == 0)


def point_read(data):
    y = int.from_bytes(data, "little")
    sign = y >> 255
    y &= (1 << 255) - 1
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P != 0:
        x = x * SQRT_M1 % P
    if (x * x - x2) % P != 0 or (x == 0 and sign == 1):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


BASE = point_read((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519_verify(public_key, message, signature):
    if len(public_key) != 32 or len(signature) != 64:
        return False
    a = point_read(public_key)
    r = point_read(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    k = hashlib.sha512(signature[:32] + public_key + message).digest()
    k = int.from_bytes(k, "little") % L
    return point_equal(point_mul(s, BASE), point_add(r, point_mul(k, a)))


# --- signed notes and checkpoints -------------------------------------------

def base64_strict(text):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return data if base64.b64encode(data).decode() == text else None


def key_id(name, key):
    return hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]


def read_vkey(vkey):
    parts = vkey.split("+", 2)
    key = base64_strict(parts[2]) if len(parts) == 3 else None
    if key is None or len(key) != 33 or key[0] != 1:
        raise Wrong("the vkey is not that of an Ed25519 key")
    if key_id(parts[0], key).hex() != parts[1]:
        raise Wrong("the vkey's id does not follow from its key")
    return parts[0], key


def read_note(note, vkey):
    """The text of the note, if the key signed it."""
    name, key = read_vkey(vkey)
    try:
        whole = note.decode("utf-8")
    except UnicodeDecodeError:
        raise Wrong("checkpoint: not UTF-8") from None
    if any(c < " " and c != "\n" for c in whole):
        raise Wrong("checkpoint: control characters")
    split = whole.rfind("\n\n")
    if split < 0 or not whole.endswith("\n"):
        raise Wrong("checkpoint: not a signed note")
    text = whole[:split + 1]
    lines = whole[split + 2:-1].split("\n")
    signed = False
    for line in lines:
        parts = line.split(" ")
        data = base64_strict(parts[2]) if len(parts) == 3 else None
        if len(parts) != 3 or parts[0] != "\u2014" or data is None or len(data) < 5:
            raise Wrong("checkpoint: a malformed signature line")
        if parts[1] != name or data[:4] != key_id(name, key):
            continue
        if not ed25519_verify(key[1:], text.encode(), data[4:]):
            raise Wrong("checkpoint: the signature does not verify")
        signed = True
    if not signed:
        raise Wrong("checkpoint: not signed by that key")
    return name, text


def read_checkpoint(note, vkey):
    name, text = read_note(note, vkey)
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] != "" or "" in lines[:-1]:
        raise Wrong("checkpoint: not three lines and more")
    if lines[0] != name:
        raise Wrong("checkpoint: of another origin")
    if not lines[1].isascii() or not lines[1].isdigit() or str(int(lines[1])) != lines[1]:
        raise Wrong("checkpoint: the size is no number")
    root = base64_strict(lines[2])
    if root is None or len(root) != 32:
        raise Wrong("checkpoint: the root is no hash")
    return lines[0], int(lines[1]), root


# --- the tree ----------------------------------------------------------------

def leaf_hash(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def tree_hash(hashes):
    """MTH of RFC 9162 2.1.1, by splitting, over hashes of equal subtrees."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1 << ((len(hashes) - 1).bit_length() - 1)
    return node_hash(tree_hash(hashes[:k]), tree_hash(hashes[k:]))


# --- files -------------------------------------------------------------------

class Mirror:
    def __init__(self, folder):
        self.folder = folder

    def read(self, path, longest):
        try:
            with open(os.path.join(self.folder, path), "rb") as f:
                data = f.read(longest + 1)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        if len(data) > longest:
            raise Wrong(f"{path}: longer than it can be")
        return data

    def tile(self, kind, n, width, each, exact):
        """The first `width` pieces of a resource, and its path."""
        digits = f"{n:03d}"
        digits = "0" * (-len(digits) % 3) + digits
        groups = [digits[i:i + 3] for i in range(0, len(digits), 3)]
        full = f"tile/{kind}/" + "/".join(
            ["x" + g for g in groups[:-1]] + groups[-1:])
        path, has = full, 256
        if width < 256:
            path, has = f"{full}.p/{width}", width
        data = self.read(path, has * each)
        if data is None and width < 256:
            path, has = full, 256
            data = self.read(path, has * each)
        if data is None:
            raise Wrong(f"{path}: missing")
        if exact and len(data) != has * each:
            raise Wrong(f"{path}: not {has} hashes long")
        return path, has, data


def hash_tile(mirror, level, n, width):
    path, _, data = mirror.tile(level, n, width, 32, True)
    return path, [data[i:i + 32] for i in range(0, 32 * width, 32)]


def entry_bundle(mirror, n, width):
    path, has, data = mirror.tile("entries", n, width, 2 + 65535, False)
    entries, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at:at + 2], "big")
        if at + 2 + size > len(data):
            raise Wrong(f"{path}: ends within an entry")
        entries.append(data[at + 2:at + 2 + size])
        at += 2 + size
    if len(entries) != has:
        raise Wrong(f"{path}: {len(entries)} entries in place of {has}")
    return path, entries[:width]


def widths(count):
    """(number, width) of the tiles over `count` hashes."""
    return [(n, min(256, count - 256 * n)) for n in range((count + 255) // 256)]


def verify(folder, vkey):
    mirror = Mirror(folder)
    note = mirror.read("checkpoint", 65536)
    if note is None:
        raise Wrong("checkpoint: missing")
    origin, size, root = read_checkpoint(note, vkey)

    leaves = []
    for n, width in widths(size):
        path, entries = entry_bundle(mirror, n, width)
        hashes = [leaf_hash(e) for e in entries]
        tile_path, tile = hash_tile(mirror, 0, n, width)
        if hashes != tile:
            raise Wrong(f"{path} and {tile_path} do not agree")
        leaves += hashes
    if tree_hash(leaves) != root:
        raise Wrong("the entries do not hash to the signed root")

    level, below = 1, leaves
    while len(below) >= 256:
        here = [tree_hash(below[i:i + 256])
                for i in range(0, len(below) // 256 * 256, 256)]
        for n, width in widths(len(here)):
            path, tile = hash_tile(mirror, level, n, width)
            if tile != here[256 * n:256 * n + width]:
                raise Wrong(f"{path} does not agree with the level below")
        level, below = level + 1, here
    return origin, size, root


def main():
    if len(sys.argv) != 3:
        print("usage: read_log.py DIR VKEY", file=sys.stderr)
        return 2
    folder, vkey = sys.argv[1:]
    try:
        name = hashlib.sha256(read_vkey(vkey)[0].encode()).hexdigest()
        inside = os.path.join(folder, "tlog", name)
        if os.path.isdir(inside):
            folder = inside
        origin, size, root = verify(folder, vkey)
    except Wrong as e:
        print(f"read_log: {e}", file=sys.stderr)
        return 1
    print(f"{size} entries of {origin}, root {base64.b64encode(root).decode()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
