#include "node/study/room_post.h"

#include <string.h>

#include "catalog/jsonfields.h"
#include "catalog/study.h"

static const char *const as_names[] = { "video", "audio", "document",
					"picture" };

const char *room_as_name(enum room_as as)
{
	return as_names[as];
}

static enum status read_id(const json_t *body, const char *key, uint64_t *id,
			   struct err *err)
{
	const char *text = json_string_value(json_object_get(body, key));

	if (text == NULL || study_id_parse(text, id) != STATUS_OK)
		return err_set(err, STATUS_MALFORMED,
			       "%s: 16 lower-case hex digits", key);
	return STATUS_OK;
}

static enum status read_as(const json_t *body, enum room_as *as,
			   struct err *err)
{
	const char *text = json_string_value(json_object_get(body, "as"));

	for (unsigned i = 0; i < 4 && text != NULL; i++)
		if (strcmp(text, as_names[i]) == 0) {
			*as = (enum room_as)i;
			return STATUS_OK;
		}
	return err_set(err, STATUS_MALFORMED,
		       "as: video, audio, document or picture");
}

/* A number of the page's, in thousandths; false when it is none. */
static bool thousandths(const json_t *value, double most, uint64_t *out)
{
	double number = json_number_value(value);

	if (!json_is_number(value) || !(number >= 0) || number > most)
		return false;
	*out = (uint64_t)(number * 1000 + 0.5);
	return true;
}

static bool read_sample(const json_t *value, bool pages,
			struct playcount_sample *out)
{
	const char *state = json_string_value(json_object_get(value, "state"));
	const json_t *rate = json_object_get(value, "rate");
	uint64_t t = 0, at = 0, speed = 1000;

	if (state == NULL ||
	    !thousandths(json_object_get(value, "t"), 1e13, &t) ||
	    !thousandths(json_object_get(value, "at"), ROOM_OF_MAX, &at) ||
	    (rate != NULL && !thousandths(rate, 1000, &speed)))
		return false;
	*out = (struct playcount_sample){
		.t_ms = t / 1000,
		.at = pages ? at / 1000 : at,
		.rate = (uint32_t)speed,
		.running = strcmp(state, pages ? "reading" : "playing") == 0,
	};
	return !pages || out->at > 0;
}

static enum status read_samples(const json_t *array, struct room_post *out,
				struct err *err)
{
	bool pages = out->as == ROOM_DOCUMENT || out->as == ROOM_PICTURE;

	if (array == NULL)
		return STATUS_OK;
	if (!json_is_array(array) ||
	    json_array_size(array) > PLAYCOUNT_SAMPLES_MAX)
		return err_set(err, STATUS_MALFORMED, "samples: at most 120");
	for (size_t i = 0; i < json_array_size(array); i++)
		if (!read_sample(json_array_get(array, i), pages,
				 &out->samples[i]))
			return err_set(err, STATUS_MALFORMED,
				       "samples: t, at, rate and state of "
				       "each");
	out->count = json_array_size(array);
	return STATUS_OK;
}

static enum status read_numbers(const json_t *body, struct room_post *out,
				struct err *err)
{
	const json_t *of = json_object_get(body, "of");
	const json_t *in = json_object_get(body, "in");
	uint64_t thousand = 0;
	enum status status = field_integer(body, "keys", OPTIONAL, 0, 1 << 20,
					   &out->keys, err);

	if (status == STATUS_OK)
		status = field_integer(body, "rev", OPTIONAL, 0, 1ull << 53,
				       &out->rev, err);
	if (status != STATUS_OK)
		return status;
	/* Players do not know at once how long a film is. */
	if (of != NULL && !json_is_null(of) &&
	    !thousandths(of, ROOM_OF_MAX, &thousand))
		return err_set(err, STATUS_MALFORMED, "of: seconds, or pages");
	out->of = (thousand + 999) / 1000;
	if (in == NULL || json_is_null(in))
		return STATUS_OK;
	return read_id(body, "in", &out->in, err);
}

enum status room_post_read(const json_t *body, struct room_post *out,
			   struct err *err)
{
	char origin[ORIGIN_MAX + 1];
	uint64_t short_id;
	enum status status;

	memset(out, 0, sizeof(*out));
	status = read_id(body, "play", &out->play, err);
	if (status == STATUS_OK)
		status = field_text(body, "lesson", REQUIRED, out->lesson,
				    sizeof(out->lesson), err);
	if (status == STATUS_OK &&
	    lesson_id_split(out->lesson, origin, &short_id) != STATUS_OK)
		status = err_set(err, STATUS_MALFORMED, "lesson: a full id");
	if (status == STATUS_OK)
		status = read_as(body, &out->as, err);
	if (status == STATUS_OK)
		status = read_numbers(body, out, err);
	if (status == STATUS_OK)
		status = read_samples(json_object_get(body, "samples"), out,
				      err);
	out->end = json_is_true(json_object_get(body, "end"));
	return status;
}
