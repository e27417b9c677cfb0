# TIMEOUT 240
"""The BitTorrent engine sits in a cage, and `status` says which: a user of its
own, no files but the payloads, no calls but those it needs, no connections but
by its keeper. It gives and fetches through the bars as before; what is held is
not its to write. Killed again and again it is started ever later, which is
shown, and the node goes on over HTTP."""
import glob
import os
import shutil
import signal
import time

from lib import (Process, Relay, Response, check, children_of, equal, http_get, is_running, run,
                 sha256_of, wait_for)

LAYERS = ("user", "files", "calls", "connections")
EXCUSES = {"user": ("not_root", "no_owners", "no_capabilities"), "files": ("kernel",),
           "calls": ("kernel", "processor"), "connections": ("kernel", "processor", "no_sight")}


def engine(node):
    return node.status()["engine"]


def wait_engine(node, deadline=60):
    wait_for(lambda: engine(node)["state"] == "running", deadline, f"{node.name}: its engine runs")
    return node.status()["engine_pid"]


def uids_of(pid):
    with open(f"/proc/{pid}/status") as f:
        lines = dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)
    return [int(word) for word in lines["Uid"].split()], lines


def is_caged(node):
    """What status says of the cage is so, as far as /proc tells."""
    pid, told = wait_engine(node), engine(node)
    for layer in LAYERS:
        state = told["cage"][layer]
        check(state["in_force"] or state["why"] in EXCUSES[layer], f"{layer}: {state}")
        check(state["in_force"] == (state["why"] == ""), f"{layer}: {state}")
        print(f"{layer}: {'in force' if state['in_force'] else state['why']}")
    uids, lines = uids_of(pid)
    equal(set(uids), {told["uid"]}, "its user")
    if told["cage"]["user"]["in_force"]:
        check(told["uid"] not in (0, os.getuid()), f"a user of its own: {told['uid']}")
        equal(int(lines["CapPrm"], 16) | int(lines["CapEff"], 16), 0, "no capability")
        equal(lines["Groups"].strip(), "", "no other group")
    if told["cage"]["calls"]["in_force"]:
        equal(lines["Seccomp"], "2", "filtered calls")
    keepers = children_of(pid)
    equal(len(keepers), 1 if told["cage"]["connections"]["in_force"] else 0, "keepers")
    text = node.cli("status")
    if all(told["cage"][layer]["in_force"] for layer in LAYERS):
        check("NOT" not in text and "未" not in text.partition("引擎")[2].partition("\n")[0], text)
    return pid, keepers


def owners_of(node, btmh):
    folder = os.path.join(node.dir, "payload", btmh)
    return {os.lstat(path).st_uid for path in
            glob.glob(os.path.join(folder, "**"), recursive=True)}


def gives_to_a_stranger(s, county, lesson):
    """An ordinary client gets the lesson from the engine, not by web seed."""
    client = shutil.which("rtorrent")
    if client is None:
        print("no rtorrent here")
        return
    import tlog
    torrent = tlog.bdecode(http_get(f"{county.url}/torrent/{lesson['btmh']}.torrent").body)
    del torrent[b"url-list"]
    path, into, session = s.path("a.torrent"), s.path("client"), s.path("session")
    os.mkdir(into)
    os.mkdir(session)
    with open(path, "wb") as f:
        f.write(tlog.bencode(torrent))
    options = {"system.daemon.set": "true", "directory.default.set": into,
               "session.path.set": session, "network.bind_address.set": s.new_address(),
               "network.port_range.set": "6881-6899", "dht.mode.set": "disable",
               "protocol.pex.set": "no", "trackers.use_udp.set": "no"}
    command = [client, "-n"]
    for key, value in options.items():
        command += ["-o", f"{key}={value}"]
    process = Process(s, "rtorrent", command + [path], env=dict(os.environ, TERM="dumb", HOME=session))
    wanted = county.payload(lesson["btmh"])
    wait_for(lambda: all(os.path.isfile(p := os.path.join(into, name)) and sha256_of(p) == digest
                         for name, digest in wanted.items()), 90, "an ordinary client has it", pause=0.2)
    process.kill()


def fetches_by_the_swarm(s, county, lesson):
    """From a county whose HTTP gives no payload there is but the swarm."""
    nothing = [(r"^/(payload|pieces)/", lambda _path, _response: Response(404, {}, b""))]
    relay = Relay(s, county.url, nothing)
    station = s.station(county, name="by-swarm", upstream=relay.url,
                        words=["--announce", "off"]).start()
    owners = set()

    def comes():  # and nothing else could bring it
        owners.update(owners_of(station, lesson["btmh"]))
        return station.state(lesson["id"]) == "held"
    wait_for(comes, 90, "it comes by the swarm")
    told = engine(station)
    if told["cage"]["user"]["in_force"]:
        # Seen or missed while it was under way; now it is nobody's but root's.
        check(owners <= {0, told["uid"]}, f"owners: {owners}")
    equal(owners_of(station, lesson["btmh"]), {os.getuid()}, "whose what is held is")
    equal(station.payload(lesson["btmh"]), county.payload(lesson["btmh"]), "the bytes")
    return station


def left_by_a_power_cut(station, lesson):
    """A folder that was the engine's when everything stopped."""
    told = engine(station)
    station.kill()
    if told["cage"]["user"]["in_force"]:
        folder = os.path.join(station.dir, "payload", lesson["btmh"])
        os.chown(folder, -1, told["uid"])
        for name in os.listdir(folder):
            os.chown(os.path.join(folder, name), told["uid"], told["uid"])
    station.start()
    equal(owners_of(station, lesson["btmh"]), {os.getuid()}, "taken back at the start")
    station.stop()


def kill_once(county):
    wait_for(lambda: engine(county)["state"] == "running", 90, "an engine to kill", pause=0.1)
    pid = county.status()["engine_pid"]
    os.kill(pid, signal.SIGSEGV)
    wait_for(lambda: county.status()["engine_pid"] != pid, 20, "it is gone", pause=0.02)


def dies_and_dies(county, lesson):
    """Ever longer rests, which are shown; the node is well meanwhile."""
    ends, told = 0, {"state": ""}
    # The sixth rest is 6 s: a slow machine may need a longer one to see it.
    while ends < 6 or (told["state"] != "resting" and ends < 9):
        kill_once(county)
        ends, told = ends + 1, engine(county)
    equal(told["state"], "resting", f"after {ends} ends")
    check(0 < told["next_try_s"] <= 30, f"when it is tried again: {told}")
    equal(told["in_a_row"], ends, "ends in a row")
    equal(told["restarts"], ends - 1, "restarts so far")
    check(told["last_end"].startswith("ended "), f"why: {told}")
    check(0 <= told["last_end_ago_s"] < 60, f"when: {told}")
    check("11" in county.cli("status") or "code" in told["last_end"], "status says so in words")
    metrics = http_get(county.url + "/metrics").body.decode()
    check(f"xiangtu_engine_ends_in_a_row {ends}\n" in metrics, "the metrics say so")
    name = "%E8%AF%BE.bin"
    equal(http_get(f"{county.url}/payload/{lesson['btmh']}/{name}").code, 200, "HTTP goes on")
    wait_engine(county)
    equal(engine(county)["in_a_row"], ends, "a moment of health is not a minute")


def keeper_gone(county):
    """Without its keeper the engine ends, and both are made anew."""
    pid, keepers = is_caged(county)
    if not keepers:
        return
    os.kill(keepers[0], signal.SIGKILL)
    wait_for(lambda: not is_running(pid), 20, "the engine ends with its keeper")
    pid = wait_engine(county)
    keeper = children_of(pid)[0]
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not is_running(keeper), 20, "the keeper ends with its engine")


def story(s):
    county = s.county(words=["--announce", "off"]).start()
    lesson = county.publish(s.file("课.bin", 9_000_000))
    is_caged(county)
    gives_to_a_stranger(s, county, lesson)
    station = fetches_by_the_swarm(s, county, lesson)
    is_caged(station)
    keeper_gone(station)
    left_by_a_power_cut(station, lesson)
    began = time.monotonic()
    dies_and_dies(county, lesson)
    print(f"recovered after {time.monotonic() - began:.0f} s")
    pid, keepers = is_caged(county)
    county.kill()
    wait_for(lambda: not any(map(is_running, [pid, *keepers])), 20, "all end with the node")


run(story)
