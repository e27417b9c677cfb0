/* One zstd frame in memory: how full bundles are kept and travel. Pure memory;
 * any thread. */
#ifndef CATALOG_PACK_H
#define CATALOG_PACK_H

#include "proto/bytes.h"

/* Measured on bundles of lessons (tests/bench/bench_log.c): half of an entry is
 * random hex, of which the entropy coder makes half as many bytes at any
 * level; matches found between 1 and 15 are not worth their time, and 15 finds
 * what 22 does. */
enum {
	PACK_QUICK = 1, /* what came in raw */
	PACK_SMALL = 15 /* what many will fetch: the publisher's own bundles */
};

/* Append `raw` as one frame to `out`. STATUS_OK or STATUS_NO_MEMORY, which
 * leaves `out` as it was. */
enum status pack_compress(struct bytes raw, int level, struct buf *out);

/*
 * Append what `packed` holds to `out`: one frame or several, of at most `cap`
 * bytes in all, with windows of at most 8 MiB.
 *
 * Returns: STATUS_MALFORMED when it is damaged, goes on past its last frame's
 *          end, ends within one, or holds more than `cap`; STATUS_NO_MEMORY.
 *          `out` then holds what it held.
 */
enum status pack_expand(struct bytes packed, size_t cap, struct buf *out);

/* Is it one frame and nothing else, so that it may be kept as it came? */
bool pack_is_one_frame(struct bytes packed);

#endif
