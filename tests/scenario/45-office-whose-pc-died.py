# TIMEOUT 240
"""The county's computer dies. On a new one its office is rebuilt from the keys on
paper and from what others have: a station's address, or a drive alone. It
publishes on, the stations follow, and there is one history. Backups and sources
that do not belong together make no node; a power cut meanwhile is begun anew."""
import os
import shutil
import time

import tlog
from drives import Drive
from lib import DONE, REFUSED, USAGE, check, equal, is_running, run, wait_for
from lib import Process

PASSPHRASE = "六月的风吹过资兴的山岗"


def publish(s, county, title, *words):
    return county.publish(s.file(f"{title}.bin", 200_000), title, "产业/养殖/黑山羊",
                          "--no-media", *words)


def one_history(nodes, origin, size):
    vkey = nodes[0].publisher_keys()[origin]
    path = f"/tlog/{tlog.origin_hash(origin)}"
    wait_for(lambda: {node.heads()[origin] for node in nodes} == {nodes[0].heads()[origin]}
             and nodes[0].heads()[origin][0] == size, 60, f"one head of {size}")
    for node in nodes:
        status = node.status()
        equal(status["evidence"], [], f"{node.name}: evidence")
        check(not any(log["forked"] for log in status["logs"]), f"{node.name}: not forked")
        equal(node.try_cli("log", "verify", node.url + path, "--key", vkey).code, DONE,
              f"{node.name}: log verify")


def address_words(node):
    return ("--http", node.http, "--swarm", node.swarm, "--url", node.url,
            "--announce-port", node.scenario.announce_port)


def restore_words(county, backup, passphrase, *sources):
    words = ["init", "--restore", backup, "--passphrase-file", passphrase]
    for source in sources:
        words += ["--from", source]
    return [*words, *address_words(county)]


def dies(county):
    """The disk is gone."""
    if county.running():
        county.kill()
    shutil.rmtree(county.dir)


def unlock(county, passphrase):
    county.cli("unlock", "--passphrase-file", passphrase)


def is_refused(s, county, station, backup, passphrase, drive):
    """Nothing is made of what does not belong together."""
    wrong = s.path("wrong")
    with open(wrong, "w", encoding="utf-8") as f:
        f.write("this is not the passphrase\n")
    other = s.county(name="other", region="431082", title="桂阳县").start()
    with open(backup, encoding="utf-8") as f:
        text = f.read()
    mistyped = s.path("mistyped.txt")
    with open(mistyped, "w", encoding="utf-8") as f:
        lines = text.splitlines()
        at = next(i for i, line in enumerate(lines) if line.startswith("03 "))
        groups = lines[at].split()
        groups[3] = groups[3][1:] + ("0" if groups[3][0] != "0" else "1")
        lines[at] = " ".join(groups)
        f.write("\n".join(lines))
    cases = (
        (backup, wrong, station.url, REFUSED, "passphrase"),
        (backup, passphrase, other.url, REFUSED, "another root"),
        (mistyped, passphrase, station.url, REFUSED, "line 3"),
        (passphrase, passphrase, station.url, REFUSED, "no key backup"),
        (backup, passphrase, "http://127.255.255.254:9", 1, ""),
    )
    for paper, secret, source, code, said in cases:
        result = county.try_cli(*restore_words(county, paper, secret, source))
        equal(result.code, code, f"{said or source}: {result}")
        check(said in result.err, f"says {said!r}: {result.err}")
        check(not os.path.exists(os.path.join(county.dir, "node.conf")), "no node was made")
    equal(county.try_cli("init", "--restore", backup, "--passphrase-file", passphrase).code,
          USAGE, "--from is needed")
    # The other office has no log of this one.
    other.stop()


def from_a_station(s, county, others, origin, backup, passphrase, lessons):
    station = others[-1]
    dies(county)
    is_refused(s, county, station, backup, passphrase, None)
    made = county.cli_json(*restore_words(county, backup, passphrase, station.url,
                                          others[0].url))
    equal((made["origin"], made["entries"], made["seen"]), (origin, 4, 4), "what came back")
    equal((made["level"], made["name"], made["region"]), ("county", "资兴市", "431081"), "who")
    equal(made["protected"], True, "keys as in the backup")
    check(county.try_cli(*restore_words(county, backup, passphrase, station.url)).code == 1,
          "there is a node now")
    county.start()
    unlock(county, passphrase)
    # Its own lessons come back to it.
    for lesson in lessons:
        county.wait_held(lesson["id"], 90)
    more = publish(s, county, "新电脑上的第一课")
    for node in others:
        node.wait_held(more["id"], 90)
    one_history([county, *others], origin, 5)
    lessons.append(more)


def from_a_drive_alone(s, county, others, origin, backup, passphrase, lessons):
    drive = Drive(s)
    others[-1].cli("drive", "prepare", drive.path, "--folder")
    others[-1].cli("drive", "sync", drive.path)
    for node in others:
        node.stop()
    dies(county)
    made = county.cli_json(*restore_words(county, backup, passphrase, drive.path))
    equal((made["entries"], made["seen"]), (5, 5), "from the drive")
    # Without a node that listens it is not signed on.
    refused = county.try_cli("publish", s.file("x.bin", 1000), "--title", "早", "--topic",
                             "产业", "--no-media", "--passphrase-file", passphrase)
    check(refused.code == 1 and "xiangtu run" in refused.err, f"listens first: {refused}")
    county.start()
    unlock(county, passphrase)
    publish(s, county, "只有一个盘")
    county.cli("drive", "sync", drive.path)
    for node in others:
        node.start()
    one_history([county, *others], origin, 6)
    wait_for(lambda: any(county.state(lesson["id"]) == "held" for lesson in lessons), 60,
             "lessons came from the drive")


def cut_off_meanwhile(s, county, others, origin, backup, passphrase):
    dies(county)
    words = restore_words(county, backup, passphrase, others[0].url, others[-1].url)
    for n in range(6):
        attempt = Process(s, f"restore-{n}", county.command(*words))
        time.sleep(s.random.uniform(0, 0.8))
        attempt.kill()
        check(not is_running(attempt.pid), "killed")
        if os.path.exists(os.path.join(county.dir, "node.conf")):
            break
    else:
        county.cli(*words)
    county.start()
    unlock(county, passphrase)
    publish(s, county, "断电以后")
    one_history([county, *others], origin, 7)


def story(s):
    passphrase = s.path("passphrase")
    with open(passphrase, "w", encoding="utf-8") as f:
        f.write(PASSPHRASE + "\n")
    county = s.county(words=("--passphrase-file", passphrase)).start()
    unlock(county, passphrase)
    township = s.township(county).start()
    station = s.station(township).start()
    others = [township, station]
    origin = county.status()["origin"]
    backup = s.path("keys-on-paper.txt")
    county.cli("trust", "key", "backup", "--to", backup, "--passphrase-file", passphrase)
    lessons = [publish(s, county, title) for title in ("第一课", "第二课", "第三课", "第四课")]
    for node in others:
        for lesson in lessons:
            node.wait_held(lesson["id"])
    from_a_station(s, county, others, origin, backup, passphrase, lessons)
    from_a_drive_alone(s, county, others, origin, backup, passphrase, lessons)
    cut_off_meanwhile(s, county, others, origin, backup, passphrase)


run(story)
