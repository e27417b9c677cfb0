/* Lines and what flows through them: a fluid. Each flow goes through one or
 * two lines and gets the max-min fair share of them, within one part in
 * a hundred. */
#ifndef TESTS_SIM_LINES_H
#define TESTS_SIM_LINES_H

#include <stdbool.h>

#include "tests/sim/timers.h"

enum { NO_LINE = UINT32_MAX, NO_FLOW = UINT32_MAX };

struct line {
	double rate; /* bytes a second; 0: it is cut */

	/* private */
	double share; /* no flow gets more here */
	uint32_t *flows;
	uint32_t count, room;
	bool waits; /* to be settled */
};

/* One block on its way. */
struct flow {
	uint32_t node; /* who gets it */
	uint32_t from;
	uint32_t lesson;
	uint8_t block;
	bool beyond; /* over the line of a LAN */
	double begun; /* bytes of it that had come before */
	double size;
	double most; /* bytes a second the receiver allows */
	uint32_t leader; /* the flow that brings it to the sender, no faster
			  * than which it is; or NO_FLOW */
	double rate; /* that it has now */

	/* private */
	uint32_t line[2]; /* the second may be NO_LINE */
	uint32_t place[2];
	uint32_t follower, next; /* the first of its own; of its leader's */
	double moved; /* bytes, until `since` */
	double since;
	struct timer done;
	bool used;
};

struct lines {
	struct line *list;
	uint32_t count;

	/* private */
	struct flow **flows; /* in pages, for timers live inside */
	uint32_t pages, free_count, free_room;
	uint32_t *free;
	uint32_t *waiting, n_waiting, waiting_room;
	struct timers *timers;
	uint8_t kind;
};

/* `kind` is that of the timers that tell of the end of a flow (their subject
 * is its number). Rates are set by the caller afterwards. */
void lines_init(struct lines *all, uint32_t count, struct timers *timers,
		uint8_t kind);
void lines_release(struct lines *all);

struct flow *flow_at(const struct lines *all, uint32_t number);
/* A flow over line `a`, and `b` if it is not NO_LINE. The caller fills in who
 * and what; `begun` bytes of the block are there already. */
uint32_t flow_start(struct lines *all, const struct flow *what, uint32_t a,
		    uint32_t b, double now);
/* The same pair begins the next block: nothing changes on the lines. */
void flow_renew(struct lines *all, uint32_t number, uint8_t block,
		uint32_t leader, double begun, double now);
/* How much of the block has come, in bytes. */
double flow_moved(const struct flow *flow, double now);
/* All that there is has come: look again at that time. */
void flow_wait(struct lines *all, uint32_t number, double at);
void flow_end(struct lines *all, uint32_t number, double now);
/* Another rate of a line; share it anew. */
void line_change(struct lines *all, uint32_t line, double rate, double now);
/* The most a receiver allows has changed. */
void flow_limit(struct lines *all, uint32_t number, double most, double now);

#endif
