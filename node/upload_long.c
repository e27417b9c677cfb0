/* Long logs on their way up: the receiver says which resource it wants, its
 * bytes come in slices, and the intake stays open meanwhile. */
#include <string.h>

#include "node/upload_taker_inside.h"

void upload_taking_end(struct taking *taking)
{
	if (taking->log == 0)
		return;
	intake_free(taking->intake);
	buf_release(&taking->part);
	memset(taking, 0, sizeof(*taking));
}

struct taking *upload_find_taking(struct take *k)
{
	for (unsigned i = 0; i < UPLOAD_TAKING_MAX; i++) {
		struct taking *at = &k->t->takings[i];

		if (at->log != k->offer.log || at->log == 0)
			continue;
		if (at->held == k->offer.held &&
		    at->head.size == k->offer.head.size &&
		    memcmp(at->head.root, k->offer.head.root, SHA256_SIZE) ==
			    0)
			return at;
		upload_taking_end(at); /* the log has moved, there or here */
	}
	return NULL;
}

/* Strangers have one of the places among them. */
static bool is_strangers(const struct take *k, const struct taking *taking)
{
	struct records_owner owner;
	struct err err = ERR_INIT;

	return records_owner_of(k->t->house, taking->head.origin, &owner,
				&err) == STATUS_OK &&
	       owner.standing == RECORDS_STRANGER;
}

static struct taking *free_taking(struct take *k)
{
	struct taking *found = NULL;
	bool stranger = k->offer.owner.standing == RECORDS_STRANGER;

	for (unsigned i = 0; i < UPLOAD_TAKING_MAX; i++) {
		struct taking *at = &k->t->takings[i];

		if (at->log == 0)
			found = at;
		else if (stranger && is_strangers(k, at))
			return NULL;
	}
	return found;
}

void upload_say_want(struct take *k, const struct taking *taking)
{
	k->answer->code = 202;
	k->answer->size = k->offer.held;
	upload_put_want(&k->answer->body, &taking->want.path,
			taking->from + taking->part.size);
}

/* Go on to the next thing wanted, or to the end. */
static void step(struct take *k, struct taking *taking)
{
	struct err err = ERR_INIT;
	enum status status = STATUS_OK;

	taking->used_ms = k->now_ms;
	buf_clear(&taking->part);
	if (!intake_done(taking->intake))
		status = intake_next(taking->intake, &taking->want, &err);
	if (intake_done(taking->intake)) {
		upload_commit(k, taking->intake);
		upload_taking_end(taking);
		return;
	}
	if (status != STATUS_OK) {
		upload_refuse(k, status, &err);
		upload_taking_end(taking);
		return;
	}
	taking->from = taking->want.from;
	upload_say_want(k, taking);
}

/* The whole of what was wanted is here. */
static void supply(struct take *k, struct taking *taking)
{
	bool whole = taking->from == 0;
	struct err err = ERR_INIT;
	enum status status = intake_supply(taking->intake, &taking->want,
					   buf_bytes(&taking->part),
					   taking->from, false, &err);

	if (status == STATUS_OK) {
		step(k, taking);
		return;
	}
	/* Behind entries that are not ours the rest makes no sense: with them
	 * it may prove another history. */
	if (status == STATUS_MALFORMED && !whole &&
	    intake_next(taking->intake, &taking->want, &err) == STATUS_OK) {
		buf_clear(&taking->part);
		taking->from = 0;
		upload_say_want(k, taking);
		return;
	}
	upload_refuse(k,
		      status == STATUS_MALFORMED ? STATUS_DAMAGED : status,
		      &err);
	upload_taking_end(taking);
}

/* The bytes of a part belong behind those collected. */
void upload_take_part(struct take *k, struct taking *taking)
{
	const struct upload *u = &k->upload;

	taking->used_ms = k->now_ms;
	if (!tile_path_same(&u->path, &taking->want.path) ||
	    u->offset != taking->from + taking->part.size) {
		upload_say_want(k, taking);
		return;
	}
	if (u->length > taking->want.size_max) {
		upload_say(k, 422, "longer than such a resource can be");
		upload_taking_end(taking);
		return;
	}
	buf_put_bytes(&taking->part, u->data);
	if (buf_status(&taking->part) != STATUS_OK) {
		upload_taking_end(taking);
		upload_say(k, 503, "out of memory");
		return;
	}
	if (u->offset + u->data.size < u->length) {
		upload_say_want(k, taking);
		return;
	}
	supply(k, taking);
}

void upload_begin(struct take *k, struct intake *in)
{
	struct taking *taking = free_taking(k);

	if (taking == NULL) {
		intake_free(in);
		k->answer->retry_s = 10;
		upload_say(k, 503, "others are sending much: come back later");
		return;
	}
	taking->log = k->offer.log;
	taking->held = k->offer.held;
	taking->head = k->offer.head;
	taking->intake = in;
	step(k, taking);
}
