#include "node/posters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/durable.h"
#include "proto/encoding.h"
#include "signing/digest.h"

enum { TICK_MS = 200, TRIES_MAX = 40, SOURCES_AT_ONCE = 24 };

struct wanted {
	uint8_t hash[32];
	unsigned tries;
	int64_t next_ms;
};

struct posters {
	struct posters_options o;
	char blob_dir[4096];
	struct wanted queue[POSTERS_QUEUE_MAX];
	unsigned count;
	uint8_t asked[32]; /* while `fetch` */
	struct http_fetch *fetch;
	struct source *from; /* held while `fetch` */
	uv_timer_t timer;
	void (*on_closed)(void *owner);
	void *owner;
};

static void blob_path(const struct posters *p, const uint8_t *hash,
		      char out[static 4200])
{
	char hex[65];

	hex_encode((struct bytes){ hash, 32 }, hex);
	(void)snprintf(out, 4200, "%s/%s", p->blob_dir, hex);
}

static struct wanted *find(struct posters *p, const uint8_t *hash)
{
	for (unsigned i = 0; i < p->count; i++)
		if (memcmp(p->queue[i].hash, hash, 32) == 0)
			return &p->queue[i];
	return NULL;
}

static void forget(struct posters *p, struct wanted *w)
{
	*w = p->queue[--p->count];
}

/* True when the picture is the signed one and is on disk. */
static bool take(struct posters *p, const struct http_reply *reply)
{
	int64_t now = (int64_t)uv_now(p->o.loop);
	uint8_t hash[SHA256_SIZE];
	struct err err = ERR_INIT;
	char path[4200];

	if (reply->status == STATUS_UNREACHABLE)
		source_failed(p->from, now, reply->error);
	if (reply->status != STATUS_OK || reply->code != 200)
		return false;
	sha256(reply->body.data, reply->body.size, hash);
	if (memcmp(hash, p->asked, sizeof(hash)) != 0) {
		source_lied(p->from, now, "a poster is not the signed one");
		return false;
	}
	source_worked(p->from, now);
	blob_path(p, hash, path);
	return durable_write(path, reply->body, 0644, &err) == STATUS_OK;
}

static void came(void *owner, const struct http_reply *reply)
{
	struct posters *p = owner;
	struct wanted *w = find(p, p->asked);
	bool taken = take(p, reply);

	p->fetch = NULL;
	source_drop(p->from);
	p->from = NULL;
	if (w != NULL && (taken || w->tries >= TRIES_MAX))
		forget(p, w);
	if (taken && p->o.came != NULL)
		p->o.came(p->o.owner);
}

static bool ask(struct posters *p, struct wanted *w)
{
	struct source *sources[SOURCES_AT_ONCE];
	int64_t now = (int64_t)uv_now(p->o.loop);
	char url[CONF_URL_MAX + 80], hex[65];
	struct http_get get = { .url = url,
				.max_bytes = POSTER_SIZE_MAX,
				.timeout_ms = 60 * 1000 };
	struct err err = ERR_INIT;
	unsigned count = p->o.sources(p->o.owner, w->hash, sources,
				      SOURCES_AT_ONCE);

	for (unsigned i = 0; i < count;)
		if (source_is_fit(sources[i], now))
			i++;
		else
			sources[i] = sources[--count];
	/* The first rounds are quick: everybody has just heard of it. Nobody
	 * to ask is no try. */
	w->next_ms = now + (w->tries < 20 && count > 0 ? TICK_MS : 5000);
	if (count == 0)
		return false;
	w->tries++;
	p->from = sources[w->tries % count];
	hex_encode((struct bytes){ w->hash, 32 }, hex);
	(void)snprintf(url, sizeof(url), "%s/blob/%s", p->from->url, hex);
	memcpy(p->asked, w->hash, 32);
	if (http_client_get(p->o.client, &get, came, p, &p->fetch, &err) !=
	    STATUS_OK) {
		p->from = NULL;
		return false;
	}
	source_hold(p->from);
	return true;
}

static void ticked(uv_timer_t *timer)
{
	struct posters *p = timer->data;
	int64_t now = (int64_t)uv_now(p->o.loop);

	for (unsigned i = 0; i < p->count && p->fetch == NULL; i++) {
		struct wanted *w = &p->queue[i];

		if (now < w->next_ms)
			continue;
		if (w->tries >= TRIES_MAX)
			forget(p, w);
		else
			(void)ask(p, w);
	}
	if (p->count == 0)
		(void)uv_timer_stop(timer);
}

void posters_want(struct posters *p, const uint8_t hash[static 32])
{
	char path[4200];

	blob_path(p, hash, path);
	if (p->count == POSTERS_QUEUE_MAX || find(p, hash) != NULL ||
	    access(path, F_OK) == 0)
		return;
	p->queue[p->count] = (struct wanted){ .tries = 0 };
	memcpy(p->queue[p->count++].hash, hash, 32);
	if (!uv_is_active((uv_handle_t *)&p->timer))
		(void)uv_timer_start(&p->timer, ticked, 0, TICK_MS);
}

enum status posters_open(struct posters **out,
			 const struct posters_options *options,
			 struct err *err)
{
	struct posters *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return err_set(err, STATUS_NO_MEMORY, "posters");
	p->o = *options;
	(void)snprintf(p->blob_dir, sizeof(p->blob_dir), "%s",
		       options->blob_dir);
	(void)uv_timer_init(options->loop, &p->timer); /* cannot fail */
	p->timer.data = p;
	*out = p;
	return STATUS_OK;
}

static void timer_closed(uv_handle_t *timer)
{
	struct posters *p = timer->data;
	void (*on_closed)(void *) = p->on_closed;
	void *owner = p->owner;

	free(p);
	on_closed(owner);
}

void posters_close(struct posters *p, void (*on_closed)(void *owner),
		   void *owner)
{
	p->on_closed = on_closed;
	p->owner = owner;
	if (p->fetch != NULL) {
		http_client_cancel(p->fetch);
		source_drop(p->from);
	}
	uv_close((uv_handle_t *)&p->timer, timer_closed);
}
