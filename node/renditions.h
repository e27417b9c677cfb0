/* Other sizes of a lesson's pictures: what they are called, which an office
 * makes (`make-rendition` in node.conf), which a node wants (`rendition`). */
#ifndef NODE_RENDITIONS_H
#define NODE_RENDITIONS_H

#include "catalog/lesson.h"
#include "proto/err.h"

/* "480p": lines of a picture. "original" is 0. STATUS_MALFORMED for anything
 * else and for what no screen has (below 120, above 2160). */
enum status rendition_lines(const char *as, unsigned *lines);

/* May it be `rendition` in node.conf: "original", "all", "480p"? */
bool rendition_is_setting(const char *value);

/* Those an office makes beside the lesson. */
struct renditions {
	unsigned count;
	unsigned lines[LESSON_ALSO_MAX];
};

/* Add "480p" ("original" adds nothing; what is there already stays one).
 * STATUS_MALFORMED, STATUS_NO_ROOM. */
enum status renditions_add(struct renditions *r, const char *as,
			   struct err *err);

#endif
