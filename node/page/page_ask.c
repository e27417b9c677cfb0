#include "node/page/page_ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/node_inside.h"

bool page_ask_least(const char *verb, enum page_role *least)
{
	static const struct {
		const char *verb;
		enum page_role least;
	} verbs[] = {
		{ "lessons", PAGE_OPERATOR },
		{ "show", PAGE_OPERATOR },
		{ "pin", PAGE_OPERATOR },
		{ "drop", PAGE_OPERATOR },
		{ "subscribe", PAGE_OPERATOR },
		{ "status", PAGE_OPERATOR },
		{ "neighbours", PAGE_OPERATOR },
		{ "transfers", PAGE_OPERATOR },
		{ "journal", PAGE_OPERATOR },
		{ "withdrawals", PAGE_OPERATOR },
		{ "trust", PAGE_OPERATOR },
		{ "station-list", PAGE_OPERATOR },
		{ "withdraw", PAGE_OFFICE },
		{ "lock", PAGE_OFFICE },
		{ "station-accept", PAGE_OFFICE },
		{ "station-end", PAGE_OFFICE },
		{ "delegate", PAGE_OFFICE },
		{ "undelegate", PAGE_OFFICE },
		{ "evidence", PAGE_OFFICE },
	};

	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (strcmp(verbs[i].verb, verb) == 0) {
			*least = verbs[i].least;
			return true;
		}
	return false;
}

/* May it? Answers when not. */
static bool may(struct page_call *call, const char *verb)
{
	enum page_role least;

	if (!page_ask_least(verb, &least)) {
		page_fail_code(call->request, 403, 0, STATUS_OUT_OF_SCOPE,
			       "that is not asked from a desk", NULL);
		return false;
	}
	if (call->role < least) {
		page_fail_code(call->request, 403, 0, STATUS_OUT_OF_SCOPE,
			       "this is for the office", NULL);
		return false;
	}
	return true;
}

static void listed(void *owner, char *text, const struct err *err)
{
	struct http_request *request = owner;
	char *reply = NULL;

	if (text == NULL)
		page_fail_err(request, err);
	else if (asprintf(&reply, "{\"reply\":%s}", text) < 0)
		page_fail(request, STATUS_NO_MEMORY, "out of memory", NULL);
	else
		page_answer_text(request, reply);
	free(text);
}

/* --- requests that have a path of their own --- */

struct waiter {
	struct node *n;
	struct http_request *request;
	void (*done)(struct node *n);
};

/* What was stopped, or not begun, can be said again in a moment. */
static void fail(struct http_request *request, const struct err *err)
{
	if (err->status == STATUS_LIMITED || err->status == STATUS_CANCELLED)
		page_fail_code(request, 503, 2, STATUS_LIMITED, err->text,
			       NULL);
	else
		page_fail_err(request, err);
}

static void done_beside(void *owner, char *text, const struct err *err)
{
	struct waiter *w = owner;

	if (text != NULL && w->done != NULL)
		w->done(w->n);
	if (text != NULL)
		page_answer_text(w->request, text);
	else
		fail(w->request, err);
	free(w);
}

void page_ask_beside(struct page_call *call, json_t *request,
		     void (*done)(struct node *n))
{
	struct waiter *w = malloc(sizeof(*w));
	const struct node_asker asker = { .answered = done_beside,
					  .owner = w };
	struct err err = ERR_INIT;
	enum status status;

	if (w == NULL || request == NULL) {
		status = err_set(&err, STATUS_NO_MEMORY, "out of memory");
	} else {
		*w = (struct waiter){ call->node, call->request, done };
		status = node_ask_beside(call->node, request, &asker, &err);
	}
	if (status != STATUS_OK) {
		fail(call->request, &err);
		free(w);
	}
	json_decref(request);
}

/* --- those of the command line --- */

static void ask(struct page_call *call, const json_t *body)
{
	const struct node_asker asker = { .answered = listed,
					  .owner = call->request };
	struct node *n = call->node;
	struct err err = ERR_INIT;
	json_t *answer;

	if (node_is_long(body)) {
		if (node_ask_beside(n, body, &asker, &err) != STATUS_OK)
			fail(call->request, &err);
		return;
	}
	if (requests_answer(&n->requests, body, &answer, &err) != STATUS_OK)
		page_fail_err(call->request, &err);
	else
		page_answer_json(call->request,
				 json_pack("{s:o}", "reply", answer));
}

void page_ask(struct page_call *call)
{
	struct err err = ERR_INIT;
	json_t *body;

	if (page_body_json(call->request, &body, &err) != STATUS_OK) {
		page_fail_err(call->request, &err);
		return;
	}
	if (may(call, page_text(body, "verb")))
		ask(call, body);
	json_decref(body);
}
