#include "signing/publisher.h"

#include <string.h>

enum status publisher_init(struct publisher *publisher, const char *origin)
{
	if (origin_check(origin) != STATUS_OK)
		return STATUS_MALFORMED;
	memset(publisher, 0, sizeof(*publisher));
	strcpy(publisher->origin, origin);
	return STATUS_OK;
}

enum status publisher_add_key(struct publisher *publisher,
			      const struct public_key *key)
{
	if (key->type != KEY_ED25519 ||
	    strcmp(key->name, publisher->origin) != 0)
		return STATUS_MALFORMED;
	for (size_t i = 0; i < publisher->key_count; i++)
		if (public_key_same(&publisher->keys[i], key))
			return STATUS_EXISTS;
	if (publisher->key_count == PUBLISHER_KEYS_MAX)
		return STATUS_NO_ROOM;
	publisher->keys[publisher->key_count++] = *key;
	return STATUS_OK;
}

enum status publisher_add_region(struct publisher *publisher,
				 const char *region)
{
	if (region_check(region) != STATUS_OK)
		return STATUS_MALFORMED;
	for (size_t i = 0; i < publisher->region_count; i++)
		if (strcmp(publisher->regions[i], region) == 0)
			return STATUS_EXISTS;
	if (publisher->region_count == PUBLISHER_REGIONS_MAX)
		return STATUS_NO_ROOM;
	strcpy(publisher->regions[publisher->region_count++], region);
	return STATUS_OK;
}

static bool is_all(const char *topic)
{
	return topic[0] == 0;
}

/* `topic` as it is kept: "" for all. */
static enum status add_topic(struct publisher *publisher, const char *topic)
{
	for (size_t i = 0; i < publisher->topic_count; i++) {
		if (strcmp(publisher->topics[i], topic) == 0)
			return STATUS_EXISTS;
		if (is_all(topic) || is_all(publisher->topics[i]))
			return STATUS_MALFORMED;
	}
	if (publisher->topic_count == PUBLISHER_TOPICS_MAX)
		return STATUS_NO_ROOM;
	strcpy(publisher->topics[publisher->topic_count++], topic);
	return STATUS_OK;
}

enum status publisher_add_topic(struct publisher *publisher,
				const char *topic)
{
	if (strcmp(topic, "*") == 0)
		return add_topic(publisher, "");
	if (topic_check(topic) != STATUS_OK)
		return STATUS_MALFORMED;
	return add_topic(publisher, topic);
}

enum status publisher_check(const struct publisher *p)
{
	struct publisher copy;

	if (p->key_count == 0 || p->key_count > PUBLISHER_KEYS_MAX ||
	    p->region_count == 0 || p->region_count > PUBLISHER_REGIONS_MAX ||
	    p->topic_count == 0 || p->topic_count > PUBLISHER_TOPICS_MAX ||
	    p->entries_max > INT64_MAX || p->entry_bytes_max > INT64_MAX ||
	    p->lesson_bytes_max > INT64_MAX)
		return STATUS_MALFORMED;
	if (publisher_init(&copy, p->origin) != STATUS_OK)
		return STATUS_MALFORMED;
	for (size_t i = 0; i < p->key_count; i++)
		if (publisher_add_key(&copy, &p->keys[i]) != STATUS_OK)
			return STATUS_MALFORMED;
	for (size_t i = 0; i < p->region_count; i++)
		if (publisher_add_region(&copy, p->regions[i]) != STATUS_OK)
			return STATUS_MALFORMED;
	for (size_t i = 0; i < p->topic_count; i++)
		if (publisher_add_topic(&copy, is_all(p->topics[i]) ?
						       "*" :
						       p->topics[i]) !=
		    STATUS_OK)
			return STATUS_MALFORMED;
	return STATUS_OK;
}

bool publisher_touches(const struct publisher *publisher, const char *region)
{
	for (size_t i = 0; i < publisher->region_count; i++)
		if (region_touches(publisher->regions[i], region))
			return true;
	return false;
}

static bool has_region(const struct publisher *publisher, const char *region)
{
	for (size_t i = 0; i < publisher->region_count; i++)
		if (region_contains(publisher->regions[i], region))
			return true;
	return false;
}

static bool has_topic(const struct publisher *publisher, const char *topic)
{
	for (size_t i = 0; i < publisher->topic_count; i++)
		if (topic_contains(publisher->topics[i], topic))
			return true;
	return false;
}

static bool is_within(uint64_t value, uint64_t max)
{
	return max == 0 || value <= max;
}

enum status publisher_allows(const struct publisher *publisher,
			     const char *region, const char *topic,
			     uint64_t lesson_bytes, size_t entry_bytes)
{
	if (region_check(region) != STATUS_OK ||
	    topic_check(topic) != STATUS_OK)
		return STATUS_MALFORMED;
	if (!has_region(publisher, region) || !has_topic(publisher, topic) ||
	    !is_within(lesson_bytes, publisher->lesson_bytes_max) ||
	    !is_within(entry_bytes, publisher->entry_bytes_max))
		return STATUS_OUT_OF_SCOPE;
	return STATUS_OK;
}

/* The narrower of two scopes one of which holds the other, else NULL. */
static const char *narrower(const char *a, const char *b,
			    bool (*contains)(const char *, const char *))
{
	return contains(a, b) ? b : contains(b, a) ? a : NULL;
}

static uint64_t lower_limit(uint64_t a, uint64_t b)
{
	if (a == 0 || b == 0)
		return a + b;
	return a < b ? a : b;
}

static enum status narrow_regions(const struct publisher *parent,
				  const struct publisher *child,
				  struct publisher *made)
{
	for (size_t i = 0; i < parent->region_count; i++)
		for (size_t j = 0; j < child->region_count; j++) {
			const char *region = narrower(parent->regions[i],
						      child->regions[j],
						      region_contains);

			if (region != NULL &&
			    publisher_add_region(made, region) ==
				    STATUS_NO_ROOM)
				return STATUS_NO_ROOM;
		}
	return made->region_count == 0 ? STATUS_OUT_OF_SCOPE : STATUS_OK;
}

static enum status narrow_topics(const struct publisher *parent,
				 const struct publisher *child,
				 struct publisher *made)
{
	for (size_t i = 0; i < parent->topic_count; i++)
		for (size_t j = 0; j < child->topic_count; j++) {
			const char *topic = narrower(parent->topics[i],
						     child->topics[j],
						     topic_contains);

			if (topic != NULL &&
			    add_topic(made, topic) == STATUS_NO_ROOM)
				return STATUS_NO_ROOM;
		}
	return made->topic_count == 0 ? STATUS_OUT_OF_SCOPE : STATUS_OK;
}

enum status publisher_narrow(const struct publisher *parent,
			     struct publisher *child)
{
	struct publisher made = *child;
	enum status status;

	if (!parent->may_delegate)
		return STATUS_OUT_OF_SCOPE;
	made.region_count = 0;
	made.topic_count = 0;
	status = narrow_regions(parent, child, &made);
	if (status == STATUS_OK)
		status = narrow_topics(parent, child, &made);
	if (status != STATUS_OK)
		return status;
	made.entries_max = lower_limit(parent->entries_max,
				       child->entries_max);
	made.entry_bytes_max = lower_limit(parent->entry_bytes_max,
					   child->entry_bytes_max);
	made.lesson_bytes_max = lower_limit(parent->lesson_bytes_max,
					    child->lesson_bytes_max);
	*child = made;
	return STATUS_OK;
}
