/* POST /up/<origin hash>: record logs from below (node/upload_taker.h). */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "node/clock.h"
#include "node/node_inside.h"
#include "proto/upload.h"

/* Who sends, as a number: sharers of one share a pace. */
static uint32_t sender_of(const struct http_request *request)
{
	const struct sockaddr *from = http_request_address(request);
	const uint8_t *bytes;
	uint32_t hash = 2166136261u;
	size_t size;

	if (from->sa_family == AF_INET6) {
		/* A subscriber has a whole /64. */
		bytes = ((const struct sockaddr_in6 *)from)->sin6_addr.s6_addr;
		size = 8;
	} else {
		bytes = (const uint8_t *)&((const struct sockaddr_in *)from)
				->sin_addr;
		size = 4;
	}
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	return hash;
}

static void come_back(struct http_request *request, unsigned code,
		      unsigned seconds)
{
	struct http_answer answer = HTTP_ANSWER_INIT;
	char text[16];

	answer.code = code;
	answer.type = "text/plain; charset=utf-8";
	answer.body = bytes_of("come back later\n");
	(void)snprintf(text, sizeof(text), "%u", seconds);
	(void)http_answer_header(&answer, "Retry-After", text);
	http_request_answer(request, &answer);
}

static void tell_node(struct node *n, const struct upload_answer *a)
{
	if (a->forked)
		(void)fprintf(stderr,
			      "xiangtu: records: %.*s; both notes are kept as "
			      "evidence, the log is no longer followed\n",
			      (int)(a->body.size > 0 ? a->body.size - 1 : 0),
			      buf_string(&a->body));
	if (a->own_is_ahead)
		(void)fprintf(stderr,
			      "xiangtu: others have more of this node's "
			      "records than it has itself: it takes them back "
			      "in\n");
	if (a->grown != 0 || a->acked != 0)
		n->records_stale = true;
	if (a->grown != 0)
		(void)node_records_grown(n, a->grown);
}

void upload_request(struct node *n, struct http_request *request)
{
	const char *hash = http_request_head(request)->path + 4;
	struct http_answer answer = HTTP_ANSWER_INIT;
	struct upload_answer a;
	char text[24];

	if (!gate_admit(&n->taker_gate, sender_of(request), false,
			node_now(n))) {
		come_back(request, 429, 1);
		return;
	}
	upload_taker_take(n->taker, hash, http_request_body(request),
			  clock_s(), node_now(n), &a);
	tell_node(n, &a);
	if (a.retry_s > 0) {
		come_back(request, a.code, a.retry_s);
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
