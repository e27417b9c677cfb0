#include "node/holdings.h"

#include <string.h>

#include "node/own_statement.h"
#include "tests/support/check.h"

static const char lessons[] = "a.example/lessons";
static const char other[] = "b.example/lessons";

static void put_map(struct buf *text, bool want, const char *origin,
		    const uint8_t *bits, size_t size)
{
	struct buf zstd = BUF_INIT;

	CHECK(bitmap_compress((struct bytes){ bits, size }, &zstd) ==
	      STATUS_OK);
	if (want)
		statement_put_want(text, origin, buf_bytes(&zstd));
	else
		statement_put_have(text, origin, buf_bytes(&zstd));
	buf_release(&zstd);
}

/* A statement of node `id`; the lists of it are written by the caller. */
static struct statement begin(uint32_t id, struct buf *text)
{
	struct statement st = { .boot = 1, .seq = 1, .level = LEVEL_STATION };
	uint8_t seed[KEY_SEED_SIZE] = { 1, (uint8_t)id, (uint8_t)(id >> 8) };
	char name[STATEMENT_NODE_NAME_SIZE + 1];
	struct secret_key *key;
	struct buf vkey = BUF_INIT;

	CHECK(secret_key_from_seed(&key, "x", KEY_ED25519, seed) == STATUS_OK);
	statement_node_name(secret_key_public(key)->bytes, name);
	secret_key_free(key);
	CHECK(secret_key_from_seed(&key, name, KEY_ED25519, seed) == STATUS_OK);
	buf_put_vkey(&vkey, secret_key_public(key));
	memcpy(st.vkey, buf_string(&vkey), vkey.size);
	strcpy(st.program, "0.1.0");
	statement_begin(text, &st);
	buf_release(&vkey);
	secret_key_free(key);
	return st;
}

static enum status put(struct holdings *h, struct buf *text,
		       uint8_t key[STATEMENT_KEY_SIZE])
{
	struct statement st;
	enum status status;

	CHECK(statement_parse(buf_bytes(text), &st) == STATUS_OK);
	memcpy(key, st.key, sizeof(st.key));
	status = holdings_put(h, &st);
	buf_release(text);
	return status;
}

/* Node `id` has and wants these. */
static void put_node(struct holdings *h, uint32_t id, uint8_t have,
		     uint8_t want, uint8_t key[STATEMENT_KEY_SIZE])
{
	struct buf text = BUF_INIT;

	(void)begin(id, &text);
	if (want != 0)
		put_map(&text, true, lessons, &want, 1);
	if (have != 0)
		put_map(&text, false, lessons, &have, 1);
	CHECK(put(h, &text, key) == STATUS_OK);
}

static void what_statements_say_is_told(void)
{
	struct holdings *h = holdings_new();
	uint8_t a[STATEMENT_KEY_SIZE], b[STATEMENT_KEY_SIZE];
	static const uint8_t stranger[STATEMENT_KEY_SIZE] = { 9 };

	CHECK(h != NULL);
	put_node(h, 1, 0x05, 0x02, a);
	put_node(h, 2, 0x04, 0x01, b);
	CHECK(holdings_say(h, a, HOLDINGS_HAVE, lessons, 0));
	CHECK(!holdings_say(h, a, HOLDINGS_HAVE, lessons, 1));
	CHECK(holdings_say(h, a, HOLDINGS_WANT, lessons, 1));
	CHECK(holdings_say(h, b, HOLDINGS_WANT, lessons, 0));
	CHECK(!holdings_say(h, b, HOLDINGS_HAVE, lessons, 0));
	CHECK(!holdings_say(h, a, HOLDINGS_HAVE, other, 0));
	CHECK(!holdings_say(h, a, HOLDINGS_HAVE, lessons, 1ull << 40));
	CHECK(!holdings_say(h, stranger, HOLDINGS_HAVE, lessons, 0));
	CHECK(holdings_count(h, HOLDINGS_HAVE, lessons, 2) == 2);
	CHECK(holdings_count(h, HOLDINGS_HAVE, lessons, 0) == 1);
	CHECK(holdings_count(h, HOLDINGS_HAVE, lessons, 7) == 0);

	/* A newer one takes the place of the older. */
	put_node(h, 1, 0x02, 0, a);
	CHECK(!holdings_say(h, a, HOLDINGS_HAVE, lessons, 0));
	CHECK(holdings_say(h, a, HOLDINGS_HAVE, lessons, 1));
	CHECK(!holdings_say(h, a, HOLDINGS_WANT, lessons, 1));
	holdings_drop(h, a);
	holdings_drop(h, a);
	CHECK(!holdings_say(h, a, HOLDINGS_HAVE, lessons, 1));
	CHECK(holdings_say(h, b, HOLDINGS_HAVE, lessons, 2));
	holdings_free(h);
}

static void a_map_that_does_not_open_ends_what_was_said(void)
{
	struct holdings *h = holdings_new();
	struct buf text = BUF_INIT;
	uint8_t a[STATEMENT_KEY_SIZE];

	put_node(h, 1, 0x05, 0, a);
	(void)begin(1, &text);
	statement_put_have(&text, lessons, bytes_of("no zstd frame"));
	CHECK(put(h, &text, a) == STATUS_MALFORMED);
	CHECK(!holdings_say(h, a, HOLDINGS_HAVE, lessons, 0));
	holdings_free(h);
}

/* Small lines that open to much are refused, one by one and together. */
static void a_statement_cannot_cost_much_memory(void)
{
	static uint8_t large[(1 << 20) + 1];
	struct holdings *h = holdings_new();
	struct buf text = BUF_INIT;
	uint8_t key[STATEMENT_KEY_SIZE];
	char origin[32];

	memset(large, 0xff, sizeof(large));
	(void)begin(1, &text);
	put_map(&text, false, lessons, large, sizeof(large));
	CHECK(put(h, &text, key) == STATUS_MALFORMED);
	(void)begin(1, &text);
	put_map(&text, false, lessons, large, sizeof(large) - 1);
	CHECK(put(h, &text, key) == STATUS_OK);
	(void)begin(2, &text);
	for (int i = 0; i < 5; i++) {
		(void)snprintf(origin, sizeof(origin), "o%d.example/x", i);
		put_map(&text, false, origin, large, sizeof(large) - 1);
	}
	CHECK(put(h, &text, key) == STATUS_MALFORMED);
	holdings_free(h);
}

static void the_oldest_make_room(void)
{
	static uint8_t large[1 << 20];
	struct holdings *h = holdings_new();
	struct buf text = BUF_INIT;
	uint8_t first[STATEMENT_KEY_SIZE], key[STATEMENT_KEY_SIZE];
	unsigned most = HOLDINGS_BYTES / sizeof(large);

	put_node(h, 0, 0x01, 0, first);
	for (uint32_t id = 1; id < HOLDINGS_NODES; id++)
		put_node(h, id, 0x01, 0, key);
	CHECK(holdings_say(h, first, HOLDINGS_HAVE, lessons, 0));
	put_node(h, HOLDINGS_NODES, 0x01, 0, key);
	CHECK(!holdings_say(h, first, HOLDINGS_HAVE, lessons, 0));
	CHECK(holdings_count(h, HOLDINGS_HAVE, lessons, 0) == HOLDINGS_NODES);

	memset(large, 0xff, sizeof(large));
	for (uint32_t id = 0; id < most + 3; id++) {
		(void)begin(1000 + id, &text);
		put_map(&text, false, other, large, sizeof(large));
		CHECK(put(h, &text, key) == STATUS_OK);
	}
	CHECK(holdings_say(h, key, HOLDINGS_HAVE, other, 5));
	CHECK(holdings_count(h, HOLDINGS_HAVE, other, 5) <= most);
	CHECK(holdings_count(h, HOLDINGS_HAVE, other, 5) >= most / 2);
	holdings_free(h);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	what_statements_say_is_told();
	a_map_that_does_not_open_ends_what_was_said();
	a_statement_cannot_cost_much_memory();
	the_oldest_make_room();
	return 0;
}
