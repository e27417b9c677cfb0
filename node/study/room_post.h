/* What a page says of its player: the body of POST /api/study/play
 * (docs/formats-page.md). Pure. */
#ifndef NODE_STUDY_ROOM_POST_H
#define NODE_STUDY_ROOM_POST_H

#include <jansson.h>

#include "catalog/lesson.h"
#include "proto/err.h"
#include "proto/playcount.h"

enum room_as { ROOM_VIDEO, ROOM_AUDIO, ROOM_DOCUMENT, ROOM_PICTURE };
const char *room_as_name(enum room_as as);

enum { ROOM_OF_MAX = 10 * 1000 * 1000 /* seconds, or pages */ };

struct room_post {
	uint64_t play;
	char lesson[LESSON_ID_MAX + 1];
	uint64_t rev;
	enum room_as as;
	uint64_t of; /* seconds, or pages; 0: not known */
	uint64_t in; /* the study the page thinks it belongs to; 0: none */
	uint64_t keys;
	bool end;
	size_t count;
	struct playcount_sample samples[PLAYCOUNT_SAMPLES_MAX];
};

/* STATUS_MALFORMED names what is wrong. */
enum status room_post_read(const json_t *body, struct room_post *out,
			   struct err *err);

#endif
