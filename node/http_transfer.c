#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/coding.h"
#include "node/http_transfer.h"

enum {
	HEAD_MAX = 16 * 1024,       /* bytes of an answer's head */
	ERROR_BODY_MAX = 64 * 1024, /* of an answer on_data does not get */
	BODY_USUAL = 1024 * 1024,
	TIMEOUT_USUAL_MS = 30 * 1000,
	CONNECT_USUAL_MS = 10 * 1000,
	SLOW_USUAL_S = 30,
	STREAM_BUFFER = 256 * 1024,
	/* Servers drop silent connections after a minute; do not send into
	 * one that is about to go. */
	IDLE_MAX_S = 50,
	PROBE_AFTER_S = 30 /* TCP keep-alive, for long polls */
};

/* The value of the header line `line` if its name is `name` (lower case), cut
 * to `room`; false otherwise. */
static bool header_value(struct bytes line, const char *name, char *out,
			 size_t room)
{
	size_t size = strlen(name);
	size_t end = line.size;
	size_t at = size + 1;

	if (line.size <= size || line.data[size] != ':' ||
	    strncasecmp((const char *)line.data, name, size) != 0)
		return false;
	while (end > at && line.data[end - 1] <= ' ')
		end--;
	while (at < end && line.data[at] <= ' ')
		at++;
	if (end - at >= room || memchr(line.data + at, '\0', end - at))
		return false;
	memcpy(out, line.data + at, end - at);
	out[end - at] = '\0';
	return true;
}

/* Take the quotes and the mark of weakness off an entity tag. */
static void set_etag(struct http_fetch *fetch, const char *value)
{
	const char *at = strncmp(value, "W/", 2) == 0 ? value + 2 : value;
	size_t size = strlen(at);

	if (size < 2 || at[0] != '"' || at[size - 1] != '"')
		return;
	memcpy(fetch->etag, at + 1, size - 2);
	fetch->etag[size - 2] = '\0';
}

/* A new answer begins (100 Continue may come before the real one). */
static void head_begins(struct http_fetch *fetch)
{
	long code = 0;

	(void)curl_easy_getinfo(fetch->easy, CURLINFO_RESPONSE_CODE, &code);
	fetch->code = (unsigned)code;
	fetch->zstd = false;
	fetch->other_coding = false;
	fetch->has_range = false;
	fetch->retry_after_s = 0;
	fetch->announced = 0;
	fetch->etag[0] = '\0';
	fetch->type[0] = '\0';
}

static bool is_for_on_data(const struct http_fetch *fetch)
{
	return fetch->on_data != NULL &&
	       (fetch->code == 200 || (fetch->code == 206 && fetch->has_range));
}

/* How much of a body may come. */
static uint64_t body_cap(const struct http_fetch *fetch)
{
	if (fetch->on_data != NULL && !is_for_on_data(fetch) &&
	    fetch->max_bytes > ERROR_BODY_MAX)
		return ERROR_BODY_MAX;
	return fetch->max_bytes;
}

/* The head is whole: does it announce more than may come? */
static bool announces_too_much(const struct http_fetch *fetch)
{
	return fetch->announced > body_cap(fetch) && fetch->code != 304;
}

static size_t header_came(char *data, size_t one, size_t size, void *owner)
{
	struct http_fetch *fetch = owner;
	struct bytes line = { (const uint8_t *)data, size };
	char value[128];

	(void)one; /* always 1 */
	fetch->head_bytes += size;
	if (fetch->cancelled || fetch->head_bytes > HEAD_MAX) {
		fetch->too_large = !fetch->cancelled;
		return 0;
	}
	if (bytes_start_with(line, "HTTP/")) {
		head_begins(fetch);
	} else if (header_value(line, "content-encoding", value,
				sizeof(value))) {
		fetch->zstd = strcmp(value, "zstd") == 0;
		fetch->other_coding = !fetch->zstd &&
				      strcmp(value, "identity") != 0;
	} else if (header_value(line, "content-length", value,
				sizeof(value))) {
		(void)decimal_parse(bytes_of(value), &fetch->announced);
	} else if (header_value(line, "content-range", value, sizeof(value))) {
		fetch->has_range =
			content_range_parse(value, &fetch->range,
					    &fetch->total) == STATUS_OK;
	} else if (header_value(line, "etag", value, sizeof(value))) {
		set_etag(fetch, value);
	} else if (header_value(line, "content-type", value, sizeof(value))) {
		memcpy(fetch->type, value, strlen(value) + 1);
	} else if (header_value(line, "retry-after", value, sizeof(value))) {
		(void)decimal_parse(bytes_of(value), &fetch->retry_after_s);
	} else if (line.size <= 2 && announces_too_much(fetch)) {
		fetch->too_large = true;
		return 0;
	}
	return size;
}

static size_t stream(struct http_fetch *fetch, struct bytes data)
{
	uint64_t first = fetch->code == 206 ? fetch->range.first : 0;
	uint64_t offset = first + fetch->streamed;

	if (fetch->zstd || fetch->other_coding) {
		fetch->other_coding = true; /* nobody asked for one */
		return 0;
	}
	if (data.size > fetch->max_bytes - fetch->streamed) {
		fetch->too_large = true;
		return 0;
	}
	fetch->streamed += data.size;
	if (!fetch->on_data(fetch->owner, fetch, offset, data)) {
		fetch->given_up = true;
		return 0;
	}
	return data.size;
}

size_t http_transfer_pass(struct http_fetch *fetch, struct bytes run)
{
	if (is_for_on_data(fetch))
		return stream(fetch, run);
	if (run.size > body_cap(fetch) - fetch->body.size) {
		fetch->too_large = true;
		return 0;
	}
	buf_put_bytes(&fetch->body, run);
	return buf_status(&fetch->body) == STATUS_OK ? run.size : 0;
}

static size_t body_came(char *data, size_t one, size_t size, void *owner)
{
	struct http_fetch *fetch = owner;
	struct bytes run = { (const uint8_t *)data, size };

	(void)one; /* always 1 */
	if (fetch->cancelled || fetch->given_up || fetch->too_large)
		return 0;
	if (fetch->paused)
		return CURL_WRITEFUNC_PAUSE;
	return http_meter_pass(fetch, run);
}

/* curl's options take long or curl_off_t; every one set here is known to the
 * library this was built for, and strings are copied by it. */
static bool set_text(CURL *easy, CURLoption option, const char *text)
{
	return curl_easy_setopt(easy, option, text) == CURLE_OK;
}

static bool set_number(CURL *easy, CURLoption option, uint64_t value)
{
	long number = value > INT32_MAX ? INT32_MAX : (long)value;

	return curl_easy_setopt(easy, option, number) == CURLE_OK;
}

static bool add_header(struct http_fetch *fetch, const char *line)
{
	struct curl_slist *longer = curl_slist_append(fetch->headers, line);

	if (longer == NULL)
		return false;
	fetch->headers = longer;
	return true;
}

static bool set_headers(struct http_fetch *fetch, const struct http_get *get)
{
	char line[160];

	if (!add_header(fetch, "Accept:"))
		return false;
	if (get->accept_zstd && get->on_data == NULL &&
	    !add_header(fetch, "Accept-Encoding: zstd"))
		return false;
	if (get->if_none_match != NULL) {
		int size = snprintf(line, sizeof(line),
				    "If-None-Match: \"%s\"",
				    get->if_none_match);

		/* One that we would not have kept cannot match. */
		if (size > 0 && (size_t)size < sizeof(line) &&
		    !add_header(fetch, line))
			return false;
	}
	return curl_easy_setopt(fetch->easy, CURLOPT_HTTPHEADER,
				fetch->headers) == CURLE_OK;
}

static bool set_range(CURL *easy, const struct http_get *get)
{
	char text[48];

	if (!get->ranged)
		return true;
	if (get->range_last == UINT64_MAX)
		(void)snprintf(text, sizeof(text), "%" PRIu64 "-",
			       get->range_first);
	else
		(void)snprintf(text, sizeof(text), "%" PRIu64 "-%" PRIu64,
			       get->range_first, get->range_last);
	return set_text(easy, CURLOPT_RANGE, text);
}

static bool set_patience(CURL *easy, const struct http_get *get)
{
	uint64_t timeout = get->timeout_ms;
	bool ok = true;

	if (timeout == 0 && get->on_data == NULL)
		timeout = TIMEOUT_USUAL_MS;
	ok &= set_number(easy, CURLOPT_TIMEOUT_MS, timeout);
	ok &= set_number(easy, CURLOPT_CONNECTTIMEOUT_MS,
			 get->connect_timeout_ms ? get->connect_timeout_ms
						 : CONNECT_USUAL_MS);
	if (!get->long_poll && get->slow_bytes_s > 0) {
		ok &= set_number(easy, CURLOPT_LOW_SPEED_LIMIT,
				 get->slow_bytes_s);
		ok &= set_number(easy, CURLOPT_LOW_SPEED_TIME,
				 get->slow_for_s ? get->slow_for_s
						 : SLOW_USUAL_S);
	}
	ok &= set_number(easy, CURLOPT_TCP_KEEPALIVE, 1);
	ok &= set_number(easy, CURLOPT_TCP_KEEPIDLE, PROBE_AFTER_S);
	ok &= set_number(easy, CURLOPT_TCP_KEEPINTVL, PROBE_AFTER_S);
	ok &= set_number(easy, CURLOPT_MAXAGE_CONN, IDLE_MAX_S);
	if (get->on_data != NULL)
		ok &= set_number(easy, CURLOPT_BUFFERSIZE, STREAM_BUFFER);
	if (get->rate_max > 0)
		ok &= curl_easy_setopt(easy, CURLOPT_MAX_RECV_SPEED_LARGE,
				       (curl_off_t)get->rate_max) == CURLE_OK;
	return ok;
}

static bool set_callbacks(struct http_fetch *fetch)
{
	CURL *easy = fetch->easy;

	return curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body_came) ==
		       CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_WRITEDATA, fetch) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, header_came) ==
		       CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_HEADERDATA, fetch) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_PRIVATE, fetch) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_ERRORBUFFER,
				fetch->curl_error) == CURLE_OK;
}

/* Whom we talk to, and how little else happens. */
static bool set_manners(CURL *easy)
{
	return set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https") &&
	       set_text(easy, CURLOPT_PROXY, "") &&
	       set_number(easy, CURLOPT_FOLLOWLOCATION, 0) &&
	       set_number(easy, CURLOPT_NOSIGNAL, 1) &&
	       set_number(easy, CURLOPT_QUICK_EXIT, 1) &&
	       set_number(easy, CURLOPT_HTTP_VERSION,
			  CURL_HTTP_VERSION_1_1) &&
	       set_number(easy, CURLOPT_HTTP09_ALLOWED, 0);
}

static bool is_our_kind(const char *url)
{
	if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
		return false;
	for (; *url != '\0'; url++)
		if ((uint8_t)*url <= ' ' || (uint8_t)*url >= 0x7f)
			return false;
	return true;
}

enum status http_transfer_new(struct http_fetch **out,
			      const struct http_get *get, http_done_cb done,
			      void *owner, struct err *err)
{
	struct http_fetch *fetch;

	if (!is_our_kind(get->url))
		return err_set(err, STATUS_USAGE, "'%s' is not an HTTP URL",
			       get->url);
	fetch = calloc(1, sizeof(*fetch));
	if (fetch == NULL)
		return err_set(err, STATUS_NO_MEMORY, "fetch");
	fetch->done = done;
	fetch->owner = owner;
	fetch->on_data = get->on_data;
	fetch->keep_zstd = get->keep_zstd;
	fetch->background = get->background;
	fetch->max_bytes = get->max_bytes;
	if (fetch->max_bytes == 0)
		fetch->max_bytes = get->on_data != NULL ? UINT64_MAX
							: BODY_USUAL;
	fetch->easy = curl_easy_init();
	if (fetch->easy == NULL || !set_callbacks(fetch) ||
	    !set_manners(fetch->easy) ||
	    !set_text(fetch->easy, CURLOPT_URL, get->url) ||
	    !set_headers(fetch, get) || !set_range(fetch->easy, get) ||
	    !set_patience(fetch->easy, get)) {
		http_transfer_free(fetch);
		return err_set(err, STATUS_NO_MEMORY, "fetch '%s'", get->url);
	}
	*out = fetch;
	return STATUS_OK;
}

enum status http_transfer_set_body(struct http_fetch *fetch, struct bytes body,
				   const char *type, struct err *err)
{
	char line[160];

	(void)snprintf(line, sizeof(line), "Content-Type: %s",
		       type != NULL ? type : "application/octet-stream");
	if (!add_header(fetch, line) || !add_header(fetch, "Expect:") ||
	    curl_easy_setopt(fetch->easy, CURLOPT_HTTPHEADER,
			     fetch->headers) != CURLE_OK ||
	    curl_easy_setopt(fetch->easy, CURLOPT_POSTFIELDSIZE_LARGE,
			     (curl_off_t)body.size) != CURLE_OK ||
	    !set_text(fetch->easy, CURLOPT_COPYPOSTFIELDS,
		      body.size > 0 ? (const char *)body.data : ""))
		return err_set(err, STATUS_NO_MEMORY, "body to send");
	return STATUS_OK;
}

void http_transfer_free(struct http_fetch *fetch)
{
	if (fetch == NULL)
		return;
	curl_easy_cleanup(fetch->easy);
	curl_slist_free_all(fetch->headers);
	buf_release(&fetch->body);
	free(fetch);
}

static uint64_t info_number(CURL *easy, CURLINFO what)
{
	curl_off_t value = 0;

	(void)curl_easy_getinfo(easy, what, &value);
	return value > 0 ? (uint64_t)value : 0;
}

static uint64_t info_long(CURL *easy, CURLINFO what)
{
	long value = 0;

	(void)curl_easy_getinfo(easy, what, &value);
	return value > 0 ? (uint64_t)value : 0;
}

static void fail(struct http_reply *reply, enum status status,
		 const char *error)
{
	reply->status = status;
	reply->error = error;
}

/* Curl's opinion, in our words. */
static void judge(struct http_fetch *fetch, CURLcode how,
		  struct http_reply *reply)
{
	if (fetch->refusal[0] != 0)
		fail(reply, STATUS_LIMITED, fetch->refusal);
	else if (fetch->too_large)
		fail(reply, STATUS_MALFORMED, "answer larger than allowed");
	else if (fetch->given_up || how == CURLE_ABORTED_BY_CALLBACK)
		fail(reply, STATUS_CANCELLED, "stopped");
	else if (fetch->other_coding)
		fail(reply, STATUS_MALFORMED, "answer in an unknown coding");
	else if (buf_status(&fetch->body) != STATUS_OK ||
		 how == CURLE_OUT_OF_MEMORY)
		fail(reply, STATUS_NO_MEMORY, "out of memory");
	else if (how == CURLE_URL_MALFORMAT)
		fail(reply, STATUS_USAGE, "not an HTTP URL");
	else if (how == CURLE_UNSUPPORTED_PROTOCOL ||
		 how == CURLE_WEIRD_SERVER_REPLY || how == CURLE_HTTP2)
		fail(reply, STATUS_MALFORMED, "answer is not HTTP");
	else if (how != CURLE_OK)
		fail(reply, STATUS_UNREACHABLE,
		     fetch->curl_error[0] != '\0' ? fetch->curl_error
						  : curl_easy_strerror(how));
}

static void settle_coding(struct http_fetch *fetch, struct buf *decoded,
			  struct http_reply *reply)
{
	size_t max = fetch->max_bytes < SIZE_MAX / 4 ? (size_t)fetch->max_bytes
						     : SIZE_MAX / 4;

	reply->body = buf_bytes(&fetch->body);
	if (reply->body.size == 0)
		return;
	if (fetch->zstd && fetch->keep_zstd) {
		reply->zstd = true;
	} else if (fetch->zstd) {
		enum status status =
			coding_decompress(reply->body, max, decoded);

		reply->body = buf_bytes(decoded);
		if (status == STATUS_NO_ROOM)
			fail(reply, STATUS_MALFORMED,
			     "answer larger than allowed");
		else if (status != STATUS_OK)
			fail(reply, status, "answer does not decode");
	}
}

void http_transfer_reply(struct http_fetch *fetch, CURLcode how,
			 struct buf *decoded, struct http_reply *reply)
{
	CURL *easy = fetch->easy;

	*reply = (struct http_reply){
		.status = STATUS_OK,
		.error = "",
		.code = fetch->code,
		.etag = fetch->etag,
		.type = fetch->type,
		.has_range = fetch->has_range && fetch->code == 206,
		.range = fetch->range,
		.total = fetch->total,
		.retry_after_s = fetch->retry_after_s,
	};
	judge(fetch, how, reply);
	if (reply->status == STATUS_OK)
		settle_coding(fetch, decoded, reply);
	reply->bytes_out = info_long(easy, CURLINFO_REQUEST_SIZE) +
			   info_number(easy, CURLINFO_SIZE_UPLOAD_T);
	reply->bytes_in = info_long(easy, CURLINFO_HEADER_SIZE) +
			  info_number(easy, CURLINFO_SIZE_DOWNLOAD_T);
}
