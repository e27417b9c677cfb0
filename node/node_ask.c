/* What the command line and the desks ask of the running node. Short requests
 * are answered on the loop; lists of many lessons on the pool, one after the other, from a
 * connection of their own, and go out as the text that was made there. */
#include <stdlib.h>
#include <string.h>

#include "node/node_inside.h"

/* A list under way; those behind it wait. */
struct listing_asked {
	uv_work_t work;
	struct node *n;
	struct listing_asked *next;
	node_listed_cb answered;
	void *owner;
	json_t *request; /* its own copy: counts of others are not shared */
	struct fetcher_share shares[FETCHER_SHARES_MAX];
	unsigned n_shares;
	char *text;
	struct err err;
};

/* Of what is under way, as it was when the list was asked for. */
static double share_of(void *owner, const uint8_t *btmh)
{
	const struct listing_asked *a = owner;

	for (unsigned i = 0; i < a->n_shares; i++)
		if (memcmp(a->shares[i].btmh, btmh, 32) == 0)
			return a->shares[i].share;
	return -1;
}

static void list_on_pool(uv_work_t *work)
{
	struct listing_asked *a = work->data;
	struct house house = { .catalog = a->n->lists };
	const struct live live = { .node = a, .progress = share_of };
	struct requests requests = { .house = &house, .live = &live };
	json_t *answer;

	if (requests_answer(&requests, a->request, &answer, &a->err) !=
	    STATUS_OK)
		return;
	a->text = json_dumps(answer, JSON_COMPACT);
	json_decref(answer);
	if (a->text == NULL)
		(void)err_set(&a->err, STATUS_NO_MEMORY, "list");
}

static void start_first(struct node *n);

static void listed(uv_work_t *work, int status)
{
	struct listing_asked *a = work->data;
	struct node *n = a->n;

	(void)status; /* never cancelled */
	n->listings = a->next;
	a->answered(a->owner, a->text, &a->err);
	json_decref(a->request);
	free(a);
	start_first(n);
}

static void start_first(struct node *n)
{
	struct listing_asked *a = n->listings;

	if (a == NULL)
		return;
	if (n->fetcher != NULL)
		a->n_shares = fetcher_shares(n->fetcher, a->shares);
	(void)uv_queue_work(n->loop, &a->work, list_on_pool, listed);
}

bool node_list_beside(struct node *n, const json_t *request,
		      node_listed_cb answered, void *owner)
{
	struct listing_asked **end = &n->listings;
	struct listing_asked *a;
	struct err err = ERR_INIT;

	if (n->lists == NULL &&
	    catalog_open_reader(&n->lists, catalog_path(n->house.catalog),
				&err) != STATUS_OK)
		return false;
	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return false;
	a->request = json_deep_copy(request);
	if (a->request == NULL) {
		free(a);
		return false;
	}
	a->err = (struct err)ERR_INIT;
	a->n = n;
	a->answered = answered;
	a->owner = owner;
	a->work.data = a;
	while (*end != NULL)
		end = &(*end)->next;
	*end = a;
	if (n->listings == a)
		start_first(n);
	return true;
}

static void listed_for_call(void *owner, char *text, const struct err *err)
{
	struct control_call *call = owner;

	if (text != NULL)
		control_call_finish_text(call, text);
	else
		control_call_fail_err(call, err);
}

void node_asked(void *owner, struct control_call *call, json_t *request)
{
	struct node *n = owner;
	struct err err = ERR_INIT;
	json_t *answer;

	if (requests_is_long(request) &&
	    node_list_beside(n, request, listed_for_call, call))
		return;
	if (requests_answer(&n->requests, request, &answer, &err) == STATUS_OK)
		control_call_finish(call, answer);
	else
		control_call_fail_err(call, &err);
}
