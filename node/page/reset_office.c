#include "node/page/reset_office.h"

#include <string.h>

#include "catalog/log.h"
#include "catalog/stations.h"
#include "signing/resetcode.h"

struct search {
	struct house *house;
	const uint8_t *key; /* of the station */
	const char *region;
	struct reset_offices *out;
	int64_t logs[RESET_OFFICES_MAX]; /* that enrolled it */
	unsigned n_logs;
};

static void add_key(struct reset_offices *out, const uint8_t *key)
{
	for (unsigned i = 0; i < out->count; i++)
		if (memcmp(out->keys[i], key, PUBLIC_KEY_SIZE) == 0)
			return;
	if (out->count < RESET_OFFICES_MAX)
		memcpy(out->keys[out->count++], key, PUBLIC_KEY_SIZE);
}

/* A place that has the other in it. */
static bool is_around(const char *outer, const char *inner)
{
	return outer[0] != 0 && strcmp(outer, inner) != 0 &&
	       region_contains(outer, inner);
}

static bool look_at(void *context, const struct station *station)
{
	struct search *s = context;

	if (memcmp(station->key.bytes, s->key, PUBLIC_KEY_SIZE) == 0) {
		if (s->n_logs < RESET_OFFICES_MAX)
			s->logs[s->n_logs++] = station->log;
	} else if (is_around(station->region, s->region)) {
		add_key(s->out, station->key.bytes);
	}
	return true;
}

/* Is `origin` in force, and the log itself or one that succeeds it? */
static bool speaks_for(const struct authority *a, const char *origin,
		       const char *log)
{
	return authority_cutoff(a, origin) == NULL &&
	       authority_succeeds(a, origin, log);
}

static enum status add_publishers(struct search *s, int64_t log,
				  struct err *err)
{
	const struct authority *a = house_authority(s->house);
	struct log_info info;
	enum status status = log_get(s->house->catalog, log, &info, err);

	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < authority_count(a); i++) {
		const struct publisher *p = &authority_at(a, i)->publisher;

		for (size_t k = 0; speaks_for(a, p->origin, info.origin) &&
				   k < p->key_count;
		     k++)
			add_key(s->out, p->keys[k].bytes);
	}
	return STATUS_OK;
}

enum status reset_offices_find(struct house *h, struct reset_offices *out,
			       struct err *err)
{
	struct search s = { .house = h,
			    .key = house_node_public(h),
			    .region = h->conf.region,
			    .out = out };
	enum status status;

	memset(out, 0, sizeof(*out));
	status = stations_list(h->catalog, false, look_at, &s, err);
	for (unsigned i = 0; i < s.n_logs && status == STATUS_OK; i++)
		status = add_publishers(&s, s.logs[i], err);
	return status;
}

bool reset_offices_made(const struct reset_offices *offices,
			const struct secret_key *node_key, const char *who,
			const uint8_t *challenge, const char *typed)
{
	char code[RESETCODE_DIGITS + 1];
	bool made = false;

	/* All of them, whichever it was. */
	for (unsigned i = 0; i < offices->count; i++)
		if (resetcode_make(RESETCODE_STATION, node_key,
				   offices->keys[i], who, challenge,
				   code) == STATUS_OK &&
		    resetcode_is(typed, code))
			made = true;
	signing_wipe(code, sizeof(code));
	return made;
}

/* --- at the office --- */

/* Did this node's own log, or one it succeeds, enrol the station? */
static enum status enrolled_here(struct house *h, const uint8_t *station,
				 bool *here, struct err *err)
{
	const struct authority *a = house_authority(h);
	struct reset_offices none = { .count = 0 };
	struct search s = { .house = h,
			    .key = station,
			    .region = "",
			    .out = &none };
	enum status status = stations_list(h->catalog, false, look_at, &s,
					   err);

	*here = false;
	for (unsigned i = 0; i < s.n_logs && status == STATUS_OK; i++) {
		struct log_info info;

		status = log_get(h->catalog, s.logs[i], &info, err);
		if (status == STATUS_OK &&
		    speaks_for(a, h->conf.origin, info.origin))
			*here = true;
	}
	return status;
}

/* Is this node enrolled for a place that contains `region`? */
static bool is_above(struct house *h, const char *region)
{
	struct err ignored = ERR_INIT;
	struct station own;

	return stations_get(h->catalog, house_node_public(h), &own,
			    &ignored) == STATUS_OK &&
	       !own.ended && is_around(own.region, region);
}

enum status reset_office_key(struct house *h,
			     const uint8_t station[static PUBLIC_KEY_SIZE],
			     const char *region, const struct secret_key **key,
			     struct err *err)
{
	bool here = false;
	enum status status = STATUS_OK;

	if (house_is_publisher(h) && h->conf.origin[0] != 0)
		status = enrolled_here(h, station, &here, err);
	if (status != STATUS_OK)
		return status;
	if (here && h->publisher_key != NULL) {
		*key = h->publisher_key;
		return STATUS_OK;
	}
	if (is_above(h, region)) {
		*key = h->node_key;
		return STATUS_OK;
	}
	if (here)
		return house_need_key(h, HOUSE_PUBLISHER, err);
	return err_set(err, STATUS_NOT_FOUND,
		       "that station takes no code from this node, but from "
		       "the office that enrolled it, and from nodes enrolled "
		       "for the place above it");
}
