/* The HTTP client's fetches beyond the LAN: what comes is handed on as far as
 * the meter gives, the rest of a run stays with curl, which pauses. What TCP
 * holds back then slows the sender; its window is kept small on a thin line,
 * or the first seconds would come as fast as they can.
 *
 * One timer for all who wait: then foreground asks first, and among equals who
 * was given something longest ago. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>

#include "node/http_transfer.h"

enum {
	WINDOW_LEAST = 16 * 1024,
	WINDOW_MOST = 64 * 1024 * 1024,
	WINDOW_PARTS = 2, /* of a second's bytes */
	READ_AT_ONCE = 16 * 1024,
};

static bool is_measured(const struct http_client *client)
{
	return client->meter.reach != NULL;
}

/* The window of a connection: as large as TCP likes without a rate. */
static void set_window(struct http_fetch *fetch, curl_socket_t fd)
{
	const struct http_client_meter *meter = &fetch->client->meter;
	uint64_t rate = meter->rate(meter->owner);
	int window = WINDOW_MOST;

	if (rate / WINDOW_PARTS < WINDOW_LEAST)
		window = WINDOW_LEAST;
	else if (rate / WINDOW_PARTS < WINDOW_MOST)
		window = (int)(rate / WINDOW_PARTS);
	/* Without it the line is less smooth, and that is all. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_WINDOW_CLAMP, &window,
			 sizeof(window));
}

static int socket_made(void *owner, curl_socket_t fd, curlsocktype type)
{
	if (type == CURLSOCKTYPE_IPCXN)
		set_window(owner, fd);
	return CURL_SOCKOPT_OK;
}

static void refuse(struct http_fetch *fetch, const char *why)
{
	(void)snprintf(fetch->refusal, sizeof(fetch->refusal), "%s", why);
	fetch->refused = true;
	fetch->client->some_refused = true;
}

static const char *refusal_of(const struct http_fetch *fetch)
{
	const struct http_client_meter *meter = &fetch->client->meter;

	return fetch->reach == HTTP_NEAR ?
		       NULL :
		       meter->refuses(meter->owner, fetch->reach,
				      fetch->background);
}

void http_meter_begin(struct http_fetch *fetch, const char *url)
{
	const struct http_client_meter *meter = &fetch->client->meter;
	const char *why;

	if (!is_measured(fetch->client))
		return;
	fetch->reach = meter->reach(meter->owner, url);
	if (fetch->reach == HTTP_BEYOND_PAYLOAD) {
		/* What curl has read has crossed, and may yet be refused. */
		if (meter->rate(meter->owner) != UINT64_MAX)
			(void)curl_easy_setopt(fetch->easy, CURLOPT_BUFFERSIZE,
					       (long)READ_AT_ONCE);
		(void)curl_easy_setopt(fetch->easy, CURLOPT_SOCKOPTFUNCTION,
				       socket_made);
		(void)curl_easy_setopt(fetch->easy, CURLOPT_SOCKOPTDATA,
				       fetch);
	}
	why = refusal_of(fetch);
	if (why != NULL)
		refuse(fetch, why);
}

/* --- what comes --- */

static void told(struct http_fetch *fetch, uint64_t in, uint64_t taken)
{
	const struct http_client_meter *meter = &fetch->client->meter;

	fetch->told_in += in;
	meter->count(meter->owner, fetch->reach, in, taken, 0);
}

static void wait_for_turn(struct http_fetch *fetch, unsigned wait_ms)
{
	uv_timer_t *timer = &fetch->client->turns;

	fetch->waits = true;
	if (!uv_is_active((uv_handle_t *)timer) ||
	    uv_timer_get_due_in(timer) > wait_ms)
		(void)uv_timer_start(timer, http_meter_turns, wait_ms, 0);
}

static void connection_used(struct http_fetch *fetch)
{
	curl_socket_t fd;

	if (curl_easy_getinfo(fetch->easy, CURLINFO_ACTIVESOCKET, &fd) ==
		    CURLE_OK &&
	    fd != CURL_SOCKET_BAD)
		set_window(fetch, fd);
}

/* The first `passed` bytes of the run were handed on before it was paused. */
static size_t pass_given(struct http_fetch *fetch, struct bytes run)
{
	const struct http_client_meter *meter = &fetch->client->meter;
	struct bytes part = run;
	unsigned wait_ms;
	uint64_t given;

	if (fetch->passed >= run.size) {
		fetch->passed -= run.size;
		return run.size;
	}
	if (fetch->told_in == 0)
		connection_used(fetch);
	part.data += fetch->passed;
	part.size -= fetch->passed;
	given = meter->take(meter->owner, fetch->background, part.size,
			    &wait_ms);
	if (given > 0) {
		bool whole = given >= part.size;

		part.size = (size_t)given;
		fetch->turn = ++fetch->client->turn;
		told(fetch, given, given);
		if (http_transfer_pass(fetch, part) != part.size)
			return 0;
		if (whole) {
			fetch->passed = 0;
			return run.size;
		}
		fetch->passed += part.size;
	}
	wait_for_turn(fetch, wait_ms);
	return CURL_WRITEFUNC_PAUSE;
}

size_t http_meter_pass(struct http_fetch *fetch, struct bytes run)
{
	if (!is_measured(fetch->client))
		return http_transfer_pass(fetch, run);
	if (fetch->reach == HTTP_BEYOND_PAYLOAD)
		return pass_given(fetch, run);
	told(fetch, run.size, 0);
	return http_transfer_pass(fetch, run);
}

/* Heads, and what curl has read and nobody was given. */
void http_meter_end(struct http_fetch *fetch)
{
	const struct http_client_meter *meter = &fetch->client->meter;
	curl_off_t body = 0, sent = 0;
	long head = 0, request = 0;
	uint64_t in, out;

	if (!is_measured(fetch->client) || !fetch->added)
		return;
	(void)curl_easy_getinfo(fetch->easy, CURLINFO_HEADER_SIZE, &head);
	(void)curl_easy_getinfo(fetch->easy, CURLINFO_REQUEST_SIZE, &request);
	(void)curl_easy_getinfo(fetch->easy, CURLINFO_SIZE_DOWNLOAD_T, &body);
	(void)curl_easy_getinfo(fetch->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
	in = (uint64_t)head + (uint64_t)body;
	in -= in < fetch->told_in ? in : fetch->told_in;
	out = (uint64_t)request + (uint64_t)sent;
	meter->count(meter->owner, fetch->reach, in, 0, out);
}

/* --- whose turn it is --- */

bool http_fetch_waits(const struct http_fetch *fetch)
{
	return fetch->waits;
}

void http_meter_turns(uv_timer_t *timer)
{
	struct http_client *client = timer->data;

	for (struct http_fetch *f = client->fetches; f != NULL; f = f->next) {
		const char *why;

		if (!f->waits || f->cancelled)
			continue;
		why = refusal_of(f);
		if (why != NULL) {
			f->waits = false;
			refuse(f, why);
		} else {
			f->resume = true;
		}
	}
	client->some_waiting = true;
	http_client_settle_soon(client);
}

static bool comes_before(const struct http_fetch *a, const struct http_fetch *b)
{
	if (a->background != b->background)
		return b->background;
	return a->turn < b->turn;
}

struct http_fetch *http_meter_next(struct http_client *client)
{
	struct http_fetch *next = NULL;

	for (struct http_fetch *f = client->fetches; f != NULL; f = f->next)
		if (f->waits && f->resume && !f->cancelled && !f->refused &&
		    (next == NULL || comes_before(f, next)))
			next = f;
	if (next != NULL)
		next->waits = false;
	return next;
}
