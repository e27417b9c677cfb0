/* What an upstream answers at /heads, and have-maps at /pieces. */
#include "node/heads_news.h"
#include "proto/metainfo.h"
#include "tests/fuzz/fuzz.h"

void fuzz_begin(void)
{
	json_object_seed(1);
}

static void read_map(struct bytes wire)
{
	uint32_t pieces = wire.size < 4 ? 0 : (uint32_t)(wire.size - 4) * 8;

	/* All numbers of pieces a map of this size can be for. */
	for (uint32_t less = 0; less < 8 && less <= pieces; less++) {
		uint8_t *map = malloc(havemap_size(pieces - less) + 1);

		CHECK(map != NULL);
		if (havemap_read(wire, pieces - less, map) == STATUS_OK)
			for (uint32_t i = pieces - less;
			     i < havemap_size(pieces - less) * 8; i++)
				CHECK(!havemap_has(map, i));
		free(map);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes body = { data, size }, note;
	struct heads_news news;
	size_t count = 0;

	read_map(body);
	if (heads_news_read(body, &news) != STATUS_OK)
		return 0;
	while (heads_news_next(&news, &note)) {
		CHECK(note.size == 0 || note.data[0] != 0);
		count++;
	}
	CHECK(count <= size / 2);
	heads_news_release(&news);
	return 0;
}

void fuzz_seeds(void)
{
	fuzz_seed_text("{\"n\":7,\"root\":1,\"trust\":3,\"logs\":[\"a\\n\\n— b "
		       "c\\n\",\"\"]}");
	fuzz_seed_text("{\"n\":-1,\"trust\":-3,\"logs\":[7]}");
	fuzz_seed("\0\0\0\x0b\xff\xff", 6);
}
