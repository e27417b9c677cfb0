/* Whose the cards are, at the office that issued them; and what is recorded of
 * a person, told or deleted. Tables of records.db (catalog/schema_people.c and
 * schema_imported.c).
 *
 * An issue that a power cut has interrupted leaves rows whose cards are in no
 * log: they are shown to nobody, and people_settle() takes them away or marks
 * them as issued.
 *
 * Threads: as the catalog. Errors not named below are SQLite's. */
#ifndef CATALOG_PEOPLE_H
#define CATALOG_PEOPLE_H

#include <jansson.h>

#include "catalog/catalog.h"
#include "proto/place.h"
#include "signing/cardid.h"

enum {
	PERSON_NAME_MAX = 60, /* bytes, as in a register */
	PERSON_PLACE_MAX = 120,
	PERSON_BATCH_MAX = 8,
	PEOPLE_LIST_MAX = 1000,
	PERSON_ITEMS_MAX = 500 /* of each kind, in people_tell() */
};

struct person {
	int64_t card;
	char tail[CARD_TAIL_DIGITS + 1];
	char name[PERSON_NAME_MAX + 1];
	char place[PERSON_PLACE_MAX + 1]; /* "" where not said */
	char region[REGION_MAX + 1];	  /* likewise */
	char batch[PERSON_BATCH_MAX + 1];
	int64_t issued_s;
	int64_t ended_s; /* 0: not by this node, as far as it knows */
};

/* --- issuing --- */

/* Keep whose these are, before the log says that they are good; one durable
 * transaction. Said again of the same card it replaces the row. */
enum status people_put(struct catalog *records, const struct person *people,
		       size_t count, struct err *err);

/*
 * Look at rows of which it is not known that the log has their cards:
 * `*issued` says how a card is. Those that are issued are marked; the others
 * are deleted where `forget` is set.
 */
enum status people_settle(struct catalog *records,
			  enum status (*issued)(void *owner, int64_t card,
						bool *is, struct err *err),
			  void *owner, bool forget, struct err *err);

/* These cards were ended. */
enum status people_end(struct catalog *records, const int64_t *cards,
		       size_t count, int64_t now_s, struct err *err);

/* --- looking --- */

typedef bool (*person_cb)(void *owner, const struct person *person);
/*
 * Whose name or place has `query` in it, whose number ends in it, or who is of
 * that batch; "" is everybody. The newest first, PEOPLE_LIST_MAX at most;
 * `*total` is how many there are.
 */
enum status people_find(struct catalog *records, const char *query,
			person_cb each, void *owner, uint64_t *total,
			struct err *err);
/* Append the cards of a batch, int64_t each, at most `most` of them. */
enum status people_of_batch(struct catalog *records, const char *batch,
			    size_t most, struct buf *cards, struct err *err);
/* STATUS_NOT_FOUND leaves `err` untouched. */
enum status people_get(struct catalog *records, int64_t card,
		       struct person *out, struct err *err);
/* Milliseconds of personal study in a month (year * 12 + month - 1). */
enum status people_month_ms(struct catalog *records, int64_t card,
			    int32_t month, int64_t *ms, struct err *err);

/*
 * All that is recorded of a card, as docs/formats-page.md 7 has it ("what is
 * recorded of a person"), without the names of stations: each item has the
 * station's key as "station" in hex. Grows with what is recorded: on a worker.
 *
 * Owns:    `*out` is the caller's.
 * Returns: STATUS_OK, also for a card that is nobody's; STATUS_NO_MEMORY.
 */
enum status people_tell(struct catalog *records, int64_t card, json_t **out,
			struct err *err);

/* --- forgetting (people_forget.c) --- */

/* Who is to go: these cards; or a name as it stands in registers. */
struct people_whom {
	const int64_t *cards;
	size_t count;
	const char *name; /* NULL: the cards alone */
	/* The key (32 bytes) of the one station meant, where the name is to go
	 * there only; else empty. */
	struct bytes station;
};

/* What is going on, for whoever looks from another thread. */
struct people_watch {
	_Atomic bool stop; /* end soon */
	_Atomic uint64_t looked; /* registers looked through */
	_Atomic unsigned done; /* of all there is to do, per mille */
	/* Called now and then where that thread may do it; may be NULL. */
	void (*tell)(void *owner, const struct people_watch *watch);
	void *owner;
};

/*
 * Delete what is recorded of somebody as that: the rows of these persons; their
 * cards in plays, visits and registers. Of a name: from the names of registers,
 * from who held the study, from notes (an ellipsis stands for it there), and,
 * but for one station only, the persons of that name with their cards. Minutes
 * and sums stay, nobody's. What is taken in later goes without them
 * (catalog/forgotten.h), where it is not one station's.
 *
 * Looks through all registers once, however many cards there are, without
 * keeping anybody from writing: what it finds it changes in short transactions
 * (catalog/strokes.h). The persons' own rows go last. So where the power goes
 * in between, or it is stopped, some registers have them and some have not, they
 * are still listed, and the same call again does what is left.
 *
 * `*rows` (may be NULL) is how many were changed. The bytes are overwritten,
 * those of the write-ahead log when people_wipe() has ended well.
 *
 * Returns: STATUS_OK, also where there was nothing; STATUS_USAGE for a name of
 *          nothing; STATUS_CANCELLED when it was stopped; STATUS_BUSY while
 *          others write for a whole minute; STATUS_NO_MEMORY, SQLite's.
 */
enum status people_forget(struct catalog *records,
			  const struct people_whom *whom,
			  struct people_watch *watch, int64_t *rows,
			  struct err *err);

/* Write all into the database and empty the write-ahead log, where deleted
 * bytes still stand. Tries for `patience_ms`, in which nobody is kept waiting
 * for long; STATUS_BUSY while others read all that time: say it again. */
enum status people_wipe(struct catalog *records, unsigned patience_ms,
			struct err *err);

#endif
