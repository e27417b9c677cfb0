/* By which way each piece of a payload came here, for people who want to see
 * what the line, the neighbours and the drives have brought.
 *
 * Kept in memory, piece by piece, so that the bytes of all ways are always
 * those that are verified; what nothing is known of (it was here before this
 * program started, or other payloads here had it) counts as from the cache. Of
 * a bounded number of payloads, those that got something last.
 *
 * Threads: one. */
#ifndef NODE_PROVENANCE_H
#define NODE_PROVENANCE_H

#include "proto/metainfo.h"

enum provenance_way {
	FROM_CACHE, /* nothing else is known */
	FROM_UPLINK,
	FROM_NEIGHBOUR,
	FROM_DRIVE,
	FROM_WAYS
};

enum {
	PROVENANCE_PAYLOADS = 64,
	PROVENANCE_PIECES = 4 << 20 /* of all of them; one may have more */
};

struct provenance;

/* NULL: out of memory. */
struct provenance *provenance_new(void);
/* NULL is allowed. */
void provenance_free(struct provenance *p);

/* A piece has come this way, and is good; the last time counts. Without memory
 * it counts as from the cache. */
void provenance_piece(struct provenance *p, const uint8_t btmh[static 32],
		      uint32_t pieces, uint32_t piece,
		      enum provenance_way way);

/* What `after` has and `before` had not came in these parts by the line and by
 * neighbours (each may be 0, not both); what is known of a piece already
 * stays. */
void provenance_mixed(struct provenance *p, const uint8_t btmh[static 32],
		      uint32_t pieces, const uint8_t *before,
		      const uint8_t *after, uint64_t uplink,
		      uint64_t neighbour);
/* The same, all of one way. */
void provenance_gained(struct provenance *p, const uint8_t btmh[static 32],
		       uint32_t pieces, const uint8_t *before,
		       const uint8_t *after, enum provenance_way way);

/* Bytes of the pieces of `have`, by way. */
void provenance_sum(const struct provenance *p,
		    const uint8_t btmh[static 32], const struct metainfo *mi,
		    const uint8_t *have, uint64_t bytes[static FROM_WAYS]);
/* The same without its torrent file: as if all pieces were of one length, and
 * `total` bytes together. */
void provenance_share(const struct provenance *p,
		      const uint8_t btmh[static 32], uint32_t pieces,
		      const uint8_t *have, uint64_t total,
		      uint64_t bytes[static FROM_WAYS]);

#endif
