/* Whose proof of a fork gives way when there is room for no more.
 *
 * Whoever may delegate has as many logs to fork as he likes. So the places are
 * shared along the lines by which publishers have their right: first between
 * those that the trust note names, then, of what one of those has, between
 * itself and the children it delegates to, and so on down to the log. Where it
 * is full, the branch that has most gives one to a branch that has two fewer
 * or less. Hence whoever is alone may have all places, and gives them back when
 * others need some: of so many publishers of the trust note each finds an equal
 * part, whatever the others do.
 *
 * What is dropped follows from what is here alone, not from when it came: of
 * branches that have equally many the last in byte order, of one log's proofs
 * the one whose name is last. Proofs of logs that nobody may publish in go
 * before all others.
 *
 * Pure. */
#ifndef CATALOG_FORKROOM_H
#define CATALOG_FORKROOM_H

#include <stddef.h>
#include <stdint.h>

#include "catalog/authority.h"

enum { FORKROOM_DEPTH = AUTHORITY_DEPTH_MAX + 1 };

struct forkroom_proof {
	uint8_t id[32];
	/* From the publisher that the trust note names down to the log that
	 * has forked; borrowed. `depth` names, 0: nobody may publish in it. */
	const char *line[FORKROOM_DEPTH];
	unsigned depth;
};

/* Write the line of a log into `proof`, borrowed from `authority`. */
void forkroom_line(const struct authority *authority, const char *origin,
		   struct forkroom_proof *proof);

#define FORKROOM_NONE SIZE_MAX
/* Which of the `count` proofs gives way to the newcomer, by its place in the
 * list, which is sorted here; FORKROOM_NONE when it has to stay outside. */
size_t forkroom_choose(struct forkroom_proof *list, size_t count,
		       const struct forkroom_proof *newcomer);

#endif
