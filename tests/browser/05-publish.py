# TIMEOUT 600
"""An office publishes in a real browser, from the password to the last station's
word that it has obeyed: a film as offices have them is dragged in, sent, converted,
looked at and signed; a station's screen in the same browser shows it by itself and
plays it while it still comes; it is revised and withdrawn."""
import os
import subprocess

from nodes import CUES, Throttle, need_program, run, secret_file, walk, write_subtitles

PHRASE = "东山的羊西山的草一夜北风"
PASSWORD = "三月里放羊东山坡"
LINE = 50_000_000


def make_avi(path, seconds=24):
    """MPEG-4 and MP3 in AVI, as old cameras wrote it; large when converted."""
    need_program("ffmpeg")
    subprocess.run(
        ["ffmpeg", "-nostdin", "-loglevel", "error", "-y",
         "-f", "lavfi", "-i", f"gradients=s=720x576:r=10:d={seconds}:c0=0x3a6b35:c1=0xc9b458:nb_colors=2:speed=0.02",
         "-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}",
         "-vf", "noise=alls=10:allf=t", "-c:v", "mpeg4", "-vtag", "XVID", "-q:v", "7",
         "-c:a", "libmp3lame", "-b:a", "64k", path], check=True)
    return path


def write_gbk(path, seconds):
    """Subtitles in the coding that most office PCs write."""
    write_subtitles(path, seconds)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="gb18030") as file:
        file.write(text)
    return path


def story(s):
    phrase = secret_file(s, "phrase", PHRASE)
    county = s.county(words=("--passphrase-file", phrase)).start()
    for name, password in (("李强", PASSWORD), ("张敏", PASSWORD[::-1])):
        county.cli("set-password", "--name", name, "--password-file", secret_file(s, name, password))
    line = Throttle(s, county.url, LINE)
    station = s.station(county, upstream=line.url, words=["--announce", "off"]).start()
    folder = s.path("office")
    os.mkdir(folder)
    film = make_avi(os.path.join(folder, "春季防疫.avi"))
    subtitles = write_gbk(os.path.join(folder, "春季防疫.srt"), 24)

    def narrow(rate=LINE):
        line.rate = rate

    def state(lesson):
        found = station.lesson(lesson)
        return {"state": found["state"], "progress": found.get("progress"), "title": found["title"]} if found else None

    walk(s, "05-publish.mjs", {
        "county": county.url, "station": station.url, "film": film, "subtitles": subtitles,
        "password": PASSWORD, "phrase": PHRASE, "cues": CUES, "code": station.status()["code"],
        "data": ["联坪村", "资兴市", "兴宁镇", "郴州市", "李强", "张敏", "春季防疫", next(iter(county.heads()))],
    }, narrow=narrow, state=state, heard=lambda: county.wait_heard_of(station),
        lesson=lambda: county.lessons()[0]["id"],
        held=lambda lesson: station.wait_held(lesson, 120)["state"],
        stop=station.stop, start=lambda: station.start() and None)


run(story)
