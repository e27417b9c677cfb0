"""An office's databases as years of many stations would leave them, written here at
once, while no node runs on the folder. For who looks at how long an office's work
takes, and whether its node answers meanwhile."""
import base64
import hashlib
import json
import os
import sqlite3

MONTH = 2026 * 12 + 8  # September 2026
AT_S = 1_788_300_000
NAME = "王秀英"


def card_of(n):
    """The n-th card: as the database has it, and as registers have it."""
    number = (n * 0x9E3779B97F4A7C15 + 1) % (1 << 64)
    return number - (1 << 64) if number >= 1 << 63 else number, f"{number:016x}"


def _key(n):
    return n.to_bytes(4, "big") * 8


def _vkey(n):
    key = b"\x01" + _key(n)
    digest = hashlib.sha256(b"village\n" + key).hexdigest()[:8]
    return f"village+{digest}+{base64.b64encode(key).decode()}"


def _stations(folder, stations):
    """Enrolled long ago, 200 in each township."""
    with sqlite3.connect(os.path.join(folder, "node.db")) as db:
        db.executemany(
            "INSERT INTO station (key, log, entry, vkey, region, name, groups, since, ended)"
            " VALUES (?, 1, ?, ?, ?, ?, '', '2020-01-01', 0)",
            ((_key(n), 1_000_000 + n,
              _vkey(n), f"431081{100 + n // 200 % 100:03}{200 + n % 200:03}", f"村{n}")
             for n in range(1, stations + 1)))
    db.close()


def _item(n):
    """Somebody of that name comes to one study in a thousand, a card to each."""
    names = ["李明", "王芳", "张伟", f"人{n}"] + ([NAME] if n % 1000 == 0 else [])
    return json.dumps({"names": names, "cards": [card_of(n % 3000)[1]],
                       "lessons": ["a.example/431081/lessons#0c0001r1"],
                       "note": "东山坡的羊怎么过冬, 大家问了很多" + (f", {NAME}记" if n % 1000 == 0 else ""),
                       "by": "管理员"}, ensure_ascii=False, separators=(",", ":"))


def make(folder, stations, registers, people):
    """So many of each. records.db must be there. Registers go round the stations; the
    n-th person has card_of(n)."""
    _stations(folder, stations)
    path = os.path.join(folder, "records.db")
    db = sqlite3.connect(path)
    db.execute("PRAGMA synchronous=OFF")
    with db:
        db.executemany("INSERT INTO station (id, key, log_done, heard_s, through_s) VALUES (?, ?, 1, ?, ?)",
                       ((n, _key(n), AT_S + 3_000_000, AT_S + 3_000_000) for n in range(1, stations + 1)))
        db.executemany(
            "INSERT INTO study VALUES (?, ?, 1, ?, ?, NULL, NULL, 9, NULL, NULL, 0, 2700000, 2700000, 1, 0, ?, 0, ?)",
            ((1 + n // (registers // stations + 1), n, MONTH, AT_S, AT_S, _item(n))
             for n in range(1, registers + 1)))
        db.executemany("INSERT INTO sum_station VALUES (?, ?, 60000, 15000000, 0, 0, 0, 5, 0, 45, 3, 0)",
                       ((MONTH, n) for n in range(1, stations + 1)))
        db.execute("INSERT INTO lesson VALUES (1, 'a.example/431081/lessons#0c0001r1', '黑山羊')")
        db.executemany("INSERT INTO sum_lesson VALUES (?, ?, 1, 60000, 60000, 1)",
                       ((MONTH, n) for n in range(1, stations + 1)))
        db.executemany("INSERT INTO personal VALUES (?, ?, 1, ?, ?, NULL, NULL, ?, 0, 660000, 660000, 1, 0, ?, 0)",
                       ((1 + n % stations, n, MONTH, AT_S, card_of(n)[0], AT_S) for n in range(people)))
        db.execute("INSERT OR IGNORE INTO carded SELECT station, card FROM personal")
        db.executemany("INSERT INTO person VALUES (?, ?, ?, ?, '431081101203', '0c0001r1', ?, NULL, 1)",
                       ((card_of(n)[0], f"{n % 10000:04}", NAME if n == 0 else f"人{n}", "联坪村", AT_S)
                        for n in range(people)))
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return path


def ask(path, question, *values):
    """One row of a database on which no node writes just then."""
    db = sqlite3.connect(path)
    row = db.execute(question, values).fetchone()
    db.close()
    return row


def stands(folder, text):
    """Is it in the bytes of records.db, or of what lies beside it?"""
    for name in ("records.db", "records.db-wal"):
        at = os.path.join(folder, name)
        if os.path.exists(at):
            with open(at, "rb") as file:
                if text in file.read():
                    return True
    return False
