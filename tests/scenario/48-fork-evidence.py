# TIMEOUT 240
"""A publisher's key signs two histories and shows one to each of two villages. A
technician's drive goes from one to the other: there the proof is made, and it
travels, by drive back to the first village, by line up to the township, down to
who asks there, and sideways to who hears of it on the LAN. A stranger who knows
only the key is convinced. What is forged convinces nobody and changes nothing."""
import base64
import hashlib
import os
import shutil

import tlog
from lib import DONE, REFUSED, check, equal, http_request, run, wait_for

OFF = ("--announce", "off")


def story(s):
    county = s.county(words=OFF).start()
    a = s.station(county, "431081101203", "联坪村", "a", words=OFF).start()
    b = s.station(county, "431081101207", "黄草村", "b", words=OFF).start()
    office = s.township(county, words=OFF).start()
    honest = s.station(county, "431081101209", "长村", "honest", words=OFF).start()
    below = s.station(county, "431081101211", "江口", "below", upstream=office.url)
    near = s.station(county, "431081101213", "上洞", "near")
    first = county.publish(s.file("1.bin", 100_000), "第一课")
    for node in (a, b, office, honest):
        node.wait_held(first["id"])
    for node in (county, a, b, office, honest):
        node.stop()
    backup = s.path("backup")
    shutil.copytree(county.dir, backup)

    # One history for one village, another for the other.
    second = county.publish(s.file("2.bin", 100_000), "第二课")
    county.start()
    a.start().wait_held(second["id"])
    origin, vkey = next(iter(county.publisher_keys().items()))
    a.stop()
    county.stop()
    shutil.rmtree(county.dir)
    shutil.copytree(backup, county.dir)
    for n in (3, 4):
        county.publish(s.file(f"{n}.bin", 1000), f"另一个{n}", "产业/养殖/黑山羊", "--alone")
    county.start()
    b.start()
    wait_for(lambda: b.heads()[origin][0] == 3, 40, "the other village has the other history")
    b.stop()
    county.stop()
    check(not forked(a, origin) and not forked(b, origin), "nobody knows yet")

    # The technician's drive: there it is found, and proven.
    drive = s.path("drive")
    os.mkdir(drive)
    a.cli("drive", "sync", drive)
    b.try_cli("drive", "sync", drive)
    piece = only_proof(b, origin)
    equal((piece["source"], piece["small"]["size"], piece["large"]["size"]), ("", 2, 3),
          "found by itself, with both sizes")
    check(forked(b, origin), "b follows it no more")
    path = os.path.join(drive, ".xiangtu", "evidence", piece["id"])
    with open(path, "rb") as f:
        proof = f.read()
    with open(os.path.join(drive, ".xiangtu", "list", "evidence")) as f:
        check(piece["id"] in f.read().split(), "the drive lists it")

    # A stranger: our program without a node, and another one.
    folder = s.path("evidence")
    files = b.cli_json("trust", "evidence", "--to", folder)["files"]
    equal(len(files), 1, "one file")
    nobody = s.node("nobody")
    equal(nobody.try_cli("trust", "evidence", "verify", files[0], "--key", vkey).code, DONE,
          "a stranger with the key is convinced")
    other = tlog.vkey_of(origin, tlog.public_of(b"\x07" * 32))
    equal(nobody.try_cli("trust", "evidence", "verify", files[0], "--key", other).code, REFUSED,
          "another key is not the log's")
    convinced(proof, origin, vkey)
    shown = b.cli("status")
    check("trust revoke" in shown and origin in shown, f"status says what to do: {shown}")
    fork = next(log for log in b.status()["logs"] if log["origin"] == origin)["fork"]
    equal((fork["proven"], fork["differ_at"]), (True, 2), "where they differ")

    # Back to the first village on the same drive.
    a.try_cli("drive", "sync", drive)
    equal(only_proof(a, origin)["source"], "drive", "the proof came by drive")
    check(forked(a, origin), "a follows it no more")
    for lesson in (first, second):
        equal(a.state(lesson["id"]), "held", "what it holds it keeps")

    # Up by line, down to who asks there, sideways to who hears of it.
    office.start()
    a.set_conf("upstream", office.url)
    a.start()
    wait_for(lambda: proofs(office, origin), 40, "the township is given it")
    check(forked(office, origin), "it follows it no more")
    below.start()
    wait_for(lambda: proofs(below, origin), 40, "a station below asks for it")
    near.start()
    wait_for(lambda: proofs(near, origin), 60, "a neighbour asks for it")
    equal(only_proof(near, origin)["id"], piece["id"], "the same everywhere")

    # Forged: nothing happens, on a node that has no fork.
    honest.start()
    for what, text in forgeries(proof).items():
        answer = http_request(honest.url + "/evidence", "POST", body=text)
        check(answer.code in (400, 403), f"{what}: {answer.code}")
        bad = s.path(f"bad-{len(text)}-{answer.code}-{what[:3]}")
        os.makedirs(os.path.join(bad, ".xiangtu", "evidence"))
        os.makedirs(os.path.join(bad, ".xiangtu", "list"))
        name = hashlib.sha256(text).hexdigest()
        with open(os.path.join(bad, ".xiangtu", "evidence", name), "wb") as f:
            f.write(text)
        with open(os.path.join(bad, ".xiangtu", "list", "evidence"), "w") as f:
            f.write(name + "\n")
        honest.try_cli("drive", "sync", bad)
    equal(honest.cli_json("trust", "evidence"), [], "nothing is kept")
    check(not forked(honest, origin), "it goes on following")
    # Of a log nobody here knows.
    equal(http_request(honest.url + "/evidence", "POST",
                       body=pair_of_a_stranger()).code, 404, "a stranger's log")
    # The true one is taken from anybody.
    equal(http_request(honest.url + "/evidence", "POST", body=proof).code, 204, "the true one")
    wait_for(lambda: forked(honest, origin), 20, "now it knows, too")


def proofs(node, origin):
    return [p for p in node.cli_json("trust", "evidence")
            if p["origin"] == origin and p["kind"] == "proof"]


def only_proof(node, origin):
    found = proofs(node, origin)
    equal(len(found), 1, f"{node.name}: one proof")
    return found[0]


def forked(node, origin):
    return any(log["forked"] for log in node.status()["logs"] if log["origin"] == origin)


# --- docs/formats-log.md 6.1, read by somebody else -------------------------------

def read(proof):
    """(origin, root, hashes, notes) of the text."""
    lines, rest = [], proof
    while not rest.startswith(b"note "):
        line, _, rest = rest.partition(b"\n")
        lines.append(line.decode())
    notes = []
    while rest:
        head, _, rest = rest.partition(b"\n")
        size = int(head.split(b" ")[1])
        notes.append(rest[:size])
        rest = rest[size:]
    equal((lines[0], len(notes)), ("xiangtu-fork/v1", 2), "its form")
    hashes = [base64.b64decode(line.split(" ")[1]) for line in lines[2:]]
    return lines[1], hashes[0], hashes[1:], notes


def convinced(proof, origin, vkey):
    of, root, hashes, notes = read(proof)
    equal(of, origin, "of this log")
    heads = [tlog.open_note(note, [vkey]).split("\n") for note in notes]
    small, large = int(heads[0][1]), int(heads[1][1])
    check(small < large and heads[0][0] == heads[1][0] == origin, "two sizes of it")
    check(base64.b64decode(heads[0][2]) != root, "another root than was signed")
    check(consistent(small, large, root, base64.b64decode(heads[1][2]), hashes),
          "which the larger tree really had")


def consistent(small, large, root, new_root, hashes):
    """RFC 9162 2.1.4.2."""
    fn, sn = small - 1, large - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    path = list(hashes) if small & (small - 1) else [root] + list(hashes)
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = tlog.node_hash(c, fr), tlog.node_hash(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = tlog.node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == root and sr == new_root


def forgeries(proof):
    origin, root, hashes, notes = read(proof)

    def text(lines, pair):
        out = "\n".join(["xiangtu-fork/v1", origin, *lines]).encode() + b"\n"
        for note in pair:
            out += b"note %d\n" % len(note) + note
        return out

    def line(word, data):
        return word + " " + base64.b64encode(data).decode()

    whole = [line("root", root), *[line("hash", h) for h in hashes]]
    made_up = tlog.sign_note(notes[0].rpartition(b"\n\n")[0].decode() + "\n", origin,
                             b"\x07" * 32)
    return {
        "two notes alone": text([], notes),
        "another root": text([line("root", hashlib.sha256(b"x").digest()), *whole[1:]], notes),
        "no hashes": text(whole[:1], notes),
        "signed by nobody known": text(whole, [made_up, notes[1]]),
        "one note twice": text(whole, [notes[1], notes[1]]),
        "too many hashes": text(whole[:1] + whole[1:] * 64, notes),
        "cut": proof[:-9],
    }


def pair_of_a_stranger():
    name, seed = "stranger.example/log", b"\x09" * 32
    out = f"xiangtu-fork/v1\n{name}\n".encode()
    roots = sorted([hashlib.sha256(b"1").digest(), hashlib.sha256(b"2").digest()])
    for root in roots:
        note = tlog.sign_note(f"{name}\n1\n{base64.b64encode(root).decode()}\n", name, seed)
        out += b"note %d\n" % len(note) + note
    return out


run(story)
