/* The happy path of a step: find logs that have grown; for each, walk its new
 * entries; parse, judge by the trust note, apply (index_lesson.c,
 * index_station.c); move the log's cursor; commit all of it at once. */
#include "catalog/index.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/index_inside.h"
#include "catalog/sql.h"

/* From how many entries on a step is one of many; the memory for those, in
 * the units of PRAGMA cache_size (negative: KiB). */
enum { BULK_ENTRIES = 4096, BULK_CACHE = -16384 };

enum status index_open(struct index **out, struct catalog *c, enum level level,
		       const char *region, struct err *err)
{
	struct index *x = calloc(1, sizeof(*x));
	enum status status;

	if (x == NULL)
		return err_set(err, STATUS_NO_MEMORY, "open the index");
	x->c = c;
	x->place.level = level;
	x->place.subscriptions = x->subscriptions;
	if (bytes_to_string(bytes_of(region), x->place.region,
			    sizeof(x->place.region)) != STATUS_OK)
		status = err_set(err, STATUS_MALFORMED, "region '%s'", region);
	else
		status = index_open_place(x, err);
	if (status != STATUS_OK) {
		index_free(x);
		return status;
	}
	*out = x;
	return STATUS_OK;
}

/* Hashes come in no order, so pages all over the indexes are written: more
 * memory while there is much to take in saves most of the reading. A failure
 * costs time only. */
static void set_bulk(struct index *x, bool bulk)
{
	static const char ask[] = "PRAGMA cache_size";
	struct err ignored = ERR_INIT;
	char set[64];
	struct sql q;

	if (bulk == x->bulk)
		return;
	if (bulk) {
		sql_start(&q, x->c, ask);
		x->usual_cache = sql_next(&q) ? sql_int(&q, 0) : 0;
		if (sql_finish(&q, &ignored) != STATUS_OK ||
		    x->usual_cache == 0)
			return;
	}
	(void)snprintf(set, sizeof(set), "PRAGMA cache_size=%lld",
		       bulk ? (long long)BULK_CACHE :
			      (long long)x->usual_cache);
	(void)sql_script(x->c, set, &ignored);
	if (!bulk)
		sqlite3_db_release_memory(sql_connection(x->c));
	x->bulk = bulk;
}

void index_free(struct index *x)
{
	if (x == NULL)
		return;
	set_bulk(x, false);
	free(x->changes);
	free(x);
}

void index_note(struct index *x, const uint8_t btmh[static LESSON_BTMH_SIZE],
		int64_t row, bool withdrawn)
{
	size_t room = x->change_room == 0 ? 64 : x->change_room * 2;
	struct index_change *grown;

	if (x->many)
		return;
	if (x->change_count == x->change_room) {
		grown = x->change_count == INDEX_CHANGES_MAX ?
				NULL :
				realloc(x->changes, room * sizeof(*grown));
		if (grown == NULL) {
			x->many = true;
			return;
		}
		x->changes = grown;
		x->change_room = room;
	}
	memcpy(x->changes[x->change_count].btmh, btmh, LESSON_BTMH_SIZE);
	x->changes[x->change_count].withdrawn = withdrawn;
	x->changes[x->change_count++].row = row;
}

void index_take_changes(struct index *x, const struct index_change **changes,
			size_t *count, bool *many)
{
	if (x->change_count > 0)
		memcpy(x->taken, x->changes,
		       x->change_count * sizeof(*x->changes));
	*changes = x->taken;
	*count = x->change_count;
	*many = x->many;
	x->change_count = 0;
	x->many = false;
}

enum status index_origin(struct index *x, const char *origin, int64_t *number,
			 struct err *err)
{
	static const char find[] = "SELECT id FROM origin WHERE name = ?";
	static const char insert[] = "INSERT INTO origin (name) VALUES (?)";
	enum status status;
	int64_t id = 0;
	struct sql q;

	if (x->origin_number != 0 && strcmp(x->origin, origin) == 0) {
		*number = x->origin_number;
		return STATUS_OK;
	}
	sql_start(&q, x->c, find);
	sql_put_text(&q, origin);
	if (sql_next(&q))
		id = sql_int(&q, 0);
	status = sql_finish(&q, err);
	if (status == STATUS_OK && id == 0) {
		sql_start(&q, x->c, insert);
		sql_put_text(&q, origin);
		status = sql_run(&q, err);
		id = sql_last_id(x->c);
	}
	if (status != STATUS_OK)
		return status;
	strcpy(x->origin, origin);
	x->origin_number = id;
	*number = id;
	return STATUS_OK;
}

enum status index_refuse(struct index *x, uint64_t n, enum refusal why,
			 const char *text, struct err *err)
{
	static const char insert[] =
		"INSERT OR REPLACE INTO refused (log, entry, why, text)"
		" VALUES (?, ?, ?, ?)";
	struct sql q;

	sql_start(&q, x->c, insert);
	sql_put_int(&q, x->log.id);
	sql_put_int(&q, (int64_t)n);
	sql_put_int(&q, why);
	sql_put_text(&q, text);
	return sql_run(&q, err);
}

static enum status apply(void *owner, uint64_t n, struct bytes entry,
			 struct err *err)
{
	struct index *x = owner;
	const struct publisher *p = x->publisher;
	struct err why = ERR_INIT;
	enum status status;

	if (x->cutoff != NULL && n >= x->cutoff->size)
		return index_refuse(x, n, REFUSED_CUTOFF, "", err);
	if (p->entries_max > 0 && n >= p->entries_max)
		return index_refuse(x, n, REFUSED_COUNT, "", err);
	if (p->entry_bytes_max > 0 && entry.size > p->entry_bytes_max)
		return index_refuse(x, n, REFUSED_SCOPE, "entry too long",
				    err);
	status = entry_parse(entry, &x->entry, &why);
	if (status == STATUS_MALFORMED)
		return index_refuse(x, n, REFUSED_MALFORMED, why.text, err);
	if (status != STATUS_OK)
		return err_set(err, status, "%s", why.text);
	switch (x->entry.type) {
	case ENTRY_LESSON:
		return index_lesson(x, n, entry.size, err);
	case ENTRY_WITHDRAW:
		return index_withdraw(x, n, err);
	case ENTRY_STATION:
		return index_station(x, n, err);
	case ENTRY_STATION_END:
		return index_station_end(x, n, err);
	case ENTRY_DELEGATE:
	case ENTRY_UNDELEGATE:
	case ENTRY_OTHER:
		break;
	}
	return STATUS_OK;
}

/* Take in up to `max` entries of the present log. */
static enum status take_in(struct index *x, unsigned max, unsigned *did,
			   struct err *err)
{
	uint64_t count = x->log.size - x->log.indexed;
	enum status status;

	if (count > max)
		count = max;
	status = log_read_entries(x->c, x->log.id, x->log.indexed, count,
				  apply, x, err);
	if (status == STATUS_OK)
		status = log_set_indexed(x->c, x->log.id,
					 x->log.indexed + count, err);
	if (status != STATUS_OK)
		return err_wrap(err, "take in lessons of '%s'", x->log.origin);
	*did += (unsigned)count;
	return STATUS_OK;
}

static bool table_has_rows(struct catalog *c, const char *ask,
			   struct err *err, enum status *status)
{
	struct sql q;
	bool any;

	if (*status != STATUS_OK)
		return false;
	sql_start(&q, c, ask);
	any = sql_next(&q);
	*status = sql_finish(&q, err);
	return any;
}

static enum status look_at_tables(struct index *x, struct err *err)
{
	static const char withdrawn[] = "SELECT 1 FROM withdrawn LIMIT 1";
	static const char choice[] = "SELECT 1 FROM choice LIMIT 1";
	static const char payload[] = "SELECT 1 FROM payload LIMIT 1";
	enum status status = STATUS_OK;

	x->any_withdrawn = table_has_rows(x->c, withdrawn, err, &status);
	x->any_choice = table_has_rows(x->c, choice, err, &status);
	x->any_payload = table_has_rows(x->c, payload, err, &status);
	return status;
}

/* What a walk over all logs is for. */
struct walk {
	struct index *x;
	unsigned max;
	unsigned did;
	uint64_t more; /* entries that logs of publishers have gained */
	bool changed; /* some log was judged otherwise than it would be now */
};

static enum status log_has_more(void *owner, const struct log_info *info,
				struct err *err)
{
	struct walk *w = owner;

	(void)err;
	if (info->size > info->indexed &&
	    trust_publisher(w->x->trust, info->origin) != NULL)
		w->more += info->size - info->indexed;
	return STATUS_OK;
}

/*
 * How a log stands in the trust note, in so far as it decides about entries:
 * a hash, so that it can be compared with that of before. All zero for a log
 * without a publisher.
 */
static enum status standing_of(const struct index *x, const char *origin,
			       uint8_t out[static SHA256_SIZE])
{
	const struct publisher *p = trust_publisher(x->trust, origin);
	const struct cutoff *cutoff = trust_cutoff(x->trust, origin);
	struct buf text = BUF_INIT;
	enum status status;

	if (p == NULL) {
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
	for (size_t i = 0; i < x->trust->cutoff_count; i++) {
		const char *before = x->trust->cutoffs[i].origin;

		if (strcmp(before, origin) != 0 &&
		    trust_succeeds(x->trust, origin, before))
			buf_printf(&text, "succeeds %s\n", before);
	}
	status = buf_status(&text);
	if (status == STATUS_OK)
		sha256(text.data, text.size, out);
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

static enum status keep_standing(struct index *x, const struct log_info *info,
				 struct err *err)
{
	static const char keep[] =
		"INSERT INTO indexed (log, judged) VALUES (?, ?)"
		" ON CONFLICT (log) DO UPDATE SET judged = excluded.judged";
	uint8_t now[SHA256_SIZE];
	uint8_t before[SHA256_SIZE];
	enum status status;
	struct sql q;

	if (standing_of(x, info->origin, now) != STATUS_OK)
		return err_set(err, STATUS_NO_MEMORY, "judge a log");
	status = standing_before(x, info->id, before, err);
	if (status != STATUS_OK || memcmp(now, before, sizeof(now)) == 0)
		return status;
	sql_start(&q, x->c, keep);
	sql_put_int(&q, info->id);
	sql_put_blob(&q, (struct bytes){ now, sizeof(now) });
	return sql_run(&q, err);
}

static enum status step_log(void *owner, const struct log_info *info,
			    struct err *err)
{
	struct walk *w = owner;
	struct index *x = w->x;
	enum status status;

	if (w->did >= w->max || info->size <= info->indexed)
		return STATUS_OK;
	x->publisher = trust_publisher(x->trust, info->origin);
	if (x->publisher == NULL)
		return STATUS_OK;
	x->cutoff = trust_cutoff(x->trust, info->origin);
	x->log = *info;
	if (info->indexed == 0) {
		status = keep_standing(x, info, err);
		if (status != STATUS_OK)
			return status;
	}
	return take_in(x, w->max - w->did, &w->did, err);
}

/* What a rolled back transaction noted never happened; say more rather than
 * less. */
static void forget_transaction(struct index *x)
{
	catalog_rollback(x->c);
	x->origin_number = 0;
	x->many = true;
}

static enum status step_inside(struct index *x, unsigned max, unsigned *did,
			       struct err *err)
{
	struct walk w = { .x = x, .max = max };
	enum status status = look_at_tables(x, err);
	unsigned looked = 0;

	if (status == STATUS_OK)
		status = log_each(x->c, step_log, &w, err);
	if (status == STATUS_OK && w.did < max)
		status = index_look_again(x, max - w.did, &looked, err);
	*did = w.did + looked;
	return status;
}

enum status index_step(struct index *x, unsigned max_entries, unsigned *did,
		       struct err *err)
{
	struct walk w = { .x = x };
	unsigned done = 0;
	bool to_look;
	enum status status;

	assert(x->trust != NULL);

	status = log_each(x->c, log_has_more, &w, err);
	if (status == STATUS_OK)
		status = index_to_look(x, &to_look, err);
	if (status != STATUS_OK)
		return status;
	set_bulk(x, w.more >= BULK_ENTRIES);
	if (w.more == 0 && !to_look) {
		*did = 0;
		return STATUS_OK;
	}
	status = catalog_begin(x->c, CATALOG_DERIVED, err);
	if (status != STATUS_OK)
		return status;
	status = step_inside(x, max_entries, &done, err);
	if (status == STATUS_OK)
		status = catalog_commit(x->c, err);
	if (status != STATUS_OK) {
		forget_transaction(x);
		return status;
	}
	*did = done;
	return STATUS_OK;
}

enum status index_behind(struct index *x, uint64_t *behind, struct err *err)
{
	struct walk w = { .x = x };
	bool to_look = false;
	enum status status = log_each(x->c, log_has_more, &w, err);

	if (status == STATUS_OK)
		status = index_to_look(x, &to_look, err);
	if (status == STATUS_OK)
		*behind = w.more + to_look;
	return status;
}

static enum status log_stands_otherwise(void *owner,
					const struct log_info *info,
					struct err *err)
{
	struct walk *w = owner;
	uint8_t now[SHA256_SIZE];
	uint8_t before[SHA256_SIZE];
	enum status status;

	if (info->indexed == 0)
		return STATUS_OK;
	if (standing_of(w->x, info->origin, now) != STATUS_OK)
		return err_set(err, STATUS_NO_MEMORY, "judge a log");
	status = standing_before(w->x, info->id, before, err);
	if (status == STATUS_OK && memcmp(now, before, sizeof(now)) != 0)
		w->changed = true;
	return status;
}

static enum status start_log_again(void *owner, const struct log_info *info,
				   struct err *err)
{
	struct walk *w = owner;
	enum status status = keep_standing(w->x, info, err);

	if (status == STATUS_OK && info->indexed > 0)
		status = log_set_indexed(w->x->c, info->id, 0, err);
	return status;
}

static enum status make_again(struct index *x, struct err *err)
{
	static const char forget[] = "DELETE FROM lesson;"
				     "DELETE FROM rendition;"
				     "DELETE FROM withdrawn;"
				     "DELETE FROM refused;"
				     "DELETE FROM station";
	struct walk w = { .x = x };
	enum status status = sql_script(x->c, forget, err);
	unsigned did = 1;

	if (status == STATUS_OK)
		status = log_each(x->c, start_log_again, &w, err);
	while (status == STATUS_OK && did > 0) {
		w = (struct walk){ .x = x, .max = 1 << 20 };
		status = look_at_tables(x, err);
		if (status == STATUS_OK)
			status = log_each(x->c, step_log, &w, err);
		did = w.did;
	}
	return status;
}

enum status index_set_trust(struct index *x, const struct trust *trust,
			    bool *again, struct err *err)
{
	const struct trust *before = x->trust;
	struct walk w = { .x = x };
	enum status status;

	x->trust = trust;
	status = log_each(x->c, log_stands_otherwise, &w, err);
	if (status == STATUS_OK && w.changed) {
		set_bulk(x, true);
		status = catalog_begin(x->c, CATALOG_DERIVED, err);
		if (status == STATUS_OK)
			status = make_again(x, err);
		if (status == STATUS_OK)
			status = catalog_commit(x->c, err);
		if (status != STATUS_OK)
			forget_transaction(x);
		set_bulk(x, false);
		x->many = true;
	}
	if (status != STATUS_OK) {
		x->trust = before;
		return err_wrap(err, "take in the trust note");
	}
	if (again != NULL)
		*again = w.changed;
	return STATUS_OK;
}
