#include "node/http_places.h"

#include <assert.h>
#include <stdlib.h>

#include "node/scatter.h"

struct http_place_source {
	struct http_place_source *next; /* of the bucket */
	uint64_t source;
	size_t count;
	size_t bodies;
	struct http_place *places;
};

void http_places_init(struct http_places *p, size_t max, size_t per_source,
		      size_t bodies_max, uint64_t seed)
{
	*p = (struct http_places){ .max = max,
				   .per_source = per_source,
				   .bodies_max = bodies_max,
				   .seed = seed };
}

void http_places_release(struct http_places *p)
{
	assert(p->count == 0);
	*p = (struct http_places){ .max = 0 };
}

static struct http_place_source **bucket_of(struct http_places *p,
					    uint64_t source)
{
	return &p->buckets[scatter(source, p->seed) % 256];
}

static struct http_place_source *source_at(struct http_places *p,
					   uint64_t source)
{
	struct http_place_source **bucket = bucket_of(p, source);
	struct http_place_source *s = *bucket;

	while (s != NULL && s->source != source)
		s = s->next;
	if (s != NULL)
		return s;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->source = source;
	s->next = *bucket;
	*bucket = s;
	return s;
}

static void drop_source(struct http_places *p, struct http_place_source *s)
{
	struct http_place_source **at = bucket_of(p, s->source);

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	free(s);
}

/* Count it no more. */
static void unlink_place(struct http_places *p, struct http_place *place)
{
	struct http_place_source *s = place->source;

	if (s == NULL)
		return;
	if (place->previous != NULL)
		place->previous->next = place->next;
	else
		s->places = place->next;
	if (place->next != NULL)
		place->next->previous = place->previous;
	s->count--;
	s->bodies -= place->body;
	p->count--;
	p->bodies -= place->body;
	place->body = 0;
	place->source = NULL;
	if (s->count == 0)
		drop_source(p, s);
}

/* --- who gives way --- */

static unsigned class_of(const struct http_place *place, int64_t now)
{
	switch (place->doing) {
	case HTTP_DOING_HEAD:
	case HTTP_DOING_BODY:
		return 0;
	case HTTP_DOING_WAIT:
		return 2;
	case HTTP_DOING_SEND:
		break;
	}
	return now - place->since_ms >= HTTP_STALLED_MS ? 1 : 3;
}

static struct http_place *worst_of(const struct http_place_source *s,
				   const struct http_place *but, int64_t now)
{
	struct http_place *worst = NULL;
	unsigned worst_class = 0;

	for (struct http_place *i = s->places; i != NULL; i = i->next) {
		unsigned class = class_of(i, now);

		if (i == but ||
		    (worst != NULL &&
		     (class > worst_class ||
		      (class == worst_class && i->since_ms > worst->since_ms))))
			continue;
		worst = i;
		worst_class = class;
	}
	return worst;
}

/* Which source has most places, or most of a body? */
static struct http_place_source *largest(const struct http_places *p,
					 bool bodies)
{
	struct http_place_source *most = NULL;

	for (unsigned i = 0; i < 256; i++)
		for (struct http_place_source *s = p->buckets[i]; s != NULL;
		     s = s->next)
			if (most == NULL ||
			    (bodies ? s->bodies > most->bodies :
				      s->count > most->count))
				most = s;
	return most;
}

struct http_place *http_places_come(struct http_places *p, uint64_t source,
				    int fd, int64_t now,
				    struct http_place **gives_way)
{
	struct http_place *place = calloc(1, sizeof(*place));
	struct http_place_source *s = source_at(p, source);

	*gives_way = NULL;
	if (place == NULL || s == NULL) {
		if (s != NULL && s->count == 0)
			drop_source(p, s);
		free(place);
		return NULL;
	}
	place->fd = fd;
	place->source = s;
	place->since_ms = now;
	place->next = s->places;
	if (s->places != NULL)
		s->places->previous = place;
	s->places = place;
	s->count++;
	p->count++;
	if (s->count > p->per_source)
		*gives_way = worst_of(s, place, now);
	else if (p->count > p->max)
		*gives_way = worst_of(largest(p, false), place, now);
	if (*gives_way != NULL)
		unlink_place(p, *gives_way);
	return place;
}

void http_places_leave(struct http_places *p, struct http_place *place)
{
	if (place == NULL)
		return;
	unlink_place(p, place);
	free(place);
}

/* --- what they do --- */

void http_place_does(struct http_places *p, struct http_place *place,
		     enum http_doing doing, int64_t now)
{
	place->doing = doing;
	place->since_ms = now;
	/* A body is in memory until the next head is awaited. */
	if (doing != HTTP_DOING_HEAD || place->source == NULL)
		return;
	p->bodies -= place->body;
	place->source->bodies -= place->body;
	place->body = 0;
}

static struct http_place *largest_body(const struct http_place_source *s)
{
	struct http_place *most = s->places;

	for (struct http_place *i = s->places; i != NULL; i = i->next)
		if (i->body > most->body)
			most = i;
	return most;
}

bool http_place_keeps(struct http_places *p, struct http_place *place,
		      size_t size, struct http_place **gives_way)
{
	struct http_place_source *s = place->source, *most;

	*gives_way = NULL;
	if (s == NULL || size > 2 * p->bodies_max ||
	    p->bodies > 2 * p->bodies_max - size)
		return false;
	if (p->bodies + size > p->bodies_max) {
		most = largest(p, true);
		if (most == s || most->bodies < s->bodies + size)
			return false;
		*gives_way = largest_body(most);
		unlink_place(p, *gives_way);
	}
	place->body += size;
	s->bodies += size;
	p->bodies += size;
	return true;
}

void http_place_took(struct http_place *place, uint64_t taken, bool open,
		     int64_t now)
{
	if (open && taken - place->taken < HTTP_SEND_BYTES)
		return;
	place->taken = taken;
	place->since_ms = now;
}

static bool is_overdue(const struct http_place *place, int64_t now)
{
	int64_t since = now - place->since_ms;

	switch (place->doing) {
	case HTTP_DOING_HEAD:
		return since >= HTTP_HEAD_MS;
	case HTTP_DOING_BODY:
		return since >= HTTP_BODY_MS + (int64_t)(place->body * 1000 /
							 HTTP_BODY_RATE);
	case HTTP_DOING_WAIT:
		return false; /* whoever lets it wait bounds that */
	case HTTP_DOING_SEND:
		break;
	}
	return since >= HTTP_SEND_MS;
}

struct http_place *http_places_overdue(struct http_places *p, int64_t now)
{
	for (unsigned i = 0; i < 256; i++)
		for (struct http_place_source *s = p->buckets[i]; s != NULL;
		     s = s->next)
			for (struct http_place *at = s->places; at != NULL;
			     at = at->next)
				if (is_overdue(at, now)) {
					unlink_place(p, at);
					return at;
				}
	return NULL;
}

void http_places_each_sent(struct http_places *p,
			   void (*each)(void *owner, struct http_place *place),
			   void *owner)
{
	for (unsigned i = 0; i < 256; i++)
		for (struct http_place_source *s = p->buckets[i]; s != NULL;
		     s = s->next)
			for (struct http_place *at = s->places; at != NULL;
			     at = at->next)
				if (at->doing == HTTP_DOING_SEND)
					each(owner, at);
}
