# TIMEOUT 240
"""Two of three witnesses that the trust note names cosign what the county has;
their lines reach the county and a station below that has no clock. It counts
them, and knows by them how late it is at least. The third one's clock is eighty
years ahead: it cosigns, too, and moves nobody's time. Lines of strangers are not
kept. A witness that is named no longer counts no longer."""
import os
import time

import tlog
from clocks import in_year
from lib import check, equal, http_get, http_request, run, stays, wait_for

OFF = ("--announce", "off")


def story(s):
    began = int(time.time())
    county = s.county(words=OFF).start()
    lesson = county.publish(s.file("1.bin", 100_000), "第一课", "产业/养殖",
                            "--expires", "2090-01-01")
    township = s.township(county, words=OFF).start()
    # One witness at the county's line, one behind a township.
    w1 = s.station(county, "431081101203", "联坪村", "w1", words=OFF).start()
    w2 = s.station(county, "431081101207", "黄草村", "w2", upstream=township.url, words=OFF).start()
    ahead = s.station(county, "431081101209", "长村", "ahead", env=in_year(2100), words=OFF)
    leaf = s.station(county, "431081101211", "江口", "leaf", upstream=township.url,
                     env=in_year(1970), words=OFF).start()
    origin = next(iter(county.publisher_keys()))
    built = leaf.status()["floor_s"]
    equal(leaf.status()["clock_good"], False, "the leaf has no clock")
    check("cosigned" not in leaf.cli("status"), "no witness is named yet")

    keys = [node.cli_json("trust", "witness", "key")["key"] for node in (w1, w2, ahead)]
    equal(w1.cli_json("trust", "witness", "key")["made"], False, "it is made once")
    equal(oct(os.stat(os.path.join(w1.dir, "witness.key")).st_mode & 0o777), "0o600", "mode")
    for key in keys:
        county.cli("trust", "witness", "add", key)

    # Two of three: at the county, and down at the leaf.
    for node in (county, leaf, w1, w2):
        wait_for(lambda: witnesses(node, origin) == (2, 3), 60, f"{node.name} counts two of three")
    floor = leaf.status()["floor_s"]
    check(built <= began <= floor <= int(time.time()), f"the leaf knows how late it is: {floor}")
    shown = leaf.cli("status")
    check("cosigned by 2 of 3 witnesses, newest 20" in shown or "见证" in shown, shown)
    log = next(entry for entry in leaf.status()["logs"] if entry["origin"] == origin)
    check(log["news"]["age_s"] is None or log["news"]["at_least"], "no age without a clock")

    # Something new is cosigned anew.
    second = county.publish(s.file("2.bin", 100_000), "第二课")
    for node in (county, leaf):
        wait_for(lambda: size(node, origin) == 2 and witnesses(node, origin) == (2, 3), 60,
                 f"{node.name}: the new head, too")

    # Eighty years ahead.
    ahead.start()
    for node in (county, leaf):
        wait_for(lambda: witnesses(node, origin) == (3, 3), 60, f"{node.name} counts three")
    check(began <= leaf.status()["floor_s"] <= int(time.time()), "one cannot push time ahead")
    leaf.wait_held(lesson["id"])
    leaf.wait_held(second["id"])
    ahead.wait_held(lesson["id"])  # though it expired by its clock

    # Strangers, nonsense, another checkpoint.
    path = "/tlog/" + tlog.origin_hash(origin) + "/checkpoint"
    note = http_get(county.url + path).body
    stranger = note + b"\xe2\x80\x94 stranger.example " + b"A" * 104 + b"\n"
    equal(http_request(county.url + path, "POST", body=stranger).code, 204, "nothing new")
    equal(http_get(county.url + path).body, note, "a stranger's line is not kept")
    equal(http_request(county.url + path, "POST", body=b"nonsense").code, 400, "nonsense")
    other = tlog.sign_note(f"{origin}\n7\n{'A' * 43}=\n", origin, b"\x07" * 32)
    equal(http_request(county.url + path, "POST", body=other).code, 409, "another checkpoint")
    equal(http_request(county.url + path.replace("tlog/", "tlog/0"), "POST", body=note).code // 100,
          4, "no such log")
    check(county.running(), "it runs")

    # Its copy has the very lines that came from two levels down.
    check(note.count("— ".encode()) == 4, f"one line of the log, three of witnesses: {note}")

    # Who is not named any more does not count any more.
    county.cli("trust", "witness", "remove", keys[2])
    for node in (county, leaf):
        wait_for(lambda: witnesses(node, origin) == (2, 2), 60, f"{node.name}: two of two")
    stays(lambda: leaf.status()["floor_s"] <= int(time.time()), 1, "the floor is no later")


def witnesses(node, origin):
    w = next(log for log in node.status()["logs"] if log["origin"] == origin)["witnesses"]
    return w["cosigned"], w["listed"]


def size(node, origin):
    return node.heads().get(origin, (0,))[0]


run(story)
