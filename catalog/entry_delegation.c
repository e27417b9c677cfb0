/* `delegate` and `undelegate`: what a publisher says of those below it. */
#include <string.h>

#include "catalog/entry_inside.h"
#include "proto/encoding.h"

/* A string of an array, handed to whoever adds it to the publisher. */
typedef enum status (*add_fn)(struct publisher *publisher, const char *text);

static enum status add_key(struct publisher *publisher, const char *text)
{
	struct public_key key;

	if (public_key_parse(bytes_of(text), &key) != STATUS_OK)
		return STATUS_MALFORMED;
	return publisher_add_key(publisher, &key);
}

static enum status read_array(const json_t *object, const char *name,
			      add_fn add, struct publisher *publisher,
			      struct err *err)
{
	const json_t *array = json_object_get(object, name);

	if (!json_is_array(array) || json_array_size(array) == 0)
		return err_set(err, STATUS_MALFORMED,
			       "'%s' is not an array with something in it",
			       name);
	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *item = json_array_get(array, i);

		if (!json_is_string(item) ||
		    add(publisher, json_string_value(item)) != STATUS_OK)
			return err_set(err, STATUS_MALFORMED,
				       "'%s' is malformed", name);
	}
	return STATUS_OK;
}

static enum status read_limits(const json_t *object, struct publisher *p,
			       struct err *err)
{
	const json_t *may = json_object_get(object, "may-delegate");
	enum status status = field_integer(object, "entries", OPTIONAL, 1,
					   ENTRY_INTEGER_MAX, &p->entries_max,
					   err);

	if (status == STATUS_OK)
		status = field_integer(object, "entry-bytes", OPTIONAL, 1,
				       ENTRY_INTEGER_MAX, &p->entry_bytes_max,
				       err);
	if (status == STATUS_OK)
		status = field_integer(object, "lesson-bytes", OPTIONAL, 1,
				       ENTRY_INTEGER_MAX,
				       &p->lesson_bytes_max, err);
	if (status == STATUS_OK && may != NULL && !json_is_boolean(may))
		status = err_set(err, STATUS_MALFORMED,
				 "'may-delegate' is neither true nor false");
	p->may_delegate = json_is_true(may);
	return status;
}

enum status entry_read_delegate(const json_t *object, struct entry *entry,
				struct err *err)
{
	struct publisher *p = &entry->delegate.publisher;
	char origin[ORIGIN_MAX + 1] = "";
	enum status status = field_text(object, "origin", REQUIRED, origin,
					sizeof(origin), err);

	if (status == STATUS_OK && publisher_init(p, origin) != STATUS_OK)
		status = err_set(err, STATUS_MALFORMED,
				 "'origin' is malformed");
	if (status == STATUS_OK)
		status = read_array(object, "keys", add_key, p, err);
	if (status == STATUS_OK)
		status = read_array(object, "regions", publisher_add_region, p,
				    err);
	if (status == STATUS_OK)
		status = read_array(object, "topics", publisher_add_topic, p,
				    err);
	if (status == STATUS_OK)
		status = read_limits(object, p, err);
	if (status == STATUS_OK && publisher_check(p) != STATUS_OK)
		status = err_set(err, STATUS_MALFORMED,
				 "not a whole delegation");
	return status;
}

static enum status undelegate_check(const struct entry_undelegate *u,
				    struct err *err)
{
	const struct cutoff *end = &u->end;
	const char *bad = NULL;

	if (origin_check(end->origin) != STATUS_OK)
		bad = "origin";
	else if (end->successor[0] != 0 &&
		 (!u->has_end || origin_check(end->successor) != STATUS_OK ||
		  strcmp(end->successor, end->origin) == 0))
		bad = "successor";
	else if (u->has_end && cutoff_check(end) != STATUS_OK)
		bad = "root";
	if (bad != NULL)
		return err_set(err, STATUS_MALFORMED, "'%s' is malformed",
			       bad);
	return STATUS_OK;
}

enum status entry_read_undelegate(const json_t *object, struct entry *entry,
				  struct err *err)
{
	struct entry_undelegate *u = &entry->undelegate;
	bool has_size = json_object_get(object, "size") != NULL;
	enum status status = field_text(object, "origin", REQUIRED,
					u->end.origin, sizeof(u->end.origin),
					err);

	if (status == STATUS_OK)
		status = field_integer(object, "size", OPTIONAL, 0,
				       ENTRY_INTEGER_MAX, &u->end.size, err);
	if (status == STATUS_OK)
		status = field_hash(object, "root", OPTIONAL, u->end.root,
				    &u->has_end, err);
	if (status == STATUS_OK && u->has_end != has_size)
		status = err_set(err, STATUS_MALFORMED,
				 "'size' and 'root' go together");
	if (status == STATUS_OK)
		status = field_text(object, "successor", OPTIONAL,
				    u->end.successor,
				    sizeof(u->end.successor), err);
	return status == STATUS_OK ? undelegate_check(u, err) : status;
}

static bool put_array(json_t *object, const char *name, json_t *array)
{
	return array != NULL && json_object_set_new(object, name, array) == 0;
}

static bool put_item(json_t *array, const char *text)
{
	return array != NULL &&
	       json_array_append_new(array, json_string(text)) == 0;
}

static bool put_lists(json_t *object, const struct publisher *p)
{
	json_t *keys = json_array(), *regions = json_array(),
	       *topics = json_array();
	bool good = true;

	for (size_t i = 0; i < p->key_count; i++) {
		char vkey[VKEY_MAX + 1];

		public_key_format(&p->keys[i], vkey);
		good = good && put_item(keys, vkey);
	}
	for (size_t i = 0; i < p->region_count; i++)
		good = good && put_item(regions, p->regions[i]);
	for (size_t i = 0; i < p->topic_count; i++)
		good = good && put_item(topics, p->topics[i][0] == 0 ?
							"*" :
							p->topics[i]);
	/* Each is taken over, whatever became of the others. */
	good &= put_array(object, "keys", keys);
	good &= put_array(object, "regions", regions);
	good &= put_array(object, "topics", topics);
	return good;
}

static bool put_limit(json_t *object, const char *name, uint64_t limit)
{
	return limit == 0 || field_put_integer(object, name, limit);
}

enum status entry_format_delegate(const struct entry_delegate *delegate,
				  struct buf *out, struct err *err)
{
	const struct publisher *p = &delegate->publisher;
	json_t *object;

	if (publisher_check(p) != STATUS_OK ||
	    p->entries_max > ENTRY_INTEGER_MAX ||
	    p->entry_bytes_max > ENTRY_INTEGER_MAX ||
	    p->lesson_bytes_max > ENTRY_INTEGER_MAX)
		return err_set(err, STATUS_MALFORMED,
			       "not a whole delegation");
	object = json_object();
	return entry_finish(
		object,
		object != NULL && field_put_text(object, "type", "delegate") &&
			field_put_text(object, "origin", p->origin) &&
			put_lists(object, p) &&
			put_limit(object, "entries", p->entries_max) &&
			put_limit(object, "entry-bytes", p->entry_bytes_max) &&
			put_limit(object, "lesson-bytes",
				  p->lesson_bytes_max) &&
			(!p->may_delegate ||
			 json_object_set_new(object, "may-delegate",
					     json_true()) == 0) &&
			field_put_integer(object, "trust", delegate->trust),
		out, err);
}

enum status entry_format_undelegate(const struct entry_undelegate *u,
				    struct buf *out, struct err *err)
{
	enum status status = undelegate_check(u, err);
	json_t *object;

	if (status != STATUS_OK)
		return status;
	object = json_object();
	return entry_finish(
		object,
		object != NULL &&
			field_put_text(object, "type", "undelegate") &&
			field_put_text(object, "origin", u->end.origin) &&
			(!u->has_end ||
			 (field_put_integer(object, "size", u->end.size) &&
			  field_put_hash(object, "root", u->end.root) &&
			  field_put_text(object, "successor",
					 u->end.successor))) &&
			field_put_integer(object, "trust", u->trust),
		out, err);
}
