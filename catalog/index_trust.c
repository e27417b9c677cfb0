/* By whom entries are judged: who may publish, how each log stands in that,
 * and what happens when that changes.
 *
 * Delegations decide about logs, and are in logs. So when everything is made
 * again, the delegations are read first, from the trust note downwards, each
 * depth by what those above it say; then all entries of all logs, by the
 * authority that came of it. */
#include <stdlib.h>
#include <string.h>

#include "catalog/index_inside.h"
#include "catalog/sql.h"

bool index_take_delegated(struct index *x)
{
	bool delegated = x->delegated;

	x->delegated = false;
	return delegated;
}

const struct index_wait *index_waits(const struct index *x, size_t *count)
{
	*count = x->wait_count;
	return x->waits;
}

enum status index_put_wait(struct index *x, struct err *err)
{
	size_t room = x->wait_room == 0 ? 8 : 2 * x->wait_room;
	struct index_wait *grown;

	for (size_t i = 0; i < x->wait_count; i++)
		if (x->waits[i].log == x->wait.log) {
			x->waits[i] = x->wait;
			return STATUS_OK;
		}
	if (x->wait_count == x->wait_room) {
		grown = realloc(x->waits, room * sizeof(*grown));
		if (grown == NULL)
			return err_set(err, STATUS_NO_MEMORY,
				       "wait for trust");
		x->waits = grown;
		x->wait_room = room;
	}
	x->waits[x->wait_count++] = x->wait;
	return STATUS_OK;
}

bool index_waits_at(const struct index *x, const struct log_info *info)
{
	for (size_t i = 0; i < x->wait_count; i++)
		if (x->waits[i].log == info->id)
			return x->waits[i].entry == info->indexed;
	return false;
}

enum status index_make_authority(struct index *x, struct err *err)
{
	enum status status = delegations_number(x->c, &x->number, err);

	if (status == STATUS_OK)
		status = delegations_authority(x->c, x->trust, x->authority,
					       err);
	x->stale = status != STATUS_OK;
	x->wait_count = 0; /* whoever waits still is found again */
	return status;
}

enum status index_look_at_authority(struct index *x, struct err *err)
{
	int64_t number;
	enum status status = delegations_number(x->c, &number, err);

	if (status != STATUS_OK || number == x->number)
		return status;
	x->to_judge = x->delegated = true;
	return index_make_authority(x, err);
}

enum status index_is_other_history(struct index *x,
				   const struct log_info *info, bool *other,
				   struct err *err)
{
	const struct cutoff *cutoff =
		authority_cutoff(x->authority, info->origin);
	uint8_t root[SHA256_SIZE];
	enum status status;

	*other = false;
	if (cutoff == NULL || info->size < cutoff->size ||
	    authority_ended_by_parent(x->authority, info->origin))
		return STATUS_OK;
	status = log_root_at(x->c, info->id, cutoff->size, root, err);
	if (status == STATUS_OK)
		*other = memcmp(root, cutoff->root, sizeof(root)) != 0;
	return status;
}

static void put_before(void *context, const char *origin)
{
	buf_printf(context, "succeeds %s\n", origin);
}

/*
 * How a log stands, in so far as that decides about its entries:
 * a hash, so that it can be compared with that of before. All zero for a log
 * without a publisher, or of another history than its publisher's.
 */
static enum status standing_of(struct index *x, const struct log_info *info,
			       uint8_t out[static SHA256_SIZE],
			       struct err *err)
{
	const char *origin = info->origin;
	const struct publisher *p = authority_publisher(x->authority, origin);
	const struct cutoff *cutoff = authority_cutoff(x->authority, origin);
	struct buf text = BUF_INIT;
	bool other;
	enum status status = index_is_other_history(x, info, &other, err);

	if (status != STATUS_OK)
		return status;
	if (p == NULL || other) {
		memset(out, 0, SHA256_SIZE);
		return STATUS_OK;
	}
	for (size_t i = 0; i < p->region_count; i++)
		buf_printf(&text, "region %s\n", p->regions[i]);
	for (size_t i = 0; i < p->topic_count; i++)
		buf_printf(&text, "topic %s\n", p->topics[i]);
	buf_printf(&text, "limits %llu %llu %llu\n",
		   (unsigned long long)p->entries_max,
		   (unsigned long long)p->entry_bytes_max,
		   (unsigned long long)p->lesson_bytes_max);
	if (cutoff != NULL)
		buf_printf(&text, "cutoff %llu\n",
			   (unsigned long long)cutoff->size);
	buf_printf(&text, "delegate %d\n", p->may_delegate);
	status = authority_each_before(x->authority, origin, put_before,
				       &text);
	if (status == STATUS_OK)
		status = buf_status(&text);
	if (status == STATUS_OK)
		sha256(text.data, text.size, out);
	else
		(void)err_set(err, status, "judge a log");
	buf_release(&text);
	return status;
}

static enum status standing_before(struct index *x, int64_t log,
				   uint8_t out[static SHA256_SIZE],
				   struct err *err)
{
	static const char find[] = "SELECT judged FROM indexed WHERE log = ?";
	struct bytes hash;
	struct sql q;

	memset(out, 0, SHA256_SIZE);
	sql_start(&q, x->c, find);
	sql_put_int(&q, log);
	if (sql_next(&q)) {
		hash = sql_blob(&q, 0);
		if (hash.size == SHA256_SIZE)
			memcpy(out, hash.data, SHA256_SIZE);
	}
	return sql_finish(&q, err);
}

enum status index_keep_standing(struct index *x, const struct log_info *info,
				struct err *err)
{
	static const char keep[] =
		"INSERT INTO indexed (log, judged) VALUES (?, ?)"
		" ON CONFLICT (log) DO UPDATE SET judged = excluded.judged";
	uint8_t now[SHA256_SIZE];
	uint8_t before[SHA256_SIZE];
	enum status status;
	struct sql q;

	status = standing_of(x, info, now, err);
	if (status == STATUS_OK)
		status = standing_before(x, info->id, before, err);
	if (status != STATUS_OK || memcmp(now, before, sizeof(now)) == 0)
		return status;
	sql_start(&q, x->c, keep);
	sql_put_int(&q, info->id);
	sql_put_blob(&q, (struct bytes){ now, sizeof(now) });
	return sql_run(&q, err);
}

static enum status stands_otherwise(void *owner, const struct log_info *info,
				    struct err *err)
{
	struct index_walk *w = owner;
	uint8_t now[SHA256_SIZE];
	uint8_t before[SHA256_SIZE];
	enum status status;

	if (info->indexed == 0)
		return STATUS_OK;
	if (info->indexed > info->size) { /* it was ended, or begun anew */
		w->changed = true;
		return STATUS_OK;
	}
	status = standing_of(w->x, info, now, err);
	if (status == STATUS_OK)
		status = standing_before(w->x, info->id, before, err);
	if (status == STATUS_OK && memcmp(now, before, sizeof(now)) != 0)
		w->changed = true;
	return status;
}

/* Read the delegations of all logs at one depth; `*more`: there are some. */
static enum status scan_depth(struct index *x, unsigned depth, bool *more,
			      struct err *err)
{
	enum status status = STATUS_OK;

	*more = false;
	for (size_t i = 0;
	     i < authority_count(x->authority) && status == STATUS_OK; i++) {
		const struct authority_row *row =
			authority_at(x->authority, i);
		struct log_info info;
		bool counts = false;

		if (row->depth != depth)
			continue;
		*more = true;
		if (!row->publisher.may_delegate)
			continue;
		status = log_find(x->c, row->publisher.origin, &info, err);
		if (status == STATUS_OK && info.kind == LOG_LESSONS)
			status = index_begin_log(x, &info, &counts, err);
		else if (status == STATUS_NOT_FOUND)
			status = STATUS_OK;
		if (status == STATUS_OK && counts)
			status = index_scan_delegations(x, err);
	}
	return status;
}

static enum status find_authority(struct index *x, struct err *err)
{
	enum status status = delegations_forget(x->c, err);
	bool more = true;

	if (status == STATUS_OK)
		status = index_make_authority(x, err);
	for (unsigned depth = 0;
	     status == STATUS_OK && more && depth <= AUTHORITY_DEPTH_MAX;
	     depth++) {
		status = scan_depth(x, depth, &more, err);
		if (status == STATUS_OK)
			status = index_make_authority(x, err);
	}
	return status;
}

static enum status start_log_again(void *owner, const struct log_info *info,
				   struct err *err)
{
	struct index_walk *w = owner;
	enum status status = index_keep_standing(w->x, info, err);

	if (status == STATUS_OK && info->indexed > 0)
		status = log_set_indexed(w->x->c, info->id, 0, err);
	return status;
}

static enum status take_in_all(struct index *x, struct err *err)
{
	struct index_walk w = { .x = x };
	enum status status = log_each(x->c, start_log_again, &w, err);
	unsigned did = 1;

	while (status == STATUS_OK && did > 0) {
		w = (struct index_walk){ .x = x, .max = 1 << 20 };
		status = index_look_at_tables(x, err);
		if (status == STATUS_OK)
			status = log_each(x->c, index_step_log, &w, err);
		did = w.did;
	}
	return status;
}

static enum status make_again(struct index *x, struct err *err)
{
	/* What is refused is written down in the second reading. */
	static const char forget[] = "DELETE FROM lesson;"
				     "DELETE FROM rendition;"
				     "DELETE FROM withdrawn;"
				     "DELETE FROM refused;"
				     "DELETE FROM station";
	enum status status = find_authority(x, err);

	if (status == STATUS_OK)
		status = delegations_forget(x->c, err);
	if (status == STATUS_OK)
		status = sql_script(x->c, forget, err);
	x->settled = true;
	if (status == STATUS_OK)
		status = take_in_all(x, err);
	x->settled = false;
	if (status == STATUS_OK)
		status = index_make_authority(x, err);
	return status;
}

static enum status make_again_at_once(struct index *x, struct err *err)
{
	enum status status;

	index_set_bulk(x, true);
	status = catalog_begin(x->c, CATALOG_DERIVED, err);
	if (status == STATUS_OK)
		status = make_again(x, err);
	if (status == STATUS_OK)
		status = catalog_commit(x->c, err);
	if (status != STATUS_OK)
		index_forget_transaction(x);
	index_set_bulk(x, false);
	x->many = true;
	x->delegated = true;
	x->ended = true;
	return status;
}

enum status index_judge_again(struct index *x, unsigned *did, struct err *err)
{
	struct index_walk w = { .x = x };
	enum status status = log_each(x->c, stands_otherwise, &w, err);

	if (status == STATUS_OK && w.changed)
		status = make_again_at_once(x, err);
	if (status != STATUS_OK)
		return err_wrap(err, "take in delegations");
	x->to_judge = false;
	*did = w.changed;
	return STATUS_OK;
}

enum status index_set_trust(struct index *x, const struct trust *trust,
			    bool *again, struct err *err)
{
	const struct trust *before = x->trust;
	struct index_walk w = { .x = x };
	enum status status;

	x->trust = trust;
	status = index_make_authority(x, err);
	if (status == STATUS_OK)
		status = log_each(x->c, stands_otherwise, &w, err);
	if (status == STATUS_OK && w.changed)
		status = make_again_at_once(x, err);
	if (status != STATUS_OK) {
		x->trust = before;
		x->stale = true;
		return err_wrap(err, "take in the trust note");
	}
	x->to_judge = false;
	if (again != NULL)
		*again = w.changed;
	return STATUS_OK;
}
