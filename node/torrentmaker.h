/* Makes a hybrid torrent in one pass over the files' bytes:
 *
 *     new -> (file -> (room -> add)* )* -> finish -> free
 *
 * Memory is a ring of blocks: SHA-1 runs in a thread of its own behind the
 * caller's, which does SHA-256 inside torrentmaker_add().
 *
 * The same files give the same torrent file, byte for byte.
 * docs/formats-payload.md, "The torrent file". */
#ifndef NODE_TORRENTMAKER_H
#define NODE_TORRENTMAKER_H

#include "proto/bytes.h"

struct torrentmaker;

/* `name` of the file or folder. NULL when out of memory or threads. */
struct torrentmaker *torrentmaker_new(const char *name, bool folder,
				      uint32_t piece_length);
/* Stops the thread wherever it is. NULL is fine. */
void torrentmaker_free(struct torrentmaker *m);

/*
 * Begin the next file of exactly `length` bytes. `path` is relative to the
 * folder, or NULL for the only file of a payload without one. Paths come in
 * the order of safename_path_compare().
 *
 * Returns: STATUS_MALFORMED for an unsafe path, one out of order, or when the
 *          file before got fewer bytes than announced; STATUS_NO_ROOM beyond
 *          the format's limits; STATUS_NO_MEMORY.
 */
enum status torrentmaker_file(struct torrentmaker *m, const char *path,
			      uint64_t length);
/* A block to read the file's next bytes into, with its size; waits until the
 * thread behind has let go of one. Stays readable until the next call. */
uint8_t *torrentmaker_room(struct torrentmaker *m, size_t *room);
/* Hash the first `size` bytes of that block: a multiple of 16 KiB, except
 * where the file ends. STATUS_MALFORMED when the file got more bytes than
 * announced. */
enum status torrentmaker_add(struct torrentmaker *m, size_t size);
/* Write the torrent file after the last file. STATUS_MALFORMED when a file
 * got fewer bytes than announced or there are no bytes at all. */
enum status torrentmaker_finish(struct torrentmaker *m, struct buf *torrent,
				uint8_t btmh[static 32]);

#endif
