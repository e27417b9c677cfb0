/* The happy path of a step: find logs that have grown; for each, walk its new
 * entries; parse, judge by the trust note, apply (index_lesson.c,
 * index_station.c, …); move the log's cursor; commit all of it at once. When a
 * log stands otherwise than before, what was made of it is made again in steps
 * of the same kind (index_again.c). */
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

/* So many steps with news may come before logs are judged. */
enum { PUT_OFF_MAX = 64 };

enum status index_open(struct index **out, struct catalog *c, enum level level,
		       const char *region, struct err *err)
{
	struct index *x = calloc(1, sizeof(*x));
	enum status status;

	if (x == NULL)
		return err_set(err, STATUS_NO_MEMORY, "open the index");
	x->c = c;
	x->authority = authority_new();
	x->place.level = level;
	x->place.subscriptions = x->subscriptions;
	if (x->authority == NULL)
		status = err_set(err, STATUS_NO_MEMORY, "open the index");
	else if (bytes_to_string(bytes_of(region), x->place.region,
				 sizeof(x->place.region)) != STATUS_OK)
		status = err_set(err, STATUS_MALFORMED, "region '%s'", region);
	else
		status = index_open_place(x, err);
	if (status == STATUS_OK)
		status = index_open_delegations(x, err);
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
void index_set_bulk(struct index *x, bool bulk)
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
	index_set_bulk(x, false);
	authority_free(x->authority);
	saying_release(&x->saying);
	free(x->waits);
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

/* Does this entry cite a trust note that is not here yet? */
static bool is_ahead(struct index *x, uint64_t n)
{
	if (x->entry.trust <= x->trust->version)
		return false;
	x->wait = (struct index_wait){ .log = x->log.id,
				       .entry = n,
				       .trust = x->entry.trust };
	return true;
}

static bool is_delegation(const struct entry *entry)
{
	return entry->type == ENTRY_DELEGATE || entry->type == ENTRY_UNDELEGATE;
}

static enum status apply(void *owner, uint64_t n, struct bytes entry,
			 struct err *err)
{
	struct index *x = owner;
	const struct publisher *p = x->publisher;
	struct err why = ERR_INIT;
	enum status status;
	bool too_long = p->entry_bytes_max > 0 &&
			entry.size > p->entry_bytes_max;

	if (x->cutoff != NULL && n >= x->cutoff->size)
		return index_refuse(x, n, REFUSED_CUTOFF, "", err);
	if (p->entries_max > 0 && n >= p->entries_max)
		return index_refuse(x, n, REFUSED_COUNT, "", err);
	status = entry_parse(entry, &x->entry, &why);
	if (too_long && status == STATUS_OK && is_delegation(&x->entry))
		return index_delegation(x, n, entry.size, false, err);
	if (too_long)
		return index_refuse(x, n, REFUSED_SCOPE, "entry too long",
				    err);
	if (status == STATUS_MALFORMED)
		return index_refuse(x, n, REFUSED_MALFORMED, why.text, err);
	if (status != STATUS_OK)
		return err_set(err, status, "%s", why.text);
	if (is_ahead(x, n))
		return STATUS_BUSY; /* ends the walk */
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
		return index_delegation(x, n, entry.size, true, err);
	case ENTRY_CARDS:
		return index_cards(x, n, entry, err);
	case ENTRY_CARDS_END:
		return index_cards_end(x, n, entry, err);
	case ENTRY_OTHER:
		break;
	}
	return STATUS_OK;
}

enum status index_walk_entries(struct index *x, uint64_t first, uint64_t count,
			       uint64_t *done, struct err *err)
{
	enum status status;

	x->wait.log = 0;
	x->saying_read = x->said_enough[0] = x->said_enough[1] = false;
	status = log_read_entries(x->c, x->log.id, first, count, apply, x,
				  err);
	*done = count;
	if (x->wait.log == 0)
		return status;
	*done = x->wait.entry - first;
	return index_put_wait(x, err);
}

enum status index_take_in(struct index *x, unsigned max, unsigned *did,
			  struct err *err)
{
	uint64_t count = x->log.size - x->log.indexed, done = 0;
	enum status status;

	if (count > max)
		count = max;
	status = index_walk_entries(x, x->log.indexed, count, &done, err);
	if (status == STATUS_OK && done > 0)
		status = log_set_indexed(x->c, x->log.id,
					 x->log.indexed + done, err);
	if (status != STATUS_OK)
		return err_wrap(err, "take in lessons of '%s'", x->log.origin);
	*did += (unsigned)done;
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

enum status index_look_at_tables(struct index *x, struct err *err)
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

static enum status log_has_more(void *owner, const struct log_info *info,
				struct err *err)
{
	struct index_walk *w = owner;
	enum status status = STATUS_OK;
	bool counts = false;

	if (info->size > info->indexed && !index_waits_at(w->x, info))
		status = index_begin_log(w->x, info, &counts, err);
	if (counts)
		w->more += info->size - info->indexed;
	return status;
}

enum status index_begin_log(struct index *x, const struct log_info *info,
			    bool *counts, struct err *err)
{
	bool other = false;
	enum status status = index_is_other_history(x, info, &other, err);

	x->publisher = authority_publisher(x->authority, info->origin);
	x->cutoff = authority_cutoff(x->authority, info->origin);
	x->log = *info;
	*counts = x->publisher != NULL && !other;
	return status;
}

enum status index_step_log(void *owner, const struct log_info *info,
			   struct err *err)
{
	struct index_walk *w = owner;
	struct index *x = w->x;
	enum status status;
	bool counts;

	if (w->did >= w->max || info->size <= info->indexed ||
	    index_waits_at(x, info))
		return STATUS_OK;
	status = index_begin_log(x, info, &counts, err);
	if (status != STATUS_OK || !counts)
		return status;
	if (info->indexed == 0) {
		status = index_keep_standing(x, info, err);
		if (status != STATUS_OK)
			return status;
	}
	return index_take_in(x, w->max - w->did, &w->did, err);
}

/* What a rolled back transaction noted never happened; say more rather than
 * less. */
void index_forget_transaction(struct index *x)
{
	catalog_rollback(x->c);
	x->origin_number = 0;
	x->many = true;
}

/* New entries, and what is to be read again, in halves when there are both: an
 * office with news does not wait for one that makes others work. */
static enum status step_inside(struct index *x, unsigned max, bool again,
			       unsigned *did, struct err *err)
{
	struct index_walk w = { .x = x, .max = again ? (max + 1) / 2 : max };
	enum status status = index_look_at_tables(x, err);
	unsigned more = 0;

	if (status == STATUS_OK)
		status = log_each(x->c, index_step_log, &w, err);
	*did = w.did;
	if (status == STATUS_OK && again)
		status = index_read_again(x, max - w.did, &more, err);
	*did += more;
	more = 0;
	if (status == STATUS_OK && *did < max)
		status = index_look_again(x, max - *did, &more, err);
	*did += more;
	return status;
}

/* What logs say of those below them is looked at when all that has come is
 * taken in, once, however often they have changed their minds; and after so
 * many steps in any case. And not before what followed the last time is done:
 * in between, all is judged as it was then. */
static enum status judge(struct index *x, const struct index_walk *w,
			 bool again, bool *judged, struct err *err)
{
	int64_t number;
	bool found;
	enum status status = delegations_number(x->c, &number, err);

	*judged = false;
	if (status != STATUS_OK || number == x->number || again ||
	    (w->more > 0 && x->put_off++ < PUT_OFF_MAX))
		return status;
	x->put_off = 0;
	x->delegated = *judged = true;
	return index_judge(x, &found, err);
}

/* What is to be stripped goes before all else. */
static enum status strip(struct index *x, unsigned max, unsigned *did,
			 struct err *err)
{
	enum status status = catalog_begin(x->c, CATALOG_DERIVED, err);

	if (status != STATUS_OK)
		return status;
	status = index_strip(x, max, did, err);
	if (status == STATUS_OK)
		status = catalog_commit(x->c, err);
	if (status != STATUS_OK)
		index_forget_transaction(x);
	return status;
}

enum status index_step(struct index *x, unsigned max_entries, unsigned *did,
		       struct err *err)
{
	struct index_walk w = { .x = x };
	bool to_look, again, to_strip, judged = false;
	unsigned done = 0;
	enum status status;

	assert(x->trust != NULL);

	status = x->stale ? index_judge(x, &judged, err) : STATUS_OK;
	if (status == STATUS_OK)
		status = index_again_to_do(x, &again, &to_strip, err);
	if (status == STATUS_OK && to_strip)
		return strip(x, max_entries, did, err);
	if (status == STATUS_OK)
		status = log_each(x->c, log_has_more, &w, err);
	if (status == STATUS_OK)
		status = index_to_look(x, &to_look, err);
	if (status == STATUS_OK)
		status = judge(x, &w, again, &judged, err);
	if (status != STATUS_OK)
		return status;
	index_set_bulk(x, w.more >= BULK_ENTRIES);
	*did = judged;
	if (judged || (w.more == 0 && !to_look && !again))
		return STATUS_OK;
	status = catalog_begin(x->c, CATALOG_DERIVED, err);
	if (status != STATUS_OK)
		return status;
	status = step_inside(x, max_entries, again, &done, err);
	if (status == STATUS_OK)
		status = catalog_commit(x->c, err);
	if (status != STATUS_OK) {
		index_forget_transaction(x);
		return status;
	}
	/* Logs that were found to wait have nothing more: now judge() may. */
	*did = done == 0 && w.more > 0 ? 1 : done;
	return STATUS_OK;
}

enum status index_behind(struct index *x, uint64_t *behind, struct err *err)
{
	struct index_walk w = { .x = x };
	bool to_look = false;
	uint64_t again = 0;
	int64_t number = x->number;
	enum status status = log_each(x->c, log_has_more, &w, err);

	if (status == STATUS_OK)
		status = index_to_look(x, &to_look, err);
	if (status == STATUS_OK)
		status = index_again_left(x, &again, err);
	if (status == STATUS_OK)
		status = delegations_number(x->c, &number, err);
	if (status == STATUS_OK)
		*behind = w.more + to_look + again +
			  (x->stale || number != x->number);
	return status;
}
