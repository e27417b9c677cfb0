/* Paths of tiles: one spelling each. */
#include "proto/tilepath.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes text = { data, size };
	char again[TILE_PATH_MAX + 1];
	struct tile_path path;

	if (tile_path_parse(text, &path) != STATUS_OK)
		return 0;
	CHECK(path.n <= TILE_N_MAX && path.level <= TILE_LEVEL_MAX &&
	      path.width >= 1 && path.width <= TILE_WIDTH);
	tile_path_format(&path, again);
	CHECK(bytes_is(text, again));
	CHECK(tile_width_at(path.level, path.n, INT64_MAX) <= TILE_WIDTH);
	return 0;
}

void fuzz_seeds(void)
{
	fuzz_seed_text("tile/0/000");
	fuzz_seed_text("tile/63/x001/x234/067.p/255");
	fuzz_seed_text("tile/entries/x999/999.p/1");
	fuzz_seed_text("tile/entries/x036/x028/x797/x018/x963/967");
}
