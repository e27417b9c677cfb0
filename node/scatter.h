/* Scatters sources over the slots of a table of fixed size, so that who falls
 * into one slot with whom cannot be foreseen. Pure. */
#ifndef NODE_SCATTER_H
#define NODE_SCATTER_H

#include <stdint.h>

/* `source` mixed with a random `seed`: every bit of both matters to each bit of
 * the result. */
uint64_t scatter(uint64_t source, uint64_t seed);

#endif
