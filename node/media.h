/* What ffprobe and ffmpeg know about a file, run as programs of their own
 * with a time limit; and whether an MP4 can play while it arrives.
 *
 * Everything here is an extra: a machine without ffmpeg, or a file that is no
 * media, gives a status and a plain sentence, and publishing goes on. Blocks;
 * belongs on a worker. */
#ifndef NODE_MEDIA_H
#define NODE_MEDIA_H

#include <stdatomic.h>

#include "node/media_facts.h"
#include "proto/bytes.h"
#include "proto/err.h"

enum { MEDIA_POSTER_MAX = 64 * 1024 };

/* Zero means the usual everywhere. */
struct media_tools {
	const char *ffmpeg;  /* program, looked up in PATH; "ffmpeg" */
	const char *ffprobe; /* "ffprobe" */
	unsigned timeout_s;  /* for one run; 60, and 3600 for a rewrite */
	const atomic_bool *cancel; /* may be NULL */
};

struct media_info {
	bool video; /* has moving pictures (a cover image is none) */
	bool audio;
	double seconds; /* 0 when unknown */
	unsigned width, height;
};

/* Statuses of all that run a program: STATUS_NOT_FOUND when the program is
 * not installed, STATUS_MALFORMED when it makes nothing of the file,
 * STATUS_CANCELLED, STATUS_UNREACHABLE when it took too long, STATUS_IO.
 * The text of `err` is fit to show to whoever publishes. */

enum status media_look(const struct media_tools *tools, const char *path,
		       struct media_facts *facts, struct err *err);

/* What of it a poster wants to know. */
void media_info_of(const struct media_facts *facts, struct media_info *info);
enum status media_probe(const struct media_tools *tools, const char *path,
			struct media_info *info, struct err *err);

/* Append a JPEG of at most MEDIA_POSTER_MAX bytes, taken a tenth into the
 * video. STATUS_MALFORMED also when no size makes it small enough. */
enum status media_poster(const struct media_tools *tools, const char *path,
			 const struct media_info *info, struct buf *jpeg,
			 struct err *err);

enum media_layout {
	MEDIA_OTHER,	   /* no MP4 or MOV, or not one that can be moved */
	MEDIA_INDEX_FIRST, /* plays while it arrives */
	MEDIA_INDEX_LAST,  /* must be there to its last byte before it plays */
	MEDIA_CUT	   /* it has an index, and ends before it should */
};

/* Read the boxes (ISO/IEC 14496-12 4.2) of an open file; needs no program.
 * What cannot be read or is broken is MEDIA_OTHER. */
enum media_layout media_layout(int fd);

/* Write `from` anew to `to` (which must not exist) with the index in front,
 * all streams and not one sample changed. On failure `to` is not there. */
enum status media_faststart(const struct media_tools *tools, const char *from,
			    const char *to, struct err *err);

#endif
