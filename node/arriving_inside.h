/* What the files arriving*.c share. Everything below the lock is touched under
 * it only; a payload lives until it has ended and its last reader is gone. */
#ifndef NODE_ARRIVING_INSIDE_H
#define NODE_ARRIVING_INSIDE_H

#include <pthread.h>

#include "node/arriving.h"
#include "node/aside_read.h"
#include "node/share.h"

enum { NO_PIECE = UINT32_MAX };

struct arriving_file {
	const char *path;
	uint64_t length;
	uint32_t first_piece;
};

/* One answer on its way: a range of a file, or a poll of the have-map. */
struct reader {
	struct arriving *a;
	struct reader *next, *previous;
	struct http_sleeper *sleeper; /* NULL until it reads */
	uint64_t source; /* who asks */
	bool counted;	 /* among those there may be */
	bool viewer;
	bool asleep;	  /* it found nothing, and was not woken since */
	int64_t since_ms; /* when it ran dry, or began to poll */

	/* of a file; NULL for a poll */
	const struct arriving_file *file;
	struct aside_read *bytes;
	uint64_t at;	/* what it reads next */
	uint64_t last;	/* what it reads at most */
	bool dry;	/* it waits at `at` */

	/* a poll */
	uint64_t after;
	struct buf map; /* the answer, once there is one */
};

struct arriving {
	struct arrivals *all;
	struct arriving *next;
	uint8_t btmh[32];
	char *dir;
	uint32_t piece_length;
	uint32_t pieces;
	struct arriving_file *files;
	uint32_t file_count;
	char *paths;

	uint8_t *have;
	uint32_t count;
	bool ended;
	bool held; /* and so it ended */
	bool urgent; /* to be told of */
	bool begun;  /* to be told of */

	struct reader *readers;
	int64_t viewed_ms; /* when a viewer last read or asked; 0 never */
	/* where a viewer went who has no request now */
	uint32_t trail, trail_end; /* pieces; NO_PIECE: none */
	int64_t trail_ms;

	uint8_t *marked; /* arriving_urgent()'s */
};

struct arrivals {
	struct arrivals_options o;
	char *payload_dir;
	uv_async_t wake;
	uv_timer_t soon; /* what is to be told, a moment after the last time */
	uv_timer_t tick;
	int64_t told_ms;
	unsigned open_handles;
	void (*on_closed)(void *owner);
	void *closed_owner;

	pthread_mutex_t lock;
	struct arriving *list; /* those that have not ended */
	struct share readers;  /* of files */
	struct share polls;
};

/* Milliseconds on any thread, of no particular beginning. */
int64_t arriving_now(void);
/* Under the lock: the piece of a byte of a file. */
uint32_t arriving_piece_at(const struct arriving *a,
			   const struct arriving_file *file, uint64_t offset);
/* Under the lock: have the loop look at what is to be told. */
void arriving_tell(struct arrivals *all);
/* Under the lock: the one with this hash, or NULL. */
struct arriving *arriving_find(struct arrivals *all, const uint8_t *btmh);
/* Under the lock: free it if it has ended and nobody reads it. */
void arriving_unless_used(struct arriving *a);
/* Under the lock: read on. */
void reader_wake(struct reader *r);

#endif
