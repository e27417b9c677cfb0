/* Villages for tests of what rides on a drive: nodes with keys of their own
 * that are enrolled, or tell of themselves, in the catalog of a shelf. */
#ifndef TESTS_SUPPORT_VILLAGES_H
#define TESTS_SUPPORT_VILLAGES_H

#include <stdio.h>

#include "catalog/stations.h"
#include "node/own_statement.h"
#include "tests/support/shelf.h"

static inline struct secret_key *village_key(uint8_t n)
{
	char name[STATEMENT_NODE_NAME_SIZE + 1];
	uint8_t seed[KEY_SEED_SIZE];
	struct secret_key *key;

	CHECK(signing_init() == STATUS_OK);
	memset(seed, 100 + n, sizeof(seed));
	CHECK(secret_key_from_seed(&key, "x", KEY_ED25519, seed) == STATUS_OK);
	statement_node_name(secret_key_public(key)->bytes, name);
	secret_key_free(key);
	CHECK(secret_key_from_seed(&key, name, KEY_ED25519, seed) ==
	      STATUS_OK);
	return key;
}

static inline struct public_key village_public(uint8_t n)
{
	struct secret_key *key = village_key(n);
	struct public_key public = *secret_key_public(key);

	secret_key_free(key);
	return public;
}

/* By the office that writes this log of the shelf. */
MAYBE_UNUSED static void village_enrol_in(struct shelf *s, size_t log,
					  uint8_t n, const char *region,
					  const char *name)
{
	struct entry_station e;
	struct buf json = BUF_INIT;

	memset(&e, 0, sizeof(e));
	e.key = village_public(n);
	strcpy(e.region, region);
	strcpy(e.name, name);
	SHELF_OK(entry_format_station(&e, &json, &s->err));
	shelf_log_entry(s, log, buf_bytes(&json));
	buf_release(&json);
	shelf_settle(s);
}

MAYBE_UNUSED static void village_enrol(struct shelf *s, uint8_t n,
				       const char *region, const char *name)
{
	village_enrol_in(s, 0, n, region, name);
}

MAYBE_UNUSED static void village_end(struct shelf *s, uint8_t n)
{
	const struct entry_station_end end = { .key = village_public(n) };
	struct buf json = BUF_INIT;

	SHELF_OK(entry_format_station_end(&end, &json, &s->err));
	shelf_log_entry(s, 0, buf_bytes(&json));
	buf_release(&json);
	shelf_settle(s);
}

/* What a village says of itself and of the first log of the shelf. */
struct village_says {
	const char *region, *name;
	enum level level;
	uint32_t seq;
	uint64_t heard_s, age_s;
	uint64_t size; /* of the log; 0: it says nothing of it */
	struct bytes want, have; /* bitmaps */
	const char *due;	 /* of entry `due_entry`, or NULL */
	uint64_t due_entry;
};

static inline void village_put_maps(const struct village_says *says,
				    struct buf *text)
{
	static const uint8_t root[32] = { 1 };
	struct buf zstd = BUF_INIT;

	if (says->size == 0)
		return;
	statement_put_log(text, LESSONS_ORIGIN, says->size, root);
	if (says->want.size > 0) {
		CHECK(bitmap_compress(says->want, &zstd) == STATUS_OK);
		statement_put_want(text, LESSONS_ORIGIN, buf_bytes(&zstd));
	}
	buf_clear(&zstd);
	if (says->have.size > 0) {
		CHECK(bitmap_compress(says->have, &zstd) == STATUS_OK);
		statement_put_have(text, LESSONS_ORIGIN, buf_bytes(&zstd));
	}
	if (says->due != NULL)
		statement_put_due(text, LESSONS_ORIGIN, says->due_entry,
				  says->due);
	buf_release(&zstd);
}

/* The statement comes here. */
MAYBE_UNUSED static void village_tell(struct shelf *s, uint8_t n,
				      const struct village_says *says)
{
	struct secret_key *key = village_key(n);
	struct buf text = BUF_INIT, note = BUF_INIT;
	struct statement st = { .boot = 1, .seq = says->seq,
				.level = says->level, .room = 5000,
				.program = "0.1.0" };
	struct statement_row row = { .boot = 1, .seq = says->seq,
				     .heard_s = says->heard_s,
				     .age_s = says->age_s };
	char vkey[VKEY_MAX + 1];

	public_key_format(secret_key_public(key), vkey);
	(void)snprintf(st.vkey, sizeof(st.vkey), "%.*s", STATEMENT_VKEY_MAX,
		       vkey);
	strcpy(st.region, says->region == NULL ? "" : says->region);
	strcpy(st.name, says->name == NULL ? "" : says->name);
	statement_begin(&text, &st);
	village_put_maps(says, &text);
	CHECK(statement_sign(buf_bytes(&text), key, &note) == STATUS_OK);
	memcpy(row.key, secret_key_public(key)->bytes, sizeof(row.key));
	row.note = buf_bytes(&note);
	SHELF_OK(statements_put(s->c, &row, &s->err));
	buf_release(&text);
	buf_release(&note);
	secret_key_free(key);
}

#endif
