#include "node/records.h"

#include <stdio.h>
#include <string.h>

#include "proto/recordlog.h"
#include "proto/text.h"

const char *records_standing_name(enum records_standing standing)
{
	static const char *const names[] = {
		[RECORDS_ENROLLED] = "enrolled",
		[RECORDS_ENDED] = "ended",
		[RECORDS_STRANGER] = "stranger",
		[RECORDS_OWN] = "own",
	};

	return names[standing];
}

static enum status find_enrolment(const struct house *h,
				  struct records_owner *owner, struct err *err)
{
	struct station station;
	enum status status = stations_get(h->catalog, owner->key, &station,
					  err);

	owner->standing = RECORDS_STRANGER;
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK)
		return status;
	owner->standing = station.ended ? RECORDS_ENDED : RECORDS_ENROLLED;
	memcpy(owner->region, station.region, sizeof(owner->region));
	memcpy(owner->name, station.name, sizeof(owner->name));
	return STATUS_OK;
}

enum status records_owner_of(const struct house *h, const char *origin,
			     struct records_owner *out, struct err *err)
{
	struct records_owner owner = { .region = "" };
	enum status status;

	if (!recordlog_key(origin, owner.key))
		return STATUS_NOT_FOUND;
	status = find_enrolment(h, &owner, err);
	if (status != STATUS_OK)
		return status;
	if (memcmp(owner.key, house_node_public(h), PUBLIC_KEY_SIZE) == 0) {
		owner.standing = RECORDS_OWN;
		(void)snprintf(owner.region, sizeof(owner.region), "%s",
			       h->conf.region);
		(void)snprintf(owner.name, sizeof(owner.name), "%.*s",
			       (int)text_cut(h->conf.name,
					     sizeof(owner.name) - 1),
			       h->conf.name);
	}
	*out = owner;
	return STATUS_OK;
}

enum status records_add_all(struct house *h, const struct bytes *sealed,
			    size_t count, int64_t *log, struct err *err)
{
	char origin[RECORDLOG_ORIGIN_SIZE + 1];
	struct secret_key *key;
	int64_t id = 0;
	enum status status;

	for (size_t i = 0; i < count; i++)
		if (sealed[i].size == 0 || sealed[i].size > RECORDS_ENTRY_MAX)
			return err_set(err, STATUS_MALFORMED,
				       "a record of %zu bytes (1 to %d)",
				       sealed[i].size, RECORDS_ENTRY_MAX);
	recordlog_origin(house_node_public(h), origin);
	status = log_follow_records(h->catalog, origin, true, &id, err);
	if (status != STATUS_OK)
		return status;
	status = secret_key_named(&key, h->node_key, origin);
	if (status != STATUS_OK)
		return err_set(err, status, "name the node's key");
	status = log_append(h->catalog, id, sealed, count, key, err);
	secret_key_free(key);
	if (status == STATUS_OK && log != NULL)
		*log = id;
	return status;
}

enum status records_add(struct house *h, struct bytes sealed, int64_t *log,
			struct err *err)
{
	return records_add_all(h, &sealed, 1, log, err);
}

/* --- taking in --- */

enum status records_open_note(struct bytes whole, struct checkpoint *head,
			      struct public_key *key, struct err *err)
{
	uint8_t raw[PUBLIC_KEY_SIZE];
	struct checkpoint claimed;
	struct note note;

	if (note_parse(whole, CHECKPOINT_NOTE_MAX, &note) != STATUS_OK ||
	    checkpoint_parse(note.text, &claimed) != STATUS_OK)
		return err_set(err, STATUS_MALFORMED, "no checkpoint");
	if (!recordlog_key(claimed.origin, raw))
		return err_set(err, STATUS_MALFORMED,
			       "'%s' is no log of records", claimed.origin);
	if (public_key_init(key, claimed.origin, KEY_ED25519, raw) !=
		    STATUS_OK ||
	    checkpoint_open(whole, claimed.origin, key, 1, head) != STATUS_OK)
		return err_set(err, STATUS_UNTRUSTED,
			       "checkpoint of %s: not signed by its key",
			       claimed.origin);
	return STATUS_OK;
}

struct counting {
	const struct house *house;
	unsigned strangers;
};

static enum status count_stranger(void *context, const struct log_info *info,
				  struct err *err)
{
	struct counting *counting = context;
	struct records_owner owner;
	enum status status = records_owner_of(counting->house, info->origin,
					      &owner, err);

	if (status == STATUS_OK && owner.standing == RECORDS_STRANGER)
		counting->strangers++;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* May a log that is not here be begun? */
static enum status may_begin(struct house *h, const struct records_offer *offer,
			     struct err *err)
{
	struct counting counting = { .house = h };
	enum status status = STATUS_OK;

	if (offer->owner.standing == RECORDS_STRANGER)
		status = log_each_records(h->catalog, count_stranger,
					  &counting, err);
	if (status == STATUS_OK && counting.strangers >= RECORDS_STRANGERS_MAX)
		return err_set(err, STATUS_OUT_OF_SCOPE,
			       "records of %u stations that nobody enrolled "
			       "are held already: accept some first (xiangtu "
			       "station list)",
			       counting.strangers);
	return status;
}

static enum status find_log(struct house *h, struct records_offer *offer,
			    struct err *err)
{
	bool own = offer->owner.standing == RECORDS_OWN;
	struct log_info info;
	int64_t id;
	enum status status = log_find(h->catalog, offer->head.origin, &info,
				      err);

	if (status == STATUS_OK && info.kind != LOG_RECORDS)
		return err_set(err, STATUS_MALFORMED,
			       "'%s' is a log of lessons here", info.origin);
	if (status == STATUS_OK)
		offer->held = info.size;
	if (status == STATUS_NOT_FOUND)
		status = may_begin(h, offer, err);
	if (status != STATUS_OK)
		return status;
	status = log_follow_records(h->catalog, offer->head.origin, own, &id,
				    err);
	if (status == STATUS_OK)
		offer->log = id;
	return status;
}

size_t records_entry_max(enum records_standing standing)
{
	return standing == RECORDS_STRANGER ? RECORDS_STRANGER_ENTRY_MAX :
					      RECORDS_ENTRY_MAX;
}

static uint64_t entries_allowed(enum records_standing standing)
{
	return standing == RECORDS_STRANGER ? RECORDS_STRANGER_ENTRIES_MAX :
					      RECORDS_ENTRIES_MAX;
}

/* The owner of the head is set; too many entries are not even begun. */
static enum status look_at_owner(struct house *h, struct records_offer *offer,
				 struct err *err)
{
	enum status status = records_owner_of(h, offer->head.origin,
					      &offer->owner, err);

	if (status != STATUS_OK)
		return status;
	if (offer->head.size > entries_allowed(offer->owner.standing))
		return err_set(
			err, STATUS_OUT_OF_SCOPE,
			"%s has %llu entries (at most %llu%s)",
			offer->head.origin,
			(unsigned long long)offer->head.size,
			(unsigned long long)entries_allowed(
				offer->owner.standing),
			offer->owner.standing == RECORDS_STRANGER ?
				" before it is enrolled" :
				"");
	return STATUS_OK;
}

enum status records_open_intake(struct intake **out, struct house *h,
				struct bytes note, uint64_t now_s,
				struct records_offer *offer, struct err *err)
{
	struct intake_options options = { .key_count = 1,
					  .now_s = now_s };
	struct err ignored = ERR_INIT;
	struct public_key key;
	enum status status;

	memset(offer, 0, sizeof(*offer));
	status = records_open_note(note, &offer->head, &key, err);
	if (status == STATUS_OK)
		status = look_at_owner(h, offer, err);
	if (status == STATUS_OK)
		status = find_log(h, offer, err);
	if (status != STATUS_OK)
		return status;
	offer->own_is_ahead = offer->owner.standing == RECORDS_OWN &&
			      offer->head.size > offer->held;
	options.keys = &key;
	options.entries_max = entries_allowed(offer->owner.standing);
	options.entry_bytes_max = records_entry_max(offer->owner.standing);
	status = intake_open(out, h->catalog, offer->log, note, &options, err);
	if (status == STATUS_OK || status == STATUS_OLD)
		(void)log_set_heard(h->catalog, offer->log, now_s, &ignored);
	if (status == STATUS_OLD)
		offer->acked = records_ack_offered(h, note, NULL, &ignored) ==
			       STATUS_OK;
	return status;
}
