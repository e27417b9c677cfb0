/* By whom entries are judged: who may publish, how each log stands in that, and
 * which logs are to be judged again when that changes. */
#include <stdlib.h>
#include <string.h>

#include "catalog/again.h"
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

static enum status make_authority(struct index *x, struct err *err)
{
	enum status status = delegations_number(x->c, &x->number, err);

	if (status == STATUS_OK)
		status = delegations_authority(x->c, x->trust, x->authority,
					       err);
	x->wait_count = 0; /* whoever waits still is found again */
	return status;
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

static enum status keep(struct index *x, int64_t log,
			const uint8_t standing[static SHA256_SIZE],
			struct err *err)
{
	static const char put[] =
		"INSERT INTO indexed (log, judged) VALUES (?, ?)"
		" ON CONFLICT (log) DO UPDATE SET judged = excluded.judged";
	struct sql q;

	sql_start(&q, x->c, put);
	sql_put_int(&q, log);
	sql_put_blob(&q, (struct bytes){ standing, SHA256_SIZE });
	return sql_run(&q, err);
}

enum status index_keep_standing(struct index *x, const struct log_info *info,
				struct err *err)
{
	uint8_t now[SHA256_SIZE];
	enum status status = standing_of(x, info, now, err);

	return status == STATUS_OK ? keep(x, info->id, now, err) : status;
}

/* Begin to judge it again if it stands otherwise than its entries were judged
 * by. */
static enum status judge_log(void *owner, const struct log_info *info,
			     struct err *err)
{
	struct index_walk *w = owner;
	uint8_t now[SHA256_SIZE];
	uint8_t before[SHA256_SIZE];
	enum status status;

	if (info->indexed == 0)
		return STATUS_OK;
	status = standing_of(w->x, info, now, err);
	if (status == STATUS_OK)
		status = standing_before(w->x, info->id, before, err);
	if (status != STATUS_OK || memcmp(now, before, sizeof(now)) == 0)
		return status;
	w->changed = true;
	status = keep(w->x, info->id, now, err);
	return status == STATUS_OK ? again_all(w->x->c, info->id, err) : status;
}

static enum status judge_all(struct index *x, bool *changed, struct err *err)
{
	struct index_walk w = { .x = x };
	enum status status = catalog_begin(x->c, CATALOG_DERIVED, err);

	if (status != STATUS_OK)
		return status;
	status = log_each(x->c, judge_log, &w, err);
	if (status == STATUS_OK)
		status = catalog_commit(x->c, err);
	if (status != STATUS_OK)
		index_forget_transaction(x);
	*changed = w.changed;
	return status;
}

/* Entries are judged by no authority that logs were not compared with. */
enum status index_judge(struct index *x, bool *changed, struct err *err)
{
	enum status status = make_authority(x, err);

	if (status == STATUS_OK)
		status = judge_all(x, changed, err);
	x->stale = status != STATUS_OK;
	return status == STATUS_OK ? STATUS_OK : err_wrap(err, "judge logs");
}

enum status index_set_trust(struct index *x, const struct trust *trust,
			    bool *again, struct err *err)
{
	const struct trust *before = x->trust;
	bool changed = false;
	enum status status;

	x->trust = trust;
	status = index_judge(x, &changed, err);
	if (status != STATUS_OK) {
		x->trust = before;
		return err_wrap(err, "take in the trust note");
	}
	if (again != NULL)
		*again = changed;
	return STATUS_OK;
}
