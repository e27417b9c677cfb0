# TIMEOUT 600
"""What else an office does in a real browser: a lesson of several parts with
handouts, approved by a second person; many lessons by a table; who holds them, by
township. At the station: the next part, what may be saved and what may not, and a
forgotten PIN that the township helps with over the telephone."""
import os

from nodes import make_film, make_picture, restart, run, secret_file, set_pin, wait_for, walk

PASSWORDS = {"李强": "三月里放羊东山坡", "王丽": "清明前后种瓜点豆"}
PIN, NEW_PIN = "7193", "90210"
PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""


def conf_line(node, line, there=True):
    path = os.path.join(node.dir, "node.conf")
    with open(path, encoding="utf-8") as file:
        lines = [one for one in file.read().splitlines() if one != line]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines + ([line] if there else [])) + "\n")


def parts_of_a_lesson(s):
    """Two short films, a page to read and a picture, as an office has them."""
    folder = s.path("parts")
    os.mkdir(folder)
    files = [make_film(os.path.join(folder, f"第{n}节 {what}.mp4"), 12)
             for n, what in ((1, "打扫圈舍"), (2, "打针"))]
    for name, data in (("防疫讲义.pdf", PDF), ("疫苗照片.png", None)):
        files.append(os.path.join(folder, name))
        if data:
            with open(files[-1], "wb") as file:
                file.write(data)
        else:
            make_picture(files[-1])
    return files


def tables(s, county):
    """A table with faults, and the same without, as a spreadsheet of an office writes it."""
    folder = os.path.join(county.dir, "incoming")
    os.mkdir(folder)
    for name in ("贡茶", "甜玉米"):
        make_film(os.path.join(folder, f"{name}.mp4"), 6)
    head = "文件,标题,主题,不可保存\r\n"
    good = head + "贡茶.mp4,狗脑贡茶的采摘与炒制,产业/种植/茶叶,\r\n甜玉米.mp4,甜玉米播种,产业/种植/甜玉米,是\r\n"
    bad = good + "罗非鱼.mp4,罗非鱼越冬,产业/养殖/罗非鱼,\r\n甜玉米.mp4,,产业/种植/甜玉米,\r\n"
    paths = []
    for name, text in (("有错的表.csv", bad), ("十一月的课.csv", good)):
        paths.append(s.path(name))
        with open(paths[-1], "w", encoding="gb18030", newline="") as file:
            file.write(text)
    return paths


def story(s):
    county = s.county()
    for name, password in PASSWORDS.items():
        county.cli("set-password", "--name", name, "--password-file", secret_file(s, name, password))
    conf_line(county, "approval = yes")
    county.start()
    township = s.township(county).start()
    station = s.station(township, upstream=county.url)
    set_pin(s, station, pin=PIN)
    station.start()
    other = s.station(county, region="431081103205", title="流华湾村", name="other").start()
    for node in (township, station, other):
        county.enrol(node)

    def needs_nobody():
        conf_line(county, "approval = yes", there=False)
        restart(county)

    def reset_code(code, who, challenge):
        wait_for(lambda: any(row["state"] == "enrolled" and row["code"] == code
                             for row in township.cli_json("station", "list")),
                 90, "the township knows that the station is enrolled")
        return township.cli_json("station", "reset-pin", code, who, challenge)["code"]

    bad, good = tables(s, county)
    walk(s, "09-office.mjs", {
        "county": county.url, "station": station.url, "files": parts_of_a_lesson(s),
        "passwords": PASSWORDS, "pin": PIN, "new_pin": NEW_PIN, "bad": bad, "good": good,
        "code": station.status()["code"],
        "data": ["联坪村", "流华湾村", "资兴市", "兴宁镇", "郴州市", "李强", "王丽", *county.heads(), *township.heads()],
    }, needs_nobody=needs_nobody, reset_code=reset_code, stop_other=other.stop,
        lessons=lambda: {row["title"]: row["id"] for row in county.lessons()},
        held=lambda lesson: station.wait_held(lesson, 120)["state"])


run(story)
