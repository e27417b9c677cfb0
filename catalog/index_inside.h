/* The inside of an index, for catalog/index*.c only. */
#ifndef CATALOG_INDEX_INSIDE_H
#define CATALOG_INDEX_INSIDE_H

#include "catalog/entry.h"
#include "catalog/index.h"
#include "catalog/log.h"

struct index {
	struct catalog *c;
	const struct trust *trust; /* NULL until told */
	struct want_place place;
	struct subscription subscriptions[INDEX_SUBSCRIPTIONS_MAX];

	struct index_change *changes;
	size_t change_count;
	size_t change_room;
	bool many;
	struct index_change taken[INDEX_CHANGES_MAX];

	/* The origin asked for last, and its number in the database. */
	char origin[ORIGIN_MAX + 1];
	int64_t origin_number; /* 0: none */

	/* Tables known to be empty need not be asked about each lesson. */
	bool any_withdrawn;
	bool any_choice;
	bool any_payload;

	/* Much to take in: SQLite is given more memory, and `usual_cache` is
	 * what it had. */
	bool bulk;
	int64_t usual_cache;

	/* The log being taken in. */
	struct log_info log;
	const struct publisher *publisher;
	const struct cutoff *cutoff;
	struct entry entry;
};

/* Something happened to a lesson's payload; `row` 0 when it is not the
 * lesson's any more. */
void index_note(struct index *x, const uint8_t btmh[static LESSON_BTMH_SIZE],
		int64_t row, bool withdrawn);

/* The number of an origin, given when it is new. */
enum status index_origin(struct index *x, const char *origin, int64_t *number,
			 struct err *err);

/* Write that entry `n` of the present log counts for nothing. */
enum status index_refuse(struct index *x, uint64_t n, enum refusal why,
			 const char *text, struct err *err);

/* Take in entry `n` of the present log, which is in scope in so far as its
 * place in the log tells. */
enum status index_lesson(struct index *x, uint64_t n, size_t entry_size,
			 struct err *err);
enum status index_withdraw(struct index *x, uint64_t n, struct err *err);
enum status index_station(struct index *x, uint64_t n, struct err *err);
enum status index_station_end(struct index *x, uint64_t n, struct err *err);

/* Read the subscriptions into the place; begin to look at all lessons again
 * when the place is not the one of before. Called by index_open(). */
enum status index_open_place(struct index *x, struct err *err);
/* Look again at up to `max` lessons, when that is to be done. */
enum status index_look_again(struct index *x, unsigned max, unsigned *did,
			     struct err *err);
/* Is that to be done? */
enum status index_to_look(struct index *x, bool *to_do, struct err *err);

#endif
