# TIMEOUT 300
"""The power goes, again and again, on a disk that keeps only what was fsynced
and any part of the rest. A county never loses what `publish` returned for, and
never signs a second history; a station never shows as held what it has not, and
goes on."""
import os

from lib import LONG, Failure, ForgetFS, check, equal, run, sha256_of, stays, wait_for

ROUNDS = 100 if LONG else 12


def power_cut(s, fs, node, seed):
    """Stop the node where it is, lose what was not safe, start it again."""
    if node.process:
        node.kill()
    report = fs.cut(seed)
    print(f"   seed {seed}: {report}", flush=True)
    node.start()


def a_county_on_a_forgetful_disk(s):
    """`publish` returned: then the lesson is there. And no fork, ever."""
    fs = ForgetFS(s)
    county = s.county(directory=os.path.join(fs.path, "node"))
    county.start()
    follower = s.station(county, name="follower").start()
    promised = {}
    for number in range(ROUNDS):
        seed = s.random.randrange(1, 1 << 30)
        path = s.file(f"{number}.bin", s.random.randrange(1, 400_000))
        # Some changes more, then the power is gone.
        fs.die_after(s.random.randrange(1, 150))
        result = county.try_cli("publish", path, "--title", f"第{number}课",
                                "--topic", "产业/养殖", "--no-media", "--json", timeout=60)
        if result.code == 0:
            promised[result.json()["id"]] = sha256_of(path)
        power_cut(s, fs, county, seed)
        held = {lesson["id"]: lesson for lesson in county.lessons()}
        for lesson_id, digest in promised.items():
            check(lesson_id in held and held[lesson_id]["state"] == "held",
                  f"seed {seed}: {lesson_id} was promised and is {held.get(lesson_id)}")
            equal(list(county.payload(held[lesson_id]["btmh"]).values()), [digest],
                  f"seed {seed}: bytes of {lesson_id}")
    for lesson_id in promised:
        follower.wait_held(lesson_id, 120)
    check(not any(log.get("forked") for log in follower.status()["logs"]),
          "the county never signed two histories")
    last = county.publish(s.file("last.bin", 1000), "最后一课")
    follower.wait_held(last["id"], 120)
    equal(follower.heads(), county.heads(), "one history")
    for node in (follower, county):
        node.stop()
    fs.close()
    print(f"county: {len(promised)} of {ROUNDS} publishes came through")


def a_station_on_a_forgetful_disk(s):
    county = s.county("county2").start()
    fs = ForgetFS(s)
    station = s.station(county, name="station", directory=os.path.join(fs.path, "node")).start()
    lessons = []
    files = {}
    for number in range(ROUNDS):
        seed = s.random.randrange(1, 1 << 30)
        path = s.file(f"s{number}.bin", s.random.randrange(1, 6_000_000))
        lessons.append(county.publish(path, f"第{number}课", "产业/养殖", "--no-media"))
        files[lessons[-1]["id"]] = sha256_of(path)
        fs.die_after(s.random.randrange(1, 400))
        try:
            wait_for(lambda: fs.status()["dead"] or
                     station.state(lessons[-1]["id"]) == "held", 20, "something happens")
        except Failure:
            pass
        power_cut(s, fs, station, seed)
        for lesson in station.lessons():
            if lesson["state"] == "held":
                equal(list(station.payload(lesson["btmh"]).values()), [files[lesson["id"]]],
                      f"seed {seed}: held means these bytes")
    for lesson in lessons:
        station.wait_held(lesson["id"], 120)
        equal(list(station.payload(lesson["btmh"]).values()), [files[lesson["id"]]], "in the end")
    equal(station.try_cli("check", timeout=120).code, 0, "check finds nothing wrong")
    stays(station.running, 1, "well")
    station.stop()
    fs.close()


def story(s):
    a_county_on_a_forgetful_disk(s)
    a_station_on_a_forgetful_disk(s)


run(story)
