/* The bencoding of a hybrid torrent once all its hashes are known; the half
 * of node/torrentmaker.h that hashes nothing. */
#ifndef NODE_TORRENTWRITER_H
#define NODE_TORRENTWRITER_H

#include "proto/bytes.h"

struct torrentwriter_file {
	char *path; /* relative to the folder, or the only file's name */
	uint64_t length;
	uint8_t root[32];
	struct buf layer; /* 32 bytes a piece */
	bool done;
};

struct torrentwriter {
	char *name;
	bool folder;
	uint32_t piece_length;
	uint64_t pieces, total;
	struct torrentwriter_file *files;
	size_t count;
	struct buf v1_pieces;

	/* private */
	size_t room;
};

/* STATUS_NO_MEMORY; release it in any case. */
enum status torrentwriter_init(struct torrentwriter *w, const char *name,
			       bool folder, uint32_t piece_length);
void torrentwriter_release(struct torrentwriter *w);

/* Add a file; as torrentmaker_file(). */
enum status torrentwriter_file(struct torrentwriter *w, const char *path,
			       uint64_t length);
/* The file added last, or NULL. */
struct torrentwriter_file *torrentwriter_last(struct torrentwriter *w);

/* Is the last file padded too? */
bool torrentwriter_pads_last(const struct torrentwriter *w);

/* Append the torrent file; `info` is where its info dictionary lies, valid
 * until `torrent` changes. STATUS_MALFORMED without a byte in the files. */
enum status torrentwriter_write(const struct torrentwriter *w,
				struct buf *torrent, struct bytes *info);

#endif
