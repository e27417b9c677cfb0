/* An independent audit of any C2SP log: nothing is taken from the catalog, all
 * of it is read through a callback, from a folder or a URL. */
#ifndef CATALOG_AUDIT_H
#define CATALOG_AUDIT_H

#include "proto/err.h"
#include "signing/checkpoint.h"

/* Append the resource at `path` ("checkpoint", "tile/0/000", …, below the
 * log's prefix) to `out`. STATUS_NOT_FOUND when there is none; a resource
 * longer than `cap` is STATUS_MALFORMED. */
typedef enum status (*audit_read_cb)(void *owner, const char *path, size_t cap,
				     struct buf *out, struct err *err);
/* So many entries of so many are verified. */
typedef void (*audit_progress_cb)(void *owner, uint64_t done, uint64_t size);

struct audit_options {
	const char *origin;
	const struct public_key *keys;
	size_t key_count;
	const struct checkpoint *end; /* where it was ended; NULL: nowhere */
	audit_read_cb read;
	audit_progress_cb progress; /* may be NULL */
	void *owner;
	bool no_tiles; /* entries and checkpoint only, as many mirrors have */
};

struct audit_result {
	struct checkpoint checkpoint;
	uint64_t tiles;	  /* hash tiles compared */
	uint64_t bundles;
	uint64_t bytes; /* read in all */
};

/*
 * Verify the checkpoint's signature, then every bundle and every hash tile of
 * its size against its root. A missing partial resource may be served by the
 * full one.
 *
 * Returns: STATUS_OK, `*result` is filled; STATUS_UNTRUSTED or STATUS_MALFORMED
 *          for the checkpoint; STATUS_DAMAGED for the first resource that is
 *          missing, malformed or hashes to something else, with its path in
 *          the text; what the callback fails with.
 */
enum status audit_log(const struct audit_options *options,
		      struct audit_result *result, struct err *err);

#endif
