# TIMEOUT 120
"""One lesson in two sizes: the county and the township take both, a station
with a thin line the small one, another what was published. All of it goes
when the lesson is withdrawn."""
import os
import shutil
import subprocess
from urllib.parse import quote

from lib import check, equal, http_get, need_program, run, wait_for


def make_lesson(s):
    """A film larger than 240 lines, with subtitles and a handout."""
    folder = s.path("课")
    os.mkdir(folder)
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i",
                    "testsrc=size=640x360:rate=10:duration=2", "-f", "lavfi", "-i",
                    "sine=frequency=440:duration=2", "-af", "volume=1.8", "-c:v", "libx264",
                    "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags",
                    "+faststart", os.path.join(folder, "片.mp4")], check=True)
    with open(os.path.join(folder, "片.srt"), "wb") as file:
        file.write("1\n00:00:00,500 --> 00:00:01,500\n春季防疫从三月开始\n".encode("gb18030"))
    with open(os.path.join(folder, "讲义.pdf"), "wb") as file:
        file.write(os.urandom(20_000))
    return folder


def payloads(node):
    top = os.path.join(node.dir, "payload")
    return {name for name in os.listdir(top) if not name.startswith(".")}


def height(node, btmh):
    film = next(os.path.join(at, "片.mp4")
                for at, _, names in os.walk(os.path.join(node.dir, "payload", btmh)) if "片.mp4" in names)
    return int(subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries",
                               "stream=height", "-of", "csv=p=0", film],
                              check=True, capture_output=True, text=True).stdout)


def statement(node):
    return http_get(node.url + "/node").body.decode()


def story(s):
    need_program("ffmpeg")
    county = s.county().start()
    town = s.township(county).start()
    thin = s.station(town, "431081101203", "联坪村", "thin")
    with open(os.path.join(thin.dir, "node.conf"), "a", encoding="utf-8") as conf:
        conf.write("rendition = 240p\n")
    thin.start()
    wide = s.station(town, "431081101204", "黄草村", "wide").start()

    lesson = county.publish(make_lesson(s), "两种大小", "文艺", "--rendition", "240p")
    large, small = lesson["btmh"], lesson["also"][0]["btmh"]
    check(lesson["also"][0]["bytes"] < lesson["bytes"], "the small one is smaller")
    for node in (town, thin, wide):
        node.wait_held(lesson["id"])
    wait_for(lambda: payloads(town) >= {large, small}, 30, "the township takes both")
    equal(payloads(thin), {small}, "the thin line carried the small one alone")
    equal(payloads(wide), {large}, "the other took what was published")
    equal((height(thin, small), height(wide, large)), (240, 360), "lines")
    equal(thin.lesson(lesson["id"])["instead"], small, "which it is")
    names = {name for _, _, found in os.walk(os.path.join(thin.dir, "payload")) for name in found}
    equal(names, {"片.mp4", "片.srt", "片.vtt", "讲义.pdf"}, "a rendition is the whole lesson")
    out = s.path("out")
    thin.cli("get", lesson["id"], "--to", out)
    check(any("讲义.pdf" in names for _, _, names in os.walk(out)), "it can be taken along")
    check("\ninstead " in statement(thin) and "\nhave " not in statement(thin), "and says so")
    check("\nhave " in statement(wide) and "\ninstead " not in statement(wide), "so do others")

    # One with a thin line and a small disk says on its page what is wrong, too.
    small_disk = s.station(town, "431081101205", "东江村", "small")
    with open(os.path.join(small_disk.dir, "node.conf"), "a", encoding="utf-8") as conf:
        conf.write("rendition = 240p\nquota = 4K\n")
    small_disk.start()
    page = f"{small_disk.url}/api/lesson?id={quote(lesson['id'])}"
    wait_for(lambda: "no room" in http_get(page).json().get("trouble", ""), 30, "its page says why")
    small_disk.stop()

    # Another line: what it takes follows, and what it has counts.
    thin.set_conf("rendition", "all")
    thin.stop()
    thin.start()
    wait_for(lambda: payloads(thin) == {large, small}, 30, "both now")

    county.cli("withdraw", lesson["id"], "--reason", "试")
    for node in (county, town, thin, wide):
        wait_for(lambda n=node: not payloads(n), 30, f"{node.name}: nothing of it is left")
    shutil.rmtree(out)


run(story)
