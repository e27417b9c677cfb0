# TIMEOUT 180
"""A county revises one page of a lesson that has a big film in it. Who holds
the earlier revision fetches the page, and keeps the film it has."""
import os
import shutil

from lib import check, equal, make_file, run, wait_for

FILM = 40_000_000


def the_film(node, lesson):
    """stat() of the film in this node's copy of that revision."""
    found = [os.path.join(folder, name)
             for folder, _, names in os.walk(os.path.join(node.dir, "payload", lesson["btmh"]))
             for name in names if name.endswith(".bin")]
    equal(len(found), 1, f"{node.name}: films of {lesson['btmh'][:8]}")
    return os.stat(found[0])


def holds(node, lesson, revision):
    now = node.lesson(lesson["id"])
    return now and now["rev"] == revision and now["state"] == "held"


def make_lesson(s, name, film, page):
    folder = s.path(name)
    os.makedirs(folder)
    shutil.copy(film, os.path.join(folder, "防疫.bin"))
    make_file(os.path.join(folder, "要点.pdf"), 150_000, seed=page)
    return folder


def story(s):
    county = s.county().start()
    station = s.station(county).start()
    late = s.station(county, "431081101205", "黄草村", "late").start()
    film = s.file("防疫.bin", FILM)

    first = county.publish(make_lesson(s, "一/黑山羊", film, 1), "黑山羊春季防疫")
    for node in (station, late):
        node.wait_held(first["id"])
    before = the_film(station, first)
    late.stop()
    fetched = station.status()["http_bytes_in"]

    second = county.publish(make_lesson(s, "二/黑山羊", film, 2), "黑山羊春季防疫",
                            "产业/养殖/黑山羊", "--revises", first["id"])
    equal(second["id"], first["id"], "a revision keeps the id")
    wait_for(lambda: holds(station, second, 2), 60, "the station holds revision 2")
    equal(station.payload(second["btmh"]), county.payload(second["btmh"]), "its files")
    after = the_film(station, second)
    equal((after.st_dev, after.st_ino), (before.st_dev, before.st_ino),
          "the film is the one that was here")
    check(station.status()["http_bytes_in"] - fetched < FILM // 20, "little came over HTTP")
    equal(set(os.listdir(os.path.join(station.dir, "payload"))),
          {first["btmh"], second["btmh"]}, "the earlier revision stays until room is needed")

    # One that was away meanwhile, and is killed while it takes the film over.
    before = the_film(late, first)
    late.start()
    wait_for(lambda: os.path.isdir(os.path.join(late.dir, "payload", second["btmh"])), 30,
             "the late station begins")
    late.kill()
    late.start()
    wait_for(lambda: holds(late, second, 2), 60, "the late station holds revision 2")
    equal(late.payload(second["btmh"]), county.payload(second["btmh"]), "the late station's files")
    after = the_film(late, second)
    equal((after.st_dev, after.st_ino), (before.st_dev, before.st_ino),
          "there, too, it is the film that was here")
    for node in (late, station, county):
        node.stop()


run(story)
