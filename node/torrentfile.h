/* Torrent files with their hashes: proved against the name a lesson was signed
 * with. New ones are made by node/torrentmaker.h.
 *
 * The format is proto/metainfo.h's; the hashes are those of BEP 52 (SHA-256
 * over leaves of 16 KiB, each file its own tree) and BEP 3 (SHA-1 a piece).
 *
 * Threads: no globals; each object belongs to one thread at a time. */
#ifndef NODE_TORRENTFILE_H
#define NODE_TORRENTFILE_H

#include "proto/err.h"
#include "proto/metainfo.h"

/*
 * Prove a torrent file: SHA-256 of its info dictionary is `btmh`, and every
 * piece layer adds up to its file's root. After that each hash in it is as
 * good as the signature over `btmh`.
 *
 * Owns:    `mi` borrows from `torrent`; metainfo_release() it.
 * Returns: STATUS_MALFORMED for what is no torrent of ours, STATUS_UNTRUSTED
 *          when it is another torrent or its layers are not its own,
 *          STATUS_NO_MEMORY. `mi` untouched then.
 */
enum status torrentfile_verify(struct bytes torrent,
			       const uint8_t btmh[static 32],
			       struct metainfo *mi, struct err *err);

/* A torrent file read from disk and proved. */
struct torrentfile {
	struct buf bytes;
	struct metainfo mi;
	uint8_t btmh[32];
	uint8_t v1_hash[20]; /* SHA-1 of the info dictionary */
};

/* STATUS_NOT_FOUND when there is no such file, STATUS_IO, and those of
 * torrentfile_verify(). */
enum status torrentfile_open(struct torrentfile **out, const char *path,
			     const uint8_t btmh[static 32], struct err *err);
/* As above from bytes that came some other way; copies them. */
enum status torrentfile_open_bytes(struct torrentfile **out,
				   struct bytes torrent,
				   const uint8_t btmh[static 32],
				   struct err *err);
void torrentfile_free(struct torrentfile *tf);

/* The hash of one piece's bytes as a node of its file's tree: SHA-256 over
 * 16 KiB leaves, padded with zero hashes to `leaves` (a power of two that
 * holds them all). */
void torrentfile_piece_hash(const uint8_t *data, size_t size, uint32_t leaves,
			    uint8_t hash[static 32]);

/* The usual piece length for a payload: what gives 64 pieces, at least 16 KiB
 * and at most 128 KiB (a piece is passed on when it is whole, so that small
 * ones spread sooner); larger where that would be more than 512 pieces, up to
 * 4 MiB (and beyond only when it would be too many pieces). */
uint32_t torrentfile_piece_length(uint64_t total);

#endif
