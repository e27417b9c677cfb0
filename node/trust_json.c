#include "node/trust_json.h"

json_t *trust_key_json(const struct public_key *key)
{
	char vkey[VKEY_MAX + 1];

	public_key_format(key, vkey);
	return json_string(vkey);
}

json_t *trust_keys_json(const struct public_key *keys, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(list, trust_key_json(&keys[i]));
	return list;
}

static void put_limit(json_t *object, const char *key, uint64_t limit)
{
	if (limit > 0)
		(void)json_object_set_new(object, key,
					  json_integer((json_int_t)limit));
}

json_t *trust_publisher_json(const struct publisher *p)
{
	json_t *regions = json_array(), *topics = json_array(), *object;

	for (size_t i = 0; i < p->region_count; i++)
		(void)json_array_append_new(regions,
					    json_string(p->regions[i]));
	for (size_t i = 0; i < p->topic_count; i++)
		(void)json_array_append_new(
			topics, json_string(p->topics[i][0] == 0 ?
						    "*" :
						    p->topics[i]));
	object = json_pack("{s:s, s:o, s:o, s:o, s:b}", "origin", p->origin,
			   "keys", trust_keys_json(p->keys, p->key_count),
			   "regions", regions, "topics", topics, "delegate",
			   p->may_delegate);
	put_limit(object, "entries", p->entries_max);
	put_limit(object, "entry_bytes", p->entry_bytes_max);
	put_limit(object, "lesson_bytes", p->lesson_bytes_max);
	return object;
}
