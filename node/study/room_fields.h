/* What people say of a collective study: checked, and put into its item
 * (docs/formats-records.md, "study"). Pure. */
#ifndef NODE_STUDY_ROOM_FIELDS_H
#define NODE_STUDY_ROOM_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "proto/err.h"

enum {
	ROOM_HEADS_MAX = 5000,
	ROOM_NAMES_MAX = 200,
	ROOM_NAME_MAX = 60,  /* bytes, as all below */
	ROOM_NOTE_MAX = 2000,
	ROOM_TITLE_MAX = 200,
	ROOM_LESSONS_MAX = 50,
	ROOM_OUTSIDE_MIN_MAX = 24 * 60,
	ROOM_CARDS_MAX = 200,
	ROOM_PHOTO_MAX = 40 << 10
};

/*
 * Put `heads`, `names`, `note` and `outside` of a request into an item, each
 * where it is there; null takes out what may be missing. Other keys are not
 * looked at.
 *
 * Returns: STATUS_OK; STATUS_MALFORMED with a sentence, the item untouched;
 *          STATUS_NO_MEMORY.
 */
enum status room_fields_put(json_t *item, const json_t *request,
			    struct err *err);

/* Is it an array of at most ROOM_LESSONS_MAX full ids of lessons? */
enum status room_fields_lessons(const json_t *lessons, struct err *err);

/* Does it begin and end as a JPEG does? */
bool room_is_jpeg(const uint8_t *data, size_t size);

#endif
