#include "catalog/delegations.h"

#include <string.h>

#include "catalog/log.h"
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

/* --- what is said --- */

enum status delegations_said(struct catalog *c, int64_t log,
			     enum entry_type type, unsigned *count,
			     struct err *err)
{
	static const char ask[] = "SELECT count(*) FROM said WHERE log = ?"
				  " AND (publisher IS NULL) = ?";
	struct sql q;

	*count = 0;
	sql_start(&q, c, ask);
	sql_put_int(&q, log);
	sql_put_int(&q, type == ENTRY_UNDELEGATE);
	if (sql_next(&q))
		*count = (unsigned)sql_int(&q, 0);
	return sql_finish(&q, err);
}

static void put_end(struct sql *q, const struct cutoff *end)
{
	if (end == NULL) {
		sql_put_null(q);
		sql_put_null(q);
		sql_put_null(q);
		return;
	}
	sql_put_int(q, (int64_t)end->size);
	sql_put_blob(q, (struct bytes){ end->root, SHA256_SIZE });
	sql_put_text(q, end->successor);
}

static enum status put(struct catalog *c, int64_t log, uint64_t n,
		       size_t bytes, const struct entry *entry,
		       const char *words, struct err *err)
{
	static const char insert[] =
		"INSERT INTO said (log, entry, bytes, origin, publisher, size,"
		" root, successor) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
	const struct entry_undelegate *u = &entry->undelegate;
	enum status status;
	struct sql q;

	sql_start(&q, c, insert);
	sql_put_int(&q, log);
	sql_put_int(&q, (int64_t)n);
	sql_put_int(&q, (int64_t)bytes);
	sql_put_text(&q, words != NULL ? entry->delegate.publisher.origin :
					 u->end.origin);
	sql_put_text(&q, words);
	put_end(&q, words == NULL && u->has_end ? &u->end : NULL);
	status = sql_run(&q, err);
	return status == STATUS_OK ? changed(c, err) : status;
}

static enum status is_there(struct catalog *c, int64_t log, uint64_t n,
			    bool *there, struct err *err)
{
	static const char find[] =
		"SELECT 1 FROM said WHERE log = ? AND entry = ?";
	struct sql q;

	sql_start(&q, c, find);
	sql_put_int(&q, log);
	sql_put_int(&q, (int64_t)n);
	*there = sql_next(&q);
	return sql_finish(&q, err);
}

enum status delegations_say(struct catalog *c, int64_t log, uint64_t n,
			    size_t bytes, const struct entry *entry,
			    struct err *err)
{
	struct buf words = BUF_INIT;
	bool there;
	unsigned count;
	enum status status = is_there(c, log, n, &there, err);

	if (status != STATUS_OK || there)
		return status;
	status = delegations_said(c, log, entry->type, &count, err);
	if (status == STATUS_OK && count >= DELEGATIONS_SAID_MAX)
		return STATUS_NO_ROOM;
	if (status != STATUS_OK)
		return status;
	if (entry->type != ENTRY_DELEGATE)
		return put(c, log, n, bytes, entry, NULL, err);
	publisher_write(&entry->delegate.publisher, &words);
	status = buf_status(&words) != STATUS_OK ?
			 err_set(err, STATUS_NO_MEMORY, "keep a delegation") :
			 put(c, log, n, bytes, entry, buf_string(&words), err);
	buf_release(&words);
	return status;
}

enum status delegations_forget_from(struct catalog *c, int64_t log, uint64_t n,
				    struct err *err)
{
	static const char forget[] =
		"DELETE FROM said WHERE log = ? AND entry >= ?";
	enum status status;
	struct sql q;

	sql_start(&q, c, forget);
	sql_put_int(&q, log);
	sql_put_int(&q, (int64_t)n);
	status = sql_run(&q, err);
	return status == STATUS_OK && sql_changes(c) > 0 ? changed(c, err) :
							   status;
}

/* --- what it comes to --- */

/* Has the publisher of a log anything to give of that? */
static bool is_in_scope(const struct publisher *publisher, const char *words)
{
	struct publisher child;

	return publisher_read_kept(bytes_of(words), &child) == STATUS_OK &&
	       publisher_narrow(publisher, &child) == STATUS_OK;
}

static enum status feed(struct saying *s, const struct publisher *publisher,
			struct sql *q)
{
	uint64_t n = (uint64_t)sql_int(q, 0), size = (uint64_t)sql_int(q, 3);
	const char *origin = sql_text(q, 1);
	enum saying_verdict verdict;

	if (strlen(origin) > ORIGIN_MAX)
		return STATUS_OK;
	if (!sql_is_null(q, 2))
		return is_in_scope(publisher, sql_text(q, 2)) ?
			       saying_delegate(s, n, origin, &verdict) :
			       STATUS_OK;
	(void)saying_undelegate(s, n, origin,
				sql_is_null(q, 3) ? NULL : &size);
	return STATUS_OK;
}

static int64_t lower(uint64_t limit, uint64_t a)
{
	return (int64_t)(limit == 0 || a < limit ? a : limit);
}

enum status delegations_saying(struct catalog *c, int64_t log, uint64_t end,
			       const struct publisher *publisher,
			       struct saying *out, unsigned *read,
			       struct err *err)
{
	static const char list[] =
		"SELECT entry, origin, publisher, size FROM said"
		" WHERE log = ? AND entry < ? AND bytes <= ? ORDER BY entry";
	enum status status = STATUS_OK;
	struct err ignored = ERR_INIT;
	struct sql q;

	*read = 0;
	if (end > INT64_MAX)
		end = INT64_MAX;
	sql_start(&q, c, list);
	sql_put_int(&q, log);
	sql_put_int(&q, lower(publisher->entries_max, end));
	sql_put_int(&q, lower(publisher->entry_bytes_max, ENTRY_MAX));
	while (status == STATUS_OK && sql_next(&q)) {
		status = feed(out, publisher, &q);
		++*read;
	}
	if (status != STATUS_OK) {
		(void)sql_finish(&q, &ignored);
		return err_set(err, status, "read delegations");
	}
	return sql_finish(&q, err);
}

/* `*read`: it does read. */
static enum status read_publisher(struct catalog *c, int64_t log, uint64_t n,
				  struct publisher *out, bool *read,
				  struct err *err)
{
	static const char find[] =
		"SELECT publisher FROM said WHERE log = ? AND entry = ?";
	struct sql q;

	*read = false;
	sql_start(&q, c, find);
	sql_put_int(&q, log);
	sql_put_int(&q, (int64_t)n);
	if (sql_next(&q))
		*read = publisher_read_kept(bytes_of(sql_text(&q, 0)), out) ==
			STATUS_OK;
	return sql_finish(&q, err);
}

static enum status read_end(struct catalog *c, int64_t log,
			    const struct saying_child *child,
			    struct cutoff *end, bool *read, struct err *err)
{
	static const char find[] =
		"SELECT root, successor FROM said WHERE log = ? AND entry = ?";
	struct bytes root;
	struct sql q;

	*read = false;
	strcpy(end->origin, child->origin);
	end->size = child->size;
	sql_start(&q, c, find);
	sql_put_int(&q, log);
	sql_put_int(&q, (int64_t)child->end_entry);
	if (sql_next(&q)) {
		root = sql_blob(&q, 0);
		*read = root.size == SHA256_SIZE &&
			bytes_to_string(bytes_of(sql_text(&q, 1)),
					end->successor,
					sizeof(end->successor)) == STATUS_OK;
		if (*read)
			memcpy(end->root, root.data, SHA256_SIZE);
	}
	return sql_finish(&q, err);
}

/* Has the trust note ended it as another history than the one that is here? */
static enum status is_other_history(struct catalog *c,
				    const struct log_info *log,
				    const struct authority_parent *parent,
				    bool *other, struct err *err)
{
	uint8_t root[SHA256_SIZE];
	enum status status;

	*other = false;
	if (parent->end == NULL || !parent->ended_by_name ||
	    log->size < parent->end->size)
		return STATUS_OK;
	status = log_root_at(c, log->id, parent->end->size, root, err);
	*other = status == STATUS_OK &&
		 memcmp(root, parent->end->root, sizeof(root)) != 0;
	return status;
}

/* One that does not read counts for nothing. */
static enum status give(struct catalog *c, int64_t log,
			const struct saying_child *child,
			authority_child_cb each, void *context,
			struct err *err)
{
	struct delegation row = { .entry = child->entry,
				  .ended = child->ended,
				  .has_end = child->has_end };

	bool read;
	enum status status = read_publisher(c, log, child->entry,
					    &row.publisher, &read, err);

	if (status == STATUS_OK && read && child->has_end)
		status = read_end(c, log, child, &row.end, &read, err);
	return status == STATUS_OK && read ? each(context, &row, err) : status;
}

static enum status children(void *owner, const struct authority_parent *parent,
			    authority_child_cb each, void *context,
			    unsigned *read, struct err *err)
{
	const struct publisher *p = parent->publisher;
	struct saying saying = SAYING_INIT;
	struct log_info log;
	bool other;
	enum status status = log_find(owner, p->origin, &log, err);

	*read = 0;
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status == STATUS_OK)
		status = is_other_history(owner, &log, parent, &other, err);
	if (status != STATUS_OK || other)
		return status;
	status = delegations_saying(
		owner, log.id,
		parent->end == NULL ? UINT64_MAX : parent->end->size, p,
		&saying, read, err);
	for (size_t i = 0; i < saying.count && status == STATUS_OK; i++)
		status = give(owner, log.id, &saying.children[i], each,
			      context, err);
	saying_release(&saying);
	return status;
}

enum status delegations_authority(struct catalog *c, const struct trust *trust,
				  struct authority *a, struct err *err)
{
	const struct authority_source source = { .owner = c,
						 .children = children };

	return authority_build(a, trust, &source, err);
}
