# TIMEOUT 240
"""A kernel that cannot build all of the engine's cage: without Landlock, with it
switched off, without seccomp, without what the keeper looks with. `status` says
which bar is missing, the others are there, and lessons come by the swarm."""
import os
import sys

import older_kernel
from lib import Process, Relay, Response, Skip, check, equal, need_program, run, wait_for

HERE = os.path.dirname(os.path.abspath(__file__))
LAYERS = ("user", "files", "calls", "connections")

# What is lacking, and the bars that are missing for it. With a user of its own
# the engine also has a root directory of its own, with Landlock or without.
KERNELS = (("landlock", {"files"}), ("landlock-off", {"files"}),
           ("pidfd_getfd", {"connections"}), ("seccomp", {"calls", "connections"}),
           ("landlock,seccomp", {"files", "calls", "connections"}))
# Root that may nothing: no user of its own for the engine.
POWERLESS = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]


def start_on(station, lacks, powerless):
    """As `station.start()` does, on such a kernel."""
    command = [*(POWERLESS if powerless else []), sys.executable,
               os.path.join(HERE, "older_kernel.py"), lacks, *station.command("run")]
    station.process = Process(station.scenario, station.name, command, env=station.env)
    station.wait_serving()
    return station


def cage_of(node):
    wait_for(lambda: node.status()["engine"]["state"] == "running", 60,
             f"{node.name}: its engine runs")
    return node.status()["engine"]["cage"]


def goes_on_without(s, county, relay, lesson, lacks, powerless, whole, missing):
    what = f"without {lacks}{', powerless' if powerless else ''}"
    station = s.station(county, name=lacks.replace(",", "-") + "-powerless" * powerless,
                        upstream=relay.url, words=["--announce", "off"])
    start_on(station, lacks, powerless)
    cage = cage_of(station)
    equal({layer for layer in LAYERS if cage[layer]["in_force"]}, whole - missing,
          f"{what}: bars in force")
    for layer in missing & whole:
        equal(cage[layer]["why"], "no_capabilities" if layer == "user" else "kernel",
              f"{what}: why not '{layer}'")
    equal("NOT" in station.cli("status"), bool(missing & whole), f"{what}: status says so")
    wait_for(lambda: station.state(lesson["id"]) == "held", 90, f"{what}: it comes by the swarm")
    equal(station.status()["engine"]["restarts"], 0, f"{what}: the engine did not end")
    station.stop()
    print(f"ok: {what}: missing {', '.join(sorted(missing)) or 'nothing'}", flush=True)


def story(s):
    if older_kernel.CALLS is None:
        raise Skip("which numbers calls have on this processor is not known here")
    county = s.county(words=["--announce", "off"]).start()
    whole = {layer for layer, state in cage_of(county).items() if state["in_force"]}
    check("calls" in whole, f"this kernel has something to take away: {whole}")
    lesson = county.publish(s.file("课.bin", 3_000_000))
    nothing = [(r"^/(payload|pieces)/", lambda _path, _response: Response(404, {}, b""))]
    relay = Relay(s, county.url, nothing)
    for powerless in (False, True) if "user" in whole else (False,):
        for lacks, missing in KERNELS:
            if powerless:
                need_program("setpriv")
                missing = missing | {"user"}
            elif "user" in whole:
                missing = missing - {"files"}
            goes_on_without(s, county, relay, lesson, lacks, powerless, whole, missing)


run(story)
