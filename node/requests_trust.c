/* Whom this node believes: roots, and all that the trust note says. */
#include "node/requests_internal.h"
#include "node/trust_json.h"
#include "proto/encoding.h"

static json_t *publishers_json(const struct trust *trust)
{
	json_t *list = json_array();

	for (size_t i = 0; i < trust->publisher_count; i++)
		(void)json_array_append_new(
			list, trust_publisher_json(&trust->publishers[i]));
	return list;
}

static json_t *recipients_json(const struct trust *trust)
{
	json_t *list = json_array();

	for (size_t i = 0; i < trust->recipient_count; i++) {
		const struct recipient *r = &trust->recipients[i];
		json_t *object = json_pack("{s:s, s:o}", "region", r->region,
					   "key", trust_key_json(&r->key));

		if (r->ack.type != 0)
			(void)json_object_set_new(object, "ack",
						  trust_key_json(&r->ack));
		(void)json_array_append_new(list, object);
	}
	return list;
}

static json_t *cutoffs_json(const struct trust *trust)
{
	json_t *list = json_array();

	for (size_t i = 0; i < trust->cutoff_count; i++) {
		const struct cutoff *c = &trust->cutoffs[i];
		char root[BASE64_SIZE(SHA256_SIZE) + 1];
		json_t *object;

		base64_encode((struct bytes){ c->root, SHA256_SIZE }, root);
		object = json_pack("{s:s, s:I, s:s}", "origin", c->origin,
				   "size", (json_int_t)c->size, "root", root);
		if (c->successor[0] != 0)
			(void)json_object_set_new(object, "successor",
						  json_string(c->successor));
		(void)json_array_append_new(list, object);
	}
	return list;
}

enum status request_trust(struct requests *r, const json_t *request,
			  json_t **answer, struct err *err)
{
	const struct trust_book *book = &r->house->trust;
	const struct trust *trust = &book->trust;
	json_t *object;

	(void)request;
	(void)err;
	object = json_pack(
		"{s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:I}", "root",
		(json_int_t)book->root.version, "threshold",
		(json_int_t)book->root.threshold, "trust",
		(json_int_t)trust->version, "trust_root",
		(json_int_t)(trust->version == 0 ? 0 : trust->root),
		"root_keys",
		trust_keys_json(book->root.keys, book->root.key_count),
		"publishers", publishers_json(trust), "recipients",
		recipients_json(trust), "cutoffs", cutoffs_json(trust),
		"witnesses",
		trust_keys_json(trust->witnesses, trust->witness_count),
		"unknown_statements", (json_int_t)trust->other_count);
	(void)json_object_set_new(object, "delegations",
				  request_delegations_json(r));
	(void)json_object_set_new(object, "void_delegations",
				  request_voids_json(r));
	request_put_words(object, book->fingerprint);
	*answer = object;
	return STATUS_OK;
}
