/*     offer -> (busy: waits) -> step -> fetched -> taken -> step …
 *                ^                        |
 *                +--- next <- end <- failed, lied, all is here */
#include "node/trust_walk.h"

#include <stdio.h>
#include <string.h>

static void step(struct trust_walk *w);

static int64_t now_ms(const struct trust_walk *w)
{
	return (int64_t)uv_now(w->o.loop);
}

void trust_walk_init(struct trust_walk *w,
		     const struct trust_walk_options *options)
{
	memset(w, 0, sizeof(*w));
	w->o = *options;
}

bool trust_walk_is_under_way(const struct trust_walk *w)
{
	return w->now.source != NULL;
}

static bool is_news(const struct trust_walk *w, uint64_t root, uint64_t trust)
{
	return root > w->o.book->root.version ||
	       trust > w->o.book->trust.version;
}

/* --- who is asked --- */

static bool goes_before(const struct source *a, const struct source *b)
{
	return a->upstream != b->upstream ? a->upstream :
					    a->walked_ms < b->walked_ms;
}

/* Keep it in its place in the order; of equals who came first is first. */
static void wait_for_turn(struct trust_walk *w, const struct trust_offer *offer)
{
	unsigned at;

	for (unsigned i = 0; i < w->n_waiting; i++)
		if (w->waiting[i].source == offer->source) {
			w->waiting[i] = *offer;
			return;
		}
	at = w->n_waiting;
	while (at > 0 &&
	       goes_before(offer->source, w->waiting[at - 1].source))
		at--;
	if (at == TRUST_WALK_WAITING_MAX)
		return;
	if (w->n_waiting == TRUST_WALK_WAITING_MAX)
		source_drop(w->waiting[--w->n_waiting].source);
	memmove(w->waiting + at + 1, w->waiting + at,
		(w->n_waiting++ - at) * sizeof(*w->waiting));
	w->waiting[at] = *offer;
	source_hold(offer->source);
}

static struct trust_offer take_first(struct trust_walk *w)
{
	struct trust_offer first = w->waiting[0];

	w->n_waiting--;
	memmove(w->waiting, w->waiting + 1,
		w->n_waiting * sizeof(*w->waiting));
	return first;
}

/* Go on with the next who still has news; idle when there is none. */
static void next(struct trust_walk *w)
{
	while (w->now.source == NULL && w->n_waiting > 0 && !w->stopped) {
		struct trust_offer offer = take_first(w);

		if (!is_news(w, offer.root, offer.trust)) {
			source_drop(offer.source);
		} else if (!source_is_fit(offer.source, now_ms(w))) {
			w->o.on_starved(w->o.owner, offer.source);
			source_drop(offer.source);
		} else {
			w->now = offer;
			offer.source->walked_ms = now_ms(w);
			step(w);
		}
	}
}

static void end(struct trust_walk *w)
{
	struct source *source = w->now.source;

	w->now.source = NULL;
	if (source != NULL) /* else a callback has stopped all */
		source_drop(source);
}

/* --- one walk --- */

static enum status take(struct trust_walk *w, const struct http_reply *reply,
			struct err *err)
{
	if (reply->status != STATUS_OK)
		return err_set(err, reply->status, "%s", reply->error);
	if (reply->code != 200)
		return err_set(err, STATUS_UNREACHABLE, "%s: HTTP %u",
			       w->asked > 0 ? "a root note" : "trust note",
			       reply->code);
	return w->asked > 0 ?
		       trust_book_take_root(w->o.book, reply->body, err) :
		       trust_book_take_trust(w->o.book, reply->body, err);
}

/* Is what was asked for here, whoever it came from? Not when the note of
 * another version is shown in its place. A trust note that is older than
 * promised, or signed under a root that was replaced, has to be made anew by
 * the office, and nobody lies. */
static bool is_done(const struct trust_walk *w, enum status status)
{
	return status == STATUS_OK ||
	       (status == STATUS_OLD &&
		w->asked <= w->o.book->root.version);
}

static void blame(struct trust_walk *w, enum status status, const char *why)
{
	if (status == STATUS_UNTRUSTED || status == STATUS_MALFORMED ||
	    status == STATUS_OLD)
		source_lied(w->now.source, now_ms(w), why);
	else
		source_failed(w->now.source, now_ms(w), why);
	w->o.on_starved(w->o.owner, w->now.source);
}

static void fetched(void *owner, const struct http_reply *reply)
{
	struct trust_walk *w = owner;
	struct err err = ERR_INIT;
	enum status status = take(w, reply, &err);

	w->fetch = NULL;
	if (status == STATUS_OK)
		w->o.on_trust(w->o.owner);
	if (is_done(w, status)) {
		if (w->asked == 0)
			w->now.trust = 0; /* once is enough */
	} else {
		blame(w, status, err.text);
		end(w);
	}
	if (w->now.source != NULL)
		step(w);
	next(w);
}

static bool ask(struct trust_walk *w, struct err *err)
{
	char url[CONF_URL_MAX + 64];
	struct http_get get = {
		.url = url,
		.max_bytes = TRUST_NOTE_MAX,
		.timeout_ms = w->now.source->upstream ? 0 : TRUST_WALK_NEAR_MS,
	};

	if (w->asked > 0)
		(void)snprintf(url, sizeof(url), "%s/trust/root/%u.note",
			       w->now.source->url, w->asked);
	else
		(void)snprintf(url, sizeof(url), "%s/trust/trust.note",
			       w->now.source->url);
	return http_client_get(w->o.client, &get, fetched, w, &w->fetch,
			       err) == STATUS_OK;
}

/* Ask for the next note, or end: one root at a time, so that nobody can make
 * us walk on. */
static void step(struct trust_walk *w)
{
	struct err err = ERR_INIT;

	w->asked = w->o.book->root.version < w->now.root ?
			   w->o.book->root.version + 1 :
			   0;
	if (!w->stopped &&
	    (w->asked > 0 || w->o.book->trust.version < w->now.trust)) {
		if (ask(w, &err))
			return;
		blame(w, STATUS_IO, err.text);
	}
	end(w);
}

void trust_walk_offer(struct trust_walk *w, struct source *source,
		      uint64_t root_version, uint64_t trust_version)
{
	struct trust_offer offer = {
		.source = source,
		.root = root_version > ROOT_VERSION_MAX ?
				ROOT_VERSION_MAX :
				(uint32_t)root_version,
		.trust = trust_version,
	};

	if (w->stopped || !is_news(w, offer.root, offer.trust))
		return;
	if (source == w->now.source) {
		w->now.root = offer.root;
		w->now.trust = offer.trust;
		return;
	}
	wait_for_turn(w, &offer);
	next(w);
}

void trust_walk_stop(struct trust_walk *w)
{
	w->stopped = true;
	if (w->fetch != NULL) {
		http_client_cancel(w->fetch);
		w->fetch = NULL;
	}
	if (w->now.source != NULL)
		end(w);
	while (w->n_waiting > 0) {
		struct trust_offer offer = take_first(w);

		source_drop(offer.source);
	}
}
