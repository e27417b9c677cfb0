#include "node/page/page_tell.h"

#include <string.h>

#include "node/node_inside.h"
#include "node/page/desk.h"
#include "node/page/lockout.h"

bool page_is_here(const struct page_call *call)
{
	struct desk_source source;

	desk_source_of(call->request, &source);
	return source.id == LOCKOUT_HERE;
}

static bool may_tell(const struct page_call *call)
{
	return call->role >= PAGE_OPERATOR || page_is_here(call);
}

static void refuse(struct page_call *call)
{
	page_fail_code(call->request, 403, 0, STATUS_OUT_OF_SCOPE,
		       "this is for those who look after the station: log in",
		       NULL);
}

/* The same request as the command line's. */
static void answer(struct page_call *call, json_t *request)
{
	struct err err = ERR_INIT;
	json_t *reply = NULL;

	if (request == NULL)
		page_answer_json(call->request, NULL);
	else if (requests_answer(&call->node->requests, request, &reply,
				 &err) == STATUS_OK)
		page_answer_json(call->request, reply);
	else
		page_fail_err(call->request, &err);
	json_decref(request);
}

void page_tell(struct page_call *call)
{
	struct err err = ERR_INIT;
	json_t *request = NULL;

	if (page_body_json(call->request, &request, &err) != STATUS_OK) {
		page_fail_err(call->request, &err);
		return;
	}
	if (strcmp(page_text(request, "kind"), "wish") != 0 &&
	    !may_tell(call)) {
		json_decref(request);
		refuse(call);
		return;
	}
	/* A wish stands as it was made: others' are not to be changed. */
	if (strcmp(page_text(request, "kind"), "wish") == 0)
		(void)json_object_del(request, "id");
	(void)json_object_set_new(request, "verb", json_string("tell"));
	answer(call, request);
}

void page_told(struct page_call *call)
{
	if (!may_tell(call)) {
		refuse(call);
		return;
	}
	answer(call, json_pack("{s:s}", "verb", "told"));
}
