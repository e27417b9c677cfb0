#include "catalog/batch.h"

#include <stdio.h>
#include <string.h>

#include "catalog/entry.h"
#include "catalog/jsonfields.h"
#include "proto/encoding.h"
#include "proto/recordlog.h"
#include "signing/note.h"

static const char first_line[] = "xiangtu-batch/v1";

/* --- what is the same for writing and reading --- */

static bool kind_is_good(const json_t *item)
{
	const json_t *kind = json_object_get(item, "k");
	const char *text = json_string_value(kind);
	size_t size = json_string_length(kind);

	if (text == NULL || size == 0 || size > BATCH_KIND_MAX)
		return false;
	return strspn(text, "abcdefghijklmnopqrstuvwxyz-") == size;
}

static enum status check_items(const json_t *items, struct err *err)
{
	const json_t *item;
	size_t i;

	if (!json_is_array(items))
		return err_set(err, STATUS_MALFORMED, "no 'items'");
	if (json_array_size(items) > BATCH_ITEMS_MAX)
		return err_set(err, STATUS_MALFORMED, "more than %d items",
			       BATCH_ITEMS_MAX);
	json_array_foreach((json_t *)items, i, item)
		if (!json_is_object(item) || !kind_is_good(item))
			return err_set(err, STATUS_MALFORMED,
				       "item %zu says no kind", i);
	return STATUS_OK;
}

static bool parts_are_good(uint64_t part, uint64_t parts)
{
	return part >= 1 && part <= parts && parts <= BATCH_PARTS_MAX;
}

/* --- writing --- */

static json_t *head_json(const struct batch_head *head)
{
	char to[9];

	(void)snprintf(to, sizeof(to), "%08x", (unsigned)head->to);
	return json_pack("{s:i, s:s, s:I, s:o, s:[i, i]}", "v", 1, "to", to,
			 "seq", (json_int_t)head->seq, "w",
			 when_json(&head->when), "part", (int)head->part,
			 (int)head->parts);
}

/* The two lines that are signed. */
static enum status put_text(const struct batch_head *head, const json_t *items,
			    struct buf *text)
{
	json_t *object = head_json(head);
	enum status status;

	if (object == NULL ||
	    json_object_set(object, "items", (json_t *)items) != 0) {
		json_decref(object);
		return STATUS_NO_MEMORY;
	}
	buf_puts(text, first_line);
	buf_puts(text, "\n");
	status = fields_write(object, text);
	json_decref(object);
	buf_puts(text, "\n");
	return status == STATUS_OK ? buf_status(text) : status;
}

enum status batch_write(const struct batch_head *head, const json_t *items,
			const struct secret_key *key, struct buf *inner)
{
	struct err why = ERR_INIT;
	struct buf text = BUF_INIT;
	size_t before = inner->size;
	enum status status;

	if (json_array_size(items) > BATCH_ITEMS_MAX)
		return STATUS_NO_ROOM;
	status = check_items(items, &why);
	if (status == STATUS_OK && (!parts_are_good(head->part, head->parts) ||
				    head->seq > (uint64_t)ENTRY_INTEGER_MAX))
		status = STATUS_MALFORMED;
	if (status == STATUS_OK)
		status = put_text(head, items, &text);
	if (status == STATUS_OK && text.size > SEAL_INNER_MAX)
		status = STATUS_NO_ROOM;
	if (status == STATUS_OK)
		status = note_sign(buf_bytes(&text), key, inner);
	if (status == STATUS_OK && inner->size - before > SEAL_INNER_MAX)
		status = STATUS_NO_ROOM;
	if (status != STATUS_OK)
		buf_cut(inner, before);
	signing_wipe_buf(&text);
	return status;
}

/* --- reading --- */

static enum status verify(const struct note *note, const uint8_t *station_key,
			  struct err *err)
{
	char origin[RECORDLOG_ORIGIN_SIZE + 1];
	struct note_verified verified;
	struct public_key key;

	recordlog_origin(station_key, origin);
	if (public_key_init_kept(&key, origin, KEY_ED25519, station_key) !=
		    STATUS_OK ||
	    note_verify(note, &key, 1, &verified) != STATUS_OK)
		return err_set(err, STATUS_UNTRUSTED,
			       "not signed by the station");
	return STATUS_OK;
}

/* The JSON of the second of two lines. */
static enum status load(struct bytes text, json_t **object, struct err *err)
{
	struct bytes_reader r;
	struct bytes line, json;

	bytes_reader_init(&r, text);
	if (bytes_read_line(&r, &line) != STATUS_OK ||
	    !bytes_is(line, first_line) ||
	    bytes_read_line(&r, &json) != STATUS_OK || r.left != 0)
		return err_set(err, STATUS_MALFORMED, "no batch");
	return entry_load(json, object, err);
}

static enum status read_part(const json_t *object, struct batch_head *head,
			     struct err *err)
{
	const json_t *pair = json_object_get(object, "part");
	json_int_t part = json_integer_value(json_array_get(pair, 0));
	json_int_t parts = json_integer_value(json_array_get(pair, 1));

	if (json_array_size(pair) != 2 || part < 0 || parts < 0 ||
	    !parts_are_good((uint64_t)part, (uint64_t)parts))
		return err_set(err, STATUS_MALFORMED, "'part' is no part");
	head->part = (unsigned)part;
	head->parts = (unsigned)parts;
	return STATUS_OK;
}

static enum status read_head(const json_t *object, struct batch_head *head,
			     struct err *err)
{
	char to[9] = "";
	uint8_t id[4];
	uint64_t version;
	enum status status = field_integer(object, "v", REQUIRED, 1, 1,
					   &version, err);

	if (status == STATUS_OK)
		status = field_text(object, "to", REQUIRED, to, sizeof(to),
				    err);
	if (status == STATUS_OK &&
	    hex_decode(bytes_of(to), id, sizeof(id)) != STATUS_OK)
		status = err_set(err, STATUS_MALFORMED, "'to' is no key id");
	if (status == STATUS_OK)
		status = field_integer(object, "seq", REQUIRED, 0,
				       ENTRY_INTEGER_MAX, &head->seq, err);
	if (status == STATUS_OK &&
	    when_read(json_object_get(object, "w"), &head->when) != STATUS_OK)
		status = err_set(err, STATUS_MALFORMED, "'w' is no moment");
	if (status == STATUS_OK)
		status = read_part(object, head, err);
	if (status == STATUS_OK)
		head->to = (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 |
			   (uint32_t)id[2] << 8 | id[3];
	return status;
}

static enum status check_place(const struct batch_head *head,
			       uint32_t to_key_id, uint64_t seq,
			       struct err *err)
{
	if (head->to != to_key_id)
		return err_set(err, STATUS_UNTRUSTED,
			       "meant for the key %08x, not %08x",
			       (unsigned)head->to, (unsigned)to_key_id);
	if (head->seq != seq)
		return err_set(err, STATUS_UNTRUSTED,
			       "made as entry %llu, found as %llu",
			       (unsigned long long)head->seq,
			       (unsigned long long)seq);
	return STATUS_OK;
}

enum status batch_read(struct bytes inner,
		       const uint8_t station_key[static PUBLIC_KEY_SIZE],
		       uint32_t to_key_id, uint64_t seq, struct batch *out,
		       struct err *err)
{
	struct batch_head head = { .to = 0 };
	json_t *object = NULL;
	struct note note;
	enum status status = note_parse(inner, SEAL_INNER_MAX, &note);

	if (status != STATUS_OK)
		return err_set(err, status, "no batch");
	status = verify(&note, station_key, err);
	if (status == STATUS_OK)
		status = load(note.text, &object, err);
	if (status != STATUS_OK)
		return status;
	status = read_head(object, &head, err);
	if (status == STATUS_OK)
		status = check_place(&head, to_key_id, seq, err);
	if (status == STATUS_OK)
		status = check_items(json_object_get(object, "items"), err);
	if (status == STATUS_OK)
		*out = (struct batch){
			.head = head,
			.items = json_incref(json_object_get(object, "items"))
		};
	json_decref(object);
	return status;
}

void batch_release(struct batch *batch)
{
	json_decref(batch->items);
	batch->items = NULL;
}
