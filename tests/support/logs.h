/* Small worlds of logs for tests: a database in a folder of its own, a key, a
 * publisher that appends numbered entries, and a source that an intake may be
 * fed from, honest or not. */
#ifndef TESTS_SUPPORT_LOGS_H
#define TESTS_SUPPORT_LOGS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "catalog/intake.h"
#include "catalog/log.h"
#include "proto/bundle.h"
#include "signing/checkpoint.h"
#include "tests/support/check.h"

#define TEST_ORIGIN "zixing.example/431081/lessons"

/* --- a database --- */

struct place {
	char dir[64];
	char path[80];
};

/* A new database folder below `parent`. */
MAYBE_UNUSED static void place_make_in(struct place *p, const char *parent)
{
	CHECK(strlen(parent) < sizeof(p->dir) - 20);
	(void)snprintf(p->dir, sizeof(p->dir), "%.40s/test_logs.XXXXXX",
		       parent);
	CHECK(mkdtemp(p->dir) != NULL);
	(void)snprintf(p->path, sizeof(p->path), "%s/node.db", p->dir);
}

/* In memory where there is such a place: what tests prove does not hang on the
 * speed of a disk. What is measured does: use place_make_in() there. */
MAYBE_UNUSED static void place_make(struct place *p)
{
	place_make_in(p, access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
}

MAYBE_UNUSED static void place_remove(const struct place *p)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-journal" };
	char name[96];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		(void)snprintf(name, sizeof(name), "%s%s", p->path, ends[i]);
		(void)unlink(name);
	}
	CHECK(rmdir(p->dir) == 0);
}

/* --- a publisher --- */

MAYBE_UNUSED static struct secret_key *test_key(uint8_t seed_byte)
{
	uint8_t seed[KEY_SEED_SIZE];
	struct secret_key *key;

	CHECK(signing_init() == STATUS_OK);
	memset(seed, seed_byte, sizeof(seed));
	CHECK(secret_key_from_seed(&key, TEST_ORIGIN, KEY_ED25519, seed) ==
	      STATUS_OK);
	return key;
}

/* Entry `i` of the history `salt`. */
MAYBE_UNUSED static size_t test_entry(uint64_t i, char salt, char out[64])
{
	return (size_t)snprintf(out, 64,
				"{\"type\":\"test\",\"n\":%llu,\"salt\":\"%c\"}",
				(unsigned long long)i, salt);
}

/* Grow our own log to `size` entries of the history `salt`. */
MAYBE_UNUSED static void grow(struct catalog *c, int64_t id,
			      const struct secret_key *key, char salt,
			      uint64_t size)
{
	struct log_info info;
	struct err err = ERR_INIT;
	struct bytes *entries;
	char (*texts)[64];
	size_t count;

	CHECK(log_get(c, id, &info, &err) == STATUS_OK);
	CHECK(size >= info.size);
	count = (size_t)(size - info.size);
	entries = calloc(count + 1, sizeof(*entries));
	texts = calloc(count + 1, sizeof(*texts));
	CHECK(entries != NULL && texts != NULL);
	for (size_t i = 0; i < count; i++)
		entries[i] = (struct bytes){
			(uint8_t *)texts[i],
			test_entry(info.size + i, salt, texts[i])
		};
	CHECK(log_append(c, id, entries, count, key, &err) == STATUS_OK);
	free(entries);
	free(texts);
}

/* --- a source --- */

struct source {
	struct catalog *catalog;
	int64_t log;
	bool zstd;	  /* full bundles come compressed */
	bool ranges;	  /* answers from want->from on */
	bool no_partials; /* has no partial one where there is a full one */
	/* Change the body before it is supplied; may be NULL. */
	void (*tamper)(const struct intake_want *want, struct buf *body,
		       void *owner);
	void *owner;
	/* counted */
	unsigned asked;
	uint64_t bytes;
};

/* The body for a want; STATUS_NOT_FOUND when there is none. */
MAYBE_UNUSED static enum status source_get(struct source *s,
					   const struct intake_want *want,
					   struct buf *body, uint64_t *from,
					   bool *zstd)
{
	const struct tile_path *p = &want->path;
	struct err err = ERR_INIT;
	struct log_info info;
	enum status status;

	s->asked++;
	*zstd = false;
	*from = 0;
	buf_clear(body);
	CHECK(log_get(s->catalog, s->log, &info, &err) == STATUS_OK);
	if (s->no_partials && p->width < TILE_WIDTH &&
	    tile_width_at(p->level, p->n, info.size) == TILE_WIDTH)
		return STATUS_NOT_FOUND;
	if (p->kind == TILE_ENTRIES)
		status = log_read_bundle(s->catalog, s->log, p->n, p->width,
					 s->zstd, body, zstd, &err);
	else
		status = log_read_tile(s->catalog, s->log, p->level, p->n,
				       p->width, body, &err);
	if (status == STATUS_NOT_FOUND)
		return status;
	CHECK(status == STATUS_OK);
	if (s->ranges && !*zstd && want->from > 0) {
		CHECK(body->size >= want->from);
		*from = want->from;
		body->size -= (size_t)*from;
		memmove(body->data, body->data + *from, body->size);
	}
	s->bytes += body->size;
	if (s->tamper != NULL)
		s->tamper(want, body, s->owner);
	return STATUS_OK;
}

/* Feed an intake until it is done, fails, or has been given `most` bodies. */
MAYBE_UNUSED static enum status feed(struct intake *in, struct source *s,
				     unsigned most, struct err *err)
{
	struct buf body = BUF_INIT;
	struct intake_want want;
	enum status status = STATUS_OK;
	uint64_t from;
	bool zstd;

	while (status == STATUS_OK && !intake_done(in) && most-- > 0) {
		status = intake_next(in, &want, err);
		if (status != STATUS_OK)
			break;
		status = source_get(s, &want, &body, &from, &zstd);
		if (status == STATUS_NOT_FOUND)
			status = intake_missing(in, &want);
		else
			status = intake_supply(in, &want, buf_bytes(&body),
					       from, zstd, err);
	}
	buf_release(&body);
	return status;
}

/* Take in what the source has: open, feed, commit. */
MAYBE_UNUSED static enum status take_in(struct catalog *c, int64_t log,
					struct source *s,
					const struct intake_options *options,
					struct err *err)
{
	struct buf note = BUF_INIT;
	struct intake *in = NULL;
	enum status status;

	CHECK(log_read_note(s->catalog, s->log, &note, err) == STATUS_OK);
	status = intake_open(&in, c, log, buf_bytes(&note), options, err);
	if (status == STATUS_OK)
		status = feed(in, s, UINT32_MAX, err);
	if (status == STATUS_OK)
		status = intake_commit(in, err);
	intake_free(in);
	buf_release(&note);
	return status;
}

/* Do two logs hold the same entries under the same root? */
struct sum {
	struct sha256 hash;
	uint64_t next;
};

MAYBE_UNUSED static enum status add_entry(void *owner, uint64_t index,
					  struct bytes entry, struct err *err)
{
	struct sum *sum = owner;

	(void)err;
	CHECK(index == sum->next++);
	sha256_update(&sum->hash, entry.data, entry.size);
	return STATUS_OK;
}

MAYBE_UNUSED static bool logs_equal(struct catalog *a, int64_t log_a,
				    struct catalog *b, int64_t log_b)
{
	struct log_info info_a, info_b;
	struct sum sum_a = { .next = 0 }, sum_b = { .next = 0 };
	uint8_t hash_a[SHA256_SIZE], hash_b[SHA256_SIZE];
	struct err err = ERR_INIT;

	CHECK(log_get(a, log_a, &info_a, &err) == STATUS_OK);
	CHECK(log_get(b, log_b, &info_b, &err) == STATUS_OK);
	sha256_init(&sum_a.hash);
	sha256_init(&sum_b.hash);
	CHECK(log_read_entries(a, log_a, 0, UINT64_MAX, add_entry, &sum_a,
			       &err) == STATUS_OK);
	CHECK(log_read_entries(b, log_b, 0, UINT64_MAX, add_entry, &sum_b,
			       &err) == STATUS_OK);
	CHECK(sum_a.next == info_a.size && sum_b.next == info_b.size);
	sha256_final(&sum_a.hash, hash_a);
	sha256_final(&sum_b.hash, hash_b);
	return info_a.size == info_b.size &&
	       memcmp(info_a.root, info_b.root, SHA256_SIZE) == 0 &&
	       memcmp(hash_a, hash_b, SHA256_SIZE) == 0;
}

#endif
