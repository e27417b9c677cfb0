/* What the readers of subtitles share. Private to node/cues*.c. */
#ifndef NODE_CUES_INSIDE_H
#define NODE_CUES_INSIDE_H

#include <stdbool.h>

#include "node/cues.h"

/* A cue whose text is being put together in cues.text. */
struct cue_making {
	struct cues *cues;
	struct cue cue;
	unsigned italic, bold, underline; /* how many are open */
	bool failed;			  /* out of memory, or too many */
};

void cue_begin(struct cue_making *m, struct cues *cues, uint32_t from_ms,
	       uint32_t to_ms);
/* Control characters are left out. */
void cue_put(struct cue_making *m, struct bytes text);
/* An end of what was not begun is left out. */
void cue_mark(struct cue_making *m, enum cue_mark mark);
/* To the next line, unless nothing stands on this one. */
void cue_new_line(struct cue_making *m);
/* Keep it, if there is something in it. */
void cue_end(struct cue_making *m);

/* Take a line (without its end: '\n', "\r\n" or '\r'); false at the end. */
bool cues_line(struct bytes_reader *r, struct bytes *line);
struct bytes cues_trim(struct bytes text);

/* "1:02:03,4" and "02:03.400": hours may be missing where `short_form`, the
 * fraction has up to three digits behind ',' or '.' (then *used tells how much
 * was read). */
bool cues_time(struct bytes text, bool short_form, uint32_t *ms,
	       size_t *used);
/* "TIME --> TIME", what follows is left alone. */
bool cues_times(struct bytes line, bool short_form, uint32_t *from_ms,
		uint32_t *to_ms);

void cues_read_srt(struct bytes text, struct cue_making *m);
void cues_read_vtt(struct bytes text, struct cue_making *m);
void cues_read_ass(struct bytes text, struct cue_making *m);

#endif
