/* What happens next: a heap of timers that live inside their owners. */
#ifndef TESTS_SIM_TIMERS_H
#define TESTS_SIM_TIMERS_H

#include <stdint.h>

struct timer {
	uint8_t kind;	  /* the owner's words */
	uint32_t subject; /* likewise */
	double at;

	/* private */
	uint64_t turn;
	uint32_t place; /* in the heap, from 1 on; 0: not set */
};

struct timers {
	struct timer **heap; /* [0] is not used */
	uint32_t count, room;
	uint64_t turns;
};

/* Set or move it. Of two at the same time the one set first comes first. */
void timer_set(struct timers *all, struct timer *t, double at);
void timer_stop(struct timers *all, struct timer *t);
/* Takes off the next one; NULL when there is none. */
struct timer *timers_take(struct timers *all);
void timers_release(struct timers *all);

#endif
