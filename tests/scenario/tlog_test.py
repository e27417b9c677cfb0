"""The second reader agrees with the published vectors."""
import base64
import hashlib
import json
import os

import tlog
from lib import ROOT, check, equal, run


def story(_s):
    # RFC 8032 7.1, test 2.
    seed = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    equal(tlog.public_of(seed), public, "public key")
    signature = tlog.sign(seed, b"\x72")
    equal(signature.hex()[:16], "92a009a9f0d4cab8", "signature")
    check(tlog.verify(public, b"\x72", signature), "verifies")
    check(not tlog.verify(public, b"\x73", signature), "another message does not")

    with open(os.path.join(ROOT, "tests", "vectors", "tlog.json")) as f:
        vectors = json.load(f)
    entries = [b"leaf %d" % i for i in range(70_000)]
    leaves = [tlog.leaf_hash(e) for e in entries]
    for size, root in vectors["roots"].items():
        equal(base64.b64encode(tlog.root_of(leaves[:int(size)])).decode(), root,
              f"root of {size}")
    resources = tlog.resources_of(entries)
    for path, text in vectors["tile_sha256_size70000"].items():
        data = resources[path]
        equal(f"{len(data)} bytes sha256 {hashlib.sha256(data).hexdigest()}", text, path)
    equal(tlog.tile_path(0, 1234067, 8), vectors["paths"]["1234067 W=8"], "path")
    equal(tlog.tile_path(0, 1000), vectors["paths"]["1000"], "path")

    c = vectors["checkpoint"]
    text = tlog.open_note(c["note"].encode(), [c["log_vkey"]])
    equal(text.split("\n")[:2], [c["log_vkey"].split("+")[0], "70000"], "checkpoint")
    equal(tlog.origin_hash(text.split("\n")[0]), c["origin_hash"], "origin hash")
    seed = bytes.fromhex(c["log_seed_hex"])
    again = tlog.sign_note(text, text.split("\n")[0], seed).decode()
    check(c["note"].startswith(again), "our signature is theirs")

    data = os.urandom(100_000)
    torrent, _btmh = tlog.make_torrent({("a.bin",): data}, "a.bin", single=True)
    equal(tlog.bencode(tlog.bdecode(torrent)), torrent, "bencode there and back")


run(story)
