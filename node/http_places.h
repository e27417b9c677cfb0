/* Who has the server's connections, how long they do nothing, and who gives
 * way when there are too many: whoever has most.
 *
 * A source is an address (node/pace.h, pace_source). Hundreds of viewers may be
 * behind one, so a source may have many places; but when they run out, the
 * source with the most gives up one, and within it the connection that does
 * least for longest:
 *
 *     1. from which a head or a body is awaited, the oldest state first
 *     2. that does not take what is sent to it
 *     3. that waits for an answer (long polls)
 *     4. that takes what is sent
 *
 * So is memory for bodies: beyond its bound the source that has most of it
 * gives up its largest.
 *
 * And whatever the others do, a connection ends that needs longer than
 * HTTP_HEAD_MS for a head, sends a body slower than HTTP_BODY_RATE after
 * HTTP_BODY_MS, or takes less than HTTP_SEND_BYTES in HTTP_SEND_MS.
 *
 * Pure: no I/O, no clock. `now` is monotonic milliseconds, handed in.
 * Threads: the caller's lock. */
#ifndef NODE_HTTP_PLACES_H
#define NODE_HTTP_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	HTTP_HEAD_MS = 60 * 1000, /* for a whole head, also the next one */
	HTTP_BODY_MS = 30 * 1000,
	HTTP_BODY_RATE = 256, /* bytes a second */
	HTTP_SEND_MS = 60 * 1000,
	HTTP_SEND_BYTES = 2000,
	HTTP_STALLED_MS = 5 * 1000 /* takes nothing, when somebody must go */
};

enum http_doing {
	HTTP_DOING_HEAD, /* a head is awaited */
	HTTP_DOING_BODY, /* and then a body */
	HTTP_DOING_WAIT, /* the other side waits for us */
	HTTP_DOING_SEND	 /* an answer is on its way */
};

struct http_place_source;

struct http_place {
	int fd; /* the caller's; not read here */

	/* private */
	struct http_place_source *source; /* NULL: it has given way */
	struct http_place *next, *previous; /* of the source, newest first */
	enum http_doing doing;
	int64_t since_ms; /* it does so; of SEND: it took enough */
	uint64_t taken;	  /* bytes taken by then */
	size_t body;	  /* bytes of it in memory */
};

struct http_places {
	size_t max, per_source, bodies_max;
	size_t count, bodies; /* of those that have not given way */

	/* private */
	uint64_t seed;
	struct http_place_source *buckets[256];
};

/* `seed` is random: who shares a bucket is not to be foreseen. */
void http_places_init(struct http_places *p, size_t max, size_t per_source,
		      size_t bodies_max, uint64_t seed);
/* All places must have been given back. */
void http_places_release(struct http_places *p);

/*
 * A connection has come.
 *
 * Owns:    the place is given back with http_places_leave().
 * Returns: NULL when out of memory. `*gives_way` is the place that has to go
 *          for it, or NULL; never the new one. It counts no more.
 */
struct http_place *http_places_come(struct http_places *p, uint64_t source,
				    int fd, int64_t now,
				    struct http_place **gives_way);
void http_places_leave(struct http_places *p, struct http_place *place);

/* What it does from now on. The body is forgotten with anything but a body. */
void http_place_does(struct http_places *p, struct http_place *place,
		     enum http_doing doing, int64_t now);
/* So many bytes of its body more are kept. `*gives_way` as above: of another
 * source, that has more in memory. False: no room, and nothing is counted;
 * beyond bodies_max only when others give way, never beyond twice of it. */
bool http_place_keeps(struct http_places *p, struct http_place *place,
		      size_t size, struct http_place **gives_way);
/* It has taken so many bytes in its life; `open`: more are there for it. */
void http_place_took(struct http_place *place, uint64_t taken, bool open,
		     int64_t now);

/* One that has had its time; it counts no more. NULL: there is none (left). */
struct http_place *http_places_overdue(struct http_places *p, int64_t now);

/* Calls for each that is sent to. */
void http_places_each_sent(struct http_places *p,
			   void (*each)(void *owner, struct http_place *place),
			   void *owner);

#endif
