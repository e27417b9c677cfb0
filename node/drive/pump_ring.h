/* What the files of node/drive/pump.h share: a ring of batches. The reader
 * fills them in order, a hasher looks at each, the writer empties them in
 * order:
 *
 *     written ... taken ... filled ... written + count
 *        |  hashed  |  to hash | being read |
 *
 * A batch is one long piece or many short ones, so that what the threads tell
 * each other costs nothing beside the work. The lock guards the counters; what
 * is in a batch belongs to the one whose turn it is. */
#ifndef NODE_DRIVE_PUMP_RING_H
#define NODE_DRIVE_PUMP_RING_H

#include <pthread.h>

#include "node/drive/pump.h"
#include "node/payload.h"

enum {
	BATCH_BYTES = 1 << 20, /* or one piece */
	BATCH_PIECES = 256,
	BATCHES_MIN = 3,
	BATCH_PAGE = 4096,
	HASHERS_MAX = 2
};

enum piece_state { PIECE_READ, PIECE_MISSING, PIECE_UNREAD, PIECE_DAMAGED };

struct batch {
	uint8_t *data;
	unsigned count;
	bool hashed; /* under the lock */
	struct batch_piece {
		uint32_t piece;
		size_t at; /* in `data`, on a page */
		enum piece_state state;
	} pieces[BATCH_PIECES];
};

struct ring {
	const struct pump *pump;
	uint8_t *moved;
	struct pump_result *result; /* the writer's while it runs */

	struct batch *batches;
	unsigned count;
	uint8_t *memory;
	size_t batch_bytes;
	struct merkle *hashers[HASHERS_MAX];
	unsigned hasher_count;

	atomic_bool stop; /* no more is to be read */
	pthread_mutex_t lock;
	pthread_cond_t emptied, to_hash, to_write, ended;
	/* Batches that went so far, counted from the start. */
	uint64_t filled, taken, written;
	bool read_over;	 /* nothing more will be filled */
	bool write_over; /* nothing more will be written */
	uint64_t told;	 /* bytes for `progress` */

	/* Read by the caller when the threads have ended. */
	bool read_stopped; /* there was more to read */
	unsigned read_errors;
	struct err read_err, write_err;
};

struct hashing {
	struct ring *ring;
	struct merkle *hasher;
};

/* What the threads run; each returns NULL when there is nothing left to do. */
void *pump_read_all(void *ring);
void *pump_hash_all(void *hashing);
void *pump_write_all(void *ring);

#endif
