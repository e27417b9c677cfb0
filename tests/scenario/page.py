"""A page of a node, without a browser: it asks with the header that pages send and
keeps the cookie it is given.

    screen = Page(station)                     # on the station's own screen
    phone = Page(station, source="127.0.0.9")  # another machine of the LAN
    code, answer = phone.ask("/api/study/begin", {"heads": 3})
    study = screen.good("/api/study/begin", {"heads": 3})  # or the story has failed"""
import http.client
import json
import os
import time

from lib import equal

JSON = "application/json"


class Page:
    def __init__(self, node, source=None):
        self.node, self.source, self.cookie = node, source, None

    def send(self, path, body=None, kind=JSON, **headers):
        """A GET, or a POST of these bytes or this JSON; (answer, its bytes)."""
        connection = http.client.HTTPConnection(
            self.node.address, 7433, timeout=60,
            source_address=(self.source, 0) if self.source else None)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if body is not None:
            headers.update({"X-Xiangtu": "1", "Content-Type": kind})
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request("GET" if body is None else "POST", path, body, headers)
        answer = connection.getresponse()
        raw = answer.read()
        if answer.headers["Set-Cookie"]:
            self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        connection.close()
        return answer, raw

    def ask(self, path, body=None, kind=JSON):
        """(code, what was answered: JSON, bytes where it is none, None where it is nothing)"""
        answer, raw = self.send(path, body, kind)
        if (answer.headers["Content-Type"] or "").startswith(JSON):
            return answer.status, json.loads(raw)
        return answer.status, raw or None

    def good(self, path, body=None, kind=JSON):
        code, answer = self.ask(path, body, kind)
        equal(code, 200, f"{path}: {answer}")
        return answer

    def log_in(self, who, secret):
        self.cookie = None  # a restart forgets who was there
        return self.good("/api/login", {"who": who, "secret": secret})

    def play(self, lesson, seconds):
        """Show so much of a lesson, and leave it; what the node counted."""
        play, began, end = os.urandom(8).hex(), time.monotonic(), False
        while not end:
            passed = time.monotonic() - began
            end = passed >= seconds
            said = self.good("/api/study/play", {
                "play": play, "lesson": lesson["id"], "rev": lesson["rev"], "as": "video",
                "of": 600, "title": lesson["title"], "keys": 1, "end": end,
                "samples": [{"t": int(passed * 1000), "at": passed, "rate": 1,
                             "state": "ended" if end else "playing"}]})
            time.sleep(0.3)
        passed_ms = (time.monotonic() - began) * 1000
        if not 0 < said["ms"] <= passed_ms + 1:
            raise AssertionError(f"{said['ms']} ms were counted of {passed_ms}")
        return said
