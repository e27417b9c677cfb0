"""What was studied in some villages: told to their stations as items
(docs/formats-records.md), and counted here a second time, in plain words.

    village = Village(s, "联坪村", "431081101203", node)
    life = village.live(moment("2031-03-01 08:00"))
    life.study(at, heads=12, shows=[(lesson, 45, ())], names=["王秀英"])
    life.end()                      # the station stands still meanwhile
    expected([village], "2031-03")  # as `report month --json` has a row

A **life** is one run of the machine. It has a clock that is synchronised, one
that nobody vouches for, one that is wrong, or none. What happens in a life without
a clock to believe lies between what is certain before and behind it."""
import base64
import json
import os
import subprocess
import time

from clocks import month_of
from lib import BIN, check, equal

PUT_ITEMS = os.path.join(BIN, "put_items")
MINUTE = 60_000
DOUBTFUL = {"two-screens", "empty-room", "clock-jump", "replay"}
KINDS = ("open", "collective", "personal", "hand")


class Told:
    """One play, register or visit, as it truly was."""

    def __init__(self, life, at, what, kind=None, ms=0, lesson=None, heads=0, flags=()):
        self.life, self.at, self.what, self.kind = life, at, what, kind
        self.ms, self.lesson, self.heads = ms, lesson, heads
        self.flags = set(flags)
        self.item = None  # as the station tells it
        self.counts = True  # False: nobody will ever count it

    def months(self):
        """The months it may belong to, as far as anybody can know."""
        if self.life.is_believed:
            return {month_of(self.at)}
        low, high = self.life.bounds()
        found, at = {month_of(high)}, low
        while at < high:
            found.add(month_of(at))
            at += 86400
        return found


class Life:
    def __init__(self, village, began, clock, sync, wrong_s):
        self.village, self.began, self.clock, self.wrong_s = village, began, clock, wrong_s
        self.is_believed = clock and wrong_s == 0
        self.sync = self.is_believed and sync
        self.last = began
        self.items = []

    def bounds(self):
        """The certain times before and behind this life."""
        lives = self.village.lives
        here = lives.index(self)
        return (max(life.last for life in lives[:here] if life.sync),
                min(life.began for life in lives[here + 1:] if life.sync))

    def _w(self, at):
        check(at >= self.began, "nothing happens before the life began")
        self.last = max(self.last, at)
        return [at + self.wrong_s if self.clock else 0, 0, at - self.began, 0, int(self.sync)]

    def _id(self):
        return f"{self.village.s.random.getrandbits(64):016x}"

    def _tell(self, told, item):
        told.item = item
        self.items.append(item)
        self.village.told.append(told)
        return told

    def play(self, at, lesson, minutes, flags=(), kind="open", inside=None, card=None):
        ms = int(minutes * MINUTE)
        item = {"k": "play", "id": self._id(), "w": self._w(at), "lesson": lesson["id"],
                "rev": lesson["rev"], "as": "video", "on": "tv", "ms": ms, "own": ms,
                "shown": [0, max(1, ms // 1000)], "of": max(1, ms // 1000), "keys": 2,
                "flags": list(flags)}
        if inside:
            item["in"] = inside
        if card:
            item["card"] = card
        return self._tell(Told(self, at, "play", kind, ms, lesson["id"], flags=flags), item)

    def study(self, at, heads, shows=(), names=(), cards=(), note="", outside=None, jpeg=None):
        """`shows` are (lesson, minutes, flags); `outside` is (kind, title, minutes)."""
        study = self._id()
        ms = 0
        for lesson, minutes, flags in shows:
            ms += self.play(at + ms // 1000, lesson, minutes, flags, "collective", study).ms
        item = {"k": "study", "id": study, "v": 1, "w": self._w(at), "heads": heads,
                "names": list(names), "cards": list(cards),
                "lessons": [lesson["id"] for lesson, _, _ in shows], "note": note, "ms": ms,
                "own": ms, "parts": 1, "flags": ["by-hand"] if outside else []}
        hand = 0
        if outside:
            item["outside"] = dict(zip(("kind", "title", "minutes"), outside))
            hand = outside[2] * MINUTE
        told = Told(self, at, "study", "hand", hand, heads=heads, flags=item["flags"])
        if jpeg:
            self.items.append({"k": "photo", "study": study,
                               "jpeg": base64.b64encode(jpeg).decode()})
        return self._tell(told, item)

    def personal(self, at, card, shows):
        visit = self._id()
        ms = 0
        for lesson, minutes, flags in shows:
            ms += self.play(at + ms // 1000, lesson, minutes, flags, "personal", visit, card).ms
        self._tell(Told(self, at, "personal"),
                   {"k": "personal", "id": visit, "v": 1, "w": self._w(at), "card": card,
                    "on": "tv", "ms": ms, "own": ms, "plays": len(shows), "flags": []})

    def fault(self, at, what, text):
        """One that nobody has mended since."""
        self.items.append({"k": "fault", "id": self._id(), "v": 1, "w": self._w(at),
                           "what": what, "text": text, "fixed": 0})

    def again(self, told):
        """The same item once more."""
        self.items.append(dict(told.item))

    def replay(self, told):
        """Another item under the number of one that was told before, which stays as
        it was, and is in doubt."""
        self.items.append(dict(told.item, ms=told.ms + 3_600_000, own=told.ms + 3_600_000))
        told.flags.add("replay")

    def correct(self, told, heads):
        """A register that was told before has other numbers now."""
        told.heads = heads
        told.item = dict(told.item, v=told.item["v"] + 1, heads=heads)
        self.items.append(told.item)

    def mark(self, told, flag):
        """It turns out later what that play was, one told of before."""
        told.flags.add(flag)
        told.item = dict(told.item, v=told.item.get("v", 1) + 1, flags=sorted(told.flags))
        self.items.append(told.item)

    def use(self, first, days, lessons, names, cards, note, most=60):
        """Days as they are: something on most evenings, now and then in doubt."""
        luck = self.village.s.random
        for day in range(days):
            evening = first + day * 86400 + luck.randrange(3600)
            flags = [luck.choice(sorted(DOUBTFUL - {"replay"}))] if luck.random() < 0.15 else []
            shows = [(luck.choice(lessons), luck.uniform(1, most), flags)]
            which = luck.random()
            if which < 0.4:
                self.study(evening, luck.randrange(1, 60), shows, luck.sample(names, 2), note=note)
            elif which < 0.6:
                self.personal(evening, luck.choice(cards), shows + [(luck.choice(lessons), 2.5, ())])
            elif which < 0.9:
                self.play(evening, *shows[0])

    def end(self, counts=True):
        """The station has all of it in its records.db; the node does not run."""
        if not counts:
            for told in self.village.told:
                told.counts = told.counts and told.life is not self
        node = self.village.node
        lines = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in self.items)
        done = subprocess.run([PUT_ITEMS, node.dir], input=lines.encode(), capture_output=True,
                              timeout=60, env=node.env, check=False)
        equal((done.returncode, done.stderr), (0, b""), "put_items")
        number, floor_s = map(int, done.stdout.split())
        for item in self.items:
            if item.get("w", [0, 1])[1] == 0:
                item["w"][1], item["w"][3] = number, floor_s


class Village:
    def __init__(self, s, name, region, node):
        self.s, self.name, self.region, self.node = s, name, region, node
        self.lives, self.told = [], []
        self.code = None  # when it is enrolled

    def now(self):
        """By its node's clock."""
        return int(time.time()) + int(self.node.env["CLOCKSHIFT"])

    def live(self, began, clock=True, sync=True, wrong_s=0):
        self.lives.append(Life(self, began, clock, sync, wrong_s))
        return self.lives[-1]

    def node_runs(self, began, sync=True):
        """A life in which the node itself ran and sent: certain while it is so."""
        return self.live(began, True, sync)


def sums(told, month):
    """What all of it comes to: fields of a row of `report month --json`."""
    certain = [t for t in told if t.counts and t.months() == {month}]
    perhaps = [t for t in told if t.counts and month in t.months() and len(t.months()) > 1]
    ms = {kind: sum(t.ms for t in certain if t.kind == kind) for kind in KINDS}
    doubtful = sum(t.ms for t in certain if t.flags & DOUBTFUL)
    timed = [t for t in perhaps if t.what == "play" or t.ms > 0]
    row = {f"{kind}_minutes": ms[kind] // MINUTE for kind in KINDS}
    row.update({
        "ms": sum(ms.values()), "minutes": sum(ms.values()) // MINUTE,
        "doubtful_minutes": doubtful // MINUTE,
        "collective": sum(t.what == "study" for t in certain),
        "personal": sum(t.what == "personal" for t in certain),
        "people": sum(t.heads + (t.what == "personal") for t in certain),
        "lessons": len({t.lesson for t in certain if t.lesson}),
        "uncertain": len(timed),
        "uncertain_minutes": sum(t.ms for t in timed) // MINUTE})
    return row


def reaches(told, month, norm=240):
    """Do its minutes make the norm, those in doubt left out?"""
    certain = [t for t in told if t.counts and t.months() == {month}]
    return sum(t.ms for t in certain if not t.flags & DOUBTFUL) >= norm * MINUTE
