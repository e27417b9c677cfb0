/* The hub has a row for each event there is; a listener remembers which
 * version of each row it has been sent. Under the lock a listener finds a row
 * it has not had, takes hold of that row's text, and is sent it piece by piece
 * without the row being kept from changing. */
#include "node/page/page_events.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/node_inside.h"
#include "node/page/sessions.h"
#include "node/pace.h"

enum { COOKIE_ROOM = 160 };

/* "event: …\ndata: …\n\n", shared by those it is being sent to. */
struct text {
	unsigned holders; /* under the lock */
	size_t size;
	char bytes[];
};

struct row {
	struct page_event event;
	struct text *told; /* NULL: nothing yet */
	struct text *next; /* at the next tick; NULL: no news */
	uint64_t version;  /* of `told` */
};

struct listener {
	struct page_events *hub;
	struct listener *next, *previous;
	enum page_stream stream;
	enum page_role role;
	uint64_t source;
	char cookie[COOKIE_ROOM]; /* its session; of the desks only */
	struct http_sleeper *sleeper; /* NULL until it is first read */
	uint64_t had[PAGE_EVENTS_MAX];
	bool greeted, ended;
	struct text *sending;
	size_t sent; /* of it */
	uint64_t told_ms; /* when it was last sent anything */
	bool quiet;	  /* a comment is due */
};

struct page_events {
	struct sessions *sessions;
	uv_mutex_t lock; /* taken before the server's */
	unsigned count;
	struct row rows[PAGE_EVENTS_MAX];
	struct listener *listeners;
	unsigned n_listeners;
	uint64_t versions;
	uint64_t now_ms;
	bool closed;
};

struct page_events *page_events_new(struct sessions *sessions)
{
	struct page_events *hub = calloc(1, sizeof(*hub));

	if (hub == NULL)
		return NULL;
	if (uv_mutex_init(&hub->lock) != 0) {
		free(hub);
		return NULL;
	}
	hub->sessions = sessions;
	return hub;
}

/* --- texts --- */

static struct text *text_new(const char *bytes, size_t size)
{
	struct text *text = malloc(sizeof(*text) + size);

	if (text == NULL)
		return NULL;
	text->holders = 1;
	text->size = size;
	memcpy(text->bytes, bytes, size);
	return text;
}

/* Under the lock. */
static void text_drop(struct text *text)
{
	if (text != NULL && --text->holders == 0)
		free(text);
}

static bool same_text(const struct text *a, const struct text *b)
{
	return a != NULL && b != NULL && a->size == b->size &&
	       memcmp(a->bytes, b->bytes, a->size) == 0;
}

void page_events_free(struct page_events *hub)
{
	if (hub == NULL)
		return;
	for (unsigned i = 0; i < hub->count; i++) {
		text_drop(hub->rows[i].told);
		text_drop(hub->rows[i].next);
	}
	uv_mutex_destroy(&hub->lock);
	free(hub);
}

static struct text *text_of(const char *name, json_t *data)
{
	char *json = data == NULL ? NULL : json_dumps(data, JSON_COMPACT |
							    JSON_ENCODE_ANY);
	struct text *text = NULL;
	struct buf all = BUF_INIT;

	json_decref(data);
	if (json == NULL)
		return NULL;
	/* Compact JSON has no line of its own. */
	buf_printf(&all, "event: %s\ndata: ", name);
	buf_puts(&all, json);
	buf_puts(&all, "\n\n");
	free(json);
	if (buf_status(&all) == STATUS_OK && all.size <= PAGE_EVENT_SIZE_MAX)
		text = text_new((const char *)all.data, all.size);
	buf_release(&all);
	return text;
}

/* --- publishing --- */

/* Under the lock; NULL when there are too many. */
static struct row *row_of(struct page_events *hub,
			  const struct page_event *event)
{
	for (unsigned i = 0; i < hub->count; i++)
		if (hub->rows[i].event.stream == event->stream &&
		    strcmp(hub->rows[i].event.name, event->name) == 0)
			return &hub->rows[i];
	if (hub->count == PAGE_EVENTS_MAX)
		return NULL;
	hub->rows[hub->count].event = *event;
	return &hub->rows[hub->count++];
}

void page_events_publish(struct page_events *hub,
			 const struct page_event *event, json_t *data)
{
	struct text *text = text_of(event->name, data);
	struct row *row;

	if (text == NULL)
		return;
	uv_mutex_lock(&hub->lock);
	row = row_of(hub, event);
	if (row == NULL) {
		text_drop(text);
	} else {
		text_drop(row->next);
		row->next = text;
	}
	uv_mutex_unlock(&hub->lock);
}

void page_events_forget(struct page_events *hub,
			const struct page_event *event)
{
	struct row *row;

	uv_mutex_lock(&hub->lock);
	row = row_of(hub, event);
	if (row != NULL) {
		text_drop(row->told);
		text_drop(row->next);
		row->told = row->next = NULL;
		row->version = 0;
	}
	uv_mutex_unlock(&hub->lock);
}

/* Under the lock: what is to be told becomes what is told. */
static void turn_over(struct page_events *hub)
{
	for (unsigned i = 0; i < hub->count; i++) {
		struct row *row = &hub->rows[i];

		if (row->next == NULL)
			continue;
		if (row->event.lasts && same_text(row->told, row->next)) {
			text_drop(row->next);
		} else {
			text_drop(row->told);
			row->told = row->next;
			row->version = ++hub->versions;
		}
		row->next = NULL;
	}
}

/* --- listeners --- */

/* Under the lock: a row that it is to hear and has not; NULL: none. */
static const struct row *news_for(const struct listener *l, unsigned *at)
{
	for (*at = 0; *at < l->hub->count; ++*at) {
		const struct row *row = &l->hub->rows[*at];

		if (row->event.stream == l->stream &&
		    row->event.least <= l->role &&
		    row->version > l->had[*at])
			return row;
	}
	return NULL;
}

static void begins(void *owner, struct http_sleeper *sleeper)
{
	struct listener *l = owner;

	uv_mutex_lock(&l->hub->lock);
	l->sleeper = sleeper;
	uv_mutex_unlock(&l->hub->lock);
}

/* Under the lock: the next thing it is sent, or NULL. */
static struct text *next_text(struct listener *l)
{
	static const char hello[] = "retry: 2000\n\n", comment[] = ":\n\n";
	const struct row *row;
	unsigned at;

	if (!l->greeted) {
		l->greeted = true;
		return text_new(hello, sizeof(hello) - 1);
	}
	row = news_for(l, &at);
	if (row != NULL) {
		l->had[at] = row->version;
		row->told->holders++;
		return row->told;
	}
	if (!l->quiet)
		return NULL;
	return text_new(comment, sizeof(comment) - 1);
}

/* On the server's threads. */
static ssize_t read_events(void *owner, uint64_t offset, uint8_t *to,
			   size_t size)
{
	struct listener *l = owner;
	size_t left;

	(void)offset;
	uv_mutex_lock(&l->hub->lock);
	if (l->ended) {
		uv_mutex_unlock(&l->hub->lock);
		return -1;
	}
	if (l->sending == NULL) {
		l->sending = next_text(l);
		l->sent = 0;
	}
	left = l->sending == NULL ? 0 : l->sending->size - l->sent;
	left = left < size ? left : size;
	if (left > 0) {
		memcpy(to, l->sending->bytes + l->sent, left);
		l->sent += left;
		l->told_ms = l->hub->now_ms;
		l->quiet = false;
	}
	if (l->sending != NULL && l->sent == l->sending->size) {
		text_drop(l->sending);
		l->sending = NULL;
	}
	uv_mutex_unlock(&l->hub->lock);
	return (ssize_t)left;
}

static void closes(void *owner)
{
	struct listener *l = owner;
	struct page_events *hub = l->hub;

	uv_mutex_lock(&hub->lock);
	if (l->previous != NULL)
		l->previous->next = l->next;
	else
		hub->listeners = l->next;
	if (l->next != NULL)
		l->next->previous = l->previous;
	hub->n_listeners--;
	text_drop(l->sending);
	uv_mutex_unlock(&hub->lock);
	free(l);
}

/* Only the session's own cookie is remembered. */
static void copy_cookie(struct listener *l, const struct http_head *head)
{
	const char *all = http_head_header(head, "Cookie");
	const char *own = all == NULL ? NULL : strstr(all, SESSION_COOKIE "=");

	if (own != NULL)
		(void)snprintf(l->cookie, sizeof(l->cookie), "%.*s",
			       (int)strcspn(own, "; "), own);
}

static bool has_room(const struct page_events *hub, uint64_t source)
{
	unsigned same = 0;

	for (const struct listener *l = hub->listeners; l != NULL; l = l->next)
		same += l->source == source;
	return !hub->closed && hub->n_listeners < PAGE_LISTENERS_MAX &&
	       same < PAGE_LISTENERS_PER_ADDRESS;
}

static bool add(struct page_events *hub, struct listener *l, uint64_t now_ms)
{
	bool room;

	uv_mutex_lock(&hub->lock);
	room = has_room(hub, l->source);
	if (room) {
		l->told_ms = now_ms;
		for (unsigned i = 0; i < PAGE_EVENTS_MAX; i++)
			l->had[i] = i < hub->count && hub->rows[i].event.lasts ?
					    0 :
					    hub->versions;
		l->next = hub->listeners;
		if (l->next != NULL)
			l->next->previous = l;
		hub->listeners = l;
		hub->n_listeners++;
	}
	uv_mutex_unlock(&hub->lock);
	return room;
}

bool page_events_listen(struct page_events *hub, const struct page_call *call,
			enum page_stream stream, uint64_t now_ms,
			struct http_answer *answer)
{
	struct listener *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return false;
	l->hub = hub;
	l->stream = stream;
	l->role = call->role;
	l->source = pace_source(http_head_address(call->head));
	if (stream == PAGE_STREAM_DESK)
		copy_cookie(l, call->head);
	if (!add(hub, l, now_ms)) {
		free(l);
		return false;
	}
	answer->type = "text/event-stream";
	answer->flags = HTTP_NO_CACHE | HTTP_NO_SNIFF;
	answer->length = HTTP_LENGTH_UNKNOWN;
	answer->reader = (struct http_reader){ .owner = l,
					       .begin = begins,
					       .read = read_events,
					       .close = closes };
	return true;
}

static void open_stream(struct page_call *call, enum page_stream stream)
{
	struct http_answer answer = HTTP_ANSWER_INIT;

	if (page_events_listen(call->node->page->events, call, stream,
			       (uint64_t)node_now(call->node), &answer))
		http_request_answer(call->request, &answer);
	else
		page_fail_code(call->request, 503, 10, STATUS_LIMITED,
			       "too many pages listen", NULL);
}

void page_events_all(struct page_call *call)
{
	open_stream(call, PAGE_STREAM_ALL);
}

void page_events_desk(struct page_call *call)
{
	open_stream(call, PAGE_STREAM_DESK);
}

/* --- the tick --- */

/* Under the lock: has the session it began with ended, or become less? */
static bool has_ended(struct page_events *hub, struct listener *l,
		      uint64_t now_ms)
{
	char who[SESSION_WHO_MAX + 1];

	return hub->closed ||
	       (l->stream == PAGE_STREAM_DESK &&
		sessions_role_of(hub->sessions, l->cookie, false, now_ms,
				 who) < l->role);
}

static void wake_all(struct page_events *hub)
{
	unsigned at;

	for (struct listener *l = hub->listeners; l != NULL; l = l->next) {
		l->ended = l->ended || has_ended(hub, l, hub->now_ms);
		l->quiet = hub->now_ms - l->told_ms >= PAGE_EVENTS_QUIET_MS;
		if (l->sleeper != NULL && (l->ended || l->quiet ||
					   news_for(l, &at) != NULL))
			http_sleeper_wake(l->sleeper);
	}
}

void page_events_tick(struct page_events *hub, uint64_t now_ms)
{
	uv_mutex_lock(&hub->lock);
	hub->now_ms = now_ms;
	turn_over(hub);
	wake_all(hub);
	uv_mutex_unlock(&hub->lock);
}

void page_events_close(struct page_events *hub)
{
	uv_mutex_lock(&hub->lock);
	hub->closed = true;
	wake_all(hub);
	uv_mutex_unlock(&hub->lock);
}

bool page_events_heard(struct page_events *hub, enum page_stream stream)
{
	bool heard = false;

	uv_mutex_lock(&hub->lock);
	for (const struct listener *l = hub->listeners; l != NULL; l = l->next)
		heard = heard || l->stream == stream;
	uv_mutex_unlock(&hub->lock);
	return heard;
}

unsigned page_events_count(struct page_events *hub)
{
	unsigned count;

	uv_mutex_lock(&hub->lock);
	count = hub->n_listeners;
	uv_mutex_unlock(&hub->lock);
	return count;
}
