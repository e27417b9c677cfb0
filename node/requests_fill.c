/* A lesson from what a request to publish says of it. */
#include <stdio.h>
#include <string.h>

#include "catalog/initials.h"
#include "node/clock.h"
#include "node/requests_internal.h"
#include "proto/encoding.h"
#include "proto/text.h"

enum status request_take_text(const json_t *request, const char *key,
			      char *out, size_t room, const char *usual,
			      struct err *err)
{
	const char *text = request_text(request, key);

	if (text == NULL)
		text = usual;
	if (strlen(text) >= room)
		return err_set(err, STATUS_MALFORMED, "%s: too long (at most "
						      "%zu bytes)",
			       key, room - 1);
	memcpy(out, text, strlen(text) + 1);
	return STATUS_OK;
}

static enum status take_hash(const json_t *request, const char *key,
			     uint8_t out[static 32], bool *given,
			     struct err *err)
{
	const char *hex = request_text(request, key);

	*given = hex != NULL;
	if (hex != NULL && hex_decode(bytes_of(hex), out, 32) != STATUS_OK)
		return err_set(err, STATUS_USAGE, "%s: not a hash", key);
	return STATUS_OK;
}

static enum status take_texts(struct requests *r, const json_t *q,
			      struct lesson *l, struct err *err)
{
	const json_t *series = json_object_get(q, "series");
	char today[11];
	const struct {
		const char *key;
		char *out;
		size_t room;
		const char *usual;
	} texts[] = {
		{ "title", l->title, sizeof(l->title), "" },
		{ "topic", l->topic, sizeof(l->topic), "" },
		{ "region", l->region, sizeof(l->region),
		  r->house->conf.region },
		{ "lang", l->lang, sizeof(l->lang), "zh-CN" },
		{ "date", l->date, sizeof(l->date), today },
		{ "expires", l->expires, sizeof(l->expires), "" },
		{ "summary", l->summary, sizeof(l->summary), "" },
		{ "initials", l->initials, sizeof(l->initials), "" },
	};

	clock_today(today);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		enum status status = request_take_text(q, texts[i].key, texts[i].out,
					       texts[i].room, texts[i].usual,
					       err);

		if (status != STATUS_OK)
			return status;
	}
	if (series == NULL)
		return STATUS_OK;
	l->series.n = (uint32_t)request_number(series, "n");
	return request_take_text(series, "title", l->series.title,
			 sizeof(l->series.title), "", err);
}

static enum status make_initials(struct lesson *l, struct err *err)
{
	struct buf initials = BUF_INIT;
	enum status status;

	if (l->initials[0] != 0)
		return STATUS_OK;
	status = initials_of(l->title, LESSON_INITIALS_MAX, &initials, err);
	if (status == STATUS_OK)
		(void)snprintf(l->initials, sizeof(l->initials), "%s",
			       buf_string(&initials));
	buf_release(&initials);
	initials_forget(); /* some megabytes, needed once in a while */
	return status;
}

/* The id that a try has promised: who asks again after a power cut says it
 * again, and nothing is published twice. */
static enum status take_own_id(struct requests *r, const json_t *request,
			       struct lesson *l, struct err *err)
{
	const char *id = request_text(request, "id");
	char origin[ORIGIN_MAX + 1];
	uint64_t short_id;

	if (strlen(id) > LESSON_ID_MAX ||
	    lesson_id_split(id, origin, &short_id) != STATUS_OK ||
	    strcmp(origin, r->house->conf.origin) != 0)
		return err_set(err, STATUS_USAGE,
			       "'%s' is no id of a lesson of this office", id);
	strcpy(l->id, id);
	l->rev = 1;
	return STATUS_OK;
}

/* A new id, or the next revision of the lesson named. */
static enum status take_id(struct requests *r, const json_t *request,
			   struct lesson *l, struct err *err)
{
	const char *revises = request_text(request, "revises");
	uint8_t random[LESSON_SHORT_BYTES];
	char origin[ORIGIN_MAX + 1];
	struct lesson_row row;
	uint64_t short_id;
	enum status status;

	if (revises == NULL && request_text(request, "id") != NULL)
		return take_own_id(r, request, l, err);
	if (revises == NULL) {
		signing_random(random, sizeof(random));
		lesson_id_make(r->house->conf.origin, random, l->id);
		l->rev = 1;
		return STATUS_OK;
	}
	status = lessons_get(r->house->catalog, revises, &row, err);
	if (status != STATUS_OK)
		return status;
	status = lesson_id_split(row.lesson.id, origin, &short_id);
	if (status != STATUS_OK ||
	    !authority_succeeds(house_authority(r->house),
				r->house->conf.origin, origin))
		return err_set(err, STATUS_OUT_OF_SCOPE,
			       "'%s' is another office's lesson",
			       row.lesson.title);
	memcpy(l->id, row.lesson.id, sizeof(l->id));
	l->rev = row.lesson.rev + 1;
	return STATUS_OK;
}

/* What people type wrongly most often, said in words they can use. */
static enum status check_typed(const struct lesson *l, struct err *err)
{
	if (l->title[0] == 0 || !text_is_plain(bytes_of(l->title)))
		return err_set(err, STATUS_USAGE,
			       "--title: one line of text is wanted");
	if (topic_check(l->topic) != STATUS_OK)
		return err_set(err, STATUS_USAGE,
			       "--topic: '%s' is no path of words joined by "
			       "'/', like 产业/养殖/黑山羊",
			       l->topic);
	if (region_check(l->region) != STATUS_OK)
		return err_set(err, STATUS_USAGE,
			       "--region: '%s' is no code of 2, 4, 6, 9 or 12 "
			       "digits",
			       l->region);
	if (!date_is_good(l->date) ||
	    (l->expires[0] != 0 && !date_is_good(l->expires)))
		return err_set(err, STATUS_USAGE,
			       "--date, --expires: a day like 2026-11-21 is "
			       "wanted");
	return STATUS_OK;
}

static enum status take_also(const json_t *request, struct lesson *l,
			     struct err *err)
{
	const json_t *list = json_object_get(request, "also"), *one;
	enum status status = STATUS_OK;
	size_t i;

	if (json_array_size(list) > LESSON_ALSO_MAX)
		return err_set(err, STATUS_USAGE,
			       "more than %d renditions of one lesson",
			       LESSON_ALSO_MAX);
	json_array_foreach(list, i, one) {
		struct rendition *r = &l->also[i];
		bool given;

		status = request_take_text(one, "as", r->as, sizeof(r->as), "", err);
		if (status == STATUS_OK)
			status = take_hash(one, "btmh", r->btmh, &given, err);
		if (status != STATUS_OK)
			return status;
		r->bytes = request_number(one, "bytes");
		l->also_count++;
	}
	return status;
}

enum status request_fill_lesson(struct requests *r, const json_t *request,
				struct lesson *l, struct err *err)
{
	bool has_btmh;
	enum status status;

	memset(l, 0, sizeof(*l));
	status = take_id(r, request, l, err);
	if (status == STATUS_OK)
		status = take_texts(r, request, l, err);
	if (status == STATUS_OK)
		status = check_typed(l, err);
	if (status == STATUS_OK)
		status = make_initials(l, err);
	if (status == STATUS_OK)
		status = take_hash(request, "btmh", l->btmh, &has_btmh, err);
	if (status == STATUS_OK)
		status = take_hash(request, "poster", l->poster,
				   &l->has_poster, err);
	l->bytes = request_number(request, "bytes");
	l->files = (uint32_t)request_number(request, "files");
	l->seconds = (uint32_t)request_number(request, "seconds");
	l->trust = r->house->trust.trust.version;
	l->keep = json_is_true(json_object_get(request, "keep"));
	(void)snprintf(l->office, sizeof(l->office), "%s", r->house->conf.name);
	return status == STATUS_OK ? take_also(request, l, err) : status;
}
