# TIMEOUT 180
"""An office publishes what it has: films in whatever came with whatever
camera, disc or download, subtitles in GBK, a table of lessons. What arrives
plays in a browser. The power goes in the middle of the table, and nothing is
published twice."""
import json
import os
import subprocess
import time

from lib import DONE, FAILED, USAGE, check, equal, need_program, run, wait_for

SECONDS = 2
X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
SRT = "1\n00:00:00,200 --> 00:00:01,500\n春季防疫从三月开始\n"


def ffmpeg(*words):
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *words], check=True)


def film(path, *words, size="160x120", rate="10", volume="1.8", seconds=SECONDS):
    ffmpeg("-f", "lavfi", "-i", f"testsrc=size={size}:rate={rate}:duration={seconds}",
           "-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=44100:duration={seconds}",
           "-af", f"volume={volume}", *words, path)
    return path


def make_films(s):
    """What offices have, by name: how it is made."""
    folder = s.path("片")
    os.mkdir(folder)
    at = lambda name: os.path.join(folder, name)  # noqa: E731
    film(at("手机.mp4"), "-c:v", "libx265", "-x265-params", "log-level=error", "-preset",
         "ultrafast", "-pix_fmt", "yuv420p", "-tag:v", "hvc1", "-c:a", "aac")
    film(at("讲课.wmv"), "-c:v", "wmv2", "-c:a", "wmav2")
    film(at("下载.rmvb"), "-c:v", "rv20", "-c:a", "ac3", "-f", "rm", size="176x144")
    film(at("光盘.vob"), "-c:v", "mpeg2video", "-flags", "+ildct+ilme", "-top", "1", "-aspect",
         "16:9", "-c:a", "mp2", "-ar", "48000", "-f", "vob", size="352x288", rate="25")
    film(at("网页.flv"), *X264, "-c:a", "aac")
    film(at("轻声.mp4"), *X264, "-c:a", "aac", "-movflags", "+faststart", volume="0.02")
    film(at("索引.mp4"), *X264, "-c:a", "aac")
    film(at("好.mp4"), *X264, "-c:a", "aac", "-movflags", "+faststart")
    # Frames at odd times: one in five is shown three times as long.
    film(at("变速.mkv"), "-vf", "select='not(mod(n,5))+lt(mod(n,3),1)'", "-vsync", "vfr", *X264,
         "-c:a", "aac", rate="25")
    film(at("无字.mkv"), *X264, "-c:a", "aac")
    with open(at("字.srt"), "w", encoding="utf-8") as out:
        out.write(SRT)
    ffmpeg("-i", at("无字.mkv"), "-i", at("字.srt"), "-c", "copy", "-metadata:s:s:0",
           "language=chi", at("有字.mkv"))
    for name in ("无字.mkv", "字.srt"):
        os.unlink(at(name))
    return folder


def probe(path):
    out = subprocess.run(["ffprobe", "-v", "error", "-of", "json", "-show_format",
                          "-show_streams", path], check=True, capture_output=True).stdout
    return json.loads(out)


def boxes(path):
    """The names of the boxes an MP4 is made of, in their order."""
    names = []
    with open(path, "rb") as file:
        end = os.path.getsize(path)
        while file.tell() < end:
            at = file.tell()
            head = file.read(8)
            size = int.from_bytes(head[:4], "big")
            names.append(head[4:8].decode("latin-1"))
            file.seek(at + (int.from_bytes(file.read(8), "big") if size == 1 else size or end))
    return names


def plays(path):
    """Is it what a browser of 2019 plays, from its first bytes on?"""
    found = probe(path)
    video = [s for s in found["streams"] if s["codec_type"] == "video"]
    sound = [s for s in found["streams"] if s["codec_type"] == "audio"]
    equal([s["codec_name"] for s in video], ["h264"], f"{path}: picture")
    equal(video[0]["pix_fmt"], "yuv420p", f"{path}: pixels")
    check(video[0].get("field_order", "progressive") in ("progressive", "unknown"),
          f"{path}: not interlaced")
    equal([s["codec_name"] for s in sound], ["aac"], f"{path}: sound")
    check("mp4" in found["format"]["format_name"], f"{path}: an MP4")
    order = boxes(path)
    check(order.index("moov") < order.index("mdat"), f"{path}: its index is first: {order}")
    check(abs(float(found["format"]["duration"]) - SECONDS) < 0.7, f"{path}: as long as it was")
    return found


def loudness(path):
    said = subprocess.run(["ffmpeg", "-nostdin", "-i", path, "-af", "ebur128", "-f", "null", "-"],
                          check=True, capture_output=True, text=True).stderr
    return float(said.rsplit("I:", 1)[1].split()[0])


def parts(node, lesson):
    """{name of a file of the lesson: its path here}"""
    top = os.path.join(node.dir, "payload", lesson["btmh"])
    return {name: os.path.join(at, name) for at, _, names in os.walk(top) for name in names}


def whats(answer, name):
    return {c["what"] for c in answer["checks"] if c["file"].endswith(name)}


def publish_folder(s, county, station, folder):
    """All of it as one lesson, with a smaller rendition that is not needed."""
    answer = county.publish(folder, "什么都有", "文艺", "--rendition", "480p")
    expected = {"手机.mp4": "converted", "讲课.wmv": "converted", "下载.rmvb": "converted",
                "光盘.vob": "converted", "网页.flv": "rewrapped", "轻声.mp4": "leveled",
                "索引.mp4": "index-moved", "好.mp4": "plays", "变速.mkv": "rewrapped"}
    for name, what in expected.items():
        check(what in whats(answer, name), f"{name}: {what}, not {whats(answer, name)}")
    check("also" not in answer or not answer["also"], "nothing is larger than 480 lines")
    station.wait_held(answer["id"])
    here = parts(station, answer)
    for name in expected:
        plays(here[os.path.splitext(name)[0] + ".mp4"])
    plays(here["有字.mp4"])
    with open(here["有字.zh.vtt"], encoding="utf-8") as file:
        equal(file.read(), "WEBVTT\n\n00:00:00.200 --> 00:00:01.500\n春季防疫从三月开始\n", "its words")
    check("有字.zh.srt" in here, "and for TVs")
    disc = probe(here["光盘.mp4"])["streams"][0]
    equal((disc["width"], disc["height"]), (512, 288), "the disc's pixels are square now")
    check(-19 < loudness(here["轻声.mp4"]) < -15, "the whisper is as loud as others")
    with open(here["好.mp4"], "rb") as a, open(os.path.join(folder, "好.mp4"), "rb") as b:
        check(a.read() == b.read(), "what plays is left to the byte")
    equal([n for n in os.listdir(os.path.join(county.dir, "spool")) if n.startswith("made-")], [],
          "nothing waits that was published")


def as_is(s, county, folder):
    path = os.path.join(folder, "下载.rmvb")
    answer = county.publish(path, "原样", "文艺", "--as-is", "--no-save")
    equal(whats(answer, "下载.rmvb"), {"as-is"}, "what is said of it")
    with open(parts(county, answer)["下载.rmvb"], "rb") as a, open(path, "rb") as b:
        check(a.read() == b.read(), "as it is")
    check(county.lesson(answer["id"])["keep"] is True, "and no copies are to leave")


def without_ffmpeg(s, county, folder):
    path = os.environ["PATH"]
    tools = s.path("tools")
    os.mkdir(tools)
    try:
        os.environ["PATH"] = tools
        answer = county.publish(os.path.join(folder, "讲课.wmv"), "没有工具", "文艺")
    finally:
        os.environ["PATH"] = path
    equal([(c["what"], c["detail"]) for c in answer["checks"]],
          [("not-checked", "ffprobe is not installed")], "that is said plainly")


def broken(s, county, folder):
    path = s.path("坏.mp4")
    with open(os.path.join(folder, "好.mp4"), "rb") as a, open(path, "wb") as b:
        b.write(a.read()[:-4000])
    said = county.cli_fails(USAGE, "publish", path, "--title", "坏", "--topic", "文艺")
    check("ends before it should" in said and "--as-is" in said, said)


def rendition(s, county):
    """Two sizes of one lesson, each a payload of its own."""
    path = film(s.path("大.mp4"), *X264, "-c:a", "aac", "-movflags", "+faststart", size="640x360")
    with open(os.path.join(county.dir, "node.conf"), "a", encoding="utf-8") as conf:
        conf.write("make-rendition = 240p\n")
    county.stop()
    county.start()
    answer = county.publish(path, "两种大小", "文艺")
    lesson = county.lesson(answer["id"])
    equal([a["as"] for a in lesson["also"]], ["240p"], "what else there is of it")
    small = parts(county, lesson["also"][0])["大 240p.mp4"]
    equal(plays(small)["streams"][0]["height"], 240, "lines")
    equal(plays(parts(county, lesson)["大.mp4"])["streams"][0]["height"], 360, "of the lesson")
    only = county.publish(path, "一种大小", "文艺", "--rendition", "original")
    check(not county.lesson(only["id"]).get("also"), "unless it is said otherwise")


def table(s, county, folder, name, rows, encoding="gb18030"):
    path = os.path.join(folder, name)
    with open(path, "w", encoding=encoding, newline="") as file:
        file.write("文件,标题,主题,系列,集数,日期\r\n")
        for row in rows:
            file.write(",".join(row) + "\r\n")
    return path


def titles(county):
    return sorted(lesson["title"] for lesson in county.lessons())


def faults(s, county, folder):
    before = titles(county)
    path = table(s, county, folder, "错.csv", [
        ("好.mp4", "好的", "文艺", "", "", "2024/3/5"), ("没有.mp4", "没有", "文艺", "", "", ""),
        ("好.mp4", "别处的", "文艺", "", "7", "2024-13-01"),
        ("好.mp4", "别的主题", "文 艺", "", "", "")])
    said = county.cli_fails(USAGE, "publish", "--list", path)
    for line in ("line 3: there is no", "line 4: date: ", "line 4: a number without a series",
                 "line 5: topic: "):
        check(line in said, f"{line!r} in {said}")
    equal(titles(county), before, "nothing was published")
    county.cli("publish", "--list-template")


def a_list(s, county, folder):
    """The power goes again and again; at the end each row is there once."""
    names = ["讲课.wmv", "手机.mp4", "光盘.vob", "网页.flv", "下载.rmvb", "好.mp4"]
    rows = [(name, f"第{i}课", "产业/养殖", "黑山羊", str(i), "2024/3/5")
            for i, name in enumerate(names, 1)]
    rows.append(("坏了.mp4", "坏了的课", "产业/养殖", "", "", ""))
    with open(os.path.join(folder, "坏了.mp4"), "wb") as file:
        file.write(b"no film " * 1000)
    path = table(s, county, folder, "课件.csv", rows)
    before = titles(county)
    done = path + ".done"
    steps = lambda: open(done, encoding="utf-8").read().count("\n") if os.path.exists(done) else 0  # noqa: E731
    cuts = 0
    while cuts < 6:
        process = subprocess.Popen(county.command("publish", "--list", path),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        now = steps()
        # Right after it was begun, or published, or somewhere between.
        wait_for(lambda: steps() > now or process.poll() is not None, 60, "a step", 0.002)
        time.sleep(0.04 * (cuts % 3))
        cuts += 1
        if process.poll() is not None:
            break
        process.kill()
        process.wait()
    equal(len(set(titles(county))), len(titles(county)), "nothing twice so far")
    said = county.try_cli("publish", "--list", path, "--json", timeout=120)
    equal(said.code, FAILED, f"one row cannot be published: {said.err}")
    report = said.json()
    equal(report["published"] + report["before"], len(names), "the others are")
    bad = [row for row in report["rows"] if row["result"] == "failed"]
    equal([(row["line"], row["title"]) for row in bad], [(8, "坏了的课")], "which")
    check("does not play" in bad[0]["why"], bad[0]["why"])
    equal(titles(county), sorted(before + [row[1] for row in rows[:-1]]), "each once")
    lesson = next(one for one in county.lessons() if one["title"] == "第1课")
    equal((lesson["date"], lesson["series"]), ("2024-03-05", {"title": "黑山羊", "n": 1}), "as listed")
    plays(parts(county, lesson)["讲课.mp4"])

    # The power goes between "published" and its being written down.
    with open(done, encoding="utf-8") as file:
        lines = file.readlines()
    last = max(i for i, line in enumerate(lines) if '"done"' in line)
    with open(done, "w", encoding="utf-8") as file:
        file.writelines(lines[:last])
    report = county.try_cli("publish", "--list", path, "--json", timeout=120).json()
    equal((report["published"], report["before"]), (0, len(names)), "it is known by its id")
    equal(titles(county), sorted(before + [row[1] for row in rows[:-1]]), "each once still")

    # The film is mended; nothing else is done again.
    film(os.path.join(folder, "坏了.mp4"), *X264, "-c:a", "aac")
    report = county.cli_json("publish", "--list", path)
    equal((report["published"], report["before"], report["failed"]), (1, len(names), 0), "the rest")
    equal(county.try_cli("publish", "--list", path).code, DONE, "and once more")
    equal(titles(county), sorted(before + [row[1] for row in rows]), "each once")


def story(s):
    need_program("ffmpeg")
    folder = make_films(s)
    county = s.county().start()
    station = s.station(county).start()
    publish_folder(s, county, station, folder)
    as_is(s, county, folder)
    without_ffmpeg(s, county, folder)
    broken(s, county, folder)
    rendition(s, county)
    faults(s, county, folder)
    a_list(s, county, folder)


run(story)
