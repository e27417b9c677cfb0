/* What a torrent file says: one hybrid (BEP 3 + BEP 47 + BEP 52) payload.
 *
 * Only hybrids are read; a torrent of version 1 or 2 alone is malformed here.
 * The file tree and the v1 file list must describe the same files in the same
 * order, with pad files exactly where BEP 47 puts them. Names must be safe
 * (proto/safename.h). Nothing is hashed: whether `info` is the one a lesson
 * was signed with, and whether layers belong to their roots, is the business
 * of node/torrentfile.h. docs/formats-payload.md has the rules. */
#ifndef PROTO_METAINFO_H
#define PROTO_METAINFO_H

#include "proto/bytes.h"

enum {
	METAINFO_BLOCK = 16 * 1024, /* what a leaf of a file's tree covers */
	METAINFO_FILES_MAX = 10000,
	METAINFO_PIECES_MAX = 1 << 20,
	METAINFO_PIECE_LENGTH_MAX = 64 << 20,
	METAINFO_SIZE_MAX = 32 << 20, /* the torrent file itself */
	METAINFO_HASH_SIZE = 32,
	METAINFO_SHA1_SIZE = 20
};

struct metainfo_file {
	/* Relative to payload/<btmh>/, the torrent's name first; a C string
	 * that belongs to the metainfo. */
	const char *path;
	uint64_t length;
	const uint8_t *root; /* pieces root, 32 bytes; NULL when length is 0 */
	/* 32 bytes a piece; empty when the file is no longer than a piece,
	 * whose only hash is then `root`. */
	struct bytes layer;
	uint32_t first_piece; /* of the whole torrent's numbering */
	uint32_t pieces;      /* 0 when length is 0 */
};

/* Pad files are not listed and not counted, and no piece spans two files:
 * pieces are numbered file by file, which is the v1 and the v2 numbering. */
struct metainfo {
	struct bytes info; /* the info dictionary as it lies in the torrent */
	struct bytes name; /* of the file, or of the folder */
	bool folder;
	uint32_t piece_length;
	uint32_t pieces;
	struct bytes v1_pieces; /* 20 bytes a piece */
	uint64_t total;		/* bytes of all files */
	struct metainfo_file *files;
	uint32_t file_count;

	/* private */
	char *paths;
};

/*
 * Read a torrent file.
 *
 * Owns:    slices borrow from `torrent`, which must stay; the table is the
 *          metainfo's own until metainfo_release().
 * Returns: STATUS_MALFORMED for what is no hybrid torrent of ours or goes
 *          beyond the limits above; STATUS_NO_MEMORY. `mi` untouched then.
 */
enum status metainfo_parse(struct bytes torrent, struct metainfo *mi);
/* As above, and put the reason of a failure into `why` (static text). */
enum status metainfo_parse_why(struct bytes torrent, struct metainfo *mi,
			       const char **why);
void metainfo_release(struct metainfo *mi);

/* Where a piece is: bytes offset .. offset+length of files[file]. */
struct metainfo_piece {
	uint32_t file;
	uint64_t offset;
	uint32_t length;
	const uint8_t *hash; /* 32 bytes: its node of the file's tree */
	/* Leaves its subtree is padded to with zero hashes: those of a whole
	 * piece, or the next power of two in a file of a single piece. */
	uint32_t leaves;
};

/* `index` must be below mi->pieces (asserted). */
struct metainfo_piece metainfo_piece(const struct metainfo *mi,
				     uint32_t index);

/* The file of this path, or NULL. */
const struct metainfo_file *metainfo_find(const struct metainfo *mi,
					  const char *path);

/* A have-map: one bit a piece, the first piece in the highest bit of the
 * first byte, spare bits zero (BEP 3). */
static inline size_t havemap_size(uint32_t pieces)
{
	return (pieces + 7u) / 8;
}

static inline bool havemap_has(const uint8_t *map, uint32_t piece)
{
	return (map[piece / 8] >> (7 - piece % 8) & 1) != 0;
}

static inline void havemap_set(uint8_t *map, uint32_t piece)
{
	map[piece / 8] |= (uint8_t)(0x80 >> piece % 8);
}

static inline void havemap_unset(uint8_t *map, uint32_t piece)
{
	map[piece / 8] &= (uint8_t)~(0x80 >> piece % 8);
}

/* The have-map that `/pieces` answers with (docs/formats-http.md): how many
 * pieces there are, as 32 bits big-endian, then the map. Copied to `map` of
 * havemap_size(pieces) bytes, spare bits taken off. STATUS_MALFORMED for any
 * other size or number; `map` is then untouched. */
enum status havemap_read(struct bytes wire, uint32_t pieces, uint8_t *map);

/* How many of the first `pieces` are there. */
uint32_t havemap_count(const uint8_t *map, uint32_t pieces);
/* How many bytes the pieces of a have-map are. */
uint64_t metainfo_bytes_of(const struct metainfo *mi, const uint8_t *map);

#endif
