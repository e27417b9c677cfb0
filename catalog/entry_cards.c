/* `cards` and `cards-end`: what an office says of the cards of those who
 * study. The entry that is read keeps their number only, since thousands of
 * them would make a large value of every entry. */
#include <string.h>

#include "catalog/entry_inside.h"
#include "proto/encoding.h"

/* The bytes behind "ids": `each` for one card. */
static enum status decode_ids(const json_t *object, size_t each,
			      struct buf *out, struct err *err)
{
	const json_t *ids = json_object_get(object, "ids");
	size_t length = json_string_length(ids), size = 0;
	uint8_t *at;

	if (!json_is_string(ids) || length == 0 ||
	    length > BASE64_SIZE(each * ENTRY_CARDS_MAX))
		return err_set(err, STATUS_MALFORMED,
			       "'ids' is not base64 of 1 to %d cards",
			       ENTRY_CARDS_MAX);
	at = buf_reserve(out, length);
	if (at == NULL)
		return err_set(err, STATUS_NO_MEMORY, "read cards");
	if (base64_decode((struct bytes){ (const uint8_t *)
						  json_string_value(ids),
					  length },
			  at, length, &size) != STATUS_OK ||
	    size % each != 0)
		return err_set(err, STATUS_MALFORMED,
			       "'ids' is not base64 of whole cards");
	buf_grew(out, size);
	return STATUS_OK;
}

static enum status count_ids(const json_t *object, size_t each,
			     uint32_t *count, struct err *err)
{
	struct buf ids = BUF_INIT;
	enum status status = decode_ids(object, each, &ids, err);

	if (status == STATUS_OK)
		*count = (uint32_t)(ids.size / each);
	buf_release(&ids);
	return status;
}

static enum status cards_check(const struct entry_cards *cards,
			       struct err *err)
{
	const char *bad = NULL;

	if (strlen(cards->batch) != ENTRY_BATCH_SIZE ||
	    strspn(cards->batch, "0123456789abcdefghijklmnopqrstuvwxyz") !=
		    ENTRY_BATCH_SIZE)
		bad = "batch";
	else if (region_check(cards->region) != STATUS_OK)
		bad = "region";
	if (bad != NULL)
		return err_set(err, STATUS_MALFORMED, "'%s' is malformed",
			       bad);
	return STATUS_OK;
}

enum status entry_read_cards(const json_t *object, struct entry *entry,
			     struct err *err)
{
	struct entry_cards *cards = &entry->cards;
	enum status status = field_text(object, "batch", REQUIRED,
					cards->batch, sizeof(cards->batch),
					err);

	if (status == STATUS_OK)
		status = field_text(object, "region", REQUIRED, cards->region,
				    sizeof(cards->region), err);
	if (status == STATUS_OK)
		status = cards_check(cards, err);
	if (status == STATUS_OK)
		status = count_ids(object, ENTRY_CARD_SIZE, &cards->count,
				   err);
	return status;
}

enum status entry_read_cards_end(const json_t *object, struct entry *entry,
				 struct err *err)
{
	return count_ids(object, CARD_ID_SIZE, &entry->cards_end.count,
			 err);
}

enum status entry_card_ids(struct bytes json, struct buf *out, struct err *err)
{
	json_t *object;
	const char *type;
	enum status status = entry_load(json, &object, err);

	if (status != STATUS_OK)
		return status;
	type = json_string_value(json_object_get(object, "type"));
	status = decode_ids(object,
			    type != NULL && strcmp(type, "cards") == 0 ?
				    ENTRY_CARD_SIZE :
				    CARD_ID_SIZE,
			    out, err);
	json_decref(object);
	return status;
}

/* --- written --- */

static bool put_ids(json_t *object, struct bytes ids)
{
	struct buf text = BUF_INIT;
	bool put;

	buf_put_base64(&text, ids);
	put = buf_status(&text) == STATUS_OK &&
	      field_put_text(object, "ids", buf_string(&text));
	buf_release(&text);
	return put;
}

static bool put_trust(json_t *object, uint64_t trust)
{
	return trust == 0 || field_put_integer(object, "trust", trust);
}

static enum status check_ids(struct bytes ids, size_t each, struct err *err)
{
	if (ids.size == 0 || ids.size % each != 0 ||
	    ids.size / each > ENTRY_CARDS_MAX)
		return err_set(err, STATUS_MALFORMED,
			       "an entry has 1 to %d cards", ENTRY_CARDS_MAX);
	return STATUS_OK;
}

enum status entry_format_cards(const struct entry_cards *cards,
			       struct bytes ids, struct buf *out,
			       struct err *err)
{
	enum status status = cards_check(cards, err);
	json_t *object;

	if (status == STATUS_OK)
		status = check_ids(ids, ENTRY_CARD_SIZE, err);
	if (status != STATUS_OK)
		return status;
	object = json_object();
	return entry_finish(object,
			    object != NULL &&
				    field_put_text(object, "type", "cards") &&
				    field_put_text(object, "batch",
						   cards->batch) &&
				    field_put_text(object, "region",
						   cards->region) &&
				    put_ids(object, ids) &&
				    put_trust(object, cards->trust),
			    out, err);
}

enum status entry_format_cards_end(const struct entry_cards_end *end,
				   struct bytes ids, struct buf *out,
				   struct err *err)
{
	enum status status = check_ids(ids, CARD_ID_SIZE, err);
	json_t *object;

	if (status != STATUS_OK)
		return status;
	object = json_object();
	return entry_finish(object,
			    object != NULL &&
				    field_put_text(object, "type",
						   "cards-end") &&
				    put_ids(object, ids) &&
				    put_trust(object, end->trust),
			    out, err);
}
