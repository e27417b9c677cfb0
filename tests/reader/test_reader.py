#!/usr/bin/env python3
"""The independent reader accepts what the program wrote, at several sizes, and
refuses every damaged copy of it, with the file's name.

    test_reader.py MAKE_LOG
"""

import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def read(folder, vkey):
    done = subprocess.run(
        [sys.executable, os.path.join(HERE, "read_log.py"), folder, vkey],
        capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def files_of(folder):
    found = []
    for path, _, names in os.walk(folder):
        found += [os.path.join(path, n) for n in names]
    return sorted(found)


def superseded(path, size):
    """A partial file of an earlier size: nobody reads it any more."""
    if ".p/" not in path:
        return False
    head, width = path.rsplit(".p/", 1)
    if os.path.exists(head):
        return True
    level = head.split("/tile/")[1].split("/")[0]
    shift = 0 if level == "entries" else 8 * int(level)
    return int(width) != (size >> shift) % 256


def damage(path):
    with open(path, "r+b") as f:
        data = bytearray(f.read())
        data[len(data) // 2] ^= 0x20
        f.seek(0)
        f.write(data)


def check(condition, what):
    if not condition:
        sys.exit(f"test_reader: {what}")


def one_size(make_log, size):
    with tempfile.TemporaryDirectory() as work:
        mirror = os.path.join(work, "mirror")
        vkey = subprocess.run([make_log, mirror, str(size)], text=True,
                              capture_output=True, check=True).stdout.strip()
        code, out, err = read(mirror, vkey)
        check(code == 0 and out.startswith(f"{size} entries of "),
              f"size {size}: {out}{err}")
        other = "x" + vkey[1:]
        check(read(mirror, other)[0] == 1, "another name passed")
        files = [f for f in files_of(mirror) if not superseded(f, size)]
        # All of a small log, a choice of a large one.
        for path in files if len(files) < 30 else files[::len(files) // 12]:
            inner = os.path.relpath(path, mirror)
            copy = os.path.join(work, "copy")
            shutil.copytree(mirror, copy)
            damage(os.path.join(copy, inner))
            code, out, err = read(copy, vkey)
            name = inner.split("/", 2)[2]
            check(code == 1 and out == "", f"damaged {name} passed")
            check(name in err, f"damaged {name} is not named: {err}")
            os.unlink(os.path.join(copy, inner))
            code, out, err = read(copy, vkey)
            check(code == 1 and "missing" in err, f"missing {name}: {err}")
            shutil.rmtree(copy)


def main():
    for size in (0, 1, 255, 256, 257, 700, 3000):
        one_size(sys.argv[1], size)


main()
