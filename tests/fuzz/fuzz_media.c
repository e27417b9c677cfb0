/* What ffprobe says of somebody's video, and the boxes of an MP4. */
#include <sys/mman.h>
#include <unistd.h>

#include "node/media_plan.h"
#include "tests/fuzz/fuzz.h"

static int file = -1;

void fuzz_begin(void)
{
	file = memfd_create("video", 0);
	CHECK(file >= 0);
}

/* Whatever the facts: one that can be followed. */
static void check_plan(const struct media_facts *facts, unsigned height)
{
	struct media_plan p;

	media_decide(facts, MEDIA_INDEX_LAST, height, &p);
	CHECK(p.video >= 0 || p.sound >= 0);
	CHECK(p.verdict != MEDIA_CONVERT || (p.video >= 0 && !p.copy_video) ||
	      (p.sound >= 0 && !p.copy_sound));
	CHECK(p.width % 2 == 0 && p.height % 2 == 0);
	CHECK(p.width <= 2048 && p.height <= 2048);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	struct media_facts facts;

	if (media_facts_read((struct bytes){ data, size }, &facts, &err) ==
	    STATUS_OK) {
		struct media_info info;

		media_info_of(&facts, &info);
		CHECK(info.video || info.audio);
		CHECK(info.seconds >= 0 && info.seconds < 1e7);
		for (unsigned height = 0; height <= 1080; height += 270)
			check_plan(&facts, height);
	} else {
		CHECK(err.text[0] != 0);
	}
	CHECK(ftruncate(file, 0) == 0);
	CHECK(pwrite(file, data, size, 0) == (ssize_t)size);
	(void)media_layout(file);
	return 0;
}

void fuzz_seeds(void)
{
	fuzz_seed_text("{\"streams\":[{\"codec_type\":\"video\",\"width\":640,"
		       "\"height\":361,\"sample_aspect_ratio\":\"16:15\","
		       "\"codec_name\":\"hevc\",\"avg_frame_rate\":\"30/1\","
		       "\"field_order\":\"tt\",\"side_data_list\":[{"
		       "\"rotation\":-90}],"
		       "\"disposition\":{\"attached_pic\":0}},"
		       "{\"codec_type\":\"audio\"}],\"format\":{\"duration\":"
		       "\"12.5\"}}");
	fuzz_seed("\0\0\0\x10" "ftypisom\0\0\0\0\0\0\0\x10moov\0\0\0\0\0\0\0\0"
		  "\0\0\0\0mdat", 40);
	fuzz_seed("\0\0\0\x10" "ftypisom\0\0\0\0\0\0\0\1mdat\0\0\0\0\0\0\0\x18"
		  "12345678\0\0\0\x08moov", 48);
}
