/* Subtitles of whatever kind and encoding: what is written of them is read
 * again as the same. */
#include "catalog/charset.h"
#include "node/cues.h"
#include "proto/text.h"
#include "tests/fuzz/fuzz.h"

static void check_cues(const struct cues *c)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct cue *cue = &c->list[i];

		CHECK(cue->from_ms < cue->to_ms &&
		      cue->to_ms <= CUE_TIME_MAX_MS);
		CHECK(i == 0 || c->list[i - 1].from_ms <= cue->from_ms);
		CHECK(cue->size > 0 && cue->at + cue->size <= c->text.size);
	}
}

static void read_again(const struct cues *first, const struct buf *vtt)
{
	struct cues second = CUES_INIT;
	struct buf again = BUF_INIT;
	struct err err = ERR_INIT;
	enum cue_format format;

	CHECK(cues_read(buf_bytes(vtt), &second, &format, &err) == STATUS_OK);
	CHECK(format == CUES_VTT && second.count == first->count);
	cues_write_vtt(&second, &again);
	CHECK(bytes_equal(buf_bytes(vtt), buf_bytes(&again)));
	buf_release(&again);
	cues_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text = BUF_INIT, out = BUF_INIT;
	struct cues cues = CUES_INIT;
	struct err err = ERR_INIT;
	enum cue_format format;

	if (charset_to_utf8((struct bytes){ data, size }, &text, NULL, &err) ==
	    STATUS_OK) {
		CHECK(text_is_utf8(buf_bytes(&text)));
		if (cues_read(buf_bytes(&text), &cues, &format, &err) ==
		    STATUS_OK) {
			check_cues(&cues);
			cues_write_vtt(&cues, &out);
			CHECK(text_is_utf8(buf_bytes(&out)));
			read_again(&cues, &out);
			buf_clear(&out);
			cues_write_srt(&cues, &out);
			CHECK(text_is_utf8(buf_bytes(&out)));
		}
	}
	cues_release(&cues);
	buf_release(&text);
	buf_release(&out);
	return 0;
}
