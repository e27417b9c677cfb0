/* Whom a job can ask, and what it asks for next. */
#ifndef TESTS_SIM_ASKING_H
#define TESTS_SIM_ASKING_H

#include "tests/sim/jobs.h"

/* Ask for all that is to be asked for now. `spare` is a flow that has just
 * brought its block, or NOBODY: it is used again if it can be, and ended
 * otherwise. */
void job_ask(struct world *w, uint32_t node, struct job *job, uint32_t spare);
/* End one of its flows; what came of the block is kept. */
void job_end_flow(struct world *w, uint32_t node, struct job *job,
		  unsigned which);
/* Bytes that came, and a block of them that came whole over a line. */
void count_bytes(struct world *w, const struct flow *f, double bytes);
void count_block(struct world *w, const struct flow *f);

#endif
