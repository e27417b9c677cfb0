# TIMEOUT 90
"""What the pages of a node are made of, asked for as a browser does: files with
their headers and codings, JSON about lessons, streams that live through a
restart. Only this machine and its LAN are answered, writes only when they come
from a page of the node itself."""

import gzip
import http.client
import json
import os
import re
import socket
import time

from lib import check, equal, run, wait_for


def ask(node, path, method="GET", source=None, body=None, **headers):
    connection = http.client.HTTPConnection(
        node.address, 7433, timeout=60, source_address=(source, 0) if source else None)
    connection.request(method, path, body=body,
                       headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    answer.body = answer.read()
    connection.close()
    return answer


def get_json(node, path):
    answer = ask(node, path)
    equal(answer.status, 200, f"code of {path}")
    equal(answer.headers["Content-Type"], "application/json", "type")
    equal(answer.headers["Cache-Control"], "no-cache", "kept by nobody")
    return json.loads(answer.body)


def failed(answer):
    return json.loads(answer.body)["failed"]["status"]


class Stream:
    """An open /api/events; .events are (name, data) as they come."""

    def __init__(self, node, source=None, path="/api/events"):
        self.socket = socket.create_connection(
            (node.address, 7433), 60, source_address=(source, 0) if source else None)
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        self.socket.setblocking(False)
        self.raw, self.ended = b"", False

    def read(self):
        try:
            while True:
                more = self.socket.recv(65536)
                if not more:
                    self.ended = True
                    break
                self.raw += more
        except BlockingIOError:
            pass
        except ConnectionError:
            self.ended = True
        return self.raw

    def status(self):
        wait_for(lambda: b"\r\n\r\n" in self.read() or self.ended, 10, "a head")
        return int(self.raw.split()[1])

    def events(self, name):
        text = re.sub(rb"\r\n[0-9a-f]+\r\n", b"", self.read())
        return [json.loads(data) for data in
                re.findall(rb"event: %s\ndata: (.*)\n\n" % name.encode(), text)]

    def close(self):
        self.socket.close()


def files(node):
    html = {"Accept": "text/html,application/xhtml+xml"}
    page = ask(node, "/", **html, Accept_Encoding="gzip, deflate")
    equal(page.status, 200, "the page")
    equal(page.headers["Content-Encoding"], "gzip", "coding")
    equal(page.headers["Cache-Control"], "no-cache", "the page is asked for again")
    text = gzip.decompress(page.body)
    plain = ask(node, "/", **html)
    equal(plain.body, text, "the same page, uncompressed")
    check(plain.headers["Content-Encoding"] is None, "not coded for who cannot read it")
    check(plain.headers["ETag"] != page.headers["ETag"], "other bytes have another tag")
    equal(ask(node, "/", **html, If_None_Match=plain.headers["ETag"]).status, 304, "had already")
    check(ask(node, "/").body.startswith(b"xiangtu county\n"), "lines for who wants no page")
    equal(ask(node, "/desk").headers["Content-Type"], "text/html; charset=utf-8", "the desks")

    policy = page.headers["Content-Security-Policy"]
    for word in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"):
        check(word in policy, word)
    check("unsafe" not in policy and "http" not in policy, "nothing else")
    equal(page.headers["X-Content-Type-Options"], "nosniff", "types are what they say")
    equal(page.headers["Referrer-Policy"], "no-referrer", "nobody is told")
    loaded = re.findall(rb'(?:src|href)="(/ui/[^"]+)"', text)
    for name in loaded:  # none where the program was built without its pages
        part = ask(node, name.decode(), Accept_Encoding="gzip")
        equal(part.status, 200, name)
        check("immutable" in part.headers["Cache-Control"], f"{name} never changes")
        equal(part.headers["Content-Security-Policy"], policy, "the same policy")
        ranged = ask(node, name.decode(), Accept_Encoding="gzip", Range="bytes=0-3")
        equal((ranged.status, len(ranged.body)), (206, 4), "a part, of the plain bytes")
        equal(ranged.body, ask(node, name.decode()).body[:4], "those")
    equal(ask(node, "/ui/none.js").status, 404, "what is not there")
    equal(ask(node, "/ui/none.js", "POST", body=b"").status, 405, "what nobody writes")


def gate(s, node, near, beyond):
    for path in ("/", "/desk", "/api/me", "/api/home", "/ui/x.js", "/api/events"):
        answer = ask(node, path, source=beyond, Accept="text/html")
        equal(answer.status, 403, f"{path} from beyond the LAN")
        check(b"pages = everywhere" in answer.body, "which says what to do")
    equal(ask(node, "/", source=beyond).status, 200, "lines are for everybody")
    equal(ask(node, "/heads", source=beyond).status, 200, "so are the public paths")
    for source in (near, "127.0.0.1", node.address):
        equal(ask(node, "/api/me", source=source).status, 200, f"from {source}")


def writes(node):
    good = {"X_Xiangtu": "1", "Content_Type": "application/json"}
    path = "/api/home"
    for lack in ("X_Xiangtu", "Content_Type"):
        answer = ask(node, path, "POST", body=b"{}", **{k: v for k, v in good.items() if k != lack})
        equal((answer.status, failed(answer)), (403, "untrusted"), f"without {lack}")
    form = dict(good, Content_Type="application/x-www-form-urlencoded")
    equal(ask(node, path, "POST", body=b"{}", **form).status, 403, "as a form sends it")
    other = dict(good, Origin="http://elsewhere.example")
    equal(ask(node, path, "POST", body=b"{}", **other).status, 403, "from another site")
    equal(ask(node, path, "POST", body=b"{}", **good).status, 405, "as a page would send it")
    equal(failed(ask(node, "/api/none")), "not_found", "no such request")
    equal(ask(node, "/api/me", "POST", body=b"{}", **good).status, 405, "read only")


def me(node):
    said = json.loads(ask(node, "/api/me", Accept_Language="zh-CN,zh;q=0.9").body)
    equal((said["role"], said["who"], said["lang"]), ("viewer", "", "zh"), "who asks")
    equal(said["node"]["name"], "资兴市", "where")
    equal(said["url"], node.url, "what a phone types")
    equal(json.loads(ask(node, "/api/me", Accept_Language="en-GB").body)["lang"], "en", "English")
    equal(ask(node, "/api/desk/events").status, 401, "desks are for who is logged in")


def library(s, county, goat, film):
    home = get_json(county, "/api/home")
    equal({card["id"] for card in home["fresh"]}, {goat["id"], film["id"]}, "what is new")
    equal([card["id"] for card in home["local"]], [card["id"] for card in home["fresh"]], "local")
    topics = {row["topic"]: row["count"] for row in home["topics"]}
    equal(topics, {"产业": 1, "产业/养殖": 1, "文艺": 1}, "topics")
    card = next(card for card in home["fresh"] if card["id"] == goat["id"])
    equal((card["office"], card["place"], card["state"], card["progress"]),
          ("资兴市", "资兴市", "held", 1), "a card")

    found = lambda **words: [card["id"] for card in get_json(
        county, "/api/lessons?" + "&".join(f"{k}={v}" for k, v in words.items()))["lessons"]]
    equal(found(query="%E5%B1%B1%E7%BE%8A"), [goat["id"]], "by text")
    equal(found(initials="hsyyz"), [goat["id"]], "by initials")
    equal(found(topic="%E6%96%87%E8%89%BA"), [film["id"]], "by topic")
    equal(found(initials="zzz"), [], "nothing")
    first = get_json(county, "/api/lessons?limit=1")
    second = get_json(county, "/api/lessons?limit=1&offset=1")
    equal((first["total"], len(first["lessons"]), len(second["lessons"])), (2, 1, 1), "pages of it")
    check(first["lessons"][0]["id"] != second["lessons"][0]["id"], "one after the other")
    for wrong in ("state=nowhere", "initials=A%20B", "limit=many", "query=" + "a" * 500):
        answer = ask(county, "/api/lessons?" + wrong)
        check(answer.status == 400 and failed(answer) in ("usage", "malformed"), wrong)

    lesson = get_json(county, "/api/lesson?id=" + film["id"].replace("#", "%23"))
    kinds = {part["name"]: part["kind"] for part in lesson["parts"]}
    equal(kinds, {"戏.mp4": "video", "戏.zh.srt": "subtitle", "词.txt": "document"}, "its parts")
    subtitle = next(part for part in lesson["parts"] if part["kind"] == "subtitle")
    video = next(part for part in lesson["parts"] if part["kind"] == "video")
    equal((subtitle["for"], subtitle["lang"], video["title"]), (video["path"], "zh", "戏"),
          "whose subtitle")
    equal((lesson["save"], lesson["rev"], lesson["series_lessons"]), (True, 1, []), "the rest")
    answer = ask(county, video["url"])
    equal((answer.status, len(answer.body)), (200, video["bytes"]), "is where it says")
    equal(failed(ask(county, "/api/lesson?id=zzzzzzzz")), "not_found", "no such lesson")
    equal(ask(county, "/api/lesson").status, 400, "which lesson?")


def streams(s, county, near):
    stream = Stream(county)
    equal(stream.status(), 200, "a stream")
    check(b"text/event-stream" in stream.raw, "its type")
    wait_for(lambda: stream.events("library"), 10, "where things stand")
    before = stream.events("library")[-1]["n"]
    lesson = county.publish(s.file("新.bin", 10_000), "新课", "文艺")
    wait_for(lambda: stream.events("library")[-1]["n"] > before, 10, "told of a new lesson")
    fresh = get_json(county, "/api/home")["fresh"]
    check(lesson["id"] in {card["id"] for card in fresh}, "which is there when asked")

    # So many of one address and no more; one that leaves makes room.
    crowd = [Stream(county, near) for _ in range(220)]
    equal({one.status() for one in crowd}, {200}, "220 of one address")
    equal(Stream(county, near).status(), 503, "one more")
    equal(ask(county, "/api/home").status, 200, "others are served meanwhile")
    crowd.pop().close()

    def again():
        one = Stream(county, near)
        crowd.append(one)
        return one.status() == 200
    wait_for(again, 30, "a place is free")

    began = time.monotonic()
    county.stop()
    check(time.monotonic() - began < 60, "a node with listeners stops")
    wait_for(lambda: (stream.read(), stream.ended)[1], 10, "their streams end")
    for one in crowd:
        one.close()
    county.start()
    stream = Stream(county)
    wait_for(lambda: stream.events("library"), 10, "it goes on after the restart")
    stream.close()


def arriving(s, county):
    station = s.station(county).start()
    stream = Stream(station)
    wait_for(lambda: stream.events("library"), 10, "where things stand")
    before = stream.events("library")[-1]["n"]
    lesson = county.publish(s.file("大.bin", 4_000_000), "大课", "文艺")
    station.wait_held(lesson["id"])
    wait_for(lambda: any(card["id"] == lesson["id"] and card["state"] == "held"
                         for card in get_json(station, "/api/home")["fresh"]), 10,
             "the page shows it held")
    wait_for(lambda: stream.events("library")[-1]["n"] > before, 10, "and was told")
    stream.close()


def story(s):
    near, beyond = s.new_address(), s.new_address()
    county = s.county()
    with open(os.path.join(county.dir, "node.conf"), "a", encoding="utf-8") as conf:
        conf.write(f"lan = {near}/32\n")
    county.start()
    goat = county.publish(s.file("课.bin", 300_000), "黑山羊养殖")
    folder = s.path("戏")
    os.mkdir(folder)
    for name, size in (("戏.mp4", 200_000), ("戏.zh.srt", 0), ("词.txt", 100)):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(b"1\n00:00:01,000 --> 00:00:02,000\n\xe6\x98\x86\n" if not size
                       else os.urandom(size) if size > 1000 else b"a" * size)
    film = county.publish(folder, "昆曲欣赏", "文艺", "--no-media")
    files(county)
    gate(s, county, near, beyond)
    me(county)
    writes(county)
    library(s, county, goat, film)
    streams(s, county, near)
    county.stop()
    with open(os.path.join(county.dir, "node.conf"), "a", encoding="utf-8") as conf:
        conf.write("pages = everywhere\n")
    county.start()
    equal(ask(county, "/api/home", source=beyond).status, 200, "pages = everywhere")
    arriving(s, county)


run(story)
