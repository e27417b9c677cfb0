/* Acknowledgements: an office's cosignature on a station's checkpoint says
 * that it holds all of it up to there. */
#include <string.h>

#include "node/clock.h"
#include "node/clock_floor.h"
#include "node/records.h"
#include "proto/recordlog.h"

/* May this recipient acknowledge records of `region`; of any, where that is
 * NULL? Of several that read the same records it is the widest: when a township
 * has them, the county may not. */
static bool may_acknowledge(const struct trust *trust,
			    const struct recipient *r, const char *region)
{
	return r->ack.type == KEY_COSIGNER &&
	       (region == NULL || trust_acknowledger(trust, region) == r);
}

/* The office that may acknowledge records of `region` and cosigned, or NULL. */
static const struct public_key *who_acknowledged(const struct trust *trust,
						 const char *region,
						 const struct note *note)
{
	struct cosignatures found;

	for (size_t i = 0; i < trust->recipient_count; i++) {
		const struct recipient *r = &trust->recipients[i];

		if (may_acknowledge(trust, r, region) &&
		    cosignature_verify(note, &r->ack, 1, &found) ==
			    STATUS_OK &&
		    found.distinct == 1)
			return &r->ack;
	}
	return NULL;
}

enum status records_open_ack(const struct trust *trust, const char *region,
			     struct bytes whole, struct checkpoint *head,
			     struct err *err)
{
	struct checkpoint claimed;
	struct public_key key;
	struct note note;
	bool anybody = false;
	enum status status = records_open_note(whole, &claimed, &key, err);

	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < trust->recipient_count; i++)
		anybody = anybody ||
			  may_acknowledge(trust, &trust->recipients[i], region);
	if (!anybody)
		return err_set(err, STATUS_NOT_FOUND,
			       "the trust note names nobody to acknowledge it");
	if (note_parse(whole, CHECKPOINT_NOTE_MAX, &note) != STATUS_OK ||
	    who_acknowledged(trust, region, &note) == NULL)
		return err_set(err, STATUS_UNTRUSTED,
			       "%s: not acknowledged by an office of its "
			       "region",
			       claimed.origin);
	*head = claimed;
	return STATUS_OK;
}

/* Is the head an earlier state of our copy, or all of it? */
static enum status compare_root(struct house *h, const struct log_info *info,
				const struct checkpoint *head, struct err *err)
{
	uint8_t root[SHA256_SIZE];
	enum status status;

	if (head->size > info->size)
		return err_set(err, STATUS_OUT_OF_SCOPE,
			       "%s: acknowledged beyond what is here",
			       info->origin);
	status = log_root_at(h->catalog, info->id, head->size, root, err);
	if (status != STATUS_OK)
		return status;
	if (memcmp(root, head->root, sizeof(root)) != 0)
		return err_set(err, STATUS_UNTRUSTED,
			       "%s: another root was acknowledged",
			       info->origin);
	return STATUS_OK;
}

/* Write it down; where it is of the newest head, the checkpoint that others
 * see carries it, too. */
static enum status keep_ack(struct house *h, const struct log_info *info,
			    uint64_t size, struct bytes note, struct err *err)
{
	struct err ignored = ERR_INIT;
	enum status status = log_set_ack(h->catalog, info->id, size, note,
					 err);

	/* Best effort: it may have an extension line, or no room for one more
	 * signature. */
	if (status == STATUS_OK && size == info->size)
		(void)log_add_signatures(h->catalog, info->id, note, &ignored);
	return status;
}

/* The word of our own office for when it was; others have no say in it. */
static void learn_time(struct house *h, const struct note *note)
{
	const struct public_key *office = who_acknowledged(
		&h->trust.trust, h->conf.region, note);
	struct cosignatures found;
	struct err ignored = ERR_INIT;

	if (office != NULL &&
	    cosignature_verify(note, office, 1, &found) == STATUS_OK &&
	    found.distinct == 1)
		(void)clock_floor_acked(h->catalog, &h->trust.trust, office,
					found.time_s[0], &ignored);
}

/* Keep the note if an office answers for it. */
static enum status keep_if_acknowledged(struct house *h,
					const struct log_info *info,
					const char *region,
					const struct checkpoint *head,
					const struct public_key *log_key,
					struct bytes whole, struct err *err)
{
	const struct public_key *office;
	struct public_key keys[2];
	struct buf clean = BUF_INIT;
	size_t kept;
	struct note note;
	enum status status = note_parse(whole, CHECKPOINT_NOTE_MAX, &note);

	if (status != STATUS_OK)
		return err_set(err, status, "no checkpoint");
	office = who_acknowledged(&h->trust.trust, region, &note);
	if (office == NULL)
		return err_set(err, STATUS_UNTRUSTED,
			       "%s: not acknowledged by an office of its "
			       "region",
			       info->origin);
	keys[0] = *log_key;
	keys[1] = *office;
	status = note_put_first_lines(&note, keys, 2, &clean, &kept);
	if (status != STATUS_OK)
		(void)err_set(err, status, "note: out of memory");
	else
		status = keep_ack(h, info, head->size, buf_bytes(&clean), err);
	if (status == STATUS_OK)
		learn_time(h, &note);
	buf_release(&clean);
	return status;
}

/* More of our own log was acknowledged than this disk has: it has lost some, and
 * never signs below that again. */
static void remember_lost(struct house *h, struct bytes note)
{
	struct records_offer offer;
	struct err ignored = ERR_INIT;
	struct intake *in;

	if (records_open_intake(&in, h, note, clock_s(), &offer, &ignored) ==
	    STATUS_OK)
		intake_free(in);
}

enum status records_ack_offered(struct house *h, struct bytes whole,
				int64_t *log, struct err *err)
{
	struct records_owner owner;
	struct checkpoint head;
	struct public_key key;
	struct log_info info;
	bool own;
	enum status status = records_open_note(whole, &head, &key, err);

	if (status != STATUS_OK)
		return status;
	own = memcmp(key.bytes, house_node_public(h), PUBLIC_KEY_SIZE) == 0;
	status = log_find(h->catalog, head.origin, &info, err);
	if (status == STATUS_NOT_FOUND && own)
		remember_lost(h, whole);
	if (status == STATUS_NOT_FOUND ||
	    (status == STATUS_OK && info.kind != LOG_RECORDS))
		return err_set(err, STATUS_NOT_FOUND,
			       "no log of records '%s' here", head.origin);
	if (status == STATUS_OK)
		status = records_owner_of(h, head.origin, &owner, err);
	if (status == STATUS_OK)
		status = compare_root(h, &info, &head, err);
	if (status == STATUS_OUT_OF_SCOPE && own)
		remember_lost(h, whole);
	if (status != STATUS_OK)
		return status;
	if (head.size <= info.acked)
		return STATUS_OLD;
	status = keep_if_acknowledged(h, &info, owner.region, &head, &key,
				      whole, err);
	if (status == STATUS_OK && log != NULL)
		*log = info.id;
	return status;
}

/* --- the office's duty --- */

struct duty {
	struct house *house;
	uint64_t now_s;
	unsigned count;
};

/* Is our key the one the trust note names for this region? */
static bool is_ours_to_ack(const struct house *h,
			   const struct records_owner *owner)
{
	const struct recipient *r =
		trust_acknowledger(&h->trust.trust, owner->region);

	return (owner->standing == RECORDS_ENROLLED ||
		owner->standing == RECORDS_OWN) &&
	       r != NULL &&
	       public_key_same(&r->ack, secret_key_public(h->ack_key));
}

/* Append the log's newest checkpoint with our cosignature. */
static enum status cosigned(struct duty *duty, const struct log_info *info,
			    struct buf *out, struct err *err)
{
	struct buf stored = BUF_INIT, clean = BUF_INIT;
	struct checkpoint head;
	struct public_key key;
	struct note note;
	size_t kept;
	enum status status = log_read_note(duty->house->catalog, info->id,
					   &stored, err);

	if (status == STATUS_OK)
		status = records_open_note(buf_bytes(&stored), &head, &key,
					   err);
	if (status == STATUS_OK)
		status = note_parse(buf_bytes(&stored), CHECKPOINT_NOTE_MAX,
				    &note);
	if (status == STATUS_OK)
		status = note_put_first_lines(&note, &key, 1, &clean, &kept);
	if (status == STATUS_OK)
		status = note_parse(buf_bytes(&clean), CHECKPOINT_NOTE_MAX,
				    &note);
	if (status == STATUS_OK)
		status = cosignature_add(&note, duty->house->ack_key,
					 duty->now_s, out);
	if (status != STATUS_OK)
		(void)err_set(err, status, "acknowledge %s: %s", info->origin,
			      status_text(status));
	buf_release(&stored);
	buf_release(&clean);
	return status;
}

static enum status cosign(struct duty *duty, const struct log_info *info,
			  struct err *err)
{
	struct buf acked = BUF_INIT;
	enum status status = cosigned(duty, info, &acked, err);

	if (status == STATUS_OK)
		status = keep_ack(duty->house, info, info->size,
				  buf_bytes(&acked), err);
	if (status == STATUS_OK)
		duty->count++;
	buf_release(&acked);
	return status;
}

static enum status acknowledge_log(void *context, const struct log_info *info,
				   struct err *err)
{
	struct duty *duty = context;
	struct records_owner owner;
	enum status status;

	if (info->forked || info->size <= info->acked)
		return STATUS_OK;
	status = records_owner_of(duty->house, info->origin, &owner, err);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK || !is_ours_to_ack(duty->house, &owner))
		return status;
	return cosign(duty, info, err);
}

enum status records_acknowledge(struct house *h, uint64_t now_s,
				unsigned *count, struct err *err)
{
	struct duty duty = { .house = h, .now_s = now_s };
	enum status status = STATUS_OK;

	if (h->ack_key != NULL)
		status = log_each_records(h->catalog, acknowledge_log, &duty,
					  err);
	if (count != NULL)
		*count = duty.count;
	return status;
}

enum status records_taken(struct house *h, int64_t log, struct bytes note,
			  uint64_t now_s, struct err *err)
{
	struct duty duty = { .house = h, .now_s = now_s };
	struct err ignored = ERR_INIT;
	struct log_info info;
	enum status status;

	(void)records_ack_offered(h, note, NULL, &ignored);
	if (h->ack_key == NULL)
		return STATUS_OK;
	status = log_get(h->catalog, log, &info, err);
	return status == STATUS_OK ? acknowledge_log(&duty, &info, err) :
				     status;
}
