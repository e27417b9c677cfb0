# TIMEOUT 240
"""A lesson that only one village wants comes from the province through county
and township, which do not want it, as a stream: each of them asks the next, and
gets each byte once, though two stations ask at once. What nobody knows or may
have is not fetched, and one address cannot have everything fetched."""
import os
import time

from lib import Throttle, check, equal, http_get, make_file, run, stays, wait_for

SIZE = 20_000_000
RATE = 2_500_000  # bytes a second of each line
NET = "127.61.32"


class Line:
    """Between a node and the next one up."""

    def __init__(self, s, name, upper):
        self.name = name
        self.throttle = Throttle(s, upper.url, RATE)
        self.url = self.throttle.url

    def carried(self):
        return self.throttle.bytes_sent


def near_is(node, prefix):
    """What is on this node's LAN."""
    with open(os.path.join(node.dir, "node.conf"), "a") as conf:
        conf.write(f"lan = {prefix}\n")
    return node


def states(lesson, nodes):
    return {node.name: node.state(lesson["id"]) for node in nodes}


def comes_through_all_levels(s, province, lesson, original, levels, lines):
    county, township, one, other = levels
    before = {line.name: line.carried() for line in lines}
    equal(set(states(lesson, levels).values()), {"known"}, "known to all, wanted by nobody")
    begun = time.monotonic()
    one.cli("pin", lesson["id"])
    # As a stream, not one download after another: the first bytes are here when
    # the first of the lines has not carried all of it.
    wait_for(lambda: lines[-1].carried() - before[lines[-1].name] > SIZE / 20, 60, "it comes")
    carried = lines[0].carried() - before[lines[0].name]
    check(carried < 0.9 * SIZE, f"the first bytes came through when {carried} had come to the county")
    # Somebody in the other village looks at it, and does not want it for good.
    name = os.path.basename(original)
    url = f"{other.url}/payload/{lesson['btmh']}/{name}"
    equal(http_get(url).code, 404, "a station fetches for its LAN only")
    answer = http_get(url, timeout=240, source=f"{NET}.9")
    equal(answer.code, 200, "played at the other station")
    with open(original, "rb") as f:
        expected = f.read()
    equal(answer.body, expected, "bytes played")
    one.wait_held(lesson["id"])
    took = time.monotonic() - begun
    equal(one.payload(lesson["btmh"]), province.payload(lesson["btmh"]), "bytes held")
    for line in lines:
        times = (line.carried() - before[line.name]) / SIZE
        print(f"{line.name}: {times:.3f} x the lesson")
        check(0.99 < times < 1.10, f"{line.name} carried each byte once ({times:.3f})")
    plain = SIZE / RATE
    print(f"through three lines in {took:.1f} s, one line alone needs {plain:.1f} s")


def what_may_not_be_asked_for(s, province, levels):
    """404, and nothing moves."""
    township = levels[1]
    unknown = f"{township.url}/payload/{'ab' * 32}/x"
    equal(http_get(unknown).code, 404, "an unknown payload")
    lesson = publish(s, province, "无人要", 300_000)
    wait_for(lambda: all(node.lesson(lesson["id"]) for node in levels), 20, "it is known")
    url = f"{township.url}/payload/{lesson['btmh']}/无人要.bin"
    torrent = f"{township.url}/torrent/{lesson['btmh']}"
    pieces = f"{township.url}/pieces/{lesson['btmh']}"
    for query in ("?wait=0", "?pull=0", "?pull=0&wait=1", "?pull=x"):
        for what in (url, torrent, pieces):
            equal(http_get(what + query).code, 404, what + query)
    stays(lambda: set(states(lesson, levels).values()) == {"known"}, 1, "nobody fetches it")
    township.cli("drop", lesson["id"])
    for what in (url, torrent, pieces):
        equal(http_get(what).code, 404, "what was dropped here is not fetched for others")
    return lesson


def one_address_has_its_share(s, province, levels):
    """Eight at a time, while none of them can come."""
    township = levels[1]
    lessons = [publish(s, province, f"第{n}课", 50_000) for n in range(10)]
    wait_for(lambda: all(township.lesson(lesson["id"]) for lesson in lessons), 30, "known")
    levels[0].stop()  # nothing can be had now
    codes = [http_code_soon(s, f"{township.url}/torrent/{lesson['btmh']}", 1 if n < 8 else 60)
             for n, lesson in enumerate(lessons)]
    equal([code is None for code in codes[:8]], [True] * 8, f"eight wait: {codes}")
    equal(codes[8:], [503, 503], f"more do not: {codes}")
    levels[0].start()


def http_code_soon(s, url, patience):
    """The code of the answer, or None when it waits."""
    import http.client
    import urllib.parse
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=patience)
    s.cleanup.callback(connection.close)
    connection.request("GET", parts.path)
    try:
        return connection.getresponse().status
    except TimeoutError:
        return None


def publish(s, province, name, size):
    """For a place that none of these nodes lies in."""
    path = make_file(s.path(f"{name}.bin"), size, size)
    return province.publish(path, name, "产业/养殖", "--region", "430102", "--no-media")


def story(s):
    quiet = ["--announce", "off"]
    province = s.county("province", region="43", title="湖南", words=quiet).start()
    lines = [Line(s, "province to county", province)]
    county = near_is(s.node("county").init(
        "--level", "county", "--name", "资兴市", "--region", "431081", "--join",
        province.join_file(), "--upstream", lines[0].url, *quiet), f"{NET}.0/24").start()
    lines.append(Line(s, "county to township", county))
    township = near_is(s.township(province, upstream=lines[1].url, words=quiet),
                       f"{NET}.0/24").start()
    lines.append(Line(s, "township to station", township))
    # Both stations hang on one line, and hear each other.
    one = s.station(province, "431081101203", "联坪村", "one", upstream=lines[2].url,
                    address=f"{NET}.1")
    other = s.station(province, "431081101207", "黄草村", "other", upstream=lines[2].url,
                      address=f"{NET}.2")
    for node in (one, other):
        near_is(node, f"{NET}.0/24").start()
    levels = (county, township, one, other)
    wait_for(lambda: one.status()["neighbours"] and other.status()["neighbours"], 20,
             "the stations know of each other")

    lesson = publish(s, province, "远方", SIZE)
    wait_for(lambda: all(node.lesson(lesson["id"]) for node in levels), 30, "known to all")
    comes_through_all_levels(s, province, lesson, s.path("远方.bin"), levels, lines)
    what_may_not_be_asked_for(s, province, levels)
    one_address_has_its_share(s, province, levels)


run(story)
