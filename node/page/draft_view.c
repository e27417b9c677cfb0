/* Drafts as the pages show them. */
#include <stdlib.h>
#include <string.h>

#include "node/page/draft_works_inside.h"
#include "node/page/page_parts.h"
#include "proto/encoding.h"

static void put_text(json_t *all, const char *key, const char *text)
{
	if (text[0] != 0)
		(void)json_object_set_new(all, key, json_string(text));
}

static json_t *files_json(const struct draft *d)
{
	json_t *files = json_array();

	for (size_t i = 0; i < d->n_files; i++) {
		const struct draft_file *file = &d->files[i];

		(void)json_array_append_new(
			files,
			json_pack("{s:s, s:I, s:I, s:s}", "name", file->name,
				  "bytes", (json_int_t)file->bytes, "received",
				  (json_int_t)file->received, "kind",
				  page_kind_of(file->name)));
	}
	if (d->listed != NULL)
		(void)json_array_append_new(
			files,
			json_pack("{s:s, s:I, s:I, s:s, s:b}", "name",
				  d->listed, "bytes",
				  (json_int_t)d->listed_bytes, "received",
				  (json_int_t)d->listed_bytes, "kind",
				  page_kind_of(d->listed), "listed", true));
	return files;
}

/* Those that are made before it. */
static json_int_t ahead_of(const struct draft_works *w, const struct draft *d)
{
	json_int_t ahead = 0;

	for (size_t i = 0; i < w->drafts->count; i++)
		ahead += w->drafts->list[i]->state == DRAFT_PREPARING &&
			 w->drafts->list[i]->queued < d->queued;
	return ahead;
}

static json_t *work_json(struct draft_works *w, const struct draft *d)
{
	struct workshop_step at;
	json_t *work;

	if (d->state != DRAFT_PREPARING)
		return json_null();
	if (strcmp(w->at, d->id) != 0 || !workshop_where(w->workshop, &at))
		return json_pack("{s:s, s:I}", "step", "queued", "ahead",
				 ahead_of(w, d));
	work = json_pack("{s:s, s:s, s:I, s:I}", "step",
			 at.step[0] == 0 ? "looking" : at.step, "file",
			 at.file, "done", (json_int_t)at.done, "total",
			 (json_int_t)at.total);
	put_text(work, "rendition", at.rendition);
	if (at.left_s >= 0)
		(void)json_object_set_new(work, "left_s",
					  json_integer(at.left_s));
	return work;
}

/* --- what a station would show --- */

static json_t *parts_json(struct draft_works *w, const struct draft *d,
			  const char *hex)
{
	char base[160];
	struct torrentfile *tf = NULL;
	struct err ignored = ERR_INIT;
	json_t *list = json_array();
	uint8_t btmh[32];

	(void)snprintf(base, sizeof(base), "/api/drafts/%s/preview/%s/", d->id,
		       hex);
	if (hex_decode(bytes_of(hex), btmh, sizeof(btmh)) != STATUS_OK ||
	    house_open_torrent(&w->n->house, btmh, &tf, &ignored) != STATUS_OK)
		return list;
	for (uint32_t i = 0; i < tf->mi.file_count; i++) {
		const struct page_part part = {
			.path = tf->mi.files[i].path,
			.bytes = tf->mi.files[i].length,
			.base = base,
			.available = 1,
		};

		(void)json_array_append_new(list, page_part_json(&part));
	}
	torrentfile_free(tf);
	page_parts_link(list);
	return list;
}

static json_t *preview_json(struct draft_works *w, const struct draft *d)
{
	json_t *preview = json_deep_copy(d->made), *one;
	char poster[80];
	size_t i;

	if (json_object_get(preview, "poster") != NULL) {
		(void)snprintf(poster, sizeof(poster), "/blob/%.64s",
			       page_text(preview, "poster"));
		(void)json_object_set_new(preview, "poster",
					  json_string(poster));
	}
	(void)json_object_set_new(preview, "parts",
				  parts_json(w, d,
					     page_text(d->made, "btmh")));
	json_array_foreach(json_object_get(preview, "also"), i, one)
		(void)json_object_set_new(one, "parts",
					  parts_json(w, d,
						     page_text(one, "btmh")));
	return preview;
}

static void put_whole(struct draft_works *w, const struct draft *d,
		      json_t *all)
{
	char digest[65];

	(void)json_object_set(all, "fields", d->fields);
	(void)json_object_set_new(all, "files", files_json(d));
	(void)json_object_set(all, "renditions", d->renditions);
	(void)json_object_set_new(all, "as_is", json_boolean(d->as_is));
	(void)json_object_set(all, "checks", d->checks);
	if (!draft_has_payload(d->state) || d->made == NULL)
		return;
	draft_digest(d, digest);
	put_text(all, "digest", digest);
	(void)json_object_set_new(all, "preview", preview_json(w, d));
}

/* Of the fields what a list shows. */
static json_t *short_fields(const struct draft *d)
{
	static const char *const shown[] = { "title", "topic", "region",
					     "revises" };
	json_t *fields = json_object();

	for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++)
		put_text(fields, shown[i], draft_field(d, shown[i]));
	return fields;
}

json_t *draft_works_json(struct draft_works *w, const struct draft *d,
			 bool whole)
{
	json_t *all = json_pack(
		"{s:s, s:s, s:o, s:I, s:I, s:o, s:b, s:s, s:I}", "id", d->id,
		"state", draft_state_name(d->state), "fields",
		short_fields(d), "n_files",
		(json_int_t)(d->n_files + (d->listed != NULL)), "to_come",
		(json_int_t)draft_to_come(d), "work", work_json(w, d),
		"needs_approval", w->drafts->approval, "made_by", d->made_by,
		"changed_s", (json_int_t)d->changed_s);

	if (all == NULL)
		return NULL;
	put_text(all, "approved_by", d->approved_by);
	if (d->state == DRAFT_PUBLISHED)
		put_text(all, "lesson", d->lesson);
	if (d->trouble.what[0] != 0)
		(void)json_object_set_new(
			all, "trouble",
			json_pack("{s:s, s:s}", "what", d->trouble.what,
				  "text", d->trouble.text));
	if (whole)
		put_whole(w, d, all);
	return all;
}
