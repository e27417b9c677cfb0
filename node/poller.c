/* One request at a time:
 *
 *   asleep --timer--> asking /heads --200--> asking (at once)
 *                        |    `----- 404 --> static: trust, then each log,
 *                        |                   then asleep
 *                        `- failed --------> asleep until the source is fit */
#include "node/poller.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/log.h"
#include "node/heads_news.h"

enum {
	LOGS_MAX = 512,
	HEADS_SIZE_MAX = 4 << 20,
	ETAG_MAX = 72,
	/* Between two questions at least, and when the first brought nothing:
	 * whoever does not let us wait is not asked in a circle. */
	PACE_MS = 50,
	PACE_IDLE_MS = 2000
};

struct poller {
	struct poller_options o;
	uv_timer_t timer;
	struct http_fetch *fetch;
	uint64_t after; /* all up to this number is known */
	int64_t asked_ms; /* /heads, the last time */
	bool again;	/* begin anew when the source is fit */

	/* a round over a static mirror */
	char hashes[LOGS_MAX][ORIGIN_HASH_SIZE + 1];
	char etags[LOGS_MAX][ETAG_MAX];
	unsigned n_logs, at;

	void (*on_closed)(void *owner);
	void *owner;
};

static void ask_heads(struct poller *p);
static void sleep_until_fit(struct poller *p);
static void ask_static(struct poller *p);

static int64_t now_ms(const struct poller *p)
{
	return (int64_t)uv_now(p->o.loop);
}

static void woken(uv_timer_t *timer)
{
	struct poller *p = timer->data;

	/* The follower may have put it to rest meanwhile. */
	if (!source_is_fit(p->o.source, now_ms(p))) {
		sleep_until_fit(p);
		return;
	}
	if (p->again)
		p->after = 0;
	p->again = false;
	/* A mirror may have become a node: ask as one asks a node. */
	ask_heads(p);
}

static void sleep_for(struct poller *p, int64_t ms)
{
	/* A tenth more or less, so that a crowd does not move as one. */
	int64_t spread = ms / 10;

	if (spread > 0)
		ms += rand() % (2 * (int)spread) - spread;
	(void)uv_timer_start(&p->timer, woken, ms < 1 ? 1 : (uint64_t)ms, 0);
}

static void sleep_until_fit(struct poller *p)
{
	int64_t rest = p->o.source->rest_until_ms - now_ms(p);

	sleep_for(p, rest < 20 ? 20 : rest);
}

static void answered(struct poller *p)
{
	bool was_away = !p->o.source->ok;

	source_answered(p->o.source, now_ms(p));
	if (was_away && p->o.on_back != NULL)
		p->o.on_back(p->o.owner, p->o.source);
}

static void failed(struct poller *p, const struct http_reply *reply)
{
	char why[160];

	if (reply->status == STATUS_OK)
		(void)snprintf(why, sizeof(why), "HTTP %u", reply->code);
	else
		(void)snprintf(why, sizeof(why), "%s", reply->error);
	source_failed(p->o.source, now_ms(p), why);
	p->after = 0;
	sleep_until_fit(p);
}

static bool take_heads(struct poller *p, struct bytes body)
{
	struct heads_news news;
	struct bytes note;

	if (heads_news_read(body, &news) != STATUS_OK)
		return false;
	p->after = news.number;
	follower_offer_trust(p->o.follower, p->o.source, news.root,
			     news.trust);
	source_has_evidence(p->o.source, news.evidence);
	while (heads_news_next(&news, &note))
		follower_offer(p->o.follower, p->o.source, note);
	/* Whoever we poll may be an office that writes a log and has lost
	 * some. */
	if (p->o.on_own != NULL && news.own_log != NULL)
		p->o.on_own(p->o.owner, p->o.source, news.own_log,
			    news.own_size, news.own_asks);
	heads_news_release(&news);
	return true;
}

static void heads_came(void *owner, const struct http_reply *reply)
{
	struct poller *p = owner;
	uint64_t before = p->after;
	int64_t pace;

	p->fetch = NULL;
	p->o.source->is_static = reply->status == STATUS_OK &&
				 (reply->code == 404 || reply->code == 403);
	if (p->o.source->is_static) {
		answered(p);
		p->n_logs = p->at = 0;
		ask_static(p);
		return;
	}
	if (reply->status != STATUS_OK || reply->code != 200) {
		failed(p, reply);
		return;
	}
	answered(p);
	if (!take_heads(p, reply->body)) {
		source_lied(p->o.source, now_ms(p),
			    "its /heads is not what it should be");
		p->after = 0;
	}
	pace = p->asked_ms - now_ms(p) +
	       (p->after == before ? PACE_IDLE_MS : PACE_MS);
	if (p->again || !source_is_fit(p->o.source, now_ms(p)))
		sleep_until_fit(p);
	else if (pace > 0)
		(void)uv_timer_start(&p->timer, woken, (uint64_t)pace, 0);
	else
		ask_heads(p);
}

static void ask(struct poller *p, const char *path, const char *etag,
		http_done_cb done)
{
	char url[CONF_URL_MAX + 128];
	struct http_get get = { .url = url,
				.max_bytes = HEADS_SIZE_MAX,
				.if_none_match = etag };
	struct err err = ERR_INIT;

	(void)snprintf(url, sizeof(url), "%s%s", p->o.source->url, path);
	if (done == heads_came) {
		get.long_poll = true;
		get.timeout_ms = POLLER_WAIT_MS;
		/* The first answer may be long, the news are short. */
		get.accept_zstd = p->after == 0;
	}
	if (http_client_get(p->o.client, &get, done, p, &p->fetch, &err) ==
	    STATUS_OK)
		return;
	source_failed(p->o.source, now_ms(p), err.text);
	sleep_until_fit(p);
}

static void ask_heads(struct poller *p)
{
	char path[64];

	p->asked_ms = now_ms(p);
	(void)snprintf(path, sizeof(path), "/heads?after=%llu",
		       (unsigned long long)p->after);
	ask(p, path, NULL, heads_came);
}

/* --- static mirrors --- */

static enum status note_log(void *owner, const struct log_info *info,
			    struct err *err)
{
	struct poller *p = owner;

	(void)err;
	if (info->forked || p->n_logs == LOGS_MAX)
		return STATUS_OK;
	if (strcmp(p->hashes[p->n_logs], info->hash) != 0) {
		memcpy(p->hashes[p->n_logs], info->hash, sizeof(info->hash));
		p->etags[p->n_logs][0] = 0;
	}
	p->n_logs++;
	return STATUS_OK;
}

static void static_log_came(void *owner, const struct http_reply *reply)
{
	struct poller *p = owner;

	p->fetch = NULL;
	if (reply->status != STATUS_OK) {
		failed(p, reply);
		return;
	}
	if (reply->code == 200) {
		(void)snprintf(p->etags[p->at], ETAG_MAX, "%s", reply->etag);
		follower_offer(p->o.follower, p->o.source, reply->body);
	}
	p->at++;
	ask_static(p);
}

/* A mirror does not say which versions it has: its trust note does. */
static void static_trust_came(void *owner, const struct http_reply *reply)
{
	struct poller *p = owner;
	struct err err = ERR_INIT;
	struct trust trust;
	struct note note;

	p->fetch = NULL;
	if (reply->status == STATUS_OK && reply->code == 200 &&
	    note_parse(reply->body, TRUST_NOTE_MAX, &note) == STATUS_OK &&
	    trust_parse(note.text, &trust) == STATUS_OK) {
		follower_offer_trust(p->o.follower, p->o.source, trust.root,
				     trust.version);
		trust_release(&trust);
	}
	(void)log_each(p->o.catalog, note_log, p, &err);
	if (p->n_logs == 0) {
		sleep_for(p, p->o.static_ms);
		return;
	}
	ask_static(p);
}

static void ask_static(struct poller *p)
{
	char path[ORIGIN_HASH_SIZE + 32];
	const char *etag;

	if (p->n_logs == 0) {
		ask(p, "/trust/trust.note", NULL, static_trust_came);
		return;
	}
	if (p->at == p->n_logs) {
		if (p->again || p->o.source->rest_until_ms - now_ms(p) >
					(int64_t)p->o.static_ms)
			sleep_until_fit(p);
		else
			sleep_for(p, p->o.static_ms);
		return;
	}
	etag = p->again || p->etags[p->at][0] == 0 ? NULL : p->etags[p->at];
	(void)snprintf(path, sizeof(path), "/tlog/%s/checkpoint",
		       p->hashes[p->at]);
	ask(p, path, etag, static_log_came);
}

/* --- lifetime --- */

enum status poller_open(struct poller **out,
			const struct poller_options *options, struct err *err)
{
	struct poller *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return err_set(err, STATUS_NO_MEMORY, "poller");
	p->o = *options;
	if (p->o.static_ms == 0)
		p->o.static_ms = POLLER_STATIC_MS;
	(void)uv_timer_init(options->loop, &p->timer); /* cannot fail */
	p->timer.data = p;
	(void)uv_timer_start(&p->timer, woken, 0, 0);
	*out = p;
	return STATUS_OK;
}

void poller_again(struct poller *p)
{
	p->again = true;
	memset(p->etags, 0, sizeof(p->etags));
	if (p->fetch != NULL) {
		http_client_cancel(p->fetch);
		p->fetch = NULL;
		sleep_until_fit(p);
	}
}

static void timer_closed(uv_handle_t *timer)
{
	struct poller *p = timer->data;
	void (*on_closed)(void *) = p->on_closed;
	void *owner = p->owner;

	free(p);
	on_closed(owner);
}

void poller_close(struct poller *p, void (*on_closed)(void *owner),
		  void *owner)
{
	p->on_closed = on_closed;
	p->owner = owner;
	if (p->fetch != NULL)
		http_client_cancel(p->fetch);
	p->fetch = NULL;
	uv_close((uv_handle_t *)&p->timer, timer_closed);
}
