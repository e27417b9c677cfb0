/* A second person stands for a draft, with a name and a password of their own,
 * beside whoever is logged in. */
#include <stdlib.h>
#include <string.h>

#include "node/node_inside.h"
#include "node/page/desk.h"
#include "node/page/draft_publish.h"
#include "node/page/draft_works.h"
#include "node/page/page_drafts.h"

enum status draft_may_approve(const struct draft *d, bool approval,
			      const char *who, const char *second,
			      const char *seen, struct err *err)
{
	enum draft_state to;
	char digest[65];

	if (!approval)
		return err_set(err, STATUS_USAGE,
			       "no approval is asked for here: approval = yes "
			       "in node.conf does that");
	if (!draft_next(d->state, DRAFT_APPROVE, approval, &to))
		return err_set(err, STATUS_BUSY,
			       "a draft that is %s waits for nobody",
			       draft_state_name(d->state));
	if (secret_role(second) != PAGE_OFFICE)
		return err_set(err, STATUS_USAGE,
			       "name: somebody of the office is wanted");
	if (strcmp(who, second) == 0)
		return err_set(err, STATUS_USAGE,
			       "'%s' is logged in here: another person "
			       "approves, who gets a name and a password with "
			       "'xiangtu set-password --name NAME'",
			       who);
	draft_digest(d, digest);
	if (seen[0] != 0 && strcmp(seen, digest) != 0)
		return err_set(err, STATUS_BUSY,
			       "it was changed meanwhile: look at it again");
	return STATUS_OK;
}

/* One that is being looked into. */
struct approval {
	struct page_call call; /* its own copy; the request is held */
	char id[DRAFT_ID_SIZE + 1];
	char second[SECRET_WHO_MAX + 1];
	char digest[65]; /* of what is approved */
};

static enum status approve(struct approval *a, struct draft *d,
			   struct err *err)
{
	struct draft_works *w = draft_works_of(a->call.node);
	struct drafts *drafts = draft_works_drafts(w);
	enum status status = draft_may_approve(d, drafts->approval,
					       a->call.who, a->second,
					       a->digest, err);

	if (status != STATUS_OK)
		return status;
	memcpy(d->approved, a->digest, sizeof(d->approved));
	(void)snprintf(d->approved_by, sizeof(d->approved_by), "%s",
		       a->second);
	status = drafts_move(drafts, d, DRAFT_APPROVE, err);
	if (status != STATUS_OK)
		draft_unapprove(d);
	draft_works_changed(w);
	return status;
}

static void known(void *owner, const struct desk_answer *answer)
{
	struct approval *a = owner;
	struct err err = ERR_INIT;
	struct draft *d;

	if (answer->verdict != DESK_RIGHT) {
		desk_refuse(a->call.request, answer);
		free(a);
		return;
	}
	d = drafts_find(draft_works_drafts(draft_works_of(a->call.node)),
			a->id);
	if (d == NULL)
		page_fail(a->call.request, STATUS_NOT_FOUND,
			  "there is no such draft", NULL);
	else if (approve(a, d, &err) == STATUS_OK)
		page_draft_answer(&a->call, d);
	else
		page_fail_err(a->call.request, &err);
	free(a);
}

static void begin(struct page_call *call, const struct draft *d,
		  const char *second, const char *secret)
{
	struct approval *a = calloc(1, sizeof(*a));
	struct desk_source source;
	struct desk_answer at_once;

	if (a == NULL) {
		page_fail(call->request, STATUS_NO_MEMORY, "out of memory",
			  NULL);
		return;
	}
	a->call = *call;
	a->call.rest = "";
	memcpy(a->id, d->id, sizeof(a->id));
	(void)snprintf(a->second, sizeof(a->second), "%s", second);
	draft_digest(d, a->digest);
	desk_source_of(call->request, &source);
	if (desk_try(desk_of(call->node), second, bytes_of(secret), &source,
		     known, a, &at_once))
		return;
	free(a);
	desk_refuse(call->request, &at_once);
}

void page_draft_approve(struct page_call *call)
{
	struct draft *d = page_draft_of(call);
	struct err err = ERR_INIT;
	json_t *body = NULL;
	enum status status;

	if (d == NULL)
		return;
	status = page_body_json(call->request, &body, &err);
	http_request_wipe_body(call->request);
	if (status == STATUS_OK)
		status = draft_may_approve(
			d, draft_works_drafts(draft_works_of(call->node))
				   ->approval,
			call->who, page_text(body, "name"),
			page_text(body, "digest"), &err);
	if (status == STATUS_OK)
		begin(call, d, page_text(body, "name"),
		      page_text(body, "secret"));
	else
		page_fail_err(call->request, &err);
	json_decref(body); /* its strings are wiped (node/wiped_json.h) */
}
