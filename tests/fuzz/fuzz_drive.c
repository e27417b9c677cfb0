/* The texts on a drive: place files, lists, routes, paths. The input is taken
 * for each of them. */
#include "proto/drive.h"
#include "tests/fuzz/fuzz.h"

static void read_place(struct bytes text)
{
	struct drive_place place, second;
	struct buf out = BUF_INIT;
	char path[DRIVE_PATH_MAX];

	if (drive_place_parse(text, &place) != STATUS_OK)
		return;
	CHECK(drive_path_check(bytes_of(place.folder)) == STATUS_OK);
	CHECK(strncmp(place.folder, DRIVE_LESSONS "/",
		      strlen(DRIVE_LESSONS "/")) == 0);
	CHECK(place.poster[0] == 0 ||
	      safename_check(bytes_of(place.poster)) == STATUS_OK);
	drive_place_format(&place, &out);
	CHECK(drive_place_parse(buf_bytes(&out), &second) == STATUS_OK);
	CHECK(strcmp(place.folder, second.folder) == 0 &&
	      strcmp(place.poster, second.poster) == 0 &&
	      strcmp(place.lesson, second.lesson) == 0 &&
	      place.part_bytes == second.part_bytes &&
	      place.rev == second.rev);
	if (drive_file_path(place.folder, true, "n/a.mp4", UINT64_MAX,
			    place.part_bytes, place.part_bytes > 0 ? 12 : 0,
			    path) == STATUS_OK)
		CHECK(drive_path_check(bytes_of(path)) == STATUS_OK);
	buf_release(&out);
}

static void read_list(struct bytes text)
{
	uint8_t hash[DRIVE_HASH_SIZE], second[DRIVE_HASH_SIZE];
	struct bytes rest = text, again;
	struct buf out = BUF_INIT;
	size_t count = 0;

	while (drive_list_next(&rest, hash)) {
		buf_clear(&out);
		drive_list_put(&out, hash);
		again = buf_bytes(&out);
		CHECK(drive_list_next(&again, second) && again.size == 0);
		CHECK(memcmp(hash, second, sizeof(hash)) == 0);
		count++;
	}
	CHECK(count <= text.size / (2 * DRIVE_HASH_SIZE));
	buf_release(&out);
}

static void read_route(struct bytes text)
{
	static struct drive_stop stops[DRIVE_ROUTE_STOPS_MAX],
		second[DRIVE_ROUTE_STOPS_MAX];
	struct buf out = BUF_INIT;
	size_t count = 0, count_again = 0;

	if (drive_route_parse(text, stops, DRIVE_ROUTE_STOPS_MAX, &count) !=
	    STATUS_OK)
		return;
	CHECK(count <= DRIVE_ROUTE_STOPS_MAX);
	drive_route_format(stops, count, &out);
	CHECK(drive_route_parse(buf_bytes(&out), second,
				DRIVE_ROUTE_STOPS_MAX,
				&count_again) == STATUS_OK);
	CHECK(count == count_again);
	for (size_t i = 0; i < count; i++)
		CHECK(strcmp(stops[i].region, second[i].region) == 0 &&
		      strcmp(stops[i].name, second[i].name) == 0);
	buf_release(&out);
}

/* Any topic and title make a folder that may be one. */
static void make_folder(const uint8_t *data, size_t size)
{
	char folder[DRIVE_FOLDER_MAX + 1];
	char *text = fuzz_string(data, size);
	char *title = strchr(text, '\n');

	if (title != NULL)
		*title++ = 0;
	if (topic_check(text) == STATUS_OK && title != NULL) {
		drive_lesson_folder(text, title, NULL, folder);
		CHECK(drive_path_check(bytes_of(folder)) == STATUS_OK);
		drive_lesson_folder(text, title, "k3f9w2aa", folder);
		CHECK(drive_path_check(bytes_of(folder)) == STATUS_OK);
	}
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes text = { data, size };

	read_place(text);
	read_list(text);
	read_route(text);
	(void)drive_path_check(text);
	make_folder(data, size);
	return 0;
}

void fuzz_seeds(void)
{
	fuzz_seed_text("产业/养殖/黑山羊\n黑山羊春季防疫: 第1课?");
}
