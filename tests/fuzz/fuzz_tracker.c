/* /announce, both ends: the input is queries, a zero byte between them; what
 * the tracker answers, and the input itself, are read as an answer. */
#include "node/swarm_peers.h"
#include "node/tracker.h"
#include "tests/fuzz/fuzz.h"

static void peer_seen(void *owner, const struct engine_address *peer)
{
	CHECK(peer->port != 0);
	++*(unsigned *)owner;
}

static void node_seen(void *owner, const struct swarm_node *node)
{
	CHECK(node->at.port != 0 && node->id != 0);
	++*(unsigned *)owner;
}

static void read_answer(struct bytes answer, bool ours)
{
	unsigned peers = 0, nodes = 0;
	enum status of_peers = swarm_peers_read(answer, peer_seen, &peers);
	enum status of_nodes = swarm_nodes_read(answer, node_seen, &nodes);

	CHECK(peers <= SWARM_PEERS_MAX && nodes <= SWARM_NODES_MAX);
	if (ours) {
		CHECK(of_peers == of_nodes);
		CHECK(of_peers == STATUS_OK || of_peers == STATUS_NOT_FOUND);
	}
}

static struct tracker *t;

void fuzz_begin(void)
{
	t = tracker_new(1);
	CHECK(t != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t known[TRACKER_HASH_SIZE] = "aaaaaaaaaaaaaaaaaaa";
	struct fuzz_reader r = { data, size };
	struct tracker_context at = { .self = tracker_ipv4(0x7f000001, 7434) };
	struct buf reply = BUF_INIT;
	int64_t now = 0;

	CHECK(tracker_add(t, known, NULL) == STATUS_OK);
	read_answer((struct bytes){ data, size }, false);
	for (unsigned i = 0; i < 100 && r.left > 0; i++) {
		struct bytes query = fuzz_until_zero(&r);
		struct tracker_request rq;

		if (tracker_parse(query, &rq) != STATUS_OK)
			continue;
		CHECK(rq.port != 0 && rq.numwant <= TRACKER_NUMWANT);
		/* Some know where to ask. */
		if (rq.hash[0] == 'a')
			memcpy(rq.hash, known, sizeof(known));
		at.from = tracker_ipv4(0x0a000000 + rq.port % 5, 0);
		buf_clear(&reply);
		(void)tracker_answer(t, &rq, &at, now += 1000, &reply);
		read_answer(buf_bytes(&reply), true);
		CHECK(tracker_count(t).peers <= 5 * TRACKER_PEERS_PER_SOURCE);
	}
	tracker_expire(t, now + TRACKER_EXPIRY_MS);
	tracker_remove(t, known); /* the next run begins anew */
	CHECK(tracker_count(t).swarms == 0 && tracker_count(t).peers == 0);
	buf_release(&reply);
	return 0;
}

void fuzz_seeds(void)
{
	static const char queries[] =
		"info_hash=aaaaaaaaaaaaaaaaaaaa&port=6881&left=0&compact=1\0"
		"info_hash=a%00aaaaaaaaaaaaaaaaa%FF&port=7434&left=9&numwant=5"
		"&event=started\0"
		"info_hash=aaaaaaaaaaaaaaaaaaaa&port=7434&left=9&http=7433"
		"&node=0123456789abcdef\0"
		"info_hash=aaaaaaaaaaaaaaaaaaaa&port=6881&event=stopped";

	fuzz_seed(queries, sizeof(queries) - 1);
	fuzz_seed_text("d8:intervali90e5:peers12:abcdefghijkl6:peers618:"
		       "aaaaaaaaaaaaaaaabbe");
	fuzz_seed_text("d5:nodes26:aaaaaaaaaaaaaaaabbcccccccce");
	fuzz_seed_text("d14:failure reason4:nonee");
}
