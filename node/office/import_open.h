/* A handful of sealed entries, opened and verified by two threads at once: the
 * one that owns them and a helper. Private to node/office. */
#ifndef NODE_OFFICE_IMPORT_OPEN_H
#define NODE_OFFICE_IMPORT_OPEN_H

#include <uv.h>

#include "catalog/batch.h"
#include "catalog/imported.h"
#include "signing/seal.h"

enum {
	IMPORT_CHUNK = 128,
	/* Sealed, about: an entry of 64 KiB may take 25 times as much in memory
	 * once it is open. */
	IMPORT_CHUNK_BYTES = 2 << 20
};

enum piece_state {
	PIECE_SEALED,
	PIECE_READ,   /* `batch` is set */
	PIECE_OTHERS, /* sealed to somebody else */
	PIECE_ODD,    /* see `why` */
	PIECE_FAILED  /* out of memory */
};

struct piece {
	int64_t *row; /* of the station; 0: none yet */
	int64_t taken_s; /* by when it had come */
	uint8_t station[PUBLIC_KEY_SIZE];
	uint64_t entry;
	struct buf sealed; /* until it was opened */
	enum piece_state state;
	struct batch batch;
	struct imported_read *read; /* its items; NULL: no memory for that */
	char why[120];
};

struct chunk {
	const struct seal_key *key;
	const struct seal_key *before; /* the key before that, or NULL */
	struct piece pieces[IMPORT_CHUNK];
	size_t count;
	size_t bytes; /* sealed */

	/* private */
	_Atomic size_t next;
	struct chunk *_Atomic done; /* is to be cleared */
	uv_thread_t helper;
	bool helped;
};

/* Begin to open them beside the caller, and clear `done` (may be NULL), which
 * nobody needs any more; where no thread is to be had, all is done by
 * chunk_finish(). */
void chunk_start(struct chunk *chunk, struct chunk *done);
/* Open what is not yet, and wait for the helper; `done` is empty then. */
void chunk_finish(struct chunk *chunk);
/* Let go of all pieces. */
void chunk_clear(struct chunk *chunk);

#endif
