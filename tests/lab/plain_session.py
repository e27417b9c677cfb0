"""One plain libtorrent session with one torrent, run at a host of the lab by
Debian's python3:

    plain_session.py [--seed] TORRENT FOLDER STATE

Makes STATE/ready when it listens, adds the torrent when STATE/go is there, and
makes STATE/ended when it has all of it. Runs until it is killed."""

import os
import sys
import time

import libtorrent as lt

SETTINGS = {"enable_dht": False, "enable_upnp": False, "enable_natpmp": False,
            "enable_lsd": True, "listen_interfaces": "0.0.0.0:6881"}


def main():
    words = [word for word in sys.argv[1:] if word != "--seed"]
    seed = len(words) < len(sys.argv) - 1
    torrent, folder, state = words

    def mark(name):
        with open(os.path.join(state, name), "w"):
            pass

    session = lt.session(SETTINGS)
    params = lt.add_torrent_params()
    params.ti = lt.torrent_info(torrent)
    params.save_path = folder
    params.flags &= ~(lt.torrent_flags.paused | lt.torrent_flags.auto_managed)
    if seed:
        params.flags |= lt.torrent_flags.seed_mode
    mark("ready")
    while not seed and not os.path.exists(os.path.join(state, "go")):
        time.sleep(0.02)
    handle = session.add_torrent(params)
    ended = False
    while True:
        # Asked, not waited for: wait_for_alert() hands out what may move.
        time.sleep(0.05)
        if not ended and handle.status().is_seeding:
            ended = True
            mark("ended")


if __name__ == "__main__":
    main()
