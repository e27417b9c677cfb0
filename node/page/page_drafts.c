#include "node/page/page_drafts.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/node_inside.h"
#include "node/page/draft_works.h"
#include "node/serve_file.h"
#include "proto/encoding.h"

static struct draft_works *works_of(struct page_call *call)
{
	return draft_works_of(call->node);
}

struct draft *page_draft_of(struct page_call *call)
{
	struct draft *d =
		drafts_find(draft_works_drafts(works_of(call)), call->part);

	if (d == NULL)
		page_fail(call->request, STATUS_NOT_FOUND,
			  "there is no such draft", NULL);
	return d;
}

void page_draft_answer(struct page_call *call, const struct draft *d)
{
	page_answer_json(call->request,
			 draft_works_json(works_of(call), d, true));
}

void page_drafts(struct page_call *call)
{
	const struct drafts *drafts = draft_works_drafts(works_of(call));
	json_t *list = json_array();

	for (size_t i = 0; i < drafts->count; i++)
		(void)json_array_append_new(
			list, draft_works_json(works_of(call),
					       drafts->list[i], false));
	page_answer_json(call->request, json_pack("{s:o}", "drafts", list));
}

void page_draft(struct page_call *call)
{
	const struct draft *d = page_draft_of(call);

	if (d != NULL)
		page_draft_answer(call, d);
}

/* --- new ones --- */

static json_t *fields_of(const struct lesson *l)
{
	json_t *fields = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "revises", l->id,
		"title", l->title, "topic", l->topic, "region", l->region,
		"summary", l->summary, "lang", l->lang, "expires", l->expires,
		"keep", l->keep);

	if (fields != NULL && l->series.title[0] != 0)
		(void)json_object_set_new(
			fields, "series",
			json_pack("{s:s, s:I}", "title", l->series.title, "n",
				  (json_int_t)l->series.n));
	return fields;
}

/* What it is made of, as if it had just been prepared. */
static json_t *made_of(const struct lesson *l)
{
	json_t *also = json_array(), *made;
	char hex[65];

	for (size_t i = 0; i < l->also_count; i++) {
		hex_encode((struct bytes){ l->also[i].btmh, 32 }, hex);
		(void)json_array_append_new(
			also, json_pack("{s:s, s:s, s:I}", "as",
					l->also[i].as, "btmh", hex, "bytes",
					(json_int_t)l->also[i].bytes));
	}
	hex_encode((struct bytes){ l->btmh, 32 }, hex);
	made = json_pack("{s:s, s:I, s:I, s:I, s:o}", "btmh", hex, "bytes",
			 (json_int_t)l->bytes, "files", (json_int_t)l->files,
			 "seconds", (json_int_t)l->seconds, "also", also);
	hex_encode((struct bytes){ l->poster, 32 }, hex);
	if (made != NULL && l->has_poster)
		(void)json_object_set_new(made, "poster", json_string(hex));
	return made;
}

/* The fields of the lesson it revises, and what that was made of: where nobody
 * sends other files, it stays. */
static enum status revise(struct node *n, struct draft *d, const char *id,
			  struct err *err)
{
	struct lesson_row *row = malloc(sizeof(*row));
	json_t *fields;
	enum status status;
	bool changed;

	if (row == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	status = lessons_get(n->house.catalog, id, row, err);
	if (status == STATUS_OK && row->withdrawn)
		status = err_set(err, STATUS_USAGE, "'%s' is withdrawn",
				 row->lesson.title);
	if (status == STATUS_OK) {
		fields = fields_of(&row->lesson);
		status = draft_set_fields(d, fields, &changed, err);
		json_decref(fields);
	}
	if (status == STATUS_OK && row->payload == PAYLOAD_HELD)
		d->made = made_of(&row->lesson);
	free(row);
	return status;
}

/* What node.conf says is made, else what suits a thin line. */
enum status page_draft_usual(const struct node *n, struct draft *d,
			     struct err *err)
{
	const struct renditions *make = &n->house.conf.make;
	json_t *list = json_pack("[s]", "original");
	char as[16];
	bool changed;
	enum status status;

	for (unsigned i = 0; i < make->count; i++) {
		(void)snprintf(as, sizeof(as), "%up", make->lines[i]);
		(void)json_array_append_new(list, json_string(as));
	}
	if (make->count == 0)
		(void)json_array_append_new(list, json_string("480p"));
	status = draft_set_renditions(d, list, &changed, err);
	json_decref(list);
	return status;
}

static enum status fill(struct page_call *call, const json_t *body,
			struct draft *d, struct err *err)
{
	const json_t *fields = json_object_get(body, "fields");
	const char *id = page_text(body, "revises");
	enum status status = page_draft_usual(call->node, d, err);
	bool changed;

	if (status == STATUS_OK && id[0] != 0)
		status = revise(call->node, d, id, err);
	if (status == STATUS_OK && fields != NULL)
		status = draft_set_fields(d, fields, &changed, err);
	if (status == STATUS_OK)
		status = drafts_save(draft_works_drafts(works_of(call)), d,
				     err);
	return status;
}

static void add_draft(struct page_call *call, const json_t *body)
{
	struct draft_works *w = works_of(call);
	struct err err = ERR_INIT, ignored = ERR_INIT;
	struct draft *d;
	enum status status =
		drafts_add(draft_works_drafts(w), call->who, &d, &err);

	draft_works_changed(w);
	if (status == STATUS_OK) {
		status = fill(call, body, d, &err);
		if (status == STATUS_OK) {
			page_draft_answer(call, d);
			return;
		}
		(void)draft_works_delete(w, d, &ignored);
	}
	page_fail_err(call->request, &err);
}

void page_drafts_new(struct page_call *call)
{
	struct err err = ERR_INIT;
	json_t *body;

	if (!house_is_publisher(&call->node->house)) {
		page_fail_code(call->request, 403, 0, STATUS_OUT_OF_SCOPE,
			       "this node has no log of its own: lessons are "
			       "published at the county, or where it delegates "
			       "to",
			       NULL);
		return;
	}
	if (page_body_json(call->request, &body, &err) != STATUS_OK) {
		page_fail_err(call->request, &err);
		return;
	}
	add_draft(call, body);
	json_decref(body);
}

/* --- changing one --- */

static enum status change_fields(struct drafts *drafts, struct draft *d,
				 const json_t *fields, struct err *err)
{
	enum draft_state to;
	bool changed;
	enum status status;

	if (fields == NULL)
		return STATUS_OK;
	if (!draft_next(d->state, DRAFT_NEW_FIELDS, drafts->approval, &to))
		return err_set(err, STATUS_BUSY,
			       "a draft that is %s is not changed",
			       draft_state_name(d->state));
	status = draft_set_fields(d, fields, &changed, err);
	if (status != STATUS_OK || !changed)
		return status;
	draft_unapprove(d);
	return drafts_move(drafts, d, DRAFT_NEW_FIELDS, err);
}

static enum status change_making(struct drafts *drafts, struct draft *d,
				 const json_t *body, struct err *err)
{
	const json_t *renditions = json_object_get(body, "renditions"),
		     *as_is = json_object_get(body, "as_is");
	enum draft_state to;
	bool changed = false;
	enum status status = STATUS_OK;

	if (renditions == NULL && as_is == NULL)
		return STATUS_OK;
	if (!draft_next(d->state, DRAFT_NEW_FILES, drafts->approval, &to))
		return err_set(err, STATUS_BUSY,
			       "a draft that is %s is not changed",
			       draft_state_name(d->state));
	if (renditions != NULL)
		status = draft_set_renditions(d, renditions, &changed, err);
	if (status == STATUS_OK && as_is != NULL) {
		changed = changed || json_is_true(as_is) != d->as_is;
		d->as_is = json_is_true(as_is);
	}
	if (status != STATUS_OK || !changed)
		return status;
	draft_unapprove(d);
	return drafts_move(drafts, d, DRAFT_NEW_FILES, err);
}

static enum status change(struct page_call *call, struct draft *d,
			  const json_t *body, struct err *err)
{
	struct drafts *drafts = draft_works_drafts(works_of(call));
	const json_t *fields = json_object_get(body, "fields");
	enum status status;

	/* Whose successor it is was said when it was made. */
	if (json_object_get(fields, "revises") != NULL &&
	    strcmp(page_text(fields, "revises"), draft_field(d, "revises")) !=
		    0)
		return err_set(err, STATUS_USAGE,
			       "revises: make a new draft for that");
	status = change_fields(drafts, d, fields, err);
	if (status == STATUS_OK)
		status = change_making(drafts, d, body, err);
	return status;
}

/* A request with a body about a draft. */
static void with_body(struct page_call *call,
		      enum status (*what)(struct page_call *call,
					  struct draft *d, const json_t *body,
					  struct err *err))
{
	struct draft *d = page_draft_of(call);
	struct err err = ERR_INIT;
	json_t *body;

	if (d == NULL)
		return;
	if (page_body_json(call->request, &body, &err) != STATUS_OK) {
		page_fail_err(call->request, &err);
		return;
	}
	draft_works_changed(works_of(call));
	if (what(call, d, body, &err) == STATUS_OK)
		page_draft_answer(call, d);
	else
		page_fail_err(call->request, &err);
	json_decref(body);
}

void page_draft_change(struct page_call *call)
{
	with_body(call, change);
}

static enum status remove_file(struct page_call *call, struct draft *d,
			       const json_t *body, struct err *err)
{
	return draft_works_remove_file(works_of(call), d,
				       page_text(body, "name"), err);
}

void page_draft_remove_file(struct page_call *call)
{
	with_body(call, remove_file);
}

static enum status prepare(struct page_call *call, struct draft *d,
			   const json_t *body, struct err *err)
{
	(void)body;
	return draft_works_prepare(works_of(call), d, err);
}

void page_draft_prepare(struct page_call *call)
{
	with_body(call, prepare);
}

static enum status stop(struct page_call *call, struct draft *d,
			const json_t *body, struct err *err)
{
	(void)body;
	return draft_works_stop(works_of(call), d, err);
}

void page_draft_stop(struct page_call *call)
{
	with_body(call, stop);
}

void page_draft_delete(struct page_call *call)
{
	struct draft *d = page_draft_of(call);
	struct err err = ERR_INIT;

	if (d == NULL)
		return;
	draft_works_changed(works_of(call));
	if (draft_works_delete(works_of(call), d, &err) == STATUS_OK)
		page_answer_json(call->request, json_object());
	else
		page_fail_err(call->request, &err);
}

/* --- files --- */

void page_draft_file(struct page_call *call)
{
	struct draft *d = page_draft_of(call);
	char name[SAFENAME_MAX + 1];
	uint64_t offset, total;

	if (d == NULL)
		return;
	if (http_head_query(call->head, "name", name, sizeof(name), NULL) !=
		    STATUS_OK ||
	    http_head_query_number(call->head, "offset", &offset) !=
		    STATUS_OK ||
	    http_head_query_number(call->head, "total", &total) != STATUS_OK) {
		page_fail(call->request, STATUS_USAGE,
			  "name, offset and total are wanted; a name has at "
			  "most 240 bytes",
			  NULL);
		return;
	}
	draft_works_piece(works_of(call), d, call->request, name, offset,
			  total);
}

/* "<btmh>/<path>": of a payload that this draft has. */
static bool split_preview(const struct draft *d, const char *rest,
			  char hex[static 65], const char **path)
{
	const json_t *one;
	size_t i;

	if (!draft_has_payload(d->state) || strlen(rest) < 66 ||
	    rest[64] != '/')
		return false;
	memcpy(hex, rest, 64);
	hex[64] = 0;
	*path = rest + 65;
	if (strcmp(page_text(d->made, "btmh"), hex) == 0)
		return true;
	json_array_foreach(json_object_get(d->made, "also"), i, one)
		if (strcmp(page_text(one, "btmh"), hex) == 0)
			return true;
	return false;
}

void page_draft_preview(struct page_call *call)
{
	const struct draft *d = page_draft_of(call);
	struct http_answer answer = HTTP_ANSWER_INIT;
	char dir[HOUSE_PATH_MAX + 96], hex[65];
	struct err err = ERR_INIT;
	const char *path;
	enum status status = STATUS_NOT_FOUND;
	int folder = -1;

	if (d == NULL)
		return;
	if (split_preview(d, call->rest, hex, &path)) {
		(void)snprintf(dir, sizeof(dir), "%s/%s",
			       call->node->house.payload_dir, hex);
		folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (folder >= 0) {
		status = serve_file(&answer, folder, path, SERVE_FILE_WHOLE,
				    &err);
		(void)close(folder);
	}
	answer.disk = call->node->payload_disk;
	answer.flags |= HTTP_NO_CACHE;
	if (status == STATUS_OK)
		http_request_answer(call->request, &answer);
	else
		page_fail(call->request, status, "there is no such file",
			  NULL);
}
