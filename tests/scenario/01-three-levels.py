# TIMEOUT 180
"""A county publishes a lesson; the township and both stations have it, byte for
byte, by themselves. Then the county revises one and takes one back."""
import os
import shutil

import tlog
from lib import check, equal, http_get, make_video, run, sha256_of, wait_for


def what_is_served_is_what_was_published(county, lesson, film):
    found = http_get(f"{county.url}/payload/{lesson['btmh']}/{os.path.basename(film)}")
    equal(found.code, 200, "the payload over HTTP")
    size = len(found.body)
    part = http_get(f"{county.url}/payload/{lesson['btmh']}/{os.path.basename(film)}",
                    headers={"Range": f"bytes=1000-{size // 2}"})
    equal(part.code, 206, "a range of it")
    check(part.body == found.body[1000:size // 2 + 1], "the range is that range")
    equal(http_get(f"{county.url}/payload/{lesson['btmh']}/other").code, 404, "no such file")


def the_log_satisfies_another_reader(county):
    """Written by xiangtu, read by tlog.py, over HTTP and from an export."""
    for origin, vkey in county.publisher_keys().items():
        prefix = f"{county.url}/tlog/{tlog.origin_hash(origin)}/"

        def read(path, prefix=prefix):
            answer = http_get(prefix + path)
            equal(answer.code, 200, path)
            return answer.body
        name, entries = tlog.audit(read, vkey)
        equal(name, origin, "origin")
        equal(len(entries), county.heads()[origin][0], "entries")
        check(b'"btmh"' in entries[0], "the first entry is a lesson")


def story(s):
    county = s.county().start()
    township = s.township(county).start()
    first = s.station(township, "431081101203", "联坪村", "first").start()
    second = s.station(township, "431081101205", "黄草村", "second").start()
    elsewhere = s.station(township, "431081102201", "别处", "elsewhere").start()
    below = (township, first, second)

    film = make_video(s.path("黑山羊春季防疫.mp4"), megabytes=4)
    lesson = county.publish(film, "黑山羊春季防疫")
    for node in below + (elsewhere,):
        node.wait_held(lesson["id"])
    expected = county.payload(lesson["btmh"])
    check(expected, "the county holds its own payload")
    equal(list(expected.values()), [sha256_of(film)], "a film with its index first is not rewritten")
    for node in below:
        equal(node.payload(lesson["btmh"]), expected, f"{node.name}: payload")
        equal(list(node.get(lesson["id"]).values()), list(expected.values()), f"{node.name}: get")
    shown = first.lesson(lesson["id"])
    equal(shown["title"], "黑山羊春季防疫", "title")
    equal(shown["topic"], "产业/养殖/黑山羊", "topic")
    equal(shown["progress"], 1, "progress of a held lesson")
    for query in ("山羊", "羊", "春季防疫", "hsy", "产业/养殖"):
        equal([found["id"] for found in first.lessons(query)], [lesson["id"]], f"search {query}")
    equal(first.lessons("水稻"), [], "search for what is not there")
    what_is_served_is_what_was_published(county, lesson, film)

    # A folder, for one township only.
    folder = s.path("讲义")
    os.makedirs(os.path.join(folder, "附件"))
    shutil.copy(s.file("讲义.bin", 300_000), os.path.join(folder, "讲义.bin"))
    shutil.copy(s.file("图.bin", 70_001), os.path.join(folder, "附件", "图.bin"))
    notes = county.publish(folder, "东江鱼网箱养殖讲义", "产业/水产", "--region", "431081101")
    for node in below:
        node.wait_held(notes["id"])
        equal(node.payload(notes["btmh"]), county.payload(notes["btmh"]), f"{node.name}: folder")
    check(elsewhere.state(notes["id"]) in (None, "known"),
          "a lesson for another township is not fetched by itself")

    # A new revision takes the old one's place.
    revised = county.publish(s.file("二.bin", 200_000), "黑山羊春季防疫 修订", "产业/养殖/黑山羊",
                             "--revises", lesson["id"])
    equal(revised["id"], lesson["id"], "a revision keeps the id")
    for node in below:
        wait_for(lambda node=node: (now := node.lesson(lesson["id"])) and now["rev"] == 2
                 and now["state"] == "held", 60, f"{node.name} holds revision 2")

    county.cli("withdraw", notes["id"], "--reason", "有误")
    for node in below:
        node.wait_state(notes["id"], "withdrawn")
        wait_for(lambda node=node: set(os.listdir(os.path.join(node.dir, "payload")))
                 == {revised["btmh"], lesson["btmh"]},
                 20, f"{node.name} has deleted what was withdrawn; the earlier revision of the "
                 "other stays until room is needed")
        check(notes["id"] not in [found["id"] for found in node.lessons("网箱")
                                  if found["state"] != "withdrawn"],
              "a withdrawn lesson is not found")
        check(node.try_cli("get", notes["id"], "--to", s.path("x")).code != 0,
              "a withdrawn lesson cannot be had")

    equal(len({tuple(sorted(node.heads().items())) for node in (county, *below)}), 1,
          "all hold the same logs")
    status = second.status()
    for key in ("node", "level", "name", "region", "fingerprint", "logs", "lessons",
                "neighbours", "upstreams"):
        check(key in status, f"status has {key}")
    equal(status["level"], "station", "level")
    equal({n.status()["fingerprint"] for n in (county, *below)}, {status["fingerprint"]},
          "one root")
    check(all(upstream["ok"] for upstream in status["upstreams"]), "the upstream answers")
    the_log_satisfies_another_reader(county)
    for node in (second, first, township, county, elsewhere):
        node.stop()


run(story)
