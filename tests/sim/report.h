/* What the run showed, for people or for programs. */
#ifndef TESTS_SIM_REPORT_H
#define TESTS_SIM_REPORT_H

#include "tests/sim/world.h"

enum { REPORT_DAYS = 32 };

/* Boxes and the lessons of the week they want, and how many of these pairs
 * were reached: the box has held the lesson at some time while it wanted it.
 * `held`: it is there now. [0] connected, [1] by drive only; `old` counts only
 * lessons that are out for a day or longer. */
struct coverage {
	uint64_t pairs[2], reached[2], held[2], old_pairs[2], old_reached[2];
};

struct report {
	struct coverage days[REPORT_DAYS];
	unsigned n_days;
};

void report_day(struct world *w);
/* Everything, to standard output. */
void report_print(struct world *w);
double report_connected(const struct coverage *c, bool old);

/* Does the box want this lesson of the week, which is out already? */
bool is_pair(const struct world *w, const struct node *n, uint32_t lesson);

#endif
