/* What time it is, as items of records say it (catalog/moment.h).
 *
 * Threads: the loop's; as the house. */
#ifndef NODE_STUDY_WHEN_H
#define NODE_STUDY_WHEN_H

#include "catalog/moment.h"
#include "node/house.h"

/* The node has started, for the `boot`th time: moments are told from now on in
 * seconds of this life. Once, by node_start(). */
void when_begin(struct house *h, uint32_t boot);

/* Now. Where no node runs (a request on the directory itself) the life is 0:
 * only the wall clock and the floor say anything. */
void when_now(struct house *h, struct when *out);

#endif
