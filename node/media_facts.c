#include "node/media_facts.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/text.h"

const char media_facts_entries[] =
	"format=format_name,duration:format_tags=major_brand:"
	"stream=index,codec_type,codec_name,profile,level,pix_fmt,width,height,"
	"sample_aspect_ratio,field_order,color_transfer,channels,"
	"avg_frame_rate:stream_disposition=attached_pic,default:"
	"stream_tags=language:stream_side_data=rotation";

/* A word that is safe to show; anything else counts as not said. */
static void take_word(const json_t *object, const char *key, char *out,
		      size_t room)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (text == NULL || strlen(text) >= room ||
	    !text_is_plain(bytes_of(text)))
		text = "";
	memcpy(out, text, strlen(text) + 1);
}

#define TAKE(object, key, field) take_word(object, key, field, sizeof(field))

static unsigned take_number(const json_t *object, const char *key,
			    unsigned most)
{
	json_int_t value = json_integer_value(json_object_get(object, key));

	return value < 0 || value > (json_int_t)most ? 0 : (unsigned)value;
}

/* "16:15" or "30000/1001"; false for anything else and for nothing by
 * nothing. */
static bool take_ratio(const json_t *object, const char *key, char between,
		       unsigned *a, unsigned *b)
{
	const char *text = json_string_value(json_object_get(object, key));
	unsigned long one, two;
	char *end;

	if (text == NULL || text[0] < '0' || text[0] > '9')
		return false;
	one = strtoul(text, &end, 10);
	if (*end != between || end[1] < '0' || end[1] > '9')
		return false;
	two = strtoul(end + 1, &end, 10);
	if (*end != 0 || one == 0 || two == 0 || one > 1000000000 ||
	    two > 1000000000)
		return false;
	*a = (unsigned)one;
	*b = (unsigned)two;
	return true;
}

static int take_rotation(const json_t *stream)
{
	const json_t *list = json_object_get(stream, "side_data_list"), *one;
	size_t i;

	json_array_foreach(list, i, one) {
		const json_t *value = json_object_get(one, "rotation");
		json_int_t turn = json_integer_value(value) % 360;

		if (turn < 0)
			turn += 360;
		if (json_is_integer(value))
			return turn % 90 == 0 ? (int)turn : 0;
	}
	return 0;
}

static enum media_kind kind_of(const json_t *stream)
{
	const char *type = json_string_value(
		json_object_get(stream, "codec_type"));

	if (type == NULL)
		return MEDIA_STREAM_OTHER;
	if (strcmp(type, "video") == 0)
		return MEDIA_STREAM_VIDEO;
	if (strcmp(type, "audio") == 0)
		return MEDIA_STREAM_AUDIO;
	return strcmp(type, "subtitle") == 0 ? MEDIA_STREAM_SUBTITLE :
					       MEDIA_STREAM_OTHER;
}

static void read_stream(const json_t *stream, struct media_stream *s)
{
	const json_t *disposition = json_object_get(stream, "disposition");
	char order[MEDIA_WORD_MAX + 1];
	unsigned a, b;

	memset(s, 0, sizeof(*s));
	s->kind = kind_of(stream);
	s->index = take_number(stream, "index", 100000);
	TAKE(stream, "codec_name", s->codec);
	TAKE(stream, "profile", s->profile);
	TAKE(stream, "pix_fmt", s->pixels);
	TAKE(stream, "color_transfer", s->transfer);
	TAKE(json_object_get(stream, "tags"), "language", s->language);
	TAKE(stream, "field_order", order);
	s->level = (int)take_number(stream, "level", 1000);
	s->width = take_number(stream, "width", MEDIA_SIDE_MAX);
	s->height = take_number(stream, "height", MEDIA_SIDE_MAX);
	s->channels = take_number(stream, "channels", 64);
	s->wide = s->high = 1;
	/* Within reason: no screen shows a pixel eight times as wide. */
	if (take_ratio(stream, "sample_aspect_ratio", ':', &a, &b) &&
	    a <= 8 * (uint64_t)b && b <= 8 * (uint64_t)a) {
		s->wide = a;
		s->high = b;
	}
	if (take_ratio(stream, "avg_frame_rate", '/', &a, &b))
		s->fps = (double)a / b;
	s->rotation = take_rotation(stream);
	s->interlaced = order[0] != 0 && strcmp(order, "progressive") != 0 &&
			strcmp(order, "unknown") != 0;
	s->cover = take_number(disposition, "attached_pic", 1) != 0;
	s->is_default = take_number(disposition, "default", 1) != 0;
}

enum status media_facts_read(struct bytes text, struct media_facts *out,
			     struct err *err)
{
	json_t *all = json_loadb((const char *)text.data, text.size, 0, NULL);
	const json_t *format = json_object_get(all, "format");
	struct media_facts found;
	const char *seconds;
	json_t *stream;
	size_t i;

	memset(&found, 0, sizeof(found));
	json_array_foreach(json_object_get(all, "streams"), i, stream)
		if (found.count < MEDIA_STREAMS_MAX)
			read_stream(stream, &found.streams[found.count++]);
	TAKE(format, "format_name", found.container);
	TAKE(json_object_get(format, "tags"), "major_brand", found.brand);
	seconds = json_string_value(json_object_get(format, "duration"));
	if (seconds != NULL)
		found.seconds = strtod(seconds, NULL);
	json_decref(all);
	if (!(found.seconds > 0 && found.seconds < 1e7))
		found.seconds = 0;
	if (media_facts_main(&found, MEDIA_STREAM_VIDEO) == NULL &&
	    media_facts_main(&found, MEDIA_STREAM_AUDIO) == NULL)
		return err_set(err, STATUS_MALFORMED,
			       "neither video nor sound in it");
	*out = found;
	return STATUS_OK;
}

const struct media_stream *media_facts_main(const struct media_facts *facts,
					    enum media_kind kind)
{
	const struct media_stream *first = NULL;

	for (unsigned i = 0; i < facts->count; i++) {
		const struct media_stream *s = &facts->streams[i];

		if (s->kind != kind || s->cover)
			continue;
		if (s->is_default)
			return s;
		if (first == NULL)
			first = s;
	}
	return first;
}

unsigned media_facts_count(const struct media_facts *facts,
			   enum media_kind kind)
{
	unsigned count = 0;

	for (unsigned i = 0; i < facts->count; i++)
		count += facts->streams[i].kind == kind &&
			 !facts->streams[i].cover;
	return count;
}
