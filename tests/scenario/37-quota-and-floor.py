# TIMEOUT 240
"""A station with room for five lessons: it never has more on its disk, what goes
for what is wanted more goes in order and with a reason, pins and days stay; a
smaller quota is reached at the next start; and a disk keeps its floor of free
space."""
import os
import threading
import time

from lib import ForgetFS, check, equal, http_get, run, wait_for

SIZE = 2 << 20
QUOTA = 11 << 20


def add_conf(node, *lines):
    with open(os.path.join(node.dir, "node.conf"), "a") as f:
        f.write("\n".join(lines) + "\n")


def disk_used(folder):
    """As du counts."""
    total = 0
    for top, folders, files in os.walk(folder):
        for name in files + folders:
            try:
                total += os.lstat(os.path.join(top, name)).st_blocks * 512
            except FileNotFoundError:
                pass
    return total


class Watch:
    """Looks every 10 ms at what `value` says; keeps the extremes."""

    def __init__(self, value):
        self.value, self.most, self.least, self.looks = value, 0, 1 << 60, 0
        self.going = True
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while self.going:
            now = self.value()
            self.most, self.least = max(self.most, now), min(self.least, now)
            self.looks += 1
            time.sleep(0.01)

    def stop(self):
        self.going = False
        self.thread.join()
        check(self.looks > 5, f"looked {self.looks} times only")


def another_second():
    """Times are kept in seconds: what follows is later."""
    now = int(time.time())
    wait_for(lambda: int(time.time()) > now, 3, "the next second")


def deletions(node):
    return [row for row in node.cli_json("journal") if row["what"] == "deleted"]


def last_deletion(node, title, why):
    row = wait_for(lambda: deletions(node)[0], 40, f"{title} is deleted")
    equal(row["title"], title, "what was deleted last")
    equal(row["why"], why, f"why {title} went")
    check(row["bytes"] == SIZE and row["at"] > 0, f"size and time: {row}")
    return row


def goes_next(node, title):
    """What neighbours have just been given counts as in use for a moment."""
    wait_for(lambda: node.status()["cache"]["next"][0]["title"] == title, 25,
             f"{title} would go next")


def a_quota(s):
    county = s.county().start()
    station = s.station(county)
    add_conf(station, f"quota = {QUOTA >> 20}M", "floor = 0")
    station.start()
    watch = Watch(lambda: disk_used(os.path.join(station.dir, "payload")))
    lessons = []

    def publish(topic="产业/养殖", date=None):
        n = len(lessons)
        lessons.append(county.publish(s.file(f"{n}.bin", SIZE), f"课{n}", topic,
                                      "--date", date or f"2026-01-{n + 1:02}", "--no-media"))
        return lessons[-1]["id"]

    for n in range(5):
        station.wait_held(publish("产业/果树" if n == 3 else "产业/养殖"))
        another_second()
    sixth = publish(date="2025-12-31")
    wait_for(lambda: "no room" in station.cli_json("show", sixth).get("trouble", ""), 30,
             "the sixth says that there is no room")
    equal(deletions(station), [], "nothing wanted goes for what is older")
    cache = station.status()["cache"]
    equal(cache["quota"], QUOTA, "the quota in status")
    check(5 * SIZE <= cache["used"] <= QUOTA, f"used: {cache}")
    check("课0" in station.cli("status"), "people see what would go next")

    # Pinned, it outranks the oldest.
    goes_next(station, "课0")
    station.cli("pin", sixth)
    station.wait_held(sixth)
    last_deletion(station, "课0", "least useful")
    station.cli("drop", lessons[0]["id"])

    # The next oldest is being played.
    url = station.cli_json("show", lessons[1]["id"])["url"]
    equal(http_get(url).code, 200, "课1 is played")
    goes_next(station, "课2")
    # A newer one may have its room without being pinned.
    seventh = publish()
    station.wait_held(seventh)
    last_deletion(station, "课2", "least useful")
    station.cli("pin", seventh, "--by", "2099-01-01")
    # What it took the room of is wanted still, and does not come back for it.
    wait_for(lambda: "no room" in station.cli_json("show", lessons[2]["id"]).get("trouble", ""),
             30, "课2 says that there is no room")
    equal(station.state(seventh), "held", "课2 does not take the room of what is newer")
    station.cli("drop", lessons[2]["id"])

    # What nobody wants any more goes for anything.
    station.cli("subscribe", "--topic", "产业/果树", "--exclude")
    wait_for(lambda: station.state(lessons[3]["id"]) == "held", 10, "课3 stays until room is needed")
    station.wait_held(publish())
    last_deletion(station, "课3", "not wanted here any more")

    # An earlier revision goes when room is needed for what takes its place.
    revised = county.publish(s.file("新.bin", SIZE), "课4 新", "产业/养殖", "--revises",
                             lessons[4]["id"], "--date", "2026-02-01", "--no-media")
    wait_for(lambda: (now := station.lesson(lessons[4]["id"]))["rev"] == 2
             and now["state"] == "held", 60, "the station holds revision 2")
    equal(last_deletion(station, "课4 新", "an earlier revision")["btmh"], lessons[4]["btmh"],
          "which one")
    check("课4 新" in station.cli("journal", "-n", "1"), "people read it in the journal")
    watch.stop()
    check(watch.most <= QUOTA, f"{watch.most} bytes were on the disk, {QUOTA} are allowed")
    check(watch.most > 4 * SIZE, "the quota was made use of")
    return county, station, lessons, revised


def a_smaller_quota(station, lessons):
    station.stop()
    station.set_conf("quota", "5M")
    station.start()
    pinned = {lessons[5]["btmh"], lessons[6]["btmh"]}
    wait_for(lambda: set(os.listdir(os.path.join(station.dir, "payload"))) == pinned, 60,
             "only what is pinned or due is left")
    equal(station.status()["cache"]["over"], 0, "nothing is over")
    station.stop()
    station.set_conf("quota", "3M")
    station.start()
    over = wait_for(lambda: station.status()["cache"]["over"], 60, "what is over is told")
    check(over >= 2 * SIZE - (3 << 20), f"over: {over}")
    equal(set(os.listdir(os.path.join(station.dir, "payload"))), pinned, "pins stay")
    station.stop()


def a_floor(s, county):
    fs = ForgetFS(s)
    station = s.station(county, name="small", directory=os.path.join(fs.path, "node"))
    floor, slack = 8 << 20, 1 << 20  # the catalog is on this disk, too
    add_conf(station, "floor = 8M")
    fs.limit(fs.status()["bytes"] + (17 << 20))

    def free():
        st = os.statvfs(fs.path)
        return st.f_bavail * st.f_frsize

    watch = Watch(free)
    station.start()
    wait_for(lambda: station.status()["lessons"]["held"] >= 2, 60, "some lessons fit")
    wait_for(lambda: any("stay free" in job["trouble"]
                         for job in station.cli_json("transfers")["fetching"]), 60,
             "the others say why they do not come")
    watch.stop()
    check(watch.least >= floor - slack, f"only {watch.least} bytes were free")
    check(station.status()["lessons"]["wanted"] > 0, "and are still wanted")
    station.stop()
    fs.close()


def no_room_to_publish(s, county):
    county.stop()
    add_conf(county, "quota = 1M")
    county.start()
    before = county.lessons()
    said = county.cli_fails(1, "publish", s.file("多.bin", SIZE), "--title", "多", "--topic",
                            "产业", "--no-media")
    check("quota" in said, f"publishing says why: {said}")
    equal([x["id"] for x in county.lessons()], [x["id"] for x in before], "nothing was published")
    equal(deletions(county), [], "nothing of its own went for it")
    county.stop()


def story(s):
    county, station, lessons, _ = a_quota(s)
    a_smaller_quota(station, lessons)
    a_floor(s, county)
    no_room_to_publish(s, county)


run(story)
