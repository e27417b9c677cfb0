/* Cards: what an office's log says last about one is how it stands with that
 * office. Where a log is judged again, what it said later may be there
 * already: a row is the same in whatever order its entries are applied, when
 * each is applied once more from the first on. */
#include <string.h>

#include "catalog/index_inside.h"
#include "catalog/sql.h"

static enum status put_card(struct index *x, uint64_t n, const uint8_t *card,
			    struct err *err)
{
	static const char insert[] =
		"INSERT INTO card (id, log, entry, pin, region)"
		" VALUES (?, ?, ?, ?, ?)"
		" ON CONFLICT (id, log) DO UPDATE SET entry = excluded.entry,"
		" pin = excluded.pin, region = excluded.region, ended ="
		" CASE WHEN card.ended > excluded.entry THEN card.ended END"
		" WHERE excluded.entry > card.entry";
	struct sql q;

	sql_start(&q, x->c, insert);
	sql_put_int(&q, cardid_number_of(card));
	sql_put_int(&q, x->log.id);
	sql_put_int(&q, (int64_t)n);
	sql_put_blob(&q, (struct bytes){ card + CARD_ID_SIZE,
					 CARD_CHECK_SIZE });
	sql_put_text(&q, x->entry.cards.region);
	return sql_run(&q, err);
}

static enum status end_card(struct index *x, uint64_t n, const uint8_t *id,
			    struct err *err)
{
	static const char update[] =
		"UPDATE card SET ended = ?1 WHERE id = ?2 AND log = ?3"
		" AND entry < ?1 AND (ended IS NULL OR ended > ?1)";
	struct sql q;

	sql_start(&q, x->c, update);
	sql_put_int(&q, (int64_t)n);
	sql_put_int(&q, cardid_number_of(id));
	sql_put_int(&q, x->log.id);
	return sql_run(&q, err);
}

/* `entry` was read before: only memory can fail here. */
static enum status read_ids(struct bytes entry, struct buf *ids,
			    struct err *err)
{
	struct err why = ERR_INIT;
	enum status status = entry_card_ids(entry, ids, &why);

	return status == STATUS_OK ? STATUS_OK :
				     err_set(err, status, "%s", why.text);
}

enum status index_cards(struct index *x, uint64_t n, struct bytes entry,
			struct err *err)
{
	struct buf ids = BUF_INIT;
	enum status status;

	if (!index_may_enrol(x, x->entry.cards.region))
		return index_refuse(x, n, REFUSED_SCOPE,
				    x->entry.cards.region, err);
	status = read_ids(entry, &ids, err);
	for (size_t at = 0; status == STATUS_OK && at < ids.size;
	     at += ENTRY_CARD_SIZE)
		status = put_card(x, n, ids.data + at, err);
	buf_release(&ids);
	return status;
}

enum status index_cards_end(struct index *x, uint64_t n, struct bytes entry,
			    struct err *err)
{
	struct buf ids = BUF_INIT;
	enum status status = read_ids(entry, &ids, err);

	for (size_t at = 0; status == STATUS_OK && at < ids.size;
	     at += CARD_ID_SIZE)
		status = end_card(x, n, ids.data + at, err);
	buf_release(&ids);
	return status;
}

/* --- judged again --- */

static bool row_counts(const struct index *x, struct sql *q, uint64_t from,
		       uint64_t end, index_counts_fn counts, void *owner)
{
	/* The issuing entry, and the one that ended it. */
	for (int column = 1; column <= 2; column++) {
		uint64_t n = (uint64_t)sql_int(q, column);

		if (!sql_is_null(q, column) && n >= from && n < end &&
		    !counts(owner, n))
			return false;
	}
	return index_may_enrol(x, sql_text(q, 3));
}

static enum status find_cards(struct index *x, uint64_t from, uint64_t end,
			      index_counts_fn counts, void *owner,
			      struct buf *list, struct err *err)
{
	static const char find[] =
		"SELECT id, entry, ended, region FROM card"
		" WHERE log = ?1 AND entry >= ?2 AND entry < ?3 UNION"
		" SELECT id, entry, ended, region FROM card"
		" WHERE log = ?1 AND ended >= ?2 AND ended < ?3";
	enum status status;
	struct sql q;

	sql_start(&q, x->c, find);
	sql_put_int(&q, x->log.id);
	sql_put_int(&q, (int64_t)from);
	sql_put_int(&q, (int64_t)end);
	while (sql_next(&q)) {
		int64_t id = sql_int(&q, 0);

		if (!row_counts(x, &q, from, end, counts, owner))
			buf_put(list, &id, sizeof(id));
	}
	status = sql_finish(&q, err);
	return status == STATUS_OK && buf_status(list) != STATUS_OK ?
		       err_set(err, STATUS_NO_MEMORY, "judge cards") :
		       status;
}

enum status index_strip_cards(struct index *x, uint64_t from, uint64_t end,
			      index_counts_fn counts, void *owner,
			      struct err *err)
{
	static const char forget[] =
		"DELETE FROM card WHERE id = ? AND log = ?";
	struct buf list = BUF_INIT;
	enum status status = find_cards(x, from, end, counts, owner, &list,
					err);
	struct sql q;
	int64_t id;

	for (size_t at = 0; status == STATUS_OK && at < list.size;
	     at += sizeof(id)) {
		memcpy(&id, list.data + at, sizeof(id));
		sql_start(&q, x->c, forget);
		sql_put_int(&q, id);
		sql_put_int(&q, x->log.id);
		status = sql_run(&q, err);
	}
	buf_release(&list);
	return status;
}
