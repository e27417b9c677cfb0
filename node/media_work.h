/* The long runs of ffmpeg: converting, measuring loudness, taking subtitles
 * out. They give way to other work, are kept within memory and room, and tell
 * how far they are. Block; belong on a worker. Statuses as in node/media.h,
 * and STATUS_NO_ROOM when the result would be larger than `room`. */
#ifndef NODE_MEDIA_WORK_H
#define NODE_MEDIA_WORK_H

#include "node/loudness.h"
#include "node/media_plan.h"

struct media_work {
	const struct media_tools *tools;
	const char *from;
	const struct media_facts *facts;
	uint64_t bytes; /* of the file, for the time limit */
	uint64_t room;	/* bytes the result may have; 0: as many as it needs */
	/* How much of it is done, from 0 to 1; may be NULL. */
	void (*progress)(void *owner, double done);
	void *owner;
};

/* One line of what -progress prints. True when it said how far it is:
 * *us is then the time of the video that is done, in microseconds. */
bool media_progress_line(const char *line, int64_t *us);

/* How loud the sound stream of the plan is. STATUS_MALFORMED when it is
 * silent. */
enum status media_measure(const struct media_work *work,
			  const struct media_plan *plan, struct loudness *out,
			  struct err *err);

/* Follow the plan into `to`, which must not exist; `level` NULL leaves the
 * loudness. On failure `to` is not there. */
enum status media_convert(const struct media_work *work,
			  const struct media_plan *plan,
			  const struct loudness *level, const char *to,
			  struct err *err);

enum { MEDIA_SUBTITLES_MAX = 4 << 20 };

/* Append the subtitle stream of this number as SRT. */
enum status media_subtitles(const struct media_work *work, unsigned stream,
			    struct buf *srt, struct err *err);

#endif
