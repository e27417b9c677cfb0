/* libcurl's multi interface on libuv: curl says which sockets to watch and
 * when to call back, we tell it what happened, and hand over what is finished
 * once curl has returned.
 *
 * curl must not be called from inside its own callbacks. Whatever a data
 * callback asks for (a new fetch, a cancel, a resume, the end) is noted and
 * done by settle() when curl has returned. */
#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/http_transfer.h"
#include "node/lan.h"
#include "node/traffic.h"

enum { HOST_CONNECTIONS = 8, IDLE_CONNECTIONS = 64 };

struct socket_watch {
	uv_poll_t poll;
	struct http_client *client;
	curl_socket_t fd;
};

static void settle(struct http_client *client);

static void maybe_closed(struct http_client *client)
{
	http_client_closed_cb on_closed = client->on_closed;
	void *owner = client->closed_owner;

	if (!client->ended || client->open_handles > 0)
		return;
	free(client);
	on_closed(owner);
}

static void timer_closed(uv_handle_t *timer)
{
	struct http_client *client = timer->data;

	client->open_handles--;
	maybe_closed(client);
}

static void watch_closed(uv_handle_t *poll)
{
	struct socket_watch *watch = poll->data;
	struct http_client *client = watch->client;

	free(watch);
	client->open_handles--;
	maybe_closed(client);
}

static void curl_action(struct http_client *client, curl_socket_t fd, int what)
{
	int running;

	client->inside = true;
	(void)curl_multi_socket_action(client->multi, fd, what, &running);
	client->inside = false;
	settle(client);
}

static void socket_ready(uv_poll_t *poll, int status, int events)
{
	struct socket_watch *watch = poll->data;
	int what = 0;

	if (status < 0)
		what = CURL_CSELECT_ERR;
	if (events & UV_READABLE)
		what |= CURL_CSELECT_IN;
	if (events & UV_WRITABLE)
		what |= CURL_CSELECT_OUT;
	curl_action(watch->client, watch->fd, what);
}

static struct socket_watch *watch_open(struct http_client *client,
				       curl_socket_t fd)
{
	struct socket_watch *watch = calloc(1, sizeof(*watch));

	if (watch == NULL)
		return NULL;
	if (uv_poll_init_socket(client->loop, &watch->poll, fd) != 0) {
		free(watch);
		return NULL;
	}
	watch->poll.data = watch;
	watch->client = client;
	watch->fd = fd;
	client->open_handles++;
	return watch;
}

/* curl: watch this socket, or no longer. */
static int socket_wanted(CURL *easy, curl_socket_t fd, int what, void *owner,
			 void *slot)
{
	struct http_client *client = owner;
	struct socket_watch *watch = slot;
	int events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (watch != NULL)
			uv_close((uv_handle_t *)&watch->poll, watch_closed);
		(void)curl_multi_assign(client->multi, fd, NULL);
		return 0;
	}
	if (watch == NULL) {
		watch = watch_open(client, fd);
		if (watch == NULL)
			return -1;
		(void)curl_multi_assign(client->multi, fd, watch);
	}
	if (what != CURL_POLL_OUT)
		events |= UV_READABLE;
	if (what != CURL_POLL_IN)
		events |= UV_WRITABLE;
	return uv_poll_start(&watch->poll, events, socket_ready) == 0 ? 0 : -1;
}

static void timer_fired(uv_timer_t *timer)
{
	curl_action(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

/* curl: call back in so many milliseconds, or not at all (-1). */
static int timeout_wanted(CURLM *multi, long timeout_ms, void *owner)
{
	struct http_client *client = owner;

	(void)multi;
	if (timeout_ms < 0)
		(void)uv_timer_stop(&client->timer);
	else
		(void)uv_timer_start(&client->timer, timer_fired,
				     (uint64_t)timeout_ms, 0);
	return 0;
}

static void settle_fired(uv_timer_t *timer)
{
	settle(timer->data);
}

/* Have settle() called soon from the loop. */
static void settle_soon(struct http_client *client)
{
	if (!client->ended)
		(void)uv_timer_start(&client->soon, settle_fired, 0, 0);
}

void http_client_settle_soon(struct http_client *client)
{
	settle_soon(client);
}

static void unlink_fetch(struct http_fetch *fetch)
{
	if (fetch->previous != NULL)
		fetch->previous->next = fetch->next;
	else
		fetch->client->fetches = fetch->next;
	if (fetch->next != NULL)
		fetch->next->previous = fetch->previous;
}

/* Take the fetch out of curl and of the client; not inside curl. */
static void detach(struct http_fetch *fetch)
{
	assert(!fetch->client->inside);
	http_meter_end(fetch);
	if (fetch->added)
		(void)curl_multi_remove_handle(fetch->client->multi,
					       fetch->easy);
	fetch->added = false;
	unlink_fetch(fetch);
}

void http_client_count(struct http_client *client, struct traffic *traffic,
		       const struct lan *lan)
{
	client->traffic = traffic;
	client->lan = lan;
}

/* Whom curl talked to; what reached nobody counts as near. */
static bool was_near(const struct http_client *client, CURL *easy)
{
	struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
	char *text = NULL;

	if (curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &text) != CURLE_OK ||
	    text == NULL || text[0] == 0)
		return true;
	if (uv_ip4_addr(text, 0, (struct sockaddr_in *)&address) != 0 &&
	    uv_ip6_addr(text, 0, (struct sockaddr_in6 *)&address) != 0)
		return false;
	return lan_has(client->lan, (struct sockaddr *)&address);
}

static void count(struct http_client *client, const struct http_fetch *fetch,
		  const struct http_reply *reply)
{
	long connections = 0;

	(void)curl_easy_getinfo(fetch->easy, CURLINFO_NUM_CONNECTS,
				&connections);
	client->counters.fetches++;
	client->counters.bytes_out += reply->bytes_out;
	client->counters.bytes_in += reply->bytes_in;
	client->counters.connections += (uint64_t)connections;
	if (client->traffic != NULL)
		traffic_crossed(client->traffic,
				was_near(client, fetch->easy), reply->bytes_in,
				reply->bytes_out);
}

/* Tell the owner how it ended. The client may be closing afterwards. */
static void finish(struct http_fetch *fetch, CURLcode how)
{
	struct buf decoded = BUF_INIT;
	struct http_reply reply;

	http_transfer_reply(fetch, how, &decoded, &reply);
	count(fetch->client, fetch, &reply);
	detach(fetch);
	fetch->done(fetch->owner, &reply);
	buf_release(&decoded);
	http_transfer_free(fetch);
}

static void finish_done(struct http_client *client)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(client->multi, &left)) !=
	       NULL) {
		struct http_fetch *fetch;
		CURLcode how = message->data.result;
		char *private = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
					&private);
		fetch = (struct http_fetch *)(void *)private;
		if (fetch->cancelled)
			continue; /* dropped by drop_cancelled() */
		finish(fetch, how);
	}
}

static void drop_cancelled(struct http_client *client)
{
	struct http_fetch *fetch = client->fetches;

	while (fetch != NULL) {
		struct http_fetch *next = fetch->next;

		if (fetch->cancelled) {
			detach(fetch);
			http_transfer_free(fetch);
		}
		fetch = next;
	}
	client->some_cancelled = false;
}

/* May bring data at once: curl's own callbacks. */
static void go_on(struct http_fetch *fetch)
{
	struct http_client *client = fetch->client;

	fetch->resume = false;
	client->inside = true;
	(void)curl_easy_pause(fetch->easy, CURLPAUSE_CONT);
	client->inside = false;
	settle_soon(client);
}

/* Start and wake what was asked for meanwhile. */
static void start_waiting(struct http_client *client)
{
	struct http_fetch *fetch;

	client->some_waiting = false;
	while ((fetch = http_meter_next(client)) != NULL)
		go_on(fetch);
	for (fetch = client->fetches; fetch != NULL; fetch = fetch->next) {
		if (!fetch->added && !fetch->cancelled && !fetch->refused) {
			fetch->added = curl_multi_add_handle(
					       client->multi, fetch->easy) ==
				       CURLM_OK;
			fetch->refused = !fetch->added;
			client->some_refused |= fetch->refused;
		} else if (fetch->resume) {
			go_on(fetch);
		}
	}
}

/* Those curl would not even take. */
static void finish_refused(struct http_client *client)
{
	struct http_fetch *fetch;

	do {
		for (fetch = client->fetches; fetch != NULL;
		     fetch = fetch->next)
			if (fetch->refused && !fetch->cancelled)
				break;
		if (fetch != NULL)
			finish(fetch, CURLE_OUT_OF_MEMORY);
	} while (fetch != NULL);
	client->some_refused = false;
}

static void end_all(struct http_client *client)
{
	while (client->fetches != NULL) {
		struct http_fetch *fetch = client->fetches;

		if (fetch->cancelled) {
			detach(fetch);
			http_transfer_free(fetch);
		} else {
			finish(fetch, CURLE_ABORTED_BY_CALLBACK);
		}
	}
	client->inside = true; /* connections close: sockets are dropped */
	(void)curl_multi_cleanup(client->multi);
	client->inside = false;
	client->ended = true;
	uv_close((uv_handle_t *)&client->timer, timer_closed);
	uv_close((uv_handle_t *)&client->soon, timer_closed);
	uv_close((uv_handle_t *)&client->turns, timer_closed);
}

/* curl has returned: do what its callbacks could not. Done callbacks run here
 * and may call anything, which is why each step looks at the world anew; a
 * call that comes back in here does nothing but note its wish. */
static void settle(struct http_client *client)
{
	if (client->inside || client->settling || client->ended)
		return;
	client->settling = true;
	if (!client->on_closed)
		finish_done(client);
	if (client->some_cancelled)
		drop_cancelled(client);
	if (client->some_waiting && !client->on_closed)
		start_waiting(client);
	if (client->some_refused)
		finish_refused(client);
	client->settling = false;
	if (client->on_closed != NULL)
		end_all(client);
	else if (client->some_cancelled || client->some_waiting)
		settle_soon(client);
}

static enum status set_up_multi(struct http_client *client, struct err *err)
{
	client->multi = curl_multi_init();
	if (client->multi == NULL)
		return err_set(err, STATUS_NO_MEMORY, "HTTP client");
	(void)curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION,
				socket_wanted);
	(void)curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
	(void)curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION,
				timeout_wanted);
	(void)curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
	(void)curl_multi_setopt(client->multi, CURLMOPT_PIPELINING,
				(long)CURLPIPE_NOTHING);
	(void)curl_multi_setopt(client->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
				(long)HOST_CONNECTIONS);
	(void)curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS,
				(long)IDLE_CONNECTIONS);
	return STATUS_OK;
}

enum status http_client_open(struct http_client **out, uv_loop_t *loop,
			     struct err *err)
{
	struct http_client *client = calloc(1, sizeof(*client));
	enum status status;

	if (client == NULL)
		return err_set(err, STATUS_NO_MEMORY, "HTTP client");
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(client);
		return err_set(err, STATUS_NO_MEMORY, "HTTP library");
	}
	client->loop = loop;
	status = set_up_multi(client, err);
	if (status != STATUS_OK) {
		free(client);
		return status;
	}
	/* Timers cannot fail to be made. */
	(void)uv_timer_init(loop, &client->timer);
	(void)uv_timer_init(loop, &client->soon);
	(void)uv_timer_init(loop, &client->turns);
	client->timer.data = client;
	client->soon.data = client;
	client->turns.data = client;
	client->open_handles = 3;
	*out = client;
	return STATUS_OK;
}

enum status http_client_leave_from(struct http_client *client,
				   const char *address, struct err *err)
{
	struct in6_addr any;

	if (address[0] != 0 && inet_pton(AF_INET, address, &any) != 1 &&
	    inet_pton(AF_INET6, address, &any) != 1)
		return err_set(err, STATUS_USAGE, "'%s' is no address",
			       address);
	/* "host!" keeps curl from looking for a network card of that name. */
	(void)snprintf(client->from, sizeof(client->from), "%s%s",
		       address[0] == 0 ? "" : "host!", address);
	return STATUS_OK;
}

void http_client_measure(struct http_client *client,
			 const struct http_client_meter *meter)
{
	client->meter = *meter;
}

static enum status start(struct http_client *client, struct http_fetch *fetch,
			 const char *url, struct http_fetch **out)
{
	if (client->from[0] != 0)
		(void)curl_easy_setopt(fetch->easy, CURLOPT_INTERFACE,
				       client->from);
	fetch->client = client;
	fetch->next = client->fetches;
	if (client->fetches != NULL)
		client->fetches->previous = fetch;
	client->fetches = fetch;
	client->some_waiting = true;
	http_meter_begin(fetch, url);
	settle_soon(client);
	if (out != NULL)
		*out = fetch;
	return STATUS_OK;
}

enum status http_client_get(struct http_client *client,
			    const struct http_get *get, http_done_cb done,
			    void *owner, struct http_fetch **out,
			    struct err *err)
{
	struct http_fetch *fetch = NULL;
	enum status status;

	if (client->on_closed != NULL)
		return err_set(err, STATUS_CANCELLED, "closing");
	status = http_transfer_new(&fetch, get, done, owner, err);
	return status == STATUS_OK ? start(client, fetch, get->url, out) :
				     status;
}

enum status http_client_post(struct http_client *client,
			     const struct http_get *get, struct bytes body,
			     const char *type, http_done_cb done, void *owner,
			     struct http_fetch **out, struct err *err)
{
	struct http_fetch *fetch = NULL;
	enum status status;

	assert(!get->ranged);
	if (client->on_closed != NULL)
		return err_set(err, STATUS_CANCELLED, "closing");
	status = http_transfer_new(&fetch, get, done, owner, err);
	if (status != STATUS_OK)
		return status;
	status = http_transfer_set_body(fetch, body, type, err);
	if (status != STATUS_OK) {
		http_transfer_free(fetch);
		return status;
	}
	return start(client, fetch, get->url, out);
}

void http_client_cancel(struct http_fetch *fetch)
{
	struct http_client *client = fetch->client;

	assert(!fetch->cancelled);
	fetch->cancelled = true;
	if (!client->inside && !client->settling) {
		detach(fetch);
		http_transfer_free(fetch);
		return;
	}
	client->some_cancelled = true;
	settle_soon(client);
}

void http_fetch_pause(struct http_fetch *fetch)
{
	fetch->paused = true;
	fetch->resume = false;
}

void http_fetch_resume(struct http_fetch *fetch)
{
	if (!fetch->paused)
		return;
	fetch->paused = false;
	fetch->resume = true;
	fetch->client->some_waiting = true;
	settle_soon(fetch->client);
}

void http_client_counters(const struct http_client *client,
			  struct http_client_counters *counters)
{
	*counters = client->counters;
}

void http_client_close(struct http_client *client,
		       http_client_closed_cb on_closed, void *owner)
{
	assert(client->on_closed == NULL && on_closed != NULL);

	client->on_closed = on_closed;
	client->closed_owner = owner;
	settle(client);
}
