/* All are requests; those that take long are answered beside the loop. */
#include "node/page/page_cards.h"

#include "node/node_inside.h"
#include "node/page/page_ask.h"
#include "signing/cardid.h"

enum { QUERY_MAX = 200 };

/* --- requests --- */

void page_cards(struct page_call *call)
{
	char query[QUERY_MAX + 1] = "";

	if (http_head_query(call->head, "query", query, sizeof(query), NULL) ==
	    STATUS_MALFORMED)
		page_fail(call->request, STATUS_USAGE, "query: a few words",
			  NULL);
	else
		page_ask_beside(call,
				json_pack("{s:s, s:s}", "verb", "cards",
					  "query", query),
				NULL);
}

void page_cards_person(struct page_call *call)
{
	char hex[2 * CARD_ID_SIZE + 1] = "";

	if (http_head_query(call->head, "card", hex, sizeof(hex), NULL) !=
	    STATUS_OK)
		page_fail(call->request, STATUS_USAGE, "which card?", NULL);
	else
		page_ask_beside(call,
				json_pack("{s:s, s:s}", "verb", "cards-person",
					  "card", hex),
				NULL);
}

/* Of the body, only what such a request has. NULL: answered already. */
static json_t *read_body(struct page_call *call, const char *verb,
			 const char *const *keys)
{
	struct err err = ERR_INIT;
	json_t *body, *request;

	if (page_body_json(call->request, &body, &err) != STATUS_OK) {
		page_fail_err(call->request, &err);
		return NULL;
	}
	request = json_pack("{s:s}", "verb", verb);
	for (; *keys != NULL; keys++) {
		json_t *value = json_object_get(body, *keys);

		if (value != NULL)
			(void)json_object_set(request, *keys, value);
	}
	json_decref(body);
	return request;
}

void page_cards_end(struct page_call *call)
{
	static const char *const keys[] = { "cards", "batch", "alone", NULL };
	json_t *answer, *request = read_body(call, "cards-end", keys);
	struct err err = ERR_INIT;

	if (request == NULL)
		return;
	if (requests_answer(&call->node->requests, request, &answer, &err) ==
	    STATUS_OK)
		page_answer_json(call->request, answer);
	else
		page_fail_err(call->request, &err);
	json_decref(request);
}

void page_cards_forget(struct page_call *call)
{
	static const char *const keys[] = { "cards", "name", "station", NULL };
	json_t *request = read_body(call, "cards-forget", keys);

	if (request != NULL)
		page_ask_beside(call, request, NULL);
}
