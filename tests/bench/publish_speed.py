"""`xiangtu publish --no-media` of a large file, against sha256sum and cp."""

import os
import shutil
import statistics
import subprocess
import time

from lib import make_file
from rows import Row

SIZE = 512 << 20


def forget(path):
    """Out of the page cache: everybody reads it from the disk."""
    fd = os.open(path, os.O_RDONLY)
    os.fsync(fd)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(fd)


def timed(*command):
    start = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - start


def other_bytes(path, number):
    with open(path, "r+b") as f:
        f.write(number.to_bytes(8, "big"))


def measure(b):
    s = b.scenario("publish")
    county = s.county(words=("--announce", "off"))
    source = make_file(s.path("课.bin"), SIZE)
    copy = s.path("copy.bin")
    summed, copied, flushed, ours = [], [], [], []
    for number in range(b.rounds):
        other_bytes(source, number)
        forget(source)
        summed.append(timed("sha256sum", source))
        copied.append(timed("cp", source, copy))
        flushed.append(timed("sync", copy))
        os.unlink(copy)
        forget(source)
        start = time.monotonic()
        lesson = county.publish(source, "黑山羊", "产业/养殖/黑山羊", "--no-media",
                                timeout=600)
        ours.append(time.monotonic() - start)
        shutil.rmtree(os.path.join(county.dir, "payload", lesson["btmh"]))
    ours_s, theirs_s = statistics.median(ours), statistics.median(map(sum, zip(summed, copied)))
    durable_s = statistics.median(map(sum, zip(summed, copied, flushed)))
    rate = SIZE / 1e6 / ours_s
    yield Row("publish", rate, "MB/s", peer=SIZE / 1e6 / theirs_s,
              peer_name="sha256sum, then cp", target="ratio >= 0.5",
              met=theirs_s / ours_s >= 0.5,
              note=f"{SIZE >> 20} MiB, not in the page cache, copied, hashed for v1 and v2, "
                   "logged, signed and flushed; sha256sum, cp and sync of the copy: "
                   f"{SIZE / 1e6 / durable_s:.0f} MB/s, ratio {durable_s / ours_s:.2f}")
