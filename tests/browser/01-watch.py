# TIMEOUT 600
"""A station's screen, in a real browser: what the county publishes shows by
itself and plays, by arrows, OK and Back alone, in both languages, on a TV, a tube
and a phone, while it still arrives, and through a restart of the node."""
import os

from nodes import Throttle, make_film, restart, run, wait_for, walk, write_subtitles

SECONDS = 60
LESSONS = [
    ("黑山羊春季防疫", "产业/养殖/黑山羊", "431081101"),
    ("狗脑贡茶的采摘与炒制", "产业/种植/茶叶", "431081"),
    ("东江鱼网箱养殖：罗非鱼越冬要点", "产业/养殖/东江鱼", "431081"),
    ("甜玉米播种", "产业/种植/甜玉米", "431081101203"),
    ("村民自治章程怎样修订", "政策/村务", "431081"),
]
SUMMARY = ("三月天气转暖，羊群开始放牧，正是防疫的时候。这一课讲怎样打扫和消毒圈舍，母羊、羔羊各打什么针，"
           "打针以后看什么，哪几样情况要马上找兽医。")


def lesson_folder(s, title, seconds=SECONDS, rate=30):
    folder = s.path(title)
    os.mkdir(folder)
    make_film(os.path.join(folder, f"{title}.mp4"), seconds, rate)
    write_subtitles(os.path.join(folder, f"{title}.srt"), seconds)
    return folder


def story(s):
    county = s.county().start()
    # Beyond the LAN: what the line carries comes down it, and nothing else.
    line = Throttle(s, county.url, 50_000_000)
    station = s.station(county, upstream=line.url, words=["--announce", "off"])
    station.set_conf("url", "http://192.168.1.20:7433")
    with open(os.path.join(station.dir, "node.conf"), "a", encoding="utf-8") as conf:
        conf.write(f"lan = {station.address}/32\n")
    station.start()
    published = []

    def publish(n, rate=30):
        title, topic, region = LESSONS[n]
        seconds = SECONDS if n == 0 else 12
        lesson = county.publish(lesson_folder(s, title, seconds, rate), title, topic,
                                "--region", region, "--summary", SUMMARY)
        published.append(lesson)
        return lesson["id"]

    def publish_large():
        """A film that takes longer to arrive than the browser to begin."""
        line.rate = 120_000
        title = "杂交制种"
        lesson = county.publish(lesson_folder(s, title, 80, 100), title, "产业/种植/制种",
                                "--summary", SUMMARY)
        return lesson["id"]

    def hurry():
        line.rate = 50_000_000

    def state(lesson):
        found = station.lesson(lesson)
        return {"state": found["state"], "progress": found.get("progress")} if found else None

    data = [w for title, topic, _ in LESSONS + [("杂交制种", "产业/种植/制种", "")]
            for w in (title, topic, *topic.split("/"))]
    walk(s, "01-watch.mjs", {
        "station": station.url,
        "data": data + [SUMMARY, "资兴市", "联坪村", "兴宁镇", "郴州市"],
        "lessons": [title for title, _, _ in LESSONS],
    }, publish=publish, publish_large=publish_large, hurry=hurry, state=state,
        held=lambda lesson: station.wait_held(lesson, 120)["state"],
        restart=lambda: restart(station), stop=station.stop, start=lambda: station.start() and None)
    wait_for(lambda: station.running(), 5, "the station runs on")


run(story)
