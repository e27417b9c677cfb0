# TIMEOUT 60
"""A node tells machines how it is: in a text that a strict reader reads, with
numbers that follow what happens, and nobody beyond its LAN is told."""

import http.client
import os

import prometheus
from lib import check, equal, http_get, run, wait_for

PIECES = 300_000


def ask_from(source, node, path="/metrics"):
    connection = http.client.HTTPConnection(node.address, 7433, timeout=60,
                                            source_address=(source, 0))
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def metrics(node):
    answer = http_get(node.url + "/metrics")
    equal(answer.code, 200, "code")
    samples, _ = prometheus.parse(answer.body.decode())
    return lambda metric, **labels: samples[(metric, tuple(sorted(labels.items())))]


def story(s):
    near, beyond = s.new_address(), s.new_address()
    county = s.county(title='资"兴\\市')
    with open(os.path.join(county.dir, "node.conf"), "a", encoding="utf-8") as conf:
        conf.write(f"lan = {near}/32\n")
    county.start()
    before = metrics(county)
    equal(before("xiangtu_node_info", version=county.cli("--version").split()[-1],
                 level="county", region="431081", name='资"兴\\市'), 1, "who it is")
    equal(before("xiangtu_lessons", state="held"), 0, "held")

    answer, body = ask_from(near, county)
    equal(answer.status, 200, "asked from the LAN")
    equal(answer.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8", "type")
    prometheus.parse(body.decode())
    equal(ask_from(county.address, county)[0].status, 200, "asked from this machine")
    equal(ask_from(beyond, county)[0].status, 403, "asked from beyond")

    lesson = county.publish(s.file("课.bin", PIECES), "黑山羊")
    path = f"/payload/{lesson['btmh']}/%E8%AF%BE.bin"
    for asker in (near, beyond):
        equal(ask_from(asker, county, path)[0].status, 200, f"the lesson to {asker}")

    def counted():
        now = metrics(county)
        return now("xiangtu_uplink_bytes_total", direction="up") >= PIECES
    wait_for(counted, 10, "what went beyond the LAN is counted")
    now = metrics(county)
    equal(now("xiangtu_lessons", state="held"), 1, "held")
    equal(now("xiangtu_payload_bytes", state="held"), PIECES, "bytes held")
    check(now("xiangtu_lan_bytes_total", direction="up") >= PIECES, "what stayed in it, too")
    check(now("xiangtu_uplink_bytes_total", direction="up") < 2 * PIECES, "each on its side")
    check(now("xiangtu_loop_turn_seconds_count") > before("xiangtu_loop_turn_seconds_count"),
          "the loop turns")
    traffic = county.status()["traffic"]
    check(traffic["uplink_up"] >= PIECES, "status says the same")

    county.kill_engine()
    wait_for(lambda: metrics(county)("xiangtu_engine_restarts_total") == 1, 20,
             "the engine is started again, and that is counted")


run(story)
