/* What this node says of itself (GET /node), and what others say (POST /node,
 * neighbours): made, kept, and sent up. */
#include <stdio.h>
#include <string.h>

#include "catalog/stations.h"
#include "node/clock.h"
#include "node/node_inside.h"
#include "node/page/page.h"

struct bytes node_statement(struct node *n)
{
	struct buf note = BUF_INIT;
	struct err err = ERR_INIT;

	if (!n->statement_stale && n->statement.size > 0)
		return buf_bytes(&n->statement);
	if (statement_make(&n->maker, &note, &err) == STATUS_OK) {
		buf_release(&n->statement);
		n->statement = note;
		n->statement_stale = false;
	} else {
		(void)fprintf(stderr, "xiangtu: statement: %s\n", err.text);
		buf_release(&note);
	}
	return buf_bytes(&n->statement);
}

enum status node_statement_take(struct node *n, struct bytes note,
				uint64_t age_s, bool direct, struct err *err)
{
	struct statement st;
	enum status status = statement_keep(&n->house, note, age_s, &st, err);

	if (status == STATUS_OK) {
		n->statement_unsent = true; /* others' go up, too */
		page_heard(n);
		node_look_for_own_log(n, &st);
		if (direct)
			node_own_statement(n, &st, age_s);
	}
	return status;
}

/* --- up --- */

static void sent(void *owner, const struct http_reply *reply)
{
	struct node *n = owner;

	if (reply->status != STATUS_OK || reply->code >= 300)
		n->statement_unsent = true;
}

static void send_note(struct node *n, const char *base, struct bytes note,
		      uint64_t age_s)
{
	char url[CONF_URL_MAX + 64];
	struct http_get get = { .url = url, .timeout_ms = 20000 };
	struct err err = ERR_INIT;

	(void)snprintf(url, sizeof(url), "%s/node?age=%llu", base,
		       (unsigned long long)age_s);
	(void)http_client_post(n->client, &get, note,
			       "text/plain; charset=utf-8", sent, n, NULL,
			       &err);
}

void node_statement_say(struct node *n, const char *base)
{
	n->statement_stale = true; /* a new one, which nobody can have kept */
	send_note(n, base, node_statement(n), 0);
}

struct sending {
	struct node *n;
	const char *url;
	unsigned count;
};

/* What came in since the last time goes up along with our own. */
static bool send_other(void *context, const struct statement_row *row)
{
	struct sending *s = context;
	uint64_t now_s = clock_s();
	/* Clocks are also put back. */
	uint64_t age = now_s > row->heard_s ? now_s - row->heard_s : 0;

	if ((int64_t)(age * 1000) >
	    node_now(s->n) - s->n->statement_sent_ms + 1000)
		return false; /* sorted: the rest is older */
	send_note(s->n, s->url, row->note, age + row->age_s);
	return ++s->count < 256;
}

void node_statement_tick(struct node *n)
{
	int64_t now = node_now(n);
	struct err err = ERR_INIT;

	/* The first goes out soon, so that a new station is heard of. */
	if (!n->statement_unsent ||
	    (n->statement_sent_ms != 0 && !n->statement_urgent &&
	     now - n->statement_sent_ms < NODE_STATEMENT_MS))
		return;
	n->statement_unsent = n->statement_urgent = false;
	for (unsigned i = 0; i < n->n_upstreams; i++) {
		struct source *up = n->upstreams[i];
		struct sending s = { n, up->url, 0 };

		if (up->is_static)
			continue;
		if (!up->ok) {
			n->statement_unsent = true;
			continue;
		}
		send_note(n, up->url, node_statement(n), 0);
		(void)statements_list(n->house.catalog, send_other, &s, &err);
	}
	if (!n->statement_unsent)
		n->statement_sent_ms = now;
}
