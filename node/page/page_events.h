/* Streams of server-sent events: what has changed, told to pages that are open
 * (docs/formats-page.md, "GET /api/events" and "GET /api/desk/events").
 *
 * Every event is a state, not a step: only the newest of each name counts, and
 * a listener that is slow skips what came between. So a listener costs a few
 * numbers however much is published, and one text is shared by all that have
 * yet to be sent it.
 *
 *     page_events_publish()   remembered, replaces what was not yet told
 *     page_events_tick()      once a second: told to all listeners
 *
 * Who has heard nothing for PAGE_EVENTS_QUIET_MS gets a comment, which is also
 * how one that is gone is noticed. A listener of the desks ends with its
 * session. Who does not take what is sent is cut off by the server
 * (node/http_places.h).
 *
 * Threads: the loop; the server's threads read.
 * Lifetime: page_events_free() after the server has closed. */
#ifndef NODE_PAGE_PAGE_EVENTS_H
#define NODE_PAGE_PAGE_EVENTS_H

#include "node/page/page_api.h"

enum {
	PAGE_LISTENERS_MAX = 300,
	PAGE_LISTENERS_PER_ADDRESS = 220,
	PAGE_EVENTS_QUIET_MS = 15 * 1000,
	PAGE_EVENTS_MAX = 16,	       /* different events */
	PAGE_EVENT_SIZE_MAX = 2 << 20  /* bytes of one: 1,200 drafts */
};

enum page_stream {
	PAGE_STREAM_ALL, /* /api/events */
	PAGE_STREAM_DESK /* /api/desk/events: operators and the office */
};

struct page_event {
	enum page_stream stream;
	enum page_role least; /* others on the stream are not told */
	const char *name;     /* "library"; a static string */
	/* Who comes later is told as well, and what says the same as before is
	 * no event. Else it is for those who listen now. */
	bool lasts;
};

struct page_events;

/* `sessions` is asked whether listeners of the desks may go on; it outlives
 * the hub. NULL: out of memory. */
struct page_events *page_events_new(struct sessions *sessions);
void page_events_free(struct page_events *hub);

/* Tell it at the next tick, in place of what was to be told under this name.
 * Takes over `data`. What is larger than PAGE_EVENT_SIZE_MAX, and a NULL (out
 * of memory), is dropped. */
void page_events_publish(struct page_events *hub,
			 const struct page_event *event, json_t *data);

/* What was told last is too old for who comes later. */
void page_events_forget(struct page_events *hub,
			const struct page_event *event);

/* Does anybody listen there? Nobody needs to make what nobody hears. */
bool page_events_heard(struct page_events *hub, enum page_stream stream);
/* How many listen, for tests and numbers. */
unsigned page_events_count(struct page_events *hub);

/* Tell what is new; end those whose session has ended. */
void page_events_tick(struct page_events *hub, uint64_t now_ms);
/* End all listeners, and take no new ones. */
void page_events_close(struct page_events *hub);

/* Handlers: the streams. */
void page_events_all(struct page_call *call);
void page_events_desk(struct page_call *call);
/* The same of a hub of one's own; false: too many listen. */
bool page_events_listen(struct page_events *hub, const struct page_call *call,
			enum page_stream stream, uint64_t now_ms,
			struct http_answer *answer);

#endif
