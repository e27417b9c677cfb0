#include "node/cues.h"

static void put_time(struct buf *out, uint32_t ms, char point)
{
	buf_printf(out, "%02u:%02u:%02u%c%03u", ms / 3600000,
		   ms / 60000 % 60, ms / 1000 % 60, point, ms % 1000);
}

static void put_mark(struct buf *out, uint8_t mark)
{
	buf_printf(out, "<%s%c>", mark % 2 == 0 ? "/" : "",
		   "ibu"[(mark - 1) / 2]);
}

static const char *escape(uint8_t byte)
{
	return byte == '&' ? "&amp;" : byte == '<' ? "&lt;" : "&gt;";
}

static void put_text(struct buf *out, const struct cues *cues,
		     const struct cue *cue, bool vtt)
{
	const uint8_t *text = cues->text.data + cue->at;

	for (uint32_t i = 0; i < cue->size; i++) {
		if (text[i] <= CUE_UNDERLINE_END)
			put_mark(out, text[i]);
		else if (text[i] == '\n')
			buf_puts(out, vtt ? "\n" : "\r\n");
		else if (vtt &&
			 (text[i] == '&' || text[i] == '<' || text[i] == '>'))
			buf_puts(out, escape(text[i]));
		else
			buf_put_u8(out, text[i]);
	}
}

void cues_write_vtt(const struct cues *cues, struct buf *out)
{
	buf_puts(out, "WEBVTT\n");
	for (size_t i = 0; i < cues->count; i++) {
		const struct cue *cue = &cues->list[i];

		buf_puts(out, "\n");
		put_time(out, cue->from_ms, '.');
		buf_puts(out, " --> ");
		put_time(out, cue->to_ms, '.');
		buf_puts(out, "\n");
		put_text(out, cues, cue, true);
		buf_puts(out, "\n");
	}
}

void cues_write_srt(const struct cues *cues, struct buf *out)
{
	buf_puts(out, "\xef\xbb\xbf");
	for (size_t i = 0; i < cues->count; i++) {
		const struct cue *cue = &cues->list[i];

		buf_printf(out, "%zu\r\n", i + 1);
		put_time(out, cue->from_ms, ',');
		buf_puts(out, " --> ");
		put_time(out, cue->to_ms, ',');
		buf_puts(out, "\r\n");
		put_text(out, cues, cue, false);
		buf_puts(out, "\r\n\r\n");
	}
}
