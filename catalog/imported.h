/* What stations' batches become at an office: rows and sums in records.db
 * (catalog/schema_imported.c names the tables).
 *
 * Each entry of a log counts once, each version of an item once; the same item
 * with another content is a replay: it is flagged and what came first stays. A
 * higher version replaces a lower one. The sums are those of the rows, always
 * and in the same transaction.
 *
 * Threads: as the catalog; one connection writes. Errors not named below are
 * SQLite's, as catalog/catalog.h tells them. */
#ifndef CATALOG_IMPORTED_H
#define CATALOG_IMPORTED_H

#include <jansson.h>

#include "catalog/catalog.h"
#include "catalog/placing.h"
#include "signing/key.h"

enum imported_kind {
	IMPORTED_OPEN,	     /* nobody signed in */
	IMPORTED_COLLECTIVE, /* in a study */
	IMPORTED_PERSONAL    /* by a card */
};

enum imported_flag {
	IMPORTED_TWO_SCREENS = 1 << 0,
	IMPORTED_EMPTY_ROOM = 1 << 1,
	IMPORTED_CLOCK_JUMP = 1 << 2,
	IMPORTED_REPLAY = 1 << 3,
	/* Those above are doubtful: their minutes do not make the norm. */
	IMPORTED_DOUBTFUL = (1 << 4) - 1,
	IMPORTED_INTERRUPTED = 1 << 4,
	IMPORTED_BY_HAND = 1 << 5,
	IMPORTED_CLOCK_UNVERIFIED = 1 << 6,
	IMPORTED_FLAGS = 7 /* how many there are */
};
/* "two-screens", …; by bit number, 0 to IMPORTED_FLAGS - 1. */
const char *imported_flag_name(unsigned bit);

enum imported_media {
	IMPORTED_VIDEO, IMPORTED_AUDIO, IMPORTED_DOCUMENT, IMPORTED_PICTURE
};

/* "00ff…" of 16 lower-case hex digits to the 64 bits of it, and back. */
bool imported_id(const char *hex, int64_t *out);
void imported_hex(int64_t id, char out[static 17]);

/* The row of a station; STATUS_NOT_FOUND (err untouched). */
enum status imported_find(struct catalog *c,
			  const uint8_t key[static PUBLIC_KEY_SIZE],
			  int64_t *id, struct err *err);
/* The same, made when it is first heard of. */
enum status imported_station(struct catalog *c,
			     const uint8_t key[static PUBLIC_KEY_SIZE],
			     int64_t *id, struct err *err);

/* Entries of this station's log below `*done` are in. */
enum status imported_done(struct catalog *c, int64_t station, uint64_t *done,
			  struct err *err);

/*
 * Read the items of a batch, which only look at themselves: on any thread,
 * before somebody takes them in. The result borrows from `items`.
 *
 * Returns: NULL when out of memory.
 */
struct imported_read;
struct imported_read *imported_read(const json_t *items);
void imported_read_free(struct imported_read *r);

struct imported_entry {
	int64_t station;
	uint64_t entry;
	int64_t taken_s; /* the office's clock when the entry had come */
	int64_t now_s;	 /* and now */
	struct when when; /* of the batch */
	json_t *items;	    /* array; borrowed */
	const struct imported_read *read; /* of them, or NULL: not read yet */
};

/*
 * Take one opened and verified batch in; within the caller's transaction.
 * Items that are unknown or not as they should be are passed over; the
 * number of the latter is in `*passed` (may be NULL), and the entry is odd.
 *
 * Returns: STATUS_OK; STATUS_OLD when the entry was in already.
 */
enum status imported_take(struct catalog *c, const struct imported_entry *e,
			  unsigned *passed, struct err *err);

/* An entry that is not for us (`why` is NULL) or that could not be read: it is
 * done, and in the latter case listed as odd. Within the caller's
 * transaction. */
enum status imported_pass(struct catalog *c, int64_t station, uint64_t entry,
			  int64_t now_s, const char *why, struct err *err);

/* The newest odd entries, at most `max`; the callback must not call this again.
 * `why` is valid until it returns. */
struct imported_odd {
	uint8_t key[PUBLIC_KEY_SIZE]; /* of the station */
	uint64_t entry;
	int64_t seen_s;
	const char *why;
};
typedef void (*imported_odd_cb)(void *owner, const struct imported_odd *odd);
enum status imported_each_odd(struct catalog *c, unsigned max,
			      imported_odd_cb each, void *owner,
			      struct err *err);

/* All entries are to be taken in once more, for who can open now what was
 * sealed to somebody else. What is in counts once all the same. */
enum status imported_again(struct catalog *c, struct err *err);

/* The station's log has two histories. */
enum status imported_forked(struct catalog *c, int64_t station,
			    struct err *err);

/*
 * Delete what is personal in rows of months before `month`, and in uncertain
 * ones that were over before it: names, cards, notes, who held it, photos.
 * Sums stay. What SQLite frees is overwritten in the file
 * (catalog/records_db.h); older pages are in the write-ahead log until
 * catalog_checkpoint_wal(). Transactions of its own, so short that others write
 * in between.
 *
 * `*rows` (may be NULL) is how many rows had any. After a failure some of the
 * last of them still do; the next call goes on.
 */
enum status imported_strip(struct catalog *c, int month, int64_t *rows,
			   struct err *err);

#endif
