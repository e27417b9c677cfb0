/* The register of a study: of the one that runs, and of those of the last days,
 * whose register may still be changed. */
#include <string.h>

#include "node/study/room_fields.h"
#include "node/study/room_inside.h"
#include "proto/encoding.h"

static enum status no_memory(struct err *err)
{
	return err_set(err, STATUS_NO_MEMORY, "a study");
}

static bool take_row(void *context, const struct study_row *row)
{
	(void)room_study_read(context, row);
	return false;
}

/* The one that runs, else `old` as the database has it. */
static enum status find_study(struct room *r, uint64_t id,
			      struct room_study *old, struct room_study **out,
			      struct err *err)
{
	struct when when = room_when(r);
	enum status status;

	if (id == r->study.id && r->study.id != 0) {
		*out = &r->study;
		return STATUS_OK;
	}
	memset(old, 0, sizeof(*old));
	status = study_get(r->options.records, STUDY_COLLECTIVE, id, take_row,
			   old, err);
	if (status == STATUS_NOT_FOUND)
		return err_set(err, status, "there is no such study here");
	if (status == STATUS_OK && old->id == 0)
		return no_memory(err);
	if (status != STATUS_OK)
		return status;
	if (room_wall_s(&when) - old->last_s > ROOM_CHANGE_S) {
		room_study_release(old);
		return err_set(err, STATUS_OLD,
			       "it ended more than a week ago: its register "
			       "stays as it is");
	}
	*out = old;
	return STATUS_OK;
}

static enum status add_card(struct room_study *s, const struct room_card *card,
			    struct err *err)
{
	json_t *ids = json_object_get(s->item, "cards");
	json_t *tails = json_object_get(s->more, "cards");
	char text[STUDY_ID_TEXT + 1];

	study_id_format(card->id, text);
	if (room_has_text(ids, text))
		return STATUS_OK;
	if (json_array_size(ids) >= ROOM_CARDS_MAX)
		return err_set(err, STATUS_LIMITED,
			       "cards: at most 200 in one study");
	if (json_array_append_new(ids, json_string(text)) != 0 ||
	    json_array_append_new(tails,
				  json_pack("{s:s, s:b}", "tail", card->tail,
					    "known", card->known)) != 0)
		return no_memory(err);
	return STATUS_OK;
}

static enum status change_cards(struct room_study *s,
				const struct room_change *change,
				struct err *err)
{
	const json_t *drop = json_object_get(change->request, "drop_card");
	json_t *ids = json_object_get(s->item, "cards");
	json_t *tails = json_object_get(s->more, "cards");
	enum status status = STATUS_OK;
	size_t at;

	if (drop != NULL) {
		at = (size_t)json_integer_value(drop);
		if (!json_is_integer(drop) || at >= json_array_size(ids))
			return err_set(err, STATUS_MALFORMED,
				       "drop_card: the number of one in "
				       "cards");
		(void)json_array_remove(ids, at);
		(void)json_array_remove(tails, at);
	}
	if (change->all_cards) {
		(void)json_array_clear(ids);
		(void)json_array_clear(tails);
	}
	for (size_t i = 0; i < change->n_cards && status == STATUS_OK; i++)
		status = add_card(s, &change->cards[i], err);
	return status;
}

/* A study as it was, with copies of what is said of it. */
static enum status copy_study(const struct room_study *s,
			      struct room_study *copy, struct err *err)
{
	*copy = *s;
	copy->item = json_deep_copy(s->item);
	copy->more = json_deep_copy(s->more);
	if (copy->item != NULL && copy->more != NULL)
		return STATUS_OK;
	room_study_release(copy);
	return no_memory(err);
}

/* Put the changed copy in the place of what it was made of, and write it. */
static enum status put_back(struct room *r, struct room_study *s,
			    struct room_study *copy, const json_t *photo,
			    uint64_t now_ms, struct err *err)
{
	char id[STUDY_ID_TEXT + 1];
	enum status status = catalog_begin(r->options.records, CATALOG_DURABLE,
					   err);

	if (status != STATUS_OK)
		return status;
	if (copy->state == STUDY_ENDED)
		copy->version++;
	status = room_put_study(r, copy, copy->state == STUDY_ENDED, err);
	study_id_format(copy->id, id);
	if (status == STATUS_OK && photo != NULL)
		status = outbox_put(r->options.records, "photo", id,
				    (uint32_t)json_integer_value(
					    json_object_get(photo, "v")),
				    photo, err);
	if (status == STATUS_OK)
		status = catalog_commit(r->options.records, err);
	else
		catalog_rollback(r->options.records);
	if (status != STATUS_OK)
		return err_wrap(err, "the study cannot be written down");
	json_decref(s->item);
	json_decref(s->more);
	*s = *copy;
	memset(copy, 0, sizeof(*copy));
	room_study_touch(r, s, now_ms);
	if (s->state == STUDY_ENDED)
		r->options.ended(r->options.owner);
	return STATUS_OK;
}

enum status room_change(struct room *r, uint64_t study,
			const struct room_change *change, uint64_t now_ms,
			json_t **out, struct err *err)
{
	struct room_study old, copy, *s = NULL;
	enum status status = find_study(r, study, &old, &s, err);

	if (status != STATUS_OK)
		return status;
	status = copy_study(s, &copy, err);
	if (status == STATUS_OK) {
		status = room_fields_put(copy.item, change->request, err);
		if (status == STATUS_OK)
			status = room_study_lessons(&copy, change->request,
					      change->titles, err);
		if (status == STATUS_OK)
			status = change_cards(&copy, change, err);
		if (status == STATUS_OK)
			status = put_back(r, s, &copy, NULL, now_ms, err);
		room_study_release(&copy);
	}
	if (status == STATUS_OK)
		status = room_study_answer(r, s, out, err);
	if (s == &old)
		room_study_release(&old);
	return status;
}

/* The item of a photo; its version grows with each that is sent. */
static json_t *photo_item(uint64_t study, struct bytes jpeg, unsigned v)
{
	struct buf text = BUF_INIT;
	char id[STUDY_ID_TEXT + 1];
	json_t *item = NULL;

	study_id_format(study, id);
	buf_put_base64(&text, jpeg);
	if (buf_status(&text) == STATUS_OK)
		item = json_pack("{s:s, s:s, s:i, s:s, s:s}", "k", "photo",
				 "id", id, "v", (int)v, "study", id, "jpeg",
				 buf_string(&text));
	buf_release(&text);
	return item;
}

enum status room_photo(struct room *r, uint64_t study, struct bytes jpeg,
		       uint64_t now_ms, json_t **out, struct err *err)
{
	struct room_study old, copy, *s = NULL;
	enum status status;
	json_t *item;
	unsigned v;

	if (jpeg.size > ROOM_PHOTO_MAX)
		return err_set(err, STATUS_NO_ROOM,
			       "a photo has at most 40 KiB: make it smaller");
	if (!room_is_jpeg(jpeg.data, jpeg.size))
		return err_set(err, STATUS_MALFORMED, "this is no JPEG");
	status = find_study(r, study, &old, &s, err);
	if (status != STATUS_OK)
		return status;
	v = 1 + (unsigned)json_integer_value(json_object_get(s->more, "photo"));
	item = photo_item(study, jpeg, v);
	status = item == NULL ? no_memory(err) : copy_study(s, &copy, err);
	if (status == STATUS_OK) {
		if (json_object_set_new(copy.more, "photo",
					json_integer(v)) != 0)
			status = no_memory(err);
		if (status == STATUS_OK)
			status = put_back(r, s, &copy, item, now_ms, err);
		room_study_release(&copy);
	}
	json_decref(item);
	if (status == STATUS_OK)
		status = room_study_answer(r, s, out, err);
	if (s == &old)
		room_study_release(&old);
	return status;
}
