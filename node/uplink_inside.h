/* What the files uplink*.c share. */
#ifndef NODE_UPLINK_INSIDE_H
#define NODE_UPLINK_INSIDE_H

#include "node/uplink.h"

struct sending;

struct uplink {
	struct uplink_options o;
	struct budget *budget;
	void (*on_closed)(void *owner);
	void *closed_owner;
	unsigned open_handles;
	bool was_open;

	/* the month, as it is in the database */
	unsigned kept_month;
	uint64_t kept_bytes;
	int64_t kept_ms;

	/* uplink_send.c: answers that wait for their turn */
	uv_mutex_t lock;
	struct sending *waiting; /* under the lock, doubly linked */
	uv_async_t wake;	 /* somebody waits, sooner than the timer */
	uv_timer_t turns;

	/* uplink_swarm.c */
	struct engine_stats seen; /* as last told */
	struct engine_limits limits;
	bool limits_told;
	bool inside; /* the engine speaks with the LAN only */
};

/* Milliseconds as uv_now() counts them, on any thread. */
int64_t uplink_now(void);

/* --- uplink_send.c --- */
/* Loop: open its handles, and wake whose turn it is. */
enum status uplink_send_open(struct uplink *u, struct err *err);
void uplink_send_wake(struct uplink *u);
/* Let the bytes of an answer go no faster than the budget gives them. */
void uplink_slow(struct uplink *u, enum budget_class class,
		 const struct http_head *head, struct http_answer *answer);

/* --- uplink_swarm.c --- */
void uplink_swarm_tick(struct uplink *u, struct engine *engine);

#endif
