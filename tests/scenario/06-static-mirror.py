# TIMEOUT 120
"""`log export` writes files that any web server can serve: a station whose only
upstream is such a server has everything. `log verify` and a reader of another
make agree that the export is whole, and find each damage done to it."""
import os
import shutil
import sys

import tlog
from lib import (DONE, REFUSED, Process, StaticServer, check, equal, http_get, run,
                 wait_for)


def verify(node, folder, vkey):
    return node.try_cli("log", "verify", folder, "--key", vkey).code


def every_damage_is_found(s, county, log, vkey):
    for path in ("checkpoint", tlog.tile_path("entries", 0, 3), tlog.tile_path(0, 0, 3)):
        damaged = s.path("damaged")
        shutil.copytree(log, damaged)
        with open(os.path.join(damaged, path), "r+b") as f:
            f.seek(os.path.getsize(f.name) // 2)
            byte = f.read(1)
            f.seek(-1, os.SEEK_CUR)
            f.write(bytes([byte[0] ^ 1]))
        equal(verify(county, damaged, vkey), REFUSED, f"{path} altered")
        os.unlink(os.path.join(damaged, path))
        check(verify(county, damaged, vkey) not in (DONE, 2), f"{path} missing")
        shutil.rmtree(damaged)
    name = vkey.split("+")[0]
    other = tlog.vkey_of(name, tlog.public_of(bytes(range(32))))
    equal(verify(county, log, other), REFUSED, "another key")


def story(s):
    county = s.county().start()
    lessons = [county.publish(s.file(f"{n}.bin", 300_000 * n), f"第{n}课") for n in (1, 2, 3)]
    join = county.join_file()
    origin, vkey = next(iter(county.publisher_keys().items()))
    mirror = s.path("mirror")
    county.cli("log", "export", mirror)
    log = os.path.join(mirror, "tlog", tlog.origin_hash(origin))
    expected = [county.payload(lesson["btmh"]) for lesson in lessons]
    equal(verify(county, log, vkey), DONE, "log verify of the export")
    equal(verify(county, f"{county.url}/tlog/{tlog.origin_hash(origin)}", vkey), DONE,
          "log verify over HTTP")
    name, entries = tlog.audit_folder(log, vkey)
    equal((name, len(entries)), (origin, 3), "the other reader's audit")
    every_damage_is_found(s, county, log, vkey)
    county.stop()

    # One server with ranges, as nginx has, and Python's own, which has none.
    ranges = StaticServer(s, mirror)
    address = s.new_address()
    Process(s, "http.server", [sys.executable, "-m", "http.server", "--bind", address,
                               "--directory", mirror, "8000"])
    plain = f"http://{address}:8000"
    wait_for(lambda: http_get(plain + "/").code == 200, 10, "http.server")
    for number, upstream in enumerate((ranges.url, plain)):
        station = s.station(county, name=f"station{number}", upstream=upstream, join=join,
                            words=["--announce", "off"]).start()
        for lesson, files in zip(lessons, expected):
            station.wait_held(lesson["id"], 90)
            equal(station.payload(lesson["btmh"]), files, "bytes from a static mirror")
        equal(station.heads()[origin][0], 3, "the log")
        check(all(upstream["ok"] for upstream in station.status()["upstreams"]),
              "a static mirror is a good upstream")
        station.stop()

    # The mirror grows: export again into the same folder.
    more = county.publish(s.file("4.bin", 100_000), "第四课")
    county.cli("log", "export", mirror)
    equal(verify(county, log, vkey), DONE, "log verify of the grown export")
    station = s.nodes[1].start()
    station.wait_held(more["id"], 60)


run(story)
