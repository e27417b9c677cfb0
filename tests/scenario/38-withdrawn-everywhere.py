# TIMEOUT 280
"""A lesson is withdrawn: everybody who reads that stops giving it and deletes it,
pinned, played, an earlier revision or not; the county sees who has not confirmed
yet, and at last that all have; the drive written next loses it."""
import http.client
import os
import urllib.parse

from lib import check, equal, http_get, run, wait_for

SIZE = 3 << 20


def is_gone(node, *btmhs):
    for btmh in btmhs:
        if os.path.exists(os.path.join(node.dir, "payload", btmh)):
            return False
    return True


def not_given(node, btmh, path):
    for url in (f"/payload/{btmh}/{path}?wait=0", f"/torrent/{btmh}?wait=0"):
        code = http_get(node.url + url, timeout=60).code
        check(code in (404, 410), f"{node.name}: {url} answers {code}")


def withdrawal(node, lesson):
    return node.cli_json("show", lesson["id"]).get("withdrawal", {})


def names(state):
    return sorted(row["name"] for row in state.get("missing", []))


def begin_to_play(node, btmh, path):
    """Somebody who has read a little and goes on later."""
    where = urllib.parse.urlsplit(node.url)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=60)
    connection.request("GET", f"/payload/{btmh}/" + urllib.parse.quote(path))
    answer = connection.getresponse()
    equal(answer.status, 200, "it plays")
    check(len(answer.read(100_000)) == 100_000, "the beginning")
    return connection, answer


def story(s):
    county = s.county().start()
    township = s.township(county).start()
    stations = [s.station(township, f"4310811012{n:02}", name, f"station{n}").start()
                for n, name in ((3, "联坪村"), (4, "黄草村"), (5, "白廊村"))]
    playing, plain, off = stations
    everybody = [township, *stations]

    first = county.publish(s.file("一.bin", SIZE), "剂量", "产业/养殖", "--no-media")
    for node in everybody:
        node.wait_held(first["id"])
    second = county.publish(s.file("二.bin", SIZE), "剂量 修订", "产业/养殖", "--revises",
                            first["id"], "--no-media")
    for node in everybody:
        wait_for(lambda node=node: (now := node.lesson(first["id"]))["rev"] == 2
                 and now["state"] == "held", 60, f"{node.name} holds revision 2")
        check(not is_gone(node, first["btmh"]), f"{node.name}: the earlier revision is kept")
    kept = county.publish(s.file("三.bin", 200_000), "留下", "产业/养殖", "--no-media")
    for node in everybody:
        node.wait_held(kept["id"])

    drive = s.path("drive")
    os.mkdir(drive)
    plain.cli("drive", "prepare", drive, "--folder")
    plain.cli("drive", "sync", drive, "--route", "431081101209", timeout=120)
    on_drive = [os.path.join(top, f) for top, _, files in os.walk(drive) for f in files
                if f == "二.bin"]
    check(on_drive, "the lesson is on the drive")

    wait_for(lambda: len([row for row in county.cli_json("station", "list")
                          if row["state"] == "heard of"]) == 4, 150,
             "the county has heard from all four")
    off.stop()
    playing.cli("pin", first["id"])
    connection, answer = begin_to_play(playing, second["btmh"], "二.bin")

    county.cli("withdraw", first["id"], "--reason", "剂量有误")
    for node in (county, township, playing, plain):
        wait_for(lambda node=node: node.state(first["id"]) == "withdrawn"
                 and is_gone(node, first["btmh"], second["btmh"]), 40,
                 f"{node.name} has deleted it and its earlier revision")
        not_given(node, second["btmh"], "二.bin")
        not_given(node, first["btmh"], "一.bin")
        equal(node.state(kept["id"]), "held", f"{node.name} keeps the other")
        told = node.cli_json("journal")
        equal({row["why"] for row in told if row["what"] == "deleted"}, {"withdrawn"},
              f"{node.name}: the journal")
    # Who was in the middle of it may finish or be cut off; nobody begins.
    connection.close()

    wait_for(lambda: names(withdrawal(county, first)) == ["白廊村"], 150,
             "only the station that is off has not confirmed")
    state = withdrawal(county, first)
    equal((state["confirmed"], state["heard"]), (3, 4), "confirmed by three of four")
    equal(state["reason"], "剂量有误", "the reason")
    listed = county.cli_json("withdraw", "--list")
    equal([row["id"] for row in listed], [first["id"]], "withdraw --list")
    check("白廊村" in county.cli("withdraw", "--list"), "people see its name")
    check("白廊村" in county.cli("show", first["id"]), "in show, too")

    plain.cli("drive", "sync", drive, "--route", "431081101209", timeout=120)
    check(not any(f == "二.bin" for _, _, files in os.walk(drive) for f in files),
          "the drive written next has lost it")

    off.start()
    wait_for(lambda: is_gone(off, first["btmh"], second["btmh"]), 40,
             "the last one deletes it when it is back")
    wait_for(lambda: names(withdrawal(county, first)) == [], 150, "all have confirmed")
    equal(withdrawal(county, first)["confirmed"], 4, "confirmed by four")
    for node in (*stations, township, county):
        node.stop()


run(story)
