#include "proto/tilepath.h"
#include "tests/support/check.h"

#include <string.h>

static void check_round_trip(struct tile_path path, const char *text)
{
	char out[TILE_PATH_MAX + 1];
	struct tile_path again;

	tile_path_format(&path, out);
	CHECK(strcmp(out, text) == 0);
	CHECK(tile_path_parse(bytes_of(text), &again) == STATUS_OK);
	CHECK(again.kind == path.kind && again.level == path.level &&
	      again.n == path.n && again.width == path.width);
}

static void paths_are_those_of_the_specification(void)
{
	check_round_trip((struct tile_path){ TILE_HASHES, 0, 1234067, 256 },
			 "tile/0/x001/x234/067");
	check_round_trip((struct tile_path){ TILE_HASHES, 0, 1234067, 8 },
			 "tile/0/x001/x234/067.p/8");
	check_round_trip((struct tile_path){ TILE_HASHES, 0, 0, 256 },
			 "tile/0/000");
	check_round_trip((struct tile_path){ TILE_HASHES, 0, 999, 1 },
			 "tile/0/999.p/1");
	check_round_trip((struct tile_path){ TILE_HASHES, 0, 1000, 256 },
			 "tile/0/x001/000");
	check_round_trip((struct tile_path){ TILE_HASHES, 63, 7, 255 },
			 "tile/63/007.p/255");
	check_round_trip((struct tile_path){ TILE_ENTRIES, 0, 390, 161 },
			 "tile/entries/390.p/161");
	check_round_trip((struct tile_path){ TILE_ENTRIES, 0, TILE_N_MAX, 255 },
			 "tile/entries/x036/x028/x797/x018/x963/967.p/255");
}

static void every_other_spelling_is_refused(void)
{
	static const char *const bad[] = {
		"",
		"tile",
		"tile/",
		"tile/0",
		"tile/0/",
		"tile/0/0",
		"tile/0/00",
		"tile/0/0000",
		"tile/0/x000/001",
		"tile/0/x001",
		"tile/0/x001/",
		"tile/0/001/000",
		"tile/0/x001/x000",
		"tile/0/x1/000",
		"tile/0/000/",
		"tile/0/000.p",
		"tile/0/000.p/",
		"tile/0/000.p/0",
		"tile/0/000.p/01",
		"tile/0/000.p/256",
		"tile/0/000.p/1000",
		"tile/0/000.p/-1",
		"tile/0/000.p/1/",
		"tile/00/000",
		"tile/64/000",
		"tile/-1/000",
		"tile//000",
		"tile/8/0/000",
		"tile/data/000",
		"tile/entries/0",
		"tile/entries/entries/000",
		"tile/ entries/000",
		"/tile/0/000",
		"tile/0/../000",
		"tile/0/0x0",
		"tile/0/x036/x028/x797/x018/x963/968",
		"tile/0/x999/x999/x999/x999/x999/x999/x999/999",
		"tile/0/x001/x036/x028/x797/x018/x963/967",
		"TILE/0/000",
	};
	struct tile_path path = { .n = 77 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(tile_path_parse(bytes_of(bad[i]), &path) ==
		      STATUS_MALFORMED);
	CHECK(tile_path_parse((struct bytes){ (const uint8_t *)"tile/0/00\0", 10 },
			      &path) == STATUS_MALFORMED);
	CHECK(path.n == 77);
}

static void widths_follow_from_the_size(void)
{
	CHECK(tile_width_at(0, 0, 0) == 0);
	CHECK(tile_width_at(0, 0, 1) == 1);
	CHECK(tile_width_at(0, 0, 256) == 256);
	CHECK(tile_width_at(0, 1, 256) == 0);
	CHECK(tile_width_at(0, 273, 70000) == 112);
	CHECK(tile_width_at(0, 272, 70000) == 256);
	CHECK(tile_width_at(0, 274, 70000) == 0);
	CHECK(tile_width_at(1, 0, 70000) == 256);
	CHECK(tile_width_at(1, 1, 70000) == 17);
	CHECK(tile_width_at(2, 0, 70000) == 1);
	CHECK(tile_width_at(3, 0, 70000) == 0);
	CHECK(tile_width_at(63, 0, UINT64_MAX) == 0);
	CHECK(tile_width_at(0, UINT64_MAX, UINT64_MAX) == 0);
}

int main(void)
{
	paths_are_those_of_the_specification();
	every_other_spelling_is_refused();
	widths_follow_from_the_size();
	return 0;
}
