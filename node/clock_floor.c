#include "node/clock_floor.h"

#include <string.h>
#include <time.h>

#include "catalog/expiry.h"
#include "catalog/heard.h"
#include "catalog/log.h"
#include "node/clock.h"
#include "signing/cosigners.h"

static const char key[] = EXPIRY_KEY;
static const char before_key[] = "clock.acked";

uint64_t clock_floor_s(struct catalog *c)
{
	struct err ignored = ERR_INIT;
	uint64_t built = clock_built_s();
	int64_t kept = 0;

	if (catalog_get_int(c, key, &kept, &ignored) != STATUS_OK ||
	    kept < 0 || (uint64_t)kept < built)
		return built;
	return (uint64_t)kept;
}

void clock_floor_today(struct catalog *c, char out[static 11])
{
	time_t floor = (time_t)clock_floor_s(c);
	struct tm day;

	/* Where this is used the day begins before that of UTC. */
	if (gmtime_r(&floor, &day) == NULL ||
	    strftime(out, 11, "%Y-%m-%d", &day) != 10)
		memcpy(out, "2026-01-01", 11);
}

/* What was proven before it was kept by whom: all that was in the floor. */
static enum status from_before(struct catalog *c, int64_t *time_s,
			       struct err *err)
{
	enum status status = catalog_get_int(c, before_key, time_s, err);

	if (status == STATUS_NOT_FOUND)
		status = catalog_get_int(c, key, time_s, err);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Put the floor where it is proven to be. */
static enum status put_floor(struct catalog *c, uint64_t time_s,
			     struct err *err)
{
	int64_t kept = 0;
	enum status status = catalog_get_int(c, key, &kept, err);

	if (time_s < clock_built_s())
		time_s = clock_built_s();
	if (time_s > INT64_MAX)
		time_s = INT64_MAX;
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	if (status == STATUS_OK && kept == (int64_t)time_s)
		return STATUS_OK;
	return catalog_set_int(c, key, (int64_t)time_s, err);
}

enum status clock_floor_keep(struct catalog *c, struct err *err)
{
	int64_t before = 0;
	enum status status = from_before(c, &before, err);

	if (status == STATUS_OK)
		status = catalog_set_int(c, before_key, before, err);
	if (status == STATUS_OK && clock_floor_s(c) <= clock_built_s())
		status = put_floor(c, clock_built_s(), err);
	return status;
}

static struct bytes name_of(const struct public_key *who)
{
	return (struct bytes){ who->bytes, PUBLIC_KEY_SIZE };
}

/* What offices have proven by themselves. */
static enum status acked(struct catalog *c, const struct trust *trust,
			 uint64_t *proven, struct err *err)
{
	int64_t before = 0;
	enum status status = from_before(c, &before, err);

	*proven = before > 0 ? (uint64_t)before : 0;
	for (size_t i = 0; i < trust->recipient_count && status == STATUS_OK;
	     i++) {
		const struct public_key *ack = &trust->recipients[i].ack;
		uint64_t time_s = 0;

		if (ack->type != KEY_COSIGNER)
			continue;
		status = heard_get(c, HEARD_ACK, name_of(ack), &time_s, err);
		if (status == STATUS_OK && time_s > *proven)
			*proven = time_s;
	}
	return status;
}

enum status clock_floor_settle(struct catalog *c, const struct trust *trust,
			       struct err *err)
{
	uint64_t times[TRUST_WITNESSES_MAX], proven;
	enum status status = STATUS_OK;

	for (size_t i = 0; i < trust->witness_count && status == STATUS_OK; i++)
		status = heard_get(c, HEARD_WITNESS,
				   name_of(&trust->witnesses[i]), &times[i],
				   err);
	if (status != STATUS_OK)
		return status;
	proven = cosigners_majority(times, trust->witness_count);
	if (proven == 0)
		status = acked(c, trust, &proven, err);
	return status == STATUS_OK ? put_floor(c, proven, err) : status;
}

enum status clock_floor_acked(struct catalog *c, const struct trust *trust,
			      const struct public_key *ack, uint64_t time_s,
			      struct err *err)
{
	enum status status = heard_raise(c, HEARD_ACK, name_of(ack), time_s,
					 err);

	return status == STATUS_OK ? clock_floor_settle(c, trust, err) :
				     status;
}

/* What each witness has said on this note. */
static enum status hear(struct catalog *c, const struct trust *trust,
			struct bytes whole, struct err *err)
{
	struct cosignatures found;
	struct note note;
	enum status status = STATUS_OK;

	if (note_parse(whole, CHECKPOINT_NOTE_MAX, &note) != STATUS_OK ||
	    cosigners_read(&note, trust->witnesses, trust->witness_count,
			   &found) != STATUS_OK)
		return STATUS_OK;
	for (size_t i = 0; i < trust->witness_count && status == STATUS_OK; i++)
		if ((found.keys >> i & 1) != 0)
			status = heard_raise(c, HEARD_WITNESS,
					     name_of(&trust->witnesses[i]),
					     found.time_s[i], err);
	return status;
}

enum status clock_floor_learn(struct catalog *c, const struct trust *trust,
			      int64_t log, struct err *err)
{
	struct buf note = BUF_INIT;
	enum status status;

	if (trust->witness_count == 0)
		return STATUS_OK;
	status = log_read_note(c, log, &note, err);
	if (status == STATUS_OK)
		status = hear(c, trust, buf_bytes(&note), err);
	if (status == STATUS_OK)
		status = clock_floor_settle(c, trust, err);
	buf_release(&note);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
