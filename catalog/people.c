#include "catalog/people.h"

#include <stdio.h>
#include <string.h>

#include "catalog/sql.h"

static void take_text(char *out, size_t room, const char *text)
{
	(void)snprintf(out, room, "%s", text);
}

static enum status put_one(struct catalog *c, const struct person *p,
			   struct err *err)
{
	static const char insert[] =
		"INSERT OR REPLACE INTO person"
		" (card, tail, name, place, region, batch, issued_s)"
		" VALUES (?, ?, ?, ?, ?, ?, ?)";
	struct sql q;

	sql_start(&q, c, insert);
	sql_put_int(&q, p->card);
	sql_put_text(&q, p->tail);
	sql_put_text(&q, p->name);
	sql_put_text(&q, p->place);
	sql_put_text(&q, p->region);
	sql_put_text(&q, p->batch);
	sql_put_int(&q, p->issued_s);
	return sql_run(&q, err);
}

enum status people_put(struct catalog *records, const struct person *people,
		       size_t count, struct err *err)
{
	enum status status = catalog_begin(records, CATALOG_DURABLE, err);

	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < count && status == STATUS_OK; i++)
		status = put_one(records, &people[i], err);
	if (status == STATUS_OK)
		return catalog_commit(records, err);
	catalog_rollback(records);
	return status;
}

/* --- settling --- */

static enum status list_unlogged(struct catalog *c, struct buf *cards,
				 struct err *err)
{
	static const char find[] = "SELECT card FROM person WHERE logged = 0";
	enum status status;
	struct sql q;

	sql_start(&q, c, find);
	while (sql_next(&q)) {
		int64_t card = sql_int(&q, 0);

		buf_put(cards, &card, sizeof(card));
	}
	status = sql_finish(&q, err);
	return status == STATUS_OK && buf_status(cards) != STATUS_OK ?
		       err_set(err, STATUS_NO_MEMORY, "look at cards") :
		       status;
}

static enum status settle_one(struct catalog *c, int64_t card, bool issued,
			      struct err *err)
{
	static const char mark[] = "UPDATE person SET logged = 1"
				   " WHERE card = ?";
	static const char forget[] = "DELETE FROM person WHERE card = ?";
	struct sql q;

	sql_start(&q, c, issued ? mark : forget);
	sql_put_int(&q, card);
	return sql_run(&q, err);
}

enum status people_settle(struct catalog *records,
			  enum status (*issued)(void *owner, int64_t card,
						bool *is, struct err *err),
			  void *owner, bool forget, struct err *err)
{
	struct buf cards = BUF_INIT;
	enum status status = list_unlogged(records, &cards, err);
	int64_t card;

	if (status == STATUS_OK && cards.size > 0)
		status = catalog_begin(records, CATALOG_DURABLE, err);
	for (size_t at = 0; status == STATUS_OK && at < cards.size;
	     at += sizeof(card)) {
		bool is = false;

		memcpy(&card, cards.data + at, sizeof(card));
		status = issued(owner, card, &is, err);
		if (status == STATUS_OK && (is || forget))
			status = settle_one(records, card, is, err);
	}
	if (catalog_in_transaction(records)) {
		if (status == STATUS_OK)
			status = catalog_commit(records, err);
		else
			catalog_rollback(records);
	}
	buf_release(&cards);
	return status;
}

static enum status end_one(struct catalog *records, int64_t card,
			   int64_t now_s, struct err *err)
{
	static const char update[] = "UPDATE person SET ended_s = ?"
				     " WHERE card = ? AND ended_s IS NULL";
	struct sql q;

	sql_start(&q, records, update);
	sql_put_int(&q, now_s);
	sql_put_int(&q, card);
	return sql_run(&q, err);
}

enum status people_end(struct catalog *records, const int64_t *cards,
		       size_t count, int64_t now_s, struct err *err)
{
	enum status status = catalog_begin(records, CATALOG_DURABLE, err);

	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < count && status == STATUS_OK; i++)
		status = end_one(records, cards[i], now_s, err);
	if (status == STATUS_OK)
		return catalog_commit(records, err);
	catalog_rollback(records);
	return status;
}

/* --- looking --- */

#define PERSON_COLUMNS \
	"card, tail, name, place, region, batch, issued_s, ended_s"

static void read_person(struct sql *q, struct person *out)
{
	out->card = sql_int(q, 0);
	take_text(out->tail, sizeof(out->tail), sql_text(q, 1));
	take_text(out->name, sizeof(out->name), sql_text(q, 2));
	take_text(out->place, sizeof(out->place), sql_text(q, 3));
	take_text(out->region, sizeof(out->region), sql_text(q, 4));
	take_text(out->batch, sizeof(out->batch), sql_text(q, 5));
	out->issued_s = sql_int(q, 6);
	out->ended_s = sql_int(q, 7);
}

#define MATCHES                                                            \
	" FROM person WHERE logged = 1 AND (?1 = '' OR instr(name, ?1) > 0" \
	" OR instr(place, ?1) > 0 OR tail = ?1 OR batch = ?1)"

enum status people_find(struct catalog *records, const char *query,
			person_cb each, void *owner, uint64_t *total,
			struct err *err)
{
	static const char find[] = "SELECT " PERSON_COLUMNS MATCHES
				   " ORDER BY issued_s DESC, place, name, card"
				   " LIMIT ?2";
	static const char count[] = "SELECT count(*)" MATCHES;
	struct person person;
	enum status status;
	bool more = true;
	struct sql q;

	sql_start(&q, records, find);
	sql_put_text(&q, query);
	sql_put_int(&q, PEOPLE_LIST_MAX);
	while (more && sql_next(&q)) {
		read_person(&q, &person);
		more = each(owner, &person);
	}
	status = sql_finish(&q, err);
	if (status != STATUS_OK)
		return status;
	sql_start(&q, records, count);
	sql_put_text(&q, query);
	if (sql_next(&q))
		*total = (uint64_t)sql_int(&q, 0);
	return sql_finish(&q, err);
}

enum status people_of_batch(struct catalog *records, const char *batch,
			    size_t most, struct buf *cards, struct err *err)
{
	static const char find[] = "SELECT card FROM person"
				   " WHERE batch = ? AND logged = 1"
				   " ORDER BY card LIMIT ?";
	enum status status;
	struct sql q;

	sql_start(&q, records, find);
	sql_put_text(&q, batch);
	sql_put_int(&q, (int64_t)most);
	while (sql_next(&q)) {
		int64_t card = sql_int(&q, 0);

		buf_put(cards, &card, sizeof(card));
	}
	status = sql_finish(&q, err);
	return status == STATUS_OK && buf_status(cards) != STATUS_OK ?
		       err_set(err, STATUS_NO_MEMORY, "out of memory") :
		       status;
}

enum status people_get(struct catalog *records, int64_t card,
		       struct person *out, struct err *err)
{
	static const char find[] = "SELECT " PERSON_COLUMNS
				   " FROM person WHERE card = ?";
	enum status status;
	bool found;
	struct sql q;

	sql_start(&q, records, find);
	sql_put_int(&q, card);
	found = sql_next(&q);
	if (found)
		read_person(&q, out);
	status = sql_finish(&q, err);
	return status == STATUS_OK && !found ? STATUS_NOT_FOUND : status;
}

enum status people_month_ms(struct catalog *records, int64_t card,
			    int32_t month, int64_t *ms, struct err *err)
{
	static const char sum[] = "SELECT ifnull(sum(p.ms), 0) FROM carded d"
				  " CROSS JOIN personal p"
				  " ON p.station = d.station"
				  " AND p.card = d.card"
				  " WHERE d.card = ? AND p.month = ?";
	struct sql q;

	sql_start(&q, records, sum);
	sql_put_int(&q, card);
	sql_put_int(&q, month);
	if (sql_next(&q))
		*ms = sql_int(&q, 0);
	return sql_finish(&q, err);
}
