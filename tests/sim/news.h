/* Lessons come out, take the place of others, are withdrawn; who hears of it
 * by line hears it within half a minute, the rest from a drive. */
#ifndef TESTS_SIM_NEWS_H
#define TESTS_SIM_NEWS_H

#include "tests/sim/world.h"

/* What every box holds from before, and the timers of the week. */
void news_begin(struct world *w);
void news_published(struct world *w, uint32_t lesson);
/* A drive brought logs made at `made`: what they say, `node` knows. */
void news_by_drive(struct world *w, uint32_t node, double made);
/* May the lesson matter to anybody in this county? */
bool lesson_concerns(const struct world *w, uint32_t lesson, uint32_t county);

#endif
