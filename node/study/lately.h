/* When this node last sealed something of its own for the offices, as far as it
 * can be told on a box whose clock may not be set: kept in records.db beside
 * what was sent.
 *
 * Threads: as the house. Errors are SQLite's. */
#ifndef NODE_STUDY_LATELY_H
#define NODE_STUDY_LATELY_H

#include "node/house.h"
#include "node/study/rounds.h"

enum status lately_past(struct house *h, struct rounds_past *out,
			struct err *err);

/* A round has just sealed something. Where that cannot be kept, the day's round
 * goes once more than it had to. */
void lately_went(struct house *h);

#endif
