"""Torrent files made by torrentmaker are those libtorrent makes of the same
files, and libtorrent finds every piece of them on disk."""
import os
import random
import subprocess
import sys
import tempfile

programs = sys.argv[1]
rng = random.Random(7)
K = 1024


def case(tag, piece, name, files):
    """`files` is a size for one file, or {path: size} for a folder."""
    with tempfile.TemporaryDirectory() as top:
        single = isinstance(files, int)
        tree = {"": files} if single else files
        for path, size in tree.items():
            full = os.path.join(top, name, path) if path else os.path.join(top, name)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "wb") as out:
                out.write(rng.randbytes(size))
        paths = sorted((p for p in tree if p), key=lambda p: p.encode().split(b"/"))
        torrent = os.path.join(top, "out.torrent")
        made = subprocess.run(
            [os.path.join(programs, "make_torrent"), torrent, str(piece), name,
             "file" if single else "folder", os.path.join(top, name)] + paths,
            check=True, capture_output=True, text=True).stdout.strip()
        seen = subprocess.run(
            [os.path.join(programs, "check_torrent"), torrent, top],
            capture_output=True)
        text = seen.stdout.decode()
        if seen.returncode != 0 or f"v2 {made}\n" not in text:
            sys.exit(f"{tag}: {made}\n{text}{seen.stderr!r}")
        print(tag, "fine")


case("one byte", 16 * K, "a", 1)
case("exactly a block", 16 * K, "a", 16 * K)
case("a block and one", 16 * K, "a", 16 * K + 1)
case("less than a piece", 256 * K, "a.mp4", 100 * K)
case("exactly a piece", 256 * K, "a.mp4", 256 * K)
case("several pieces", 256 * K, "黑山羊.mp4", 1000 * K + 3)
case("many pieces", 16 * K, "a.mp4", 517 * 16 * K - 5)
case("folder of one", 32 * K, "课", {"第一课.mp4": 100 * K})
case("folder of two", 32 * K, "课", {"一.mp4": 100 * K, "二.mp4": 64 * K})
case("aligned folder", 32 * K, "d", {"a": 64 * K, "b": 32 * K})
case("folders in folders", 64 * K, "d", {
    "a/b/c.bin": 200 * K, "a.txt": 10, "a-b/x": 70 * K, "a/z": 1,
    "b/deep/er/still": 64 * K, "b/deep/f": 65 * K})
case("empty files", 32 * K, "d", {
    "a": 0, "b": 10, "c": 0, "d/e": 40 * K, "d/f": 0, "g": 0})
case("twins", 32 * K, "d", {"a": 0, "b": 5})
case("a file named as its folder", 32 * K, "d", {"d": 100 * K})
