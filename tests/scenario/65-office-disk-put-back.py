# TIMEOUT 300
"""The disk of a county is put back to last month's state. It does not sign a
second history: what it lost comes back from those who hold it, before it signs
again. With nobody there it refuses and says what to do; a drive that has been
round does, too. Killed at any moment while it takes its log back in, it goes on.
At the end there is one history everywhere."""
import shutil
import sqlite3
import time

import tlog
from drives import Drive
from lib import DONE, FAILED, LONG, check, equal, http_get, run, wait_for


def publish(s, county, title, *words):
    return county.publish(s.file(f"{title}.bin", 20_000), title, "产业/养殖/黑山羊",
                          "--no-media", *words)


def image(s, county, name):
    """Of the disk, while nothing runs on it."""
    path = s.path(name)
    shutil.copytree(county.dir, path, symlinks=True)
    return path


def put_back(county, path):
    if county.running():
        county.stop()
    shutil.rmtree(county.dir)
    shutil.copytree(path, county.dir, symlinks=True)


def started_again(county):
    """As if the computer had been: what was confirmed was in another life."""
    db = sqlite3.connect(f"{county.dir}/node.db")
    db.execute("PRAGMA journal_mode=WAL")
    changed = db.execute("UPDATE meta SET value = ? WHERE key = 'own.confirmed'",
                         (b"another boot",)).rowcount
    db.commit()
    db.close()
    equal(changed, 1, "there was a confirmation")


def own(node, origin):
    return next(log for log in node.status()["logs"] if log["origin"] == origin)


def one_history(nodes, origin, size):
    """Everybody has the same signed log, whole, and nobody evidence."""
    vkey = nodes[0].publisher_keys()[origin]
    path = f"/tlog/{tlog.origin_hash(origin)}"
    wait_for(lambda: len({node.heads()[origin] for node in nodes}) == 1, 60, "one head")
    equal(nodes[0].heads()[origin][0], size, "entries")
    for node in nodes:
        status = node.status()
        equal(status["evidence"], [], f"{node.name}: evidence")
        check(not own(node, origin)["forked"], f"{node.name}: not forked")
        equal(node.try_cli("log", "verify", node.url + path, "--key", vkey).code, DONE,
              f"{node.name}: log verify")


def stations_are_up(s, county, others, origin, old):
    put_back(county, old)
    county.start()
    equal(http_get(county.url + "/heads?after=0").json()["own"]["asks"], True, "it asks")
    # The very first thing anybody does is to publish.
    lesson = publish(s, county, "照旧发布")
    for node in others:
        node.wait_held(lesson["id"])
    one_history([county, *others], origin, 6)
    check(any("given them back" in node.log() for node in others), "they gave it back")
    status = county.status()["publishing"]
    equal((status["ok"], status["status"]), (True, "ok"), "publishing")
    equal(http_get(county.url + "/heads?after=0").json()["own"]["asks"], False,
          "it asks no longer")


def started_in_the_morning(s, county, others, origin):
    """The daily case: nothing is missing, and those below say so by themselves."""
    county.stop()
    started_again(county)
    county.start()
    publish(s, county, "早上第一课")
    one_history([county, *others], origin, 7)
    # From here on nobody needs to be there.
    for node in others:
        node.stop()
    publish(s, county, "没人时")
    county.stop()
    publish(s, county, "没有节点时")
    county.start()
    for node in others:
        node.start()
    one_history([county, *others], origin, 9)


def nobody_is_there(s, county, others, origin, old, drive):
    words = ("publish", s.file("拒绝.bin", 1000), "--title", "拒绝", "--topic", "产业",
             "--no-media")
    for node in others:
        node.stop()
    put_back(county, old)
    said = county.cli_fails(FAILED, *words)
    check("--alone" in said and "xiangtu run" in said and "drive" in said, f"says what to do: {said}")
    county.start()
    said = county.cli_fails(FAILED, *words, timeout=90)
    check("--alone" in said and "station" in said and "drive" in said, f"says what to do: {said}")
    equal(county.status()["publishing"]["status"], "unreachable", "status says so, too")
    equal(own(county, origin)["size"], 2, "nothing was signed")

    # A drive that has been at a station brings what is missing.
    county.cli("drive", "sync", drive.path)
    equal(own(county, origin)["size"], 9, "from the drive")
    publish(s, county, "从盘上接着来")
    for node in others:
        node.start()
    one_history([county, *others], origin, 10)


def a_drive_alone_confirms(s, county, others, origin, drive):
    """Nothing is missing; a drive that says so will do."""
    county.cli("drive", "sync", drive.path)
    for node in others:
        node.stop()
    county.stop()
    started_again(county)
    equal(county.cli_json("status")["publishing"]["status"], "unreachable", "before the drive")
    empty = Drive(s)
    county.cli("drive", "prepare", empty.path, "--folder")
    for _ in range(2):
        county.cli("drive", "sync", empty.path)
        equal(county.cli_json("status")["publishing"]["status"], "unreachable",
              "a drive that has it from this disk says nothing")
    county.cli("drive", "sync", drive.path)
    equal(county.cli_json("status")["publishing"]["ok"], True, "after the drive")
    started_again(county)
    refused = county.try_cli("withdraw", county.lessons()[0]["id"], "--reason", "试")
    equal(refused.code, FAILED, "withdrawing is signing")
    # The operator answers for it: right this time.
    publish(s, county, "本机无误", "--alone")
    check("angerous" in county.cli("publish", "--help"), "said to be dangerous")
    county.start()
    for node in others:
        node.start()
    one_history([county, *others], origin, 11)


def killed_while_it_comes_back(s, county, others, origin, old):
    for _ in range(12 if LONG else 4):
        put_back(county, old)
        for _ in range(3):
            county.start(wait=False)
            time.sleep(s.random.uniform(0, 0.6))
            county.kill()
            size = own(county, origin)["size"]
            check(size in (2, 11), f"a whole state: {size}")
    county.start()
    publish(s, county, "杀不死")
    one_history([county, *others], origin, 12)


def story(s):
    # They open every connection: the county could not ask them anything.
    quiet = ("--announce", "off")
    county = s.county(words=quiet).start()
    township = s.township(county, words=quiet)
    station = s.station(township, words=quiet)
    near = s.station(county, region="431081101205", title="黄草村", name="near", words=quiet)
    others = [township, station, near]
    for node in others:
        node.set_conf("url", "http://127.255.255.254:9")
        node.start()
    for title in ("第一课", "第二课"):
        lesson = publish(s, county, title)
    for node in others:
        node.wait_held(lesson["id"])
    origin = county.status()["origin"]
    equal(county.status()["publishing"]["ok"], True, "a new county publishes at once")
    # Their statements are what it knows of them later.
    wait_for(lambda: len(county.cli_json("station", "list")) >= 3, 90, "all were heard")
    county.stop()
    old = image(s, county, "last-month")
    county.start()
    for title in ("第三课", "第四课", "第五课"):
        lesson = publish(s, county, title)
    for node in others:
        node.wait_held(lesson["id"])
    stations_are_up(s, county, others, origin, old)
    started_in_the_morning(s, county, others, origin)
    drive = Drive(s)
    near.cli("drive", "prepare", drive.path, "--folder")
    near.cli("drive", "sync", drive.path)
    nobody_is_there(s, county, others, origin, old, drive)
    a_drive_alone_confirms(s, county, others, origin, drive)
    killed_while_it_comes_back(s, county, others, origin, old)


run(story)
