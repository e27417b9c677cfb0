/* The server's own threads: a request comes in piece by piece through
 * http_request_came(), is answered there or put to sleep and queued for the
 * loop (node/http_request.c), and comes through http_request_came() once more
 * with its answer. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "node/coding.h"
#include "node/http_inside.h"
#include "node/http_listen.h"
#include "node/http_rebind.h"
#include "node/http_respond.h"
#include "node/lan.h"
#include "node/pace.h"
#include "node/traffic.h"
#include "proto/url.h"

enum {
	PATH_ROOM = 8 * 1024,
	/* A client that goes on sending a refused body is cut off here. */
	DISCARD_MAX = 1024 * 1024
};

/* What is wrong with the request as such: a status code, or 0. */
static unsigned refusal(struct MHD_Connection *connection, const char *method,
			const char *version)
{
	bool is_post = strcmp(method, "POST") == 0;
	const char *length;

	if (strcmp(version, MHD_HTTP_VERSION_1_1) != 0 &&
	    strcmp(version, MHD_HTTP_VERSION_1_0) != 0)
		return MHD_HTTP_HTTP_VERSION_NOT_SUPPORTED;
	if (!is_post && strcmp(method, "GET") != 0 &&
	    strcmp(method, "HEAD") != 0)
		return MHD_HTTP_METHOD_NOT_ALLOWED;
	length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
					     "Content-Length");
	/* A GET with a body is nothing we know how to step over. */
	if (!is_post &&
	    ((length != NULL && strcmp(length, "0") != 0) ||
	     MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
					 "Transfer-Encoding") != NULL))
		return MHD_HTTP_BAD_REQUEST;
	return 0;
}

/* The cap on bodies to this path. */
static size_t body_max(const struct http_server *server, const char *path)
{
	const struct http_large *large = server->options.large;

	for (unsigned i = 0; i < HTTP_LARGE_MAX; i++)
		if (large[i].prefix != NULL &&
		    strncmp(path, large[i].prefix, strlen(large[i].prefix)) ==
			    0)
			return large[i].max;
	return server->options.body_max;
}

/* Is a body of this declared size beyond the cap? */
static bool declared_too_large(struct http_server *server, const char *path,
			       struct MHD_Connection *connection)
{
	const char *length = MHD_lookup_connection_value(
		connection, MHD_HEADER_KIND, "Content-Length");
	uint64_t size;

	return length != NULL &&
	       (decimal_parse(bytes_of(length), &size) != STATUS_OK ||
		size > body_max(server, path));
}

static void copy_address(struct sockaddr_storage *to,
			 struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	to->ss_family = AF_INET;
	if (info == NULL || info->client_addr == NULL)
		return;
	if (info->client_addr->sa_family == AF_INET) {
		memcpy(to, info->client_addr, sizeof(struct sockaddr_in));
	} else if (info->client_addr->sa_family == AF_INET6) {
		struct sockaddr_in6 from;

		memcpy(&from, info->client_addr, sizeof(from));
		http_unmap_address(&from, to);
	}
}

/* Bodies that came and went, by whether that was over the uplink. */
static void count_bodies(struct http_server *server,
			 const struct http_head *head, uint64_t came,
			 uint64_t went)
{
	atomic_fetch_add(&server->body_bytes, went);
	if (server->options.traffic != NULL)
		traffic_crossed(server->options.traffic,
				lan_has(server->options.lan,
					http_head_address(head)),
				came, went);
}

/* Measured, and given to MHD, which takes what it has. */
static enum MHD_Result respond(struct http_server *server,
			       struct MHD_Connection *connection,
			       const struct http_head *head, size_t in,
			       struct http_answer *answer)
{
	const struct http_server_meter *meter = &server->options.meter;
	enum MHD_Result result;
	uint64_t body_bytes;
	bool made;

	if (meter->answers != NULL)
		meter->answers(meter->owner, head, answer);
	made = answer->reader.read != NULL;
	result = http_respond(server, connection, answer,
			      pace_source(http_head_address(head)),
			      &body_bytes);
	count_bodies(server, head, in, body_bytes);
	if (meter->sent != NULL)
		meter->sent(meter->owner, head, in, body_bytes, made);
	return result;
}

/* What try_fast says: the answer, or where to look for it. */
static bool try_fast(struct http_server *server, const struct http_head *head,
		     struct http_answer *answer)
{
	return server->try_fast != NULL && head->method == HTTP_GET &&
	       server->try_fast(server->owner, head, answer);
}

static enum MHD_Result respond_fast(struct http_server *server,
				    struct MHD_Connection *connection,
				    const struct http_head *head,
				    struct http_answer *answer)
{
	atomic_fetch_add(&server->fast, 1);
	return respond(server, connection, head, 0, answer);
}

static struct http_request *request_new(struct http_server *server,
					const struct http_head *head)
{
	size_t size = strlen(head->path) + 1;
	struct http_request *request = calloc(1, sizeof(*request) + size);

	if (request == NULL)
		return NULL;
	memcpy(request->path, head->path, size);
	request->server = server;
	request->body_max = body_max(server, head->path);
	request->head = *head;
	request->head.path = request->path;
	request->answer = (struct http_answer)HTTP_ANSWER_INIT;
	request->holders = 1;
	return request;
}

/* What is asked is known: answer it fast, or make a request for the loop. */
static enum MHD_Result head_came(struct http_server *server,
				 struct MHD_Connection *connection,
				 const char *url, enum http_method method,
				 struct http_request **out)
{
	struct http_head head = { .method = method, .connection = connection };
	struct http_answer answer = HTTP_ANSWER_INIT;
	bool is_post = method == HTTP_POST;
	char path[PATH_ROOM];
	bool looks;

	if (url_decode_path(url, path, sizeof(path)) != STATUS_OK)
		return http_respond_code(connection, MHD_HTTP_BAD_REQUEST,
					 is_post);
	if (is_post && declared_too_large(server, path, connection))
		return http_respond_code(connection,
					 MHD_HTTP_CONTENT_TOO_LARGE, true);
	head.path = path;
	copy_address(&head.address, connection);
	if (try_fast(server, &head, &answer) && answer.look.look == NULL)
		return respond_fast(server, connection, &head, &answer);
	looks = answer.look.look != NULL;
	*out = request_new(server, &head);
	if (*out != NULL &&
	    (!looks || http_look_begin(server, *out, &answer.look)))
		return MHD_YES;
	http_answer_release(&answer);
	if (*out != NULL)
		http_request_drop(*out);
	*out = NULL;
	return http_respond_code(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
				 true);
}

static enum MHD_Result body_came(struct http_server *server,
				 struct http_request *request,
				 const char *data, size_t size)
{
	if (!request->refused &&
	    size > request->body_max - request->body.size)
		request->refused = MHD_HTTP_CONTENT_TOO_LARGE;
	if (!request->refused &&
	    !http_guard_keeps(&server->guard, request->head.connection, size))
		request->refused = MHD_HTTP_SERVICE_UNAVAILABLE;
	if (!request->refused) {
		buf_put(&request->body, data, size);
		if (buf_status(&request->body) != STATUS_OK)
			request->refused = MHD_HTTP_SERVICE_UNAVAILABLE;
		return MHD_YES;
	}
	/* No answer can be queued in the middle of a body. */
	request->discarded += size;
	return request->discarded > DISCARD_MAX ? MHD_NO : MHD_YES;
}

/* Decode a body that came in zstd; a status code, or 0. */
static unsigned decode_body(struct http_server *server,
			    struct http_request *request)
{
	const char *coding =
		http_head_header(&request->head, "Content-Encoding");
	struct buf plain = BUF_INIT;
	enum status status;
	size_t grown;

	if (coding == NULL || strcmp(coding, "identity") == 0)
		return 0;
	if (strcmp(coding, "zstd") != 0)
		return MHD_HTTP_UNSUPPORTED_MEDIA_TYPE;
	status = coding_decompress(buf_bytes(&request->body),
				   request->body_max, &plain);
	grown = plain.size > request->body.size
			? plain.size - request->body.size
			: 0;
	if (status == STATUS_OK &&
	    !http_guard_keeps(&server->guard, request->head.connection, grown))
		status = STATUS_NO_MEMORY;
	if (status != STATUS_OK) {
		buf_release(&plain);
		return status == STATUS_NO_ROOM
			       ? MHD_HTTP_CONTENT_TOO_LARGE
			       : status == STATUS_MALFORMED
					 ? MHD_HTTP_BAD_REQUEST
					 : MHD_HTTP_SERVICE_UNAVAILABLE;
	}
	buf_release(&request->body);
	request->body = plain;
	return 0;
}

/* Under the lock. Most belong at the end, or not far from the beginning. */
static void enqueue(struct http_server *server, struct http_request *request)
{
	struct http_request **at = &server->queue_first;
	struct http_request *last = server->queue_last;

	request->round = turns_take(
		&server->turns,
		pace_source(http_head_address(&request->head)));
	if (last != NULL && last->round <= request->round)
		at = &last->next;
	while (*at != NULL && (*at)->round <= request->round)
		at = &(*at)->next;
	request->next = *at;
	*at = request;
	if (request->next == NULL)
		server->queue_last = request;
}

/* Put the connection to sleep and the request in the queue; false when too
 * much waits there, or when we are closing. */
static bool submit(struct http_server *server, struct http_request *request)
{
	bool taken;

	uv_mutex_lock(&server->lock);
	taken = !server->closing &&
		server->waiting < server->options.waiting_max;
	if (taken) {
		http_guard_does(&server->guard, request->head.connection,
				HTTP_DOING_WAIT);
		MHD_suspend_connection(request->head.connection);
		request->submitted = true;
		atomic_fetch_add(&request->holders, 1);
		enqueue(server, request);
		server->waiting++;
		(void)uv_async_send(&server->wake);
	}
	uv_mutex_unlock(&server->lock);
	return taken;
}

static enum MHD_Result request_whole(struct http_server *server,
				     struct MHD_Connection *connection,
				     struct http_request *request)
{
	unsigned code = request->refused;

	if (code == 0)
		code = decode_body(server, request);
	if (code == 0 && !submit(server, request))
		code = MHD_HTTP_SERVICE_UNAVAILABLE;
	return code == 0 ? MHD_YES
			 : http_respond_code(connection, code, false);
}

/* The first call for a request. What is answered here closes the connection:
 * MHD takes it for a refusal to read on. */
static enum MHD_Result request_begins(struct http_server *server,
				      struct MHD_Connection *connection,
				      const char *url, const char *method,
				      const char *version, void **slot)
{
	bool is_post = strcmp(method, "POST") == 0;
	unsigned code = refusal(connection, method, version);
	struct http_request *request = NULL;
	enum MHD_Result result;
	const char *text;

	atomic_fetch_add(&server->requests, 1);
	http_guard_does(&server->guard, connection,
			is_post ? HTTP_DOING_BODY : HTTP_DOING_SEND);
	if (code != 0)
		return http_respond_code(connection, code, true);
	code = http_rebind_refuses(
		connection, server->options.names, is_post,
		strcmp(version, MHD_HTTP_VERSION_1_0) == 0, &text);
	if (code != 0)
		return http_respond_text(connection, code, text);
	if (!is_post) {
		*slot = &server->get_begun;
		return MHD_YES;
	}
	result = head_came(server, connection, url, HTTP_POST, &request);
	*slot = request;
	return result;
}

/* The second call for a GET, which has no body. */
static enum MHD_Result get_came(struct http_server *server,
				struct MHD_Connection *connection,
				const char *url, void **slot)
{
	struct http_request *request = NULL;
	enum MHD_Result result;

	*slot = NULL;
	result = head_came(server, connection, url, HTTP_GET, &request);
	*slot = request;
	return request == NULL || request->looking != NULL
		       ? result
		       : request_whole(server, connection, request);
}

/* It was looked for where the last stage said, or is asked anew: go on. */
static enum MHD_Result go_on(struct http_server *server,
			     struct MHD_Connection *connection,
			     struct http_request *request)
{
	struct http_answer answer = HTTP_ANSWER_INIT;

	if (!try_fast(server, &request->head, &answer))
		return request_whole(server, connection, request);
	if (answer.look.look == NULL)
		return respond_fast(server, connection, &request->head,
				    &answer);
	if (http_look_begin(server, request, &answer.look))
		return MHD_YES;
	http_answer_release(&answer);
	return http_respond_code(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
				 false);
}

static enum MHD_Result disk_is_still(struct http_server *server,
				     struct MHD_Connection *connection,
				     struct http_request *request)
{
	struct http_answer answer = HTTP_ANSWER_INIT;

	answer.code = MHD_HTTP_SERVICE_UNAVAILABLE;
	answer.type = "text/plain; charset=utf-8";
	answer.body = bytes_of("the disk it lies on does not answer: ask "
			       "again later\n");
	(void)http_answer_header(&answer, "Retry-After", "10");
	return respond(server, connection, &request->head, 0, &answer);
}

static enum MHD_Result look_came(struct http_server *server,
				 struct MHD_Connection *connection,
				 struct http_request *request)
{
	struct http_answer answer;

	switch (http_look_on(server, request)) {
	case HTTP_LOOKED_ON:
		return MHD_YES;
	case HTTP_LOOKED_FOUND:
		answer = request->answer;
		request->answer = (struct http_answer)HTTP_ANSWER_INIT;
		return respond_fast(server, connection, &request->head,
				    &answer);
	case HTTP_LOOKED_NOTHING:
		return go_on(server, connection, request);
	case HTTP_LOOKED_REFUSED:
		return disk_is_still(server, connection, request);
	case HTTP_LOOKED_GONE:
		break;
	}
	return MHD_NO;
}

/* The loop has let go of it. */
static enum MHD_Result again(struct http_server *server,
			     struct MHD_Connection *connection,
			     struct http_request *request)
{
	uv_mutex_lock(&server->lock);
	server->answered--;
	uv_mutex_unlock(&server->lock);
	request->again = false;
	request->submitted = false;
	request->head.after = 0;
	return go_on(server, connection, request);
}

static enum MHD_Result send_answer(struct http_server *server,
				   struct MHD_Connection *connection,
				   struct http_request *request)
{
	enum MHD_Result result;

	assert(request->answered);
	http_guard_does(&server->guard, connection, HTTP_DOING_SEND);
	result = respond(server, connection, &request->head,
			 request->body.size, &request->answer);
	/* The response has taken these. */
	request->answer.flags &= ~(unsigned)HTTP_TAKE_BODY;
	request->answer.fd = -1;
	request->answer.reader.read = NULL;
	return result;
}

enum MHD_Result
http_request_came(void *owner, struct MHD_Connection *connection,
		  const char *url, const char *method, const char *version,
		  const char *data, size_t *data_size, void **slot)
{
	struct http_server *server = owner;
	struct http_request *request = *slot;
	size_t size = *data_size;

	if (*slot == NULL)
		return request_begins(server, connection, url, method, version,
				      slot);
	if (*slot == &server->get_begun)
		return get_came(server, connection, url, slot);
	if (request->looking != NULL)
		return look_came(server, connection, request);
	if (request->again)
		return again(server, connection, request);
	if (request->submitted)
		return send_answer(server, connection, request);
	if (size == 0)
		return request_whole(server, connection, request);
	*data_size = 0;
	return body_came(server, request, data, size);
}

void http_request_completed(void *owner, struct MHD_Connection *connection,
			    void **slot, enum MHD_RequestTerminationCode why)
{
	struct http_server *server = owner;
	struct http_request *request = *slot;
	bool is_none = *slot == NULL || *slot == &server->get_begun;

	(void)why;
	*slot = NULL;
	http_guard_does(&server->guard, connection, HTTP_DOING_HEAD);
	if (is_none)
		return;
	http_look_end(request); /* its client is gone, and MHD saw it first */
	uv_mutex_lock(&server->lock);
	if (request->submitted)
		server->answered--;
	uv_mutex_unlock(&server->lock);
	http_request_drop(request);
}
