/* Subtitles: read as SRT, ASS/SSA or WebVTT, written as WebVTT for browsers
 * and as SRT for TVs. What is kept is what all of them can show: when, the
 * words, line ends, italic, bold, underlined. Positions, colours, fonts and
 * drawings are dropped. Pure; texts are UTF-8 (catalog/charset.h). */
#ifndef NODE_CUES_H
#define NODE_CUES_H

#include <stdint.h>

#include "proto/bytes.h"
#include "proto/err.h"

enum {
	CUES_MAX = 50000,
	CUE_TEXT_MAX = 4000,		/* bytes; more is cut */
	CUE_TIME_MAX_MS = 360000000 - 1 /* 99:59:59.999 */
};

/* How styles stand within a text; no other control character but '\n' is in
 * one. */
enum cue_mark {
	CUE_ITALIC = 1,
	CUE_ITALIC_END,
	CUE_BOLD,
	CUE_BOLD_END,
	CUE_UNDERLINE,
	CUE_UNDERLINE_END
};

struct cue {
	uint32_t from_ms, to_ms; /* from < to */
	uint32_t at, size;	 /* its text, in cues.text; never empty */
};

struct cues {
	struct cue *list; /* by from_ms */
	size_t count;
	struct buf text;
	size_t skipped; /* what was no cue, or had no time or no text */

	/* private */
	size_t room;
};

#define CUES_INIT { .list = NULL, .count = 0, .text = BUF_INIT }

enum cue_format { CUES_SRT, CUES_ASS, CUES_VTT };

/*
 * Read a file of any of the three; which, is seen from its beginning.
 *
 * Returns: STATUS_OK; STATUS_MALFORMED when there is not one cue in it;
 *          STATUS_NO_ROOM for too many; STATUS_NO_MEMORY. The cues are the
 *          caller's to release in every case.
 */
enum status cues_read(struct bytes utf8, struct cues *out,
		      enum cue_format *format, struct err *err);
void cues_release(struct cues *cues);

void cues_write_vtt(const struct cues *cues, struct buf *out);
/* As TVs take it best: with a byte order mark and CR LF. */
void cues_write_srt(const struct cues *cues, struct buf *out);

#endif
