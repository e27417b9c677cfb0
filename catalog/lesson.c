#include "catalog/lesson.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "catalog/entry.h"
#include "catalog/jsonfields.h"
#include "proto/encoding.h"
#include "proto/text.h"

static bool leap(unsigned year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned days_of(unsigned year, unsigned month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30,
					31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && leap(year) ? 1U : 0U);
}

bool date_is_good(const char *date)
{
	static const char shape[] = "dddd-dd-dd";
	unsigned part[3] = { 0, 0, 0 };
	size_t at = 0;

	if (strlen(date) != LESSON_DATE_SIZE)
		return false;
	for (size_t i = 0; i < LESSON_DATE_SIZE; i++) {
		if (shape[i] == '-') {
			if (date[i] != '-')
				return false;
			at++;
		} else if (date[i] < '0' || date[i] > '9') {
			return false;
		} else {
			part[at] = part[at] * 10 + (unsigned)(date[i] - '0');
		}
	}
	return part[0] > 0 && part[1] >= 1 && part[1] <= 12 && part[2] >= 1 &&
	       part[2] <= days_of(part[0], part[1]);
}

bool plain_is_good(const char *text, size_t max, bool multi_line)
{
	size_t size = strlen(text);

	if (size == 0 || size > max)
		return false;
	if (!multi_line)
		return text_is_plain(bytes_of(text));
	for (const char *at = text;;) {
		size_t line = strcspn(at, "\n");

		if (!text_is_plain(
			    (struct bytes){ (const uint8_t *)at, line }))
			return false;
		if (at[line] == 0)
			return true;
		at += line + 1;
	}
}

static bool only(const char *text, const char *alphabet)
{
	return text[strspn(text, alphabet)] == 0;
}

void lesson_short_text(uint64_t short_id,
		       char out[static LESSON_SHORT_SIZE + 1])
{
	uint8_t raw[LESSON_SHORT_BYTES];

	assert(short_id >> 40 == 0);
	for (size_t i = 0; i < sizeof(raw); i++)
		raw[i] = (uint8_t)(short_id >> (8 * (sizeof(raw) - 1 - i)));
	base32_encode((struct bytes){ raw, sizeof(raw) }, out);
}

void lesson_id_make(const char *origin,
		    const uint8_t random[static LESSON_SHORT_BYTES],
		    char out[static LESSON_ID_MAX + 1])
{
	size_t size = strlen(origin);

	assert(size <= ORIGIN_MAX);
	memcpy(out, origin, size);
	out[size] = '#';
	base32_encode((struct bytes){ random, LESSON_SHORT_BYTES },
		      out + size + 1);
}

enum status lesson_id_split(const char *id,
			    char origin[static ORIGIN_MAX + 1],
			    uint64_t *short_id)
{
	const char *hash = strchr(id, '#');
	uint8_t raw[LESSON_SHORT_BYTES];
	char spelled[LESSON_SHORT_SIZE + 1];
	char name[ORIGIN_MAX + 1];
	uint64_t sum = 0;

	if (hash == NULL || (size_t)(hash - id) > ORIGIN_MAX)
		return STATUS_MALFORMED;
	memcpy(name, id, (size_t)(hash - id));
	name[hash - id] = 0;
	if (origin_check(name) != STATUS_OK ||
	    base32_decode(bytes_of(hash + 1), raw, sizeof(raw)) != STATUS_OK)
		return STATUS_MALFORMED;
	/* What a person may type loosely is spelled one way in an entry. */
	base32_encode((struct bytes){ raw, sizeof(raw) }, spelled);
	if (strcmp(spelled, hash + 1) != 0)
		return STATUS_MALFORMED;
	for (size_t i = 0; i < sizeof(raw); i++)
		sum = sum << 8 | raw[i];
	strcpy(origin, name);
	*short_id = sum;
	return STATUS_OK;
}

static enum status also_check(const struct lesson *l, struct err *err)
{
	if (l->also_count > LESSON_ALSO_MAX)
		return err_set(err, STATUS_MALFORMED,
			       "'also' names more than %d renditions",
			       LESSON_ALSO_MAX);
	for (size_t i = 0; i < l->also_count; i++) {
		const struct rendition *r = &l->also[i];

		if (r->as[0] == 0 ||
		    !only(r->as, "abcdefghijklmnopqrstuvwxyz0123456789-"))
			return err_set(err, STATUS_MALFORMED,
				       "'also' has a malformed 'as'");
		if (r->bytes == 0 || r->bytes > LESSON_BYTES_MAX)
			return err_set(err, STATUS_MALFORMED,
				       "'also' has 'bytes' out of range");
		if (memcmp(r->btmh, l->btmh, sizeof(r->btmh)) == 0)
			return err_set(err, STATUS_MALFORMED,
				       "'also' names the main payload");
		for (size_t j = 0; j < i; j++)
			if (memcmp(r->btmh, l->also[j].btmh,
				   sizeof(r->btmh)) == 0)
				return err_set(err, STATUS_MALFORMED,
					       "'also' names a payload twice");
	}
	return STATUS_OK;
}

static enum status texts_check(const struct lesson *l, struct err *err)
{
	static const char tag[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-";
	const char *bad = NULL;

	if (!plain_is_good(l->title, LESSON_TITLE_MAX, false))
		bad = "title";
	else if (l->series.title[0] != 0 &&
		 !plain_is_good(l->series.title, LESSON_TITLE_MAX, false))
		bad = "series";
	else if (topic_check(l->topic) != STATUS_OK)
		bad = "topic";
	else if (region_check(l->region) != STATUS_OK)
		bad = "region";
	else if (!only(l->lang, tag))
		bad = "lang";
	else if (!date_is_good(l->date))
		bad = "date";
	else if (l->expires[0] != 0 && !date_is_good(l->expires))
		bad = "expires";
	else if (l->summary[0] != 0 &&
		 !plain_is_good(l->summary, LESSON_SUMMARY_MAX, true))
		bad = "summary";
	else if (!only(l->initials, "abcdefghijklmnopqrstuvwxyz0123456789"))
		bad = "initials";
	else if (l->office[0] != 0 &&
		 !plain_is_good(l->office, LESSON_OFFICE_MAX, false))
		bad = "office";
	if (bad != NULL)
		return err_set(err, STATUS_MALFORMED, "'%s' is malformed",
			       bad);
	return STATUS_OK;
}

enum status lesson_check(const struct lesson *l, struct err *err)
{
	char origin[ORIGIN_MAX + 1];
	const char *bad = NULL;
	enum status status;
	uint64_t short_id;

	if (lesson_id_split(l->id, origin, &short_id) != STATUS_OK)
		return err_set(err, STATUS_MALFORMED, "'id' is malformed");
	status = texts_check(l, err);
	if (status != STATUS_OK)
		return status;
	if (l->rev == 0 || l->rev > INT32_MAX)
		bad = "rev";
	else if (l->series.n > INT32_MAX ||
		 (l->series.n > 0 && l->series.title[0] == 0))
		bad = "series";
	else if (l->seconds > INT32_MAX)
		bad = "seconds";
	else if (l->bytes == 0 || l->bytes > LESSON_BYTES_MAX)
		bad = "bytes";
	else if (l->files == 0 || l->files > LESSON_FILES_MAX)
		bad = "files";
	else if (l->trust > LESSON_BYTES_MAX)
		bad = "trust";
	if (bad != NULL)
		return err_set(err, STATUS_MALFORMED, "'%s' is out of range",
			       bad);
	return also_check(l, err);
}

static bool put_series(json_t *object, const struct lesson *l)
{
	json_t *series;

	if (l->series.title[0] == 0)
		return true;
	series = json_object();
	if (series == NULL)
		return false;
	if (field_put_text(series, "title", l->series.title) &&
	    (l->series.n == 0 || field_put_integer(series, "n", l->series.n)))
		return json_object_set_new(object, "series", series) == 0;
	json_decref(series);
	return false;
}

static bool put_also(json_t *object, const struct lesson *l)
{
	json_t *also;

	if (l->also_count == 0)
		return true;
	also = json_array();
	for (size_t i = 0; also != NULL && i < l->also_count; i++) {
		json_t *one = json_object();

		if (one == NULL || !field_put_text(one, "as", l->also[i].as) ||
		    !field_put_hash(one, "btmh", l->also[i].btmh) ||
		    !field_put_integer(one, "bytes", l->also[i].bytes)) {
			json_decref(one);
			json_decref(also);
			return false;
		}
		if (json_array_append_new(also, one) != 0) {
			json_decref(also);
			return false;
		}
	}
	return also != NULL && json_object_set_new(object, "also", also) == 0;
}

static bool put_all(json_t *o, const struct lesson *l)
{
	return field_put_text(o, "type", "lesson") &&
	       field_put_text(o, "id", l->id) &&
	       field_put_integer(o, "rev", l->rev) &&
	       field_put_text(o, "title", l->title) && put_series(o, l) &&
	       field_put_text(o, "topic", l->topic) &&
	       field_put_text(o, "region", l->region) &&
	       field_put_text(o, "lang", l->lang) &&
	       (l->seconds == 0 ||
		field_put_integer(o, "seconds", l->seconds)) &&
	       field_put_text(o, "date", l->date) &&
	       field_put_text(o, "expires", l->expires) &&
	       field_put_text(o, "summary", l->summary) &&
	       field_put_text(o, "initials", l->initials) &&
	       field_put_hash(o, "btmh", l->btmh) &&
	       field_put_integer(o, "bytes", l->bytes) &&
	       field_put_integer(o, "files", l->files) &&
	       (!l->has_poster || field_put_hash(o, "poster", l->poster)) &&
	       put_also(o, l) &&
	       (!l->keep ||
		json_object_set_new(o, "keep", json_true()) == 0) &&
	       field_put_text(o, "office", l->office) &&
	       field_put_integer(o, "trust", l->trust);
}

enum status lesson_format(const struct lesson *lesson, struct buf *out,
			  struct err *err)
{
	enum status status = lesson_check(lesson, err);
	json_t *object;

	if (status != STATUS_OK)
		return status;
	object = json_object();
	status = object != NULL && put_all(object, lesson) ?
			 fields_write(object, out) :
			 STATUS_NO_MEMORY;
	json_decref(object);
	if (status != STATUS_OK)
		return err_set(err, status, "write lesson");
	return STATUS_OK;
}

enum status lesson_parse(struct bytes json, struct lesson *out,
			 struct err *err)
{
	struct entry entry;
	enum status status = entry_parse(json, &entry, err);

	if (status != STATUS_OK)
		return status;
	if (entry.type != ENTRY_LESSON)
		return err_set(err, STATUS_MALFORMED, "not a lesson");
	*out = entry.lesson;
	return STATUS_OK;
}
