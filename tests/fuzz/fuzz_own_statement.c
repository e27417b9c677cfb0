/* Statements behind their signature, and what is made of them: the input is the
 * text, signed by the node it names. */
#include "node/drive/stop_logs.h"
#include "node/holdings.h"
#include "node/own_statement.h"
#include "tests/fuzz/keys.h"

static struct secret_key *key;
static char name[STATEMENT_NODE_NAME_SIZE + 1];

void fuzz_begin(void)
{
	struct secret_key *first = fuzz_key("n", KEY_ED25519, 1);

	statement_node_name(secret_key_public(first)->bytes, name);
	secret_key_free(first);
	key = fuzz_key(name, KEY_ED25519, 1);
}

static void hold(const struct statement *st)
{
	struct holdings *h = holdings_new();

	CHECK(h != NULL);
	if (holdings_put(h, st) == STATUS_OK) {
		(void)holdings_say(h, st->key, HOLDINGS_HAVE, "a.example/x",
				   3);
		CHECK(holdings_count(h, HOLDINGS_WANT, "a.example/x", 3) <= 1);
		/* Once more takes its own place. */
		CHECK(holdings_put(h, st) == STATUS_OK);
	}
	CHECK(holdings_count(h, HOLDINGS_HAVE, "a.example/x", 0) <= 1);
	holdings_free(h);
}

static void stop_at(const struct statement *st)
{
	static const struct known_log known[] = {
		{ .id = 1, .origin = "a.example/x", .size = 1000 },
		{ .id = 2, .origin = "b.example/x", .size = 9 },
	};
	struct lesson_row row = { .log = 1, .entry = 3,
				  .lesson = { .topic = "产业",
					      .region = "431081" } };
	struct stop stop = { .level = st->level };
	char due[LESSON_DATE_SIZE + 1];
	size_t budget = 10000;

	memcpy(stop.region, st->region, sizeof(stop.region));
	CHECK(stop_logs_read(&stop.logs, st, known, 2, &budget) == STATUS_OK);
	CHECK(budget <= 10000);
	(void)stop_lacks(&stop, &row, due);
	if (stop_holds(&stop, &row))
		CHECK(!stop_lacks(&stop, &row, NULL));
	stop_logs_free(stop.logs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes text = { data, size };
	struct buf note = BUF_INIT;
	struct statement st;

	(void)statement_open(text, &st);
	if (statement_sign(text, key, &note) == STATUS_OK) {
		CHECK(statement_open(buf_bytes(&note), &st) == STATUS_OK);
		CHECK(memcmp(st.key, secret_key_public(key)->bytes, 32) == 0);
		hold(&st);
		stop_at(&st);
	} else if (statement_parse(text, &st) == STATUS_OK) {
		hold(&st);
		stop_at(&st);
	}
	buf_release(&note);
	return 0;
}

void fuzz_seeds(void)
{
	static const uint8_t root[STATEMENT_ROOT_SIZE] = { 9 };
	struct statement st = { .boot = 3, .seq = 41, .swarm_port = 7434,
				.trust_version = 7, .root_version = 1,
				.region = "431081101203", .name = "联坪村",
				.program = "0.1.0" };
	struct buf b = BUF_INIT, map = BUF_INIT;
	char vkey[VKEY_MAX + 1];

	public_key_format(secret_key_public(key), vkey);
	memcpy(st.vkey, vkey, strlen(vkey) + 1);
	statement_begin(&b, &st);
	statement_put_log(&b, "a.example/x", 1000, root);
	statement_put_log(&b, "b.example/x", 7, root);
	CHECK(bitmap_compress(bytes_of("\x88\x42"), &map) == STATUS_OK);
	statement_put_want(&b, "a.example/x", buf_bytes(&map));
	statement_put_have(&b, "b.example/x", buf_bytes(&map));
	statement_put_due(&b, "a.example/x", 3, "2026-08-01");
	fuzz_seed_buf(&b);
	buf_release(&map);
}
