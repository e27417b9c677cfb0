#include "node/heads.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/forks.h"
#include "catalog/log.h"
#include "node/pace.h"

struct waiter {
	struct heads *h;
	struct http_request *request;
	struct waiter *next; /* who came before */
	uint64_t source;
	uint64_t after;
	uint64_t until_ms;
};

struct change {
	int64_t log;
	uint64_t number;
};

struct heads {
	uv_loop_t *loop;
	struct catalog *catalog;
	const struct trust_book *trust;
	uint64_t first, number; /* numbers lie in [first, number] */
	int64_t own;		/* the log this node writes; 0: none */
	bool asks;		/* what others hold of it */
	void (*given)(void *owner, int64_t log);
	void *given_owner;
	struct change *changes; /* one per log that changed since the start */
	size_t n_changes;
	struct waiter *waiters;
	unsigned n_waiters;
	uv_timer_t timer; /* ticks while somebody waits */
	void (*on_closed)(void *owner);
	void *owner;
};

/* The number of a log's last change; logs that did not change since the start
 * changed before it. */
static uint64_t number_of(const struct heads *h, int64_t log)
{
	for (size_t i = 0; i < h->n_changes; i++)
		if (h->changes[i].log == log)
			return h->changes[i].number;
	return h->first;
}

struct listing {
	struct heads *h;
	uint64_t after;
	json_t *notes;
	struct buf note;
};

static enum status list_log(void *owner, const struct log_info *info,
			    struct err *err)
{
	struct listing *l = owner;
	enum status status;

	if (number_of(l->h, info->id) <= l->after)
		return STATUS_OK;
	buf_clear(&l->note);
	status = log_read_note(l->h->catalog, info->id, &l->note, err);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (l->h->given != NULL && info->id == l->h->own)
		l->h->given(l->h->given_owner, info->id);
	if (status == STATUS_OK)
		(void)json_array_append_new(
			l->notes, json_stringn((const char *)l->note.data,
					       l->note.size));
	return status;
}

static void put_own(struct heads *h, json_t *root)
{
	struct log_info info;
	struct err err = ERR_INIT;

	if (h->own != 0 &&
	    log_get(h->catalog, h->own, &info, &err) == STATUS_OK)
		(void)json_object_set_new(
			root, "own",
			json_pack("{s:s, s:I, s:b}", "log", info.hash, "size",
				  (json_int_t)info.size, "asks", h->asks));
}

static void put_evidence(struct heads *h, json_t *root)
{
	char digest[FORKS_DIGEST_SIZE + 1];
	struct err err = ERR_INIT;

	if (forks_digest(h->catalog, digest, &err) == STATUS_OK &&
	    digest[0] != 0)
		(void)json_object_set_new(root, "evidence",
					  json_string(digest));
}

/* What is new after `after`, as JSON from malloc; NULL when that cannot be
 * told. */
static char *news_after(struct heads *h, uint64_t after)
{
	struct listing l = { h, after, json_array(), BUF_INIT };
	struct err err = ERR_INIT;
	json_t *root;
	char *text = NULL;

	if (log_each(h->catalog, list_log, &l, &err) != STATUS_OK) {
		json_decref(l.notes);
		buf_release(&l.note);
		return NULL;
	}
	buf_release(&l.note);
	root = json_pack("{s:I, s:I, s:I, s:o}", "n", (json_int_t)h->number,
			 "root", (json_int_t)h->trust->root.version, "trust",
			 (json_int_t)h->trust->trust.version, "logs", l.notes);
	if (root != NULL) {
		put_own(h, root);
		put_evidence(h, root);
		text = json_dumps(root, JSON_COMPACT);
	}
	json_decref(root);
	return text;
}

/* `text` is borrowed; NULL: it could not be told. */
static void answer(struct http_request *request, const char *text)
{
	struct http_answer a = HTTP_ANSWER_INIT;

	if (text == NULL) {
		http_request_refuse(request, 500, "the catalog does not read");
		return;
	}
	a.type = "application/json";
	a.body = bytes_of(text);
	http_request_answer(request, &a);
}

static void answer_one(struct heads *h, struct http_request *request,
		       uint64_t after)
{
	char *text = news_after(h, after);

	answer(request, text);
	free(text);
}

static void unlink_waiter(struct waiter *w)
{
	struct waiter **at = &w->h->waiters;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	w->h->n_waiters--;
}

static void waiter_gone(void *owner, struct http_request *request)
{
	struct waiter *w = owner;

	(void)request;
	unlink_waiter(w);
	free(w);
}

/* Answer everybody for whom there is news, and those whose time is over. */
static void wake_waiters(struct heads *h, bool all)
{
	uint64_t now = uv_now(h->loop), told = 0;
	struct waiter **at = &h->waiters;
	char *text = NULL; /* for those who know all up to `told` */

	while (*at != NULL) {
		struct waiter *w = *at;

		if (!all && w->after >= h->number && now < w->until_ms) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		h->n_waiters--;
		/* Most have waited for the same: it is told once, not for
		 * each of hundreds. */
		if (text == NULL || told != w->after) {
			free(text);
			text = news_after(h, w->after);
			told = w->after;
		}
		answer(w->request, text);
		free(w);
	}
	free(text);
	if (h->waiters == NULL)
		(void)uv_timer_stop(&h->timer);
}

static void ticked(uv_timer_t *timer)
{
	wake_waiters(timer->data, false);
}

struct heads *heads_new(uv_loop_t *loop, struct catalog *catalog,
			const struct trust_book *trust, uint32_t boot)
{
	struct heads *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->loop = loop;
	h->catalog = catalog;
	h->trust = trust;
	h->first = h->number = ((uint64_t)(boot & 0xfffff) << 32) + 1;
	(void)uv_timer_init(loop, &h->timer); /* cannot fail */
	h->timer.data = h;
	return h;
}

static void timer_closed(uv_handle_t *timer)
{
	struct heads *h = timer->data;
	void (*on_closed)(void *) = h->on_closed;
	void *owner = h->owner;

	free(h->changes);
	free(h);
	on_closed(owner);
}

void heads_close(struct heads *h, void (*on_closed)(void *owner), void *owner)
{
	h->on_closed = on_closed;
	h->owner = owner;
	wake_waiters(h, true);
	uv_close((uv_handle_t *)&h->timer, timer_closed);
}

void heads_own(struct heads *h, int64_t log, bool asks)
{
	bool begins = asks && !h->asks;

	h->own = log;
	h->asks = asks;
	if (!begins)
		return;
	h->number++;
	wake_waiters(h, false);
}

void heads_on_given(struct heads *h, void (*given)(void *owner, int64_t log),
		    void *owner)
{
	h->given = given;
	h->given_owner = owner;
}

void heads_log_changed(struct heads *h, int64_t log)
{
	struct change *grown;

	h->number++;
	for (size_t i = 0; i < h->n_changes; i++)
		if (h->changes[i].log == log) {
			h->changes[i].number = h->number;
			wake_waiters(h, false);
			return;
		}
	grown = realloc(h->changes, (h->n_changes + 1) * sizeof(*grown));
	if (grown == NULL) {
		h->first = h->number; /* everything counts as changed */
	} else {
		h->changes = grown;
		h->changes[h->n_changes++] =
			(struct change){ log, h->number };
	}
	wake_waiters(h, false);
}

void heads_trust_changed(struct heads *h)
{
	h->number++;
	wake_waiters(h, false);
}

void heads_evidence_changed(struct heads *h)
{
	heads_trust_changed(h);
}

/* Let the one of this address that has waited longest go, when too many
 * wait. */
static void make_place(struct heads *h, uint64_t source)
{
	struct waiter *oldest = NULL;
	unsigned count = 0;

	for (struct waiter *w = h->waiters; w != NULL; w = w->next) {
		if (w->source != source)
			continue;
		oldest = w;
		count++;
	}
	if (count < HEADS_PER_ADDRESS)
		return;
	unlink_waiter(oldest);
	answer_one(h, oldest->request, oldest->after);
	free(oldest);
}

void heads_request(struct heads *h, struct http_request *request)
{
	uint64_t after = 0, source;
	struct waiter *w;

	if (http_head_query_number(http_request_head(request), "after",
				   &after) == STATUS_MALFORMED) {
		http_request_refuse(request, 400, "after wants a number");
		return;
	}
	if (after < h->first || after > h->number)
		after = 0; /* of another life */
	if (after < h->number) {
		answer_one(h, request, after);
		return;
	}
	source = pace_source(http_request_address(request));
	make_place(h, source);
	w = h->n_waiters == HEADS_WAITERS_MAX ? NULL : calloc(1, sizeof(*w));
	if (w == NULL) {
		http_request_refuse(request, 503, "too many are waiting");
		return;
	}
	*w = (struct waiter){ .h = h,
			      .request = request,
			      .next = h->waiters,
			      .source = source,
			      .after = after,
			      .until_ms = uv_now(h->loop) + HEADS_WAIT_MS };
	h->waiters = w;
	h->n_waiters++;
	http_request_on_gone(request, waiter_gone, w);
	if (!uv_is_active((uv_handle_t *)&h->timer))
		(void)uv_timer_start(&h->timer, ticked, 1000, 1000);
}
