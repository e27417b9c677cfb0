/* What lies here and what its lessons say of it, in one walk: the facts from
 * which is decided what goes when room is needed (node/evict.h). */
#ifndef CATALOG_STANDINGS_H
#define CATALOG_STANDINGS_H

#include "catalog/catalog.h"
#include "catalog/payloads.h"

struct standing_row {
	uint8_t btmh[LESSON_BTMH_SIZE];
	enum payload_state state;
	uint64_t bytes; /* without pad files */
	uint32_t files; /* of the lesson, where one is known; else 0 */
	uint64_t added_s;
	uint64_t used_s;

	bool known; /* some lesson that stands names it */
	bool own;   /* one of our own log does */
	bool wanted;
	bool pinned;
	bool withdrawn; /* see struct payload_standing */
	bool superseded;
	/* Superseded, and what takes its place is wanted and not held: files of
	 * it may be of use then. */
	bool of_use;
	char due[LESSON_DATE_SIZE + 1];	    /* the soonest day; "" none */
	char expires[LESSON_DATE_SIZE + 1]; /* "" when never */
	/* Of the newest lesson that wants it (later entries of a log are newer
	 * on the same day); "" and 0 when none does. */
	char date[LESSON_DATE_SIZE + 1];
	int64_t row;
	int64_t log;	/* where such a lesson is written; 0: none */
	uint64_t entry;
};

/* Receives one payload; false ends the list. */
typedef bool (*standing_cb)(void *context, const struct standing_row *row);

/* All payloads that have a row, also those of which nothing is here yet, in the
 * order of their hashes. */
enum status standings_list(struct catalog *c, standing_cb each, void *context,
			   struct err *err);

/* How many files the lesson of a payload has; 0 when no lesson tells. */
uint32_t standings_files(struct catalog *c,
			 const uint8_t btmh[static LESSON_BTMH_SIZE]);

#endif
