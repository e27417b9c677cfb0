/* What pages say of a play and of a study: read, and counted as it came. */
#include <jansson.h>

#include "node/study/room_fields.h"
#include "node/study/room_post.h"
#include "tests/fuzz/fuzz.h"

static void play(const json_t *body)
{
	static struct room_post post;
	struct span credits[PLAYCOUNT_SAMPLES_MAX];
	struct playcount count = { .kind = PLAYCOUNT_MEDIA };
	struct err err = ERR_INIT;
	uint64_t end = 0, now_ms = 1000000;

	if (room_post_read(body, &post, &err) != STATUS_OK) {
		CHECK(err.text[0] != 0);
		return;
	}
	CHECK(post.play != 0 && post.count <= PLAYCOUNT_SAMPLES_MAX);
	if (post.as == ROOM_DOCUMENT || post.as == ROOM_PICTURE)
		count.kind = PLAYCOUNT_PAGES;
	count.of = post.of;
	for (int i = 0; i < 3; i++, now_ms += 7000) {
		size_t n = playcount_take(&count, post.samples, post.count,
					  post.keys > 0, now_ms, credits);

		for (size_t k = 0; k < n; k++) {
			CHECK(credits[k].from >= end);
			CHECK(credits[k].to > credits[k].from);
			CHECK(credits[k].to <= now_ms);
			end = credits[k].to;
		}
	}
	CHECK(count.ms <= 2 * 7000 + PLAYCOUNT_GRACE_MS);
}

static void study(const json_t *body)
{
	json_t *item = json_object();
	struct err err = ERR_INIT;

	CHECK(item != NULL);
	if (room_fields_put(item, body, &err) == STATUS_OK) {
		CHECK(json_array_size(json_object_get(item, "names")) <=
		      ROOM_NAMES_MAX);
		CHECK(json_string_length(json_object_get(item, "note")) <=
		      ROOM_NOTE_MAX);
		CHECK(json_object_size(item) <= 4);
	} else {
		CHECK(json_object_size(item) == 0 && err.text[0] != 0);
	}
	(void)room_fields_lessons(json_object_get(body, "lessons"), &err);
	json_decref(item);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *body = json_loadb((const char *)data, size,
				  JSON_REJECT_DUPLICATES, NULL);

	if (json_is_object(body)) {
		play(body);
		study(body);
	}
	json_decref(body);
	(void)room_is_jpeg(data, size);
	return 0;
}
