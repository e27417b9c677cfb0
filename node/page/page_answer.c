/* How the pages are answered. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/page/page_api.h"

static void answer_text(struct http_request *request, unsigned code,
			char *text, const char *header, const char *value)
{
	struct http_answer answer = HTTP_ANSWER_INIT;

	if (text == NULL) {
		http_request_refuse(request, 500, "out of memory");
		return;
	}
	answer.code = code;
	answer.type = "application/json";
	answer.flags = HTTP_NO_CACHE | HTTP_ALLOW_ZSTD | HTTP_NO_SNIFF |
		       HTTP_TAKE_BODY;
	answer.body = bytes_of(text);
	if (header != NULL &&
	    http_answer_header(&answer, header, value) != STATUS_OK) {
		http_answer_release(&answer);
		http_request_refuse(request, 500, "a header does not fit");
		return;
	}
	http_request_answer(request, &answer);
}

void page_answer_json_with(struct http_request *request, json_t *answer,
			   const char *header, const char *value)
{
	char *text = answer == NULL ? NULL : json_dumps(answer, JSON_COMPACT);

	json_decref(answer);
	answer_text(request, 200, text, header, value);
}

void page_answer_json(struct http_request *request, json_t *answer)
{
	page_answer_json_with(request, answer, NULL, NULL);
}

void page_answer_text(struct http_request *request, char *text)
{
	answer_text(request, 200, text, NULL, NULL);
}

void page_answer_table(struct http_request *request, char *text,
		       const char *file)
{
	struct http_answer answer = HTTP_ANSWER_INIT;
	char value[160];

	if (text == NULL) {
		http_request_refuse(request, 500, "out of memory");
		return;
	}
	answer.code = 200;
	answer.type = "text/csv; charset=utf-8";
	answer.flags = HTTP_NO_CACHE | HTTP_ALLOW_ZSTD | HTTP_NO_SNIFF |
		       HTTP_TAKE_BODY;
	answer.body = bytes_of(text);
	(void)snprintf(value, sizeof(value), "attachment; filename=\"%s\"",
		       file);
	if (http_answer_header(&answer, "Content-Disposition", value) !=
	    STATUS_OK) {
		http_answer_release(&answer);
		http_request_refuse(request, 500, "a header does not fit");
		return;
	}
	http_request_answer(request, &answer);
}

unsigned page_code_of(enum status status)
{
	switch (status) {
	case STATUS_OK:
		return 200;
	case STATUS_USAGE:
	case STATUS_MALFORMED:
		return 400;
	case STATUS_NOT_FOUND:
		return 404;
	case STATUS_BUSY:
	case STATUS_EXISTS:
	case STATUS_OLD:
	case STATUS_LOCKED:
	case STATUS_FORKED:
	case STATUS_CANCELLED:
	case STATUS_OUT_OF_SCOPE:
		return 409;
	case STATUS_UNTRUSTED:
		return 401;
	case STATUS_LIMITED:
		return 429;
	case STATUS_NO_ROOM:
		return 507;
	case STATUS_NO_MEMORY:
	case STATUS_IO:
	case STATUS_UNREACHABLE:
	case STATUS_DAMAGED:
	case STATUS_READ_ONLY:
		break;
	}
	return 500;
}

void page_fail_code(struct http_request *request, unsigned code,
		    unsigned retry_s, enum status status, const char *text,
		    json_t *args)
{
	char after[16];
	json_t *answer;
	char *out;

	if (args == NULL)
		args = json_object();
	answer = json_pack("{s:{s:s, s:s, s:o}}", "failed", "status",
			   status_name(status), "text", text, "args", args);
	out = answer == NULL ? NULL : json_dumps(answer, JSON_COMPACT);
	json_decref(answer);
	(void)snprintf(after, sizeof(after), "%u", retry_s);
	answer_text(request, code, out, retry_s > 0 ? "Retry-After" : NULL,
		    after);
}

void page_fail(struct http_request *request, enum status status,
	       const char *text, json_t *args)
{
	unsigned code = page_code_of(status);

	page_fail_code(request, code, code == 429 ? 5 : 0, status, text, args);
}

void page_fail_err(struct http_request *request, const struct err *err)
{
	page_fail(request, err->status, err->text, NULL);
}

enum status page_body_json(const struct http_request *request, json_t **out,
			   struct err *err)
{
	struct bytes body = http_request_body(request);
	json_error_t why;
	json_t *json = json_loadb((const char *)body.data, body.size,
				  JSON_REJECT_DUPLICATES, &why);

	if (json == NULL)
		return err_set(err, STATUS_MALFORMED,
			       "the body is not JSON: %s", why.text);
	if (!json_is_object(json)) {
		json_decref(json);
		return err_set(err, STATUS_MALFORMED,
			       "the body is not a JSON object");
	}
	*out = json;
	return STATUS_OK;
}

const char *page_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? "" : text;
}
