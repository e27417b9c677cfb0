"""The swarms people would use instead, as competitors in a race: aria2,
libtorrent, Transmission. Each as it comes, with a tracker at the county and
with what finds neighbours on the LAN; only DHT and port forwarding are off,
because there is no world to reach. The torrent is v1, which all of them read."""

import hashlib
import json
import os
import shutil
import subprocess

from lib import wait_for

HERE = os.path.dirname(os.path.abspath(__file__))
# The python that Debian's python3-libtorrent is for.
PYTHON = "/usr/bin/python3"
PIECE = 256 << 10


def bencode(value):
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        return b"%d:%s" % (len(value), value)
    return b"d" + b"".join(bencode(key) + bencode(value[key]) for key in sorted(value)) + b"e"


def make_torrent(source, target, tracker=None, piece=PIECE):
    """A v1 torrent of one file; its info-hash in hex."""
    pieces = b""
    with open(source, "rb") as f:
        while part := f.read(piece):
            pieces += hashlib.sha1(part).digest()
    info = {"length": os.path.getsize(source), "name": os.path.basename(source),
            "piece length": piece, "pieces": pieces}
    torrent = {"info": info, **({"announce": tracker} if tracker else {})}
    with open(target, "wb") as f:
        f.write(bencode(torrent))
    return hashlib.sha1(bencode(info)).hexdigest()


def torrent_with_tracker(race):
    """A torrent of the race's lesson, and the tracker that knows it."""
    address = race.lab.addresses["county"]
    torrent = race.path("lesson.torrent")
    info_hash = make_torrent(race.source, torrent, f"http://{address}:6969/announce")
    folder = race.folder("county", "tracker")
    os.chmod(folder, 0o777)
    with open(os.path.join(folder, "allowed"), "w") as f:
        f.write(info_hash + "\n")
    race.run("county", ["opentracker", "-i", address, "-p", "6969", "-P", "6969", "-d", folder,
                        "-u", "nobody", "-w", "allowed"], "tracker", cwd=folder)
    return torrent


class Swarm:
    """What they have in common: a program that tells of its end by a file."""

    def __init__(self):
        self.torrent = None

    def ended(self, race, host):
        return os.path.join(race.folder(host, "state"), "ended")

    def hook(self, race, host):
        """A program to be called at the end."""
        path = os.path.join(race.folder(host, "state"), "hook")
        with open(path, "w") as f:
            f.write(f"#!/bin/sh\n: >{self.ended(race, host)}\n")
        os.chmod(path, 0o755)
        return path

    def done(self, race, host):
        return os.path.exists(self.ended(race, host))

    def check(self, race):
        race.same_bytes()


class Aria2(Swarm):
    name, needs = "aria2", ("aria2c", "opentracker")

    def _start(self, race, host, folder, *more):
        race.run(host, ["aria2c", "--no-conf", "--enable-dht=false", "--enable-dht6=false",
                        "--disable-ipv6=true", "--bt-enable-lpd=true", "--listen-port=6881",
                        "--seed-ratio=0.0", "--seed-time=100000", "--file-allocation=none",
                        "--summary-interval=0", f"--dir={folder}",
                        f"--on-bt-download-complete={self.hook(race, host)}", *more,
                        self.torrent])

    def prepare(self, race):
        self.torrent = torrent_with_tracker(race)
        self._start(race, "county", os.path.dirname(race.source), "--check-integrity=true",
                    "--allow-overwrite=true")
        wait_for(lambda: self.done(race, "county"), 30, "aria2 seeds")

    def go(self, race, hosts):
        for host in hosts:
            self._start(race, host, race.folder(host))


class Libtorrent(Swarm):
    """One session of the library at each host (plain_session.py)."""
    name, needs = "libtorrent", (PYTHON, "opentracker")

    def missing(self):
        done = subprocess.run([PYTHON, "-c", "import libtorrent"], capture_output=True, check=False)
        return "python3-libtorrent" if done.returncode else None

    def _start(self, race, host, folder, *more):
        state = race.folder(host, "state")
        race.run(host, [PYTHON, "-B", os.path.join(HERE, "plain_session.py"), *more,
                        self.torrent, folder, state])
        wait_for(lambda: os.path.exists(os.path.join(state, "ready")), 20, f"{host} is ready")

    def prepare(self, race):
        self.torrent = torrent_with_tracker(race)
        self._start(race, "county", os.path.dirname(race.source), "--seed")
        for host in race.stations:
            self._start(race, host, race.folder(host))

    def go(self, race, hosts):
        for host in hosts:
            with open(os.path.join(race.folder(host, "state"), "go"), "w"):
                pass


class Transmission(Swarm):
    name = "Transmission"
    needs = ("transmission-daemon", "transmission-remote", "opentracker")

    def _remote(self, race, host, *words):
        done = subprocess.run(race.lab.command(host, ["transmission-remote", "127.0.0.1:9091",
                                                      *words]),
                              capture_output=True, text=True, check=False)
        return done.stdout

    def _start(self, race, host, folder):
        state = race.folder(host, "state")
        with open(os.path.join(state, "settings.json"), "w") as f:
            json.dump({"dht-enabled": False, "lpd-enabled": True, "peer-port": 6881,
                       "port-forwarding-enabled": False, "download-dir": folder,
                       "rpc-whitelist-enabled": False, "rpc-authentication-required": False,
                       "script-torrent-done-enabled": True, "idle-seeding-limit-enabled": False,
                       "ratio-limit-enabled": False,
                       "script-torrent-done-filename": self.hook(race, host)}, f)
        race.run(host, ["transmission-daemon", "-f", "-g", state])

    def _answers(self, race, host):
        wait_for(lambda: "Sum:" in self._remote(race, host, "-l"), 30, f"{host} answers")

    def prepare(self, race):
        self.torrent = torrent_with_tracker(race)
        self._start(race, "county", os.path.dirname(race.source))
        for host in race.stations:
            self._start(race, host, race.folder(host))
        for host in ("county", *race.stations):
            self._answers(race, host)
        self._remote(race, "county", "-a", self.torrent)
        wait_for(lambda: "100%" in self._remote(race, "county", "-l"), 60, "Transmission seeds")

    def go(self, race, hosts):
        for host in hosts:
            race.run(host, ["transmission-remote", "127.0.0.1:9091", "-a", self.torrent], "add")


def missing_of(who):
    """What of the programs it needs is not here, or None."""
    for program in who.needs:
        if not shutil.which(program):
            return program
    return who.missing() if hasattr(who, "missing") else None


