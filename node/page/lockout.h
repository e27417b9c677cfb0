/* How often a secret may be guessed (docs/formats-page.md, 1).
 *
 * Whom a wrong try holds up is decided by two counts:
 *
 *   - of one person from one address: after LOCKOUT_FREE wrong ones in a row
 *     that address waits 1 minute before the next try for that person, then
 *     2, 4, … 60. The right secret from there ends the count, as does a day
 *     without a try. Other addresses, and other people, go on as before: who
 *     guesses at A's PIN on a phone does not keep A from the TV.
 *   - of one person from all addresses that are strange: LOCKOUT_STRANGE tries
 *     at once and then one an hour, so that many addresses guess no faster than
 *     one. An address is not strange when it is this machine itself, or one of
 *     the LOCKOUT_FRIENDS from which that person last got in: so those who work
 *     here are not kept out by strangers, however many there are.
 *
 * A try is counted before it is known how it ends (lockout_admit), and given
 * back when it was right: tries made at the same time are no way around.
 *
 * Everything is written down (lockout_put), and a restart forgets nothing: who
 * had to wait when the node ended waits as long again when it is back, because
 * nobody knows for how long it was away.
 *
 * Pure: `now_ms` is monotonic and handed in. Threads: one. */
#ifndef NODE_PAGE_LOCKOUT_H
#define NODE_PAGE_LOCKOUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct sockaddr;

enum {
	LOCKOUT_FREE = 5,     /* wrong ones in a row before the first wait */
	LOCKOUT_STRANGE = 20, /* tries of strangers at once */
	LOCKOUT_STRANGE_MS = 60 * 60 * 1000, /* one more each time it is over */
	LOCKOUT_WAIT_MS = 60 * 1000,	     /* the first wait */
	LOCKOUT_WAIT_MAX_MS = 60 * 60 * 1000,
	LOCKOUT_QUIET_MS = 24 * 60 * 60 * 1000, /* ends a count */
	LOCKOUT_ROWS = 128,
	LOCKOUT_PEOPLE = 128, /* with names for reset codes: twice as many */
	LOCKOUT_FRIENDS = 8,
	LOCKOUT_HOURS = 24,
	LOCKOUT_WHO_MAX = 40 /* bytes */
};

/* This machine itself: who touches it is in the room with the TV. */
enum { LOCKOUT_HERE = 0 };

/* One person's tries from one address. */
struct lockout_row {
	char who[LOCKOUT_WHO_MAX + 1]; /* "": free */
	uint64_t source;
	unsigned wrong; /* in a row */
	uint64_t until_ms; /* no try before; 0: may try */
	uint64_t tried_ms;
};

/* One person, from wherever. */
struct lockout_person {
	char who[LOCKOUT_WHO_MAX + 1]; /* "": free */
	uint64_t full_ms; /* when strangers have all their tries again */
	uint64_t tried_ms;
	unsigned friend_count;
	uint64_t friends[LOCKOUT_FRIENDS]; /* the last one first */
};

struct lockout {
	/* private */
	struct lockout_row rows[LOCKOUT_ROWS];
	struct lockout_person people[LOCKOUT_PEOPLE];
	bool changed; /* since lockout_put() */
	struct {
		uint64_t hour; /* since the clock's zero */
		unsigned count;
	} wrong[LOCKOUT_HOURS]; /* not written down */
};

void lockout_init(struct lockout *l);

/* Who an address is: LOCKOUT_HERE for 127.0.0.1 and ::1, and for `reached`,
 * which may be NULL: an address asked by itself. */
uint64_t lockout_source(const struct sockaddr *from,
			const struct sockaddr *reached);

/*
 * May `who` be tried from `source` now? Counts as a wrong try when so, until
 * lockout_right(); else *wait_s is how long until it may.
 *
 * Before:  `who` has a secret: names that nobody has are not to fill the table.
 */
bool lockout_admit(struct lockout *l, const char *who, uint64_t source,
		   uint64_t now_ms, unsigned *wait_s);
/* It was wrong: how many tries are left before a wait. */
unsigned lockout_wrong(struct lockout *l, const char *who, uint64_t source,
		       uint64_t now_ms);
/* How many were wrong in the last LOCKOUT_HOURS hours, of anybody from
 * anywhere, since lockout_init(). */
unsigned lockout_wrong_lately(const struct lockout *l, uint64_t now_ms);
/* How long that row has to wait; 0: not at all. */
unsigned lockout_waits_s(const struct lockout *l, const char *who,
			 uint64_t source, uint64_t now_ms);
/* It was right. */
void lockout_right(struct lockout *l, const char *who, uint64_t source,
		   uint64_t now_ms);
/* It could not be found out: the try does not count. */
void lockout_undecided(struct lockout *l, const char *who, uint64_t source,
		       uint64_t now_ms);
/* Their secret was changed by somebody who may: they begin anew. */
void lockout_forget(struct lockout *l, const char *who);

/* Now and then: what is over is forgotten, and needs no waiting after a
 * restart. */
void lockout_tick(struct lockout *l, uint64_t now_ms);
/* Has anything changed that is to be written down? */
bool lockout_changed(const struct lockout *l);

/* What is to be written down, a new reference, NULL when out of memory; from
 * then on nothing has changed. */
json_t *lockout_put(struct lockout *l, uint64_t now_ms);
/* Read it again, over lockout_init()'s; what is not understood is left out. */
void lockout_take(struct lockout *l, const json_t *json, uint64_t now_ms);

#endif
