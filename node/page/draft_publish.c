/* A draft becomes a lesson.
 *
 *     may it be said?      -> its id, promised
 *     `publishing`, with that id, durably
 *     signed               -> `published`; its files go
 *
 * Whoever finds one that is `publishing` after a power cut asks the catalog
 * for the id: it is there, or nothing was signed. */
#include "node/page/draft_publish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/node_inside.h"
#include "node/page/draft_works.h"
#include "node/page/page_drafts.h"
#include "proto/encoding.h"

enum status draft_may_publish(const struct draft *d, bool approval,
			      struct err *err)
{
	enum draft_state to;

	if (!draft_next(d->state, DRAFT_PUBLISH, approval, &to))
		return err_set(err, STATUS_BUSY,
			       d->state == DRAFT_WAITING ||
					       d->state == DRAFT_READY ?
				       "a second person has to approve it "
				       "first" :
				       "a draft that is %s is not published",
			       draft_state_name(d->state));
	if (approval && !draft_is_approved(d))
		return err_set(err, STATUS_BUSY,
			       "it is not what was approved: it needs a new "
			       "approval");
	return STATUS_OK;
}

json_t *draft_request(const struct draft *d, bool only_try, bool alone)
{
	static const char *const made[] = { "btmh",    "bytes",	 "files",
					    "seconds", "poster", "also" };
	json_t *request = json_copy(d->fields), *value;

	if (request == NULL)
		return NULL;
	(void)json_object_set_new(request, "verb", json_string("publish"));
	(void)json_object_set_new(request, "try", json_boolean(only_try));
	if (alone)
		(void)json_object_set_new(request, "alone", json_true());
	for (size_t i = 0; i < sizeof(made) / sizeof(*made) && !only_try;
	     i++) {
		value = json_object_get(d->made, made[i]);
		if (value != NULL && !(json_is_array(value) &&
				       json_array_size(value) == 0))
			(void)json_object_set(request, made[i], value);
	}
	if (!only_try) {
		(void)json_object_set_new(request, "id",
					  json_string(d->lesson));
		(void)json_object_set_new(request, "rev",
					  json_integer((json_int_t)d->rev));
	}
	return request;
}

static enum status ask(struct node *n, json_t *request, json_t **answer,
		       struct err *err)
{
	enum status status;

	if (request == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	status = requests_answer(&n->requests, request, answer, err);
	json_decref(request);
	return status;
}

/* The id it will have, if it may be said at all. */
static enum status promise(struct node *n, struct draft *d, bool alone,
			   struct err *err)
{
	json_t *answer, *rev;
	enum status status =
		ask(n, draft_request(d, true, alone), &answer, err);

	if (status != STATUS_OK)
		return status;
	(void)snprintf(d->lesson, sizeof(d->lesson), "%s",
		       page_text(answer, "id"));
	rev = json_object_get(answer, "rev");
	d->rev = (uint64_t)json_integer_value(rev);
	json_decref(answer);
	return STATUS_OK;
}

/* It is signed: from here on only the disk may be behind. */
static void is_published(struct node *n, struct draft *d)
{
	struct draft_works *w = draft_works_of(n);
	struct err err = ERR_INIT;

	draft_trouble(d, "", "");
	if (drafts_move(draft_works_drafts(w), d, DRAFT_SIGNED, &err) !=
	    STATUS_OK) {
		(void)fprintf(stderr, "xiangtu: draft: %s\n", err.text);
		d->state = DRAFT_PUBLISHED;
	}
	draft_works_clear(w, d);
	draft_works_changed(w);
}

static enum status sign(struct node *n, struct draft *d, bool alone,
			struct err *err)
{
	struct drafts *drafts = draft_works_drafts(draft_works_of(n));
	struct err ignored = ERR_INIT;
	json_t *answer;
	enum status status = promise(n, d, alone, err);

	if (status == STATUS_OK)
		status = drafts_move(drafts, d, DRAFT_PUBLISH, err);
	if (status != STATUS_OK)
		return status;
	status = ask(n, draft_request(d, false, alone), &answer, err);
	if (status != STATUS_OK) {
		draft_trouble(d, "refused", err->text);
		(void)drafts_move(drafts, d, DRAFT_REFUSED, &ignored);
		return status;
	}
	json_decref(answer);
	is_published(n, d);
	return STATUS_OK;
}

static enum status publish(struct node *n, struct draft *d, bool alone,
			   struct err *err)
{
	struct draft_works *w = draft_works_of(n);
	struct drafts *drafts = draft_works_drafts(w);
	struct err ignored = ERR_INIT;
	enum status status = draft_may_publish(d, drafts->approval, err);

	if (status == STATUS_OK && !draft_works_has_payload(w, d)) {
		draft_trouble(d, "gone",
			      "what was prepared had to give way to something "
			      "else: prepare it again");
		draft_unapprove(d);
		(void)drafts_move(drafts, d, DRAFT_NEW_FILES, &ignored);
		status = err_set(err, STATUS_BUSY, "%s", d->trouble.text);
	}
	return status == STATUS_OK ? sign(n, d, alone, err) : status;
}

void page_draft_publish(struct page_call *call)
{
	struct draft *d = page_draft_of(call);
	struct err err = ERR_INIT;
	json_t *body;
	bool alone;

	if (d == NULL)
		return;
	if (page_body_json(call->request, &body, &err) != STATUS_OK) {
		page_fail_err(call->request, &err);
		return;
	}
	alone = json_is_true(json_object_get(body, "alone"));
	json_decref(body);
	draft_works_changed(draft_works_of(call->node));
	if (publish(call->node, d, alone, &err) == STATUS_OK)
		page_draft_answer(call, d);
	else
		page_fail_err(call->request, &err);
}

/* --- after a power cut --- */

static bool is_indexed(struct node *n)
{
	struct err ignored = ERR_INIT;
	json_t *answer;
	bool indexed;

	if (ask(n, json_pack("{s:s}", "verb", "indexed"), &answer, &ignored) !=
	    STATUS_OK)
		return false;
	indexed = json_integer_value(json_object_get(answer, "behind")) == 0;
	json_decref(answer);
	return indexed;
}

static bool was_signed(struct node *n, const struct draft *d)
{
	struct lesson_row *row = malloc(sizeof(*row));
	struct err ignored = ERR_INIT;
	char hex[65] = "";
	bool is;

	if (row == NULL)
		return false;
	is = lessons_get(n->house.catalog, d->lesson, row, &ignored) ==
	     STATUS_OK;
	if (is)
		hex_encode((struct bytes){ row->lesson.btmh, 32 }, hex);
	is = is && row->lesson.rev >= d->rev &&
	     (row->lesson.rev > d->rev ||
	      strcmp(hex, page_text(d->made, "btmh")) == 0);
	free(row);
	return is;
}

void draft_publish_tick(struct node *n)
{
	struct drafts *drafts = draft_works_drafts(draft_works_of(n));
	struct err err = ERR_INIT;

	for (size_t i = 0; i < drafts->count; i++) {
		struct draft *d = drafts->list[i];

		if (d->state != DRAFT_PUBLISHING)
			continue;
		if (!is_indexed(n))
			return;
		if (was_signed(n, d))
			is_published(n, d);
		else if (drafts_move(drafts, d, DRAFT_REFUSED, &err) !=
			 STATUS_OK)
			return;
		draft_works_changed(draft_works_of(n));
	}
}
