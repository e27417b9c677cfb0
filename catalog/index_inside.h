/* The inside of an index, for catalog/index*.c only. */
#ifndef CATALOG_INDEX_INSIDE_H
#define CATALOG_INDEX_INSIDE_H

#include "catalog/again.h"
#include "catalog/delegations.h"
#include "catalog/entry.h"
#include "catalog/index.h"
#include "catalog/log.h"

struct index {
	struct catalog *c;
	const struct trust *trust; /* NULL until told */
	struct authority *authority; /* by it and by the delegations below */
	int64_t number; /* delegations_number() it was made at */
	bool stale;	/* that failed: it is to be made anew */
	unsigned put_off; /* steps that came before judging */
	bool delegated;	/* for index_take_delegated() */
	bool ended;	/* for index_take_ended() */
	struct saying saying; /* of the log being walked, */
	bool saying_read; /* up to the entry at hand */
	/* It has said DELEGATIONS_SAID_MAX before that, of each kind. */
	bool said_enough[2];
	struct index_wait wait; /* log 0: no entry is ahead of our trust */
	struct index_wait *waits;
	size_t wait_count;
	size_t wait_room;
	struct want_place place;
	char rendition[LESSON_AS_MAX + 1];
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

/* What a walk over all logs is for. */
struct index_walk {
	struct index *x;
	unsigned max;
	unsigned did;
	uint64_t more; /* entries that logs of publishers have gained */
	bool changed; /* some log stands otherwise */
};

/* --- index.c --- */
/* Much is to be taken in now, or no more. */
void index_set_bulk(struct index *x, bool bulk);
/* Which tables are empty? At the beginning of each transaction. */
enum status index_look_at_tables(struct index *x, struct err *err);
/* Make this the present log; does what it says count? */
enum status index_begin_log(struct index *x, const struct log_info *info,
			    bool *counts, struct err *err);
/* A log_each_cb for a struct index_walk: take in what a log has gained. */
enum status index_step_log(void *owner, const struct log_info *info,
			   struct err *err);
/* Take in up to `max` entries of the present log. */
enum status index_take_in(struct index *x, unsigned max, unsigned *did,
			  struct err *err);
/* Walk `count` entries of the present log from `first` on, and apply each;
 * `*done` of them, when one cites a trust note that is not here. */
enum status index_walk_entries(struct index *x, uint64_t first, uint64_t count,
			       uint64_t *done, struct err *err);
/* Undo the transaction. */
void index_forget_transaction(struct index *x);

/* --- index_trust.c --- */
/* Remember by which standing the entries of a log are judged. */
enum status index_keep_standing(struct index *x, const struct log_info *info,
				struct err *err);
/* Work out anew who may publish, and begin to judge those logs again that stand
 * otherwise by that. A transaction of its own. */
enum status index_judge(struct index *x, bool *changed, struct err *err);
/* The trust note has ended a log at a root that is not the one it has here:
 * nothing of it is what its publisher said. */
enum status index_is_other_history(struct index *x,
				   const struct log_info *info, bool *other,
				   struct err *err);
/* Keep x->wait. STATUS_NO_MEMORY. */
enum status index_put_wait(struct index *x, struct err *err);
/* Does a log wait for a trust note at the entry that is next? */
bool index_waits_at(const struct index *x, const struct log_info *info);

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
enum status index_cards(struct index *x, uint64_t n, struct bytes entry,
			struct err *err);
enum status index_cards_end(struct index *x, uint64_t n, struct bytes entry,
			    struct err *err);
/* Does entry `n` of the present log count, as far as its place tells? */
typedef bool (*index_counts_fn)(void *owner, uint64_t n);
/* Take away the cards of the present log of which an entry in [from, end) does
 * not count any more. */
enum status index_strip_cards(struct index *x, uint64_t from, uint64_t end,
			      index_counts_fn counts, void *owner,
			      struct err *err);
/* `counts`: not beyond its publisher's limits. */
enum status index_delegation(struct index *x, uint64_t n, size_t entry_size,
			     bool counts, struct err *err);
/* Take delegations out of logs that were taken in before there was room for
 * them in the database; once. */
enum status index_open_delegations(struct index *x, struct err *err);

/* --- index_strip.c, index_again.c --- */
/* Do at most `max` of what is to be done about logs that are judged again;
 * `*did` says how much. Only what is to go, or else what may come. */
enum status index_strip(struct index *x, unsigned max, unsigned *did,
			struct err *err);
enum status index_read_again(struct index *x, unsigned max, unsigned *did,
			     struct err *err);
/* Make that log the present one. */
enum status index_begin_again(struct index *x, const struct again *again,
			      bool *counts, struct err *err);
/* Entries [from, end) of the present log are not refused any more. */
enum status index_forget_refused(struct index *x, uint64_t from, uint64_t end,
				 struct err *err);
/* Is there anything of it to do? Something to strip? How much is left? */
enum status index_again_to_do(struct index *x, bool *any, bool *strip,
			      struct err *err);
enum status index_again_left(struct index *x, uint64_t *left,
			     struct err *err);

/* Does a lesson of the present log count, which its entry `n` says? */
bool index_lesson_counts(const struct index *x, const char *origin,
			 const char *region, const char *topic,
			 uint64_t largest, size_t entry_size);
/* May the present log enrol there? */
bool index_may_enrol(const struct index *x, const char *region);
/* Nobody withdraws this lesson any more. */
enum status index_unhide(struct index *x, uint64_t short_id, int64_t origin,
			 struct err *err);

/* Read the subscriptions into the place; begin to look at all lessons again
 * when the place is not the one of before. Called by index_open(). */
enum status index_open_place(struct index *x, struct err *err);
/* Look again at up to `max` lessons, when that is to be done. */
enum status index_look_again(struct index *x, unsigned max, unsigned *did,
			     struct err *err);
/* Decide again whether one is wanted. */
enum status index_look_at_row(struct index *x, int64_t row, struct err *err);
/* Is that to be done? */
enum status index_to_look(struct index *x, bool *to_do, struct err *err);

/* --- index_choices.c --- */
/* Have steps decide again about every lesson. */
enum status index_look_at_all(struct index *x, struct err *err);

/* --- index_renditions.c --- */
/* Decide which payloads of a lesson are fetched, and whether what is fetched
 * of it is held; changes are noted. Quick for lessons without renditions. */
enum status index_renditions(struct index *x, int64_t row, bool wanted,
			     struct err *err);

#endif
