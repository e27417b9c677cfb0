/* What waits to be sealed and sent to the offices, in records.db: an item is
 * put here by whoever makes it, within the transaction in which it comes to
 * be; node/study/batcher.h makes entries of it.
 *
 *     waits --> sent (its entry is in our log) --> acknowledged: forgotten
 *       ^          |
 *       +----------+  the entry was lost with the log
 *
 * Log and outbox are in two databases. The entry is made durable first: after
 * a power cut between the two an item may be sent twice, which its id and
 * version make harmless, and is never lost.
 *
 * Threads: as the catalog. Errors not named are SQLite's. */
#ifndef CATALOG_OUTBOX_H
#define CATALOG_OUTBOX_H

#include <jansson.h>

#include "catalog/batch.h"
#include "catalog/catalog.h"
#include "signing/digest.h"

enum {
	OUTBOX_ID_MAX = 64,
	/* Items that may be here at once: decades of a busy station's. */
	OUTBOX_ITEMS_MAX = 1000000
};

/*
 * Put an item: within the caller's transaction, else durable by itself. One of
 * the same kind and id that was not sent yet is replaced, unless its version
 * is higher.
 *
 * Owns:    `item` is borrowed; it has "k" and whatever else it is to say.
 * Returns: STATUS_OK; STATUS_MALFORMED for a bad kind or id, or an item that no
 *          office would read (fractions, too deep); STATUS_NO_ROOM
 *          when it is longer than BATCH_ROOM, or OUTBOX_ITEMS_MAX are here.
 */
enum status outbox_put(struct catalog *records, const char *kind,
		       const char *id, uint32_t v, const json_t *item,
		       struct err *err);

struct outbox_item {
	int64_t n; /* in the order in which they were put */
	const char *kind, *id;
	uint32_t v;
	struct bytes json; /* compact */
};

/* Call back for what waits, oldest first; what is pointed to is valid until
 * the callback returns. False ends the walk. */
typedef bool (*outbox_cb)(void *owner, const struct outbox_item *item);
enum status outbox_each_waiting(struct catalog *records, outbox_cb each,
				void *owner, struct err *err);

/* Entries were appended that hold these items; durable. */
struct outbox_shipment {
	uint64_t size; /* of our log behind the last of them */
	uint8_t hash[SHA256_SIZE]; /* of the last entry */
	const int64_t *items; /* their n, in any order */
	size_t count;
	uint64_t at_s; /* now, as this machine tells */
};
enum status outbox_sent(struct catalog *records,
			const struct outbox_shipment *shipment,
			struct err *err);

/* Entries below `size` of our log were acknowledged: what was in them is
 * forgotten. Durable. */
enum status outbox_acknowledged(struct catalog *records, uint64_t size,
				struct err *err);

/* The newest shipment that is not acknowledged: `*size` and `hash` as they
 * were told. STATUS_NOT_FOUND (err untouched) when there is none. */
enum status outbox_newest(struct catalog *records, uint64_t *size,
			  uint8_t hash[static SHA256_SIZE], struct err *err);
/* Shipments that reach beyond `size` are not in our log any more: their items
 * wait again. Durable. */
enum status outbox_unsend(struct catalog *records, uint64_t size,
			  struct err *err);

struct outbox_facts {
	uint64_t waiting; /* items */
	uint64_t sent;	  /* items whose acknowledgement is not here */
	uint64_t last_s;  /* when the last shipment was; 0 never */
	uint64_t last_size; /* of our log after it */
};
enum status outbox_facts(struct catalog *records, struct outbox_facts *out,
			 struct err *err);

#endif
