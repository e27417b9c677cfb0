"""Held files over HTTP beside nginx, and 200 people who watch at once."""

import os
import re
import resource
import shutil
import statistics
import subprocess
import time

from lib import Process, http_get, wait_for
from rows import Row
from viewers import watch

MB, RANGE, SECONDS, CONNECTIONS = 100, 65536, 4, 16
VIEWERS, WATCH_S = 200, 20

NGINX = """\
{user}
daemon off;
worker_processes auto;
pid {dir}/nginx.pid;
error_log {dir}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000;
    default_type application/octet-stream;
    client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3;
    uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
    server {{
        listen {address}:7433;
        location /payload/ {{ alias {payload}/; }}
    }}
}}
"""

RANGES = """\
local n = {blocks}
local at = 0
request = function()
    at = (at + 7) % n
    return wrk.format("GET", nil, {{ Range = string.format("bytes=%d-%d",
        at * {range}, (at + 1) * {range} - 1) }})
end
"""


def start_nginx(s, payload):
    folder = s.path("nginx")
    os.makedirs(folder)
    address = s.new_address()
    conf = os.path.join(folder, "nginx.conf")
    with open(conf, "w", encoding="utf-8") as f:
        # Root's workers would be another user's, who may not look in here.
        f.write(NGINX.format(user="user root;" if os.geteuid() == 0 else "", dir=folder,
                             address=address, payload=payload))
    nginx = Process(s, "nginx", ["nginx", "-p", folder, "-c", conf])
    return nginx, f"http://{address}:7433"


def cpu_s(pid):
    """Of a process and those it started."""
    total = 0
    for one in [pid, *children(pid)]:
        with open(f"/proc/{one}/stat", encoding="utf-8") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as f:
        return [int(word) for word in f.read().split()]


def bytes_of(text):
    number, unit = re.fullmatch(r"([\d.]+)([KMGT]?)B", text).groups()
    return float(number) * 1024 ** " KMGT".index(unit or " ")


def load(url, pid, script=None):
    """Requests and bytes a second, and CPU seconds for 10^9 bytes."""
    words = ["wrk", "-t", "2", "-c", str(CONNECTIONS), "-d", f"{SECONDS}s", "--timeout", "30s"]
    if script:
        words += ["-s", script]
    before, start = cpu_s(pid), time.monotonic()
    out = subprocess.run([*words, url], check=True, capture_output=True, text=True).stdout
    took, spent = time.monotonic() - start, cpu_s(pid) - before
    if "Socket errors" in out or "Non-2xx" in out:
        raise AssertionError(out)
    done = float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))
    rate = bytes_of(re.search(r"Transfer/sec:\s+(\S+)", out).group(1))
    return done, rate, spent / (rate * took / 1e9)


def compare(b, sides, script=None):
    """Medians of each side, which take turns."""
    found = {name: [] for name in sides}
    for _ in range(b.rounds):
        for name, (url, pid) in sides.items():
            found[name].append(load(url, pid, script))
    return {name: [statistics.median(column) for column in zip(*rows)]
            for name, rows in found.items()}


def beside_nginx(b, s, county, path):
    nginx, base = start_nginx(s, os.path.join(county.dir, "payload"))
    wait_for(lambda: http_get(base + path, timeout=2).code == 200, 20, "nginx serves")
    script = s.path("ranges.lua")
    with open(script, "w", encoding="utf-8") as f:
        f.write(RANGES.format(blocks=MB * 1024 * 1024 // RANGE - 1, range=RANGE))
    sides = {"ours": (county.url + path, county.process.pid), "nginx": (base + path, nginx.pid)}
    ranges, whole = compare(b, sides, script), compare(b, sides)
    nginx.stop()
    ours, theirs = ranges["ours"], ranges["nginx"]
    yield Row("held file, 64 KiB ranges", ours[0], "requests/s", peer=theirs[0], peer_name="nginx",
              target=">= 1.0 of it", met=ours[0] >= theirs[0],
              note=f"CPU seconds a GB: {ours[2]:.2f}, nginx {theirs[2]:.2f}")
    ours, theirs = whole["ours"], whole["nginx"]
    yield Row(f"held file of {MB} MB, whole", ours[1] / 1e6, "MB/s", peer=theirs[1] / 1e6,
              peer_name="nginx", target=">= 0.9 of it", met=ours[1] >= 0.9 * theirs[1],
              note=f"CPU seconds a GB: {ours[2]:.2f}, nginx {theirs[2]:.2f}")


def measure(b):
    s = b.scenario("serving")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4096)), hard))
    county = s.county(words=("--announce", "off"))
    b.make_county("append", county.dir, 1, 1, MB * 1024 * 1024)
    btmh = os.listdir(os.path.join(county.dir, "payload"))[0]
    name = os.listdir(os.path.join(county.dir, "payload", btmh))[0]
    path = f"/payload/{btmh}/{name}"
    county.start()
    if shutil.which("nginx") and shutil.which("wrk"):
        yield from beside_nginx(b, s, county, path)
    else:
        yield Row("held files beside nginx", 0, "", note="skipped: nginx or wrk is not here")
    seen = watch(county.address, 7433, [path], MB * 1024 * 1024, VIEWERS, WATCH_S)
    yield from seen.rows("200 viewers of one lesson")
