/* Argon2 beside the loop: what takes 64 MiB and a good part of a second is
 * done on the thread pool, one at a time, so that many who log in at once
 * neither stop the node nor use up the memory of a small box.
 *
 * Threads:  loop thread only, apart from `work`.
 * Lifetime: hasher_new() -> jobs -> hasher_close() -> closed callback ->
 *           hasher_free(). */
#ifndef NODE_PAGE_HASHER_H
#define NODE_PAGE_HASHER_H

#include <stdbool.h>

#include <uv.h>

enum { HASHER_JOBS_MAX = 16 };

struct hasher;

/* What is to be done; lives inside its owner, who fills in the two. */
struct hasher_job {
	/* On the pool; touches its owner only. */
	void (*work)(struct hasher_job *job);
	/* On the loop, later, exactly once; `cancelled`: there was no work,
	 * because the hasher closes. The job is its owner's again. */
	void (*done)(struct hasher_job *job, bool cancelled);

	/* private */
	struct hasher_job *next;
};

/* NULL: out of memory. */
struct hasher *hasher_new(uv_loop_t *loop);
/* Before: closed, or never used. NULL is allowed. */
void hasher_free(struct hasher *h);

/* Is there room for one more? */
bool hasher_has_room(const struct hasher *h);
/* Before: hasher_has_room(), not closing. */
void hasher_add(struct hasher *h, struct hasher_job *job);

/* Cancel what waits, and tell when nothing is under way any more: perhaps from
 * inside this call. */
void hasher_close(struct hasher *h, void (*closed)(void *owner), void *owner);

#endif
