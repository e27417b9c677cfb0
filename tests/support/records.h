/* Record logs for tests: stations that an office enrolled, sealed entries, and
 * what carries a log from one data directory to another. */
#ifndef TESTS_SUPPORT_RECORDS_H
#define TESTS_SUPPORT_RECORDS_H

#include "catalog/entry.h"
#include "node/records.h"
#include "node/upload_giver.h"
#include "node/upload_taker.h"
#include "proto/recordlog.h"
#include "tests/support/offices.h"

enum { RECORDS_NOW_S = 1800000000 };

/* A township or another station of the county. */
MAYBE_UNUSED static void office_join(struct office *o, struct scratch *s,
				     const char *name, const char *level,
				     const char *region, struct office *county)
{
	struct join join = JOIN_INIT;
	json_t *answer = office_ask(county,
				    json_pack("{s:s}", "verb", "join-file"));
	const char *text =
		json_string_value(json_object_get(answer, "text"));

	OFFICE_OK(county, join_parse(&join, bytes_of(text), &county->err));
	office_make(o, s, name, level, region, &join);
	join_release(&join);
	json_decref(answer);
}

/* An entry of the county's log, and all of it in the index. */
MAYBE_UNUSED static void office_append(struct office *county, struct buf *entry)
{
	struct bytes bytes = buf_bytes(entry);
	struct log_info info;

	OFFICE_OK(county, log_find(county->house.catalog,
				   county->house.conf.origin, &info,
				   &county->err));
	OFFICE_OK(county, log_append(county->house.catalog, info.id, &bytes, 1,
				     county->house.publisher_key,
				     &county->err));
	office_index(county);
	buf_release(entry);
}

MAYBE_UNUSED static void office_enrol(struct office *county,
				      const struct office *station)
{
	struct entry_station enrolled;
	struct buf entry = BUF_INIT;

	memset(&enrolled, 0, sizeof(enrolled));
	enrolled.key = *secret_key_public(station->house.node_key);
	(void)snprintf(enrolled.region, sizeof(enrolled.region), "%s",
		       station->house.conf.region);
	(void)snprintf(enrolled.name, sizeof(enrolled.name), "%.60s",
		       station->house.conf.name);
	OFFICE_OK(county,
		  entry_format_station(&enrolled, &entry, &county->err));
	office_append(county, &entry);
}

MAYBE_UNUSED static void office_retire(struct office *county,
				       const struct office *station)
{
	struct entry_station_end end = { .date = "" };
	struct buf entry = BUF_INIT;

	end.key = *secret_key_public(station->house.node_key);
	OFFICE_OK(county,
		  entry_format_station_end(&end, &entry, &county->err));
	office_append(county, &entry);
}

MAYBE_UNUSED static void own_origin(const struct office *o, char *origin)
{
	recordlog_origin(house_node_public(&o->house), origin);
}

/* Entries of `size` bytes; what is in them does not matter to the log. All but
 * the last in one go, for a commit costs an fsync. */
MAYBE_UNUSED static void add_records(struct office *o, unsigned count,
				     size_t size)
{
	struct bytes *entries = calloc(count, sizeof(*entries));
	uint8_t *bytes = malloc(size * count);
	char origin[RECORDLOG_ORIGIN_SIZE + 1];
	struct secret_key *key;
	int64_t id;

	CHECK(entries != NULL && bytes != NULL && count > 0);
	signing_random(bytes, size * count);
	for (unsigned i = 0; i < count; i++)
		entries[i] = (struct bytes){ bytes + i * size, size };
	own_origin(o, origin);
	CHECK(secret_key_named(&key, o->house.node_key, origin) == STATUS_OK);
	OFFICE_OK(o, log_follow_records(o->house.catalog, origin, true, &id,
					&o->err));
	OFFICE_OK(o, log_append(o->house.catalog, id, entries, count - 1, key,
				&o->err));
	OFFICE_OK(o, records_add(&o->house, entries[count - 1], NULL,
				 &o->err));
	secret_key_free(key);
	free(entries);
	free(bytes);
}

/* The log of `whose` as `o` has it; false when it has none. */
MAYBE_UNUSED static bool record_log(struct office *o,
				    const struct office *whose,
				    struct log_info *info)
{
	char origin[RECORDLOG_ORIGIN_SIZE + 1];
	enum status status;

	own_origin(whose, origin);
	status = log_find(o->house.catalog, origin, info, &o->err);
	CHECK(status == STATUS_OK || status == STATUS_NOT_FOUND);
	return status == STATUS_OK;
}

MAYBE_UNUSED static void record_note(struct office *o,
				     const struct office *whose,
				     struct buf *note)
{
	struct log_info info;

	CHECK(record_log(o, whose, &info));
	buf_clear(note);
	OFFICE_OK(o, log_read_note(o->house.catalog, info.id, note, &o->err));
}

/* Give `to` what `from` has of the log of `whose`, as over HTTP, until there
 * is an end to it. `*bodies` (may be NULL) counts them. */
MAYBE_UNUSED static enum upload_outcome send_up(struct office *from,
						struct upload_taker *taker,
						const struct office *whose,
						struct upload_giving *g,
						unsigned *bodies)
{
	struct log_info info;
	enum upload_outcome outcome;
	struct upload_giving fresh;

	CHECK(record_log(from, whose, &info));
	if (g == NULL) {
		g = &fresh;
		upload_giving_init(g, info.id, info.acked);
	}
	do {
		struct upload_answer answer;
		struct upload_reply reply;
		struct buf body = BUF_INIT;

		OFFICE_OK(from, upload_give(g, &from->house, &body,
					    &from->err));
		CHECK(body.size <= UPLOAD_MAX);
		upload_taker_take(taker, info.hash, buf_bytes(&body),
				  RECORDS_NOW_S, 0, &answer);
		reply = (struct upload_reply){ answer.code,
					       buf_bytes(&answer.body) };
		outcome = upload_given(g, &from->house, &reply, NULL);
		buf_release(&answer.body);
		buf_release(&body);
		if (bodies != NULL)
			++*bodies;
	} while (outcome == UPLOAD_AGAIN);
	return outcome;
}

#endif
