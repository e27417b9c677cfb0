/* Witnesses: this node's own key, who stands behind a checkpoint, and how long
 * ago an office was last heard. */
#include <stdio.h>

#include "node/clock_floor.h"
#include "node/requests_internal.h"
#include "node/staleness.h"
#include "node/witness.h"

enum status request_witness_key(struct requests *r, const json_t *request,
				json_t **answer, struct err *err)
{
	char vkey[VKEY_MAX + 1];
	bool made;
	enum status status = witness_new_key(r->house, err);

	(void)request;
	made = status == STATUS_OK;
	if (!made && status != STATUS_EXISTS)
		return status;
	public_key_format(secret_key_public(r->house->witness_key), vkey);
	*answer = json_pack("{s:s, s:b, s:b}", "key", vkey, "made", made,
			    "listed", witness_is_listed(r->house));
	return STATUS_OK;
}

void request_lines_changed(struct requests *r, int64_t log)
{
	struct err err = ERR_INIT;

	if (r->live != NULL && r->live->lines_taken != NULL)
		r->live->lines_taken(r->live->node, log);
	else if (clock_floor_learn(r->house->catalog, &r->house->trust.trust,
				   log, &err) != STATUS_OK)
		(void)fprintf(stderr, "xiangtu: %s\n", err.text);
}

/* {age_s: number or null, at_least} */
static json_t *staleness_json(const struct staleness *s)
{
	return json_pack("{s:o, s:b}", "age_s",
			 s->known ? json_integer((json_int_t)s->age_s) :
				    json_null(),
			 "at_least", s->at_least);
}

void request_put_heard(struct requests *r, const struct log_info *info,
		       json_t *log)
{
	struct witness_count count;
	struct staleness stale;

	witness_count(r->house, info->id, &count);
	stale = staleness_of_log(r->house, info->origin, count.newest_s);
	(void)json_object_set_new(
		log, "witnesses",
		json_pack("{s:I, s:I, s:I}", "cosigned",
			  (json_int_t)count.cosigned, "listed",
			  (json_int_t)count.listed, "newest_s",
			  (json_int_t)count.newest_s));
	(void)json_object_set_new(log, "news", staleness_json(&stale));
}

void request_put_trust_heard(struct requests *r, json_t *status)
{
	struct staleness stale = staleness_of_trust(r->house);

	(void)json_object_set_new(status, "trust_news", staleness_json(&stale));
	(void)json_object_set_new(
		status, "clock_good",
		json_boolean(staleness_clock_is_good(r->house->catalog)));
	(void)json_object_set_new(
		status, "floor_s",
		json_integer((json_int_t)clock_floor_s(r->house->catalog)));
	(void)json_object_set_new(status, "witness",
				  json_boolean(witness_is_listed(r->house)));
}
