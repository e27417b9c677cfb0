/* How an entry is read: jansson parses it, limits() walks the tree, then the
 * reader of its type copies bounded fields.
 *
 * jansson does not tell all of its allocation failures from bad input, and
 * may even drop a byte of a string; a relay of signed history must not
 * remember a lesson as malformed because memory was short for a moment. So
 * its allocator is wrapped once, and notes per thread that one failed. */
#include "catalog/entry.h"

#include <pthread.h>
#include <string.h>

#include "catalog/entry_inside.h"
#include "proto/text.h"

static pthread_once_t wrap_once = PTHREAD_ONCE_INIT;
static json_malloc_t malloc_below;
static json_free_t free_below;
static _Thread_local bool allocation_failed;

static void *noting_malloc(size_t size)
{
	void *memory = malloc_below(size);

	if (memory == NULL)
		allocation_failed = true;
	return memory;
}

static void wrap_allocator(void)
{
	json_get_alloc_funcs(&malloc_below, &free_below);
	json_set_alloc_funcs(noting_malloc, free_below);
}

static enum status limits(const json_t *value, int depth, struct err *err)
{
	enum status status = STATUS_OK;
	const json_t *inner;
	const char *key;
	size_t i;

	if (json_is_real(value))
		return err_set(err, STATUS_MALFORMED,
			       "a number that is not an integer");
	if (json_is_integer(value)) {
		json_int_t number = json_integer_value(value);

		if (number > ENTRY_INTEGER_MAX || number < -ENTRY_INTEGER_MAX)
			return err_set(err, STATUS_MALFORMED,
				       "an integer beyond 2^53");
		return STATUS_OK;
	}
	if (!json_is_object(value) && !json_is_array(value))
		return STATUS_OK;
	if (depth == ENTRY_DEPTH_MAX)
		return err_set(err, STATUS_MALFORMED,
			       "nested deeper than %d", ENTRY_DEPTH_MAX);
	if (json_object_size(value) > ENTRY_KEYS_MAX)
		return err_set(err, STATUS_MALFORMED,
			       "more than %d keys in an object",
			       ENTRY_KEYS_MAX);
	if (json_is_array(value)) {
		json_array_foreach((json_t *)value, i, inner) {
			status = limits(inner, depth + 1, err);
			if (status != STATUS_OK)
				return status;
		}
		return STATUS_OK;
	}
	for (void *at = json_object_iter((json_t *)value); at != NULL;
	     at = json_object_iter_next((json_t *)value, at)) {
		key = json_object_iter_key(at);
		status = limits(json_object_iter_value(at), depth + 1, err);
		if (status != STATUS_OK)
			return err_wrap(err, "in '%.40s'", key);
	}
	return STATUS_OK;
}

enum status entry_load(struct bytes json, json_t **out, struct err *err)
{
	json_error_t why;
	json_t *object;
	enum status status;

	if (json.size > ENTRY_MAX)
		return err_set(err, STATUS_MALFORMED,
			       "longer than %d bytes", ENTRY_MAX);
	if (json.size == 0)
		return err_set(err, STATUS_MALFORMED, "empty");
	pthread_once(&wrap_once, wrap_allocator);
	allocation_failed = false;
	object = json_loadb((const char *)json.data, json.size,
			    JSON_REJECT_DUPLICATES, &why);
	if (allocation_failed) {
		json_decref(object);
		return err_set(err, STATUS_NO_MEMORY, "read JSON");
	}
	if (object == NULL)
		return err_set(err, STATUS_MALFORMED, "not JSON: %s at %d",
			       why.text, why.position);
	if (!json_is_object(object))
		status = err_set(err, STATUS_MALFORMED, "not a JSON object");
	else
		status = limits(object, 0, err);
	if (status != STATUS_OK) {
		json_decref(object);
		return status;
	}
	*out = object;
	return STATUS_OK;
}

static enum status read_series(const json_t *object, struct lesson *l,
			       struct err *err)
{
	const json_t *series = json_object_get(object, "series");
	enum status status;

	if (series == NULL)
		return STATUS_OK;
	if (!json_is_object(series))
		return err_set(err, STATUS_MALFORMED,
			       "'series' is not an object");
	status = field_text(series, "title", REQUIRED, l->series.title,
			    sizeof(l->series.title), err);
	if (status == STATUS_OK && l->series.title[0] == 0)
		status = err_set(err, STATUS_MALFORMED, "'title' is empty");
	if (status == STATUS_OK)
		status = field_number(series, "n", OPTIONAL, 0, INT32_MAX,
				      &l->series.n, err);
	if (status != STATUS_OK)
		return err_wrap(err, "in 'series'");
	return STATUS_OK;
}

static enum status read_rendition(const json_t *object, struct rendition *r,
				  struct err *err)
{
	enum status status;

	if (!json_is_object(object))
		return err_set(err, STATUS_MALFORMED, "not an object");
	status = field_text(object, "as", REQUIRED, r->as, sizeof(r->as), err);
	if (status == STATUS_OK)
		status = field_hash(object, "btmh", REQUIRED, r->btmh, NULL,
				    err);
	if (status == STATUS_OK)
		status = field_integer(object, "bytes", REQUIRED, 1,
				       LESSON_BYTES_MAX, &r->bytes, err);
	return status;
}

static enum status read_also(const json_t *object, struct lesson *l,
			     struct err *err)
{
	const json_t *also = json_object_get(object, "also");

	if (also == NULL)
		return STATUS_OK;
	if (!json_is_array(also))
		return err_set(err, STATUS_MALFORMED,
			       "'also' is not an array");
	if (json_array_size(also) > LESSON_ALSO_MAX)
		return err_set(err, STATUS_MALFORMED,
			       "'also' names more than %d renditions",
			       LESSON_ALSO_MAX);
	for (size_t i = 0; i < json_array_size(also); i++)
		if (read_rendition(json_array_get(also, i), &l->also[i],
				   err) != STATUS_OK)
			return err_wrap(err, "in 'also'");
	l->also_count = json_array_size(also);
	return STATUS_OK;
}

static enum status read_numbers(const json_t *o, struct lesson *l,
				struct err *err)
{
	enum status status;

	status = field_number(o, "rev", REQUIRED, 1, INT32_MAX, &l->rev, err);
	if (status == STATUS_OK)
		status = field_number(o, "seconds", OPTIONAL, 0, INT32_MAX,
				      &l->seconds, err);
	if (status == STATUS_OK)
		status = field_hash(o, "btmh", REQUIRED, l->btmh, NULL, err);
	if (status == STATUS_OK)
		status = field_integer(o, "bytes", REQUIRED, 1,
				       LESSON_BYTES_MAX, &l->bytes, err);
	if (status == STATUS_OK)
		status = field_number(o, "files", REQUIRED, 1,
				      LESSON_FILES_MAX, &l->files, err);
	if (status == STATUS_OK)
		status = field_hash(o, "poster", OPTIONAL, l->poster,
				    &l->has_poster, err);
	if (status == STATUS_OK)
		status = field_integer(o, "trust", REQUIRED, 0,
				       LESSON_BYTES_MAX, &l->trust, err);
	return status;
}

struct text_field {
	const char *key;
	enum presence presence;
	char *out;
	size_t room;
};

static enum status read_texts(const json_t *object,
			      const struct text_field *fields, size_t count,
			      struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		const struct text_field *f = &fields[i];
		enum status status = field_text(object, f->key, f->presence,
						f->out, f->room, err);

		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

#define FIELD(key, presence, array) { key, presence, array, sizeof(array) }
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Nothing hangs on these: what another version writes is not refused. */
static void read_advice(const json_t *object, struct lesson *l)
{
	const char *office = json_string_value(json_object_get(object,
							       "office"));

	l->keep = json_is_true(json_object_get(object, "keep"));
	if (office != NULL && plain_is_good(office, LESSON_OFFICE_MAX, false))
		memcpy(l->office, office, strlen(office) + 1);
}

static enum status read_lesson(const json_t *object, struct entry *entry,
			       struct err *err)
{
	struct lesson *l = &entry->lesson;
	const struct text_field texts[] = {
		FIELD("id", REQUIRED, l->id),
		FIELD("title", REQUIRED, l->title),
		FIELD("topic", REQUIRED, l->topic),
		FIELD("region", REQUIRED, l->region),
		FIELD("lang", OPTIONAL, l->lang),
		FIELD("date", REQUIRED, l->date),
		FIELD("expires", OPTIONAL, l->expires),
		FIELD("summary", OPTIONAL, l->summary),
		FIELD("initials", OPTIONAL, l->initials),
	};
	enum status status = read_texts(object, texts, COUNT(texts), err);

	if (status == STATUS_OK)
		status = read_numbers(object, l, err);
	if (status == STATUS_OK)
		status = read_series(object, l, err);
	if (status == STATUS_OK)
		status = read_also(object, l, err);
	read_advice(object, l);
	if (status == STATUS_OK)
		status = lesson_check(l, err);
	return status;
}

static enum status withdraw_check(const struct entry_withdraw *w,
				  struct err *err)
{
	char origin[ORIGIN_MAX + 1];
	uint64_t short_id;

	if (lesson_id_split(w->id, origin, &short_id) != STATUS_OK)
		return err_set(err, STATUS_MALFORMED, "'id' is malformed");
	if (w->reason[0] != 0 &&
	    !plain_is_good(w->reason, ENTRY_REASON_MAX, true))
		return err_set(err, STATUS_MALFORMED, "'reason' is malformed");
	return STATUS_OK;
}

static enum status read_withdraw(const json_t *object, struct entry *entry,
				 struct err *err)
{
	struct entry_withdraw *w = &entry->withdraw;
	const struct text_field texts[] = {
		FIELD("id", REQUIRED, w->id),
		FIELD("reason", OPTIONAL, w->reason),
	};
	enum status status = read_texts(object, texts, COUNT(texts), err);

	return status == STATUS_OK ? withdraw_check(w, err) : status;
}

static enum status read_key(const json_t *object, const char *field,
			    enum presence presence, struct public_key *key,
			    bool *present, struct err *err)
{
	char text[VKEY_MAX + 1] = "";
	enum status status = field_text(object, field, presence, text,
					sizeof(text), err);

	if (status != STATUS_OK)
		return status;
	*present = json_object_get(object, field) != NULL;
	if (*present && (public_key_parse(bytes_of(text), key) != STATUS_OK ||
			 key->type != KEY_ED25519))
		return err_set(err, STATUS_MALFORMED,
			       "'%s' is not an Ed25519 vkey", field);
	return STATUS_OK;
}

static enum status station_check(const struct entry_station *s,
				 struct err *err)
{
	const char *bad = NULL;

	if (region_check(s->region) != STATUS_OK)
		bad = "region";
	else if (!plain_is_good(s->name, ENTRY_NAME_MAX, false))
		bad = "name";
	else if (s->group_count > ENTRY_GROUPS_MAX)
		bad = "groups";
	else if (s->key.type != KEY_ED25519)
		bad = "key";
	else if (s->has_replaces && (s->replaces.type != KEY_ED25519 ||
				     public_key_same(&s->key, &s->replaces)))
		bad = "replaces";
	else if (s->date[0] != 0 && !date_is_good(s->date))
		bad = "date";
	for (size_t i = 0; bad == NULL && i < s->group_count; i++)
		if (!plain_is_good(s->groups[i], ENTRY_NAME_MAX, false))
			bad = "groups";
	if (bad != NULL)
		return err_set(err, STATUS_MALFORMED, "'%s' is malformed",
			       bad);
	return STATUS_OK;
}

static enum status read_groups(const json_t *object, struct entry_station *s,
			       struct err *err)
{
	const json_t *groups = json_object_get(object, "groups");

	if (groups == NULL)
		return STATUS_OK;
	if (!json_is_array(groups) ||
	    json_array_size(groups) > ENTRY_GROUPS_MAX)
		return err_set(err, STATUS_MALFORMED,
			       "'groups' is not an array of at most %d",
			       ENTRY_GROUPS_MAX);
	for (size_t i = 0; i < json_array_size(groups); i++) {
		const json_t *name = json_array_get(groups, i);

		if (!json_is_string(name) ||
		    json_string_length(name) > ENTRY_NAME_MAX)
			return err_set(err, STATUS_MALFORMED,
				       "'groups' names something malformed");
		strcpy(s->groups[i], json_string_value(name));
	}
	s->group_count = json_array_size(groups);
	return STATUS_OK;
}

static enum status read_station(const json_t *object, struct entry *entry,
				struct err *err)
{
	struct entry_station *s = &entry->station;
	const struct text_field texts[] = {
		FIELD("region", REQUIRED, s->region),
		FIELD("name", REQUIRED, s->name),
		FIELD("date", OPTIONAL, s->date),
	};
	enum status status = read_texts(object, texts, COUNT(texts), err);
	bool present;

	if (status == STATUS_OK)
		status = read_key(object, "key", REQUIRED, &s->key, &present,
				  err);
	if (status == STATUS_OK)
		status = read_key(object, "replaces", OPTIONAL, &s->replaces,
				  &s->has_replaces, err);
	if (status == STATUS_OK)
		status = read_groups(object, s, err);
	return status == STATUS_OK ? station_check(s, err) : status;
}

static enum status read_station_end(const json_t *object, struct entry *entry,
				    struct err *err)
{
	struct entry_station_end *end = &entry->station_end;
	const struct text_field date = FIELD("date", OPTIONAL, end->date);
	enum status status = read_texts(object, &date, 1, err);
	bool present;

	if (status == STATUS_OK && end->date[0] != 0 &&
	    !date_is_good(end->date))
		status = err_set(err, STATUS_MALFORMED, "'date' is malformed");
	return status != STATUS_OK ? status :
				     read_key(object, "key", REQUIRED,
					      &end->key, &present, err);
}

static const struct {
	const char *name;
	enum entry_type type;
	enum status (*read)(const json_t *object, struct entry *entry,
			    struct err *err);
} types[] = {
	{ "lesson", ENTRY_LESSON, read_lesson },
	{ "withdraw", ENTRY_WITHDRAW, read_withdraw },
	{ "station", ENTRY_STATION, read_station },
	{ "station-end", ENTRY_STATION_END, read_station_end },
	{ "delegate", ENTRY_DELEGATE, entry_read_delegate },
	{ "undelegate", ENTRY_UNDELEGATE, entry_read_undelegate },
	{ "cards", ENTRY_CARDS, entry_read_cards },
	{ "cards-end", ENTRY_CARDS_END, entry_read_cards_end },
};

static bool type_is_good(const char *type)
{
	return type[0] != 0 &&
	       type[strspn(type, "abcdefghijklmnopqrstuvwxyz0123456789-")] ==
		       0;
}

static enum status read_type(const json_t *object, struct entry *entry,
			     struct err *err)
{
	enum status status = field_text(object, "type", REQUIRED,
					entry->type_name,
					sizeof(entry->type_name), err);

	if (status != STATUS_OK)
		return status;
	if (!type_is_good(entry->type_name))
		return err_set(err, STATUS_MALFORMED, "'type' is malformed");
	for (size_t i = 0; i < COUNT(types); i++)
		if (strcmp(types[i].name, entry->type_name) == 0) {
			entry->type = types[i].type;
			status = field_integer(object, "trust", OPTIONAL, 0,
					       ENTRY_INTEGER_MAX,
					       &entry->trust, err);
			if (status == STATUS_OK)
				status = types[i].read(object, entry, err);
			if (status != STATUS_OK)
				return err_wrap(err, "%s", types[i].name);
			return STATUS_OK;
		}
	entry->type = ENTRY_OTHER;
	return STATUS_OK;
}

enum status entry_parse(struct bytes json, struct entry *out, struct err *err)
{
	struct entry entry;
	json_t *object;
	enum status status = entry_load(json, &object, err);

	if (status != STATUS_OK)
		return status;
	memset(&entry, 0, sizeof(entry));
	status = read_type(object, &entry, err);
	json_decref(object);
	if (status == STATUS_OK)
		*out = entry;
	return status;
}

enum status entry_finish(json_t *object, bool built, struct buf *out,
			 struct err *err)
{
	enum status status =
		built ? fields_write(object, out) : STATUS_NO_MEMORY;

	json_decref(object);
	if (status != STATUS_OK)
		return err_set(err, status, "write entry");
	return STATUS_OK;
}

enum status entry_format_withdraw(const struct entry_withdraw *withdraw,
				  struct buf *out, struct err *err)
{
	enum status status = withdraw_check(withdraw, err);
	json_t *object;

	if (status != STATUS_OK)
		return status;
	object = json_object();
	return entry_finish(
		object,
		object != NULL &&
			field_put_text(object, "type", "withdraw") &&
			field_put_text(object, "id", withdraw->id) &&
			field_put_text(object, "reason",
					     withdraw->reason) &&
			(withdraw->trust == 0 ||
			 field_put_integer(object, "trust",
						 withdraw->trust)),
		out, err);
}

static bool put_key(json_t *object, const char *field,
		    const struct public_key *key)
{
	char text[VKEY_MAX + 1];

	public_key_format(key, text);
	return field_put_text(object, field, text);
}

static bool put_groups(json_t *object, const struct entry_station *s)
{
	json_t *groups;

	if (s->group_count == 0)
		return true;
	groups = json_array();
	for (size_t i = 0; groups != NULL && i < s->group_count; i++)
		if (json_array_append_new(groups,
					  json_string(s->groups[i])) != 0) {
			json_decref(groups);
			return false;
		}
	return groups != NULL &&
	       json_object_set_new(object, "groups", groups) == 0;
}

enum status entry_format_station(const struct entry_station *station,
				 struct buf *out, struct err *err)
{
	enum status status = station_check(station, err);
	json_t *object;

	if (status != STATUS_OK)
		return status;
	object = json_object();
	return entry_finish(
		object,
		object != NULL &&
			field_put_text(object, "type", "station") &&
			put_key(object, "key", &station->key) &&
			field_put_text(object, "region",
					     station->region) &&
			field_put_text(object, "name", station->name) &&
			put_groups(object, station) &&
			(!station->has_replaces ||
			 put_key(object, "replaces",
				       &station->replaces)) &&
			(station->date[0] == 0 ||
			 field_put_text(object, "date", station->date)),
		out, err);
}

enum status entry_format_station_end(const struct entry_station_end *end,
				     struct buf *out, struct err *err)
{
	json_t *object;

	if (end->key.type != KEY_ED25519)
		return err_set(err, STATUS_MALFORMED, "'key' is malformed");
	if (end->date[0] != 0 && !date_is_good(end->date))
		return err_set(err, STATUS_MALFORMED, "'date' is malformed");
	object = json_object();
	return entry_finish(
		object,
		object != NULL &&
			field_put_text(object, "type", "station-end") &&
			put_key(object, "key", &end->key) &&
			(end->date[0] == 0 ||
			 field_put_text(object, "date", end->date)),
		out, err);
}
