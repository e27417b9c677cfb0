/* /evidence: proofs of forks, their names and their texts (node/evidence.h). */
#include <string.h>

#include "catalog/forks.h"
#include "node/clock.h"
#include "node/evidence.h"
#include "node/node_inside.h"
#include "proto/drive.h"

void evidence_request(struct node *n, struct http_request *request)
{
	struct buf names = BUF_INIT, text = BUF_INIT;
	struct err err = ERR_INIT;

	if (forks_names(n->house.catalog, &names, &err) != STATUS_OK) {
		http_request_refuse(request, 500, err.text);
		buf_release(&names);
		return;
	}
	for (size_t i = 0; i < names.size; i += SHA256_SIZE)
		drive_list_put(&text, names.data + i);
	resources_answer(request, "text/plain; charset=utf-8", HTTP_NO_CACHE,
			 buf_bytes(&text));
	buf_release(&names);
	buf_release(&text);
}

void evidence_one_request(struct node *n, struct http_request *request,
			  const char *name)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	uint8_t id[32];

	if (!resources_hash(name, true, id) ||
	    forks_read(n->house.catalog, id, &text, &err) != STATUS_OK)
		resources_not_found(request);
	else
		resources_answer(request, "text/plain; charset=utf-8",
				 HTTP_NO_CACHE, buf_bytes(&text));
	buf_release(&text);
}

static unsigned code_of(enum status status)
{
	switch (status) {
	case STATUS_OK:
	case STATUS_EXISTS:
		return 204;
	case STATUS_MALFORMED:
		return 400;
	case STATUS_UNTRUSTED:
		return 403;
	case STATUS_NOT_FOUND:
		return 404;
	default:
		return 503;
	}
}

void evidence_take_request(struct node *n, struct http_request *request)
{
	struct http_answer answer = HTTP_ANSWER_INIT;
	char origin[ORIGIN_MAX + 1];
	struct err err = ERR_INIT;
	uint64_t wait_ms;
	bool stopped = false;
	enum status status;

	if (!pace_admit(&n->evidence_from,
			pace_source(http_request_address(request)),
			node_now(n), &wait_ms)) {
		resources_come_back(request, 429,
				    (unsigned)((wait_ms + 999) / 1000));
		return;
	}
	status = evidence_take(&n->house, http_request_body(request), "below",
			       clock_s(), origin, &stopped, &err);
	if (status == STATUS_OK || stopped)
		node_evidence_changed(n, origin, stopped);
	answer.code = code_of(status);
	if (answer.code == 204)
		http_request_answer(request, &answer);
	else
		http_request_refuse(request, answer.code, err.text);
}
