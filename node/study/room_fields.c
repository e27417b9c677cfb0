#include "node/study/room_fields.h"

#include <string.h>

#include "catalog/lesson.h"

static bool is_plain(const json_t *value, size_t max, bool multi_line)
{
	const char *text = json_string_value(value);

	return text != NULL && strlen(text) == json_string_length(value) &&
	       plain_is_good(text, max, multi_line);
}

static bool is_number(const json_t *value, json_int_t least, json_int_t most)
{
	return json_is_integer(value) && json_integer_value(value) >= least &&
	       json_integer_value(value) <= most;
}

static enum status check_heads(const json_t *value, struct err *err)
{
	return is_number(value, 0, ROOM_HEADS_MAX) ?
		       STATUS_OK :
		       err_set(err, STATUS_MALFORMED,
			       "heads: how many people, at most 5000");
}

static enum status check_names(const json_t *value, struct err *err)
{
	if (!json_is_array(value) || json_array_size(value) > ROOM_NAMES_MAX)
		return err_set(err, STATUS_MALFORMED, "names: at most 200");
	for (size_t i = 0; i < json_array_size(value); i++)
		if (!is_plain(json_array_get(value, i), ROOM_NAME_MAX, false))
			return err_set(err, STATUS_MALFORMED,
				       "names: one line of at most 60 bytes "
				       "each");
	return STATUS_OK;
}

static enum status check_note(const json_t *value, struct err *err)
{
	/* An empty one takes the note out. */
	if (json_is_string(value) && json_string_length(value) == 0)
		return STATUS_OK;
	return is_plain(value, ROOM_NOTE_MAX, true) ?
		       STATUS_OK :
		       err_set(err, STATUS_MALFORMED,
			       "note: plain text of at most 2000 bytes");
}

static enum status check_outside(const json_t *value, struct err *err)
{
	static const char *const kinds[] = { "satellite", "disc", "teacher",
					     "other" };
	const char *kind = json_string_value(json_object_get(value, "kind"));
	bool known = false;

	for (size_t i = 0; i < 4 && kind != NULL; i++)
		known |= strcmp(kind, kinds[i]) == 0;
	if (!known)
		return err_set(err, STATUS_MALFORMED,
			       "outside: kind is satellite, disc, teacher or "
			       "other");
	if (!is_plain(json_object_get(value, "title"), ROOM_TITLE_MAX, false))
		return err_set(err, STATUS_MALFORMED,
			       "outside: title is one line of at most 200 "
			       "bytes");
	if (!is_number(json_object_get(value, "minutes"), 0,
		       ROOM_OUTSIDE_MIN_MAX))
		return err_set(err, STATUS_MALFORMED,
			       "outside: minutes are at most 1440");
	return STATUS_OK;
}

static const struct field {
	const char *key;
	bool may_lack;
	enum status (*check)(const json_t *value, struct err *err);
} fields[] = { { "heads", false, check_heads },
	       { "names", false, check_names },
	       { "note", true, check_note },
	       { "outside", true, check_outside } };
enum { FIELDS = sizeof(fields) / sizeof(*fields) };

/* Of what is said only what is known goes on. */
static json_t *copy_of(const json_t *value)
{
	if (!json_is_object(value))
		return json_deep_copy(value);
	return json_pack("{s:O, s:O, s:O}", "kind",
			 json_object_get(value, "kind"), "title",
			 json_object_get(value, "title"), "minutes",
			 json_object_get(value, "minutes"));
}

static bool takes_out(const struct field *field, const json_t *value)
{
	return field->may_lack &&
	       (json_is_null(value) ||
		(json_is_string(value) && json_string_length(value) == 0));
}

enum status room_fields_put(json_t *item, const json_t *request,
			    struct err *err)
{
	const json_t *value;
	enum status status = STATUS_OK;

	for (size_t i = 0; i < FIELDS && status == STATUS_OK; i++) {
		value = json_object_get(request, fields[i].key);
		if (value != NULL && !takes_out(&fields[i], value))
			status = fields[i].check(value, err);
	}
	for (size_t i = 0; i < FIELDS && status == STATUS_OK; i++) {
		value = json_object_get(request, fields[i].key);
		if (value == NULL)
			continue;
		if (takes_out(&fields[i], value))
			(void)json_object_del(item, fields[i].key);
		else if (json_object_set_new(item, fields[i].key,
					     copy_of(value)) != 0)
			status = err_set(err, STATUS_NO_MEMORY, "a study");
	}
	return status;
}

enum status room_fields_lessons(const json_t *lessons, struct err *err)
{
	char origin[ORIGIN_MAX + 1];
	uint64_t short_id;
	const char *id;

	if (!json_is_array(lessons) ||
	    json_array_size(lessons) > ROOM_LESSONS_MAX)
		return err_set(err, STATUS_MALFORMED, "lessons: at most 50");
	for (size_t i = 0; i < json_array_size(lessons); i++) {
		id = json_string_value(json_array_get(lessons, i));
		if (id == NULL ||
		    lesson_id_split(id, origin, &short_id) != STATUS_OK)
			return err_set(err, STATUS_MALFORMED,
				       "lessons: full ids");
	}
	return STATUS_OK;
}

bool room_is_jpeg(const uint8_t *data, size_t size)
{
	return size > 4 && data[0] == 0xff && data[1] == 0xd8 &&
	       data[2] == 0xff && data[size - 2] == 0xff &&
	       data[size - 1] == 0xd9;
}
