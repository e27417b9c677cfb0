# TIMEOUT 180
"""The disk is full, or the payload folder cannot be written: it is said, nothing
half-done shows as whole, the catalog stays up to date, and when there is room
again the node goes on by itself."""
import json
import os
import subprocess

from lib import ForgetFS, check, equal, run, stays, wait_for


def says_full(text):
    return any(word in text.lower() for word in ("room", "space", "full", "free"))


def a_station_without_room(s, county, make_full):
    """`make_full(fs, bytes)` leaves so much room."""
    fs = ForgetFS(s)
    name = f"small-{make_full.__name__}"
    station = s.station(county, name=name, directory=os.path.join(fs.path, "node")).start()
    fits = county.publish(s.file("小.bin", 200_000), "小课")
    station.wait_held(fits["id"])
    make_full(fs, fs.status()["bytes"] + (4 << 20))
    large = county.publish(s.file("大.bin", 24 << 20), "大课", "产业/养殖", "--no-media")
    wait_for(lambda: station.state(large["id"]) in ("wanted", "fetching", "known"), 30,
             "the large one is known")
    wait_for(lambda: says_full(json.dumps(station.cli_json("show", large["id"])) +
                               station.cli("status") + station.log()), 60,
             "the node says that the disk is full")
    stays(lambda: station.running() and station.state(large["id"]) != "held", 2,
          "alive, and not held")
    equal(station.state(fits["id"]), "held", "what it had it has")
    equal(station.heads(), county.heads(), "the catalog is up to date")
    make_full(fs, 0)
    station.wait_held(large["id"], 120)
    equal(station.payload(large["btmh"]), county.payload(large["btmh"]), "bytes")
    station.stop()
    fs.close()


def a_county_without_room(s, make_full):
    fs = ForgetFS(s)
    name = f"full-{make_full.__name__}"
    county = s.county(name, directory=os.path.join(fs.path, "node")).start()
    first = county.publish(s.file("1.bin", 100_000), "第一课")
    heads = county.heads()
    make_full(fs, fs.status()["bytes"] + (2 << 20))
    words = county.cli_fails(1, "publish", s.file("大.bin", 12 << 20), "--title", "大课",
                             "--topic", "产业", "--no-media")
    check(says_full(words), f"says why: {words}")
    make_full(fs, 0)
    equal(county.heads(), heads, "the log is as it was")
    equal([lesson["id"] for lesson in county.lessons()], [first["id"]], "and the lessons")
    left = os.listdir(os.path.join(county.dir, "payload"))
    check(len(left) == 1, f"nothing half-made left: {left}")
    county.publish(s.file("2.bin", 100_000), "第二课")
    county.stop()
    fs.close()


def make_unwritable(folder):
    """Also for root. Returns what undoes it, or None where that is impossible."""
    if os.getuid() != 0:
        os.chmod(folder, 0o555)
        return lambda: os.chmod(folder, 0o755)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", folder],
                      capture_output=True, check=False).returncode == 0:
        return lambda: subprocess.run(["umount", folder], check=False)
    return None


def a_payload_folder_that_cannot_be_written(s, county):
    station = s.station(county, name="readonly")
    payload = os.path.join(station.dir, "payload")
    os.makedirs(payload, exist_ok=True)
    undo = make_unwritable(payload)
    if not undo:
        print("cannot make a folder unwritable here")
        return
    s.cleanup.callback(lambda: undo and undo())
    lesson = county.publish(s.file("写.bin", 500_000), "写不进")
    station.start(wait=False)
    wait_for(lambda: not station.process.running() or station.lesson(lesson["id"]), 30,
             "it runs, or ends with a word")
    if station.process.running():
        stays(lambda: station.state(lesson["id"]) != "held", 2, "not held")
        wait_for(lambda: "payload" in station.log() + station.cli("status"), 30, "says where")
    else:
        check("payload" in station.log(), "says where")
    undo()
    undo = None
    if not station.process.running():
        station.start()
    station.wait_held(lesson["id"], 120)


def story(s):
    # Told by statfs, and found out by a write that fails.
    for make_full in (ForgetFS.limit, ForgetFS.quota):
        a_county_without_room(s, make_full)
    county = s.county().start()
    a_payload_folder_that_cannot_be_written(s, county)
    for make_full in (ForgetFS.limit, ForgetFS.quota):
        # A county each: what is still to be fetched would take the room.
        county = s.county(f"county-{make_full.__name__}").start()
        a_station_without_room(s, county, make_full)


run(story)
