#include "node/clock_floor.h"

#include <string.h>
#include <time.h>

#include "catalog/expiry.h"
#include "catalog/log.h"
#include "node/clock.h"
#include "signing/checkpoint.h"

static const char key[] = EXPIRY_KEY;

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

enum status clock_floor_keep(struct catalog *c, struct err *err)
{
	int64_t kept = 0;
	enum status status = catalog_get_int(c, key, &kept, err);

	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	if (kept > 0 && (uint64_t)kept >= clock_built_s())
		return STATUS_OK;
	return catalog_set_int(c, key, (int64_t)clock_built_s(), err);
}

enum status clock_floor_raise(struct catalog *c, uint64_t time_s,
			      struct err *err)
{
	if (time_s <= clock_floor_s(c) || time_s > INT64_MAX)
		return STATUS_OK;
	return catalog_set_int(c, key, (int64_t)time_s, err);
}

static bool proven_by(const struct trust *trust, struct bytes whole,
		      uint64_t *time_s)
{
	struct cosignatures found;
	struct note note;
	bool any = false;

	if (note_parse(whole, CHECKPOINT_NOTE_MAX, &note) != STATUS_OK ||
	    cosignature_verify(&note, trust->witnesses, trust->witness_count,
			       &found) != STATUS_OK)
		return false;
	for (size_t i = 0; i < trust->witness_count; i++) {
		if ((found.keys >> i & 1) == 0)
			continue;
		if (!any || found.time_s[i] < *time_s)
			*time_s = found.time_s[i];
		any = true;
	}
	return any;
}

enum status clock_floor_learn(struct catalog *c, const struct trust *trust,
			      int64_t log, struct err *err)
{
	struct buf note = BUF_INIT;
	uint64_t time_s;
	enum status status = STATUS_OK;

	if (trust->witness_count == 0)
		return STATUS_OK;
	status = log_read_note(c, log, &note, err);
	if (status == STATUS_OK &&
	    proven_by(trust, buf_bytes(&note), &time_s))
		status = clock_floor_raise(c, time_s, err);
	buf_release(&note);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
