# TIMEOUT 120
"""A county's directory is restored from a copy and publishes again: one log, two
histories. Who follows it keeps both signed notes, stops following, says so, and
loses nothing it holds. An old copy alone is only old news."""
import shutil

import tlog
from lib import check, equal, run, stays, wait_for


def story(s):
    county = s.county().start()
    station = s.station(county).start()
    first = county.publish(s.file("1.bin", 100_000), "第一课")
    station.wait_held(first["id"])
    county.stop()
    backup = s.path("backup")
    shutil.copytree(county.dir, backup)

    county.start()
    second = county.publish(s.file("2.bin", 100_000), "第二课")
    station.wait_held(second["id"])
    heads = station.heads()
    origin = next(o for o, (size, _) in heads.items() if size == 2)
    county.stop()

    # Back to the copy: smaller than what the station holds, so old news.
    shutil.move(county.dir, s.path("first-history"))
    shutil.copytree(backup, county.dir)
    county.start()
    stays(lambda: station.heads() == heads, 2, "an old copy changes nothing")
    check(not forked(station, origin), "an old copy is no fork")
    county.stop()

    # The copy again, now with nobody there whom it could ask, and somebody who
    # answers for it wrongly: it signs a second history.
    station.stop()
    shutil.rmtree(county.dir)
    shutil.copytree(backup, county.dir)
    third = county.publish(s.file("3.bin", 100_000), "另一个第二课", "产业/养殖/黑山羊", "--alone")
    county.start()
    station.start()
    wait_for(lambda: forked(station, origin), 40, "the station sees the fork")
    equal(station.heads()[origin], heads[origin], "it stays with the history it knows")
    for lesson in (first, second):
        equal(station.state(lesson["id"]), "held", "what it holds it keeps")
    equal(station.lesson(third["id"]), None, "the other history is not taken in")
    shown = station.cli("status")
    check("fork" in shown.lower() or "分叉" in shown, f"status tells people: {shown}")

    # Both signed notes are kept: anybody can see that the county signed twice.
    vkey = station.publisher_keys()[origin]
    evidence = station.status()["evidence"]
    equal(len(evidence), 1, "one fork, one piece of evidence")
    roots = set()
    for note in (evidence[0]["ours"], evidence[0]["theirs"]):
        lines = tlog.open_note(note.encode(), [vkey]).split("\n")
        equal(lines[:2], [origin, "2"], "a checkpoint of that size")
        roots.add(lines[2])
    equal(len(roots), 2, "two roots")

    # It does not forget, and it does not go on.
    station.stop()
    station.start()
    check(forked(station, origin), "still known after a restart")
    # The county has seen it, too: what it would add, nobody would follow.
    wait_for(lambda: forked(county, origin), 60, "the county sees the fork")
    county.cli_fails(3, "publish", s.file("4.bin", 100_000), "--title", "第三课",
                     "--topic", "产业/养殖/黑山羊", "--no-media")
    stays(lambda: station.heads()[origin] == heads[origin], 3, "no longer followed")
    equal(len(station.status()["evidence"]), 1, "kept once")


def forked(node, origin):
    return any(log["forked"] for log in node.status()["logs"] if log["origin"] == origin)


run(story)
