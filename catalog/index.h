/* From verified entries to lessons, stations and wants: what this node makes
 * of the logs it holds, kept up to date step by step.
 *
 * All of it is derived: it can be made again from the logs, the trust note and
 * the operator's choices, and it is committed in derived transactions. What an
 * entry does: docs/formats-entry.md. Which logs and entries count is the trust
 * note's and that of the delegations found in the logs (catalog/authority.h):
 * logs that nobody may publish in are passed over; entries beyond a cut-off or
 * outside the scope become rows of `refused`. At an entry that cites a newer
 * trust note than is here, its log stops until that has come.
 *
 * Threads: as its catalog. */
#ifndef CATALOG_INDEX_H
#define CATALOG_INDEX_H

#include "catalog/authority.h"
#include "catalog/catalog.h"
#include "catalog/lessons.h"
#include "catalog/want.h"
#include "signing/trust.h"

struct index;

/*
 * Start keeping the lessons of a node at this place.
 *
 * Owns:    `*out` is the caller's until index_free(), and borrows `c` till
 *          then; `region` is copied, "" for none.
 * Returns: STATUS_OK; what SQLite failed with.
 */
enum status index_open(struct index **out, struct catalog *c, enum level level,
		       const char *region, struct err *err);
void index_free(struct index *index);

/* Which renditions this node takes ("original", "all", "480p"; the usual is
 * "original"): catalog/want.h. Where that has changed, steps look at all
 * lessons again. */
enum status index_set_rendition(struct index *index, const char *rendition,
				struct err *err);

/*
 * Tell it the trust note, at the start and when there is a newer one; it must
 * be told before the first step. Where a log's standing has changed (scope,
 * limits, cut-off, successors), its entries are judged again by the steps that
 * follow: first goes what counts for nothing now, then comes what counts;
 * what stays is there all the time. `*again` (may be NULL) says whether any log
 * is concerned.
 *
 * Owns:    nothing; `trust` is borrowed until the next call or index_free().
 * Returns: STATUS_OK; what SQLite failed with, with everything as it was and
 *          the earlier `trust` in force.
 */
enum status index_set_trust(struct index *index, const struct trust *trust,
			    bool *again, struct err *err);

/* Has who may publish changed by delegations since this was last asked? Then
 * other logs may be to be followed, with other keys. */
bool index_take_delegated(struct index *index);

/* Have enrolments ended, or all of them been read again, since this was last
 * asked? Then who was let in may have to go; once there is nothing left to
 * take in, stations_get() says so. */
bool index_take_ended(struct index *index);

/* A log whose entries from `entry` on wait for version `trust` of the trust
 * note. */
struct index_wait {
	int64_t log;
	uint64_t entry;
	uint64_t trust;
};
/* All that wait, as index_step() found them; borrowed until the next step. */
const struct index_wait *index_waits(const struct index *index, size_t *count);

/*
 * Take in at most `max_entries` entries that logs have gained, judge as many
 * again of logs whose standing changed, and look again at as many lessons after
 * the node's subscriptions or place changed. `*did` says how many in all; 0
 * means that everything is done.
 *
 * Delegations that logs have gained are taken for what they come to when all
 * that has come is taken in, not one by one.
 */
enum status index_step(struct index *index, unsigned max_entries,
		       unsigned *did, struct err *err);

/* How much index_step() has left to do: entries that logs have gained or that
 * are judged again, and some more when there is anything else. */
enum status index_behind(struct index *index, uint64_t *behind,
			 struct err *err);

/* What has changed, since the last index_take_changes(), by steps, trust or
 * choices: the payloads concerned. */
struct index_change {
	uint8_t btmh[LESSON_BTMH_SIZE];
	int64_t row; /* the lesson's; 0 when it names this payload no more */
	bool withdrawn; /* the lesson is */
};
enum { INDEX_CHANGES_MAX = 4096 };

/* Take the list: `*changes` is borrowed until the next call on `index`, in the
 * order things happened. `*many` is set when there were more than the list
 * holds: then anything may have changed. */
void index_take_changes(struct index *index,
			const struct index_change **changes, size_t *count,
			bool *many);

/*
 * Pin or drop the lesson that `row` (from catalog/lessons.h) shows, or take
 * the choice back. Durable; kept for later revisions, too.
 */
enum status index_choose(struct index *index, const struct lesson_row *row,
			 enum choice choice, struct err *err);

/* Add or remove a subscription. Durable; the lessons concerned follow in
 * index_step(). STATUS_MALFORMED for a bad topic or region or when both are
 * empty; STATUS_EXISTS, STATUS_NOT_FOUND; STATUS_NO_ROOM beyond
 * INDEX_SUBSCRIPTIONS_MAX. */
enum { INDEX_SUBSCRIPTIONS_MAX = 256 };
enum status index_subscribe(struct index *index,
			    const struct subscription *subscription,
			    struct err *err);
enum status index_unsubscribe(struct index *index,
			      const struct subscription *subscription,
			      struct err *err);
/* The node's place with all subscriptions; borrowed until one changes. */
const struct want_place *index_place(const struct index *index);

#endif
