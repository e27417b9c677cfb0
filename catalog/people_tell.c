/* All that is recorded of a card: what its holder may ask to be shown. */
#include <stdio.h>

#include "catalog/people.h"
#include "catalog/sql.h"
#include "proto/encoding.h"
#include "proto/month.h"
#include "signing/key.h"

/* What item_of() reads: at_s is a guess where the month is not known. */
#define BEGAN(row)                                                        \
	"iif(" row ".month IS NULL, NULL, " row ".at_s), " row ".lo_s, " row \
	".hi_s"

/* "began", or null with the days between which it was. Columns: station's
 * key, then BEGAN(). */
static json_t *item_of(struct sql *q)
{
	struct bytes key = sql_blob(q, 0);
	char hex[2 * PUBLIC_KEY_SIZE + 1] = "", text[MOMENT_TEXT];
	char lo[DAY_TEXT], hi[DAY_TEXT];

	if (key.size == PUBLIC_KEY_SIZE)
		hex_encode(key, hex);
	if (!sql_is_null(q, 1)) {
		moment_format(sql_int(q, 1), text);
		return json_pack("{s:s, s:s}", "station", hex, "began", text);
	}
	day_format(day_of(sql_int(q, 2)), lo);
	day_format(day_of(sql_int(q, 3)), hi);
	return json_pack("{s:s, s:n, s:s, s:s}", "station", hex, "began", "lo",
			 lo, "hi", hi);
}

static enum status add(json_t *list, json_t *item, struct err *err)
{
	return json_array_append_new(list, item) == 0 ?
		       STATUS_OK :
		       err_set(err, STATUS_NO_MEMORY, "out of memory");
}

static enum status done(struct sql *q, enum status status, struct err *err)
{
	struct err why = ERR_INIT;
	enum status finished = sql_finish(q, &why);

	if (status == STATUS_OK && finished != STATUS_OK)
		*err = why;
	return status == STATUS_OK ? finished : status;
}

static void put_int(json_t *item, const char *key, int64_t value)
{
	(void)json_object_set_new(item, key, json_integer(value));
}

static enum status tell_plays(struct catalog *c, int64_t card, json_t *list,
			      struct err *err)
{
	static const char find[] =
		"SELECT s.key, " BEGAN("p") ", p.ms, l.title, l.name"
		" FROM carded d CROSS JOIN play p ON p.station = d.station"
		" AND p.card = d.card JOIN station s ON s.id = p.station"
		" JOIN lesson l ON l.id = p.lesson WHERE d.card = ?1"
		" ORDER BY p.seen_s DESC, p.at_s DESC LIMIT ?2";
	enum status status = STATUS_OK;
	struct sql q;

	sql_start(&q, c, find);
	sql_put_int(&q, card);
	sql_put_int(&q, PERSON_ITEMS_MAX);
	while (status == STATUS_OK && sql_next(&q)) {
		json_t *item = item_of(&q);
		const char *title = sql_text(&q, 5);

		put_int(item, "ms", sql_int(&q, 4));
		(void)json_object_set_new(
			item, "title",
			json_string(title[0] != 0 ? title : sql_text(&q, 6)));
		status = add(list, item, err);
	}
	return done(&q, status, err);
}

/* What has no lesson of its own: `last` is what its last column is called. */
static enum status tell_rows(struct sql *q, const char *last, json_t *list,
			     struct err *err)
{
	enum status status = STATUS_OK;

	sql_put_int(q, PERSON_ITEMS_MAX);
	while (status == STATUS_OK && sql_next(q)) {
		json_t *item = item_of(q);

		put_int(item, "ms", sql_int(q, 4));
		put_int(item, last, sql_int(q, 5));
		status = add(list, item, err);
	}
	return done(q, status, err);
}

static enum status tell_visits(struct catalog *c, int64_t card, json_t *list,
			       struct err *err)
{
	static const char find[] =
		"SELECT s.key, " BEGAN("p") ", p.ms, p.plays"
		" FROM carded d CROSS JOIN personal p"
		" ON p.station = d.station AND p.card = d.card"
		" JOIN station s ON s.id = p.station WHERE d.card = ?1"
		" ORDER BY p.seen_s DESC, p.at_s DESC LIMIT ?2";
	struct sql q;

	sql_start(&q, c, find);
	sql_put_int(&q, card);
	return tell_rows(&q, "plays", list, err);
}

/* Registers have no index of who was there: all are looked through. */
static enum status tell_studies(struct catalog *c, int64_t card, json_t *list,
				struct err *err)
{
	static const char find[] =
		"SELECT s.key, " BEGAN("t") ", t.ms, t.heads"
		" FROM study t JOIN station s ON s.id = t.station"
		" WHERE instr(t.item, ?1) > 0"
		" ORDER BY t.seen_s DESC, t.at_s DESC LIMIT ?2";
	char quoted[2 * CARD_ID_SIZE + 3];
	struct sql q;

	(void)snprintf(quoted, sizeof(quoted), "\"%016llx\"",
		       (unsigned long long)card);
	sql_start(&q, c, find);
	sql_put_text(&q, quoted);
	return tell_rows(&q, "heads", list, err);
}

static enum status total_ms(struct catalog *c, int64_t card, json_t *person,
			    struct err *err)
{
	static const char sum[] =
		"SELECT ifnull(sum(p.ms), 0) FROM carded d"
		" CROSS JOIN personal p ON p.station = d.station"
		" AND p.card = d.card WHERE d.card = ?";
	struct sql q;

	sql_start(&q, c, sum);
	sql_put_int(&q, card);
	if (sql_next(&q))
		put_int(person, "total_ms", sql_int(&q, 0));
	return sql_finish(&q, err);
}

enum status people_tell(struct catalog *records, int64_t card, json_t **out,
			struct err *err)
{
	json_t *studies = json_array(), *visits = json_array();
	json_t *plays = json_array();
	json_t *told = json_pack("{s:o, s:o, s:o}", "studies", studies,
				 "personals", visits, "plays", plays);
	enum status status;

	if (told == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	status = tell_studies(records, card, studies, err);
	if (status == STATUS_OK)
		status = tell_visits(records, card, visits, err);
	if (status == STATUS_OK)
		status = tell_plays(records, card, plays, err);
	if (status == STATUS_OK)
		status = total_ms(records, card, told, err);
	if (status != STATUS_OK) {
		json_decref(told);
		return status;
	}
	*out = told;
	return STATUS_OK;
}
