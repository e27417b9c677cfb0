"""Hears what nodes announce to their LAN."""
import socket
import threading

GROUP = "239.192.74.33"


class Ear:
    """`.heard[address]` is every byte that the node of that address announced."""

    def __init__(self, port, addresses):
        self.heard = {address: bytearray() for address in addresses}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((GROUP, port))
        self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                               socket.inet_aton(GROUP) + socket.inet_aton("127.0.0.1"))
        threading.Thread(target=self._hear, daemon=True).start()

    def _hear(self):
        while True:
            data, (source, _) = self.socket.recvfrom(65536)
            if source in self.heard:
                self.heard[source] += data
