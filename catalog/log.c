#include "catalog/log.h"

#include <string.h>

#include "catalog/log_rows.h"
#include "catalog/sql.h"
#include "proto/encoding.h"
#include "signing/checkpoint.h"

#define INFO_COLUMNS                                                        \
	"id, origin, hash, size, root, own, forked, seen, heard_s, indexed, " \
	"kind, acked"

/* Read the present row, which was selected with INFO_COLUMNS. */
static enum status read_info(struct sql *q, struct log_info *info)
{
	struct log_info found = { .id = sql_int(q, 0) };
	const char *origin = sql_text(q, 1);
	struct bytes hash = sql_blob(q, 2), root = sql_blob(q, 4);

	if (strlen(origin) > ORIGIN_MAX || hash.size != SHA256_SIZE ||
	    root.size != SHA256_SIZE)
		return STATUS_DAMAGED;
	memcpy(found.origin, origin, strlen(origin) + 1);
	hex_encode(hash, found.hash);
	found.size = (uint64_t)sql_int(q, 3);
	memcpy(found.root, root.data, SHA256_SIZE);
	found.own = sql_int(q, 5) != 0;
	found.forked = sql_int(q, 6) != 0;
	found.seen = (uint64_t)sql_int(q, 7);
	found.heard_s = (uint64_t)sql_int(q, 8);
	found.indexed = (uint64_t)sql_int(q, 9);
	found.kind = sql_int(q, 10) == LOG_RECORDS ? LOG_RECORDS : LOG_LESSONS;
	found.acked = (uint64_t)sql_int(q, 11);
	*info = found;
	return STATUS_OK;
}

/* Step once, read, finish. */
static enum status read_one(struct sql *q, struct log_info *info,
			    struct err *err)
{
	struct log_info found;
	enum status status, read = STATUS_NOT_FOUND;

	if (sql_next(q))
		read = read_info(q, &found);
	status = sql_finish(q, err);
	if (status != STATUS_OK)
		return status;
	if (read == STATUS_DAMAGED)
		return err_set(err, read, "the row of a log does not read");
	if (read == STATUS_OK)
		*info = found;
	return read;
}

enum status log_get(struct catalog *c, int64_t id, struct log_info *info,
		    struct err *err)
{
	static const char find[] =
		"SELECT " INFO_COLUMNS " FROM logs WHERE id = ?";
	struct sql q;

	sql_start(&q, c, find);
	sql_put_int(&q, id);
	return read_one(&q, info, err);
}

enum status log_find(struct catalog *c, const char *origin,
		     struct log_info *info, struct err *err)
{
	static const char find[] =
		"SELECT " INFO_COLUMNS " FROM logs WHERE origin = ?";
	struct sql q;

	sql_start(&q, c, find);
	sql_put_text(&q, origin);
	return read_one(&q, info, err);
}

enum status log_find_hash(struct catalog *c, const char *hash,
			  struct log_info *info, struct err *err)
{
	static const char find[] =
		"SELECT " INFO_COLUMNS " FROM logs WHERE hash = ?";
	uint8_t wanted[SHA256_SIZE];
	struct sql q;

	if (hex_decode(bytes_of(hash), wanted, sizeof(wanted)) != STATUS_OK)
		return STATUS_NOT_FOUND;
	sql_start(&q, c, find);
	sql_put_blob(&q, (struct bytes){ wanted, sizeof(wanted) });
	return read_one(&q, info, err);
}

static enum status each_of(struct catalog *c, enum log_kind kind,
			   log_each_cb each, void *owner, struct err *err)
{
	static const char next[] =
		"SELECT " INFO_COLUMNS " FROM logs WHERE origin > ?"
		" AND kind = ? ORDER BY origin LIMIT 1";
	struct log_info info = { .id = 0 };
	enum status status;

	/* One at a time, so that the callback may use the catalog. */
	for (;;) {
		struct sql q;
		char after[ORIGIN_MAX + 1];

		memcpy(after, info.origin, sizeof(after));
		sql_start(&q, c, next);
		sql_put_text(&q, after);
		sql_put_int(&q, kind);
		status = read_one(&q, &info, err);
		if (status == STATUS_NOT_FOUND)
			return STATUS_OK;
		if (status == STATUS_OK)
			status = each(owner, &info, err);
		if (status != STATUS_OK)
			return status;
	}
}

enum status log_each(struct catalog *c, log_each_cb each, void *owner,
		     struct err *err)
{
	return each_of(c, LOG_LESSONS, each, owner, err);
}

enum status log_each_records(struct catalog *c, log_each_cb each, void *owner,
			     struct err *err)
{
	return each_of(c, LOG_RECORDS, each, owner, err);
}

/* Begin to follow, or turn `own` on; a log keeps the kind it began with. */
static enum status follow(struct catalog *c, enum log_kind kind,
			  const char *origin, bool own, int64_t *id,
			  struct err *err)
{
	static const char add[] =
		"INSERT INTO logs (origin, hash, own, root, kind)"
		" VALUES (?, ?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE SET"
		" own = max(own, excluded.own)"
		" WHERE own < excluded.own AND kind = excluded.kind";
	uint8_t hash[SHA256_SIZE];
	struct log_info info;
	struct sql q;
	enum status status;

	if (origin_check(origin) != STATUS_OK)
		return err_set(err, STATUS_MALFORMED, "'%s' is no origin",
			       origin);
	sha256(origin, strlen(origin), hash);
	sql_start(&q, c, add);
	sql_put_text(&q, origin);
	sql_put_blob(&q, (struct bytes){ hash, sizeof(hash) });
	sql_put_int(&q, own);
	sql_put_blob(&q, (struct bytes){ checkpoint_empty_root, SHA256_SIZE });
	sql_put_int(&q, kind);
	status = sql_run(&q, err);
	if (status == STATUS_OK)
		status = log_find(c, origin, &info, err);
	if (status != STATUS_OK)
		return err_wrap(err, "follow %s", origin);
	if (info.kind != kind)
		return err_set(err, STATUS_EXISTS, "'%s' is a log of %s",
			       origin,
			       info.kind == LOG_RECORDS ? "records" :
							  "lessons");
	*id = info.id;
	return STATUS_OK;
}

enum status log_follow(struct catalog *c, const char *origin, bool own,
		       int64_t *id, struct err *err)
{
	return follow(c, LOG_LESSONS, origin, own, id, err);
}

enum status log_follow_records(struct catalog *c, const char *origin, bool own,
			       int64_t *id, struct err *err)
{
	return follow(c, LOG_RECORDS, origin, own, id, err);
}

enum status log_read_note(struct catalog *c, int64_t id, struct buf *out,
			  struct err *err)
{
	return log_rows_note(c,
			     "SELECT note FROM logs WHERE id = ?"
			     " AND note IS NOT NULL",
			     id, out, err);
}

enum status log_add_signatures(struct catalog *c, int64_t id,
			       struct bytes note, struct err *err)
{
	static const char put[] = "UPDATE logs SET note = ? WHERE id = ?";
	struct buf stored = BUF_INIT, merged = BUF_INIT;
	struct note ours, theirs;
	struct sql q;
	enum status status = log_read_note(c, id, &stored, err);

	if (status == STATUS_NOT_FOUND)
		status = err_set(err, status, "the log has no checkpoint yet");
	if (status != STATUS_OK)
		goto release;
	status = note_parse(buf_bytes(&stored), CHECKPOINT_NOTE_MAX, &ours);
	if (status == STATUS_OK)
		status = note_parse(note, CHECKPOINT_NOTE_MAX, &theirs);
	if (status == STATUS_OK)
		status = note_merge(&ours, &theirs, &merged);
	if (status == STATUS_OK && merged.size > CHECKPOINT_NOTE_MAX)
		status = STATUS_NO_ROOM;
	if (status != STATUS_OK) {
		(void)err_set(err, status, "add signatures to a checkpoint: %s",
			      status_text(status));
		goto release;
	}
	if (!bytes_equal(buf_bytes(&merged), buf_bytes(&stored))) {
		sql_start(&q, c, put);
		sql_put_blob(&q, buf_bytes(&merged));
		sql_put_int(&q, id);
		status = sql_run(&q, err);
	}
release:
	buf_release(&merged);
	buf_release(&stored);
	return status;
}

enum status log_replace_note(struct catalog *c, int64_t id, struct bytes note,
			     struct err *err)
{
	static const char put[] = "UPDATE logs SET note = ? WHERE id = ?";
	struct buf stored = BUF_INIT;
	struct note ours, theirs;
	struct sql q;
	enum status status = log_read_note(c, id, &stored, err);

	if (status == STATUS_NOT_FOUND)
		status = err_set(err, STATUS_MALFORMED,
				 "the log has no checkpoint");
	if (status == STATUS_OK &&
	    (note_parse(buf_bytes(&stored), CHECKPOINT_NOTE_MAX, &ours) !=
		     STATUS_OK ||
	     note_parse(note, CHECKPOINT_NOTE_MAX, &theirs) != STATUS_OK ||
	     !bytes_equal(ours.text, theirs.text)))
		status = err_set(err, STATUS_MALFORMED,
				 "the log has another checkpoint");
	if (status == STATUS_OK) {
		sql_start(&q, c, put);
		sql_put_blob(&q, note);
		sql_put_int(&q, id);
		status = sql_run(&q, err);
	}
	buf_release(&stored);
	return status;
}

/* In the caller's transaction, or in one of its own. */
static enum status set_one(struct catalog *c, const char *text, uint64_t value,
			   int64_t id, struct err *err)
{
	bool inside = catalog_in_transaction(c);
	struct sql q;
	enum status status = STATUS_OK;

	if (!inside)
		status = catalog_begin(c, CATALOG_DERIVED, err);
	if (status != STATUS_OK)
		return status;
	sql_start(&q, c, text);
	sql_put_int(&q, (int64_t)value);
	sql_put_int(&q, id);
	status = sql_run(&q, err);
	if (inside)
		return status;
	if (status == STATUS_OK)
		return catalog_commit(c, err);
	catalog_rollback(c);
	return status;
}

enum status log_set_heard(struct catalog *c, int64_t id, uint64_t heard_s,
			  struct err *err)
{
	static const char put[] =
		"UPDATE logs SET heard_s = max(heard_s, ?) WHERE id = ?";

	return set_one(c, put, heard_s, id, err);
}

enum status log_set_indexed(struct catalog *c, int64_t id, uint64_t indexed,
			    struct err *err)
{
	static const char put[] = "UPDATE logs SET indexed = ? WHERE id = ?";

	return set_one(c, put, indexed, id, err);
}
