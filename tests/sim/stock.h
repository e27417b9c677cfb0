/* What a node has: which lessons it wants, their blocks, the room they take,
 * and what goes when there is too little. Wants are the node's own decision
 * (catalog/want.h), what goes likewise (node/evict.h). */
#ifndef TESTS_SIM_STOCK_H
#define TESTS_SIM_STOCK_H

#include "tests/sim/world.h"

/* NULL when it knows nothing of it. The pointer is good until the next
 * stock_know() of this node. */
struct stock *stock_of(const struct node *n, uint32_t lesson);
/* The node has read of the lesson in a log: what it wants of it now. */
void stock_know(struct world *w, uint32_t node, uint32_t lesson);
/* Somebody below asks for what it need not want. */
struct stock *stock_ask(struct world *w, uint32_t node, uint32_t lesson);

static inline bool stock_held(const struct stock *s)
{
	return s != NULL && s->have == ALL_BLOCKS;
}
/* Was it held here at some time while it was wanted? (Not by a box that broke
 * since: the next one begins anew.) */
bool node_reached(const struct world *w, uint32_t node, uint32_t lesson);
void stock_reached(const struct world *w, struct stock *s);
/* Has it expired, as far as this node can tell at `at`, and is neither pinned
 * nor due there? Then it is not fetched (catalog/expiry.h). */
bool lesson_over(const struct world *w, const struct node *n, uint32_t lesson,
		 double at);
bool stock_over(const struct world *w, const struct node *n,
		const struct stock *s);
bool node_holds(const struct world *w, uint32_t node, uint32_t lesson);
uint32_t node_blocks(const struct world *w, uint32_t node, uint32_t lesson);
double block_size(const struct world *w, uint32_t lesson);

/* Take room for it, deleting what may go. False: there is none. */
bool stock_reserve(struct world *w, uint32_t node, struct stock *s);
void stock_delete(struct world *w, uint32_t node, struct stock *s);
/* Its disk is a new one. */
void stock_lose(struct world *w, uint32_t node);

/* A part of a block that is on disk, 0 … 1; taken off when asked for. */
void stock_keep_part(struct stock *s, uint8_t block, double part);
double stock_take_part(struct stock *s, uint8_t block);
bool box_wants(const struct world *w, const struct node *n, uint32_t lesson);

#endif
