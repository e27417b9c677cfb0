#include "node/tracker.h"

#include <stdio.h>
#include <string.h>

#include "proto/bencode.h"
#include "tests/support/check.h"

enum { LOOPBACK = 0x7f000001, LAN = 0x0a000001 };

static struct tracker *t;
static uint8_t v1[20], v2[20];

static void start(void)
{
	t = tracker_new(42);
	CHECK(t != NULL);
	memset(v1, 0x11, sizeof(v1));
	memset(v2, 0x22, sizeof(v2));
	CHECK(tracker_alias(t, v1, v2) == STATUS_OK);
}

static void hash_of(uint32_t n, uint8_t hash[static 20])
{
	memset(hash, 0, 20);
	memcpy(hash, &n, sizeof(n));
}

static struct tracker_request want(const uint8_t hash[static 20], uint16_t port)
{
	struct tracker_request rq = { .port = port,
				      .compact = true,
				      .numwant = TRACKER_NUMWANT };

	memcpy(rq.hash, hash, sizeof(rq.hash));
	return rq;
}

/* Announce from an IPv4 address and check the reply, unless it is NULL. */
static void announce(const struct tracker_request *rq, uint32_t from,
		     int64_t now, const char *reply, size_t size)
{
	struct tracker_context at = { .from = tracker_ipv4(from, 0) };
	struct buf out = BUF_INIT;

	CHECK(tracker_answer(t, rq, &at, now, &out) == STATUS_OK);
	if (reply != NULL)
		CHECK(bytes_equal(buf_bytes(&out),
				  (struct bytes){ (const uint8_t *)reply,
						  size }));
	buf_release(&out);
}

#define EXPECT(text) text, sizeof(text) - 1
#define TIMES "8:intervali90e12:min intervali30e"

static void queries_are_read_as_bep_3_says(void)
{
	struct tracker_request rq;

	CHECK(tracker_parse(
		      bytes_of("info_hash=%124Vx%9a%bc%de%f1%23Eg%89%ab%cd%ef"
			       "%124Vx%9a&peer_id=-XX0001-abcdefghijkl&"
			       "port=51413&uploaded=0&downloaded=0&left=0&"
			       "event=started&compact=0&numwant=30&ip=9.9.9.9"),
		      &rq) == STATUS_OK);
	CHECK(memcmp(rq.hash,
		     "\x12\x34\x56\x78\x9a\xbc\xde\xf1\x23\x45\x67\x89\xab"
		     "\xcd\xef\x12\x34\x56\x78\x9a",
		     20) == 0);
	CHECK(rq.port == 51413 && rq.seed && !rq.compact);
	CHECK(rq.event == TRACKER_STARTED && rq.numwant == 30);

	CHECK(tracker_parse(
		      bytes_of("port=1&info_hash=%00%00%00%00%00%00%00%00%00%00"
			       "%00%00%00%00%00%00%00%00%00+"),
		      &rq) == STATUS_OK);
	CHECK(rq.hash[0] == 0 && rq.hash[19] == '+');
	CHECK(!rq.seed && rq.compact && rq.event == TRACKER_NONE);
	CHECK(rq.numwant == TRACKER_NUMWANT);
}

static void bad_queries_are_refused(void)
{
#define HASH "info_hash=aaaaaaaaaaaaaaaaaaaa"
	static const char *const bad[] = {
		"",
		"port=1",
		HASH,
		HASH "&port=0",
		HASH "&port=65536",
		HASH "&port=x",
		HASH "&port=",
		HASH "&" HASH "&port=1",
		HASH "a&port=1",
		"info_hash=aaaaaaaaaaaaaaaaaaa&port=1",
		"info_hash=aaaaaaaaaaaaaaaaaaa%&port=1",
		"info_hash=aaaaaaaaaaaaaaaaaaa%4&port=1",
		"info_hash=aaaaaaaaaaaaaaaaaaa%4x&port=1",
		"info_hash&port=1",
	};
	struct tracker_request rq = { .port = 7 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		CHECK(tracker_parse(bytes_of(bad[i]), &rq) ==
		      STATUS_MALFORMED);
		CHECK(rq.port == 7);
	}
	CHECK(tracker_parse(bytes_of(HASH "&port=1&left=-1&numwant=-1&&=&x"),
			    &rq) == STATUS_OK);
	CHECK(!rq.seed && rq.numwant == TRACKER_NUMWANT);
	CHECK(tracker_parse(bytes_of(HASH "&port=1&numwant=0"), &rq) ==
	      STATUS_OK);
	CHECK(rq.numwant == 0);
}

static void peers_find_each_other_by_either_hash(void)
{
	struct tracker_request a, b;

	start();
	a = want(v1, 6881);
	b = want(v2, 6882);
	a.seed = true;
	announce(&a, LAN, 0,
		 EXPECT("d8:completei1e10:incompletei0e" TIMES "5:peers0:e"));
	announce(&b, LAN + 1, 0,
		 EXPECT("d8:completei1e10:incompletei1e" TIMES
			"5:peers6:\x0a\x00\x00\x01\x1a\xe1"
			"e"));
	announce(&a, LAN, 1,
		 EXPECT("d8:completei1e10:incompletei1e" TIMES
			"5:peers6:\x0a\x00\x00\x02\x1a\xe2"
			"e"));
	/* Done: it is no longer of use to the other seed. */
	b.seed = true;
	b.event = TRACKER_COMPLETED;
	announce(&b, LAN + 1, 2, NULL, 0);
	announce(&a, LAN, 3,
		 EXPECT("d8:completei2e10:incompletei0e" TIMES "5:peers0:e"));
	b.event = TRACKER_STOPPED;
	announce(&b, LAN + 1, 4,
		 EXPECT("d8:completei1e10:incompletei0e" TIMES "5:peers0:e"));
	CHECK(tracker_count(t).peers == 1 && tracker_count(t).swarms == 1);
	tracker_free(t);
}

static void those_who_ask_for_it_get_a_list(void)
{
	struct tracker_context six = { .self_seeds = true };
	struct tracker_request rq;
	struct buf out = BUF_INIT;

	start();
	rq = want(v2, 6881);
	announce(&rq, LAN, 0, NULL, 0);
	/* From IPv6, which gets IPv4 peers and us at an IPv6 address. */
	six.from.ip[0] = 0xfd;
	six.from.ip[15] = 2;
	six.self.ip[0] = 0xfd;
	six.self.ip[15] = 1;
	six.self.port = 7434;
	CHECK(tracker_answer(t, &rq, &six, 0, &out) == STATUS_OK);
	CHECK(bytes_equal(
		buf_bytes(&out),
		(struct bytes){
			(const uint8_t *)"d8:completei1e10:incompletei2e" TIMES
					 "5:peers6:\x0a\x00\x00\x01\x1a\xe1"
					 "6:peers618:\xfd\0\0\0\0\0\0\0\0\0\0\0"
					 "\0\0\0\1\x1d\x0a"
					 "e",
			30 + 33 + 15 + 11 + 18 + 1 }));
	buf_clear(&out);
	rq.compact = false;
	rq.port = 6882;
	CHECK(tracker_answer(t, &rq, &six, 0, &out) == STATUS_OK);
	CHECK(strcmp(buf_string(&out),
		     "d8:completei1e10:incompletei3e" TIMES
		     "5:peersld2:ip7:fd00::14:porti7434ee"
		     "d2:ip7:fd00::24:porti6881ee"
		     "d2:ip8:10.0.0.14:porti6881eeee") == 0);
	buf_release(&out);
	tracker_free(t);
}

static void an_unknown_lesson_is_said_to_be_unknown(void)
{
	struct tracker_context at = { .from = tracker_ipv4(LAN, 0) };
	struct tracker_request rq;
	struct buf out = BUF_INIT;
	uint8_t other[20] = { 9 };

	start();
	rq = want(other, 1);
	CHECK(!tracker_knows(t, other) && tracker_knows(t, v1));
	CHECK(tracker_answer(t, &rq, &at, 0, &out) == STATUS_NOT_FOUND);
	CHECK(strcmp(buf_string(&out), "d14:failure reason"
				       "30:this node knows no such lessone") ==
	      0);
	CHECK(tracker_count(t).peers == 0);
	buf_release(&out);
	tracker_free(t);
}

static void neighbours_of_the_asker_come_first(void)
{
	struct tracker_context at = { .from = tracker_ipv4(0xc0a80509, 0) };
	struct tracker_request rq;
	struct buf out = BUF_INIT;
	const uint8_t *peers;

	start();
	rq = want(v2, 6881);
	for (uint32_t i = 0; i < 100; i++)
		announce(&rq, 0x0b000000 + (i << 8), 0, NULL, 0);
	announce(&rq, 0xc0a80507, 0, NULL, 0);
	for (uint32_t i = 0; i < 90; i++)
		announce(&rq, 0x0c000000 + (i << 8), 0, NULL, 0);
	at.self = tracker_ipv4(0xc0000201, 7434);
	CHECK(tracker_answer(t, &rq, &at, 0, &out) == STATUS_OK);
	peers = (const uint8_t *)strstr(buf_string(&out), "5:peers300:");
	CHECK(peers != NULL);
	peers += strlen("5:peers300:");
	CHECK(memcmp(peers, "\xc0\x00\x02\x01\x1d\x0a", 6) == 0);
	CHECK(memcmp(peers + 6, "\xc0\xa8\x05\x07\x1a\xe1", 6) == 0);
	CHECK(peers[12] == 0x0b || peers[12] == 0x0c);
	buf_clear(&out);
	rq.numwant = 1;
	CHECK(tracker_answer(t, &rq, &at, 0, &out) == STATUS_OK);
	CHECK(strstr(buf_string(&out), "5:peers6:\xc0") != NULL);
	buf_release(&out);
	tracker_free(t);
}

static bool in_ten(const void *arg, const struct tracker_address *a)
{
	CHECK(arg == v1);
	return a->ip[12] == 10;
}

static void a_wider_lan_can_be_said(void)
{
	struct tracker_context at = { .from = tracker_ipv4(0x0a010101, 0),
				      .near = in_ten,
				      .near_arg = v1 };
	struct tracker_request rq;
	struct buf out = BUF_INIT;

	start();
	rq = want(v2, 6881);
	for (uint32_t i = 0; i < 60; i++)
		announce(&rq, 0x0b000000 + i, 0, NULL, 0);
	announce(&rq, 0x0a020202, 0, NULL, 0);
	rq.numwant = 1;
	CHECK(tracker_answer(t, &rq, &at, 0, &out) == STATUS_OK);
	CHECK(strstr(buf_string(&out), "5:peers6:\x0a\x02\x02\x02") != NULL);
	buf_release(&out);
	tracker_free(t);
}

static void loopback_peers_stay_on_their_machine(void)
{
	struct tracker_request rq;

	start();
	rq = want(v2, 6881);
	announce(&rq, LOOPBACK, 0, NULL, 0);
	announce(&rq, LAN, 0,
		 EXPECT("d8:completei0e10:incompletei2e" TIMES "5:peers0:e"));
	rq.port = 6882;
	rq.numwant = 1;
	announce(&rq, LOOPBACK, 0,
		 EXPECT("d8:completei0e10:incompletei3e" TIMES
			"5:peers6:\x7f\x00\x00\x01\x1a\xe1"
			"e"));
	tracker_free(t);
}

static void the_silent_are_forgotten(void)
{
	struct tracker_request rq;

	start();
	rq = want(v2, 6881);
	announce(&rq, LAN, 0, NULL, 0);
	rq.port = 6882;
	announce(&rq, LAN + 1, TRACKER_EXPIRY_MS, NULL, 0);
	CHECK(tracker_count(t).peers == 2);
	tracker_expire(t, TRACKER_EXPIRY_MS + 1);
	CHECK(tracker_count(t).peers == 1);
	announce(&rq, LAN + 1, 3 * TRACKER_EXPIRY_MS,
		 EXPECT("d8:completei0e10:incompletei1e" TIMES "5:peers0:e"));
	CHECK(tracker_count(t).swarms == 1);
	tracker_free(t);
}

static void a_swarm_has_a_bound_and_an_address_has_one(void)
{
	struct tracker_request rq;

	start();
	for (uint32_t i = 0; i < 1000; i++) {
		rq = want(v2, 6881);
		announce(&rq, LAN + i, i, NULL, 0);
	}
	CHECK(tracker_count(t).peers == TRACKER_PEERS_MAX);
	tracker_remove(t, v1);
	CHECK(tracker_count(t).peers == 0 && !tracker_knows(t, v2));
	CHECK(tracker_alias(t, v1, v2) == STATUS_OK);
	for (uint16_t i = 1; i < 1000; i++) {
		rq = want(v2, i);
		announce(&rq, LAN, i, NULL, 0);
	}
	CHECK(tracker_count(t).peers == TRACKER_PEERS_PER_SOURCE);
	tracker_free(t);
}

/* Who has one IPv6 address has the whole /64. */
static void a_subscriber_of_ipv6_is_one_source(void)
{
	struct tracker_context at = { .from = { .ip = { 0x20, 0x01 } } };
	struct tracker_request rq;
	struct buf out = BUF_INIT;

	start();
	rq = want(v2, 6881);
	for (unsigned i = 0; i < 1000; i++) {
		at.from.ip[14] = (uint8_t)(i >> 8);
		at.from.ip[15] = (uint8_t)i;
		CHECK(tracker_answer(t, &rq, &at, 0, &out) == STATUS_OK);
	}
	CHECK(tracker_count(t).peers == TRACKER_PEERS_PER_SOURCE);
	for (unsigned i = 1; i <= 8; i++) {
		at.from.ip[7] = (uint8_t)i;
		CHECK(tracker_answer(t, &rq, &at, 0, &out) == STATUS_OK);
	}
	CHECK(tracker_count(t).peers == TRACKER_PEERS_PER_SOURCE + 8);
	buf_release(&out);
	tracker_free(t);
}

/* Sixteen ports in each of thousands of swarms, from one address. */
static void one_address_leaves_peers_to_others(void)
{
	struct tracker_context at = { .from = tracker_ipv4(LAN, 0) };
	struct buf out = BUF_INIT;
	struct tracker_request rq;
	uint8_t hash[20];
	size_t own;

	start();
	/* Others, before and meanwhile. */
	rq = want(v2, 6881);
	announce(&rq, LAN + 1, 0, NULL, 0);
	for (uint32_t n = 1; n <= 5000; n++) {
		hash_of(n, hash);
		CHECK(tracker_add(t, hash, NULL) == STATUS_OK);
		for (uint16_t i = 1; i <= TRACKER_PEERS_PER_SOURCE; i++) {
			rq = want(hash, i);
			rq.numwant = 0;
			buf_clear(&out);
			CHECK(tracker_answer(t, &rq, &at, 1, &out) ==
			      STATUS_OK);
		}
	}
	own = tracker_count(t).peers - 1;
	CHECK(own >= TRACKER_PEERS_TOTAL / 2 - 1 &&
	      own <= TRACKER_PEERS_TOTAL / 2);
	/* He is answered, and told. */
	CHECK(strstr(buf_string(&out), "warning message") != NULL);
	CHECK(strstr(buf_string(&out), "your address") != NULL);
	/* Two hundred behind another address, and eight nodes behind a third. */
	for (uint16_t i = 0; i < 200; i++) {
		hash_of(1u + i / TRACKER_PEERS_PER_SOURCE, hash);
		rq = want(hash, (uint16_t)(1000 + i));
		announce(&rq, LAN + 2, 2, NULL, 0);
	}
	for (uint16_t i = 0; i < 8; i++) {
		rq = want(v2, 6881);
		rq.http_port = (uint16_t)(7433 + i);
		rq.node_id = 1 + i;
		announce(&rq, LAN + 3, 2, NULL, 0);
	}
	CHECK(tracker_count(t).peers == own + 1 + 200 + 8);
	rq = want(v2, 6882);
	rq.numwant = 1;
	announce(&rq, LAN + 4, 3,
		 EXPECT("d8:completei0e10:incompletei2e" TIMES
			"5:peers6:\x0a\x00\x00\x02\x1a\xe1"
			"e"));
	/* What he had is free again when it expires. */
	for (unsigned i = 0; i < 100; i++)
		tracker_expire(t, 2 * TRACKER_EXPIRY_MS);
	CHECK(tracker_count(t).peers == 0);
	rq = want(v2, 6881);
	announce(&rq, LAN, 2 * TRACKER_EXPIRY_MS, NULL, 0);
	CHECK(tracker_count(t).peers == 1);
	buf_release(&out);
	tracker_free(t);
}

static void swarms_have_a_bound_and_so_have_all_peers(void)
{
	uint8_t a[20], b[20];
	struct tracker_request rq;

	start();
	for (uint32_t n = 1; n <= 2 * TRACKER_SWARMS_MAX; n++) {
		hash_of(n, a);
		hash_of(n + 1000000, b);
		CHECK(tracker_alias(t, a, b) == STATUS_OK);
		CHECK(tracker_knows(t, a) && tracker_knows(t, b));
		rq = want(a, 1);
		announce(&rq, LAN, 0, NULL, 0);
	}
	CHECK(tracker_count(t).swarms == TRACKER_SWARMS_MAX);
	CHECK(tracker_count(t).peers == TRACKER_SWARMS_MAX);
	CHECK(!tracker_knows(t, v1));
	for (uint32_t n = 1; n <= 2 * TRACKER_SWARMS_MAX; n++) {
		hash_of(n, a);
		hash_of(n + 1000000, b);
		CHECK(tracker_knows(t, a) == (n > TRACKER_SWARMS_MAX));
		CHECK(tracker_knows(t, b) == (n > TRACKER_SWARMS_MAX));
	}
	for (uint32_t n = 2 * TRACKER_SWARMS_MAX - 500;
	     n <= 2 * TRACKER_SWARMS_MAX; n++) {
		hash_of(n, a);
		hash_of(n + 1000000, b);
		/* Forgotten, perhaps, for those that have more peers. */
		CHECK(tracker_alias(t, a, b) == STATUS_OK);
		rq = want(a, 1);
		rq.numwant = 0;
		for (uint32_t i = 0; i < TRACKER_PEERS_MAX; i++)
			announce(&rq, LAN + i, 1, NULL, 0);
		CHECK(tracker_count(t).peers <= TRACKER_PEERS_TOTAL);
	}
	for (uint32_t n = TRACKER_SWARMS_MAX + 1; n <= 2 * TRACKER_SWARMS_MAX;
	     n++) {
		hash_of(n + 1000000, b);
		tracker_remove(t, b);
	}
	CHECK(tracker_count(t).swarms == 0 && tracker_count(t).peers == 0);
	tracker_free(t);
}

static void a_hash_names_one_swarm_only(void)
{
	uint8_t other[20] = { 3 };

	start();
	CHECK(tracker_add(t, v2, NULL) == STATUS_OK);
	CHECK(tracker_add(t, v2, v1) == STATUS_OK);
	CHECK(tracker_add(t, other, v1) == STATUS_EXISTS);
	CHECK(!tracker_knows(t, other));
	CHECK(tracker_add(t, v2, other) == STATUS_EXISTS);
	CHECK(tracker_add(t, other, NULL) == STATUS_OK);
	CHECK(tracker_count(t).swarms == 2);
	tracker_free(t);
	tracker_free(NULL);
}

/* A node that swaps, and the reply's nodes: their last address bytes in order.
 * The reply must have the key just when a node asks. */
static struct tracker_request swaps(uint16_t http_port, uint64_t id)
{
	struct tracker_request rq = want(v2, 7434);

	rq.http_port = http_port;
	rq.node_id = id;
	return rq;
}

static size_t nodes_for(const struct tracker_request *rq, uint32_t from,
			int64_t now, uint8_t last[TRACKER_NODES])
{
	struct tracker_context at = { .from = tracker_ipv4(from, 0) };
	struct buf out = BUF_INIT;
	struct bencode_value root;
	struct bytes nodes;
	size_t count;

	CHECK(tracker_answer(t, rq, &at, now, &out) == STATUS_OK);
	CHECK(bencode_parse(buf_bytes(&out), &root) == STATUS_OK);
	CHECK((bencode_find_string(&root, "nodes", &nodes) == STATUS_OK) ==
	      (rq->http_port != 0));
	count = rq->http_port == 0 ? 0 : nodes.size / TRACKER_NODE_SIZE;
	for (size_t i = 0; i < count; i++)
		last[i] = nodes.data[i * TRACKER_NODE_SIZE + 15];
	buf_release(&out);
	return count;
}

static void nodes_that_swap_get_each_other(void)
{
	struct tracker_request a = swaps(80, 1), b = swaps(0x1d09, 0x0203),
			       client = want(v2, 6881);
	uint8_t last[TRACKER_NODES];

	start();
	CHECK(nodes_for(&a, LAN, 1000, last) == 0);
	announce(&b, LAN + 1, 2000,
		 EXPECT("d8:completei0e10:incompletei0e" TIMES "5:nodes26:"
			"\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x01\0\x50"
			"\0\0\0\0\0\0\0\x01"
			"5:peers0:e"));
	announce(&a, LAN, 3000,
		 EXPECT("d8:completei0e10:incompletei0e" TIMES "5:nodes26:"
			"\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x02\x1d\x09"
			"\0\0\0\0\0\0\x02\x03"
			"5:peers0:e"));
	/* Ordinary clients see nothing of them, and they see clients. */
	announce(&client, LAN + 2, 3000,
		 EXPECT("d8:completei0e10:incompletei1e" TIMES "5:peers0:e"));
	announce(&a, LAN, 3000,
		 EXPECT("d8:completei0e10:incompletei1e" TIMES "5:nodes26:"
			"\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x02\x1d\x09"
			"\0\0\0\0\0\0\x02\x03"
			"5:peers6:\x0a\0\0\x03\x1a\xe1"
			"e"));

	/* Who has it all is given on, and needs nobody. */
	b.event = TRACKER_COMPLETED;
	b.seed = true;
	CHECK(nodes_for(&b, LAN + 1, 4000, last) == 0);
	CHECK(nodes_for(&a, LAN, 4000, last) == 1 && last[0] == 2);
	/* From elsewhere with the same key: that is itself. */
	a = swaps(81, 0x0203);
	CHECK(nodes_for(&a, LAN + 9, 4000, last) == 1 && last[0] == 1);
	a = swaps(80, 1);
	b.event = TRACKER_STOPPED;
	CHECK(nodes_for(&b, LAN + 1, 5000, last) == 0);
	CHECK(nodes_for(&a, LAN, 5000, last) == 1 && last[0] == 10);
	CHECK(nodes_for(&a, LAN, 5001 + TRACKER_EXPIRY_MS, last) == 0);
	tracker_free(t);
}

static void the_nodes_heard_last_are_given(void)
{
	struct tracker_request rq;
	uint8_t last[TRACKER_NODES];

	start();
	for (uint32_t i = 0; i < 3 * TRACKER_NODES; i++) {
		rq = swaps(80, 100 + i);
		(void)nodes_for(&rq, LAN + i, 1000 + i, last);
	}
	rq = swaps(80, 99);
	CHECK(nodes_for(&rq, LAN + 200, 5000, last) == TRACKER_NODES);
	for (uint32_t i = 0; i < TRACKER_NODES; i++)
		CHECK(last[i] == 3 * TRACKER_NODES - i);
	tracker_free(t);
}

static void what_nodes_say_of_themselves_is_read_strictly(void)
{
#define BASE "info_hash=aaaaaaaaaaaaaaaaaaaa&port=1"
	static const char *const ordinary[] = {
		BASE "&http=80", BASE "&node=0102030405060708",
		BASE "&http=0&node=0102030405060708",
		BASE "&http=65536&node=0102030405060708",
		BASE "&http=x&node=0102030405060708",
		BASE "&http=80&node=010203040506070",
		BASE "&http=80&node=01020304050607089",
		BASE "&http=80&node=0000000000000000",
	};
	struct tracker_request rq;

	for (size_t i = 0; i < sizeof(ordinary) / sizeof(*ordinary); i++) {
		CHECK(tracker_parse(bytes_of(ordinary[i]), &rq) == STATUS_OK);
		CHECK(rq.http_port == 0);
	}
	CHECK(tracker_parse(bytes_of(BASE "&http=7433&node=0102030405060708"),
			    &rq) == STATUS_OK);
	CHECK(rq.http_port == 7433 && rq.node_id == 0x0102030405060708);
}

int main(void)
{
	queries_are_read_as_bep_3_says();
	bad_queries_are_refused();
	peers_find_each_other_by_either_hash();
	those_who_ask_for_it_get_a_list();
	an_unknown_lesson_is_said_to_be_unknown();
	neighbours_of_the_asker_come_first();
	a_wider_lan_can_be_said();
	loopback_peers_stay_on_their_machine();
	the_silent_are_forgotten();
	a_swarm_has_a_bound_and_an_address_has_one();
	a_subscriber_of_ipv6_is_one_source();
	one_address_leaves_peers_to_others();
	swarms_have_a_bound_and_so_have_all_peers();
	a_hash_names_one_swarm_only();
	nodes_that_swap_get_each_other();
	the_nodes_heard_last_are_given();
	what_nodes_say_of_themselves_is_read_strictly();
	return 0;
}
