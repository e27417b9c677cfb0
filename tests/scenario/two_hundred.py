"""People behind one address who watch a lesson, each another part of it."""
import socket

from lib import check


def begin(stack, node, source, path, size, count=200, deadline=20):
    """So many connections from `source`, each of which asks for `size` bytes of
    `path`; they are closed with `stack`."""
    viewers = []
    for i in range(count):
        c = stack.enter_context(socket.socket())
        c.settimeout(deadline)
        c.bind((source, 0))
        c.connect((node.address, 7433))
        c.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nRange: bytes={i * 1000}-"
                  f"{i * 1000 + size - 1}\r\n\r\n".encode())
        viewers.append(c)
    return viewers


def finish(viewers, size):
    """Each gets what it asked for."""
    for c in viewers:
        came = b""
        while len(came.partition(b"\r\n\r\n")[2]) < size:
            run_of = c.recv(65536)
            check(run_of, f"a viewer is cut off after {len(came)} bytes")
            came += run_of
        check(came.startswith(b"HTTP/1.1 206"), f"a viewer gets {came[:60]}")
