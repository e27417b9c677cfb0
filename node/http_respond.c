/* An answer goes through these steps:
 *
 *   200 with an etag the client has          -> 304
 *   a part of anything asked for             -> 206, 416, 503 (not there yet)
 *   whole memory, client accepts zstd        -> zstd
 *   anything else                            -> as it is
 *
 * Ranges are always of the plain representation; a coded one is never cut. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/aside_read.h"
#include "node/coding.h"
#include "node/http_respond.h"
#include "node/warm.h"

enum {
	ZSTD_WORTH = 256,           /* smaller bodies stay as they are */
	/* The kernel sends so much from its memory at most: what of it is no
	 * longer there when its turn comes, a thread of the server's waits
	 * for. */
	FROM_KERNEL_MAX = 16 * 1024 * 1024,
	DECODED_MAX = 64 * 1024 * 1024 /* of our own HTTP_IS_ZSTD bodies */
};

static const char *request_header(struct MHD_Connection *connection,
				  const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static bool accepts_zstd(struct MHD_Connection *connection)
{
	const struct http_head head = { .connection = connection };

	return http_head_accepts(&head, "zstd");
}

/* Does a list of entity tags name ours? Weak ones count: they differ from ours
 * in the coding only. */
static bool names_etag(const char *list, const char *etag)
{
	char quoted[sizeof(((struct http_answer *)0)->etag) + 2];

	if (list == NULL || etag[0] == '\0')
		return false;
	if (strcmp(list, "*") == 0)
		return true;
	(void)snprintf(quoted, sizeof(quoted), "\"%s\"", etag);
	return strstr(list, quoted) != NULL;
}

static bool is_memory(const struct http_answer *answer)
{
	return answer->fd < 0 && answer->reader.read == NULL;
}

/* A stream: sent in chunks, never in parts. */
static bool has_no_length(const struct http_answer *answer)
{
	return !is_memory(answer) && answer->length == HTTP_LENGTH_UNKNOWN;
}

static enum range_kind wanted_range(struct MHD_Connection *connection,
				    const struct http_answer *answer,
				    uint64_t length, struct range *range)
{
	const char *if_range = request_header(connection, "If-Range");

	if (answer->code != 200 || has_no_length(answer) ||
	    (if_range != NULL && !names_etag(if_range, answer->etag)))
		return RANGE_ALL;
	return range_parse(request_header(connection, "Range"), length, range);
}

static void put_header(struct MHD_Response *response, const char *name,
		       const char *value)
{
	/* Fails only for characters we never put there, or out of memory: the
	 * answer is then poorer by a header. */
	(void)MHD_add_response_header(response, name, value);
}

/* The headers that do not depend on which part is sent. */
static void put_headers(struct MHD_Response *response,
			const struct http_answer *answer, bool coded)
{
	const char *at = answer->headers;
	const char *end = answer->headers + answer->headers_size;

	if (answer->flags & HTTP_IMMUTABLE)
		put_header(response, "Cache-Control",
			   "max-age=31536000, immutable");
	else if (answer->flags & HTTP_NO_CACHE)
		put_header(response, "Cache-Control", "no-cache");
	if (answer->etag[0] != '\0') {
		char etag[sizeof(answer->etag) + 4];

		(void)snprintf(etag, sizeof(etag), "%s\"%s\"",
			       coded ? "W/" : "", answer->etag);
		put_header(response, "ETag", etag);
	}
	/* Only for answers that a cache between us may keep. */
	if ((answer->flags & HTTP_IMMUTABLE) &&
	    (answer->flags & (HTTP_ALLOW_ZSTD | HTTP_IS_ZSTD)))
		put_header(response, "Vary", "Accept-Encoding");
	while (at < end) {
		const char *value = at + strlen(at) + 1;

		put_header(response, at, value);
		at = value + strlen(value) + 1;
	}
}

static void put_content_headers(struct MHD_Response *response,
				const struct http_answer *answer)
{
	if (answer->type != NULL)
		put_header(response, "Content-Type", answer->type);
	if (answer->flags & HTTP_NO_SNIFF)
		put_header(response, "X-Content-Type-Options", "nosniff");
	if (!is_memory(answer) && !has_no_length(answer))
		put_header(response, "Accept-Ranges", "bytes");
}

static enum MHD_Result queue_and_forget(struct MHD_Connection *connection,
					unsigned code,
					struct MHD_Response *response)
{
	enum MHD_Result result;

	result = MHD_queue_response(connection, code, response);
	MHD_destroy_response(response);
	return result;
}

static struct MHD_Response *empty_response(void)
{
	return MHD_create_response_from_buffer(0, NULL,
					       MHD_RESPMEM_PERSISTENT);
}

enum MHD_Result http_respond_code(struct MHD_Connection *connection,
				  unsigned code, bool closes)
{
	struct MHD_Response *response = empty_response();

	if (response == NULL)
		return MHD_NO;
	if (closes)
		put_header(response, "Connection", "close");
	if (code == MHD_HTTP_METHOD_NOT_ALLOWED)
		put_header(response, "Allow", "GET, HEAD, POST");
	if (code == MHD_HTTP_SERVICE_UNAVAILABLE)
		put_header(response, "Retry-After", "5");
	return queue_and_forget(connection, code, response);
}

enum MHD_Result http_respond_text(struct MHD_Connection *connection,
				  unsigned code, const char *text)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
		strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);

	if (response == NULL)
		return MHD_NO;
	put_header(response, "Connection", "close");
	put_header(response, "Content-Type", "text/plain; charset=utf-8");
	put_header(response, "X-Content-Type-Options", "nosniff");
	return queue_and_forget(connection, code, response);
}

/* 304, 416, 503: the answer's headers without its body. */
static enum MHD_Result respond_without(struct MHD_Connection *connection,
				       struct http_answer *answer,
				       unsigned code, const char *name,
				       const char *value)
{
	struct MHD_Response *response = empty_response();

	if (response != NULL) {
		if (code == MHD_HTTP_NOT_MODIFIED)
			put_headers(response, answer, false);
		if (name != NULL)
			put_header(response, name, value);
	}
	http_answer_release(answer);
	return response == NULL ? MHD_NO
				: queue_and_forget(connection, code, response);
}

/* Can MHD have the kernel send it without waiting for a disk? */
static bool is_for_kernel(const struct http_answer *answer, uint64_t first,
			  uint64_t size)
{
	return answer->disk == NULL ||
	       (size <= FROM_KERNEL_MAX &&
		warm_has(answer->fd, answer->offset + first, size));
}

/* The response for bytes first.. of the answer; takes its body or file. */
static struct MHD_Response *response_for(struct http_server *server,
					 struct MHD_Connection *connection,
					 struct http_answer *answer,
					 uint64_t who, uint64_t first,
					 uint64_t size)
{
	struct MHD_Response *response;

	if (answer->fd >= 0 && size > 0 &&
	    !is_for_kernel(answer, first, size)) {
		aside_read_file(answer, who);
		if (answer->reader.read == NULL)
			return NULL;
	}
	if (answer->reader.read != NULL && size > 0)
		return http_response_of_reader(server, connection, answer,
					       first, size);
	if (answer->fd >= 0 && size > 0) {
		response = MHD_create_response_from_fd_at_offset64(
			size, answer->fd, answer->offset + first);
		if (response == NULL)
			http_answer_release(answer);
		return response; /* closes the descriptor when done */
	}
	if (answer->fd < 0 && size > 0 && (answer->flags & HTTP_TAKE_BODY)) {
		response = MHD_create_response_from_buffer_with_free_callback_cls(
			size, (void *)(uintptr_t)(answer->body.data + first),
			free, (void *)(uintptr_t)answer->body.data);
		if (response == NULL)
			http_answer_release(answer);
		return response;
	}
	if (answer->fd < 0 && size > 0)
		return MHD_create_response_from_buffer(
			size, (void *)(uintptr_t)(answer->body.data + first),
			MHD_RESPMEM_PERSISTENT);
	http_answer_release(answer);
	return empty_response();
}

/* Replace a memory body by what `buf` holds. */
static void replace_body(struct http_answer *answer, struct buf *by)
{
	http_answer_release(answer);
	http_answer_take_buf(answer, by);
}

/* Bring a memory body into the coding it is to be sent in; false when that
 * fails. `*coded` says whether that is zstd. */
static bool settle_coding(struct MHD_Connection *connection,
			  struct http_answer *answer, bool whole, bool *coded)
{
	bool zstd = whole && accepts_zstd(connection);
	struct buf made = BUF_INIT;

	*coded = false;
	if (!is_memory(answer))
		return true;
	if (answer->flags & HTTP_IS_ZSTD) {
		if (zstd) {
			*coded = true;
			return true;
		}
		if (coding_decompress(answer->body, DECODED_MAX, &made) !=
		    STATUS_OK) {
			buf_release(&made);
			return false;
		}
		replace_body(answer, &made);
		return true;
	}
	if (!zstd || !(answer->flags & HTTP_ALLOW_ZSTD) ||
	    answer->body.size <= ZSTD_WORTH || answer->code != 200)
		return true;
	if (coding_compress(answer->body, &made) == STATUS_OK &&
	    made.size < answer->body.size) {
		replace_body(answer, &made);
		*coded = true;
	} else {
		buf_release(&made);
	}
	return true;
}

/* Does this request ask for a part? The length does not matter here. */
static bool asks_for_part(struct MHD_Connection *connection,
			  const struct http_answer *answer)
{
	struct range range;

	return wanted_range(connection, answer, 1, &range) != RANGE_ALL;
}

/* Cut a range of a file to what is there; false when that is nothing. */
static bool cut_to_available(const struct http_answer *answer,
			     enum range_kind kind, struct range *range)
{
	if (is_memory(answer) || answer->available == 0 ||
	    answer->available >= answer->length)
		return true;
	if (kind != RANGE_PART || range->first >= answer->available)
		return false;
	if (range->last >= answer->available)
		range->last = answer->available - 1;
	return true;
}

enum MHD_Result http_respond(struct http_server *server,
			     struct MHD_Connection *connection,
			     struct http_answer *answer, uint64_t who,
			     uint64_t *body_bytes)
{
	struct range range = { 0, 0 };
	struct MHD_Response *response;
	unsigned code = answer->code;
	struct http_answer about;
	enum range_kind kind;
	uint64_t length;
	char text[80];
	bool coded;

	*body_bytes = 0;
	if (code == 200 &&
	    names_etag(request_header(connection, "If-None-Match"),
		       answer->etag))
		return respond_without(connection, answer, 304, NULL, NULL);
	if (!settle_coding(connection, answer,
			   !asks_for_part(connection, answer), &coded))
		return respond_without(connection, answer, 500, NULL, NULL);

	length = is_memory(answer) ? answer->body.size : answer->length;
	kind = coded ? RANGE_ALL
		     : wanted_range(connection, answer, length, &range);
	if (kind == RANGE_UNSATISFIABLE) {
		(void)snprintf(text, sizeof(text), "bytes */%" PRIu64, length);
		return respond_without(connection, answer, 416,
				       "Content-Range", text);
	}
	if (!cut_to_available(answer, kind, &range))
		return respond_without(connection, answer, 503, "Retry-After",
				       "2");
	if (kind == RANGE_PART) {
		(void)snprintf(text, sizeof(text),
			       "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64,
			       range.first, range.last, length);
		length = range.last - range.first + 1;
		code = 206;
	}
	about = *answer; /* which the response takes away */
	response = response_for(server, connection, answer, who, range.first,
				length);
	if (response == NULL)
		return MHD_NO;
	put_headers(response, &about, coded);
	put_content_headers(response, &about);
	if (coded)
		put_header(response, "Content-Encoding", "zstd");
	if (kind == RANGE_PART)
		put_header(response, "Content-Range", text);
	*body_bytes = has_no_length(&about) ? 0 : length;
	return queue_and_forget(connection, code, response);
}
