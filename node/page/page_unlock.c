/* What the passphrase becomes for each box is worked out on the pool, in locked
 * memory; opening is quick and done on the loop, as `unlock` does it. */
#include "node/page/page_unlock.h"

#include <stdio.h>
#include <string.h>

#include "node/node_inside.h"
#include "node/page/desk.h"
#include "node/requests_internal.h"
#include "signing/locked.h"

/* In locked memory. */
struct opening {
	struct hasher_job job; /* first */
	struct page_call call;
	struct desk_source source;
	unsigned minutes;
	uint8_t passphrase[UNLOCK_PASSPHRASE_MAX];
	size_t size;
	unsigned wanted; /* bits by enum house_key */
	struct keybox box[HOUSE_KEYS]; /* their salts and costs */
	uint8_t key[HOUSE_KEYS][KEYBOX_KEY_SIZE];
	enum status status;
};

static void answer_keys(struct page_call *call)
{
	page_answer_json(call->request,
			 json_pack("{s:o}", "keys",
				   request_keys_json(&call->node->house)));
}

/* --- on the pool --- */

static void derive_on_pool(struct hasher_job *job)
{
	struct opening *o = (struct opening *)job;
	struct bytes passphrase = { o->passphrase, o->size };

	for (unsigned k = 0; k < HOUSE_KEYS && o->status == STATUS_OK; k++)
		if ((o->wanted & 1u << k) != 0)
			o->status = keybox_derive(&o->box[k], passphrase,
						  o->key[k]);
}

/* --- on the loop --- */

/* How many it opened; *err is why the last that it did not. */
static unsigned open_all(struct opening *o, struct err *err)
{
	unsigned opened = 0;

	for (unsigned k = 0; k < HOUSE_KEYS; k++) {
		struct err why = ERR_INIT;

		if ((o->wanted & 1u << k) == 0)
			continue;
		if (house_unlock(&o->call.node->house, (enum house_key)k,
				 o->key[k], &why) == STATUS_OK)
			opened++;
		else
			*err = why;
	}
	return opened;
}

static void opened(struct opening *o)
{
	struct node *n = o->call.node;
	struct desk *desk = desk_of(n);

	desk_was_right(desk, DESK_UNLOCK, &o->source);
	if (n->live.unlocked != NULL)
		n->live.unlocked(n);
	desk_relock_after(desk, o->minutes);
	answer_keys(&o->call);
}

static void derived(struct hasher_job *job, bool cancelled)
{
	struct opening *o = (struct opening *)job;
	struct desk *desk = desk_of(o->call.node);
	struct desk_answer answer = { .verdict = DESK_BUSY };
	struct err err = ERR_INIT;

	if (cancelled || o->status != STATUS_OK) {
		desk_undecided(desk, DESK_UNLOCK, &o->source);
		if (cancelled)
			desk_refuse(o->call.request, &answer);
		else
			page_fail(o->call.request, o->status,
				  "no room for what opening the keys takes",
				  NULL);
	} else if (open_all(o, &err) > 0) {
		opened(o);
	} else if (err.status == STATUS_UNTRUSTED) {
		desk_was_wrong(desk, DESK_UNLOCK, &o->source, &answer);
		desk_refuse(o->call.request, &answer);
	} else {
		desk_undecided(desk, DESK_UNLOCK, &o->source);
		page_fail_err(o->call.request, &err);
	}
	locked_free(o);
}

/* --- the request --- */

static enum status read_boxes(struct opening *o, struct err *err)
{
	struct house *house = &o->call.node->house;
	enum status status = STATUS_OK;

	house_look_at_keys(house);
	for (unsigned k = 0; k < HOUSE_KEYS && status == STATUS_OK; k++) {
		struct buf text = BUF_INIT;

		if (!house_is_locked(house, (enum house_key)k))
			continue;
		status = house_read_box(house->dir, (enum house_key)k, &text,
					&o->box[k], err);
		o->box[k].box = (struct bytes){ NULL, 0 }; /* of `text` */
		o->wanted |= 1u << k;
		buf_release(&text);
	}
	return status;
}

static void begin(struct page_call *call, const char *passphrase,
		  unsigned minutes)
{
	struct desk *desk = desk_of(call->node);
	struct desk_answer answer = { .verdict = DESK_BUSY };
	struct opening *o = hasher_has_room(desk_hasher(desk)) ?
				    locked_new(sizeof(*o)) :
				    NULL;
	struct err err = ERR_INIT;

	if (o == NULL) {
		desk_refuse(call->request, &answer);
		return;
	}
	o->job.work = derive_on_pool;
	o->job.done = derived;
	o->call = *call;
	o->call.rest = "";
	o->minutes = minutes;
	o->size = strlen(passphrase);
	memcpy(o->passphrase, passphrase, o->size);
	desk_source_of(call->request, &o->source);
	if (read_boxes(o, &err) != STATUS_OK) {
		page_fail_err(call->request, &err);
	} else if (o->wanted == 0) {
		desk_relock_after(desk, minutes);
		answer_keys(call);
	} else if (!desk_admits(desk, DESK_UNLOCK, &o->source, &answer)) {
		desk_refuse(call->request, &answer);
	} else {
		hasher_add(desk_hasher(desk), &o->job);
		return;
	}
	locked_free(o);
}

void page_unlock(struct page_call *call)
{
	struct err err = ERR_INIT;
	const char *passphrase;
	json_int_t minutes;
	json_t *body = NULL;
	enum status status = page_body_json(call->request, &body, &err);

	http_request_wipe_body(call->request);
	if (status != STATUS_OK) {
		page_fail_err(call->request, &err);
		return;
	}
	passphrase = page_text(body, "passphrase");
	minutes = json_integer_value(json_object_get(body, "minutes"));
	if (passphrase[0] == 0 || strlen(passphrase) > UNLOCK_PASSPHRASE_MAX)
		page_fail(call->request, STATUS_USAGE,
			  "passphrase: 1 to 1024 bytes", NULL);
	else if (minutes < 0 || minutes > UNLOCK_MINUTES_MAX)
		page_fail(call->request, STATUS_USAGE,
			  "minutes: 0 to 10080, 0 for as long as the node runs",
			  NULL);
	else
		begin(call, passphrase, (unsigned)minutes);
	json_decref(body);
}

void page_lock(struct page_call *call)
{
	house_lock(&call->node->house);
	desk_relock_after(desk_of(call->node), 0);
	answer_keys(call);
}
