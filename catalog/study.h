/* What this node's own rooms studied, in records.db: plays, collective studies
 * and personal ones, from the moment they begin. What runs is written down as
 * it goes on, so that after a power cut it is known up to some seconds before;
 * what has ended goes into the outbox (catalog/outbox.h) in the same
 * transaction.
 *
 * A row is an item as docs/formats-records.md has it, with what only this node
 * keeps beside it (titles, tails of card numbers). Ids are 64 bits other than
 * 0, spelled as 16 hex digits in items.
 *
 * Threads: as its catalog. */
#ifndef CATALOG_STUDY_H
#define CATALOG_STUDY_H

#include <jansson.h>

#include "catalog/catalog.h"

enum { STUDY_ID_TEXT = 16 };

void study_id_format(uint64_t id, char out[static STUDY_ID_TEXT + 1]);
/* Exactly 16 lower-case hex digits that are not all 0; STATUS_MALFORMED. */
enum status study_id_parse(const char *text, uint64_t *id);

/* The values of both are in the database. */
enum study_kind { STUDY_PLAY, STUDY_COLLECTIVE, STUDY_PERSONAL };
enum study_state {
	STUDY_RUNS,
	STUDY_INTERRUPTED, /* a study: the node ended while it ran */
	STUDY_ENDED
};

/* "play", "study", "personal": `k` of the item. */
const char *study_kind_name(enum study_kind kind);

struct study_row {
	enum study_kind kind;
	uint64_t id;
	enum study_state state;
	int64_t began_s;
	int64_t last_s;	  /* when something of it was last counted */
	uint64_t card;	  /* 0: none */
	uint64_t part_of; /* of a play, its study or personal; 0: none */
	uint64_t ms, own;
	const json_t *item, *more; /* borrowed */
};

/*
 * Write a row, in place of one with its kind and id; `tell`: its item goes into
 * the outbox as well, as the version its `v` says. Inside the caller's
 * transaction, or in a durable one of its own.
 */
enum status study_put(struct catalog *records, const struct study_row *row,
		      bool tell, struct err *err);
/* Take a row out that came to nothing. STATUS_OK also when it is not there. */
enum status study_take_out(struct catalog *records, enum study_kind kind,
			   uint64_t id, struct err *err);

/* Called with each row; `item` and `more` are valid meanwhile. False ends. It
 * must not come back to this file. */
typedef bool (*study_row_cb)(void *context, const struct study_row *row);

/* Those that have not ended, the oldest first. */
enum status study_each_open(struct catalog *records, enum study_kind kind,
			    study_row_cb each, void *context, struct err *err);
/* Those that began in [from_s, to_s), the newest first, at most `limit`. */
enum status study_each_between(struct catalog *records, enum study_kind kind,
			       int64_t from_s, int64_t to_s, unsigned limit,
			       study_row_cb each, void *context,
			       struct err *err);
/* What was done with one card, personals and their plays, the newest first, at
 * most `limit`. */
enum status study_each_of_card(struct catalog *records, uint64_t card,
			       unsigned limit, study_row_cb each,
			       void *context, struct err *err);
/* One row; STATUS_NOT_FOUND leaves `err` untouched. */
enum status study_get(struct catalog *records, enum study_kind kind,
		      uint64_t id, study_row_cb each, void *context,
		      struct err *err);
/* Minutes of a stretch of time, as bulletins divide them. */
struct study_sums {
	uint64_t open, collective, personal; /* ms that count for the station */
	uint64_t plays;
};
enum status study_sum_between(struct catalog *records, int64_t from_s,
			      int64_t to_s, struct study_sums *out,
			      struct err *err);

/*
 * Delete what has ended, began before `before_s`, and has nothing in the outbox
 * that no office has acknowledged; at most `limit` rows at a time. Their bytes
 * are overwritten (catalog/records_db.h). *gone is how many.
 */
enum status study_forget(struct catalog *records, int64_t before_s,
			 unsigned limit, uint64_t *gone, struct err *err);

#endif
