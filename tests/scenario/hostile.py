"""Bad drives, made out of good ones: formats for `17-hostile-drives.py`.

A case takes a copy of a good drive and spoils it. It says which lessons may
still come in from it: `takes` is a set of names, or None where it does not
matter. `cases()` gives them all."""

import base64
import dataclasses
import json
import os
import socket
import unicodedata

import tlog
from drives import LESSONS, SYSTEM
from lib import LONG

TERABYTE = 1 << 40
MANY = 1_000_000 if LONG else 100_000
ALL = {"乙", "丙"}


@dataclasses.dataclass
class Case:
    name: str
    spoil: object  # called with the Bad drive
    takes: set | None = None
    completes: bool = True  # a good drive afterwards brings the rest
    says: bool = False  # what is not taken must be told of; else it may not be seen at all


class Bad:
    """A good drive about to be spoiled, and what it is known to hold."""

    def __init__(self, drive, victim, lessons, county, station, origin):
        self.drive, self.victim = drive, victim
        self.lessons = lessons  # {name: btmh}
        self.county, self.station = county, station  # data directories
        self.origin = origin
        self.log = os.path.join(SYSTEM, "tlog", tlog.origin_hash(origin))

    def at(self, path):
        return self.drive.at(path)

    def place(self, name):
        return f"{SYSTEM}/place/{self.lessons[name]}"

    def torrent(self, name):
        return f"{SYSTEM}/torrent/{self.lessons[name]}"

    def folder(self, name):
        return self.drive.places()[self.lessons[name]]["folder"]

    def file(self, name):
        """A file of a lesson, the largest."""
        folder = self.folder(name)
        found = [os.path.join(where, one) for where, _, names in os.walk(self.at(folder))
                 for one in names]
        return os.path.relpath(max(found, key=os.path.getsize), self.drive.path)

    def bundle(self):
        size = self.size()
        return f"{self.log}/{tlog.tile_path('entries', 0, size)}"

    def size(self):
        return int(self.drive.read(self.log, "checkpoint").split(b"\n")[1])

    def names(self):
        """What to spoil by the word for it: {word: path}."""
        return {"checkpoint": f"{self.log}/checkpoint", "bundle": self.bundle(),
                "trust note": f"{SYSTEM}/trust/trust.note",
                "root note": f"{SYSTEM}/trust/root/1.note",
                "torrent file": self.torrent("乙"), "place file": self.place("乙"),
                "lesson file": self.file("乙"), "mark": f"{SYSTEM}/drive.json",
                "list of places": f"{SYSTEM}/list/place", "list of nodes": f"{SYSTEM}/list/node",
                "list of records": f"{SYSTEM}/list/up", "route": f"{SYSTEM}/route",
                "join file": f"{SYSTEM}/join.json", "statement": self.statement()}

    def statement(self):
        """The statement of our station (of anybody, where it has none)."""
        folder = self.at(f"{SYSTEM}/node")
        _, seed = tlog.read_secret(os.path.join(self.station, "node.key"))
        own = tlog.public_of(seed).hex()
        names = os.listdir(folder) if os.path.isdir(folder) else []
        name = own if own in names else next(iter(sorted(names)), own)
        return f"{SYSTEM}/node/{name}"

    def replace(self, path, content):
        full = self.at(path)
        self.remove(path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as f:
            f.write(content)

    def remove(self, path):
        full = self.at(path)
        if os.path.isfile(full) or os.path.islink(full):
            os.unlink(full)

    def move_out(self, path):
        """Move something to where it is not on the drive; returns where."""
        outside = os.path.join(self.victim, "moved-" + os.path.basename(path).lstrip("."))
        full = self.at(path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        if os.path.lexists(full):
            os.rename(full, outside)
        else:
            os.mkdir(outside)
        return outside


# What is lost with each of the names: what else the drive has still comes in.
TAKES = {"checkpoint": set(), "bundle": set(), "torrent file": {"丙"}, "place file": {"丙"},
         "lesson file": {"丙"}, "statement": ALL, "mark": ALL, "join file": ALL,
         "route": ALL, "list of nodes": ALL, "list of records": ALL, "list of places": ALL,
         "trust note": ALL, "root note": ALL}


def link(bad, path):
    """A link to the very thing, outside."""
    os.symlink(bad.move_out(path), bad.at(path))


def special(kind):
    def spoil(bad, path):
        bad.remove(path)
        full = bad.at(path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        if kind == "pipe":
            os.mkfifo(full)
        elif kind == "socket":
            here = os.getcwd()
            os.chdir(os.path.dirname(full))  # its name may be too long for a socket
            try:
                socket.socket(socket.AF_UNIX).bind(os.path.basename(full))
            finally:
                os.chdir(here)
        elif kind == "folder":
            os.mkdir(full)
            with open(os.path.join(full, "inside"), "wb") as f:
                f.write(b"inside")
        else:
            os.mknod(full, 0o20666, os.makedev(1, 5))  # /dev/zero
    return spoil


def sparse(bad, path):
    bad.replace(path, b"")
    os.truncate(bad.at(path), TERABYTE)


def cut(bad, path):
    os.truncate(bad.at(path), os.path.getsize(bad.at(path)) // 2)


def emptied(bad, path):
    os.truncate(bad.at(path), 0)


def longer(bad, path):
    with open(bad.at(path), "ab") as f:
        f.write(b"more than there should be\n")


def flipped(bad, path):
    with open(bad.at(path), "r+b") as f:
        f.seek(os.path.getsize(f.name) // 2)
        byte = f.read(1)
        f.seek(-1, os.SEEK_CUR)
        f.write(bytes([byte[0] ^ 1]))


def noise(bad, path):
    bad.replace(path, os.urandom(20_000))


def nested(bad, path):
    bad.replace(path, b"[" * 300_000 if "torrent" not in path else b"l" * 300_000)


def missing(bad, path):
    bad.remove(path)


def by_name():
    """Each kind of damage to each of the names."""
    ways = {"a link": link, "a pipe": special("pipe"), "a socket": special("socket"),
            "a folder": special("folder"), "1 TiB of nothing": sparse, "cut": cut,
            "empty": emptied, "too long": longer, "other bytes": flipped, "noise": noise,
            "nested": nested, "missing": missing}
    if os.getuid() == 0:
        ways["a device"] = special("device")
    for way, spoil in ways.items():
        for word, takes in TAKES.items():
            if way == "too long" and word in ("bundle", "lesson file", "torrent file"):
                takes = None  # what is behind it does no harm
            if way in ("other bytes", "too long", "cut") and word == "place file":
                takes = None  # it may still name the right folder
            if word == "list of places" and way in ("cut", "empty", "other bytes", "noise",
                                                    "nested"):
                takes = None  # it says what to look for
            if word == "bundle" or (way == "other bytes" and word == "checkpoint"):
                takes = takes if way == "too long" else set()

            def spoil_it(bad, spoil=spoil, word=word):
                path = bad.names()[word]
                if spoil in (cut, emptied, longer, flipped) and not os.path.exists(bad.at(path)):
                    bad.replace(path, b"x" * 100)
                spoil(bad, path)
            says = way not in ("missing", "empty") and word in (
                "checkpoint", "bundle", "torrent file", "lesson file")
            yield Case(f"{word}: {way}", spoil_it, takes, says=says)


def folders_that_are_links():
    for path, takes in ((SYSTEM, set()), (LESSONS, set()), (f"{SYSTEM}/place", set()),
                        (f"{SYSTEM}/torrent", set()), (f"{SYSTEM}/tlog", set()),
                        (f"{SYSTEM}/trust", ALL), (f"{SYSTEM}/node", ALL), (f"{SYSTEM}/list", ALL),
                        (f"{SYSTEM}/up", ALL), (f"{SYSTEM}/blob", ALL), (f"{SYSTEM}/part", None)):
        yield Case(f"{path} is a link", lambda bad, path=path: link(bad, path), takes, says=True)
    yield Case("a lesson's folder is a link", lambda bad: link(bad, bad.folder("乙")), {"丙"})
    yield Case("a topic is a link",
               lambda bad: link(bad, os.path.dirname(bad.folder("乙"))), set())
    yield Case(f"{LESSONS} is a file", lambda bad: (bad.move_out(LESSONS),
                                                    bad.replace(LESSONS, b"a file")), set())


def places():
    long = "长" * 390
    wrong = {"up": "../victim", "up below": f"{LESSONS}/../../victim", "absolute": "/etc",
             "ours": SYSTEM, "ours below": f"{LESSONS}/../{SYSTEM}/tlog", "empty": "",
             "double": f"{LESSONS}//x", "dot": f"{LESSONS}/./x", "too long": f"{LESSONS}/{long}",
             "zero byte": f"{LESSONS}/a\0b", "line": f"{LESSONS}/a\rb", "elsewhere": "假期",
             "itself": LESSONS, "slash": f"{LESSONS}/x/", "reserved": f"{LESSONS}/NUL.txt",
             "stream": f"{LESSONS}/a:b", "back": f"{LESSONS}\\x", "bidi": f"{LESSONS}/\u202egpj"}
    for name, folder in wrong.items():
        yield Case(f"place: {name}", lambda bad, folder=folder: bad.replace(
            bad.place("乙"), f"xiangtu-place/v1\nfolder {folder}\n".encode()), {"丙"})
    for name, line in {"parts of 1": "parts 1", "parts of 0": "parts 0",
                       "parts of 2^64": "parts 18446744073709551616", "negative": "parts -64",
                       "parts not there": "parts 67108864", "poster up": "poster ../../victim/x",
                       "poster is the lesson": "poster 乙.bin", "two folders": f"folder {LESSONS}/x",
                       "of later": "colour red"}.items():
        yield Case(f"place: {name}", lambda bad, line=line: bad.replace(
            bad.place("乙"), f"xiangtu-place/v1\nfolder {bad.folder('乙')}\n{line}\n".encode()), None)
    yield Case("place: two lessons in one folder", lambda bad: bad.replace(
        bad.place("乙"), bad.drive.read(bad.place("丙"))), {"丙"})

    def other_spelling(bad, spell):
        folder = bad.folder("乙")
        bad.replace(bad.place("乙"), f"xiangtu-place/v1\nfolder {spell(folder)}\n".encode())
        os.makedirs(bad.at(spell(folder)), exist_ok=True)
        with open(bad.at(os.path.join(spell(folder), "乙.bin")), "wb") as f:
            f.write(b"another's")
    yield Case("place: names that differ by case",
               lambda bad: other_spelling(bad, lambda x: x + "É"), {"丙"})
    yield Case("place: names that differ by normalization", lambda bad: other_spelling(
        bad, lambda x: unicodedata.normalize("NFD", x + "é")), {"丙"})


def swap(bad, one, other):
    first, second = bad.drive.read(one), bad.drive.read(other)
    bad.replace(one, second)
    bad.replace(other, first)


def swaps():
    yield Case("two lessons' files are swapped",
               lambda bad: swap(bad, bad.file("乙"), bad.file("丙")), None)
    yield Case("two torrent files are swapped",
               lambda bad: swap(bad, bad.torrent("乙"), bad.torrent("丙")), set(), says=True)
    yield Case("two places are swapped",
               lambda bad: swap(bad, bad.place("乙"), bad.place("丙")), set())
    yield Case("checkpoint and trust note are swapped", lambda bad: swap(
        bad, f"{bad.log}/checkpoint", f"{SYSTEM}/trust/trust.note"), set())


# --- somebody with a key --------------------------------------------------------

def put_log(bad, folder, entries, origin, seed):
    root = base64.b64encode(tlog.root_of([tlog.leaf_hash(e) for e in entries])).decode()
    for path, content in tlog.resources_of(entries).items():
        bad.replace(f"{folder}/{path}", content)
    bad.replace(f"{folder}/checkpoint",
                tlog.sign_note(f"{origin}\n{len(entries)}\n{root}\n", origin, seed))


def publisher(bad):
    origin, seed = tlog.read_secret(os.path.join(bad.county, "publisher.key"))
    _, entries = tlog.audit_folder(bad.at(bad.log), tlog.vkey_of(origin, tlog.public_of(seed)),
                                   tiles=False)
    return origin, seed, entries


def forked(bad):
    """The county's own key, another history."""
    origin, seed, entries = publisher(bad)
    first = json.loads(entries[0])
    first["title"] = "另一个过去"
    entries[0] = json.dumps(first, ensure_ascii=False).encode()
    put_log(bad, bad.log, entries + [entries[0]], origin, seed)


def bombs(bad):
    """Entries that are signed and full of nothing."""
    origin, seed, entries = publisher(bad)
    zstd = bytes.fromhex("28b52ffda4000000014d00001000000001") * 200
    entries += [b"[" * 8000, b'{"a":' * 1500, b'{"a":1' + b',"a":1' * 1000 + b"}", zstd,
                b'{"type":"lesson","bytes":1e999999999}', b'"' + b"\\u0000" * 1000 + b'"']
    put_log(bad, bad.log, entries, origin, seed)


def older_self(bad):
    origin, seed, entries = publisher(bad)
    put_log(bad, bad.log, entries[:1], origin, seed)


def another_county(other):
    def spoil(bad):
        for path in ("trust.note", "root/1.note"):
            with open(os.path.join(other, "trust", path), "rb") as f:
                bad.replace(f"{SYSTEM}/trust/{path}", f.read())
    return spoil


def stranger_checkpoint(bad):
    seed = bytes(range(32))
    _, _, entries = publisher(bad)
    put_log(bad, bad.log, entries, bad.origin, seed)


def anothers_records(bad):
    """Under our station's name: a log by another key; and a fork of nothing."""
    _, seed = tlog.read_secret(os.path.join(bad.station, "node.key"))
    other = bytes(range(1, 33))
    for named, key, signer in ((tlog.public_of(seed), tlog.public_of(other), other),
                               (tlog.public_of(seed), tlog.public_of(seed), other)):
        origin = "xiangtu/records/" + key.hex()
        folder = f"{SYSTEM}/up/{tlog.origin_hash('xiangtu/records/' + named.hex())}"
        put_log(bad, folder, [b"r" * 1072] * 3, origin, signer)
        bad.replace(f"{folder}/ack", bad.drive.read(folder, "checkpoint"))


def records_of_strangers(bad):
    """Logs of many that nobody enrolled, signed well."""
    listed = b""
    for number in range(1, 101):
        seed = number.to_bytes(32, "big")
        origin = "xiangtu/records/" + tlog.public_of(seed).hex()
        name = tlog.origin_hash(origin)
        put_log(bad, f"{SYSTEM}/up/{name}", [b"r" * 1072] * 2, origin, seed)
        listed += name.encode() + b"\n"
    bad.replace(f"{SYSTEM}/list/up", listed)


def forged_statements(bad):
    """Our own and others', changed, renamed, and signed by somebody else."""
    _, own = tlog.read_secret(os.path.join(bad.station, "node.key"))
    stranger = bytes(range(2, 34))
    listed = b""

    def text(public, more=""):
        name = "node-" + public.hex()[:16]
        return (f"xiangtu-node/v1\nnode {tlog.vkey_of(name, public)}\ninstance {'0' * 16}\n"
                f"boot 4294967295\nseq 4294967295\nlevel station\nregion 431081101203\n"
                f"name 假村\nswarm 0\nroom 1\nversion 9\ntrust 0\nroot 0\n{more}"), name
    bomb = base64.b64encode(bytes.fromhex("28b52ffda4000000ff") + b"\x01\0\0" * 5000).decode()
    forged = [
        (tlog.public_of(own), text(tlog.public_of(own)), stranger),
        (tlog.public_of(stranger), text(tlog.public_of(own)), own),
        (tlog.public_of(stranger), text(
            tlog.public_of(stranger),
            f"log {bad.origin} 3 {base64.b64encode(bytes(32)).decode()}\n"
            f"want {bad.origin} {bomb}\nhave {bad.origin} {bomb}\n"), stranger),
    ]
    for public, (body, name), seed in forged:
        bad.replace(f"{SYSTEM}/node/{public.hex()}", tlog.sign_note(body, name, seed))
        listed += public.hex().encode() + b"\n"
    bad.replace(f"{SYSTEM}/list/node", listed)


def crowd(bad):
    """So many files that whoever lists is lost."""
    for folder in (f"{SYSTEM}/place", LESSONS):
        where = os.open(bad.at(folder), os.O_RDONLY)
        for number in range(MANY // 2):
            os.close(os.open(f"{number:064x}", os.O_CREAT | os.O_WRONLY, 0o644, dir_fd=where))
        os.close(where)


def long_lists(bad):
    for kind in ("place", "node", "up"):
        bad.replace(f"{SYSTEM}/list/{kind}",
                    b"".join(b"%064x\n" % number for number in range(100_000)))


def too_long_lists(bad):
    for kind in ("place", "node", "up"):
        bad.replace(f"{SYSTEM}/list/{kind}", b"f" * 65 * 100_001)


def garbage_lists(bad):
    for kind in ("place", "node", "up"):
        bad.replace(f"{SYSTEM}/list/{kind}", b"\0" * 500 + b"\n" * 10_000 + b"../" * 40 + b"\n" +
                    b"G" * 64 + b"\n" + os.urandom(3000))


def giant_route(bad):
    bad.replace(f"{SYSTEM}/route", b"xiangtu-route/v1\n" + "stop 431081101203 村\n".encode() * 3000)


def cases(other_county):
    yield from by_name()
    yield from folders_that_are_links()
    yield from places()
    yield from swaps()
    yield Case("a forked log", forked, set(), completes=False, says=True)
    yield Case("entries that are bombs", bombs, ALL)
    yield Case("a copy of an older self", older_self, set())
    yield Case("another county's trust", another_county(other_county), ALL)
    yield Case("a log signed by a stranger", stranger_checkpoint, set(), says=True)
    yield Case("another's records under our name", anothers_records, ALL)
    yield Case("records of a hundred strangers", records_of_strangers, ALL)
    yield Case("forged statements", forged_statements, ALL)
    yield Case("a drive of a later version", lambda bad: bad.replace(
        f"{SYSTEM}/drive.json", b'{"xiangtu":"drive/v2","id":"%s"}' % (b"5a" * 16)), set(),
        says=True)
    yield Case("lists as long as they may be", long_lists, None)
    yield Case("lists longer than they may be", too_long_lists, ALL)
    yield Case("lists of garbage", garbage_lists, None)
    yield Case("a giant route", giant_route, ALL)
    yield Case(f"{MANY} files", crowd, ALL)
