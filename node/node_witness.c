/* Witnesses in a running node (node/witness.h): it cosigns what it has
 * committed, before anybody is shown it; takes over the lines that copies of
 * its checkpoints carry; and gives what it has gained to those above, who
 * cannot call down to get it. From there all have it by /heads. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/clock_floor.h"
#include "node/node_inside.h"
#include "node/staleness.h"
#include "node/witness.h"

enum {
	LOOK_MS = 60 * 1000, /* between looks at what is to be cosigned */
	LATER_MS = 60 * 1000, /* before one that failed is given again */
	BEHIND_MS = 600 * 1000 /* to one that has another checkpoint */
};

/* What one upstream is to be given: logs whose checkpoints gained lines. */
struct lines_up {
	struct node *n;
	struct http_fetch *fetch;
	int64_t logs[NODE_LINES_MAX];
	unsigned count;
	int64_t due_ms;
};

/* --- upwards --- */

static void put_log(struct lines_up *up, int64_t log)
{
	for (unsigned i = 0; i < up->count; i++)
		if (up->logs[i] == log)
			return;
	if (up->count < NODE_LINES_MAX)
		up->logs[up->count++] = log;
}

static void first_is_done(struct lines_up *up)
{
	up->count--;
	memmove(up->logs, up->logs + 1, up->count * sizeof(*up->logs));
}

static void given(void *owner, const struct http_reply *reply)
{
	struct lines_up *up = owner;
	int64_t first = up->logs[0];

	up->fetch = NULL;
	if (reply->status != STATUS_OK || reply->code == 429 ||
	    reply->code >= 500) {
		up->due_ms = node_now(up->n) + LATER_MS;
		return;
	}
	first_is_done(up);
	/* It will have this one soon, or we shall have its. */
	if (reply->code == 409) {
		put_log(up, first);
		up->due_ms = node_now(up->n) + BEHIND_MS;
	}
}

static void give_first(struct lines_up *up, const char *base)
{
	char url[CONF_URL_MAX + ORIGIN_HASH_SIZE + 32];
	struct http_get get = { .url = url, .timeout_ms = 20000 };
	struct node *n = up->n;
	struct buf note = BUF_INIT;
	struct err err = ERR_INIT;
	struct log_info log;
	enum status status = log_get(n->house.catalog, up->logs[0], &log, &err);

	if (status == STATUS_OK)
		status = log_read_note(n->house.catalog, log.id, &note, &err);
	if (status == STATUS_OK) {
		(void)snprintf(url, sizeof(url), "%s/tlog/%s/checkpoint", base,
			       log.hash);
		status = http_client_post(n->client, &get, buf_bytes(&note),
					  "text/plain; charset=utf-8", given,
					  up, &up->fetch, &err);
	}
	if (status != STATUS_OK)
		first_is_done(up);
	buf_release(&note);
}

static void tell_above(struct node *n, int64_t log, const char *except)
{
	for (unsigned i = 0; i < n->n_upstreams; i++)
		if (n->lines_up[i] != NULL &&
		    (except == NULL ||
		     strcmp(except, n->upstreams[i]->url) != 0))
			put_log(n->lines_up[i], log);
}

/* --- what changes --- */

static void lines_changed(struct node *n, int64_t log, const char *from)
{
	node_learn_time(n, log);
	tell_above(n, log, from);
	heads_log_changed(n->heads, log);
}

bool node_cosign(struct node *n, int64_t log)
{
	struct err err = ERR_INIT;
	bool done = false;

	if (witness_cosign(&n->house, log, &done, &err) != STATUS_OK)
		(void)fprintf(stderr, "xiangtu: %s\n", err.text);
	if (done)
		tell_above(n, log, NULL);
	return done;
}

enum status node_lines_came(struct node *n, int64_t log, struct bytes note,
			    const char *from, struct err *err)
{
	size_t gained = 0;
	enum status status = witness_take(&n->house, log, note, &gained, err);

	if (status == STATUS_OK && gained > 0 && !n->stopping)
		lines_changed(n, log, from);
	return status;
}

void node_log_seen(void *node, int64_t log, struct bytes note,
		   struct source *source)
{
	struct err ignored = ERR_INIT;

	(void)node_lines_came(node, log, note, source->url, &ignored);
}

void node_lines_taken(void *node, int64_t log)
{
	lines_changed(node, log, NULL);
}

static enum status look_at_log(void *owner, const struct log_info *info,
			       struct err *err)
{
	struct node *n = owner;

	(void)err;
	if (node_cosign(n, info->id)) {
		node_learn_time(n, info->id);
		heads_log_changed(n->heads, info->id);
	}
	return STATUS_OK;
}

/* What was not given before the last stop. */
static enum status tell_again(void *owner, const struct log_info *info,
			      struct err *err)
{
	struct node *n = owner;
	struct witness_count count;

	(void)err;
	witness_count(&n->house, info->id, &count);
	if (count.cosigned > 0)
		tell_above(n, info->id, NULL);
	return STATUS_OK;
}

void node_witness_tick(struct node *n)
{
	int64_t now = node_now(n);
	struct err err = ERR_INIT;

	if (n->stopping)
		return;
	if (n->witness_looked_ms == 0 ||
	    now - n->witness_looked_ms >= LOOK_MS) {
		if (n->witness_looked_ms == 0)
			(void)log_each(n->house.catalog, tell_again, n, &err);
		n->witness_looked_ms = now;
		if (witness_is_listed(&n->house))
			(void)log_each(n->house.catalog, look_at_log, n, &err);
	}
	for (unsigned i = 0; i < n->n_upstreams; i++) {
		struct lines_up *up = n->lines_up[i];

		if (up->fetch == NULL && up->count > 0 && now >= up->due_ms &&
		    n->upstreams[i]->ok && !n->upstreams[i]->is_static)
			give_first(up, n->upstreams[i]->url);
	}
}

enum status node_witness_start(struct node *n, struct err *err)
{
	for (unsigned i = 0; i < n->n_upstreams; i++) {
		n->lines_up[i] = calloc(1, sizeof(*n->lines_up[i]));
		if (n->lines_up[i] == NULL)
			return err_set(err, STATUS_NO_MEMORY, "witnesses");
		n->lines_up[i]->n = n;
	}
	return STATUS_OK;
}

void node_witness_stop(struct node *n)
{
	for (unsigned i = 0; i < CONF_UPSTREAMS_MAX; i++) {
		if (n->lines_up[i] != NULL && n->lines_up[i]->fetch != NULL)
			http_client_cancel(n->lines_up[i]->fetch);
		free(n->lines_up[i]);
		n->lines_up[i] = NULL;
	}
}

/* --- POST /tlog/<origin hash>/checkpoint --- */

void lines_request(struct node *n, struct http_request *request,
		   const char *hash)
{
	struct http_answer answer = HTTP_ANSWER_INIT;
	struct bytes body = http_request_body(request);
	struct err err = ERR_INIT;
	struct log_info log;
	uint64_t wait_ms;
	enum status status;

	if (!pace_admit(&n->lines_from,
			pace_source(http_request_address(request)),
			node_now(n), &wait_ms)) {
		resources_come_back(request, 429,
				    (unsigned)((wait_ms + 999) / 1000));
		return;
	}
	if (log_find_hash(n->house.catalog, hash, &log, &err) != STATUS_OK ||
	    log.kind != LOG_LESSONS || log.forked) {
		resources_not_found(request);
		return;
	}
	status = node_lines_came(n, log.id, body, NULL, &err);
	if (status == STATUS_OK) {
		answer.code = 204;
		http_request_answer(request, &answer);
	} else {
		http_request_refuse(request,
				    status == STATUS_OLD       ? 409 :
				    status == STATUS_MALFORMED ? 400 :
								 503,
				    status == STATUS_OLD ?
					    "another checkpoint is here" :
					    err.text);
	}
}
