# TIMEOUT 180
"""A station's disk is stolen and put into the thief's machine. There is no
office's key on it and no word of what was studied; he can speak as the station
until the office ends it; what comes then is acknowledged by nobody."""
import os

from lib import check, equal, run, stays, wait_for

OFFICE_KEYS = ("publisher.key", "root.key", "records.key", "ack.key", "witness.key")
NOTE = "黄草村三人学习黑山羊防疫"


def files_of(folder):
    for where, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(where, name), "rb") as file:
                yield name, file.read()


def story(s):
    county = s.county().start()
    station = s.station(county).start()
    code = county.enrol(station)
    station.add_record(NOTE)
    wait_for(lambda: county.record_texts(code), 60, "the office has the note")
    equal(county.record_texts(code), [NOTE], "note")
    station.stop()
    thief = station.copy("thief")
    with open(os.path.join(thief.dir, "machine"), "w", encoding="utf-8") as file:
        file.write("the station's own machine\n")

    # What is on it.
    for name, content in files_of(thief.dir):
        check(name not in OFFICE_KEYS, f"no office's key: {name}")
        check(NOTE.encode() not in content, f"not a word of what was studied: {name}")
    check(thief.try_cli("run", timeout=20).code not in (0, 2), "it notices the other machine")
    thief.cli("init", "--moved")

    # What he can do with it: be the station.
    thief.start()
    refused = thief.cli_fails(3, "publish", s.file("a.bin", 1000), "--title", "假课",
                              "--topic", "产业", "--no-media")
    check("no log of its own" in refused, "it is no office")
    check("records.key" in thief.cli_fails(1, "records", "read", code), "sealed is sealed")
    thief.add_record("假的")
    wait_for(lambda: county.records()[0]["acked"] == 2, 60,
             "the office cannot tell yet")

    # Until the office ends it.
    county.cli("station", "end", code)
    wait_for(lambda: not any(row["code"] == code and row["state"] == "enrolled"
                             for row in thief.cli_json("station", "list")), 60, "he hears of it")
    thief.add_record("还是假的")
    wait_for(lambda: county.records()[0]["entries"] == 3, 60, "it is kept, and told from others")
    equal(county.records()[0]["standing"], "ended", "whose it is")
    stays(lambda: county.records()[0]["acked"] == 2, 3, "nothing of it is acknowledged any more")
    equal(county.lessons(), [], "no lesson was ever published")


run(story)
