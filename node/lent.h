/* Lending a payload to another process of this node's owner, which then is the
 * one that writes it: what is the same whether a node runs (node/fetcher.h,
 * "lending") or not.
 *
 * Threads: those of the house. */
#ifndef NODE_LENT_H
#define NODE_LENT_H

#include "node/house.h"

/*
 * What the borrower begins with.
 *
 * `have` gets the have-map appended and *pieces its length; 0 and nothing
 * while its torrent file was never seen here. *held: every piece is here, and
 * there is nothing to lend. What is lent is remembered, durably, so that the
 * files of a borrower that dies are found again.
 * Returns: STATUS_OUT_OF_SCOPE when no lesson wants it here; what SQLite
 *          failed with; STATUS_NO_MEMORY.
 */
enum status lent_begin(struct house *h, const uint8_t btmh[static 32],
		       struct buf *have, uint32_t *pieces, bool *held,
		       struct err *err);

/*
 * Take in what the borrower says: it has hashed and fsynced the pieces of
 * `have`. Those known before stay. With `pieces` 0 nothing is taken in. The
 * torrent file must be in its place: *held, when nothing is missing now, means
 * that it can be given to others.
 *
 * Returns: STATUS_NOT_FOUND without the torrent file; STATUS_MALFORMED when
 *          `pieces`, `bytes` or the map do not fit it; what SQLite failed
 *          with. Nothing changed on failure.
 */
enum status lent_end(struct house *h, const uint8_t btmh[static 32],
		     uint32_t pieces, uint64_t bytes, struct bytes have,
		     bool *held, struct err *err);

#endif
