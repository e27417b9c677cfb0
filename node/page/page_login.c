/* Logging in and out, and a new PIN by a code of the office. */
#include "node/page/page_login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/node_inside.h"
#include "node/page/desk.h"
#include "node/page/page_me.h"
#include "node/page/reset_office.h"
#include "node/page/sessions.h"
#include "signing/locked.h"

/* --- what the three have in common --- */

/* The body, which is wiped where it lay; its strings are wiped with it
 * (node/wiped_json.h). NULL: it was answered. */
static json_t *take_body(struct page_call *call)
{
	struct err err = ERR_INIT;
	json_t *body = NULL;
	enum status status = page_body_json(call->request, &body, &err);

	http_request_wipe_body(call->request);
	if (status == STATUS_OK)
		return body;
	page_fail_err(call->request, &err);
	return NULL;
}

/* Who a body is about; PAGE_VIEWER: nobody can be called so, and that was
 * answered. */
static enum page_role take_who(struct page_call *call, const json_t *body,
			       char who[static SECRET_WHO_MAX + 1])
{
	const char *said = page_text(body, "who");
	enum page_role role = secret_role(said);

	if (role == PAGE_VIEWER)
		page_fail(call->request, STATUS_USAGE,
			  "who: A, B, office or a name", NULL);
	else
		(void)snprintf(who, SECRET_WHO_MAX + 1, "%s", said);
	return role;
}

/* Open a session and say so. An older one of this browser ends. */
static void let_in(struct page_call *call, enum page_role role, const char *who)
{
	struct sessions *sessions = call->node->page->sessions;
	uint8_t token[SESSION_TOKEN_SIZE];
	char set[SESSION_SET_MAX];

	sessions_close(sessions, http_head_header(call->head, "Cookie"));
	signing_random(token, sizeof(token));
	sessions_open(sessions, role, who, token,
		      (uint64_t)node_now(call->node), set);
	signing_wipe(token, sizeof(token));
	call->role = role;
	(void)snprintf(call->who, sizeof(call->who), "%s", who);
	page_answer_json_with(call->request, page_me_json(call), "Set-Cookie",
			      set);
	signing_wipe(set, sizeof(set));
}

/* --- login, logout --- */

struct login {
	struct page_call call; /* its own copy; the request is held */
	char who[SECRET_WHO_MAX + 1];
};

static void login_known(void *owner, const struct desk_answer *answer)
{
	struct login *l = owner;

	if (answer->verdict == DESK_RIGHT)
		let_in(&l->call, secret_role(l->who), l->who);
	else
		desk_refuse(l->call.request, answer);
	free(l);
}

static void begin_login(struct page_call *call, const char *who,
			const char *secret)
{
	struct login *l = calloc(1, sizeof(*l));
	struct desk_source source;
	struct desk_answer at_once;

	if (l == NULL) {
		page_fail(call->request, STATUS_NO_MEMORY, "out of memory",
			  NULL);
		return;
	}
	l->call = *call;
	l->call.rest = "";
	(void)snprintf(l->who, sizeof(l->who), "%s", who);
	desk_source_of(call->request, &source);
	if (desk_try(desk_of(call->node), who, bytes_of(secret), &source,
		     login_known, l, &at_once))
		return;
	free(l);
	desk_refuse(call->request, &at_once);
}

void page_login(struct page_call *call)
{
	char who[SECRET_WHO_MAX + 1];
	json_t *body = take_body(call);

	if (body == NULL)
		return;
	if (take_who(call, body, who) != PAGE_VIEWER)
		begin_login(call, who, page_text(body, "secret"));
	json_decref(body);
}

void page_logout(struct page_call *call)
{
	sessions_close(call->node->page->sessions,
		       http_head_header(call->head, "Cookie"));
	call->role = PAGE_VIEWER;
	call->who[0] = 0;
	page_answer_json_with(call->request, page_me_json(call), "Set-Cookie",
			      SESSION_CLEAR);
}

/* --- a new PIN --- */

/* In locked memory. */
struct renewal {
	struct hasher_job job; /* first */
	struct page_call call;
	char who[SECRET_WHO_MAX + 1];
	uint8_t secret[SECRET_MAX];
	size_t size;
	char hash[PASSHASH_MAX + 1];
	enum status status;
};

static void hash_on_pool(struct hasher_job *job)
{
	struct renewal *r = (struct renewal *)job;

	r->status = passhash_make((struct bytes){ r->secret, r->size },
				  r->hash);
}

static void renewed(struct hasher_job *job, bool cancelled)
{
	struct renewal *r = (struct renewal *)job;
	struct desk_answer busy = { .verdict = DESK_BUSY };
	struct err err = ERR_INIT;

	if (cancelled)
		desk_refuse(r->call.request, &busy);
	else if (r->status != STATUS_OK)
		page_fail(r->call.request, r->status, "out of memory", NULL);
	else if (desk_set(desk_of(r->call.node), r->who, r->hash, &err) !=
		 STATUS_OK)
		page_fail_err(r->call.request, &err);
	else
		let_in(&r->call, PAGE_OPERATOR, r->who);
	locked_free(r);
}

static void begin_renewal(struct page_call *call, const char *who,
			  const char *secret)
{
	struct hasher *hasher = desk_hasher(desk_of(call->node));
	struct desk_answer busy = { .verdict = DESK_BUSY };
	struct renewal *r = hasher_has_room(hasher) ? locked_new(sizeof(*r)) :
						      NULL;

	if (r == NULL) {
		desk_refuse(call->request, &busy);
		return;
	}
	r->job.work = hash_on_pool;
	r->job.done = renewed;
	r->call = *call;
	r->call.rest = "";
	(void)snprintf(r->who, sizeof(r->who), "%s", who);
	r->size = strlen(secret);
	memcpy(r->secret, secret, r->size);
	hasher_add(hasher, &r->job);
}

static void give_challenge(struct page_call *call, const char *who)
{
	uint8_t fresh[RESETCODE_CHALLENGE_SIZE], open[RESETCODE_CHALLENGE_SIZE];
	char text[RESETCODE_CHALLENGE_TEXT + 1], code[KEY_CODE_SIZE + 1];

	signing_random(fresh, sizeof(fresh));
	resets_ask(desk_resets(desk_of(call->node)), who,
		   (uint64_t)node_now(call->node), fresh, open);
	resetcode_challenge_format(open, text);
	key_code(house_node_public(&call->node->house), code);
	page_answer_json(call->request,
			 json_pack("{s:s, s:s}", "challenge", text, "station",
				   code));
}

/* Whether an office has made this code; false: it was answered. */
static bool code_is_good(struct page_call *call, const char *who,
			 const char *code, const struct reset_offices *offices)
{
	struct desk *desk = desk_of(call->node);
	uint8_t challenge[RESETCODE_CHALLENGE_SIZE];
	char what[SECRET_WHO_MAX + sizeof(DESK_RESET)];
	struct desk_source source;
	struct desk_answer answer;

	(void)snprintf(what, sizeof(what), DESK_RESET "%s", who);
	desk_source_of(call->request, &source);
	if (!desk_admits(desk, what, &source, &answer)) {
		desk_refuse(call->request, &answer);
		return false;
	}
	if (!resets_try(desk_resets(desk), who, (uint64_t)node_now(call->node),
			challenge)) {
		desk_undecided(desk, what, &source);
		page_fail(call->request, STATUS_OLD,
			  "there is no open question: ask for a new one",
			  NULL);
		return false;
	}
	if (!reset_offices_made(offices, call->node->house.node_key, who,
				challenge, code)) {
		desk_was_wrong(desk, what, &source, &answer);
		desk_refuse(call->request, &answer);
		return false;
	}
	desk_was_right(desk, what, &source);
	return true;
}

static void take_code(struct page_call *call, const char *who,
		      const json_t *body, const struct reset_offices *offices)
{
	const char *secret = page_text(body, "secret");
	struct err err = ERR_INIT;

	/* Before the code: it is good once. */
	if (secret_good(who, bytes_of(secret), &err) != STATUS_OK)
		page_fail_err(call->request, &err);
	else if (code_is_good(call, who, page_text(body, "code"), offices))
		begin_renewal(call, who, secret);
}

static void reset(struct page_call *call, const char *who, const json_t *body)
{
	struct reset_offices offices;
	struct err err = ERR_INIT;

	if (reset_offices_find(&call->node->house, &offices, &err) != STATUS_OK)
		page_fail_err(call->request, &err);
	else if (offices.count == 0)
		page_fail(call->request, STATUS_NOT_FOUND,
			  "no office has enrolled this node, so none can help "
			  "from afar: set the PIN here, with xiangtu set-pin",
			  NULL);
	else if (json_object_get(body, "code") == NULL)
		give_challenge(call, who);
	else
		take_code(call, who, body, &offices);
}

void page_reset(struct page_call *call)
{
	char who[SECRET_WHO_MAX + 1];
	json_t *body = take_body(call);
	enum page_role role;

	if (body == NULL)
		return;
	role = take_who(call, body, who);
	if (role == PAGE_OPERATOR)
		reset(call, who, body);
	else if (role == PAGE_OFFICE)
		page_fail(call->request, STATUS_USAGE,
			  "only PINs, of A and B, are set anew by a code; a "
			  "password is set with xiangtu set-password",
			  NULL);
	json_decref(body);
}
