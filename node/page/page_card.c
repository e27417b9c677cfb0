/* Signing in with a card: its number and PIN, hashed beside the loop, counted
 * as a desk's secrets are (node/page/lockout.h). */
#include <stdio.h>
#include <string.h>

#include "catalog/cards.h"
#include "node/node_inside.h"
#include "node/page/desk.h"
#include "node/page/page_study.h"
#include "signing/locked.h"

enum { AT_ONCE = 4 /* cards that are hashed or wait for it */ };

/* In locked memory. */
struct card_job {
	struct hasher_job job; /* first */
	struct page_call call; /* its own copy; the request is held */
	struct desk_source source;
	char number[CARD_NUMBER_DIGITS + 1];
	char pin[CARD_PIN_DIGITS + 1];
	uint8_t id[CARD_ID_SIZE], check[CARD_CHECK_SIZE];
	enum status status;
};

static void hash_on_pool(struct hasher_job *job)
{
	struct card_job *j = (struct card_job *)job;

	j->status = cardid_id(j->number, j->id);
	if (j->status == STATUS_OK)
		j->status = cardid_check(j->number, j->pin, j->check);
}

static void let_in(struct card_job *j, struct room *room)
{
	const char *tail = j->number + CARD_NUMBER_DIGITS - CARD_TAIL_DIGITS;
	uint8_t token[ROOM_TOKEN_SIZE];
	char set[ROOM_SET_COOKIE_MAX];
	struct err err = ERR_INIT;
	enum status status;

	/* Whoever was signed in at this screen is not any more. */
	room_sign_out(room, http_head_header(j->call.head, "Cookie"),
		      page_study_now());
	signing_random(token, sizeof(token));
	status = room_sign_in(room, (uint64_t)cardid_number_of(j->id), tail,
			      http_head_is_own(j->call.head), token,
			      page_study_now(), set, &err);
	signing_wipe(token, sizeof(token));
	if (status != STATUS_OK) {
		page_fail_err(j->call.request, &err);
		return;
	}
	page_answer_json_with(j->call.request,
			      json_pack("{s:s, s:i}", "tail", tail, "ends_s",
					ROOM_CARD_IDLE_MS / 1000),
			      "Set-Cookie", set);
	signing_wipe(set, sizeof(set));
}

/* What tries of this card are counted by: nothing it can be known by. */
static void count_name(const uint8_t id[static CARD_ID_SIZE],
		       char out[static LOCKOUT_WHO_MAX + 1])
{
	uint8_t hash[SHA256_SIZE];

	sha256(id, CARD_ID_SIZE, hash);
	(void)snprintf(out, LOCKOUT_WHO_MAX + 1, "\tcard %02x%02x%02x%02x",
		       hash[0], hash[1], hash[2], hash[3]);
}

/* The card is good here; is the PIN? */
static void check_pin(struct card_job *j, struct room *room)
{
	struct node *n = j->call.node;
	struct desk *desk = desk_of(n);
	char name[LOCKOUT_WHO_MAX + 1];
	struct desk_answer answer;
	struct err err = ERR_INIT;
	enum status status;

	count_name(j->id, name);
	if (!desk_admits(desk, name, &j->source, &answer)) {
		desk_refuse(j->call.request, &answer);
		return;
	}
	status = cards_check(n->house.catalog, n->house.conf.region, j->id,
			     j->check, &err);
	if (status == STATUS_OK) {
		desk_was_right(desk, name, &j->source);
		let_in(j, room);
	} else if (status == STATUS_UNTRUSTED) {
		desk_was_wrong(desk, name, &j->source, &answer);
		desk_refuse(j->call.request, &answer);
	} else {
		desk_undecided(desk, name, &j->source);
		page_fail_err(j->call.request, &err);
	}
}

static void look_up(struct card_job *j)
{
	struct node *n = j->call.node;
	struct room *room = page_study_room(&j->call);
	enum card_standing standing = CARD_UNKNOWN;
	struct err err = ERR_INIT;

	if (room == NULL)
		return;
	if (cards_standing(n->house.catalog, n->house.conf.region, j->id,
			   &standing, &err) != STATUS_OK)
		page_fail_err(j->call.request, &err);
	else if (standing == CARD_UNKNOWN)
		page_fail(j->call.request, STATUS_NOT_FOUND,
			  "this card has not travelled here yet: ask the "
			  "operator when news last came",
			  NULL);
	else if (standing == CARD_ENDED)
		page_fail(j->call.request, STATUS_OLD,
			  "the office has ended this card: ask it for another",
			  NULL);
	else
		check_pin(j, room);
}

static void hashed(struct hasher_job *job, bool cancelled)
{
	struct card_job *j = (struct card_job *)job;

	j->call.node->page->study->hashing--;
	if (cancelled)
		page_fail(j->call.request, STATUS_BUSY, "this node is stopping",
			  NULL);
	else if (j->status != STATUS_OK)
		page_fail(j->call.request, j->status, "out of memory", NULL);
	else
		look_up(j);
	locked_free(j);
}

/* False: it was answered. */
static bool read_card(struct page_call *call, const json_t *body,
		      struct card_job *j)
{
	if (cardid_parse(bytes_of(page_text(body, "number")), j->number) !=
	    STATUS_OK) {
		page_fail(call->request, STATUS_MALFORMED,
			  "that is no card number: ten digits, as they are "
			  "printed on the card",
			  NULL);
		return false;
	}
	if (cardid_parse_pin(bytes_of(page_text(body, "pin")), j->pin) !=
	    STATUS_OK) {
		page_fail(call->request, STATUS_MALFORMED,
			  "a PIN of a card has six digits", NULL);
		return false;
	}
	return true;
}

static void begin_login(struct page_call *call, const json_t *body)
{
	struct page_study *s = call->node->page->study;
	struct hasher *hasher = desk_hasher(desk_of(call->node));
	struct card_job *j = NULL;

	if (hasher_has_room(hasher) && s->hashing < AT_ONCE)
		j = locked_new(sizeof(*j));
	if (j == NULL) {
		page_fail_code(call->request, 429, 2, STATUS_BUSY,
			       "too much at once: try again", NULL);
		return;
	}
	if (!read_card(call, body, j)) {
		locked_free(j);
		return;
	}
	j->job.work = hash_on_pool;
	j->job.done = hashed;
	j->call = *call;
	j->call.rest = "";
	desk_source_of(call->request, &j->source);
	s->hashing++;
	hasher_add(hasher, &j->job);
}

void page_card_login(struct page_call *call)
{
	struct room *room = page_study_room(call);
	struct err err = ERR_INIT;
	json_t *body = NULL;
	enum status status;

	if (room == NULL)
		return;
	status = page_body_json(call->request, &body, &err);
	http_request_wipe_body(call->request);
	if (status == STATUS_OK)
		begin_login(call, body);
	else
		page_fail_err(call->request, &err);
	json_decref(body);
}

void page_card_logout(struct page_call *call)
{
	struct room *room = page_study_room(call);

	if (room == NULL)
		return;
	room_sign_out(room, http_head_header(call->head, "Cookie"),
		      page_study_now());
	page_answer_json_with(call->request, json_object(), "Set-Cookie",
			      ROOM_COOKIE_CLEAR);
}

/* --- what is recorded --- */

static json_t *make_mine(struct catalog *records,
			 const int64_t numbers[static 3], struct err *err)
{
	json_t *out = room_mine(records, (uint64_t)numbers[0], err);
	char tail[16];

	(void)snprintf(tail, sizeof(tail), "%0*d", CARD_TAIL_DIGITS,
		       (int)numbers[1]);
	if (out != NULL)
		(void)json_object_set_new(out, "tail", json_string(tail));
	return out;
}

void page_card_mine(struct page_call *call)
{
	struct room *room = page_study_room(call);
	struct room_signed_in me;
	char key[64];
	int tail = 0;

	if (room == NULL)
		return;
	if (!room_who(room, http_head_header(call->head, "Cookie"),
		      page_study_now(), &me)) {
		page_fail_code(call->request, 401, 0, STATUS_UNTRUSTED,
			       "nobody has signed in with a card here", NULL);
		return;
	}
	for (const char *c = me.tail; *c != 0; c++)
		tail = tail * 10 + (*c - '0');
	(void)snprintf(key, sizeof(key), "mine %016llx",
		       (unsigned long long)me.card);
	page_study_read(call, key, make_mine,
			(int64_t[3]){ (int64_t)me.card, tail, 0 });
}
