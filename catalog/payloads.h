/* What is on this node's disk of each payload, and what is still to come.
 *
 * A payload is known by its v2 info-hash (btmh). Files are not touched here:
 * the caller fsyncs them before it says that pieces are verified. A have-map
 * is a BEP 3 bitfield of the pieces verified and flushed: piece 0 is the
 * highest bit of the first byte, spare bits are zero.
 *
 * Writes are durable transactions of their own, unless the caller has one
 * open already. */
#ifndef CATALOG_PAYLOADS_H
#define CATALOG_PAYLOADS_H

#include "catalog/catalog.h"
#include "catalog/lesson.h"

enum payload_state {
	PAYLOAD_NONE,    /* nothing here yet */
	PAYLOAD_PARTIAL, /* some pieces, or all but damaged ones */
	PAYLOAD_HELD     /* every byte verified, fsynced and on disk */
};

enum { PAYLOAD_PIECES_MAX = 1 << 21 };

struct payload_row {
	uint8_t btmh[LESSON_BTMH_SIZE];
	enum payload_state state;
	uint64_t bytes;    /* without pad files */
	uint32_t pieces;   /* 0 until its torrent file is known */
	uint32_t verified; /* pieces set in the have-map */
	uint64_t added_s;
	uint64_t used_s;
};

/* "none", "partial", "held". */
const char *payload_state_name(enum payload_state state);

/*
 * What is known of one payload.
 *
 * `have` (may be NULL) gets the have-map appended: (pieces + 7) / 8 bytes, all
 * of them set when held.
 * Returns: STATUS_OK; STATUS_NOT_FOUND, with `err` untouched, when nothing was
 *          ever put; what SQLite failed with.
 */
enum status payload_get(struct catalog *c,
			const uint8_t btmh[static LESSON_BTMH_SIZE],
			struct payload_row *out, struct buf *have,
			struct err *err);

/*
 * Remember a have-map; the state follows from it: none, partial or held. Also
 * how a damaged piece is told: put the map without it.
 *
 * Before:  the files' bytes are flushed; `have` is (pieces + 7) / 8 bytes
 *          without stray bits (asserted); `now_s` is for people and eviction.
 * Returns: STATUS_OK, durable; else what SQLite failed with, nothing changed.
 */
enum status payload_put(struct catalog *c,
			const uint8_t btmh[static LESSON_BTMH_SIZE],
			uint64_t bytes, uint32_t pieces, struct bytes have,
			uint64_t now_s, struct err *err);

/*
 * Tell what was found damaged: only the pieces of `good` that were there
 * before stay; an empty map says none. STATUS_NOT_FOUND when nothing is here;
 * STATUS_MALFORMED for a map of another size.
 */
enum status payload_damaged(struct catalog *c,
			    const uint8_t btmh[static LESSON_BTMH_SIZE],
			    struct bytes good, struct err *err);

/* As payload_put() with every piece set: the end of a fetch or a publish. */
enum status payload_put_held(struct catalog *c,
			     const uint8_t btmh[static LESSON_BTMH_SIZE],
			     uint64_t bytes, uint32_t pieces, uint64_t now_s,
			     struct err *err);

/* Forget it, before its files are removed. STATUS_OK also when unknown. */
enum status payload_forget(struct catalog *c,
			   const uint8_t btmh[static LESSON_BTMH_SIZE],
			   struct err *err);

/* Note that these were shown or served, where the last note is older than
 * `apart_s`; derived, not flushed. */
enum status payloads_used(struct catalog *c, uint8_t (*btmh)[LESSON_BTMH_SIZE],
			  size_t count, uint64_t now_s, uint64_t apart_s,
			  struct err *err);

/* Receives one payload; false ends the list. It must not come back to the
 * function that calls it. */
typedef bool (*payload_cb)(void *context, const struct payload_row *payload);

/* All payloads in a state, in the order of their hashes. */
enum status payloads_list(struct catalog *c, enum payload_state state,
			  payload_cb each, void *context, struct err *err);
/* The held payload that follows `after` in the order of hashes, and the bytes
 * of all of them. STATUS_NOT_FOUND (err untouched) behind the last one; *total
 * is told then, too. */
enum status payloads_next_held(struct catalog *c,
			       const uint8_t after[static LESSON_BTMH_SIZE],
			       uint8_t btmh[static LESSON_BTMH_SIZE],
			       uint64_t *total, struct err *err);
/* Those no lesson names any more (superseded, or their lesson refused), the
 * least recently used first. A withdrawn lesson still names its payload. */
enum status payloads_unnamed(struct catalog *c, payload_cb each,
			     void *context, struct err *err);

/* One thing to fetch: the payload of a wanted lesson, not held, or the
 * rendition taken in its place; or a rendition beside it, whose date and day
 * are "", so that it comes after, and goes before, every lesson. */
struct fetch {
	uint8_t btmh[LESSON_BTMH_SIZE];
	uint64_t bytes;
	char due[LESSON_DATE_SIZE + 1]; /* "" at any time (catalog/due.h) */
	bool pinned;
	/* Pinned, or due by a day that may still come: it outranks what is
	 * only wanted when there is too little room. */
	bool first;
	char date[LESSON_DATE_SIZE + 1];
	int64_t row; /* of two of a day in one log, the later has the higher */
};

/* The order things are fetched in: what is wanted by a day, the soonest day
 * first; then pinned ones; then by date, newest first, then the smaller, then
 * by hash. Negative when `a` comes first. */
int fetch_order(const struct fetch *a, const struct fetch *b);

typedef bool (*fetch_cb)(void *context, const struct fetch *fetch);

/* At most `limit` things to fetch, in fetch_order(); what is over
 * (catalog/expiry.h) is not among them; a payload that several lessons name
 * may come several times. Renditions beside lessons come behind them, those of
 * the newest entries first. Does not sort: cheap for any number of
 * wanted lessons. */
enum status payloads_to_fetch(struct catalog *c, uint32_t limit, fetch_cb each,
			      void *context, struct err *err);

/* The newest lesson that wants this payload, held or not, and is not over.
 * STATUS_NOT_FOUND (err untouched) when none does. */
enum status payload_wanted_by(struct catalog *c,
			      const uint8_t btmh[static LESSON_BTMH_SIZE],
			      struct fetch *out, struct err *err);

#endif
