/* How one log comes in:
 *
 *   offer -> (busy: kept) -> sync_start -> pump <-> fetched -> checked
 *                               ^                                 |
 *                               |            all proven: commit --+-> grown
 *                               +---- next offer <---- failed ----+
 *
 * A sync ends only when none of its fetches and checks is under way. */
#include "node/follower.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/log_intake.h"
#include "node/trust_walk.h"
#include "proto/url.h"

enum {
	OFFERS_MAX = 8,       /* per log, of different sources */
	INLINE_MAX = 64 << 10 /* bodies up to here are checked on the loop */
};

struct offer {
	struct source *source; /* held */
	struct buf note;
};

/* What is being done about one log. */
struct sync {
	struct follower *f;
	struct sync *next;
	int64_t log;
	char origin[ORIGIN_MAX + 1];
	char hash[ORIGIN_HASH_SIZE + 1];
	struct offer offers[OFFERS_MAX]; /* waiting; oldest first */
	unsigned n_offers;

	char complaint[200];   /* the last one written */
	struct intake *intake; /* NULL while idle */
	struct source *source; /* of the intake; held */
	unsigned under_way;    /* fetches and checks */
	bool failed;	       /* wind down, then try the next offer */
	bool whole; /* what is here already is asked for again, too */
};

struct fetch {
	struct sync *sync;
	struct intake_want want;
	struct http_fetch *handle;
	struct fetch *next;

	/* while on the pool */
	uv_work_t work;
	struct buf body;
	uint64_t from;
	bool zstd;
	struct intake_part *part;
	struct err err;
	enum status status;
};

struct follower {
	struct follower_options o;
	struct sync *syncs;
	struct fetch *fetches; /* whose HTTP part is under way */
	struct trust_walk walk;
	unsigned pool; /* checks on the pool */
	uv_async_t wake;
	bool closing;
	void (*on_closed)(void *owner);
};

static void sync_pump(struct sync *s);
static void sync_next_offer(struct sync *s);

static int64_t now_ms(const struct follower *f)
{
	return (int64_t)uv_now(f->o.loop);
}

/* --- offers --- */

static void offer_release(struct offer *offer)
{
	source_drop(offer->source);
	buf_release(&offer->note);
}

static void put_offer(struct sync *s, struct source *source, struct bytes note)
{
	struct offer *offer = NULL;

	for (unsigned i = 0; i < s->n_offers; i++)
		if (s->offers[i].source == source)
			offer = &s->offers[i];
	if (offer == NULL && s->n_offers == OFFERS_MAX)
		return;
	if (offer == NULL) {
		offer = &s->offers[s->n_offers++];
		*offer = (struct offer){ .source = source, .note = BUF_INIT };
		source_hold(source);
	}
	buf_clear(&offer->note);
	buf_put_bytes(&offer->note, note);
}

static struct offer take_offer(struct sync *s)
{
	struct offer first = s->offers[0];

	s->n_offers--;
	memmove(s->offers, s->offers + 1, s->n_offers * sizeof(*s->offers));
	return first;
}

static struct sync *sync_of(struct follower *f, const struct log_info *info)
{
	struct sync *s = f->syncs;

	while (s != NULL && s->log != info->id)
		s = s->next;
	if (s != NULL)
		return s;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->f = f;
	s->log = info->id;
	memcpy(s->origin, info->origin, sizeof(s->origin));
	memcpy(s->hash, info->hash, sizeof(s->hash));
	s->next = f->syncs;
	f->syncs = s;
	return s;
}

/* --- one intake --- */

static void sync_stop(struct sync *s)
{
	bool forked = s->intake != NULL && intake_is_forked(s->intake);

	assert(s->under_way == 0);
	intake_free(s->intake);
	s->intake = NULL;
	if (s->source != NULL)
		source_drop(s->source);
	s->source = NULL;
	s->failed = false;
	s->whole = false;
	if (forked && !log_intake_forked(s->f->o.house, s->origin))
		s->f->o.on_fork(s->f->o.owner, s->origin);
}

/* The source did not do: `lied` when its bytes were wrong. */
static void sync_fail(struct sync *s, bool lied, const char *why)
{
	if (s->failed || s->source == NULL)
		return;
	s->failed = true;
	if (lied)
		source_lied(s->source, now_ms(s->f), why);
	else
		source_failed(s->source, now_ms(s->f), why);
}

/* After anything has ended: what now? */
static void sync_settle(struct sync *s)
{
	struct follower *f = s->f;
	struct source *source = s->source;

	if (s->under_way > 0 || s->intake == NULL)
		return;
	if (f->closing) {
		sync_stop(s);
		return;
	}
	if (!s->failed) {
		sync_pump(s);
		return;
	}
	source_hold(source);
	sync_stop(s);
	if (s->n_offers > 0)
		sync_next_offer(s);
	else
		f->o.on_starved(f->o.owner, source);
	source_drop(source);
}

static void sync_commit(struct sync *s)
{
	struct follower *f = s->f;
	struct err err = ERR_INIT;
	enum status status = intake_commit(s->intake, &err);

	if (status != STATUS_OK && status != STATUS_OLD) {
		(void)fprintf(stderr, "xiangtu: %s: %s\n", s->origin, err.text);
		sync_fail(s, false, err.text);
		sync_settle(s);
		return;
	}
	source_worked(s->source, now_ms(f));
	sync_stop(s);
	f->o.on_grown(f->o.owner, s->log);
	if (s->n_offers > 0)
		sync_next_offer(s);
}

static void sync_accept(struct sync *s, struct intake_part *part)
{
	struct err err = ERR_INIT;
	enum status status = intake_accept(s->intake, part, &err);

	if (status == STATUS_FORKED)
		s->failed = true; /* by the log, not the source */
	else if (status != STATUS_OK)
		sync_fail(s, status == STATUS_DAMAGED, err.text);
}

static void fetch_free(struct fetch *fetch)
{
	buf_release(&fetch->body);
	free(fetch);
}

static void check_on_pool(uv_work_t *work)
{
	struct fetch *fetch = work->data;

	fetch->status = intake_check(&fetch->want, buf_bytes(&fetch->body),
				     fetch->from, fetch->zstd, &fetch->part,
				     &fetch->err);
}

/* A body has been checked: hand it over or blame the source. */
static void checked(struct fetch *fetch)
{
	struct sync *s = fetch->sync;

	s->under_way--;
	if (fetch->status == STATUS_MALFORMED && fetch->from > 0 &&
	    !s->whole) {
		/* Entries of another history end elsewhere: only the whole
		 * shows whether it is that, or a lie. */
		s->whole = true;
		intake_return(s->intake, &fetch->want);
	} else if (fetch->status != STATUS_OK) {
		intake_return(s->intake, &fetch->want);
		sync_fail(s, fetch->status != STATUS_NO_MEMORY,
			  fetch->err.text);
	} else if (s->failed || s->f->closing) {
		intake_part_free(fetch->part);
		intake_return(s->intake, &fetch->want);
	} else {
		sync_accept(s, fetch->part);
	}
	fetch_free(fetch);
	if (!s->failed && !s->f->closing)
		sync_pump(s);
	else
		sync_settle(s);
}

static void finish_closing(struct follower *f);

static void pool_done(uv_work_t *work, int cancelled)
{
	struct fetch *fetch = work->data;
	struct follower *f = fetch->sync->f;

	(void)cancelled; /* nobody cancels */
	f->pool--;
	checked(fetch);
	finish_closing(f);
}

static void take_body(struct fetch *fetch, const struct http_reply *reply)
{
	fetch->from = reply->has_range ? reply->range.first : 0;
	fetch->zstd = reply->zstd;
	fetch->err = (struct err)ERR_INIT;
	if (reply->body.size > INLINE_MAX) {
		buf_put_bytes(&fetch->body, reply->body);
		fetch->work.data = fetch;
		if (buf_status(&fetch->body) == STATUS_OK &&
		    uv_queue_work(fetch->sync->f->o.loop, &fetch->work,
				  check_on_pool, pool_done) == 0) {
			fetch->sync->f->pool++;
			return;
		}
	}
	fetch->status = intake_check(&fetch->want, reply->body, fetch->from,
				     fetch->zstd, &fetch->part, &fetch->err);
	checked(fetch);
}

static void unlink_fetch(struct fetch *fetch)
{
	struct fetch **at = &fetch->sync->f->fetches;

	while (*at != fetch)
		at = &(*at)->next;
	*at = fetch->next;
}

static void fetched(void *owner, const struct http_reply *reply)
{
	struct fetch *fetch = owner;
	struct sync *s = fetch->sync;

	unlink_fetch(fetch);
	if (!s->failed && reply->status == STATUS_OK &&
	    (reply->code == 200 || reply->code == 206)) {
		take_body(fetch, reply);
		return;
	}
	s->under_way--;
	if (!s->failed && reply->status == STATUS_OK && reply->code == 404) {
		if (intake_missing(s->intake, &fetch->want) != STATUS_OK)
			sync_fail(s, false, "lacks a part of a log it shows");
	} else {
		char why[160];

		(void)snprintf(why, sizeof(why), "%s (HTTP %u)",
			       reply->error, reply->code);
		intake_return(s->intake, &fetch->want);
		sync_fail(s, reply->status == STATUS_MALFORMED, why);
	}
	fetch_free(fetch);
	sync_settle(s);
}

static enum status start_fetch(struct sync *s, const struct intake_want *want,
			       struct err *err)
{
	char url[CONF_URL_MAX + 256], path[TILE_PATH_MAX + 1];
	struct http_get get = { .url = url,
				.ranged = want->from > 0 && !s->whole,
				.range_first = want->from,
				.range_last = UINT64_MAX,
				.accept_zstd = want->from == 0 || s->whole,
				.keep_zstd = true,
				.max_bytes = want->size_max,
				.slow_bytes_s = 100 };
	struct fetch *fetch = calloc(1, sizeof(*fetch));
	enum status status;

	if (fetch == NULL)
		return err_set(err, STATUS_NO_MEMORY, "fetch");
	fetch->sync = s;
	fetch->want = *want;
	tile_path_format(&want->path, path);
	(void)snprintf(url, sizeof(url), "%s/tlog/%s/%s", s->source->url,
		       s->hash, path);
	status = http_client_get(s->f->o.client, &get, fetched, fetch,
				 &fetch->handle, err);
	if (status != STATUS_OK) {
		free(fetch);
		return status;
	}
	fetch->next = s->f->fetches;
	s->f->fetches = fetch;
	s->under_way++;
	return STATUS_OK;
}

static void sync_pump(struct sync *s)
{
	struct err err = ERR_INIT;
	struct intake_want want;

	while (!s->failed && !intake_done(s->intake) &&
	       intake_next(s->intake, &want, &err) == STATUS_OK) {
		if (start_fetch(s, &want, &err) == STATUS_OK)
			continue;
		intake_return(s->intake, &want);
		sync_fail(s, false, err.text);
	}
	if (s->under_way > 0)
		return;
	if (!s->failed && intake_done(s->intake)) {
		sync_commit(s);
		return;
	}
	sync_fail(s, false, err.status == STATUS_OK ? "nothing left to ask" :
						      err.text);
	uv_async_send(&s->f->wake); /* settle from a fresh stack */
}

/* Look at a note: STATUS_OK when an intake has begun. */
static enum status sync_open(struct sync *s, struct bytes note,
			     struct err *err)
{
	struct log_info log;
	enum status status = log_get(s->f->o.house->catalog, s->log, &log, err);

	if (status != STATUS_OK)
		return status;
	return log_intake_open(s->f->o.house, &log, note, &s->intake, err);
}

/* Said once, not at every offer of everybody. */
static void complain(struct sync *s, const char *what)
{
	if (strcmp(s->complaint, what) == 0)
		return;
	(void)snprintf(s->complaint, sizeof(s->complaint), "%s", what);
	(void)fprintf(stderr, "xiangtu: %s\n", what);
}

/* A note that does not verify. While newer trust is on its way it may be by a
 * key that we are about to learn of: then the source is asked again. */
static void refuse_offer(struct sync *s, const struct offer *offer,
			 const char *why)
{
	struct follower *f = s->f;

	/* Or a delegation of its parent's is not here yet: then it is asked
	 * again when that is. */
	if (authority_parent(house_authority(f->o.house), s->origin) != NULL) {
		complain(s, why);
		return;
	}
	if (!trust_walk_is_under_way(&f->walk))
		source_lied(offer->source, now_ms(f), why);
	if (s->n_offers == 0)
		f->o.on_starved(f->o.owner, offer->source);
}

static void own_was_shown(struct sync *s, const struct source *source)
{
	struct follower *f = s->f;
	struct log_info log;
	struct err err = ERR_INIT;

	if (f->o.on_own_shown != NULL &&
	    log_get(f->o.house->catalog, s->log, &log, &err) == STATUS_OK &&
	    log.own && log.kind == LOG_LESSONS)
		f->o.on_own_shown(f->o.owner, source);
}

static void sync_next_offer(struct sync *s)
{
	struct follower *f = s->f;

	while (s->n_offers > 0 && s->intake == NULL) {
		struct err err = ERR_INIT;
		struct offer offer = take_offer(s);
		enum status status =
			sync_open(s, buf_bytes(&offer.note), &err);

		if (status == STATUS_OK) {
			s->source = offer.source;
			source_hold(s->source);
		} else if (status == STATUS_OLD) {
			own_was_shown(s, offer.source);
			if (f->o.on_seen != NULL)
				f->o.on_seen(f->o.owner, s->log,
					     buf_bytes(&offer.note),
					     offer.source);
		} else if (status == STATUS_FORKED) {
			f->o.on_fork(f->o.owner, s->origin);
		} else if (status == STATUS_UNTRUSTED ||
			   status == STATUS_MALFORMED) {
			refuse_offer(s, &offer, err.text);
		} else if (status != STATUS_NOT_FOUND) {
			/* Ours or the publisher's fault, not the source's. */
			complain(s, err.text);
		}
		offer_release(&offer);
	}
	if (s->intake != NULL)
		sync_pump(s);
}

void follower_offer(struct follower *f, struct source *source,
		    struct bytes note)
{
	struct log_info info;
	struct err err = ERR_INIT;
	struct sync *s;

	/* Our own log is shown back to us: it is taken in when it is more than
	 * what is here, after a disk was lost. */
	if (f->closing ||
	    log_intake_find(f->o.house, note, &info, &err) != STATUS_OK ||
	    info.forked)
		return;
	s = sync_of(f, &info);
	if (s == NULL)
		return;
	put_offer(s, source, note);
	if (s->intake == NULL)
		sync_next_offer(s);
}

/* --- trust --- */

static void trust_came(void *owner)
{
	struct follower *f = owner;

	f->o.on_trust(f->o.owner);
}

static void trust_starved(void *owner, struct source *source)
{
	struct follower *f = owner;

	f->o.on_starved(f->o.owner, source);
}

void follower_offer_trust(struct follower *f, struct source *source,
			  uint64_t root_version, uint64_t trust_version)
{
	trust_walk_offer(&f->walk, source, root_version, trust_version);
}

/* --- lifetime --- */

static void woken(uv_async_t *wake)
{
	struct follower *f = wake->data;

	for (struct sync *s = f->syncs; s != NULL; s = s->next)
		sync_settle(s);
}

enum status follower_open(struct follower **out,
			  const struct follower_options *options,
			  struct err *err)
{
	struct follower *f = calloc(1, sizeof(*f));
	int rc;

	if (f == NULL)
		return err_set(err, STATUS_NO_MEMORY, "follower");
	f->o = *options;
	trust_walk_init(&f->walk, &(struct trust_walk_options){
					  .loop = options->loop,
					  .book = &options->house->trust,
					  .client = options->client,
					  .owner = f,
					  .on_trust = trust_came,
					  .on_starved = trust_starved });
	rc = uv_async_init(options->loop, &f->wake, woken);
	if (rc != 0) {
		free(f);
		return err_set(err, STATUS_IO, "wake: %s", uv_strerror(rc));
	}
	f->wake.data = f;
	*out = f;
	return STATUS_OK;
}

static void wake_closed(uv_handle_t *wake)
{
	struct follower *f = wake->data;
	void (*on_closed)(void *) = f->on_closed;
	void *owner = f->o.owner;

	while (f->syncs != NULL) {
		struct sync *s = f->syncs;

		f->syncs = s->next;
		while (s->n_offers > 0) {
			struct offer offer = take_offer(s);

			offer_release(&offer);
		}
		free(s);
	}
	free(f);
	on_closed(owner);
}

static void finish_closing(struct follower *f)
{
	if (f->closing && f->pool == 0 &&
	    !uv_is_closing((uv_handle_t *)&f->wake))
		uv_close((uv_handle_t *)&f->wake, wake_closed);
}

void follower_close(struct follower *f, void (*on_closed)(void *owner))
{
	f->closing = true;
	f->on_closed = on_closed;
	trust_walk_stop(&f->walk);
	while (f->fetches != NULL) {
		struct fetch *fetch = f->fetches;
		struct sync *s = fetch->sync;

		f->fetches = fetch->next;
		http_client_cancel(fetch->handle);
		intake_return(s->intake, &fetch->want);
		s->under_way--;
		fetch_free(fetch);
		sync_settle(s);
	}
	woken(&f->wake); /* idle syncs with an intake */
	finish_closing(f);
}
