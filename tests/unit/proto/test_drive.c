#include "proto/drive.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/encoding.h"
#include "tests/support/check.h"

static const uint8_t hash[DRIVE_HASH_SIZE] = { 0x01, 0xab, [31] = 0xff };
#define HASH                                                                  \
	"01ab0000000000000000000000000000"                                    \
	"000000000000000000000000000000ff"

static uint32_t seed = 7;

static uint32_t random_below(uint32_t limit)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % limit;
}

/* --- paths --- */

static void things_are_where_the_format_says(void)
{
	char path[DRIVE_PATH_MAX];

	drive_path(DRIVE_BLOB, hash, path);
	CHECK(strcmp(path, ".xiangtu/blob/" HASH) == 0);
	drive_path(DRIVE_TORRENT, hash, path);
	CHECK(strcmp(path, ".xiangtu/torrent/" HASH) == 0);
	drive_path(DRIVE_PLACE, hash, path);
	CHECK(strcmp(path, ".xiangtu/place/" HASH) == 0);
	drive_path(DRIVE_PART, hash, path);
	CHECK(strcmp(path, ".xiangtu/part/" HASH) == 0);
	drive_path(DRIVE_NODE, hash, path);
	CHECK(strcmp(path, ".xiangtu/node/" HASH) == 0);
	drive_path(DRIVE_TLOG, hash, path);
	CHECK(strcmp(path, ".xiangtu/tlog/" HASH) == 0);
	drive_path(DRIVE_UP, hash, path);
	CHECK(strcmp(path, ".xiangtu/up/" HASH) == 0);
	drive_path_root(12, path);
	CHECK(strcmp(path, ".xiangtu/trust/root/12.note") == 0);
	drive_path_list(DRIVE_PLACE, path);
	CHECK(strcmp(path, ".xiangtu/list/place") == 0);
	drive_path_list(DRIVE_NODE, path);
	CHECK(strcmp(path, ".xiangtu/list/node") == 0);
	drive_path_list(DRIVE_UP, path);
	CHECK(strcmp(path, ".xiangtu/list/up") == 0);
}

static void paths_are_safe_and_bounded(void)
{
	static const char *const good[] = {
		DRIVE_MARK, DRIVE_TRUST_NOTE, DRIVE_JOIN, DRIVE_ROUTE, "a",
		DRIVE_LESSONS "/a b/c", ".xiangtu/tlog/0/tile/0/x001/000.p/1"
	};
	static const char *const bad[] = {
		"",	"/",	"/a",	"a/",	 "a//b",    "..",
		"a/..", "../a", "a/./b", "a\\b", "a/NUL/b", "a/b.",
		"a\nb", "a:b",	".",	"a/\xff", "a/CON.001"
	};
	char path[2 * DRIVE_PATH_MAX];
	size_t size;

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		CHECK(drive_path_check(bytes_of(good[i])) == STATUS_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK(drive_path_check(bytes_of(bad[i])) == STATUS_MALFORMED);
	CHECK(drive_path_check((struct bytes){ NULL, 0 }) == STATUS_MALFORMED);

	memset(path, 'a', sizeof(path));
	for (size_t i = 200; i < sizeof(path); i += 200)
		path[i] = '/';
	for (size = 1; size < sizeof(path); size++) {
		bool ends_well = path[size - 1] != '/';

		CHECK((drive_path_check((struct bytes){ (uint8_t *)path,
							size }) ==
		       STATUS_OK) == (ends_well && size < DRIVE_PATH_MAX));
	}
}

static void the_last_name_may_be_a_part_of_a_long_one(void)
{
	char path[400];

	memset(path, 'a', sizeof(path));
	strcpy(path + SAFENAME_MAX, ".001");
	CHECK(drive_path_check(bytes_of(path)) == STATUS_OK);
	strcpy(path + SAFENAME_MAX, ".1048576");
	CHECK(drive_path_check(bytes_of(path)) == STATUS_OK);
	strcpy(path + SAFENAME_MAX, ".10485760");
	CHECK(drive_path_check(bytes_of(path)) == STATUS_MALFORMED);
	strcpy(path + SAFENAME_MAX, ".01");
	CHECK(drive_path_check(bytes_of(path)) == STATUS_MALFORMED);
	strcpy(path + SAFENAME_MAX, "a.001");
	CHECK(drive_path_check(bytes_of(path)) == STATUS_MALFORMED);
	strcpy(path + SAFENAME_MAX, "0001");
	CHECK(drive_path_check(bytes_of(path)) == STATUS_MALFORMED);
	strcpy(path + SAFENAME_MAX, ".001/a");
	CHECK(drive_path_check(bytes_of(path)) == STATUS_MALFORMED);
}

static void a_lesson_has_a_folder_people_can_read(void)
{
	char folder[DRIVE_FOLDER_MAX + 1];

	drive_lesson_folder("产业/养殖/黑山羊", "黑山羊春季防疫", NULL, folder);
	CHECK(strcmp(folder,
		     "乡土课件/产业/养殖/黑山羊/黑山羊春季防疫") == 0);
	drive_lesson_folder("产业/养殖/黑山羊", "黑山羊春季防疫", "k3f9x2ab",
			    folder);
	CHECK(strcmp(folder, "乡土课件/产业/养殖/黑山羊/"
			     "黑山羊春季防疫 (k3f9x2ab)") == 0);
	drive_lesson_folder("", "a", NULL, folder);
	CHECK(strcmp(folder, "乡土课件/a") == 0);
	drive_lesson_folder("..//nul/a:b", "什么是 1/2?", NULL, folder);
	CHECK(strcmp(folder, "乡土课件/_/_nul/a_b/什么是 1_2_") == 0);
	drive_lesson_folder("a", "..", "../b", folder);
	CHECK(strcmp(folder, "乡土课件/a/_ (.._b)") == 0);
}

static bool parses_as_a_place(const char *folder)
{
	struct drive_place place;
	struct buf text = BUF_INIT;
	bool good;

	buf_printf(&text, "xiangtu-place/v1\nfolder %s\n", folder);
	good = drive_place_parse(buf_bytes(&text), &place) == STATUS_OK &&
	       strcmp(place.folder, folder) == 0;
	buf_release(&text);
	return good;
}

/* Anything a lesson may be called, and more. */
static void random_text(char *out, size_t max)
{
	static const char *const bits[] = { "a", "山", "/", "..", " ", ".",
					    ":", "nul", "\\", "\xff", "\n",
					    "\xe2\x80\xae", "é", "x", "/" };
	size_t used = 0, size = random_below((uint32_t)max);

	for (;;) {
		const char *bit = bits[random_below(15)];

		if (used + strlen(bit) > size)
			break;
		memcpy(out + used, bit, strlen(bit));
		used += strlen(bit);
	}
	out[used] = 0;
}

static void any_title_has_a_folder_that_is_safe(void)
{
	char folder[DRIVE_FOLDER_MAX + 1], topic[3000], title[3000];

	for (int i = 0; i < 3000; i++) {
		random_text(topic, i % 2 ? 30 : sizeof(topic));
		random_text(title, i % 3 ? 30 : sizeof(title));
		drive_lesson_folder(topic, title,
				    i % 4 ? NULL : "k3f9x2ab", folder);
		CHECK(parses_as_a_place(folder));
		if (i % 4 == 0)
			CHECK(strstr(folder, " (k3f9x2ab)") != NULL);
	}
	memset(title, 'b', 2999);
	title[2999] = 0;
	drive_lesson_folder(title, title, title, folder);
	CHECK(parses_as_a_place(folder));
}

static void files_lie_below_the_folder_of_their_lesson(void)
{
	char path[DRIVE_PATH_MAX] = "untouched", folder[DRIVE_PATH_MAX];

	CHECK(drive_file_path("乡土课件/a", false, "a.mp4", 7, 0, 0, path) ==
	      STATUS_OK);
	CHECK(strcmp(path, "乡土课件/a/a.mp4") == 0);
	CHECK(drive_file_path("乡土课件/a", true, "course/1/a.mp4", 7, 0, 0,
			      path) == STATUS_OK);
	CHECK(strcmp(path, "乡土课件/a/1/a.mp4") == 0);
	CHECK(drive_file_path("f", false, "a/b.mp4", 7, 0, 0, path) ==
	      STATUS_OK);
	CHECK(strcmp(path, "f/a/b.mp4") == 0);

	memset(folder, 'f', sizeof(folder));
	folder[DRIVE_PATH_MAX - 4] = 0;
	CHECK(drive_file_path(folder, false, "ab", 7, 0, 0, path) ==
	      STATUS_OK);
	CHECK(strlen(path) == DRIVE_PATH_MAX - 1);
	strcpy(path, "untouched");
	CHECK(drive_file_path(folder, false, "abc", 7, 0, 0, path) ==
	      STATUS_NO_ROOM);
	CHECK(drive_file_path(folder, false, "a", 2, 1, 0, path) ==
	      STATUS_NO_ROOM);
	CHECK(strcmp(path, "untouched") == 0);
}

static void only_a_longer_file_is_in_parts(void)
{
	const uint64_t part = DRIVE_PART_BYTES;
	char path[DRIVE_PATH_MAX];

	CHECK(part < UINT64_C(1) << 32 && part % (64 << 20) == 0);
	CHECK(drive_file_path("f", false, "a", part, part, 0, path) ==
	      STATUS_OK);
	CHECK(strcmp(path, "f/a") == 0);
	CHECK(drive_file_path("f", false, "a", part + 1, 0, 0, path) ==
	      STATUS_OK);
	CHECK(strcmp(path, "f/a") == 0);
	CHECK(drive_file_path("f", false, "a", part + 1, part, 0, path) ==
	      STATUS_OK);
	CHECK(strcmp(path, "f/a.001") == 0);
	CHECK(drive_file_path("f", false, "a", part + 1, part, 1, path) ==
	      STATUS_OK);
	CHECK(strcmp(path, "f/a.002") == 0);
	CHECK(drive_file_path("f", false, "a", 1500 * part, part, 1499,
			      path) == STATUS_OK);
	CHECK(strcmp(path, "f/a.1500") == 0);
}

/* --- what is formatted parses back --- */

static void a_place_reads_back(const struct drive_place *place)
{
	struct drive_place back;
	struct buf text = BUF_INIT;

	drive_place_format(place, &text);
	CHECK(buf_status(&text) == STATUS_OK);
	CHECK(text.size <= DRIVE_PLACE_MAX);
	CHECK(drive_place_parse(buf_bytes(&text), &back) == STATUS_OK);
	CHECK(strcmp(place->folder, back.folder) == 0);
	CHECK(strcmp(place->poster, back.poster) == 0);
	CHECK(place->part_bytes == back.part_bytes);
	CHECK(strcmp(place->lesson, back.lesson) == 0);
	CHECK(place->rev == back.rev);
	buf_release(&text);
}

static void any_place_reads_back(void)
{
	char topic[400], title[400];

	for (int i = 0; i < 1000; i++) {
		struct drive_place place = { .part_bytes = 0 };

		random_text(topic, sizeof(topic));
		random_text(title, sizeof(title));
		drive_lesson_folder(topic, title, NULL, place.folder);
		if (random_below(2))
			safename_make(bytes_of(title), place.poster);
		if (random_below(2))
			place.part_bytes = (UINT64_C(64) << 20) *
					   (1 + random_below(9999));
		if (random_below(2)) {
			place.rev = random_below(2) ? 1 : INT32_MAX;
			memset(place.lesson, '#', DRIVE_LESSON_ID_MAX);
		}
		a_place_reads_back(&place);
	}
}

static void a_place_cut_anywhere_is_refused_or_shorter(void)
{
	struct drive_place place = { .folder = DRIVE_LESSONS "/a/b",
				     .part_bytes = DRIVE_PART_BYTES,
				     .poster = "b.jpg",
				     .lesson = "a.example/l#k3f9w2aa",
				     .rev = 3 };
	struct drive_place back;
	struct buf text = BUF_INIT;
	unsigned good = 0;

	drive_place_format(&place, &text);
	for (size_t size = 0; size <= text.size; size++) {
		enum status status;

		strcpy(back.folder, "untouched");
		status = drive_place_parse((struct bytes){ text.data, size },
					   &back);
		if (status == STATUS_OK) {
			/* Whole lines only. */
			CHECK(text.data[size - 1] == '\n');
			CHECK(strcmp(back.folder, place.folder) == 0);
			good++;
		} else {
			CHECK(strcmp(back.folder, "untouched") == 0);
		}
	}
	CHECK(good == 4);
	buf_release(&text);
}

static void any_route_reads_back(void)
{
	static const char *const regions[] = { "43", "4310", "431081",
					       "431081101", "431081101203" };
	static struct drive_stop stops[DRIVE_ROUTE_STOPS_MAX],
		back[DRIVE_ROUTE_STOPS_MAX + 1];
	struct buf text = BUF_INIT;
	size_t found;

	for (size_t count = 0; count <= DRIVE_ROUTE_STOPS_MAX; count++) {
		if (count > 0) {
			struct drive_stop *stop = &stops[count - 1];

			strcpy(stop->region, regions[random_below(5)]);
			memset(stop->name, 'n', random_below(121));
			if (count == 5)
				strcpy(stop->name, "滁口镇 罗围村 ");
		}
		buf_clear(&text);
		drive_route_format(stops, count, &text);
		CHECK(text.size <= DRIVE_ROUTE_MAX);
		CHECK(drive_route_parse(buf_bytes(&text), back,
					DRIVE_ROUTE_STOPS_MAX, &found) ==
		      STATUS_OK);
		CHECK(found == count);
		for (size_t i = 0; i < count; i++) {
			CHECK(strcmp(stops[i].name, back[i].name) == 0);
			CHECK(strcmp(stops[i].region, back[i].region) == 0);
		}
	}
	strcpy(back[3].name, "beyond");
	CHECK(drive_route_parse(buf_bytes(&text), back, 3, &found) ==
	      STATUS_OK);
	CHECK(found == 3 && strcmp(back[3].name, "beyond") == 0);
	buf_release(&text);
}

static void a_bad_route_leaves_what_was_there(void)
{
	struct drive_stop stop = { .name = "untouched" };
	size_t count = 77;

	CHECK(drive_route_parse(bytes_of("xiangtu-route/v1\nstop 43 a\n"
					 "stop 431 b\n"),
				&stop, 1, &count) == STATUS_MALFORMED);
	CHECK(count == 77 && strcmp(stop.name, "untouched") == 0);
}

static void a_list_cut_anywhere_gives_whole_names_only(void)
{
	uint8_t in[20][DRIVE_HASH_SIZE], out[DRIVE_HASH_SIZE];
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < sizeof(in); i++)
		in[i / DRIVE_HASH_SIZE][i % DRIVE_HASH_SIZE] =
			(uint8_t)random_below(256);
	for (int i = 0; i < 20; i++)
		drive_list_put(&text, in[i]);
	CHECK(text.size == 20 * 65);
	for (size_t size = 0; size <= text.size; size++) {
		struct bytes rest = { text.data, size };
		size_t found = 0;

		while (drive_list_next(&rest, out))
			CHECK(memcmp(out, in[found++], sizeof(out)) == 0);
		CHECK(found == size / 65 && rest.size == 0);
		CHECK(!drive_list_next(&rest, out));
	}
	buf_release(&text);
}

static void noise_ends_and_gives_nothing_unsafe(void)
{
	char text[3000];
	uint8_t out[DRIVE_HASH_SIZE];
	struct drive_stop stops[4];
	struct drive_place place;
	size_t count;

	for (int i = 0; i < 3000; i++) {
		struct bytes rest;
		int used = sprintf(text, "xiangtu-%s/v1\n%s ",
				   i % 2 ? "place" : "route",
				   i % 2 ? "folder 乡土课件" : "stop 43");

		random_text(text + used, 2000);
		strcat(text, "\n");
		rest = bytes_of(text);
		while (drive_list_next(&rest, out))
			;
		if (drive_place_parse(bytes_of(text), &place) == STATUS_OK)
			CHECK(drive_path_check(bytes_of(place.folder)) ==
			      STATUS_OK);
		(void)drive_route_parse(bytes_of(text), stops, 4, &count);
	}
}

/* --- golden files --- */

static uint8_t file[128 * 1024];

static struct bytes load(const char *folder, const char *name)
{
	char path[512];
	size_t size;
	FILE *f;

	snprintf(path, sizeof(path), "%s/golden/drive/%s/%s", TESTS_DIR,
		 folder, name);
	f = fopen(path, "rb");
	CHECK(f != NULL);
	size = fread(file, 1, sizeof(file), f);
	CHECK(size < sizeof(file));
	fclose(f);
	return (struct bytes){ file, size };
}

static void golden_places_read_the_same(void)
{
	static const char *const names[] = { "place", "place-later-keys",
					     "place-plain" };
	struct buf text = BUF_INIT;
	struct drive_place place;

	for (int i = 0; i < 3; i++) {
		CHECK(drive_place_parse(load("good", names[i]), &place) ==
		      STATUS_OK);
		CHECK(strcmp(place.folder, "乡土课件/产业/养殖/黑山羊/"
					   "黑山羊春季防疫") == 0);
		CHECK(place.part_bytes == (i < 2 ? DRIVE_PART_BYTES : 0));
		CHECK(strcmp(place.poster,
			     i < 2 ? "黑山羊春季防疫.jpg" : "") == 0);
		CHECK(place.rev == (i < 2 ? 3 : 0));
		CHECK(strcmp(place.lesson,
			     i < 2 ? "zixing.example/431081/lessons#k3f9w2aa" :
				     "") == 0);
		buf_clear(&text);
		drive_place_format(&place, &text);
		CHECK(bytes_equal(buf_bytes(&text),
				  load("good", i < 2 ? "place" :
						       "place-plain")));
	}
	buf_release(&text);
}

static void golden_routes_read_the_same(void)
{
	static const char *const names[] = { "route", "route-later-keys" };
	struct drive_stop stops[4];
	struct buf text = BUF_INIT;
	size_t count;

	for (int i = 0; i < 2; i++) {
		CHECK(drive_route_parse(load("good", names[i]), stops, 4,
					&count) == STATUS_OK);
		CHECK(count == 3);
		CHECK(strcmp(stops[0].region, "431081101203") == 0);
		CHECK(strcmp(stops[0].name, "滁口镇 罗围村") == 0);
		CHECK(strcmp(stops[1].region, "431081102") == 0);
		CHECK(strcmp(stops[1].name, "") == 0);
		CHECK(strcmp(stops[2].name, "Zixing") == 0);
		buf_clear(&text);
		drive_route_format(stops, count, &text);
		CHECK(bytes_equal(buf_bytes(&text), load("good", "route")));
	}
	CHECK(drive_route_parse(load("good", "route-empty"), stops, 4,
				&count) == STATUS_OK);
	CHECK(count == 0);
	buf_release(&text);
}

static void golden_lists_read_the_same(void)
{
	static const char *const names[] = { "list", "list-with-others" };
	uint8_t found[DRIVE_HASH_SIZE];
	struct buf text = BUF_INIT;

	for (int i = 0; i < 2; i++) {
		struct bytes rest = load("good", names[i]);

		buf_clear(&text);
		while (drive_list_next(&rest, found))
			drive_list_put(&text, found);
		CHECK(bytes_equal(buf_bytes(&text), load("good", "list")));
	}
	buf_release(&text);
}

static void every_file_to_refuse_is_refused(void)
{
	unsigned places = 0, routes = 0;
	const struct dirent *entry;
	struct drive_stop stops[4];
	struct drive_place place;
	size_t count;
	DIR *list = opendir(TESTS_DIR "/golden/drive/refuse");

	CHECK(list != NULL);
	while ((entry = readdir(list)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		if (strncmp(entry->d_name, "place-", 6) == 0) {
			CHECK(drive_place_parse(load("refuse", entry->d_name),
						&place) == STATUS_MALFORMED);
			places++;
		} else {
			CHECK(drive_route_parse(load("refuse", entry->d_name),
						stops, 4, &count) ==
			      STATUS_MALFORMED);
			routes++;
		}
	}
	closedir(list);
	CHECK(places == 59 && routes == 16);
}

int main(void)
{
	things_are_where_the_format_says();
	paths_are_safe_and_bounded();
	the_last_name_may_be_a_part_of_a_long_one();
	a_lesson_has_a_folder_people_can_read();
	any_title_has_a_folder_that_is_safe();
	files_lie_below_the_folder_of_their_lesson();
	only_a_longer_file_is_in_parts();
	any_place_reads_back();
	a_place_cut_anywhere_is_refused_or_shorter();
	any_route_reads_back();
	a_bad_route_leaves_what_was_there();
	a_list_cut_anywhere_gives_whole_names_only();
	noise_ends_and_gives_nothing_unsafe();
	golden_places_read_the_same();
	golden_routes_read_the_same();
	golden_lists_read_the_same();
	every_file_to_refuse_is_refused();
	return 0;
}
