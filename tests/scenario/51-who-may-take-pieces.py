# TIMEOUT 180
"""A county that serves pieces beyond its LAN to nodes it knows only: an
enrolled station proves who it is and is served; who says nothing, who was never
enrolled, and who plays back what a station once said get nothing, and are shown
out. Where the county does not ask for it, anybody is served."""
import os

import tlog
from lib import check, equal, run, wait_for
from swarmpeer import (BAD_PROOF, BLOCK, ELSEWHERE, UNKNOWN, Client, Identity, loaded, mapped,
                       v1_hash)


def story(s):
    county = s.county(words=["--announce", "off"])
    with open(os.path.join(county.dir, "node.conf"), "a", encoding="utf-8") as f:
        f.write(f"lan = {county.address}/32\nswarm-peers = known\n")  # all others are beyond
    county.start()
    station = s.station(county, words=["--announce", "off"]).start()
    county.enrol(station)
    station.stop()
    path = s.file("课.bin", 3_000_000)
    with open(path, "rb") as f:
        content = f.read(BLOCK)
    lesson = county.publish(path, "黑山羊")
    btmh = bytes.fromhex(lesson["btmh"])
    info_hash = v1_hash(county, lesson["btmh"])
    source = s.new_address()
    wait_for(lambda: loaded(county, info_hash, source), 20, "the county's engine has it")

    known = Identity(tlog.read_secret(os.path.join(station.dir, "node.key"))[1])
    proofs = []

    def is_served():
        client = Client(county, info_hash, source, known.hello())
        theirs = client.hear_hello()
        equal(theirs[b"xt_node"][0], 1, "the county asks who it is")
        proofs.append(known.proof(theirs, btmh, county.address))
        client.prove(proofs[-1])
        return client.first_block() == content
    # A machine that is busy may take longer than the county's patience.
    wait_for(is_served, 60, "the enrolled station is served")

    for hello, what in ((None, "who says nothing gets nothing"),
                        (known.hello(), "nor who names a station, and proves nothing")):
        check(Client(county, info_hash, source, hello).first_block() == b"", what)

    def gets_nothing(who, proof, verdict, what):
        """By a proof that is made from what the county says."""
        client = Client(county, info_hash, source, who.hello())
        client.prove(proof(client.hear_hello()))
        check(client.first_block() == b"", what)
        equal(client.verdict, verdict, f"{what}: is told why")
    gets_nothing(known, lambda theirs: proofs[-1],  # the station's own, of a moment ago
                 BAD_PROOF, "who plays back a station's proof")
    stranger = Identity(os.urandom(32))
    gets_nothing(stranger, lambda theirs: stranger.proof(theirs, btmh, county.address),
                 UNKNOWN, "who was never enrolled")
    gets_nothing(known, lambda theirs: known.proof(theirs, bytes(32), county.address),
                 BAD_PROOF, "a proof for another lesson")
    gets_nothing(known, lambda theirs: known.proof(theirs, btmh, source),
                 ELSEWHERE, "a proof made to somebody at another address")
    gets_nothing(known, lambda theirs: mapped(county.address) +
                 known.proof(theirs, btmh, source)[16:],
                 BAD_PROOF, "the same, its address changed")

    # It proves itself to others that ask, in turn.
    client = Client(county, info_hash, source, known.hello(asks=1))
    theirs = client.hear_hello()
    hello = theirs[b"xt_node"]
    proof = client.hear_proof()
    equal(proof[:16], mapped(source), "whom the county has reached")
    check(tlog.verify(hello[1:33], b"xiangtu-peer/v1\n" + known.nonce + hello[33:] + btmh +
                      hello[1:33] + known.public + proof[:16], proof[16:]), "the county's own proof")

    county.stop()
    county.set_conf("swarm-peers", "any")
    county.start()
    wait_for(lambda: loaded(county, info_hash, source), 20, "the county's engine has it")
    check(Client(county, info_hash, source).first_block() == content,
          "anybody is served where nobody is asked")


run(story)
