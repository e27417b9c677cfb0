"""rsync and Syncthing as competitors in a race."""

import json
import os
import subprocess
import time
import xml.etree.ElementTree as ET

from lib import Failure, equal, wait_for


class Rsync:
    """An rsync daemon, and every station takes the lesson from it."""
    name, needs = "rsync", ("rsync",)
    PORT = 8730

    def __init__(self):
        self.fetching = {}

    def serve(self, race, host, folder):
        """The daemon's process."""
        conf = race.path("rsyncd.conf")
        with open(conf, "w") as f:
            f.write(f"use chroot = no\nuid = root\ngid = root\n[lessons]\npath = {folder}\n"
                    "read only = yes\n")
        server = race.run(host, ["rsync", "--daemon", "--no-detach", "--config", conf, "--port",
                                 self.PORT], "rsyncd")
        listing = race.lab.command(host, ["rsync", f"rsync://127.0.0.1:{self.PORT}/lessons/"])
        wait_for(lambda: subprocess.run(listing, capture_output=True, check=False)
                 .returncode == 0, 10, "rsync serves")
        return server

    def prepare(self, race):
        self.serve(race, "county", os.path.dirname(race.source))

    def fetch(self, race, host, server):
        url = f"rsync://{race.lab.addresses[server]}:{self.PORT}/lessons/"
        return race.run(host, ["rsync", "-a", "--whole-file", "--no-compress",
                               url + os.path.basename(race.source), race.folder(host) + "/"])

    def go(self, race, hosts):
        for host in hosts:
            self.fetching[host] = self.fetch(race, host, "county")

    def done(self, race, host):
        if self.fetching[host].running():
            return False
        equal(self.fetching[host].wait(), 0, f"{host}: rsync")
        return True

    def check(self, race):
        race.same_bytes()


class Syncthing:
    """Every station knows every other and the county, by address where they
    cannot hear one another; the folder's file appears at the county."""
    name, needs = "Syncthing", ("syncthing", "curl")

    def __init__(self):
        self.ids, self.hosts, self.source_folder = {}, [], None

    def _home(self, race, host):
        return race.folder(host, "home")

    def _configure(self, race, host):
        """Their own `generate`, then what we want instead."""
        path = os.path.join(self._home(race, host), "config.xml")
        tree = ET.parse(path)
        root = tree.getroot()
        for kind in ("device", "folder"):
            for found in root.findall(kind):
                root.remove(found)
        options = root.find("options")
        for key, value in {"globalAnnounceEnabled": "false", "localAnnounceEnabled": "true",
                           "relaysEnabled": "false", "natEnabled": "false", "urAccepted": "-1",
                           "crashReportingEnabled": "false", "autoUpgradeIntervalH": "0",
                           "startBrowser": "false",
                           "listenAddress": "tcp://0.0.0.0:22000"}.items():
            for found in options.findall(key):
                options.remove(found)
            ET.SubElement(options, key).text = value
        root.find("gui/apikey").text = "lab"
        root.find("gui/address").text = "127.0.0.1:8384"
        source = host == "county"
        folder = ET.SubElement(root, "folder", id="lesson", label="lesson",
                               path=self.source_folder if source else race.folder(host),
                               type="sendonly" if source else "sendreceive",
                               rescanIntervalS="3600", fsWatcherEnabled="false")
        for other in self.hosts:
            device = ET.SubElement(root, "device", id=self.ids[other], name=other,
                                   compression="metadata")
            ET.SubElement(device, "address").text = (
                f"tcp://{race.lab.addresses[other]}:22000" if other == "county" else "dynamic")
            ET.SubElement(folder, "device", id=self.ids[other])
        tree.write(path)

    def _ask(self, race, host, path, post=False):
        done = subprocess.run(race.lab.command(host, [
            "curl", "-s", "-m", "60", "-H", "X-API-Key: lab", *(["-X", "POST"] if post else []),
            f"http://127.0.0.1:8384{path}"]), capture_output=True, text=True, check=False)
        try:
            return json.loads(done.stdout or "{}")
        except ValueError:
            return {}

    def _connected(self, race, host):
        known = self._ask(race, host, "/rest/system/connections").get("connections") or {}
        return sum(one["connected"] for one in known.values())

    def prepare(self, race):
        self.hosts = ["county", *race.stations]
        self.source_folder = race.folder("county", "source")
        environment = dict(os.environ, HOME=race.path(), STNOUPGRADE="1")
        for host in self.hosts:
            subprocess.run(["syncthing", "generate", f"--home={self._home(race, host)}",
                            "--no-default-folder", "--skip-port-probing"], check=True,
                           capture_output=True, env=environment)
            config = ET.parse(os.path.join(self._home(race, host), "config.xml"))
            self.ids[host] = config.getroot().find("device").get("id")
        for host in self.hosts:
            self._configure(race, host)
            race.run(host, ["syncthing", "serve", f"--home={self._home(race, host)}",
                            "--no-browser", "--no-restart", "--no-upgrade"], env=environment)
        for host in self.hosts:
            wait_for(lambda host=host: self._connected(race, host) == len(self.hosts) - 1, 120,
                     f"{host} is connected with all others", pause=0.5)
        time.sleep(3)  # until they have told one another what they have: nothing

    def go(self, race, hosts):
        if len(hosts) < len(race.stations):
            raise Failure("Syncthing's stations all start at once")
        os.link(race.source, os.path.join(self.source_folder, os.path.basename(race.source)))
        self._ask(race, "county", "/rest/db/scan?folder=lesson", post=True)

    def done(self, race, host):
        # It has a temporary name until it is complete.
        return os.path.exists(race.arrived(host))

    def check(self, race):
        race.same_bytes()
