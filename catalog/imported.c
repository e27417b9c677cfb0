#include "catalog/imported.h"

#include <stdio.h>
#include <string.h>

#include "catalog/forgotten.h"
#include "catalog/imported_inside.h"
#include "catalog/sql.h"
#include "proto/encoding.h"
#include "proto/month.h"

const char *imported_flag_name(unsigned bit)
{
	static const char *const names[IMPORTED_FLAGS] = {
		"two-screens", "empty-room",  "clock-jump",
		"replay",      "interrupted", "by-hand",
		"clock-unverified"
	};

	return bit < IMPORTED_FLAGS ? names[bit] : "";
}

bool imported_id(const char *hex, int64_t *out)
{
	uint8_t raw[8];
	uint64_t id = 0;

	if (strlen(hex) != 16 ||
	    hex_decode(bytes_of(hex), raw, sizeof(raw)) != STATUS_OK)
		return false;
	for (int i = 0; i < 8; i++)
		id = id << 8 | raw[i];
	*out = (int64_t)id;
	return true;
}

void imported_hex(int64_t id, char out[static 17])
{
	uint8_t raw[8];

	for (int i = 0; i < 8; i++)
		raw[i] = (uint8_t)((uint64_t)id >> (56 - 8 * i));
	hex_encode((struct bytes){ raw, sizeof(raw) }, out);
}

/* --- stations --- */

enum status imported_find(struct catalog *c,
			  const uint8_t key[static PUBLIC_KEY_SIZE],
			  int64_t *id, struct err *err)
{
	static const char look[] = "SELECT id FROM station WHERE key = ?";
	struct sql q;
	bool found;
	int64_t row = 0;
	enum status status;

	sql_start(&q, c, look);
	sql_put_blob(&q, (struct bytes){ key, PUBLIC_KEY_SIZE });
	found = sql_next(&q);
	if (found)
		row = sql_int(&q, 0);
	status = sql_finish(&q, err);
	if (status != STATUS_OK)
		return status;
	if (!found)
		return STATUS_NOT_FOUND;
	*id = row;
	return STATUS_OK;
}

enum status imported_station(struct catalog *c,
			     const uint8_t key[static PUBLIC_KEY_SIZE],
			     int64_t *id, struct err *err)
{
	static const char put[] = "INSERT INTO station (key) VALUES (?)";
	struct sql q;
	enum status status = imported_find(c, key, id, err);

	if (status != STATUS_NOT_FOUND)
		return status;
	sql_start(&q, c, put);
	sql_put_blob(&q, (struct bytes){ key, PUBLIC_KEY_SIZE });
	status = sql_run(&q, err);
	if (status == STATUS_OK)
		*id = sql_last_id(c);
	return status;
}

/* What is known of the log: how far it is in, and its newest batch. */
struct known {
	int64_t done, era, boot, mono;
};

static enum status read_known(struct catalog *c, int64_t station,
			      struct known *out, struct err *err)
{
	static const char look[] =
		"SELECT log_done, era, boot, mono FROM station WHERE id = ?";
	struct known known = { .done = 0 };
	struct sql q;
	enum status status;

	sql_start(&q, c, look);
	sql_put_int(&q, station);
	if (sql_next(&q))
		known = (struct known){ sql_int(&q, 0), sql_int(&q, 1),
					sql_int(&q, 2), sql_int(&q, 3) };
	status = sql_finish(&q, err);
	if (status == STATUS_OK)
		*out = known;
	return status;
}

enum status imported_done(struct catalog *c, int64_t station, uint64_t *done,
			  struct err *err)
{
	struct known known;
	enum status status = read_known(c, station, &known, err);

	if (status == STATUS_OK)
		*done = (uint64_t)known.done;
	return status;
}

/* A station whose clock is ahead, and which says that it is synchronised,
 * would be taken as heard of until then. */
static enum status write_known(struct taking *t, const struct known *known,
			       struct err *err)
{
	static const char put[] =
		"UPDATE station SET log_done = ?, era = ?, boot = ?, mono = ?,"
		" heard_s = max(heard_s, ?),"
		" through_s = max(coalesce(through_s, 0), ?),"
		" kept_s = nullif(min(coalesce(kept_s, ?7), ?7), ?8)"
		" WHERE id = ?9";
	int64_t taken_s = t->entry->taken_s;
	struct placed place;
	struct sql q;

	taking_place(t, &t->entry->when, &place);
	sql_start(&q, t->c, put);
	sql_put_int(&q, known->done);
	sql_put_int(&q, known->era);
	sql_put_int(&q, known->boot);
	sql_put_int(&q, known->mono);
	sql_put_int(&q, taken_s);
	sql_put_int(&q, place.at_s < taken_s ? place.at_s : taken_s);
	sql_put_int(&q, sums_earliest_s(t->sums));
	sql_put_int(&q, INT64_MAX);
	sql_put_int(&q, t->entry->station);
	return sql_run(&q, err);
}

/* --- one entry --- */

void taking_place(const struct taking *t, const struct when *w,
		  struct placed *out)
{
	int64_t taken = t->entry->taken_s;
	const struct when *sealed = &t->entry->when;

	/* Sealed later in the same life, it happened so much earlier. */
	if (w->boot != 0 && w->boot == sealed->boot &&
	    w->mono < sealed->mono &&
	    (int64_t)(sealed->mono - w->mono) < taken)
		taken -= (int64_t)(sealed->mono - w->mono);
	placing_place(w, t->era, t->boots.list, t->boots.count, taken, out);
}

/* Before anything is placed: an anchor in the last item tells of the first. */
static enum status learn_times(struct taking *t,
			       const struct imported_read *r, struct err *err)
{
	enum status status = boots_add(&t->boots, t->era, &t->entry->when,
				       err);

	for (size_t i = 0; i < r->count && status == STATUS_OK; i++)
		if (r->list[i].has_when)
			status = boots_add(&t->boots, t->era, &r->list[i].when,
					   err);
	return status;
}

static enum status put_item(struct taking *t, const struct read_item *item,
			    struct err *err)
{
	switch (item->as) {
	case READ_PLAY:
		return put_play(t, &item->play, err);
	case READ_STUDY:
		return put_study(t, &item->study, err);
	case READ_PERSONAL:
		return put_personal(t, &item->personal, err);
	case READ_OTHER:
		break;
	}
	return item->put != NULL ? item->put(t, item->json, err) : STATUS_OK;
}

static enum status put_items(struct taking *t, const struct imported_read *r,
			     struct err *err)
{
	enum status status = STATUS_OK;

	t->passed = r->passed;
	for (size_t i = 0; i < r->count && status == STATUS_OK; i++)
		status = put_item(t, &r->list[i], err);
	return status;
}

static enum status take_in(struct taking *t, const struct imported_read *r,
			   struct err *err)
{
	enum status status = learn_times(t, r, err);

	if (status == STATUS_OK)
		status = put_items(t, r, err);
	if (status == STATUS_OK && t->boots.news)
		status = pending_place(t->c, &t->boots, t->sums, err);
	if (status == STATUS_OK)
		status = boots_save(&t->boots, t->c, err);
	if (status == STATUS_OK)
		status = sums_put(t->sums, t->c, day_of(t->entry->now_s), err);
	return status;
}

static enum status put_odd(struct catalog *c, int64_t station, uint64_t entry,
			   int64_t now_s, const char *why, struct err *err)
{
	static const char put[] =
		"INSERT OR IGNORE INTO odd (station, entry, seen_s, why)"
		" VALUES (?, ?, ?, ?)";
	struct sql q;

	sql_start(&q, c, put);
	sql_put_int(&q, station);
	sql_put_int(&q, (int64_t)entry);
	sql_put_int(&q, now_s);
	sql_put_text(&q, why);
	return sql_run(&q, err);
}

static enum status tell_passed(const struct taking *t, struct err *err)
{
	const struct imported_entry *e = t->entry;
	char why[60];

	(void)snprintf(why, sizeof(why),
		       t->passed == 1 ? "%u item is not as it should be" :
					"%u items are not as they should be",
		       t->passed);
	return put_odd(t->c, e->station, e->entry, e->now_s, why, err);
}

/* The disk of the station was put back to an earlier state: its boots begin to
 * go back. */
static void follow_era(struct known *known, const struct when *w)
{
	int64_t boot = (int64_t)w->boot, mono = (int64_t)w->mono;

	if (boot == 0)
		return;
	if (boot < known->boot ||
	    (boot == known->boot && mono < known->mono))
		known->era++;
	known->boot = boot;
	known->mono = mono;
}

static enum status take(struct catalog *c, const struct imported_entry *e,
			const struct imported_read *r, unsigned *passed,
			struct err *err)
{
	struct taking t = { .c = c, .entry = e };
	struct known known;
	enum status status = read_known(c, e->station, &known, err);

	if (status == STATUS_OK && e->entry < (uint64_t)known.done)
		return STATUS_OLD;
	if (status != STATUS_OK)
		return status;
	follow_era(&known, &e->when);
	known.done = (int64_t)e->entry + 1;
	t.era = known.era;
	status = forgotten_any(c, &t.any_forgotten, err);
	if (status == STATUS_OK)
		status = boots_load(c, e->station, &t.boots, err);
	if (status == STATUS_OK)
		status = sums_new(&t.sums, e->station, err);
	if (status == STATUS_OK)
		status = take_in(&t, r, err);
	if (status == STATUS_OK)
		status = write_known(&t, &known, err);
	if (status == STATUS_OK && t.passed > 0)
		status = tell_passed(&t, err);
	boots_release(&t.boots);
	sums_free(t.sums);
	if (status == STATUS_OK && passed != NULL)
		*passed = t.passed;
	return status;
}

enum status imported_take(struct catalog *c, const struct imported_entry *e,
			  unsigned *passed, struct err *err)
{
	struct imported_read *r;
	enum status status;

	if (e->read != NULL)
		return take(c, e, e->read, passed, err);
	r = imported_read(e->items);
	if (r == NULL)
		return err_set(err, STATUS_NO_MEMORY, "items");
	status = take(c, e, r, passed, err);
	imported_read_free(r);
	return status;
}

/* --- what is no batch for us --- */

enum status imported_pass(struct catalog *c, int64_t station, uint64_t entry,
			  int64_t now_s, const char *why, struct err *err)
{
	static const char put[] =
		"UPDATE station SET log_done = max(log_done, ?)"
		" WHERE id = ?";
	struct sql q;
	enum status status = STATUS_OK;

	if (why != NULL)
		status = put_odd(c, station, entry, now_s, why, err);
	if (status != STATUS_OK)
		return status;
	sql_start(&q, c, put);
	sql_put_int(&q, (int64_t)entry + 1);
	sql_put_int(&q, station);
	return sql_run(&q, err);
}

enum status imported_each_odd(struct catalog *c, unsigned max,
			      imported_odd_cb each, void *owner,
			      struct err *err)
{
	static const char look[] =
		"SELECT key, entry, seen_s, why FROM odd"
		" JOIN station ON station.id = odd.station"
		" ORDER BY seen_s DESC LIMIT ?";
	struct sql q;

	sql_start(&q, c, look);
	sql_put_int(&q, max);
	while (sql_next(&q)) {
		struct bytes key = sql_blob(&q, 0);
		struct imported_odd odd = { .entry = (uint64_t)sql_int(&q, 1),
					    .seen_s = sql_int(&q, 2),
					    .why = sql_text(&q, 3) };

		if (key.size != sizeof(odd.key))
			continue;
		memcpy(odd.key, key.data, sizeof(odd.key));
		each(owner, &odd);
	}
	return sql_finish(&q, err);
}

enum status imported_again(struct catalog *c, struct err *err)
{
	static const char put[] = "UPDATE station SET log_done = 0, era = 0,"
				  " boot = 0, mono = 0";
	struct sql q;

	sql_start(&q, c, put);
	return sql_run(&q, err);
}

enum status imported_forked(struct catalog *c, int64_t station,
			    struct err *err)
{
	static const char put[] =
		"UPDATE station SET forked = 1 WHERE id = ? AND forked = 0";
	struct sql q;

	sql_start(&q, c, put);
	sql_put_int(&q, station);
	return sql_run(&q, err);
}
