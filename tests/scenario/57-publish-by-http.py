"""An office publishes from a browser: a film is sent in pieces, the node is
killed in the middle and it goes on; it is converted beside all else, seen as a
station would show it, approved by a second person and signed; the office sees
who holds it, revises it and takes it back.

The story's browsers speak plain HTTP, as the desk does.
"""
# TIMEOUT 300
import hashlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.parse

from lib import (check, children_of, equal, is_running, need_program, run, sha256_of,
                 wait_for)

PIECE = 512 * 1024
PHRASE = "东山的羊西山的草一夜北风"
LI, WANG = "三月里放羊东山坡", "清明前后种瓜点豆"
PAGE = {"X-Xiangtu": "1", "Content-Type": "application/json"}


class Desk:
    """Somebody of the office, at a browser."""

    def __init__(self, node, who, password):
        self.node, self.who, self.password = node, who, password
        self.cookie = None

    def login(self):
        code, me = self.ask("POST", "/api/login", {"who": self.who, "secret": self.password})
        equal((code, me.get("role")), (200, "office"), f"{self.who} logs in")
        return self

    def ask(self, method, path, body=None, **more):
        connection = http.client.HTTPConnection(self.node.address, 7433, timeout=60)
        headers = dict(PAGE, **{k.replace("_", "-"): v for k, v in more.items()})
        if self.cookie:
            headers["Cookie"] = self.cookie
        if not isinstance(body, (bytes, type(None))):
            body = json.dumps(body)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        self.raw = answer.read()
        self.headers = answer.headers
        if answer.headers["Set-Cookie"]:
            self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        connection.close()
        is_json = answer.headers["Content-Type"] == "application/json"
        return answer.status, json.loads(self.raw) if is_json else self.raw

    def get(self, path):
        code, answer = self.ask("GET", path)
        equal(code, 200, f"GET {path}: {answer}")
        return answer

    def post(self, path, body=None):
        code, answer = self.ask("POST", path, {} if body is None else body)
        equal(code, 200, f"POST {path}: {answer}")
        return answer

    def refused(self, code, status, path, body=None):
        got, answer = self.ask("POST", path, {} if body is None else body)
        equal((got, answer.get("failed", {}).get("status")), (code, status),
              f"POST {path}: {answer}")
        return answer["failed"]

    # -- drafts

    def draft(self, draft_id):
        return self.get(f"/api/drafts/{draft_id}")

    def piece(self, draft_id, name, offset, total, data):
        query = urllib.parse.urlencode({"name": name, "offset": offset, "total": total})
        return self.ask("POST", f"/api/drafts/{draft_id}/file?{query}", data,
                        Content_Type="application/octet-stream")

    def send(self, draft_id, path, until=None, name=None):
        """As the page does: from where the node says; how many bytes it took."""
        name, total = name or os.path.basename(path), os.path.getsize(path)
        sent = offset = 0
        with open(path, "rb") as file:
            while offset < total and (until is None or offset < until):
                file.seek(offset)
                data = file.read(PIECE)
                code, answer = self.piece(draft_id, name, offset, total, data)
                if code == 409:
                    check(answer["failed"]["args"]["received"] != offset, f"stuck: {answer}")
                    offset = answer["failed"]["args"]["received"]
                    continue
                equal(code, 200, f"a piece: {answer}")
                offset = answer["received"]
                sent += len(data)
        return sent

    def wait_state(self, draft_id, state, deadline=90):
        def there():
            draft = self.draft(draft_id)
            check(draft["state"] in (state, "preparing", "open"),
                  f"{draft['state']}: {draft.get('trouble')}")
            return draft["state"] == state and draft
        return wait_for(there, deadline, f"the draft is {state}")

    def prepare(self, draft_id, state="ready"):
        self.post(f"/api/drafts/{draft_id}/prepare")
        return self.wait_state(draft_id, state)


class Stream:
    """The desk's events, by name, as they come."""

    def __init__(self, desk):
        self.socket = socket.create_connection((desk.node.address, 7433), 10)
        self.socket.sendall(f"GET /api/desk/events HTTP/1.1\r\nHost: x\r\nCookie: {desk.cookie}"
                            "\r\n\r\n".encode())
        self.socket.setblocking(False)
        self.raw = b""

    def last(self, name):
        try:
            while more := self.socket.recv(65536):
                self.raw += more
        except BlockingIOError:
            pass
        text = re.sub(rb"\r\n[0-9a-f]+\r\n", b"", self.raw)
        found = re.findall(rb"event: %s\ndata: (.*)\n\n" % name.encode(), text)
        return json.loads(found[-1]) if found else None

    def close(self):
        self.socket.close()


def password_file(s, name, password):
    path = s.path(f"{name}.password")
    with open(path, "w", encoding="utf-8") as file:
        file.write(password + "\n")
    os.chmod(path, 0o600)
    return path


def set_password(s, node, name, password):
    node.cli("set-password", "--name", name, "--password-file", password_file(s, name, password))


def add_conf(node, line):
    with open(os.path.join(node.dir, "node.conf"), "a", encoding="utf-8") as conf:
        conf.write(line + "\n")


def make_film(s, name, *words, seconds=4, rate=12_000_000):
    """A film as offices have them, of some megabytes."""
    path = s.path(name)
    subprocess.run(["ffmpeg", "-nostdin", "-v", "fatal", "-y", "-f", "lavfi", "-i",
                    f"testsrc2=size=640x360:rate=25:duration={seconds}", "-f", "lavfi", "-i",
                    f"sine=frequency=440:duration={seconds}", "-vf", "noise=alls=60:allf=t",
                    "-b:v", str(rate), "-minrate", str(rate), "-maxrate", str(rate), "-bufsize",
                    str(rate), *words, path], check=True)
    return path


def who_may(s, county, office):
    """Nothing of it is for who is not of the office."""
    stranger = Desk(county, "", "")
    for method, path in (("GET", "/api/drafts"), ("POST", "/api/drafts"), ("GET", "/api/coverage"),
                         ("POST", "/api/drafts/0011223344556677/publish")):
        equal(stranger.ask(method, path, b"{}" if method == "POST" else None)[0], 401, path)
    form = dict(Content_Type="multipart/form-data")
    equal(office.ask("POST", "/api/drafts/0011223344556677/file?name=a&offset=0&total=1", b"x",
                     **form)[0], 403, "a form of another site")
    equal(office.ask("GET", "/api/drafts/0011223344556677")[0], 404, "no such draft")
    equal(office.ask("GET", "/api/drafts/..%2f..")[0], 400, "nor is that a path")


def upload(s, county, office, film):
    """In pieces, over the death of the node; what is here is not sent again."""
    draft = office.post("/api/drafts", {"fields": {"title": "黑山羊春季防疫"}})
    equal((draft["state"], draft["made_by"]), ("open", "李强"), "a new draft")
    equal(draft["renditions"], ["original", "480p"], "what is made")
    path = f"/api/drafts/{draft['id']}"
    office.refused(400, "usage", path, {"fields": {"titel": "x"}})
    office.refused(400, "usage", path + "/prepare")  # without a file

    total = os.path.getsize(film)
    check(total > 10_000_000, f"a film of some size: {total}")
    sent = office.send(draft["id"], film, until=6_000_000)
    code, answer = office.piece(draft["id"], os.path.basename(film), 0, total, b"x" * PIECE)
    equal((code, answer["failed"]["args"]["received"]), (409, sent), "it is told where to go on")
    office.refused(400, "usage", path + "/prepare")  # half a file
    for name in ("../../node.conf", "a/b", "..", ".hidden"):
        equal(office.piece(draft["id"], name, 0, 4, b"evil")[0], 400, name)

    county.kill()
    county.start()
    equal(office.ask("GET", path)[0], 401, "sessions end with the node")
    office.login()
    here = office.draft(draft["id"])["files"][0]
    equal((here["name"], here["bytes"]), (os.path.basename(film), total), "it is remembered")
    equal(here["received"], 4 << 20, "it goes on where it was flushed")
    equal(office.send(draft["id"], film), total - (4 << 20), "and nothing is sent twice")
    lies = os.path.join(county.dir, "drafts", draft["id"], "files", os.path.basename(film))
    equal(sha256_of(lies), sha256_of(film), "what is here is what was sent")
    equal(os.stat(os.path.join(county.dir, "drafts")).st_mode & 0o777, 0o700, "for nobody else")
    return draft["id"]


def too_large(office, draft):
    """Where there is no room it says so before it is sent, and keeps the rest."""
    code, answer = office.piece(draft, "大.mp4", 0, 1 << 50, b"x" * PIECE)
    equal((code, answer["failed"]["status"]), (507, "no_room"), "a petabyte")
    equal(len(office.draft(draft)["files"]), 2, "nothing came of it")


def prepare(s, county, office, draft):
    """Stopped, killed, done: the work is a child's, and told as it goes."""
    stream = Stream(office)
    path = f"/api/drafts/{draft}"
    office.post(path, {"fields": {"topic": "产业/养殖/黑山羊", "summary": "春季防疫要点"},
                       "renditions": ["240p", "original"]})
    ours = lambda: [pid for pid in children_of(county.process.pid)  # noqa: E731
                    if b"--prepare" in open(f"/proc/{pid}/cmdline", "rb").read()]

    office.post(path + "/prepare")
    office.refused(409, "busy", path + "/prepare")
    office.refused(409, "busy", path + "/remove-file", {"name": "课.wmv"})
    wait_for(lambda: stream.last("drafts") and stream.last("drafts")["drafts"][0]["work"],
             30, "the desk is told how far it is")
    worker = wait_for(ours, 20, "a child works")[0]
    with open(f"/proc/{worker}/stat") as stat:
        check(int(stat.read().rpartition(")")[2].split()[16]) >= 10, "behind all else")
    office.post(path + "/stop")
    stopped = office.wait_state(draft, "open")
    equal(stopped["trouble"]["what"], "stopped", "why")
    check(not is_running(worker), "it has ended")
    equal([n for n in os.listdir(os.path.join(county.dir, "payload")) if n.startswith(".tmp")], [],
          "it left nothing half done")

    # The death of the node is the child's.
    office.post(path + "/prepare")
    worker = wait_for(ours, 20, "a child works")[0]
    county.kill()
    wait_for(lambda: not is_running(worker), 10, "the child ends with the node")
    county.start()
    office.login()
    woken = office.draft(draft)
    equal((woken["state"], woken["trouble"]["what"]), ("open", "interrupted"), "after kill -9")
    stream.close()
    used = county.status()["cache"]["used"]
    ready = office.prepare(draft)
    made = sum(one["bytes"] for one in [ready["preview"], *ready["preview"]["also"]])
    check(county.status()["cache"]["used"] >= used + made, "what was made counts for the quota")
    return ready


def preview(county, office, draft):
    """The draft as a station would show it, and for the office only."""
    shown = draft["preview"]
    parts = {part["kind"]: part for part in shown["parts"]}
    video, subtitle = parts["video"], parts["subtitle"]
    equal((video["type"], video["path"].rpartition(".")[2]), ("video/mp4", "mp4"), "converted")
    check(any(c["what"] == "converted" and c["ok"] for c in draft["checks"]), draft["checks"])
    equal(subtitle["for"], video["path"], "its subtitles")
    code, head = office.ask("GET", video["url"], Range="bytes=4-7")
    equal((code, head), (206, b"ftyp"), "ranges of it")
    equal(office.headers["Content-Length"], "4", "so long")
    equal([one["as"] for one in shown["also"]], ["240p"], "its rendition")
    code, small = office.ask("GET", shown["also"][0]["parts"][0]["url"])
    equal((code, len(small)), (200, shown["also"][0]["parts"][0]["bytes"]), "of it too")
    equal(Desk(county, "", "").ask("GET", video["url"])[0], 401, "not for everybody")
    public = f"/payload/{shown['btmh']}/" + urllib.parse.quote(video["path"])
    equal(office.ask("GET", public)[0], 404, "nothing is public before it is signed")
    for path in ("/../../node.key", "/%2e%2e/node.key", "/x", ""):
        code = office.ask("GET", f"/api/drafts/{draft['id']}/preview/{shown['btmh']}{path}")[0]
        check(code in (400, 404), f"{path}: {code}")
    other = "ab" * 32
    equal(office.ask("GET", f"/api/drafts/{draft['id']}/preview/{other}/x")[0], 404, "only its own")


def approve_and_publish(s, county, li, wang, draft):
    """With `approval = yes` nothing is signed that a second person has not seen
    as it is."""
    path = f"/api/drafts/{draft}"
    county.stop()
    add_conf(county, "approval = yes")
    phrase = password_file(s, "phrase", PHRASE)
    county.cli("trust", "key", "change-passphrase", "--new-passphrase-file", phrase)
    county.start()
    li.login()
    waiting = li.draft(draft)
    equal((waiting["state"], waiting["needs_approval"]), ("waiting", True), "it waits now")
    equal(county.lessons(), [], "nothing is published yet")

    li.refused(409, "busy", path + "/publish")
    li.refused(400, "usage", path + "/approve", {"name": "李强", "secret": LI})  # the same person
    li.refused(401, "untrusted", path + "/approve", {"name": "王丽", "secret": LI})
    li.refused(400, "usage", path + "/approve", {"name": "A", "secret": "7193"})
    li.refused(409, "busy", path + "/approve",
               {"name": "王丽", "secret": WANG, "digest": "00" * 32})
    approved = li.post(path + "/approve", {"name": "王丽", "secret": WANG,
                                           "digest": waiting["digest"]})
    equal((approved["state"], approved["approved_by"]), ("approved", "王丽"), "a second person")

    # Another word, and it has to be looked at again.
    changed = li.post(path, {"fields": {"summary": "另一番话"}})
    equal((changed["state"], changed.get("approved_by")), ("waiting", None), "changed")
    li.refused(409, "busy", path + "/publish")
    wang.login()
    wang.post(path + "/approve", {"name": "李强", "secret": LI})
    # Behind the back of the pages it is seen, too.
    county.stop()
    file = os.path.join(county.dir, "drafts", draft, "draft.json")
    with open(file, encoding="utf-8") as json_file:
        text = json_file.read()
    with open(file, "w", encoding="utf-8") as json_file:
        json_file.write(text.replace("另一番话", "谁的话"))
    county.start()
    wang.login()
    equal(wang.draft(draft)["state"], "approved", "as it says")
    wang.refused(409, "busy", path + "/publish")
    wang.post(path, {"fields": {"summary": "春季防疫要点，第二稿"}})
    wang.post(path + "/approve", {"name": "李强", "secret": LI})

    wang.refused(409, "locked", path + "/publish")
    equal(wang.draft(draft)["state"], "approved", "a locked key costs nothing")
    wang.post("/api/unlock", {"passphrase": PHRASE, "minutes": 30})
    published = wang.post(path + "/publish")
    equal(published["state"], "published", "signed")
    lesson = county.lesson(published["lesson"])
    equal((lesson["title"], lesson["state"]), ("黑山羊春季防疫", "held"), "a lesson")
    equal(county.cli_json("lessons")[0]["summary"], "春季防疫要点，第二稿", "as it was approved")
    wait_for(lambda: os.listdir(os.path.join(county.dir, "drafts", draft, "files")) == [], 10,
             "its files are not kept twice")
    wang.refused(409, "busy", path + "/publish")  # once
    wang.refused(409, "busy", path, {"fields": {"title": "x"}})
    return published["lesson"]


def one(answer, **like):
    found = [row for row in answer if all(row[k] == v for k, v in like.items())]
    equal(len(found), 1, f"{like} in {answer}")
    return found[0]


def coverage(s, county, office, lesson, station):
    """Who holds it: those enrolled, as far as they were heard."""
    ask = lambda: office.get("/api/coverage?id=" + urllib.parse.quote(lesson))  # noqa: E731
    station.wait_held(lesson)
    held = wait_for(lambda: ask()["held"] == 1 and ask(), 60, "the office sees who holds it")
    equal((held["stations"], held["heard"], held["unheard"]), (1, 1, 0), "of one")
    node = one(held["nodes"], state="held")
    equal((node["name"], node["region"], node["enrolled"]), ("联坪村", "431081101203", True), "who")
    place = one(held["by_place"], region="431081101")
    equal((place["held"], place["all"]), (1, 1), "by township")
    listed = one(office.get("/api/coverage")["lessons"], id=lesson)
    equal((listed["held"], listed["heard"], listed["all"]), (1, 1, 1), "of all lessons")
    equal(office.ask("GET", "/api/coverage?id=zzzzzzzz")[0], 404, "no such lesson")


def revise(s, county, office, wang, lesson, station):
    """Other words with the same film; who has the old one is told apart."""
    station.stop()
    draft = office.post("/api/drafts", {"revises": lesson})
    path = f"/api/drafts/{draft['id']}"
    equal(draft["fields"]["title"], "黑山羊春季防疫", "what it is")
    office.refused(400, "usage", path, {"fields": {"revises": "other"}})
    office.post(path, {"fields": {"title": "黑山羊春季防疫（修订）"}})
    office.prepare(draft["id"], "waiting")  # no file: the film stays
    office.post(path + "/approve", {"name": "王丽", "secret": WANG})
    published = office.post(path + "/publish")
    equal(published["lesson"], lesson, "the same lesson")
    row = county.lesson(lesson)
    equal((row["rev"], row["title"]), (2, "黑山羊春季防疫（修订）"), "revised")

    now = office.get("/api/coverage?id=" + urllib.parse.quote(lesson))
    equal((now["held"], now["partial"]), (0, 1), "it holds the earlier one")
    station.start()
    wait_for(lambda: office.get("/api/coverage?id=" + urllib.parse.quote(lesson))["held"] == 1,
             60, "and now this")


def withdraw(county, office, lesson, station):
    office.post("/api/ask", {"verb": "withdraw", "id": lesson, "reason": "有误"})
    station.wait_state(lesson, "withdrawn")
    wait_for(lambda: office.post("/api/ask", {"verb": "withdrawals", "id": lesson})
             ["reply"][0]["confirmed"] == 1, 60, "the station has obeyed")
    equal(office.get("/api/coverage")["lessons"], [], "nothing to hold any more")
    office.refused(400, "usage", "/api/drafts", {"revises": lesson})


def signed_and_cut(s, county, office, film):
    """kill -9 between the signature and the word that it is done: found again,
    signed once."""
    draft = office.post("/api/drafts", {"fields": {"title": "断电课", "topic": "文艺"},
                                        "revises": ""})
    path = f"/api/drafts/{draft['id']}"
    office.post(path, {"renditions": ["original"], "as_is": True})
    office.send(draft["id"], film)
    office.prepare(draft["id"], "waiting")
    office.post(path + "/approve", {"name": "王丽", "secret": WANG})
    published = office.post(path + "/publish")
    file = os.path.join(county.dir, "drafts", draft["id"], "draft.json")
    county.kill()
    # As it was written down before the signature.
    with open(file, encoding="utf-8") as json_file:
        text = json_file.read()
    with open(file, "w", encoding="utf-8") as json_file:
        json_file.write(text.replace('"published"', '"publishing"'))
    county.start()
    office.login()
    wait_for(lambda: office.draft(draft["id"])["state"] == "published", 20, "it was signed")
    equal([row["rev"] for row in county.lessons() if row["title"] == "断电课"], [1], "once")
    equal(office.draft(draft["id"])["lesson"], published["lesson"], "as this lesson")

    # And one of which nothing was signed.
    county.kill()
    with open(file, "w", encoding="utf-8") as json_file:
        json_file.write(re.sub(r'"lesson": "[^"]*"', '"lesson": "a.example/x#00000000"', text)
                        .replace('"published"', '"publishing"'))
    county.start()
    office.login()
    wait_for(lambda: office.draft(draft["id"])["state"] == "approved", 20, "it was not")
    there = [row for row in office.get("/api/drafts")["drafts"] if row["state"] == "published"]
    check(any(row["n_files"] > 0 for row in there), f"some were published: {there}")
    equal({row["to_come"] for row in there}, {0}, "nothing is to come of them")


def given_up(county, office, film):
    """What was prepared and is given up goes from the disk."""
    draft = office.post("/api/drafts", {"fields": {"title": "不要了", "topic": "文艺"}})
    path = f"/api/drafts/{draft['id']}"
    office.post(path, {"renditions": ["original"], "as_is": True})
    office.send(draft["id"], film, name="另一个.bin")
    ready = office.prepare(draft["id"], "waiting")
    payload = os.path.join(county.dir, "payload", ready["preview"]["btmh"])
    check(os.path.isdir(payload), "it was prepared")
    office.post(path + "/delete")
    equal(office.ask("GET", path)[0], 404, "gone")
    wait_for(lambda: not os.path.exists(payload), 20, "and its payload")
    equal([d for d in os.listdir(os.path.join(county.dir, "drafts")) if d == draft["id"]], [],
          "its folder")


def table(s, county, office, film):
    """Many drafts from a table; their files lie in a folder for that, and
    nowhere else."""
    csv = lambda *files: "文件,标题,主题\n" + "".join(  # noqa: E731
        f"{file},第{n}课,文艺\n" for n, file in enumerate(files))
    send = lambda text: office.ask("POST", "/api/list", text.encode(),  # noqa: E731
                                   Content_Type="text/csv")
    code, answer = send(csv("a.bin"))
    equal((code, answer["failed"]["status"]), (400, "usage"), f"no folder yet: {answer}")
    folder = os.path.join(county.dir, "incoming")
    os.mkdir(folder)
    for name in ("a.bin", "b.bin"):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(hashlib.sha256(name.encode()).digest() * 1000)
    os.symlink(os.path.join(county.dir, "node.key"), os.path.join(folder, "link"))
    for bad in ("../node.key", "/etc/passwd", "link", "c.bin"):
        before = len(office.get("/api/drafts")["drafts"])
        code, answer = send(csv("a.bin", bad))
        equal((code, answer["failed"]["status"]), (400, "usage"), bad)
        check("line 3" in answer["failed"]["text"], answer)
        equal(len(office.get("/api/drafts")["drafts"]), before, "all or none")
    code, answer = send(csv("a.bin", "b.bin"))
    equal((code, len(answer["drafts"])), (200, 2), f"two drafts: {answer}")
    office.post("/api/unlock", {"passphrase": PHRASE, "minutes": 30})
    # Both asked for at once: one after the other.
    for draft in answer["drafts"]:
        office.post(f"/api/drafts/{draft}/prepare")
    for draft in answer["drafts"]:
        ready = office.wait_state(draft, "waiting")
        office.post(f"/api/drafts/{draft}/approve", {"name": "王丽", "secret": WANG})
        office.post(f"/api/drafts/{draft}/publish")
    titles = {row["title"] for row in county.lessons()}
    check({"第0课", "第1课"} <= titles, f"published: {titles}")
    check(os.path.exists(os.path.join(folder, "a.bin")), "the folder is left as it is")

    # A thousand rows, and the node has time for others meanwhile.
    here = len(office.get("/api/drafts")["drafts"])
    many = "文件,标题,主题\n" + "".join(f"a.bin,千课第{n}课,文艺\n" for n in range(1000))
    took, on_disk = [], drafts_of(county)

    def sending():
        try:
            took.append(send(many))
        except OSError as e:
            took.append((0, str(e)))
    sender = threading.Thread(target=sending)
    sender.start()
    stands_still_amid(county, on_disk, took)
    county.process.process.terminate()
    os.kill(county.process.pid, signal.SIGCONT)
    county.stop()
    sender.join()
    check(took.pop()[0] != 200, "and says so")
    county.start()
    office.login()
    equal(len(office.get("/api/drafts")["drafts"]), here, "all or none")
    sender = threading.Thread(target=sending)
    sender.start()
    stands_still_amid(county, on_disk, took)
    answers = []
    asking = threading.Thread(target=lambda: answers.append(len(office.get("/api/drafts")["drafts"])))
    asking.start()
    time.sleep(0.5)  # the question is with it
    os.kill(county.process.pid, signal.SIGCONT)
    asking.join()
    check(answers[0] < here + 1000, "others were answered before the last row")
    sender.join()
    code, answer = took[0]
    equal((code, len(answer["drafts"])), (200, 1000), "a draft for each row")
    equal(len(set(answer["drafts"])), 1000, "each its own")
    code, answer = send(many)
    equal((code, answer["failed"]["status"]), (507, "no_room"), "no more than it holds")
    check(len(office.get("/api/drafts")["drafts"]) == here + 1000, "none of them was made")


def stands_still_amid(county, before, took):
    """The node stands still when some of a thousand rows, and not all, have their
    drafts; there were so many drafts before."""
    def some():
        os.kill(county.process.pid, signal.SIGSTOP)
        if before < drafts_of(county) < before + 1000:
            return True
        os.kill(county.process.pid, signal.SIGCONT)
        return took
    check(wait_for(some, 60, "some of them", pause=0.005) is True, f"some of them: {took}")


def drafts_of(county):
    return len(os.listdir(os.path.join(county.dir, "drafts")))


def story(s):
    need_program("ffmpeg")
    county = s.county()
    set_password(s, county, "李强", LI)
    set_password(s, county, "王丽", WANG)
    county.start()
    li, wang = Desk(county, "李强", LI).login(), Desk(county, "王丽", WANG)
    film = make_film(s, "课.wmv", "-c:v", "wmv2", "-c:a", "wmav2", seconds=8)
    words = s.path("课.srt")
    with open(words, "w", encoding="gb18030") as file:
        file.write("1\n00:00:00,200 --> 00:00:01,500\n春季防疫从三月开始\n")

    who_may(s, county, li)
    draft = upload(s, county, li, film)
    li.send(draft, words)
    too_large(li, draft)
    preview(county, li, prepare(s, county, li, draft))
    lesson = approve_and_publish(s, county, li, wang, draft)

    station = s.station(county).start()
    county.enrol(station)
    li.login()
    coverage(s, county, li, lesson, station)
    revise(s, county, li, wang, lesson, station)
    withdraw(county, li, lesson, station)
    small = s.file("小.bin", 300_000)
    signed_and_cut(s, county, li, small)
    given_up(county, li, s.file("另.bin", 200_000))
    table(s, county, li, small)


run(story)
