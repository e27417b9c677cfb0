/* What one log says of those below it, statement by statement: which of its
 * `delegate` and `undelegate` entries count, and what they come to
 * (docs/formats-trust.md 5.2). What the log says last about an origin is what
 * it says; an end at a size is for good and moves down only.
 *
 * Memory only. Threads: one at a time. */
#ifndef CATALOG_SAYING_H
#define CATALOG_SAYING_H

#include "catalog/authority.h"

struct saying_child {
	char origin[ORIGIN_MAX + 1];
	uint64_t entry;	    /* by which it is delegated */
	bool ended;	    /* taken back after that */
	bool has_end;	    /* at a size, by `end_entry`: for good */
	uint64_t size;
	uint64_t end_entry;
};

struct saying {
	struct saying_child *children; /* by origin */
	size_t count;

	/* private */
	size_t room;
};
#define SAYING_INIT { 0 }

enum saying_verdict {
	SAYING_COUNTS,
	SAYING_ENDED,	 /* the log has ended that origin before */
	SAYING_TOO_MANY, /* AUTHORITY_CHILDREN_MAX origins are there */
	SAYING_UNKNOWN	 /* it takes back what it never delegated */
};

void saying_release(struct saying *s);

/* Entry `n`, which comes after all before, delegates to this origin.
 * STATUS_NO_MEMORY, with nothing changed. */
enum status saying_delegate(struct saying *s, uint64_t n, const char *origin,
			    enum saying_verdict *verdict);
/* Entry `n` takes it back: what was said up to `size` stays, or nothing when
 * that is NULL. */
enum saying_verdict saying_undelegate(struct saying *s, uint64_t n,
				      const char *origin,
				      const uint64_t *size);

#endif
