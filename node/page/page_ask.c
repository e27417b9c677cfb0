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

static void ask(struct page_call *call, const json_t *body)
{
	struct node *n = call->node;
	struct err err = ERR_INIT;
	json_t *answer;

	if (requests_is_long(body) &&
	    node_list_beside(n, body, listed, call->request))
		return;
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
