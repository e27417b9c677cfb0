/* What ffprobe says of somebody's video, and the boxes of an MP4. */
#include <sys/mman.h>
#include <unistd.h>

#include "node/media.h"
#include "tests/fuzz/fuzz.h"

static int file = -1;

void fuzz_begin(void)
{
	file = memfd_create("video", 0);
	CHECK(file >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	struct media_info info;

	if (media_read((struct bytes){ data, size }, &info, &err) ==
	    STATUS_OK) {
		CHECK(info.video || info.audio);
		CHECK(info.seconds >= 0 && info.seconds < 1e7);
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
		       "\"height\":360,\"disposition\":{\"attached_pic\":0}},"
		       "{\"codec_type\":\"audio\"}],\"format\":{\"duration\":"
		       "\"12.5\"}}");
	fuzz_seed("\0\0\0\x10" "ftypisom\0\0\0\0\0\0\0\x10moov\0\0\0\0\0\0\0\0"
		  "\0\0\0\0mdat", 40);
	fuzz_seed("\0\0\0\x10" "ftypisom\0\0\0\0\0\0\0\1mdat\0\0\0\0\0\0\0\x18"
		  "12345678\0\0\0\x08moov", 48);
}
