/* One body:
 *
 *   entries --from is our size--> intake of these, at once ----> 200 or 422
 *      | none, the log is longer
 *      v
 *   begin an intake, say what it wants first ------------------> 202
 *   part --it is what is wanted--> collect, supply, next want -> 202, 200, 422
 *      | something else
 *      v
 *   say what is wanted ----------------------------------------> 202 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "node/log_intake.h"
#include "node/own_kept.h"
#include "node/upload_taker_inside.h"
#include "proto/bundle.h"
#include "proto/encoding.h"

struct upload_taker *upload_taker_new(struct house *house)
{
	struct upload_taker *t = calloc(1, sizeof(*t));

	if (t != NULL)
		t->house = house;
	return t;
}

void upload_taker_free(struct upload_taker *t)
{
	if (t == NULL)
		return;
	for (unsigned i = 0; i < UPLOAD_TAKING_MAX; i++)
		upload_taking_end(&t->takings[i]);
	free(t);
}

void upload_taker_tick(struct upload_taker *t, int64_t now_ms)
{
	for (unsigned i = 0; i < UPLOAD_TAKING_MAX; i++)
		if (now_ms - t->takings[i].used_ms >= UPLOAD_TAKING_MS)
			upload_taking_end(&t->takings[i]);
}

/* --- answers --- */

void upload_say(struct take *k, unsigned code, const char *text)
{
	k->answer->code = code;
	buf_clear(&k->answer->body);
	buf_printf(&k->answer->body, "%s\n", text);
}

static void say_size(struct take *k, unsigned code, uint64_t size)
{
	k->answer->code = code;
	k->answer->size = size;
	buf_printf(&k->answer->body, "%llu\n", (unsigned long long)size);
}

void upload_refuse(struct take *k, enum status status, const struct err *err)
{
	unsigned code = 500;

	switch (status) {
	case STATUS_MALFORMED:
		code = 400;
		break;
	case STATUS_UNTRUSTED:
	case STATUS_OUT_OF_SCOPE:
		code = 403;
		break;
	case STATUS_FORKED:
	case STATUS_DAMAGED:
		code = 422;
		break;
	case STATUS_NO_ROOM:
		code = 507;
		break;
	default:
		break;
	}
	k->answer->forked = status == STATUS_FORKED;
	upload_say(k, code, err->text);
}

/* All of it is here: the newest acknowledgement, if there is one. */
static void say_held(struct take *k)
{
	struct catalog *c = k->t->house->catalog;
	struct err err = ERR_INIT;
	struct log_info info;
	enum status status = log_get(c, k->offer.log, &info, &err);

	k->answer->own_shown = k->is_own;
	if (status == STATUS_OK) {
		k->answer->code = 200;
		k->answer->size = info.size;
		status = log_read_ack(c, info.id, &k->answer->body, &err);
	}
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		upload_refuse(k, status, &err);
}

/* --- taking in --- */

/* Everything is proven: make it the state of the log. */
void upload_commit(struct take *k, struct intake *in)
{
	struct err err = ERR_INIT;
	enum status status = intake_commit(in, &err);

	if (status == STATUS_OLD) { /* another way was faster */
		k->answer->retry_s = 1;
		upload_say(k, 503, "the log has moved meanwhile");
		return;
	}
	if (status == STATUS_OK) {
		k->answer->grown = k->offer.log;
		if (!k->is_own)
			status = records_taken(k->t->house, k->offer.log,
					       k->upload.note, k->now_s, &err);
	}
	if (status != STATUS_OK)
		upload_refuse(k, status, &err);
	else
		say_held(k);
}

/* The run of entries `first` … `end` - 1 out of those that came. */
static struct bytes entries_of(const struct upload *u, uint64_t first,
			       uint64_t end)
{
	size_t begin = 0, behind = 0;
	enum status status;

	status = bundle_offset(u->data, (unsigned)(first - u->from), &begin);
	assert(status == STATUS_OK);
	status = bundle_offset(u->data, (unsigned)(end - u->from), &behind);
	assert(status == STATUS_OK);
	(void)status;
	return (struct bytes){ u->data.data + begin, behind - begin };
}

/* Give the intake what came, which is all it may ask for while it believes
 * it. */
static enum status feed(struct take *k, struct intake *in, struct err *err)
{
	const struct upload *u = &k->upload;
	struct intake_want want;
	enum status status;

	while ((status = intake_next(in, &want, err)) == STATUS_OK) {
		uint64_t first = want.path.n * BUNDLE_ENTRIES;
		uint64_t end = first + want.path.width;

		/* It does not, and asks for more than the new entries. */
		if (want.path.kind != TILE_ENTRIES ||
		    (first < u->from && want.from == 0)) {
			intake_return(in, &want);
			return err_set(err, STATUS_DAMAGED,
				       "the entries do not hash to the signed "
				       "root");
		}
		if (first < u->from)
			first = u->from;
		status = intake_supply(in, &want, entries_of(u, first, end),
				       want.from, false, err);
		if (status != STATUS_OK)
			return status;
		if (intake_done(in))
			return STATUS_OK;
	}
	return status;
}

static size_t entry_max(const struct take *k)
{
	return k->is_own ? ENTRY_SIZE_MAX :
			   records_entry_max(k->offer.owner.standing);
}

/* As many entries as are missing, none of them too long? */
static bool entries_fit(const struct take *k)
{
	uint64_t count = k->offer.head.size - k->upload.from;

	return count <= UPLOAD_ENTRIES_MAX &&
	       bundle_check(k->upload.data, (unsigned)count,
			    entry_max(k)) == STATUS_OK;
}

static void take_entries(struct take *k, struct intake *in)
{
	struct err err = ERR_INIT;
	enum status status = feed(k, in, &err);

	if (status == STATUS_OK)
		upload_commit(k, in);
	else
		upload_refuse(k, status, &err);
	intake_free(in);
}

/* --- one body --- */

static enum status open_intake(struct take *k, struct intake **in,
			       struct err *err)
{
	struct house *h = k->t->house;
	struct log_info own;
	enum status status;

	if (!k->is_own)
		return records_open_intake(in, h, k->upload.note, k->now_s,
					   &k->offer, err);
	status = log_get(h->catalog, k->offer.log, &own, err);
	return status == STATUS_OK ?
		       log_intake_open(h, &own, k->upload.note, in,
				       err) :
		       status;
}

static void take_new(struct take *k)
{
	struct err err = ERR_INIT;
	char why[160];
	struct intake *in;
	bool entries = !k->upload.is_part && k->upload.data.size > 0;
	enum status status = open_intake(k, &in, &err);

	k->answer->own_is_ahead = k->offer.own_is_ahead;
	if (status == STATUS_OLD) {
		k->answer->acked = k->offer.acked ? k->offer.log : 0;
		say_held(k);
	} else if (status != STATUS_OK) {
		upload_refuse(k, status, &err);
	} else if (!entries) {
		upload_begin(k, in);
	} else if (k->upload.from != k->offer.held) {
		intake_free(in);
		say_size(k, 409, k->offer.held);
	} else if (!entries_fit(k)) {
		intake_free(in);
		(void)snprintf(why, sizeof(why),
			       "not the entries up to the size of the note, "
			       "of at most %zu bytes each%s",
			       entry_max(k),
			       k->offer.owner.standing == RECORDS_STRANGER ?
				       " before the station is enrolled" :
				       "");
		upload_say(k, 400, why);
	} else {
		take_entries(k, in);
	}
}

/* Is it our own log of lessons, signed by us? */
static bool find_own(struct take *k, const char *hash)
{
	const struct publisher *p;
	struct err ignored = ERR_INIT;
	struct log_info own;

	if (own_kept_log(k->t->house, &own, &ignored) != STATUS_OK ||
	    strcmp(own.hash, hash) != 0)
		return false;
	p = authority_publisher(house_authority(k->t->house), own.origin);
	if (p == NULL ||
	    checkpoint_open(k->upload.note, own.origin, p->keys, p->key_count,
			    &k->offer.head) != STATUS_OK)
		return false;
	k->is_own = true;
	k->offer.log = own.id;
	k->offer.held = own.size;
	return true;
}

/* A log of records, which may not be here yet; false when it was answered. */
static bool find_records(struct take *k, const char *hash)
{
	char hex[ORIGIN_HASH_SIZE + 1];
	uint8_t raw[SHA256_SIZE];
	struct err err = ERR_INIT;
	struct public_key key;
	struct log_info info;
	enum status status = records_open_note(k->upload.note,
					       &k->offer.head, &key, &err);

	if (status != STATUS_OK) {
		upload_refuse(k, status, &err);
		return false;
	}
	sha256(k->offer.head.origin, strlen(k->offer.head.origin), raw);
	hex_encode((struct bytes){ raw, sizeof(raw) }, hex);
	if (strcmp(hash, hex) != 0) {
		upload_say(k, 404, "the note is of another log");
		return false;
	}
	if (log_find(k->t->house->catalog, k->offer.head.origin, &info,
		     &err) == STATUS_OK) {
		k->offer.log = info.id;
		k->offer.held = info.size;
	}
	return true;
}

void upload_taker_take(struct upload_taker *t, const char *hash,
		       struct bytes body, uint64_t now_s, int64_t now_ms,
		       struct upload_answer *answer)
{
	struct take k = { .t = t, .now_s = now_s, .now_ms = now_ms,
			  .answer = answer };
	struct taking *taking = NULL;

	memset(answer, 0, sizeof(*answer));
	if (upload_parse(body, &k.upload) != STATUS_OK) {
		upload_say(&k, 400, "not what is sent up");
		return;
	}
	if (!find_own(&k, hash) && !find_records(&k, hash))
		return;
	upload_taker_tick(t, now_ms);
	if (k.offer.log != 0)
		taking = upload_find_taking(&k);
	if (taking != NULL && k.upload.is_part)
		upload_take_part(&k, taking);
	else if (taking != NULL && k.upload.data.size == 0)
		upload_say_want(&k, taking);
	else
		take_new(&k);
}
