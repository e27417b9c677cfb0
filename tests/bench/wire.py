"""Counts what HTTP/1.1 costs between two nodes: a proxy in between that passes
every byte on as it came, and knows which request each belongs to."""

import contextlib
import select
import socket
import threading
import urllib.parse


class Tally:
    """Bytes of one kind of request, both directions."""

    def __init__(self):
        self.requests = self.heads = self.bodies = 0

    @property
    def all(self):
        return self.heads + self.bodies

    def __repr__(self):
        return f"{self.requests} requests, heads {self.heads} B, bodies {self.bodies} B"


def kind_of(path):
    """/heads, /tlog, /trust, /node, /torrent, /payload, /blob, /announce"""
    return "/" + path.split("?")[0].split("/")[1]


class _Side:
    """One end of a connection: reads heads and counted bodies."""

    def __init__(self, sock):
        self.sock, self.buffer = sock, b""

    def more(self):
        part = self.sock.recv(1 << 16)
        if not part:
            raise ConnectionError("closed")
        self.buffer += part

    def head(self):
        while (end := self.buffer.find(b"\r\n\r\n")) < 0:
            self.more()
        head, self.buffer = self.buffer[:end + 4], self.buffer[end + 4:]
        return head

    def pass_body(self, size, to):
        while size > 0:
            if not self.buffer:
                self.more()
            part, self.buffer = self.buffer[:size], self.buffer[size:]
            to.sendall(part)
            size -= len(part)


def _length(head):
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


class CountingProxy:
    """Listens beside the node at `url` and passes on to it. The address stays the
    node's own: who asks /announce there is told to meet the engine on it."""

    def __init__(self, scenario, url):
        parts = urllib.parse.urlsplit(url)
        self.to = (parts.hostname, parts.port)
        self.lock = threading.Lock()
        self.tallies = {}
        self.sockets = set()
        self.listener = socket.create_server((parts.hostname, parts.port + 7))
        self.url = "http://%s:%d" % self.listener.getsockname()
        threading.Thread(target=self._accept, daemon=True).start()
        scenario.cleanup.callback(self.close)

    def take(self):
        """What was counted since the last time: {kind: Tally}."""
        with self.lock:
            taken, self.tallies = self.tallies, {}
        return taken

    def close(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for sock in list(self.sockets):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _count(self, kind, requests, heads, bodies):
        with self.lock:
            tally = self.tallies.setdefault(kind, Tally())
            tally.requests += requests
            tally.heads += heads
            tally.bodies += bodies

    def _serve(self, client):
        with contextlib.suppress(OSError), client, \
                socket.create_connection(self.to) as server:
            for sock in (client, server):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.sockets |= {client, server}
            try:
                asking, answering = _Side(client), _Side(server)
                while True:
                    self._exchange(asking, answering)
            finally:
                self.sockets -= {client, server}

    def _exchange(self, asking, answering):
        request = asking.head()
        kind = kind_of(request.split(b" ")[1].decode())
        answering.sock.sendall(request)
        size = _length(request)
        asking.pass_body(size, answering.sock)
        self._count(kind, 1, len(request), size)
        # Whoever asked may hang up while the answer is waited for.
        ready, _, _ = select.select([asking.sock, answering.sock], [], [])
        if answering.sock not in ready:
            asking.more()
        answer = answering.head()
        size = _length(answer)
        # Counted before it is passed on: whoever saw it happen finds it here.
        self._count(kind, 0, len(answer), size)
        asking.sock.sendall(answer)
        answering.pass_body(size, asking.sock)
