/* GET /drive: the page about the drive; GET /drive.json: the same for
 * programs. Where the drive was mounted is nobody's business on the LAN. */
#include <string.h>

#include "node/drive_page.h"
#include "node/node_inside.h"
#include "node/requests_visit.h"

static bool wants_chinese(struct http_request *request)
{
	const char *languages = http_head_header(http_request_head(request),
						 "Accept-Language");

	/* The rooms this is for read Chinese, unless they say otherwise. */
	return languages == NULL || strncmp(languages, "en", 2) != 0;
}

static void answer_page(struct http_request *request, struct bytes page)
{
	struct http_answer answer = HTTP_ANSWER_INIT;

	answer.type = "text/html; charset=utf-8";
	answer.flags = HTTP_NO_CACHE | HTTP_NO_SNIFF;
	answer.body = page;
	(void)http_answer_header(&answer, "Content-Security-Policy",
				 "default-src 'none'; style-src "
				 "'unsafe-inline'; frame-ancestors 'none'");
	http_request_answer(request, &answer);
}

void drive_request(struct node *n, struct http_request *request, bool as_json)
{
	const json_t *now = request_drive_now(&n->requests);
	json_t *last = request_drive_report(&n->requests);
	struct buf out = BUF_INIT;
	char *text = NULL;
	json_t *both;

	if (last != NULL) {
		(void)json_object_del(last, "path");
		(void)json_object_del(last, "drive");
	}
	if (as_json) {
		both = json_object();
		(void)json_object_set(both, "now",
				      now == NULL ? json_null() :
						    (json_t *)(uintptr_t)now);
		(void)json_object_set(both, "last",
				      last == NULL ? json_null() : last);
		text = json_dumps(both, JSON_COMPACT);
		json_decref(both);
		buf_puts(&out, text == NULL ? "{}" : text);
		resources_answer(request, "application/json", HTTP_NO_CACHE,
				 buf_bytes(&out));
	} else {
		drive_page(now, last, wants_chinese(request), &out);
		answer_page(request, buf_bytes(&out));
	}
	json_decref(last);
	free(text);
	buf_release(&out);
}
