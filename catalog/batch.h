/* Batches: what a station tells its office, as one signed note inside one
 * sealed entry of its record log (docs/formats-records.md, "Batches").
 *
 *     xiangtu-batch/v1
 *     {"v":1,"to":…,"seq":…,"w":[…],"part":[i,of],"items":[…]}
 *
 *     — xiangtu/records/<the station's key> <signature>
 *
 * The signature is the station's, whoever carried it and whoever sealed it;
 * recipient and place in the log are under it, so that nobody can have it count
 * at another place, or for another office. What the items say is for those who
 * read them: here they are objects with a kind, in bounds.
 *
 * Pure memory. */
#ifndef CATALOG_BATCH_H
#define CATALOG_BATCH_H

#include "catalog/moment.h"
#include "proto/bytes.h"
#include "signing/key.h"
#include "signing/seal.h"

enum {
	BATCH_PARTS_MAX = 4096,
	BATCH_ITEMS_MAX = 4096,
	BATCH_KIND_MAX = 32, /* bytes of "k": a-z and '-' */
	/* What head, signature and brackets take of SEAL_INNER_MAX at most. */
	BATCH_AROUND = 512,
	/* Bytes of all items as compact JSON, with the commas between them. */
	BATCH_ROOM = SEAL_INNER_MAX - BATCH_AROUND
};

struct batch_head {
	uint32_t to;  /* key id of the recipient's key, to which it is sealed */
	uint64_t seq; /* index of the entry in the station's log */
	struct when when; /* when it was sealed */
	/* A round too long for one entry: this is the `part`th of `parts`. */
	unsigned part, parts;
};

struct batch {
	struct batch_head head;
	json_t *items; /* an array of objects, each with a "k" */
};

/*
 * Append the batch as it is sealed. `items` is borrowed; `key` is the node's
 * under the name of its record log.
 *
 * Returns: STATUS_NO_ROOM beyond SEAL_INNER_MAX or BATCH_ITEMS_MAX;
 *          STATUS_MALFORMED for what batch_read() would refuse;
 *          STATUS_NO_MEMORY. `inner` then holds what it held.
 */
enum status batch_write(const struct batch_head *head, const json_t *items,
			const struct secret_key *key, struct buf *inner);

/*
 * Read what was in an entry of the log of `station_key`, sealed to the key
 * with the id `to_key_id`, at the index `seq`.
 *
 * Before:  `station_key` is a node key that is known, from its log.
 * Owns:    out->items is the caller's (batch_release()).
 * Returns: STATUS_UNTRUSTED: not signed by that station, or meant for another
 *          recipient or another place; STATUS_MALFORMED, also for what is no
 *          batch at all; STATUS_NO_MEMORY. `out` is untouched then.
 */
enum status batch_read(struct bytes inner,
		       const uint8_t station_key[static PUBLIC_KEY_SIZE],
		       uint32_t to_key_id, uint64_t seq, struct batch *out,
		       struct err *err);
void batch_release(struct batch *batch);

#endif
