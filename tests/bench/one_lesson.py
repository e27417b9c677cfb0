"""One more lesson in a log of 100,000: what it costs each hop, and how soon it
is three hops away."""

import http.client
import statistics
import threading
import time
import urllib.parse

from lib import check, http_get, wait_for
from rows import Row
from wire import CountingProxy

ENTRIES = 100_000
LESSONS = 9
DOCUMENT = 1000
# What travels because of the lesson and is not the news of it.
LESSON_ITSELF = ("/torrent", "/payload", "/blob")


class Grown(threading.Thread):
    """When a node's /heads says that something changed."""

    def __init__(self, node):
        super().__init__(daemon=True)
        self.after = http_get(node.url + "/heads?after=0").json()["n"]
        self.at = urllib.parse.urlsplit(node.url).netloc
        self.when = None
        self.start()

    def run(self):
        connection = http.client.HTTPConnection(self.at, timeout=60)
        connection.request("GET", f"/heads?after={self.after}")
        connection.getresponse().read()
        self.when = time.monotonic()


def chain(s, county):
    """A township, a station below it and another below that, each behind a
    proxy."""
    proxies, nodes, above, join = [], [], county, county.join_file()
    for name, level, region in (("township", "township", "431081101"),
                                ("station", "station", "431081101203"),
                                ("school", "station", "431081101203")):
        proxy = CountingProxy(s, above.url)
        make = s.township if level == "township" else s.station
        node = make(above, region=region, name=name, join=join, upstream=proxy.url,
                    words=("--announce", "off"))
        node.start()
        proxies.append(proxy)
        nodes.append(node)
        above = node
    return proxies, nodes


def settled(nodes, size):
    def all_there():
        for node in nodes:
            status = node.status()
            log = status["logs"][0]
            if log["indexed"] != size or status["lessons"]["wanted"] != 0:
                return False
        return True
    wait_for(all_there, 120, "everybody has it all", pause=0.25)


def news(tallies):
    """Bytes of the messages that tell of a lesson and of who has it, both
    directions with their heads. The lesson itself and statements are not."""
    return sum(t.all for kind, t in tallies.items()
               if kind not in LESSON_ITSELF and kind != "/node")


def heads_of_itself(tallies):
    return sum(t.heads for kind, t in tallies.items() if kind in LESSON_ITSELF)


def get_through(proxies):
    """The time of plain GETs over the same three proxies, one after another."""
    start = time.monotonic()
    for proxy in proxies:
        check(http_get(proxy.url + "/trust/trust.note").code == 200, "a plain GET")
    return time.monotonic() - start


def publish_one(s, county, nodes, proxies, number):
    document = s.file(f"讲义{number}.pdf", DOCUMENT)
    for proxy in proxies:
        proxy.take()
    first, last = Grown(county), Grown(nodes[-1])
    lesson = county.publish(document, f"黑山羊养殖技术（第{number}讲）")
    returned = time.monotonic()
    last.join(60)
    first.join(60)
    settled(nodes, ENTRIES + number)
    time.sleep(0.5)  # what was put off a little is counted, too
    return lesson, {"hops": [proxy.take() for proxy in proxies],
                    "from_commit": last.when - first.when,
                    "from_return": last.when - returned}


def statement(proxies, deadline=75):
    """The next statement each hop passes up: bytes."""
    found = {}

    def all_posted():
        for i, proxy in enumerate(proxies):
            if tally := proxy.take().get("/node"):
                found[i] = tally.all // tally.requests
        return len(found) == len(proxies)
    try:
        wait_for(all_posted, deadline, "statements go up", pause=0.5)
    except AssertionError:
        pass
    return [found.get(i) for i in range(len(proxies))]


def measure(b):
    s = b.scenario("one-lesson")
    county = s.county(words=("--announce", "off"))
    b.fill(county, ENTRIES)
    county.start()
    proxies, nodes = chain(s, county)
    settled(nodes, ENTRIES)
    wait_for(lambda: all(node.lessons("末课") for node in nodes), 120,
             "search is up to date", pause=0.25)
    plain, seen = [], []
    for number in range(1, LESSONS + 1):
        plain.append(get_through(proxies))
        lesson, one = publish_one(s, county, nodes, proxies, number)
        seen.append(one)
    note = len(http_get(county.url + "/tlog/" + county.status()["logs"][0]["hash"]
                        + "/checkpoint").body)
    per_hop = [statistics.median(news(one["hops"][i]) for one in seen)
               for i in range(3)]
    worst = max(news(hop) for one in seen for hop in one["hops"])
    commit = statistics.median(one["from_commit"] for one in seen)
    returned = statistics.median(one["from_return"] for one in seen)
    other = statistics.median(heads_of_itself(hop) for one in seen for hop in one["hops"])
    kinds = "; ".join(f"{kind} {tally}" for kind, tally in sorted(seen[-1]["hops"][2].items()))
    posts = statement(proxies)
    yield Row("one lesson, HTTP bytes per hop", max(per_hop), "B",
              peer=note, peer_name="its checkpoint note", target="<= 1500",
              met=max(per_hop) <= 1500,
              note=f"medians of hops 1 to 3: {', '.join(f'{x:.0f}' for x in per_hop)}; most "
                   f"seen {worst}. Both directions with heads, without the messages that "
                   f"carry torrent file and payload, whose heads are {other:.0f} B more. "
                   f"The last lesson at hop 3: {kinds}")
    yield Row("one lesson, commit to third hop", commit * 1000, "ms",
              peer=statistics.median(plain) * 1000, peer_name="3 plain GETs, one a hop",
              target="<= 1000", met=commit <= 1,
              note=f"worst {max(one['from_commit'] for one in seen) * 1000:.0f} ms; from the "
                   f"return of `xiangtu publish` {returned * 1000:.0f} ms (below 0: it was "
                   f"there before); {LESSONS} lessons")
    said = [f"{p} B" if p else "none in 75 s" for p in posts]
    yield Row("one lesson, statement sent up", max((p or 0) for p in posts), "B",
              peer=None, peer_name="", target="", met=None,
              note="POST /node, at most one a minute however many lessons come; hops 1 to 3: "
                   + ", ".join(said))
