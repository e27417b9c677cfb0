/* Requests for payloads that are not ready to be taken from the shelf: those
 * that wait on the loop until what they ask for is here, or has begun to come
 * and is served from there on by the server's own threads. */
#include <stdlib.h>
#include <string.h>

#include "node/node_inside.h"
#include "proto/encoding.h"

enum {
	WAIT_MS = 25 * 1000,
	AGAINS_MAX = 3 /* what is here then has no such file */
};

bool resources_hash(const char *text, bool whole, uint8_t out[static 32])
{
	struct bytes hex = { (const uint8_t *)text, 64 };

	return strlen(text) >= 64 && (!whole || text[64] == 0) &&
	       hex_decode(hex, out, 32) == STATUS_OK;
}

/* --- the list of those who wait --- */

static void unlink_waiting(struct waiting *w)
{
	struct waiting **at = &w->node->waiting;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	w->node->n_waiting--;
}

static void waiting_gone(void *owner, struct http_request *request)
{
	struct waiting *w = owner;

	(void)request;
	unlink_waiting(w);
	free(w);
}

bool resources_keep(struct node *n, struct http_request *request,
		    const uint8_t *btmh, enum waiting_for what, uint64_t ms)
{
	struct waiting *w = NULL;

	if (n->n_waiting < NODE_WAITERS_MAX && !n->stopping)
		w = calloc(1, sizeof(*w));
	if (w == NULL)
		return false;
	w->request = request;
	w->node = n;
	w->what = what;
	w->until_ms = uv_now(n->loop) + ms;
	memcpy(w->btmh, btmh, 32);
	w->next = n->waiting;
	n->waiting = w;
	n->n_waiting++;
	http_request_on_gone(request, waiting_gone, w);
	return true;
}

/* --- what is here by now --- */

/* All of its pieces, of a payload that is held. */
static bool answer_held_pieces(struct node *n, struct http_request *request,
			       const uint8_t *btmh)
{
	struct payload_row row;
	struct buf map = BUF_INIT;
	struct err err = ERR_INIT;
	bool held = shelf_has(n->shelf, btmh) &&
		    payload_get(n->house.catalog, btmh, &row, NULL, &err) ==
			    STATUS_OK;

	if (held) {
		arriving_map(&map, row.pieces, NULL);
		resources_answer(request, "application/octet-stream",
				 HTTP_NO_CACHE, buf_bytes(&map));
	}
	buf_release(&map);
	return held;
}

/* Files of payloads are opened on the server's side alone, which need not wait
 * for their disk. */
static bool ask_again(struct node *n, struct http_request *request,
		      const uint8_t *btmh)
{
	if ((!shelf_has(n->shelf, btmh) && !arrivals_has(n->arrivals, btmh)) ||
	    http_request_agains(request) == AGAINS_MAX)
		return false;
	http_request_again(request);
	return true;
}

/* What has come since the server's threads looked. */
static bool answer_now(struct node *n, struct http_request *request,
		       const uint8_t *btmh, enum waiting_for what)
{
	const struct http_head *head = http_request_head(request);
	struct http_answer answer = HTTP_ANSWER_INIT;

	if (what == WAITING_PAYLOAD)
		return ask_again(n, request, btmh);
	if (what == WAITING_PIECES && answer_held_pieces(n, request, btmh))
		return true;
	if (!shelf_look(n->shelf, head, &answer) &&
	    !arrivals_try(n->arrivals, head, &answer))
		return false;
	http_request_answer(request, &answer);
	return true;
}

/* --- fetched for who asks --- */

/* From afar whoever has one IPv6 address has the whole /64. */
static void address_key(const struct sockaddr *from, bool near,
			uint8_t key[static 16])
{
	memset(key, 0, 16);
	if (from->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)from;

		key[10] = key[11] = 0xff;
		memcpy(key + 12, &in->sin_addr, 4);
	} else {
		const struct sockaddr_in6 *in6 = (const void *)from;

		memcpy(key, &in6->sin6_addr, near ? 16 : 8);
	}
}

static uint64_t hops_left(const struct http_head *head)
{
	uint64_t hops = 0;
	enum status status = http_head_query_number(head, "pull", &hops);

	if (status == STATUS_MALFORMED)
		return 0;
	return status == STATUS_NOT_FOUND || hops > PULL_HOPS ? PULL_HOPS :
								hops;
}

enum pull resources_pull(struct node *n, struct http_request *request,
			 const uint8_t *btmh)
{
	const struct http_head *head = http_request_head(request);
	const struct sockaddr *from = http_request_address(request);
	struct payload_standing standing;
	struct pull_facts facts = { .level = n->house.conf.level };
	struct err err = ERR_INIT;
	uint64_t wait = 1;
	uint8_t key[16];
	enum pull what;

	if (lessons_standing(n->house.catalog, btmh, &standing, &err) !=
	    STATUS_OK)
		return PULL_REFUSE;
	(void)http_head_query_number(head, "wait", &wait);
	facts.wanted = standing.wanted;
	facts.known = standing.wanted ||
		      (standing.known && !standing.unwelcome);
	facts.near = lan_has(n->lan, from);
	address_key(from, facts.near, key);
	facts.waits = wait != 0;
	facts.hops = hops_left(head);
	facts.room = pull_may_ask(&n->asked, key, btmh, node_now(n));
	what = pull_decide(&facts);
	if (what != PULL_ASK)
		return what;
	if (!fetcher_ask(n->fetcher, btmh,
			 arriving_is_viewer(head) ? FETCHER_VIEWER :
						    FETCHER_BELOW,
			 (unsigned)facts.hops))
		return PULL_BUSY;
	pull_asked(&n->asked, key, btmh, node_now(n));
	return PULL_ASK;
}

void resources_read(void *node, const uint8_t *btmh)
{
	struct node *n = node;

	if (n->fetcher != NULL)
		fetcher_read(n->fetcher, btmh);
}

static void busy(struct http_request *request)
{
	struct http_answer answer = HTTP_ANSWER_INIT;

	answer.code = 503;
	answer.type = "text/plain; charset=utf-8";
	answer.body = bytes_of("it is on its way here\n");
	(void)http_answer_header(&answer, "Retry-After", "5");
	http_request_answer(request, &answer);
}

/* A payload that is held and has no such file has nothing to wait for. */
void resources_wait(struct node *n, struct http_request *request,
		    const uint8_t *btmh, enum waiting_for what)
{
	if (answer_now(n, request, btmh, what))
		return;
	if (shelf_has(n->shelf, btmh)) {
		resources_not_found(request);
		return;
	}
	switch (resources_pull(n, request, btmh)) {
	case PULL_REFUSE:
		resources_not_found(request);
		return;
	case PULL_BUSY:
		break;
	case PULL_WAIT:
	case PULL_ASK:
		/* Asking may have begun it. */
		if (answer_now(n, request, btmh, what) ||
		    resources_keep(n, request, btmh, what, WAIT_MS))
			return;
		break;
	}
	busy(request);
}

/* --- settling --- */

static void settle(struct waiting *w, bool last)
{
	struct node *n = w->node;
	bool held = shelf_has(n->shelf, w->btmh);

	if (w->what == WAITING_ENGINE) {
		if (!last && !held)
			return; /* it has begun to come: no part of ours */
		announce_answer(n, w->request, w->btmh);
	} else if (!answer_now(n, w->request, w->btmh, w->what)) {
		if (!last && !held)
			return;
		if (held)
			resources_not_found(w->request);
		else
			busy(w->request);
	}
	unlink_waiting(w);
	free(w);
}

static void settle_all(struct node *n, const uint8_t *btmh)
{
	struct waiting *next;

	for (struct waiting *w = n->waiting; w != NULL; w = next) {
		next = w->next;
		if (memcmp(w->btmh, btmh, 32) == 0)
			settle(w, false);
	}
}

void resources_begun(void *node, const uint8_t *btmh)
{
	settle_all(node, btmh);
}

void resources_arrived(struct node *n, const uint8_t *btmh)
{
	pull_settled(&n->asked, btmh);
	settle_all(n, btmh);
}

void resources_loaded(struct node *n, const uint8_t *btmh)
{
	struct waiting *next;

	for (struct waiting *w = n->waiting; w != NULL; w = next) {
		next = w->next;
		if (w->what == WAITING_ENGINE &&
		    memcmp(w->btmh, btmh, 32) == 0)
			settle(w, true);
	}
}

void resources_tick(struct node *n)
{
	struct waiting *next;

	for (struct waiting *w = n->waiting; w != NULL; w = next) {
		next = w->next;
		if (uv_now(n->loop) >= w->until_ms)
			settle(w, true);
	}
}

void resources_stop(struct node *n)
{
	while (n->waiting != NULL)
		settle(n->waiting, true);
}
