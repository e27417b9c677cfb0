# TIMEOUT 120
"""A town with many neighbours: it knows each of them, answers all who wait for
news, serves those who watch, and gets a new lesson meanwhile. Who sends more
statements than anybody needs is asked to come back later."""

import json
import os
import signal

from lib import BIN, Process, Skip, check, equal, http_get, http_request, run, wait_for

CROWD = os.path.join(BIN, "crowd")
NEIGHBOURS, WATCHING, OF_ONE_KEY = 30, 8, 10



def story(s):
    if not os.path.exists(CROWD):
        raise Skip("the benchmarks' crowd is not built")
    county = s.county(words=("--announce", "off")).start()
    town = s.township(county, words=("--announce-port", str(s.announce_port))).start()
    video = county.publish(s.file("课.mp4", 2_000_000), "黑山羊", "产业/养殖", "--no-media")
    town.wait_held(video["id"])
    first = [s.new_address() for _ in range(NEIGHBOURS)][0]
    crowd = Process(s, "crowd", [CROWD, town.address, "7433", str(s.announce_port),
                                 town.status()["fingerprint"], first, str(NEIGHBOURS)])
    wait_for(lambda: town.status()["neighbours"] == NEIGHBOURS, 30, "all are known")
    wait_for(lambda: sum(row["confirmed"] for row in json.loads(
        town.cli("neighbours", "--json"))) == NEIGHBOURS, 30, "and asked for their statements")

    path = f"{town.url}/payload/{video['btmh']}/%E8%AF%BE.mp4"
    for at in range(WATCHING):
        part = http_get(path, headers={"Range": f"bytes={at * 9000}-{at * 9000 + 8999}"})
        equal((part.code, len(part.body)), (206, 9000), "a part of the video")
    new = county.publish(s.file("新.mp4", 1_000_000), "新课", "产业/养殖", "--no-media")
    town.wait_held(new["id"])
    equal(len(town.lessons()), 2, "lessons are listed, by a connection of their own")
    equal({lesson["state"] for lesson in town.lessons()}, {"held"}, "states")

    # Nobody needs the same statement ten times.
    statement = http_get(town.url + "/node").body
    answers = [http_request(county.url + "/node", method="POST", body=statement)
               for _ in range(OF_ONE_KEY - 3)]
    while answers[-1].code == 204 and len(answers) < 20 * OF_ONE_KEY:
        answers.append(http_request(county.url + "/node", method="POST", body=statement))
    codes = [answer.code for answer in answers]
    check(codes[:OF_ONE_KEY - 3] == [204] * (OF_ONE_KEY - 3), f"the first are taken: {codes}")
    equal(codes[-1], 429, "the last is not")
    check(1 <= int(answers[-1].headers["Retry-After"]) <= 6, "it says when to come back")
    equal(http_request(county.url + "/node", method="POST", body=b"nonsense").code, 400,
          "others may")

    lag = town.status()["lag"]
    check(lag["turns"] > 0 and lag["worst_ms"] > 0, f"the loop is measured: {lag}")
    crowd.process.send_signal(signal.SIGTERM)
    crowd.wait(10)
    did = json.loads(crowd.log().splitlines()[-1])
    equal((did["poll_failures"], did["post_failures"], did["refused"]), (0, 0, 0), str(did))
    check(did["polls"] >= 2 * NEIGHBOURS, f"each was told of the new lesson: {did}")
    check(did["asked"] >= NEIGHBOURS, f"each was asked: {did}")


run(story)
