#include "node/sources.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned oldest_free(const struct sources *all)
{
	unsigned best = all->count;

	for (unsigned i = 0; i < all->count; i++)
		if (all->list[i]->holders == 0 &&
		    (best == all->count ||
		     all->list[i]->used_ms < all->list[best]->used_ms))
			best = i;
	return best;
}

struct source *sources_at(struct sources *all, const char *url, int64_t now)
{
	struct source *s;
	unsigned at = all->count;

	for (unsigned i = 0; i < all->count; i++)
		if (strcmp(all->list[i]->url, url) == 0) {
			all->list[i]->used_ms = now;
			return all->list[i];
		}
	if (strlen(url) >= CONF_URL_MAX)
		return NULL;
	if (at == SOURCES_MAX) {
		at = oldest_free(all);
		if (at == all->count)
			return NULL;
		free(all->list[at]);
		all->list[at] = all->list[--all->count];
		at = all->count;
	}
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	(void)snprintf(s->url, sizeof(s->url), "%s", url);
	s->ok_ms = -1;
	s->used_ms = now;
	all->list[at] = s;
	all->count++;
	return s;
}

void sources_release(struct sources *all)
{
	for (unsigned i = 0; i < all->count; i++)
		free(all->list[i]);
	all->count = 0;
}

void source_hold(struct source *s)
{
	s->holders++;
}

void source_drop(struct source *s)
{
	s->holders--;
}

void source_worked(struct source *s, int64_t now)
{
	s->ok = true;
	s->ok_ms = now;
	s->failures = 0;
	s->rest_until_ms = now;
	s->lied = false;
	s->trouble[0] = 0;
}

void source_answered(struct source *s, int64_t now)
{
	if (!s->lied) {
		source_worked(s, now);
		return;
	}
	s->ok = true;
	s->ok_ms = now;
}

void source_failed(struct source *s, int64_t now, const char *why)
{
	int64_t rest = SOURCE_REST_MS;

	for (unsigned i = 0; i < s->failures && rest < SOURCE_REST_MAX_MS; i++)
		rest *= 2;
	s->ok = false;
	s->lied = false;
	s->failures++;
	s->rest_until_ms =
		now + (rest > SOURCE_REST_MAX_MS ? SOURCE_REST_MAX_MS : rest);
	(void)snprintf(s->trouble, sizeof(s->trouble), "%s", why);
}

void source_lied(struct source *s, int64_t now, const char *what)
{
	s->lies++;
	source_failed(s, now, what);
	s->lied = true;
}

bool source_is_fit(const struct source *s, int64_t now)
{
	return now >= s->rest_until_ms;
}

void source_has_evidence(struct source *s, const char *digest)
{
	(void)snprintf(s->evidence, sizeof(s->evidence), "%s",
		       digest == NULL ? "" : digest);
}
