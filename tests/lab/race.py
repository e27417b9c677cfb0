"""One lesson, many stations, and the lines between: what every competitor is
given, and how it is measured.

A competitor is an object with

    name                 who it is
    needs                programs it cannot do without
    prepare(race)        everything up to the start: servers run, programs of
                         the stations are ready, nobody knows of the lesson
    go(race, hosts)      now these stations want it; called once more for late ones
    done(race, host)     has the host all of it?
    check(race)          afterwards: what they have are those bytes"""

import dataclasses
import os
import shutil
import subprocess
import time

from lib import Failure, Process, equal, sha256_of, wait_for


@dataclasses.dataclass
class Late:
    """Some stations join later than the others: when those have all of it, or
    when they have half."""
    count: int = 0
    middle: bool = False


@dataclasses.dataclass
class Outcome:
    """Seconds and bytes from the start to the moment the last station had it."""
    seconds: float
    down: dict  # {line: bytes}
    up: dict
    times: dict  # {host: seconds}
    late_s: float = 0  # of these, for stations that joined when the rest had it


class Race:
    def __init__(self, scenario, lab, size, limit=600, stations=None):
        self.s, self.lab, self.size, self.limit = scenario, lab, size, limit
        self.source = scenario.file("lesson.bin", size)
        self.digest = sha256_of(self.source)
        self.stations = stations or lab.stations()
        self.started = None
        self._folder = scenario.path(f"race-{time.monotonic_ns()}")
        os.mkdir(self._folder)
        os.chmod(self._folder, 0o777)
        os.chmod(scenario.dir, 0o755)  # some programs leave root behind

    def path(self, *names):
        return os.path.join(self._folder, *names)

    def folder(self, host, what="in"):
        """A folder of its own for a host; made when it is first asked for."""
        path = self.path(f"{host}-{what}")
        os.makedirs(path, exist_ok=True)
        return path

    def run(self, host, words, what="run", env=None, cwd=None):
        """Start a program at a host; it ends with the race."""
        return Process(self.s, f"{host}-{what}-{len(self.s.processes)}",
                       self.lab.command(host, words), env=env, cwd=cwd)

    def arrived(self, host):
        return os.path.join(self.folder(host), os.path.basename(self.source))

    def same_bytes(self):
        """What lies at every station is the lesson."""
        for host in self.stations:
            equal(sha256_of(self.arrived(host)), self.digest, f"{host} has the lesson")

    def close(self):
        for process in self.s.processes:
            if process.name.split("-")[0] in self.lab.addresses:
                process.kill()
        shutil.rmtree(self._folder, ignore_errors=True)


def run_race(race, who, late=Late(), on_middle=None):
    """Prepare, start, wait for the last one: an Outcome. `on_middle` is called
    once when half of it has come over the first line."""
    first = race.stations[:len(race.stations) - late.count]
    last = race.stations[len(first):]
    who.prepare(race)
    before = race.lab.counters()
    line = next(name for name in race.lab.links if name != "county")
    race.started = start = time.monotonic()
    who.go(race, first)
    missing, times, joined = list(first), {}, None
    while missing or last:
        for host in list(missing):
            if who.done(race, host):
                times[host] = time.monotonic() - start
                missing.remove(host)
        if (on_middle or late.middle and last) and \
                race.lab.counters()[line][0] - before[line][0] > race.size / 2:
            if on_middle:
                times["middle"] = time.monotonic() - start
                if gone := on_middle():
                    missing.remove(gone)
                on_middle = None
            else:
                who.go(race, last)
                missing, last = missing + last, []
        if last and not missing:
            joined = time.monotonic()
            who.go(race, last)
            missing, last = last, []
        if time.monotonic() - start > race.limit:
            raise Failure(f"{who.name}: after {race.limit} s {', '.join(missing)} "
                          f"{'has' if len(missing) == 1 else 'have'} not all of it")
        time.sleep(0.05 if on_middle or late.middle else 0.02)
    after = race.lab.counters()
    now = time.monotonic()
    who.check(race)
    return Outcome(now - start, {name: after[name][0] - before[name][0] for name in after},
                   {name: after[name][1] - before[name][1] for name in after}, times,
                   now - joined if joined else 0)


NGINX = """
daemon off;
user root;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
worker_processes 1;
events {{ worker_connections 512; }}
http {{
    sendfile on;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{ listen 8080; root {root}; }}
}}
"""


def web_server(race, host, folder):
    """A plain web server at a host: nginx, or Python's where there is none."""
    if shutil.which("nginx"):
        where = race.folder(host, "nginx")
        conf = os.path.join(where, "nginx.conf")
        with open(conf, "w") as f:
            f.write(NGINX.format(folder=where, root=folder))
        server = race.run(host, ["nginx", "-c", conf, "-p", where], "web")
    else:
        server = race.run(host, ["python3", "-m", "http.server", "8080", "-d", folder], "web")
    knock = race.lab.command(host, ["curl", "-sf", "-r", "0-0", "-o", "/dev/null",
                                    f"http://127.0.0.1:8080/{os.listdir(folder)[0]}"])
    wait_for(lambda: subprocess.run(knock, check=False).returncode == 0, 10,
             f"a web server at {host}")
    return server


class Curl:
    """A plain web server, and every station takes the lesson from it."""
    name, needs = "nginx and curl", ("nginx", "curl")

    def __init__(self):
        self.fetching = {}

    def prepare(self, race):
        web_server(race, "county", os.path.dirname(race.source))

    def go(self, race, hosts):
        url = f"http://{race.lab.addresses['county']}:8080/{os.path.basename(race.source)}"
        for host in hosts:
            self.fetching[host] = race.run(host, ["curl", "-sSf", "-o", race.arrived(host), url])

    def done(self, race, host):
        if self.fetching[host].running():
            return False
        equal(self.fetching[host].wait(), 0, f"{host}: curl")
        return True

    def check(self, race):
        race.same_bytes()


def plain_download(scenario, lab, size):
    """What one station alone takes for it with curl: an Outcome."""
    race = Race(scenario, lab, size, stations=lab.stations()[:1])
    try:
        return run_race(race, Curl())
    finally:
        race.close()
