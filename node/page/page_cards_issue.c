/* Numbers and PINs go to whoever had them drawn, while the office's key is
 * open, and to nobody else; what the desks are told of an issue has neither. */
#include <string.h>

#include "catalog/cards.h"
#include "node/node_inside.h"
#include "node/page/card_issue.h"
#include "node/page/desk.h"
#include "node/page/page_cards.h"
#include "node/page/page_events.h"
#include "node/requests_internal.h"

enum { JOB_MAX = 40 };

/* --- the world of card_issue.h --- */

static int64_t now_ms(void *owner)
{
	return node_now(owner);
}

/* What cannot be looked up is judged when the log is to say so. */
static bool is_taken(void *owner, const struct card_row *row)
{
	struct node *n = owner;
	struct err ignored = ERR_INIT;
	enum status status = cards_check(n->house.catalog, "", row->id,
					 row->check, &ignored);

	return status == STATUS_UNTRUSTED || status == STATUS_OLD ||
	       (status == STATUS_OK && !row->given);
}

static enum status append(void *owner, json_t *request, bool alone,
			  json_t **answer, struct err *err)
{
	struct node *n = owner;
	enum status status;

	if (alone)
		(void)json_object_set_new(request, "alone", json_true());
	status = requests_answer(&n->requests, request, answer, err);
	json_decref(request);
	return status;
}

struct card_issue *page_cards_new(struct node *n)
{
	const struct card_issue_world world = {
		.owner = n,
		.hasher = desk_hasher(n->page->desk),
		.now_ms = now_ms,
		.is_taken = is_taken,
		.append = append,
	};

	return card_issue_new(&world);
}

void page_cards_tick(struct node *n)
{
	static const struct page_event event = { PAGE_STREAM_DESK,
						 PAGE_OFFICE, "cards", true };
	struct page_events *events = n->page->events;

	if (!card_issue_tick(n->page->cards) ||
	    !page_events_heard(events, PAGE_STREAM_DESK))
		return;
	card_issue_told(n->page->cards);
	page_events_publish(events, &event, card_issue_json(n->page->cards));
}

/* --- calls --- */

static enum status may_issue(struct page_call *call, struct err *err)
{
	struct requests *r = &call->node->requests;
	char alone[8] = "";

	r->alone = http_head_query(call->head, "alone", alone, sizeof(alone),
				   NULL) == STATUS_OK &&
		   strcmp(alone, "1") == 0;
	return request_may_publish(r, err);
}

void page_cards_issue(struct page_call *call)
{
	struct card_issue *cards = call->node->page->cards;
	struct card_sheet sheet = { NULL, 0 };
	struct err err = ERR_INIT;
	enum status status = may_issue(call, &err);

	if (status == STATUS_OK)
		status = card_sheet_read(http_request_body(call->request),
					 &sheet, &err);
	if (status == STATUS_MALFORMED)
		err.status = STATUS_USAGE; /* somebody typed it */
	http_request_wipe_body(call->request);
	if (status == STATUS_OK)
		status = card_issue_begin(cards, &sheet, call->who, &err);
	else
		card_sheet_release(&sheet);
	if (status == STATUS_OK)
		page_answer_json(call->request, card_issue_json(cards));
	else
		page_fail_err(call->request, &err);
}

void page_cards_issuing(struct page_call *call)
{
	page_answer_json(call->request,
			 card_issue_json(call->node->page->cards));
}

/* Answer with what a step gave; takes over `answer`. */
static void answer_step(struct page_call *call, enum status status,
			json_t *answer, const struct err *err)
{
	if (status == STATUS_OK) {
		page_answer_json(call->request, answer);
		return;
	}
	json_decref(answer);
	if (status == STATUS_OUT_OF_SCOPE)
		page_fail_code(call->request, 403, 0, status, err->text, NULL);
	else
		page_fail_err(call->request, err);
}

void page_cards_sheet(struct page_call *call)
{
	char job[JOB_MAX] = "";
	struct err err = ERR_INIT;
	json_t *answer = NULL;
	enum status status = house_need_key(&call->node->house,
					    HOUSE_PUBLISHER, &err);

	(void)http_head_query(call->head, "job", job, sizeof(job), NULL);
	if (status == STATUS_OK)
		status = card_issue_cards(call->node->page->cards, job,
					  call->who, &answer, &err);
	answer_step(call, status, answer, &err);
}

void page_cards_confirm(struct page_call *call)
{
	struct err err = ERR_INIT;
	json_t *body, *answer = NULL;
	enum status status = page_body_json(call->request, &body, &err);

	if (status == STATUS_OK) {
		status = card_issue_confirm(
			call->node->page->cards, page_text(body, "job"),
			call->who,
			json_is_true(json_object_get(body, "alone")), &answer,
			&err);
		json_decref(body);
	}
	answer_step(call, status, answer, &err);
}

void page_cards_drop(struct page_call *call)
{
	struct err err = ERR_INIT;
	json_t *body;
	enum status status = page_body_json(call->request, &body, &err);

	if (status == STATUS_OK) {
		status = card_issue_drop(call->node->page->cards,
					 page_text(body, "job"), &err);
		json_decref(body);
	}
	answer_step(call, status, json_object(), &err);
}
