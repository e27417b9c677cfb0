# TIMEOUT 240
"""Other people's BitTorrent clients take a lesson from its torrent file:
rtorrent (another engine) and qbittorrent-nox find the peers by our /announce,
aria2 reads the county as a web seed. The bytes are equal."""
import os
import shutil
import subprocess

import tlog
from lib import Process, Skip, check, equal, http_get, run, sha256_of, wait_for


def torrent_file(s, county, lesson, name, leave_out=()):
    """The torrent file that the county gives to ordinary clients, its /announce
    and web seed in it; some of it may be left out."""
    answer = http_get(f"{county.url}/torrent/{lesson['btmh']}.torrent")
    equal(answer.code, 200, "the torrent file")
    torrent = tlog.bdecode(answer.body)
    equal(torrent[b"announce"].decode(), county.url + "/announce", "its tracker")
    equal(torrent[b"url-list"].decode(), f"{county.url}/payload/{lesson['btmh']}/", "its web seed")
    for key in leave_out:
        del torrent[key]
    path = s.path(name)
    with open(path, "wb") as f:
        f.write(tlog.bencode(torrent))
    return path


def arrived(folder, expected):
    """Whether the files are there and whole."""
    def look():
        return all(os.path.isfile(path := os.path.join(folder, name)) and
                   sha256_of(path) == digest for name, digest in expected.items())
    return look


def rtorrent(s, torrent, folder, address):
    session = s.path("rtorrent-session")
    os.mkdir(session)
    options = {
        "system.daemon.set": "true", "directory.default.set": folder,
        "session.path.set": session, "network.bind_address.set": address,
        "network.port_range.set": "6881-6899", "dht.mode.set": "disable",
        "protocol.pex.set": "no", "trackers.use_udp.set": "no",
        "pieces.hash.on_completion.set": "yes",
    }
    command = ["rtorrent", "-n"]
    for key, value in options.items():
        command += ["-o", f"{key}={value}"]
    return Process(s, "rtorrent", command + [torrent], env=dict(os.environ, TERM="dumb", HOME=session))


def qbittorrent(s, torrent, folder, address):
    profile = s.path("qbittorrent")
    config = os.path.join(profile, "qBittorrent", "config")
    os.makedirs(config)
    with open(os.path.join(config, "qBittorrent.conf"), "w") as f:
        f.write("[LegalNotice]\nAccepted=true\n"
                "[BitTorrent]\nSession\\DHTEnabled=false\nSession\\LSDEnabled=false\n"
                "Session\\PeXEnabled=false\nSession\\QueueingSystemEnabled=false\n"
                f"Session\\InterfaceAddress={address}\nSession\\Port=6890\n"
                f"Session\\DefaultSavePath={folder}\nSession\\TempPathEnabled=false\n"
                "Session\\SSRFMitigation=false\n"
                f"[Preferences]\nWebUI\\Address={address}\nWebUI\\Port=8090\n"
                "WebUI\\LocalHostAuth=false\n")
    env = dict(os.environ, HOME=profile, QT_QPA_PLATFORM="offscreen")
    return Process(s, "qbittorrent", ["qbittorrent-nox", f"--profile={profile}",
                                      f"--save-path={folder}", "--skip-dialog=true", torrent],
                   env=env)


def aria2(s, torrent, folder):
    done = subprocess.run(
        ["aria2c", "--no-conf", "-q", "--enable-dht=false", "--enable-dht6=false",
         "--bt-enable-lpd=false", "--enable-peer-exchange=false", "--seed-time=0",
         "--listen-port=6881", "--file-allocation=none", "--check-integrity=false",
         "--bt-exclude-tracker=*", "-d", folder, torrent],
        timeout=60, capture_output=True, check=False)
    with open(os.path.join(s.logs, "aria2.log"), "wb") as f:
        f.write(done.stdout + done.stderr)
    return done.returncode


def story(s):
    county = s.county(words=["--announce", "off"]).start()
    film = s.file("黑山羊.bin", 12_345_678)
    single = county.publish(film, "单个文件")
    folder = s.path("一套课")
    os.mkdir(folder)
    for n, size in enumerate((2_000_000, 17, 1_500_001)):
        shutil.move(s.file(f"第{n}讲.bin", size), folder)
    several = county.publish(folder, "几个文件")
    plain = tlog.bdecode(http_get(f"{county.url}/torrent/{single['btmh']}").body)
    equal(sorted(plain), [b"info", b"piece layers"], "what a torrent between nodes holds")
    whole = {single["id"]: county.payload(single["btmh"]),
             several["id"]: county.payload(several["btmh"])}
    tried = 0

    for client, start in (("rtorrent", rtorrent), ("qbittorrent-nox", qbittorrent)):
        if not shutil.which(client):
            print(f"no {client} here")
            continue
        for lesson in (single, several):
            into = s.path(f"{client}-{lesson['btmh'][:6]}")
            os.mkdir(into)
            torrent = torrent_file(s, county, lesson, f"{client}-{lesson['btmh'][:6]}.torrent",
                                   leave_out=[b"url-list"])
            process = start(s, torrent, into, s.new_address())
            wait_for(arrived(into, whole[lesson["id"]]), 60, f"{client} has all of it", pause=0.2)
            process.kill()
            for rest in ("rtorrent-session", "qbittorrent"):
                shutil.rmtree(s.path(rest), ignore_errors=True)
            print(f"{client}: bytes equal")
        tried += 1

    if shutil.which("aria2c"):
        into = s.path("aria2")
        os.mkdir(into)
        torrent = torrent_file(s, county, single, "aria2.torrent")
        equal(aria2(s, torrent, into), 0, "aria2's exit code")
        check(arrived(into, whole[single["id"]])(), "aria2: the bytes are equal")
        print("aria2: bytes equal")
        tried += 1
    if not tried:
        raise Skip("no rtorrent, qbittorrent-nox or aria2 on this machine")
    check(county.running(), "the county is well")


run(story)
