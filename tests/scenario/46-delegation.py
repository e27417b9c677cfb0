# TIMEOUT 300
"""A county lets a township publish by itself, the township a department of its
own. Each publishes on its own machine and stays within its regions, topics and
limits, at every station; the logs travel over the line and on a drive. The
county takes a delegation back, and a second one without leaving anything."""
import os

import tlog
from drives import Drive, sync
from lib import REFUSED, USAGE, check, equal, run, stays, wait_for

NOWHERE = "http://127.0.0.1:9"
TOWN = "xingning.example/431081101/lessons"
DEPT = "xingning.example/431081101/vets"
DEEP = "xingning.example/431081101/vets/village"


def request_of(node):
    return os.path.join(node.dir, "office.request")


def refused(node, reason):
    rows = node.cli_json("lessons", "--state", "refused")
    return [row for row in rows if row["reason"] == reason]


def log_of(node, origin):
    for log in node.status()["logs"]:
        if log["origin"] == origin:
            return log
    return None


def may_publish(node):
    """The office has heard that it may."""
    return node.cli_json("trust", "show")["delegations"]


def wait_named(node, origin):
    wait_for(lambda: any(d["origin"] == origin for d in may_publish(node)), 40,
             f"{node.name} hears that {origin} may publish")


def publish_fails(node, path, words, *options):
    err = node.cli_fails(REFUSED, "publish", path, "--title", "不行", *options)
    check(words in err, f"the limit is named ({words}): {err}")


def within_its_limits(s, county, town, village):
    """Publishing beyond what was delegated says what the limit is."""
    file = s.file("lesson.bin", 50_000)
    publish_fails(town, file, "431081101", "--topic", "产业/养殖", "--region", "431081102")
    publish_fails(town, file, "431081101", "--topic", "产业/养殖", "--region", "431081")
    publish_fails(town, file, "产业/养殖", "--topic", "产业/养", "--region", "431081101")
    publish_fails(town, file, "产业/养殖", "--topic", "产业/养殖业")
    big = s.file("big.bin", 300_000)
    publish_fails(town, big, "200000", "--topic", "产业/养殖")
    lesson = town.publish(file, "镇里的课", "产业/养殖/黑山羊")
    for node in (county, village):
        node.wait_held(lesson["id"])
    return lesson


def deeper(s, county, town, dept, village):
    """The department's scope is what is left of three."""
    town.cli("trust", "delegate", "--request", request_of(dept), "--region", "43",
             "--topic", "产业", "--entries", 2)
    wait_named(dept, DEPT)
    row = next(d for d in may_publish(dept) if d["origin"] == DEPT)
    equal(row["regions"], ["431081101"], "no further than the township")
    equal(row["topics"], ["产业/养殖"], "about no more than the township")
    equal((row["parent"], row["depth"], row["entries"]), (TOWN, 2, 2), "where it stands")
    first = dept.publish(s.file("vet.bin", 40_000), "兽医的课", "产业/养殖")
    village.wait_held(first["id"])
    county.wait_held(first["id"])
    dept.publish(s.file("vet2.bin", 40_000), "兽医的第二课", "产业/养殖")
    publish_fails(dept, s.file("vet3.bin", 40_000), "at most 2", "--topic", "产业/养殖")
    # It was not told that it may delegate.
    key = tlog.vkey_of(DEEP, tlog.public_of(bytes(32)))
    err = dept.cli_fails(REFUSED, "trust", "delegate", DEEP, "--key", key,
                         "--region", "431081101")
    check("not delegate" in err, f"why: {err}")
    # Nor can the township give what it has not, or what is the county's.
    err = town.cli_fails(REFUSED, "trust", "delegate", DEEP, "--key", key,
                         "--region", "431081102")
    check("nothing" in err, f"why: {err}")
    err = town.cli_fails(REFUSED, "trust", "delegate", DEEP, "--key", key,
                         "--region", "431081101", "--topic", "产业/养")
    check("nothing" in err, f"why: {err}")
    err = town.cli_fails(USAGE, "trust", "delegate", "--request", request_of(town))
    check("itself" in err, f"why: {err}")
    return first


def by_a_drive(s, county, lessons):
    """A village that nothing reaches but a drive follows all three logs: who
    may publish comes with the first, in the same visit."""
    far = s.station(county, region="431081101299", title="远村", name="far",
                    upstream=NOWHERE, words=["--announce", "off"])
    drive = Drive(s)
    county.cli("drive", "prepare", drive.path, "--folder")
    sync(county, drive)
    sync(far, drive)
    for lesson in lessons:
        equal(far.state(lesson["id"]), "held", f"{lesson['title']} came by drive")
    equal(log_of(far, DEPT)["parent"], TOWN, "by whose word it counts")
    return far, drive


def taken_back(s, county, town, dept, village, town_lesson, dept_lesson):
    """What was said up to the end stays, what comes after counts nowhere; and
    those below go on as they were delegated before."""
    size = log_of(county, TOWN)["size"]
    county.cli("trust", "undelegate", TOWN, "--good-up-to", size)
    for node in (county, town, dept, village):
        wait_for(lambda: log_of(node, TOWN).get("ended_at") == size, 40,
                 f"{node.name} hears that the township's log has ended")
    publish_fails(town, s.file("late.bin", 1000), "ended", "--topic", "产业/养殖")
    for lesson in (town_lesson, dept_lesson):
        equal(village.state(lesson["id"]), "held", "what was said before stays")
    county.cli_fails(REFUSED, "trust", "delegate", "--request", request_of(town))
    # Without an end nothing of it counts any more.
    town_2 = s.township(county, name="town-2", title="兴宁镇新机",
                        words=["--origin", TOWN + "-2"]).start()
    county.cli("trust", "delegate", "--request", request_of(town_2))
    wait_named(town_2, TOWN + "-2")
    gone = town_2.publish(s.file("gone.bin", 30_000), "收回的课", "文化")
    village.wait_held(gone["id"])
    county.cli("trust", "undelegate", TOWN + "-2", "--nothing-stays")
    wait_for(lambda: village.lesson(gone["id"]) is None, 40, "the lesson is gone")
    wait_for(lambda: town_2.lesson(gone["id"]) is None, 40, "at its own office, too")
    shown = county.cli("trust", "show")
    check(DEPT in shown and TOWN + "-2" in shown, f"the tree is shown: {shown}")


def story(s):
    county = s.county().start()
    town = s.township(county, name="town", words=["--origin", TOWN]).start()
    dept = s.township(town, name="dept", title="兽医站", words=["--origin", DEPT],
                      join=county.join_file()).start()
    village = s.station(town, name="village", join=county.join_file()).start()
    publish_fails(town, s.file("early.bin", 1000), "delegate", "--topic", "产业/养殖")
    county.cli("trust", "delegate", "--request", request_of(town), "--topic", "产业/养殖",
               "--lesson-bytes", 200_000, "--may-delegate")
    wait_named(town, TOWN)
    town_lesson = within_its_limits(s, county, town, village)
    dept_lesson = deeper(s, county, town, dept, village)
    far, drive = by_a_drive(s, county, [town_lesson, dept_lesson])
    taken_back(s, county, town, dept, village, town_lesson, dept_lesson)
    sync(county, drive)
    sync(far, drive)
    check(log_of(far, TOWN).get("ended_at") is not None, "a drive tells it, too")
    equal(far.state(dept_lesson["id"]), "held", "and the rest stays")


run(story)
