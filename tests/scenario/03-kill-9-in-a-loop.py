# TIMEOUT 300
"""A station is killed again and again while it fetches: sometimes the node,
sometimes the engine. It goes on where it was, never shows wrong bytes as held,
and what crossed the line once does not cross it again."""
from lib import LONG, check, equal, is_running, run, wait_for
from servers import Throttle

SIZE = 48 << 20
RATE = 4 << 20  # bytes a second of the line, so that there is time to be killed
# What a kill may cost: pieces under way, and what arrived since the last flush,
# which comes every 3 s.
ALLOWANCE = 4 * RATE


def story(s):
    county = s.county(words=["--announce", "off"]).start()
    line = Throttle(s, county.url, RATE)
    station = s.station(county, upstream=line.url, words=["--announce", "off"]).start()
    before = line.bytes_sent
    lesson = county.publish(s.file("大.bin", SIZE), "大课件", "产业/养殖", "--no-media")
    expected = county.payload(lesson["btmh"])
    kills = 0
    rounds = 40 if LONG else 8

    def progress():
        return station.lesson(lesson["id"])

    for number in range(rounds):
        goal = (number + s.random.random()) / rounds
        wait_for(lambda goal=goal: (now := progress()) and
                 (now["progress"] >= goal or now["state"] == "held"),
                 120, f"fetched {goal:.0%}", pause=0.02)
        if progress()["state"] == "held":
            break
        kills += 1
        engines = station.engines()
        if s.random.random() < 0.5:
            station.kill()
            station.start()
        else:
            # The node survives its engine's death and starts another.
            check(station.kill_engine(), "an engine was running")
            check(station.running(), "the node lives without its engine")
            wait_for(lambda old=engines: any(map(is_running, set(station.engines()) - set(old))),
                     10, "a new engine")
        now = progress()
        if now["state"] == "held":
            equal(station.payload(lesson["btmh"]), expected, "held means these bytes")
    station.wait_held(lesson["id"], 120)
    equal(station.payload(lesson["btmh"]), expected, "bytes")
    equal(county.payload(lesson["btmh"]), expected, "the county's bytes")
    fetched = line.bytes_sent - before
    print(f"{kills} kills; {fetched / SIZE:.2f} of the payload crossed the line")
    check(kills >= 3, f"only {kills} kills hit a fetch under way")
    check(fetched <= SIZE + (kills + 1) * ALLOWANCE,
          f"{fetched} bytes for a payload of {SIZE} and {kills} kills")
    result = station.try_cli("check", lesson["id"])
    equal(result.code, 0, f"check after all that: {result}")


run(story)
