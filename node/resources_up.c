/* POST /up/<origin hash>: record logs from below (node/upload_taker.h). */
#include <stdio.h>
#include <string.h>

#include "node/clock.h"
#include "node/node_inside.h"
#include "proto/upload.h"

static void tell_node(struct node *n, const struct upload_answer *a)
{
	if (a->forked)
		(void)fprintf(stderr,
			      "xiangtu: records: %.*s; both notes are kept as "
			      "evidence, the log is no longer followed\n",
			      (int)(a->body.size > 0 ? a->body.size - 1 : 0),
			      buf_string(&a->body));
	if (a->forked) /* what the bulletin says of that station changes */
		importer_look(n->importer);
	if (a->own_is_ahead)
		(void)fprintf(stderr,
			      "xiangtu: others have more of this node's "
			      "records than it has itself: it takes them back "
			      "in\n");
	if (a->own_shown)
		node_own_sent(n);
	if (a->own_shown && a->grown != 0) {
		(void)fprintf(stderr, "xiangtu: this disk had lost entries of "
				      "the office's log; they are back\n");
		node_log_grown(n, a->grown);
		return;
	}
	if (a->grown != 0 || a->acked != 0)
		n->records_stale = true;
	if (a->grown != 0)
		(void)node_records_grown(n, a->grown);
}

/* A flood from many addresses takes what there is for all of them; each has a
 * little of its own besides. */
static bool may_send(struct node *n, uint64_t from)
{
	uint64_t wait_ms;

	return pace_admit(&n->ups_from, from, node_now(n), &wait_ms) ||
	       gate_admit(&n->taker_gate, (uint32_t)(from ^ from >> 32),
			  false, node_now(n));
}

void upload_request(struct node *n, struct http_request *request)
{
	const char *hash = http_request_head(request)->path + 4;
	struct http_answer answer = HTTP_ANSWER_INIT;
	struct upload_answer a;
	uint64_t from = pace_source(http_request_address(request));
	char text[24];

	if (!may_send(n, from)) {
		resources_come_back(request, 429, 1);
		return;
	}
	upload_taker_take(n->taker, hash, http_request_body(request),
			  clock_s(), node_now(n), &a);
	tell_node(n, &a);
	if (a.retry_s > 0) {
		resources_come_back(request, a.code, a.retry_s);
	} else {
		answer.code = a.code;
		answer.type = a.code == 409 ? UPLOAD_SIZE_TYPE :
					      "text/plain; charset=utf-8";
		answer.body = buf_bytes(&a.body);
		if (a.code < 300) {
			(void)snprintf(text, sizeof(text), "%llu",
				       (unsigned long long)a.size);
			(void)http_answer_header(&answer, UPLOAD_SIZE_HEADER,
						 text);
		}
		http_request_answer(request, &answer);
	}
	buf_release(&a.body);
}
