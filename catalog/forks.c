#include "catalog/forks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/forkroom.h"
#include "catalog/log_rows.h"
#include "catalog/sql.h"
#include "proto/bundle.h"
#include "proto/encoding.h"
#include "proto/text.h"

/* --- what is kept --- */

/* What speaks against one more. */
struct present {
	uint64_t all;
	uint64_t of_log;
	bool there;
};

static enum status look(struct catalog *c, const uint8_t *id,
			const char *origin, struct present *out,
			struct err *err)
{
	static const char count[] =
		"SELECT count(*), ifnull(sum(origin = ?1), 0),"
		" ifnull(sum(id = ?2), 0) FROM fork";
	struct sql q;

	memset(out, 0, sizeof(*out));
	sql_start(&q, c, count);
	sql_put_text(&q, origin);
	sql_put_blob(&q, (struct bytes){ id, SHA256_SIZE });
	if (sql_next(&q)) {
		out->all = (uint64_t)sql_int(&q, 0);
		out->of_log = (uint64_t)sql_int(&q, 1);
		out->there = sql_int(&q, 2) > 0;
	}
	return sql_finish(&q, err);
}

static enum status list_lines(struct catalog *c,
			      const struct authority *authority,
			      struct forkroom_proof *list, size_t *count,
			      struct err *err)
{
	static const char all[] = "SELECT id, origin FROM fork ORDER BY id";
	struct sql q;

	*count = 0;
	sql_start(&q, c, all);
	while (*count < FORKS_MAX && sql_next(&q)) {
		struct bytes id = sql_blob(&q, 0);

		if (id.size != SHA256_SIZE)
			continue;
		memcpy(list[*count].id, id.data, id.size);
		forkroom_line(authority, sql_text(&q, 1), &list[*count]);
		++*count;
	}
	return sql_finish(&q, err);
}

/* Have one give way to a proof of `origin`. STATUS_NO_ROOM (err untouched). */
static enum status make_room(struct catalog *c,
			     const struct authority *authority,
			     const char *origin, struct err *err)
{
	static const char drop[] = "DELETE FROM fork WHERE id = ?";
	struct forkroom_proof *list = calloc(FORKS_MAX, sizeof(*list));
	struct forkroom_proof newcomer;
	size_t count, at = FORKROOM_NONE;
	enum status status;
	struct sql q;

	if (list == NULL)
		return err_set(err, STATUS_NO_MEMORY, "proof of a fork");
	status = list_lines(c, authority, list, &count, err);
	if (status == STATUS_OK) {
		forkroom_line(authority, origin, &newcomer);
		at = forkroom_choose(list, count, &newcomer);
		if (at == FORKROOM_NONE)
			status = STATUS_NO_ROOM;
	}
	if (status == STATUS_OK) {
		sql_start(&q, c, drop);
		sql_put_blob(&q, (struct bytes){ list[at].id, SHA256_SIZE });
		status = sql_run(&q, err);
	}
	free(list);
	return status;
}

static enum status room_for(struct catalog *c,
			    const struct authority *authority,
			    const char *origin, const uint8_t *id,
			    struct err *err)
{
	struct present present;
	enum status status = look(c, id, origin, &present, err);

	if (status != STATUS_OK)
		return status;
	if (present.there)
		return STATUS_EXISTS;
	if (present.of_log >= FORKS_PER_LOG)
		return STATUS_NO_ROOM;
	if (present.all < FORKS_MAX)
		return STATUS_OK;
	return authority == NULL ? STATUS_NO_ROOM :
				   make_room(c, authority, origin, err);
}

static enum status put(struct catalog *c, const struct fork *fork,
		       const uint8_t *id, uint64_t found_s, const char *source,
		       const uint64_t *agree, struct err *err)
{
	static const char insert[] =
		"INSERT INTO fork (id, origin, found_s, source, differ, agree,"
		" proof) VALUES (?, ?, ?, ?, ?, ?, ?)";
	struct buf text = BUF_INIT;
	char from[FORKS_SOURCE_MAX + 1];
	enum status status;
	struct sql q;

	(void)snprintf(from, sizeof(from), "%.*s",
		       (int)text_cut(source, FORKS_SOURCE_MAX), source);
	if (fork_format(fork, &text) != STATUS_OK) {
		buf_release(&text);
		return err_set(err, STATUS_NO_MEMORY, "proof of a fork");
	}
	sql_start(&q, c, insert);
	sql_put_blob(&q, (struct bytes){ id, SHA256_SIZE });
	sql_put_text(&q, fork->origin);
	sql_put_int(&q, (int64_t)found_s);
	sql_put_text(&q, from);
	sql_put_int(&q, (int64_t)fork->small.size);
	if (agree == NULL)
		sql_put_null(&q);
	else
		sql_put_int(&q, (int64_t)*agree);
	sql_put_blob(&q, buf_bytes(&text));
	status = sql_run(&q, err);
	buf_release(&text);
	return status;
}

enum status forks_put(struct catalog *c, const struct authority *authority,
		      const struct fork *fork, uint64_t found_s,
		      const char *source, const uint64_t *agree,
		      struct err *err)
{
	uint8_t id[SHA256_SIZE];
	bool alone = !catalog_in_transaction(c);
	enum status status = STATUS_OK;

	fork_id(fork, id);
	if (alone)
		status = catalog_begin(c, CATALOG_DURABLE, err);
	if (status != STATUS_OK)
		return status;
	status = room_for(c, authority, fork->origin, id, err);
	if (status == STATUS_OK)
		status = put(c, fork, id, found_s, source, agree, err);
	if (alone && status == STATUS_OK)
		status = catalog_commit(c, err);
	else if (alone)
		catalog_rollback(c);
	return status;
}

enum status forks_read(struct catalog *c, const uint8_t id[static SHA256_SIZE],
		       struct buf *out, struct err *err)
{
	static const char find[] = "SELECT proof FROM fork WHERE id = ?";
	enum status status;
	struct sql q;
	bool there;

	sql_start(&q, c, find);
	sql_put_blob(&q, (struct bytes){ id, SHA256_SIZE });
	there = sql_next(&q);
	if (there)
		buf_put_bytes(out, sql_blob(&q, 0));
	status = sql_finish(&q, err);
	if (status == STATUS_OK && buf_status(out) != STATUS_OK)
		return err_set(err, STATUS_NO_MEMORY, "proof of a fork");
	return status == STATUS_OK && !there ? STATUS_NOT_FOUND : status;
}

enum status forks_each(struct catalog *c, forks_each_cb each, void *owner,
		       struct err *err)
{
	static const char list[] =
		"SELECT id, origin, found_s, source, proof FROM fork"
		" ORDER BY id";
	struct err ignored = ERR_INIT;
	enum status status = STATUS_OK;
	struct fork_row row;
	struct bytes id;
	struct sql q;

	sql_start(&q, c, list);
	while (status == STATUS_OK && sql_next(&q)) {
		id = sql_blob(&q, 0);
		if (id.size != SHA256_SIZE)
			continue;
		memcpy(row.id, id.data, SHA256_SIZE);
		row.origin = sql_text(&q, 1);
		row.found_s = (uint64_t)sql_int(&q, 2);
		row.source = sql_text(&q, 3);
		row.text = sql_blob(&q, 4);
		status = each(owner, &row, err);
	}
	if (status != STATUS_OK) {
		(void)sql_finish(&q, &ignored);
		return status;
	}
	return sql_finish(&q, err);
}

enum status forks_names(struct catalog *c, struct buf *out, struct err *err)
{
	static const char list[] = "SELECT id FROM fork ORDER BY id";
	enum status status;
	struct sql q;

	sql_start(&q, c, list);
	while (sql_next(&q))
		buf_put_bytes(out, sql_blob(&q, 0));
	status = sql_finish(&q, err);
	if (status == STATUS_OK && buf_status(out) != STATUS_OK)
		status = err_set(err, STATUS_NO_MEMORY, "proofs of forks");
	return status;
}

enum status forks_digest(struct catalog *c,
			 char out[static FORKS_DIGEST_SIZE + 1],
			 struct err *err)
{
	struct buf names = BUF_INIT;
	uint8_t hash[SHA256_SIZE];
	enum status status = forks_names(c, &names, err);

	if (status == STATUS_OK) {
		sha256(names.data, names.size, hash);
		out[0] = 0;
		if (names.size > 0)
			hex_encode((struct bytes){ hash, 8 }, out);
	}
	buf_release(&names);
	return status;
}

enum status forks_span(struct catalog *c, const char *origin,
		       struct forks_span *span, struct err *err)
{
	static const char find[] =
		"SELECT min(differ), min(agree) FROM fork WHERE origin = ?";
	struct forks_span found = { 0 };
	bool there = false;
	enum status status;
	struct sql q;

	sql_start(&q, c, find);
	sql_put_text(&q, origin);
	if (sql_next(&q) && !sql_is_null(&q, 0)) {
		there = true;
		found.differ = (uint64_t)sql_int(&q, 0);
		found.agree_known = !sql_is_null(&q, 1);
		found.agree = (uint64_t)sql_int(&q, 1);
	}
	status = sql_finish(&q, err);
	if (status != STATUS_OK)
		return status;
	if (!there)
		return STATUS_NOT_FOUND;
	/* Another proof may show that they part before. */
	if (found.agree_known && found.agree >= found.differ)
		found.agree_known = false;
	*span = found;
	return STATUS_OK;
}

/* --- proofs about what a log holds --- */

/* The leaves of one bundle at a time, which proofs ask for in a row. */
struct stored_tree {
	struct catalog *catalog;
	int64_t log;
	uint64_t size;
	uint64_t bundle; /* whose leaves are in `leaves`, if there are any */
	struct buf leaves;
	struct err *err;
};

static enum status load_leaves(struct stored_tree *t, uint64_t bundle)
{
	enum status status;

	if (t->leaves.size > 0 && t->bundle == bundle)
		return STATUS_OK;
	buf_clear(&t->leaves);
	status = log_read_tile(t->catalog, t->log, 0, bundle,
			       tile_width_at(0, bundle, t->size), &t->leaves,
			       t->err);
	t->bundle = bundle;
	return status;
}

static enum status stored_hash(void *owner, unsigned level, uint64_t n,
			       uint8_t out[static SHA256_SIZE])
{
	struct stored_tree *t = owner;
	struct buf hash = BUF_INIT;
	enum status status;

	if (level == 0) {
		status = load_leaves(t, n / BUNDLE_ENTRIES);
		if (status == STATUS_OK)
			memcpy(out,
			       t->leaves.data +
				       n % BUNDLE_ENTRIES * SHA256_SIZE,
			       SHA256_SIZE);
		return status;
	}
	status = log_rows_subtrees(t->catalog, t->log, level, n, 1, &hash,
				   t->err);
	if (status == STATUS_OK)
		memcpy(out, hash.data, SHA256_SIZE);
	buf_release(&hash);
	return status == STATUS_NOT_FOUND ?
		       log_rows_damaged("subtree", t->log, n, t->err) :
		       status;
}

enum status forks_prove(struct catalog *c, const struct log_info *log,
			struct fork *fork, struct err *err)
{
	struct stored_tree stored = { .catalog = c,
				      .log = log->id,
				      .size = log->size,
				      .err = err };
	const struct merkle_tree tree = { .owner = &stored,
					  .size = log->size,
					  .hash = stored_hash };
	enum status status;

	if (fork->small.size == fork->large.size)
		return STATUS_OK;
	if (fork->large.size != log->size ||
	    memcmp(fork->large.root, log->root, SHA256_SIZE) != 0)
		return STATUS_NOT_FOUND;
	status = merkle_prove_consistency(&tree, fork->small.size, fork->root,
					  fork->hashes, &fork->count);
	fork->has_proof = status == STATUS_OK;
	buf_release(&stored.leaves);
	return status;
}
