/* Two drives of each township that has villages without a line, and the
 * technician who carries them on a route: what goes on a drive is decided by
 * pack_plan() from what the office has heard, as `drive sync` does. */
#ifndef TESTS_SIM_COURIERS_H
#define TESTS_SIM_COURIERS_H

#include "tests/sim/world.h"

enum { ROUTE_MAX = 8 };

/* What a box said of itself as the drive was there. */
struct heard {
	uint32_t node;
	double at;
	uint64_t *held;
};

struct drive {
	uint32_t township;
	double size, used, speed; /* bytes, bytes a second */
	uint32_t *blocks;	  /* by lesson */
	double logs_made;
	uint32_t route[ROUTE_MAX]; /* LANs */
	uint32_t stops;		   /* of the route */
	int at;			   /* -2 county, -1 township, then stops */
	struct heard *heard;
	uint32_t n_heard, heard_room;
	struct timer timer;
};

void couriers_begin(struct world *w);
/* The drive is somewhere: do what is done there, and go on. */
void courier_arrives(struct world *w, uint32_t drive);
void couriers_release(struct world *w);

/* Has the office heard that the box holds it? Bits by lesson. */
static inline bool bit_of(const uint64_t *bits, uint32_t n)
{
	return (bits[n / 64] >> (n % 64) & 1) != 0;
}

#endif
