# TIMEOUT 300
"""A thousand rounds with a relay that withholds, replays, reorders, truncates,
alters and mixes old and new, at random, while the county goes on publishing and
the station behind it is killed now and then. Whatever the station holds, the
county has signed, and it never goes back; as soon as the relay is honest it has
all of it. XIANGTU_SEED repeats a run."""
import random
import re
import threading
import time

import tlog
from lib import LONG, Failure, Relay, Response, check, equal, http_get, run, wait_for

ROUNDS = 5000 if LONG else 1000
WAYS, PUBLISH_EVERY, KILL_EVERY, QUIET_S = 5, 12, 60, 1.5
TRUST_EVERY = 5  # lessons: then there is a new trust note, which those that follow cite

# Resources of one kind are what a liar can pass off as one another.
KINDS = [r"^/heads", r"^/tlog/[0-9a-f]+/checkpoint", r"^/tlog/[0-9a-f]+/tile/entries/",
         r"^/tlog/[0-9a-f]+/tile/\d", r"^/trust/", r"^/torrent/", r"^/payload/", r"^/pieces/",
         r"^/node", r"^/announce"]


def kind_of(path):
    return next((kind for kind in KINDS if re.search(kind, path)), None)


class Liar:
    """A rule for a relay: each request is a round, and draws what is done to
    its answer. All that ever came through is remembered, to be told again."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.told = {}     # kind -> [(path, response)], the old ones first
        self.rounds = self.lies = 0
        self.honest = False

    def __call__(self, path, response):
        with self.lock:
            kind = kind_of(path)
            if self.honest or not kind:
                return response
            self.rounds += 1
            answer = self.lie(kind, path, response)
            self.lies += answer is not response
            if response.code in (200, 206):
                self.told.setdefault(kind, []).append((path, response))
            return answer

    def lie(self, kind, path, response):
        draw = self.random
        old = [r for p, r in self.told.get(kind, ()) if p == path]
        others = [r for p, r in self.told.get(kind, ()) if p != path]
        act = draw.choice(["honest"] * 6 + ["withhold", "hang up", "replay", "replay", "reorder",
                                            "truncate", "alter", "mix", "mix", "append"])
        if act == "withhold":
            return Response(draw.choice([404, 403, 500, 503, 204]), {}, b"")
        if act == "hang up":
            return None
        if act == "replay" and old:
            return draw.choice(old)
        if act == "reorder" and others:
            return draw.choice(others)
        body = response.body
        if not body:
            return response
        at = draw.randrange(len(body))
        if act == "truncate":
            body = body[:at]
        elif act == "alter":
            body = body[:at] + bytes([body[at] ^ 1 << draw.randrange(8)]) + body[at + 1:]
        elif act == "mix" and old + others:
            body = body[:at] + draw.choice(old + others).body[at:]
        elif act == "append":
            body += draw.choice((old + others + [response])).body
        else:
            return response
        return Response(response.code, response.headers, body)


class World:
    def __init__(self, s):
        self.s = s
        self.county = s.county(words=["--announce", "off"]).start()
        self.liar = Liar(s.seed)
        # It rests from who lies: several ways in, and a liar on each of them.
        ways = [Relay(s, self.county.url, [(r"^/", self.liar)]).url for _ in range(WAYS)]
        words = [word for way in ways[1:] for word in ("--upstream", way)]
        self.station = s.station(self.county, upstream=ways[0],
                                 words=["--announce", "off", *words]).start()
        [self.origin] = self.county.heads()
        self.path = f"/tlog/{tlog.origin_hash(self.origin)}/checkpoint"
        self.lessons = {}  # id -> btmh
        self.signed = {self.head(self.county)}
        self.size = self.trust = 0

    def head(self, node):
        """(size, root) of the log as a node shows it; (0, "") for none."""
        answer = http_get(node.url + self.path)
        if answer.code != 200:
            return (0, "")
        _, size, root = answer.text().split("\n")[:3]
        return (int(size), root)

    def publish(self):
        number = len(self.lessons)
        if number % TRUST_EVERY == TRUST_EVERY - 1:
            self.county.cli("trust", "publisher", "change", self.origin, "--entries",
                            str(1_000_000 + number))
        path = self.s.file(f"{number}.bin", 2_000, seed=number)
        lesson = self.county.publish(path, f"第{number}课", "产业", "--no-media")
        self.lessons[lesson["id"]] = lesson["btmh"]
        self.signed.add(self.head(self.county))

    def look(self):
        """What the station holds was signed, and is no less than before."""
        head = self.head(self.station)
        check(head[0] == 0 or head in self.signed, f"never signed: {head}")
        check(head[0] >= self.size, f"went back from {self.size} to {head[0]}")
        self.size = head[0]

    def look_closely(self):
        for lesson in self.station.lessons():
            equal(lesson["btmh"], self.lessons.get(lesson["id"]), f"lesson {lesson['id']}")
        status = self.station.status()
        check(not any(log.get("forked") for log in status["logs"]),
              "a lying relay is not mistaken for a forking publisher")
        check(self.trust <= status["trust"] <= self.county.status()["trust"],
              f"trust note {status['trust']}, had {self.trust}")
        self.trust = status["trust"]

    def restart(self):
        self.station.kill()
        self.station.start()


def story(s):
    w = World(s)
    published = killed = 0
    moved, quiet = 0, time.monotonic()
    end = time.monotonic() + (4800 if LONG else 900)
    while w.liar.rounds < ROUNDS:
        if time.monotonic() > end:
            raise Failure(f"only {w.liar.rounds} rounds in all this time")
        if w.liar.rounds != moved:
            moved, quiet = w.liar.rounds, time.monotonic()
        if moved >= published * PUBLISH_EVERY:
            w.publish()
            published += 1
        # Whoever was lied to so often asks seldom; a restart forgets that.
        if moved >= (killed + 1) * KILL_EVERY or time.monotonic() - quiet > QUIET_S:
            w.look_closely()
            w.restart()
            killed = moved // KILL_EVERY
            quiet = time.monotonic()
        w.look()
        time.sleep(0.01)
    check(w.liar.lies > ROUNDS / 4, f"it lied: {w.liar.lies} of {w.liar.rounds}")
    check(w.size > 0, "some of it came through")

    w.liar.honest = True
    wait_for(lambda: w.head(w.station) == w.head(w.county), 90, "all of the log is there")
    w.look()
    for lesson, btmh in w.lessons.items():
        w.station.wait_held(lesson, 90)
        equal(w.station.payload(btmh), w.county.payload(btmh), lesson)
    equal(w.station.status()["trust"], w.county.status()["trust"], "the trust note")
    w.look_closely()
    print(f"{w.liar.rounds} rounds, {w.liar.lies} lies, {len(w.lessons)} lessons", flush=True)


run(story)
