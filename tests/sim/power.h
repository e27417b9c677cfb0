/* What breaks: power, lines, boxes, clocks; and the hours of limits. */
#ifndef TESTS_SIM_POWER_H
#define TESTS_SIM_POWER_H

#include "tests/sim/world.h"

/* Set the first of each. */
void power_begin(struct world *w);

void power_turns(struct world *w, uint32_t lan);
void line_turns(struct world *w, uint32_t lan);
void box_turns(struct world *w, uint32_t node);
void box_dies(struct world *w, uint32_t node);
void clock_known(struct world *w, uint32_t node);
void hours_turn(struct world *w);
/* Switched on in the evenings only: is it evening? */
bool is_evening(const struct world *w);

#endif
