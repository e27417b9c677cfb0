# TIMEOUT 120
"""A county's directory is restored from a copy and publishes again: one log, two
histories. Who follows it keeps both signed notes, stops following, says so, and
loses nothing it holds. An old copy alone is only old news."""
import json
import shutil

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

    # The copy must not sign below what its followers show it. With nobody
    # there to ask it cannot know; then it forks.
    station.stop()
    third = county.publish(s.file("3.bin", 100_000), "另一个第二课")
    county.start()
    station.start()
    wait_for(lambda: forked(station, origin), 40, "the station sees the fork")
    equal(station.heads()[origin], heads[origin], "it stays with the history it knows")
    for lesson in (first, second):
        equal(station.state(lesson["id"]), "held", "what it holds it keeps")
    equal(station.lesson(third["id"]), None, "the other history is not taken in")
    check("fork" in station.cli("status").lower() or "分叉" in station.cli("status"),
          "status tells people")
    evidence = json.dumps(station.cli_json("status"), ensure_ascii=False)
    check("fork" in evidence, "status --json tells programs")

    # It does not forget, and it does not go on.
    station.stop()
    station.start()
    check(forked(station, origin), "still known after a restart")
    county.publish(s.file("4.bin", 100_000), "第三课")
    stays(lambda: station.heads()[origin] == heads[origin], 3, "no longer followed")


def forked(node, origin):
    """Whether `status` says that this log has forked."""
    return any("fork" in json.dumps({k: v for k, v in log.items() if k != "origin"})
               and log.get("forked", True)
               for log in node.status()["logs"] if log["origin"] == origin)


run(story)
