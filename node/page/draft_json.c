/* draft.json, written and read again. */
#include <stdlib.h>
#include <string.h>

#include "node/page/draft.h"
#include "node/page/page_api.h"
#include "proto/encoding.h"

static json_t *put_files(const struct draft *d)
{
	json_t *files = json_array();

	for (size_t i = 0; i < d->n_files; i++)
		(void)json_array_append_new(
			files, json_pack("{s:s, s:I}", "name",
					 d->files[i].name, "bytes",
					 (json_int_t)d->files[i].bytes));
	return files;
}

static void put_text(json_t *all, const char *key, const char *text)
{
	if (text[0] != 0)
		(void)json_object_set_new(all, key, json_string(text));
}

json_t *draft_put(const struct draft *d)
{
	json_t *all = json_pack(
		"{s:s, s:I, s:s, s:O, s:o, s:O, s:b, s:O, s:s, s:I}", "format",
		DRAFT_FORMAT, "number", (json_int_t)d->number, "state",
		draft_state_name(d->state), "fields", d->fields, "files",
		put_files(d), "renditions", d->renditions, "as_is", d->as_is,
		"checks", d->checks, "made_by", d->made_by, "changed_s",
		(json_int_t)d->changed_s);

	if (all == NULL)
		return NULL;
	if (d->made != NULL)
		(void)json_object_set(all, "made", d->made);
	if (d->listed != NULL) {
		put_text(all, "listed", d->listed);
		(void)json_object_set_new(
			all, "listed_bytes",
			json_integer((json_int_t)d->listed_bytes));
	}
	put_text(all, "approved_by", d->approved_by);
	put_text(all, "approved", d->approved);
	put_text(all, "lesson", d->lesson);
	if (d->rev > 0)
		(void)json_object_set_new(all, "rev",
					  json_integer((json_int_t)d->rev));
	put_text(all, "trouble", d->trouble.what);
	put_text(all, "trouble_text", d->trouble.text);
	return all;
}

static uint64_t number_at(const json_t *json, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(json, key));

	return n < 0 ? 0 : (uint64_t)n;
}

static bool take_text(const json_t *json, const char *key, char *out,
		      size_t room)
{
	const char *text = page_text(json, key);

	if (strlen(text) >= room)
		return false;
	strcpy(out, text);
	return true;
}

static bool take_files(struct draft *d, const json_t *files)
{
	struct err ignored = ERR_INIT;
	struct draft_file *file;
	const json_t *one;
	size_t i;

	json_array_foreach(files, i, one)
		if (draft_file(d, page_text(one, "name")) != NULL ||
		    draft_add_file(d, page_text(one, "name"),
				   number_at(one, "bytes"), &file,
				   &ignored) != STATUS_OK)
			return false;
	return true;
}

/* What was prepared has a hash, and those of it have one. */
static bool is_made(const json_t *made)
{
	const json_t *one;
	uint8_t btmh[32];
	size_t i;

	if (hex_decode(bytes_of(page_text(made, "btmh")), btmh, 32) !=
	    STATUS_OK)
		return false;
	json_array_foreach(json_object_get(made, "also"), i, one)
		if (hex_decode(bytes_of(page_text(one, "btmh")), btmh, 32) !=
		    STATUS_OK)
			return false;
	return true;
}

static bool take_made(struct draft *d, const json_t *json)
{
	const json_t *made = json_object_get(json, "made"),
		     *checks = json_object_get(json, "checks");

	if (!json_is_array(checks) ||
	    json_array_size(checks) > DRAFT_CHECKS_MAX ||
	    (made != NULL && !is_made(made)) ||
	    (made == NULL && draft_has_payload(d->state)))
		return false;
	json_decref(d->checks);
	d->checks = json_incref((json_t *)checks);
	d->made = json_incref((json_t *)made);
	return true;
}

static bool take_listed(struct draft *d, const json_t *json)
{
	const char *path = page_text(json, "listed");

	if (path[0] == 0)
		return true;
	if (safename_path_check(bytes_of(path)) != STATUS_OK)
		return false;
	d->listed = strdup(path);
	d->listed_bytes = number_at(json, "listed_bytes");
	return d->listed != NULL;
}

static bool take_all(struct draft *d, const json_t *json)
{
	struct err ignored = ERR_INIT;
	bool changed;

	if (strcmp(page_text(json, "format"), DRAFT_FORMAT) != 0 ||
	    !draft_state_parse(page_text(json, "state"), &d->state) ||
	    draft_set_fields(d, json_object_get(json, "fields"), &changed,
			     &ignored) != STATUS_OK ||
	    draft_set_renditions(d, json_object_get(json, "renditions"),
				 &changed, &ignored) != STATUS_OK)
		return false;
	d->number = number_at(json, "number");
	d->as_is = json_is_true(json_object_get(json, "as_is"));
	d->rev = number_at(json, "rev");
	d->changed_s = number_at(json, "changed_s");
	return take_files(d, json_object_get(json, "files")) &&
	       take_listed(d, json) && take_made(d, json) &&
	       take_text(json, "approved_by", d->approved_by,
			 sizeof(d->approved_by)) &&
	       take_text(json, "approved", d->approved,
			 sizeof(d->approved)) &&
	       take_text(json, "lesson", d->lesson, sizeof(d->lesson)) &&
	       take_text(json, "trouble", d->trouble.what,
			 sizeof(d->trouble.what)) &&
	       take_text(json, "trouble_text", d->trouble.text,
			 sizeof(d->trouble.text));
}

struct draft *draft_take(const char *id, const json_t *json)
{
	struct draft *d = draft_new(id, page_text(json, "made_by"));

	if (d != NULL && take_all(d, json))
		return d;
	draft_free(d);
	return NULL;
}
