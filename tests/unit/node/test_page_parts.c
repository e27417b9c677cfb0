/* Files of a lesson as pages show them. */
#include "node/page/page_parts.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/check.h"

static const char *text_at(const json_t *part, const char *key)
{
	const char *text = json_string_value(json_object_get(part, key));

	return text == NULL ? "" : text;
}

static json_t *parts_of(const char *const *paths, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		const struct page_part part = { .path = paths[i],
						.bytes = 7,
						.base = "/payload/x/" };

		CHECK(json_array_append_new(list, page_part_json(&part)) ==
		      0);
	}
	page_parts_link(list);
	return list;
}

static void kinds_follow_from_endings(void)
{
	CHECK(strcmp(page_kind_of("a/羊.mp4"), "video") == 0);
	CHECK(strcmp(page_kind_of("羊.RMVB"), "video") == 0);
	CHECK(strcmp(page_kind_of("羊.mp3"), "audio") == 0);
	CHECK(strcmp(page_kind_of("羊.Srt"), "subtitle") == 0);
	CHECK(strcmp(page_kind_of("羊.vtt"), "subtitle") == 0);
	CHECK(strcmp(page_kind_of("羊.pdf"), "document") == 0);
	CHECK(strcmp(page_kind_of("羊.txt"), "document") == 0);
	CHECK(strcmp(page_kind_of("羊.jpg"), "picture") == 0);
	CHECK(strcmp(page_kind_of("羊"), "other") == 0);
	CHECK(strcmp(page_kind_of("a.mp4/羊"), "other") == 0);
}

static void a_part_says_where_it_is(void)
{
	const struct page_part part = { .path = "课 1/第一讲.上.mp4",
					.bytes = UINT64_C(5) << 32,
					.base = "/payload/ab/",
					.available = 0.25,
					.on_drive = true };
	json_t *json = page_part_json(&part);

	CHECK(strcmp(text_at(json, "name"), "第一讲.上.mp4") == 0);
	CHECK(strcmp(text_at(json, "title"), "第一讲.上") == 0);
	CHECK(strcmp(text_at(json, "path"), "课 1/第一讲.上.mp4") == 0);
	CHECK(strncmp(text_at(json, "url"), "/payload/ab/%E8%AF%BE%201/", 26) ==
	      0);
	CHECK(strcmp(text_at(json, "type"), "video/mp4") == 0);
	CHECK(json_integer_value(json_object_get(json, "bytes")) ==
	      (json_int_t)(UINT64_C(5) << 32));
	CHECK(json_real_value(json_object_get(json, "available")) == 0.25);
	CHECK(json_is_true(json_object_get(json, "on_drive")));
	json_decref(json);
}

static void subtitles_belong_to_the_film_of_their_name(void)
{
	static const char *const paths[] = {
		"课/羊.mp4",	   "课/羊.srt",	       "课/羊.zh-Hans.vtt",
		"课/羊2.srt",	   "课/羊.第一版.srt", "别/羊.srt",
		"课/羊.mp4.jpg",   "课/羊.01.srt",     "课/鱼.en.ass",
		"课/鱼.mkv",	   "课/羊.txt"
	};
	static const struct {
		const char *film, *lang;
	} expected[] = { { "", "" },	     { "课/羊.mp4", "" },
			 { "课/羊.mp4", "zh-Hans" },
			 { "", "" },	     { "", "" },
			 { "", "" },	     { "", "" },
			 { "", "" },	     { "课/鱼.mkv", "en" },
			 { "", "" },	     { "", "" } };
	json_t *list = parts_of(paths, sizeof(paths) / sizeof(*paths)), *part;
	size_t at;

	CHECK(json_array_size(list) == sizeof(paths) / sizeof(*paths));
	json_array_foreach(list, at, part) {
		CHECK(strcmp(text_at(part, "for"), expected[at].film) == 0);
		CHECK(strcmp(text_at(part, "lang"), expected[at].lang) == 0);
	}
	json_decref(list);
}

static void how_much_of_a_file_is_here_follows_from_the_map(void)
{
	struct metainfo_file files[] = {
		{ .path = "a.mp4", .length = 300, .pieces = 3 },
		{ .path = "b.mp4", .length = 200, .first_piece = 3,
		  .pieces = 2 },
		{ .path = "leer.txt" },
	};
	const struct metainfo mi = { .files = files, .file_count = 3,
				     .pieces = 5 };
	const uint8_t btmh[32] = { 0xab }, have[] = { 0xc8 }; /* 0, 1, 4 */
	const double half[] = { 2.0 / 3, 0.5, 1 };
	json_t *list = page_parts_json(&mi, btmh, have, false, false), *part;
	size_t at;

	json_array_foreach(list, at, part) {
		double here = json_real_value(
			json_object_get(part, "available"));

		CHECK(here > half[at] - 0.001 && here < half[at] + 0.001);
	}
	CHECK(strncmp(text_at(json_array_get(list, 0), "url"),
		      "/payload/ab00", 13) == 0);
	json_decref(list);
	list = page_parts_json(&mi, btmh, NULL, false, true);
	part = json_array_get(list, 0);
	CHECK(json_real_value(json_object_get(part, "available")) == 0);
	CHECK(json_is_true(json_object_get(part, "on_drive")));
	json_decref(list);
	list = page_parts_json(&mi, btmh, NULL, true, false);
	part = json_array_get(list, 0);
	CHECK(json_real_value(json_object_get(part, "available")) == 1);
	json_decref(list);
}

int main(void)
{
	kinds_follow_from_endings();
	a_part_says_where_it_is();
	subtitles_belong_to_the_film_of_their_name();
	how_much_of_a_file_is_here_follows_from_the_map();
	return 0;
}
