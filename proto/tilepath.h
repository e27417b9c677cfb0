/* Names of the resources of a log (C2SP tlog-tiles, "Parameters" and below):
 *
 *     tile/<L>/<N>[.p/<W>]       hashes <N>*256 .. of level <L>
 *     tile/entries/<N>[.p/<W>]   entries <N>*256 .., a bundle
 *
 * N is written in groups of three digits, all but the last behind an 'x':
 * 1234067 is x001/x234/067. ".p/<W>" (1..255) stands only on partial ones. */
#ifndef PROTO_TILEPATH_H
#define PROTO_TILEPATH_H

#include "proto/bytes.h"

enum {
	TILE_WIDTH = 256, /* hashes of a full tile, entries of a full bundle */
	TILE_LEVEL_MAX = 63,
	TILE_PATH_MAX = 63 /* bytes of the longest path */
};

enum tile_kind { TILE_HASHES, TILE_ENTRIES };

struct tile_path {
	enum tile_kind kind;
	unsigned level; /* 0 for bundles */
	uint64_t n;	/* at most TILE_N_MAX */
	unsigned width; /* 1 .. TILE_WIDTH; TILE_WIDTH is a full one */
};

/* The largest tile number: all entry indexes stay below 2^63. */
#define TILE_N_MAX ((uint64_t)INT64_MAX / TILE_WIDTH)

/* Write the path and a final zero. The parts must be in range (asserted). */
void tile_path_format(const struct tile_path *path,
		      char out[static TILE_PATH_MAX + 1]);

/* Read a path; only what tile_path_format() writes is one. STATUS_MALFORMED
 * leaves `path` untouched. */
enum status tile_path_parse(struct bytes text, struct tile_path *path);

bool tile_path_same(const struct tile_path *a, const struct tile_path *b);

/* How many hashes (entries for TILE_ENTRIES) tile `n` of `level` has in a log
 * of `size` entries: 0 .. TILE_WIDTH. */
unsigned tile_width_at(unsigned level, uint64_t n, uint64_t size);

#endif
