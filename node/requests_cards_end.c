/* Cards taken back (docs/architecture.md, "Requests"). */
#include <string.h>

#include "catalog/cards.h"
#include "catalog/entry.h"
#include "catalog/people.h"
#include "node/clock.h"
#include "node/office/card_person.h"
#include "node/office/card_sheet.h"
#include "node/requests_internal.h"
#include "proto/encoding.h"

enum status request_card_ids(const json_t *request, struct buf *out,
			     struct err *err)
{
	const json_t *cards = json_object_get(request, "cards"), *one;
	size_t i;

	if (json_array_size(cards) > CARD_SHEET_MAX)
		return err_set(err, STATUS_USAGE, "at most %d cards at once",
			       CARD_SHEET_MAX);
	json_array_foreach((json_t *)(uintptr_t)cards, i, one) {
		int64_t card;

		if (!json_is_string(one) ||
		    !card_hex_parse(json_string_value(one), &card))
			return err_set(err, STATUS_USAGE,
				       "cards: 16 hex digits each");
		buf_put(out, &card, sizeof(card));
	}
	return buf_status(out) == STATUS_OK ?
		       STATUS_OK :
		       err_set(err, STATUS_NO_MEMORY, "out of memory");
}

int64_t request_card_at(const struct buf *cards, size_t i)
{
	int64_t card;

	memcpy(&card, cards->data + i * sizeof(card), sizeof(card));
	return card;
}

/* --- cards-end --- */

static enum status cards_of_batch(struct catalog *records, const char *batch,
				  struct buf *out, struct err *err)
{
	enum status status = people_of_batch(records, batch,
					     PEOPLE_LIST_MAX + 1, out, err);

	if (status == STATUS_OK && out->size == 0)
		status = err_set(err, STATUS_NOT_FOUND,
				 "there is no batch '%s'", batch);
	if (status == STATUS_OK &&
	    out->size / sizeof(int64_t) > PEOPLE_LIST_MAX)
		status = err_set(err, STATUS_LIMITED,
				 "more than %d cards: end them by their "
				 "numbers",
				 PEOPLE_LIST_MAX);
	return status;
}

/* The ids of those that are good, as the entry has them. */
static enum status good_ones(struct requests *r, const struct buf *cards,
			     struct buf *ids, struct err *err)
{
	enum status status = STATUS_OK;

	for (size_t i = 0;
	     status == STATUS_OK && i < cards->size / sizeof(int64_t); i++) {
		enum card_standing standing = CARD_UNKNOWN;
		uint8_t id[CARD_ID_SIZE];

		cardid_of_number(request_card_at(cards, i), id);
		status = cards_standing(r->house->catalog, "", id, &standing,
					err);
		if (status == STATUS_OK && standing == CARD_UNKNOWN)
			status = err_set(err, STATUS_NOT_FOUND,
					 "this office has issued no such card");
		if (standing == CARD_GOOD)
			buf_put(ids, id, sizeof(id));
	}
	return status == STATUS_OK && buf_status(ids) != STATUS_OK ?
		       err_set(err, STATUS_NO_MEMORY, "out of memory") :
		       status;
}

static enum status append_ends(struct requests *r, struct bytes ids,
			       struct err *err)
{
	struct entry_cards_end end = { .trust = r->house->trust.trust.version };
	size_t room = request_entry_room(r, CARD_ID_SIZE);
	enum status status = STATUS_OK;

	for (size_t at = 0; at < ids.size && status == STATUS_OK; at += room) {
		size_t left = ids.size - at;
		struct buf entry = BUF_INIT;

		status = entry_format_cards_end(
			&end,
			(struct bytes){ ids.data + at,
					left < room ? left : room },
			&entry, err);
		if (status == STATUS_OK)
			status = request_append(r, buf_bytes(&entry), err);
		buf_release(&entry);
	}
	return status;
}

static enum status end_all(struct requests *r, struct catalog *records,
			   const struct buf *cards, size_t *ended,
			   struct err *err)
{
	struct buf ids = BUF_INIT;
	enum status status = good_ones(r, cards, &ids, err);

	*ended = ids.size / CARD_ID_SIZE;
	if (status == STATUS_OK)
		status = append_ends(r, buf_bytes(&ids), err);
	if (status == STATUS_OK)
		status = people_end(records,
				    (const int64_t *)(const void *)cards->data,
				    cards->size / sizeof(int64_t),
				    (int64_t)clock_s(), err);
	buf_release(&ids);
	return status;
}

enum status request_cards_end(struct requests *r, const json_t *request,
			      json_t **answer, struct err *err)
{
	const char *batch = request_text(request, "batch");
	struct buf cards = BUF_INIT;
	struct catalog *records;
	size_t ended = 0;
	enum status status = request_may_publish(r, err);

	if (status == STATUS_OK)
		status = house_records(r->house, &records, err);
	if (status == STATUS_OK)
		status = batch != NULL ?
				 cards_of_batch(records, batch, &cards, err) :
				 request_card_ids(request, &cards, err);
	if (status == STATUS_OK && cards.size == 0)
		status = err_set(err, STATUS_USAGE, "which cards?");
	if (status == STATUS_OK)
		status = end_all(r, records, &cards, &ended, err);
	buf_release(&cards);
	if (status == STATUS_OK)
		*answer = json_pack("{s:I}", "ended", (json_int_t)ended);
	return status;
}
