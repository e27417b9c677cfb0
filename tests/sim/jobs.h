/* What a node fetches, and from whom: the queue of node/fetcher.c in short.
 * What comes first is fetch_order(), which block is asked of whom
 * piece_plan(), and who may ask beyond the LAN is carriers_role(). */
#ifndef TESTS_SIM_JOBS_H
#define TESTS_SIM_JOBS_H

#include "tests/sim/stock.h"

struct job *job_of(const struct node *n, uint32_t lesson);
/* Bytes of it that are here, and what comes in a second now. */
double job_bytes(const struct world *w, const struct node *n,
		 const struct job *job);
double job_rate(const struct world *w, const struct job *job);

/* The flow that brings it the block, or NO_FLOW. */
uint32_t job_flow_of(const struct world *w, uint32_t node, uint32_t lesson,
		     uint8_t block);

/* Begin what may begin; put aside what does not move. */
void jobs_look(struct world *w, uint32_t node);
/* Nothing can be begun: wake up when something has rested. */
void jobs_sleep(struct world *w, uint32_t node);
/* Look soon. */
void jobs_hurry(struct world *w, uint32_t node);
void job_stop(struct world *w, uint32_t node, uint32_t lesson);
/* There may be more to ask for: now, or if nothing is asked for. */
void job_wake(struct world *w, uint32_t node, uint32_t lesson);
void job_nudge(struct world *w, uint32_t node, uint32_t lesson);
/* Tell those who may want it that `node` has more of it. */
void jobs_tell(struct world *w, uint32_t node, uint32_t lesson);
/* Go through those that were woken. */
void jobs_run(struct world *w);

/* Blocks that a drive brought. */
void jobs_given(struct world *w, uint32_t node, uint32_t lesson,
		uint32_t blocks);
void flow_came(struct world *w, uint32_t number);
/* The node went down, or its line did: its flows end where they are. */
void jobs_break(struct world *w, uint32_t node, bool only_line);
/* Its limits may have changed. */
void jobs_limit(struct world *w, uint32_t node);
/* It is no carrier any more: what it is at over the line ends. */
void job_uncarry(struct world *w, uint32_t node, struct job *job);

static inline uint32_t block_bit(unsigned block)
{
	return UINT32_C(0x80000000) >> block;
}

#endif
