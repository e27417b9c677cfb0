"""HTTP as the stories need it: requests by hand, and servers that lie.

`Relay` stands between two nodes and alters answers by rules; `StaticServer` is
a plain web server on a folder, with ranges and nothing of ours.
"""

import contextlib
import http.client
import http.server
import json
import os
import re
import socket
import threading
import time
import urllib.parse

class Response:
    def __init__(self, code, headers, body):
        self.code, self.headers, self.body = code, headers, body

    def json(self):
        return json.loads(self.body)

    def text(self):
        return self.body.decode()

    def __repr__(self):
        return f"<{self.code}, {len(self.body)} bytes: {self.body[:80]!r}>"


def http_request(url, method="GET", headers=None, body=None, timeout=60, source=None):
    """One request on a connection of its own, from an address if need be; every
    status is an answer."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout,
                                            source_address=source and (source, 0))
    try:
        path = urllib.parse.quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
        if parts.query:
            path += "?" + parts.query
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        return Response(answer.status, dict(answer.getheaders()), answer.read())
    finally:
        connection.close()


def http_get(url, **more):
    return http_request(url, **more)


def raw_tcp(address, data, timeout=30, read=True):
    """Send bytes, shut down nothing, return what comes back until the other
    side closes or is silent for `timeout`."""
    with socket.create_connection(address, timeout=timeout) as s:
        with contextlib.suppress(OSError):
            s.sendall(data)
        answer = b""
        with contextlib.suppress(OSError):
            while read and (part := s.recv(65536)):
                answer += part
        return answer


class Server:
    """An HTTP server on an address of its own, in threads of this process."""

    def __init__(self, scenario, handler, name):
        self.address = scenario.new_address()
        self.name = name
        self.server = http.server.ThreadingHTTPServer((self.address, 7433), handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # clients may go at any time
        self.url = f"http://{self.address}:7433"
        self.thread = threading.Thread(target=self.server.serve_forever,
                                       kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()
        scenario.cleanup.callback(self.close)

    def close(self):
        if self.thread:
            self.server.shutdown()
            self.server.server_close()
            self.thread.join()
            self.thread = None


class Relay(Server):
    """Passes requests on to an upstream, and may alter what comes back.

    A rule is (regular expression on the path with its query, function). The
    function gets (path, response) and returns the response to send, or None
    to say nothing and close. The first rule that matches is used. `seen`
    counts requests by path.
    """

    def __init__(self, scenario, upstream, rules=()):
        self.upstream = upstream
        self.rules = list(rules)
        self.seen = {}
        self.bytes_sent = 0
        self.lock = threading.Lock()
        relay = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def pass_on(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length) if length else None
                headers = {k: v for k, v in self.headers.items()
                           if k.lower() not in ("host", "connection")}
                with relay.lock:
                    relay.seen[self.path] = relay.seen.get(self.path, 0) + 1
                try:
                    response = http_request(relay.upstream + self.path, self.command,
                                            headers, body, timeout=120)
                except (OSError, http.client.HTTPException):
                    response = Response(502, {}, b"")
                for pattern, change in relay.rules:
                    if re.search(pattern, self.path):
                        response = change(self.path, response)
                        break
                if response is None:
                    self.close_connection = True
                    return
                with contextlib.suppress(OSError):
                    self.send_response_only(response.code)
                    for key, value in response.headers.items():
                        if key.lower() not in ("content-length", "connection",
                                               "transfer-encoding", "date"):
                            self.send_header(key, value)
                    self.send_header("Content-Length", str(len(response.body)))
                    self.end_headers()
                    if self.command != "HEAD":
                        self.wfile.write(response.body)
                    with relay.lock:
                        relay.bytes_sent += len(response.body)

            do_GET = do_POST = do_HEAD = pass_on

        super().__init__(scenario, Handler, "relay")

    def count(self, pattern):
        """How many requests had a path that matches."""
        with self.lock:
            return sum(n for path, n in self.seen.items() if re.search(pattern, path))


def flip_byte(where=None):
    """A rule's function: one byte of the body is another one."""
    def change(_path, response):
        if response.code in (200, 206) and response.body:
            body = bytearray(response.body)
            body[len(body) // 2 if where is None else where % len(body)] ^= 1
            response.body = bytes(body)
        return response
    return change


def cut_short(by=1):
    def change(_path, response):
        response.body = response.body[:-by]
        return response
    return change


def answer_with(code, body=b"", headers=None):
    return lambda _path, _response: Response(code, dict(headers or {}), body)


def hang_up():
    return lambda _path, _response: None


class Throttle:
    """A thin line to a server: passes TCP on, answers at so many bytes a second
    for all connections together. `bytes_sent` counts what came down it. `source`: the
    address that the server sees them come from."""

    def __init__(self, scenario, upstream, rate, source=None):
        self.source = (source, 0) if source else None
        self.upstream = urllib.parse.urlsplit(upstream)
        self.rate = rate
        self.address = scenario.new_address()
        self.url = f"http://{self.address}:7433"
        self.bytes_sent = 0
        self.free_at = 0.0
        self.lock = threading.Lock()
        self.listener = socket.create_server((self.address, 7433), backlog=64)
        threading.Thread(target=self._accept, daemon=True).start()
        scenario.cleanup.callback(self.listener.close)

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with contextlib.suppress(OSError), client, socket.create_connection(
                (self.upstream.hostname, self.upstream.port), source_address=self.source) as server:
            threading.Thread(target=self._pass_up, args=(client, server),
                             daemon=True).start()
            # What a line holds is little: who hangs up has little on its way.
            server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 15)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 15)
            while part := server.recv(1 << 14):
                self._wait_for(len(part))
                client.sendall(part)
            client.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _pass_up(client, server):
        with contextlib.suppress(OSError):
            while part := client.recv(1 << 14):
                server.sendall(part)
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)

    def _wait_for(self, size):
        with self.lock:
            now = time.monotonic()
            self.free_at = max(self.free_at, now) + size / self.rate
            self.bytes_sent += size
            pause = self.free_at - now
        time.sleep(pause)


class StaticServer(Server):
    """A plain web server on a folder, with ranges as every real one has, and
    nothing of ours."""

    def __init__(self, scenario, folder):
        self.requests = []
        static = self

        class Handler(http.server.SimpleHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def __init__(self, *args, **more):
                super().__init__(*args, directory=folder, **more)

            def log_message(self, *_):
                pass

            def do_GET(self):
                static.requests.append(self.path)
                wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or "")
                path = self.translate_path(self.path)
                if not wanted or not os.path.isfile(path):
                    return super().do_GET()
                size = os.path.getsize(path)
                first = int(wanted[1])
                last = min(int(wanted[2] or size - 1), size - 1)
                if first > last:
                    self.send_response(416)
                    self.send_header("Content-Range", f"bytes */{size}")
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return None
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
                self.send_header("Content-Length", str(last - first + 1))
                self.end_headers()
                with open(path, "rb") as f:
                    f.seek(first)
                    left = last - first + 1
                    with contextlib.suppress(OSError):
                        while left and (part := f.read(min(left, 1 << 16))):
                            self.wfile.write(part)
                            left -= len(part)
                return None

        super().__init__(scenario, Handler, "static")
