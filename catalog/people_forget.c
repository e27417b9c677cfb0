/* Deleting what is personal so that the bytes are gone, too: in this database
 * SQLite overwrites what it frees, from the first row on (records_db_open()),
 * and the write-ahead log is emptied afterwards.
 *
 *     1. whom: their cards are found, and hashes of all of them kept, so that
 *        nothing that comes in from here on has them
 *     2. registers: all are read once, by key; those that may have somebody are
 *        read again where nobody else writes, and changed
 *     3. plays and visits, at the stations where the cards were
 *     4. the persons' rows, by which the others are found
 *
 * The first and the last are durable when they are done, and so is then all
 * that lies between. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "catalog/blot.h"
#include "catalog/forgotten.h"
#include "catalog/people.h"
#include "catalog/sql.h"
#include "catalog/strokes.h"

enum {
	AT_ONCE = 256, /* registers read, */
	ROWS_AT_ONCE = 200, /* rows of a card that one statement changes */
	REGISTERS_SHARE = 900, /* of a thousand: the rest is quick */
	WIPE_WAIT_MS = 20,
	WIPE_REST_MS = 50
};

struct place {
	int64_t station, id;
};

struct forgetting {
	struct catalog *c;
	const struct people_whom *whom;
	struct people_watch *watch;
	struct blot blot;
	struct buf cards; /* int64_t */
	int64_t only, last; /* the station meant, or 0; the last there is */
	struct place at;    /* looked through up to here */
	bool all;	    /* there is nothing behind it */
	struct buf found;   /* struct place, of those just looked at */
	int64_t rows;
};

static enum status no_memory(struct err *err)
{
	return err_set(err, STATUS_NO_MEMORY, "out of memory");
}

static void say(struct forgetting *f, unsigned done)
{
	f->watch->done = done;
	if (f->watch->tell != NULL)
		f->watch->tell(f->watch->owner, f->watch);
}

static struct strokes strokes_of(const struct forgetting *f,
				 enum catalog_kind kind)
{
	return (struct strokes){ .c = f->c, .kind = kind,
				 .stop = &f->watch->stop };
}

/* --- whom --- */

static enum status cards_by_name(struct forgetting *f, struct err *err)
{
	static const char find[] = "SELECT card FROM person WHERE name = ?";
	struct sql q;

	sql_start(&q, f->c, find);
	sql_put_text(&q, f->whom->name);
	while (sql_next(&q)) {
		int64_t card = sql_int(&q, 0);

		buf_put(&f->cards, &card, sizeof(card));
	}
	return sql_finish(&q, err);
}

static size_t card_count(const struct forgetting *f)
{
	return f->cards.size / sizeof(int64_t);
}

static int64_t card_at(const struct forgetting *f, size_t i)
{
	int64_t card;

	memcpy(&card, f->cards.data + i * sizeof(card), sizeof(card));
	return card;
}

static bool is_everywhere(const struct forgetting *f)
{
	return f->whom->station.size == 0;
}

static enum status keep_hashes(struct forgetting *f, struct err *err)
{
	enum status status = STATUS_OK;

	if (f->whom->name != NULL && is_everywhere(f))
		status = cards_by_name(f, err);
	if (status == STATUS_OK && buf_status(&f->cards) != STATUS_OK)
		status = no_memory(err);
	for (size_t i = 0; status == STATUS_OK && i < card_count(f); i++)
		status = forgotten_card(f->c, card_at(f, i), err);
	if (status == STATUS_OK && f->whom->name != NULL && is_everywhere(f))
		status = forgotten_name(f->c, f->whom->name, err);
	return status;
}

static enum status find_whom(struct forgetting *f, struct err *err)
{
	struct strokes s = strokes_of(f, CATALOG_DURABLE);
	enum status status;

	if (f->whom->count > 0)
		buf_put(&f->cards, f->whom->cards,
			f->whom->count * sizeof(int64_t));
	status = strokes_begin(&s, err);
	if (status != STATUS_OK)
		return status;
	status = strokes_end(&s, keep_hashes(f, err), err);
	if (status == STATUS_OK &&
	    blot_init(&f->blot, (const int64_t *)(const void *)f->cards.data,
		      card_count(f), f->whom->name) != STATUS_OK)
		status = no_memory(err);
	return status;
}

/* --- registers --- */

static enum status find_stations(struct forgetting *f, struct err *err)
{
	static const char last[] = "SELECT max(id) FROM station";
	static const char one[] = "SELECT id FROM station WHERE key = ?";
	bool found = false;
	struct sql q;

	sql_start(&q, f->c, is_everywhere(f) ? last : one);
	if (!is_everywhere(f))
		sql_put_blob(&q, f->whom->station);
	if (sql_next(&q)) {
		f->last = sql_int(&q, 0);
		found = true;
	}
	f->all = !found || f->last == 0;
	if (!is_everywhere(f)) {
		f->only = f->last;
		f->at = (struct place){ f->only - 1, INT64_MAX };
	}
	return sql_finish(&q, err);
}

/* Read some more, and note which may have somebody. */
static enum status look(struct forgetting *f, struct err *err)
{
	static const char next[] =
		"SELECT station, id, item FROM study"
		" WHERE (station, id) > (?1, ?2) AND station <= ?3"
		" ORDER BY station, id LIMIT ?4";
	unsigned count = 0;
	struct sql q;

	buf_clear(&f->found);
	sql_start(&q, f->c, next);
	sql_put_int(&q, f->at.station);
	sql_put_int(&q, f->at.id);
	sql_put_int(&q, f->last);
	sql_put_int(&q, AT_ONCE);
	while (sql_next(&q)) {
		const char *item = sql_text(&q, 2);

		f->at = (struct place){ sql_int(&q, 0), sql_int(&q, 1) };
		if (blot_may_have(&f->blot, bytes_of(item)))
			buf_put(&f->found, &f->at, sizeof(f->at));
		count++;
	}
	f->watch->looked += count;
	f->all = count < AT_ONCE;
	return sql_finish(&q, err);
}

/* `*out` is NULL where it is not there any more. */
static enum status read_item(struct catalog *c, const struct place *at,
			     json_t **out, struct err *err)
{
	static const char read[] =
		"SELECT item FROM study WHERE station = ? AND id = ?";
	bool there;
	enum status status;
	struct sql q;

	*out = NULL;
	sql_start(&q, c, read);
	sql_put_int(&q, at->station);
	sql_put_int(&q, at->id);
	there = sql_next(&q);
	if (there)
		*out = json_loads(sql_text(&q, 0), 0, NULL);
	status = sql_finish(&q, err);
	return status == STATUS_OK && there && *out == NULL ?
		       err_set(err, STATUS_NO_MEMORY, "read a register") :
		       status;
}

static enum status write_item(struct catalog *c, const struct place *at,
			      const json_t *item, struct err *err)
{
	static const char write[] =
		"UPDATE study SET item = ? WHERE station = ? AND id = ?";
	char *text = json_dumps(item, JSON_COMPACT);
	enum status status;
	struct sql q;

	if (text == NULL)
		return err_set(err, STATUS_NO_MEMORY, "write a register");
	sql_start(&q, c, write);
	sql_put_text(&q, text);
	sql_put_int(&q, at->station);
	sql_put_int(&q, at->id);
	status = sql_run(&q, err);
	free(text);
	return status;
}

static enum status edit_one(struct forgetting *f, const struct place *at,
			    struct err *err)
{
	bool lacking = false;
	json_t *item;
	enum status status = read_item(f->c, at, &item, err);

	if (status == STATUS_OK && item != NULL &&
	    blot_item(&f->blot, item, &lacking)) {
		status = write_item(f->c, at, item, err);
		f->rows++;
	}
	json_decref(item);
	return status == STATUS_OK && lacking ? no_memory(err) : status;
}

static enum status edit_found(struct forgetting *f, struct err *err)
{
	struct strokes s = strokes_of(f, CATALOG_DERIVED);
	enum status status;
	struct place at;

	if (buf_status(&f->found) != STATUS_OK)
		return no_memory(err);
	if (f->found.size == 0)
		return STATUS_OK;
	status = strokes_begin(&s, err);
	for (size_t i = 0; status == STATUS_OK && i < f->found.size;
	     i += sizeof(at)) {
		memcpy(&at, f->found.data + i, sizeof(at));
		status = edit_one(f, &at, err);
		if (status == STATUS_OK)
			status = strokes_turn(&s, err);
	}
	return strokes_end(&s, status, err);
}

/* Stations have numbers in a row, so that the number tells how far it is. */
static unsigned share_done(const struct forgetting *f)
{
	if (f->all || f->only != 0 || f->last <= 0)
		return f->all ? REGISTERS_SHARE : 0;
	return (unsigned)(f->at.station * REGISTERS_SHARE / f->last);
}

static enum status edit_registers(struct forgetting *f, struct err *err)
{
	enum status status = find_stations(f, err);

	while (status == STATUS_OK && !f->all) {
		if (f->watch->stop)
			return err_set(err, STATUS_CANCELLED,
				       "this node is stopping");
		status = look(f, err);
		if (status == STATUS_OK)
			status = edit_found(f, err);
		say(f, share_done(f));
	}
	return status;
}

/* --- cards --- */

/* Until that statement finds no more rows of the card. */
static enum status run_on(struct forgetting *f, struct strokes *s,
			  const char *text, int64_t card, struct err *err)
{
	enum status status = STATUS_OK;
	int64_t changed = ROWS_AT_ONCE;
	struct sql q;

	while (status == STATUS_OK && changed >= ROWS_AT_ONCE) {
		sql_start(&q, f->c, text);
		sql_put_int(&q, card);
		sql_put_int(&q, ROWS_AT_ONCE);
		status = sql_run(&q, err);
		if (status != STATUS_OK)
			return status;
		changed = sql_changes(f->c);
		f->rows += changed;
		status = strokes_turn(s, err);
	}
	return status;
}

/* By which its rows were found: they are done. */
static enum status drop_stations(struct forgetting *f, int64_t card,
				 struct err *err)
{
	static const char drop[] = "DELETE FROM carded WHERE card = ?";
	struct sql q;

	sql_start(&q, f->c, drop);
	sql_put_int(&q, card);
	return sql_run(&q, err);
}

static enum status drop_cards(struct forgetting *f, struct err *err)
{
	static const char plays[] =
		"UPDATE play SET card = NULL WHERE (station, id) IN"
		" (SELECT p.station, p.id FROM carded d CROSS JOIN play p"
		" ON p.station = d.station AND p.card = d.card"
		" WHERE d.card = ?1 LIMIT ?2)";
	static const char visits[] =
		"UPDATE personal SET card = NULL WHERE (station, id) IN"
		" (SELECT p.station, p.id FROM carded d CROSS JOIN personal p"
		" ON p.station = d.station AND p.card = d.card"
		" WHERE d.card = ?1 LIMIT ?2)";
	struct strokes s = strokes_of(f, CATALOG_DERIVED);
	enum status status;

	if (card_count(f) == 0)
		return STATUS_OK;
	status = strokes_begin(&s, err);
	for (size_t i = 0; status == STATUS_OK && i < card_count(f); i++) {
		status = run_on(f, &s, plays, card_at(f, i), err);
		if (status == STATUS_OK)
			status = run_on(f, &s, visits, card_at(f, i), err);
		if (status == STATUS_OK)
			status = drop_stations(f, card_at(f, i), err);
	}
	return strokes_end(&s, status, err);
}

/* Something is always written: who commits it has all before it on disk. */
static enum status count_up(struct catalog *c, struct err *err)
{
	static const char key[] = "office.forgot";
	int64_t times = 0;
	enum status status = catalog_get_int(c, key, &times, err);

	return status == STATUS_OK || status == STATUS_NOT_FOUND ?
		       catalog_set_int(c, key, times + 1, err) :
		       status;
}

static enum status drop_persons(struct forgetting *f, struct err *err)
{
	static const char person[] =
		"DELETE FROM person WHERE card IN"
		" (SELECT card FROM person WHERE card = ?1 LIMIT ?2)";
	struct strokes s = strokes_of(f, CATALOG_DURABLE);
	enum status status = strokes_begin(&s, err);

	for (size_t i = 0; status == STATUS_OK && i < card_count(f); i++)
		status = run_on(f, &s, person, card_at(f, i), err);
	if (status == STATUS_OK)
		status = count_up(f->c, err);
	return strokes_end(&s, status, err);
}

enum status people_forget(struct catalog *records,
			  const struct people_whom *whom,
			  struct people_watch *watch, int64_t *rows,
			  struct err *err)
{
	struct people_watch nobody = { .stop = false };
	struct forgetting f = { .c = records, .whom = whom,
				.watch = watch != NULL ? watch : &nobody };
	enum status status;

	if (whom->name != NULL && whom->name[0] == 0)
		return err_set(err, STATUS_USAGE, "which name?");
	status = find_whom(&f, err);
	if (status == STATUS_OK)
		status = edit_registers(&f, err);
	if (status == STATUS_OK)
		status = drop_cards(&f, err);
	if (status == STATUS_OK)
		status = drop_persons(&f, err);
	blot_release(&f.blot);
	buf_release(&f.cards);
	buf_release(&f.found);
	if (status != STATUS_OK)
		return status;
	say(&f, 1000);
	if (rows != NULL)
		*rows = f.rows;
	return STATUS_OK;
}

/* --- the bytes --- */

/* Whoever empties the log keeps others from writing while it waits for those
 * who read: so it waits for a moment only, and comes back. */
static int empty_log(struct catalog *c)
{
	unsigned before_ms = sql_patience(c, WIPE_WAIT_MS);
	int rc = sqlite3_wal_checkpoint_v2(sql_connection(c), NULL,
					   SQLITE_CHECKPOINT_TRUNCATE, NULL,
					   NULL);

	(void)sql_patience(c, before_ms);
	return rc;
}

enum status people_wipe(struct catalog *records, unsigned patience_ms,
			struct err *err)
{
	const struct timespec a_while = { .tv_nsec = WIPE_REST_MS * 1000000 };
	enum status status;
	unsigned waited = 0;
	int rc;

	/* What there is to be copied and flushed, while others write. */
	status = catalog_checkpoint_wal(catalog_path(records), err);
	if (status != STATUS_OK)
		return status;
	while ((rc = empty_log(records)) == SQLITE_BUSY &&
	       waited < patience_ms) {
		(void)nanosleep(&a_while, NULL);
		waited += WIPE_REST_MS + WIPE_WAIT_MS;
	}
	if (rc == SQLITE_BUSY)
		return err_set(err, STATUS_BUSY,
			       "somebody reads the records just now: what was "
			       "deleted still stands in the write-ahead log; "
			       "say it again");
	return rc == SQLITE_OK ? STATUS_OK : sql_fail(records, rc, err);
}
