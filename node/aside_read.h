/* An answer's reader (struct http_reader) whose bytes come from a disk that may
 * be slow: what is in memory is sent at once, the rest is read aside
 * (node/aside.h) while the connection sleeps. One read at a time, of
 * ASIDE_READ_BLOCK at most; a disk that stands still ends the answer.
 *
 * Threads: begin, read and close as the server calls them; a source's `now`
 *          with them, its `read` and perhaps its `release` on the disk's
 *          threads, never two of them at once. */
#ifndef NODE_ASIDE_READ_H
#define NODE_ASIDE_READ_H

#include "node/aside.h"
#include "node/http_server.h"

enum { ASIDE_READ_BLOCK = 64 * 1024 };

/* Where the bytes come from. It lives until its `release`, which may come after
 * everybody else has gone. */
struct aside_source {
	void *owner;
	/* Bytes that need not be waited for: how many, 0: none, -1: the end
	 * of this answer. NULL: there are never any. */
	ssize_t (*now)(void *owner, uint64_t offset, uint8_t *to, size_t size);
	/* At least 1, or -1. Takes as long as the disk does. */
	ssize_t (*read)(void *owner, uint64_t offset, uint8_t *to,
			size_t size);
	void (*release)(void *owner);
};

struct aside_read;

/* `who` is a source of node/pace.h. Takes the source over, also when it is out
 * of memory and gives NULL. `disk` outlives it. */
struct aside_read *aside_read_new(struct aside *disk, uint64_t who,
				  const struct aside_source *source);

/* What an http_reader is made of. */
void aside_read_begin(void *read, struct http_sleeper *sleeper);
ssize_t aside_read_some(void *read, uint64_t offset, uint8_t *to, size_t size);
void aside_read_close(void *read);

/* A file's bytes, for a `now`. */
ssize_t aside_read_warm(struct aside *disk, int fd, uint64_t at, uint8_t *to,
			size_t size);

/* Have a reader read the file of an answer (`fd`), aside if it has a disk.
 * Nothing to do when it has none. On failure (out of memory) it is a 503. */
void aside_read_file(struct http_answer *answer, uint64_t who);

#endif
