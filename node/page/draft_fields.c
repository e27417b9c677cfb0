/* What a draft says of its lesson: which fields there are, and how long they
 * may be. Whether they may be published is asked when they are. */
#include <string.h>

#include "node/page/draft.h"
#include "node/renditions.h"

enum field_kind { ONE_LINE, LINES, SWITCH, SERIES };

struct field {
	const char *name;
	enum field_kind kind;
	size_t max; /* bytes */
};

static const struct field fields_known[] = {
	{ "title", ONE_LINE, LESSON_TITLE_MAX },
	{ "topic", ONE_LINE, TOPIC_MAX },
	{ "region", ONE_LINE, REGION_MAX },
	{ "summary", LINES, LESSON_SUMMARY_MAX },
	{ "lang", ONE_LINE, LESSON_LANG_MAX },
	{ "series", SERIES, LESSON_TITLE_MAX },
	{ "date", ONE_LINE, LESSON_DATE_SIZE },
	{ "expires", ONE_LINE, LESSON_DATE_SIZE },
	{ "initials", ONE_LINE, LESSON_INITIALS_MAX },
	{ "keep", SWITCH, 0 },
	{ "revises", ONE_LINE, LESSON_ID_MAX },
};

static const struct field *find_field(const char *name)
{
	for (size_t i = 0; i < sizeof(fields_known) / sizeof(*fields_known);
	     i++)
		if (strcmp(fields_known[i].name, name) == 0)
			return &fields_known[i];
	return NULL;
}

/* Nothing is said of it: null, "", false, a series without a title. */
static bool is_nothing(const json_t *value)
{
	if (json_is_object(value))
		value = json_object_get(value, "title");
	return value == NULL || json_is_null(value) || json_is_false(value) ||
	       (json_is_string(value) && json_string_length(value) == 0);
}

static bool is_good_text(const json_t *value, size_t max, bool lines)
{
	return json_is_string(value) &&
	       strlen(json_string_value(value)) == json_string_length(value) &&
	       plain_is_good(json_string_value(value), max, lines);
}

static bool is_good_series(const json_t *value, size_t max)
{
	const json_t *n = json_object_get(value, "n");

	return json_is_object(value) &&
	       is_good_text(json_object_get(value, "title"), max, false) &&
	       json_object_size(value) == (n == NULL ? 1 : 2) &&
	       (n == NULL || (json_is_integer(n) && json_integer_value(n) >= 0 &&
			      json_integer_value(n) <= INT32_MAX));
}

static bool is_good(const struct field *field, const json_t *value)
{
	switch (field->kind) {
	case ONE_LINE:
		return is_good_text(value, field->max, false);
	case LINES:
		return is_good_text(value, field->max, true);
	case SWITCH:
		return json_is_true(value);
	case SERIES:
		return is_good_series(value, field->max);
	}
	return false;
}

/* Put one field into `all`. */
static enum status set_field(json_t *all, const char *name, json_t *value,
			     struct err *err)
{
	const struct field *field = find_field(name);

	if (field == NULL)
		return err_set(err, STATUS_USAGE, "there is no field '%.40s'",
			       name);
	if (is_nothing(value)) {
		(void)json_object_del(all, name);
		return STATUS_OK;
	}
	if (!is_good(field, value))
		return err_set(err, STATUS_USAGE,
			       field->kind == SWITCH ?
				       "%s: true or false is wanted" :
			       field->kind == LINES ?
				       "%s: plain text of at most %zu bytes is "
				       "wanted" :
				       "%s: one line of at most %zu bytes is "
				       "wanted",
			       name, field->max);
	if (json_object_set(all, name, value) != 0)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	return STATUS_OK;
}

enum status draft_set_fields(struct draft *d, const json_t *fields,
			     bool *changed, struct err *err)
{
	json_t *all = json_copy(d->fields), *value;
	enum status status = STATUS_OK;
	const char *name;

	*changed = false;
	if (all == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	if (!json_is_object(fields))
		status = err_set(err, STATUS_USAGE, "fields: an object is "
						    "wanted");
	json_object_foreach((json_t *)fields, name, value)
		if (status == STATUS_OK)
			status = set_field(all, name, value, err);
	if (status != STATUS_OK) {
		json_decref(all);
		return status;
	}
	*changed = json_equal(all, d->fields) == 0;
	json_decref(d->fields);
	d->fields = all;
	return STATUS_OK;
}

enum status draft_set_renditions(struct draft *d, const json_t *renditions,
				 bool *changed, struct err *err)
{
	struct renditions made = { .count = 0 };
	struct err ignored = ERR_INIT;
	const json_t *one;
	json_t *copy;
	size_t i;

	*changed = false;
	if (!json_is_array(renditions) ||
	    json_array_size(renditions) > LESSON_ALSO_MAX + 1)
		return err_set(err, STATUS_USAGE,
			       "renditions: a list of at most %d is wanted",
			       LESSON_ALSO_MAX + 1);
	json_array_foreach(renditions, i, one)
		if (!json_is_string(one) ||
		    renditions_add(&made, json_string_value(one), &ignored) !=
			    STATUS_OK)
			return err_set(err, STATUS_USAGE,
				       "renditions: \"original\" or sizes like "
				       "\"480p\" are wanted");
	copy = json_copy((json_t *)renditions);
	if (copy == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	*changed = json_equal(copy, d->renditions) == 0;
	json_decref(d->renditions);
	d->renditions = copy;
	return STATUS_OK;
}

const char *draft_field(const struct draft *d, const char *name)
{
	const char *text =
		json_string_value(json_object_get(d->fields, name));

	return text == NULL ? "" : text;
}
