/* Witnessing: a node that the trust note names as a witness cosigns the newest
 * checkpoint of every catalog it follows and has verified, and all nodes gather
 * the lines of witnesses on the checkpoints they hold (docs/formats-log.md,
 * "Witnesses").
 *
 * The key is DIR/witness.key, of type KEY_COSIGNER, not behind a passphrase: it
 * signs while nobody is there. It never signs less than it has signed before,
 * nor another tree.
 *
 * Threads: as the house. */
#ifndef NODE_WITNESS_H
#define NODE_WITNESS_H

#include "catalog/log.h"
#include "node/house.h"
#include "signing/cosigners.h"

enum { WITNESS_AGAIN_S = 24 * 3600 }; /* where nothing has changed */

/* Make DIR/witness.key, and use it from now on. STATUS_EXISTS when there is
 * one (`h->witness_key` is then as it was). */
enum status witness_new_key(struct house *h, struct err *err);

/* Whose lines may be on a note of this log that is kept here: the log's keys,
 * and all witnesses. Borrowed until the trust note or a delegation changes. */
struct cosigners witness_cosigners(struct house *h, const char *origin);

/* Does the trust note name this node's key? */
bool witness_is_listed(const struct house *h);

/*
 * Cosign the newest checkpoint of a log, if this node is to and has not lately.
 * Durable when it returns: only then is the note to be shown.
 *
 * Returns: STATUS_OK, `*done` says whether it was; what SQLite fails with.
 */
enum status witness_cosign(struct house *h, int64_t log, bool *done,
			   struct err *err);

/*
 * Take the lines of witnesses from somebody's copy of the very checkpoint that
 * is here.
 *
 * Returns: STATUS_OK, `*gained` says how many are newer than ours;
 *          STATUS_OLD when it is another checkpoint, or the one here is by
 *          nobody who may sign it now, or there is none here;
 *          STATUS_MALFORMED; what SQLite fails with.
 */
enum status witness_take(struct house *h, int64_t log, struct bytes note,
			 size_t *gained, struct err *err);

/* How many witnesses stand behind a log's newest checkpoint. */
struct witness_count {
	size_t cosigned, listed;
	uint64_t newest_s; /* 0 when none does */
};
void witness_count(struct house *h, int64_t log, struct witness_count *out);

#endif
