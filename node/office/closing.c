#include "node/office/closing.h"

#include "catalog/bulletin.h"
#include "catalog/imported.h"
#include "catalog/log.h"
#include "catalog/stations.h"
#include "node/clock.h"
#include "proto/month.h"
#include "proto/recordlog.h"

struct behind {
	struct catalog *node, *records;
	uint64_t entries;
};

/* Logs of strangers wait for somebody else. */
static enum status look_at_log(void *owner, const struct log_info *log,
			       struct err *err)
{
	struct behind *b = owner;
	uint8_t key[PUBLIC_KEY_SIZE];
	struct station station;
	uint64_t done = 0;
	int64_t id;
	enum status status;

	if (!recordlog_key(log->origin, key))
		return STATUS_OK;
	status = stations_get(b->node, key, &station, err);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	status = imported_find(b->records, key, &id, err);
	if (status == STATUS_OK)
		status = imported_done(b->records, id, &done, err);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	b->entries += log->size > done ? log->size - done : 0;
	return STATUS_OK;
}

/* What is here and not read yet would come too late. */
static enum status all_is_in(const struct closing *closing,
			     struct catalog *node, struct catalog *records,
			     struct err *err)
{
	struct behind b = { .node = node, .records = records };
	enum status status = !closing->imports ?
				     STATUS_OK :
				     log_each_records(node, look_at_log, &b,
						      err);

	if (status != STATUS_OK || b.entries == 0)
		return status;
	if (closing->locked)
		return err_set(err, STATUS_LOCKED,
			       "%llu entries of stations wait to be opened: "
			       "unlock the records key first",
			       (unsigned long long)b.entries);
	return err_set(err, STATUS_BUSY,
		       "%llu entries of stations are not read yet; wait, or "
		       "say 'xiangtu records import' first",
		       (unsigned long long)b.entries);
}

enum status closing_ask(const struct house *house, const char *month,
			struct closing *out, struct err *err)
{
	if (month == NULL || month[0] == 0)
		return err_set(err, STATUS_USAGE,
			       "which month? write it like 2026-10");
	if (!clock_is_set())
		return err_set(err, STATUS_USAGE,
			       "the clock of this machine is not set, so nobody "
			       "knows whether %s is over",
			       month);
	out->imports = house->locks[HOUSE_RECORDS].there;
	out->locked = house_is_locked(house, HOUSE_RECORDS);
	return reports_query(house, month, NULL, NULL, &out->asked, err);
}

enum status closing_do(const struct closing *closing, struct catalog *node,
		       struct catalog *records, json_t **answer,
		       struct err *err)
{
	/* Its words are in the struct, which may have been moved. */
	struct report_query query = closing->asked.query;
	struct bulletin_closed closed;
	char text[MONTH_TEXT];
	enum status status = all_is_in(closing, node, records, err);

	query.region = closing->asked.region;
	if (status == STATUS_OK)
		status = bulletin_close(node, records, &query, &closed, err);
	if (status != STATUS_OK)
		return status;
	month_format(query.month, text);
	*answer = json_pack("{s:s, s:i, s:i, s:i, s:i}", "month", text,
			    "stations", (int)closed.stations, "reached",
			    (int)closed.reached, "zero", (int)closed.zero,
			    "silent", (int)closed.silent);
	return *answer != NULL ? STATUS_OK :
				 err_set(err, STATUS_NO_MEMORY, "an answer");
}
