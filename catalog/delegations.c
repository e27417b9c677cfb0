#include "catalog/delegations.h"

#include <string.h>

#include "catalog/sql.h"

static const char number_key[] = "delegation.number";

enum status delegations_number(struct catalog *c, int64_t *number,
			       struct err *err)
{
	enum status status;

	*number = 0;
	status = catalog_get_int(c, number_key, number, err);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status changed(struct catalog *c, struct err *err)
{
	int64_t number;
	enum status status = delegations_number(c, &number, err);

	return status == STATUS_OK ?
		       catalog_set_int(c, number_key, number + 1, err) :
		       status;
}

struct standing_now {
	bool there;
	bool has_end;
	uint64_t size;
	uint64_t others; /* origins of the same log */
};

static enum status look(struct catalog *c, int64_t log, const char *origin,
			struct standing_now *now, struct err *err)
{
	static const char find[] = "SELECT size FROM delegation"
				   " WHERE log = ? AND origin = ?";
	static const char count[] =
		"SELECT count(*) FROM delegation WHERE log = ?";
	enum status status;
	struct sql q;

	memset(now, 0, sizeof(*now));
	sql_start(&q, c, find);
	sql_put_int(&q, log);
	sql_put_text(&q, origin);
	if (sql_next(&q)) {
		now->there = true;
		now->has_end = !sql_is_null(&q, 0);
		now->size = now->has_end ? (uint64_t)sql_int(&q, 0) : 0;
	}
	status = sql_finish(&q, err);
	if (status != STATUS_OK || now->there)
		return status;
	sql_start(&q, c, count);
	sql_put_int(&q, log);
	if (sql_next(&q))
		now->others = (uint64_t)sql_int(&q, 0);
	return sql_finish(&q, err);
}

enum status delegations_put(struct catalog *c, int64_t log, uint64_t n,
			    const struct publisher *publisher,
			    struct err *err)
{
	static const char put[] =
		"INSERT OR REPLACE INTO delegation"
		" (log, origin, entry, publisher, ended)"
		" VALUES (?, ?, ?, ?, 0)";
	struct standing_now now;
	struct buf words = BUF_INIT;
	enum status status = look(c, log, publisher->origin, &now, err);
	struct sql q;

	if (status != STATUS_OK)
		return status;
	if (now.has_end)
		return err_set(err, STATUS_OLD, "'%s' has ended for good",
			       publisher->origin);
	if (now.others >= AUTHORITY_CHILDREN_MAX)
		return err_set(err, STATUS_NO_ROOM,
			       "more than %d delegations",
			       AUTHORITY_CHILDREN_MAX);
	publisher_write(publisher, &words);
	if (buf_status(&words) != STATUS_OK)
		return err_set(err, STATUS_NO_MEMORY, "keep a delegation");
	sql_start(&q, c, put);
	sql_put_int(&q, log);
	sql_put_text(&q, publisher->origin);
	sql_put_int(&q, (int64_t)n);
	sql_put_text(&q, buf_string(&words));
	status = sql_run(&q, err);
	buf_release(&words);
	return status == STATUS_OK ? changed(c, err) : status;
}

enum status delegations_end(struct catalog *c, int64_t log, const char *origin,
			    const struct cutoff *end, struct err *err)
{
	static const char update[] =
		"UPDATE delegation SET ended = 1, size = ?, root = ?,"
		" successor = ? WHERE log = ? AND origin = ?";
	struct standing_now now;
	enum status status = look(c, log, origin, &now, err);
	struct sql q;

	if (status != STATUS_OK)
		return status;
	if (!now.there)
		return STATUS_NOT_FOUND;
	if (now.has_end && (end == NULL || end->size >= now.size))
		return err_set(err, STATUS_OLD, "'%s' has ended at %llu",
			       origin, (unsigned long long)now.size);
	sql_start(&q, c, update);
	if (end == NULL) {
		sql_put_null(&q);
		sql_put_null(&q);
		sql_put_null(&q);
	} else {
		sql_put_int(&q, (int64_t)end->size);
		sql_put_blob(&q, (struct bytes){ end->root, SHA256_SIZE });
		sql_put_text(&q, end->successor);
	}
	sql_put_int(&q, log);
	sql_put_text(&q, origin);
	status = sql_run(&q, err);
	return status == STATUS_OK ? changed(c, err) : status;
}

enum status delegations_forget(struct catalog *c, struct err *err)
{
	enum status status = sql_script(c, "DELETE FROM delegation", err);

	return status == STATUS_OK ? changed(c, err) : status;
}

/* Read one row; one that does not read counts for nothing. */
static bool read_row(struct sql *q, struct delegation *out)
{
	struct bytes root;

	memset(out, 0, sizeof(*out));
	if (publisher_read(bytes_of(sql_text(q, 1)), &out->publisher) !=
	    STATUS_OK)
		return false;
	out->entry = (uint64_t)sql_int(q, 0);
	out->ended = sql_int(q, 2) != 0;
	out->has_end = !sql_is_null(q, 3);
	if (!out->has_end)
		return true;
	root = sql_blob(q, 4);
	if (root.size != SHA256_SIZE ||
	    bytes_to_string(bytes_of(sql_text(q, 5)), out->end.successor,
			    sizeof(out->end.successor)) != STATUS_OK)
		return false;
	strcpy(out->end.origin, out->publisher.origin);
	out->end.size = (uint64_t)sql_int(q, 3);
	memcpy(out->end.root, root.data, SHA256_SIZE);
	return true;
}

static enum status children(void *owner, const char *parent,
			    authority_child_cb each, void *context,
			    struct err *err)
{
	static const char list[] =
		"SELECT d.entry, d.publisher, d.ended, d.size, d.root,"
		" d.successor FROM delegation d JOIN logs l ON l.id = d.log"
		" WHERE l.origin = ? ORDER BY d.origin";
	struct err ignored = ERR_INIT;
	enum status status = STATUS_OK;
	struct delegation row;
	struct sql q;

	sql_start(&q, owner, list);
	sql_put_text(&q, parent);
	while (status == STATUS_OK && sql_next(&q))
		if (read_row(&q, &row))
			status = each(context, &row, err);
	/* What the callback failed with is the story. */
	if (status != STATUS_OK) {
		(void)sql_finish(&q, &ignored);
		return status;
	}
	return sql_finish(&q, err);
}

enum status delegations_authority(struct catalog *c, const struct trust *trust,
				  struct authority *a, struct err *err)
{
	const struct authority_source source = { .owner = c,
						 .children = children };

	return authority_build(a, trust, &source, err);
}
