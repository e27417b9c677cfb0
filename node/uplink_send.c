/* Answers to those beyond, no faster than the budget gives. A reader that may
 * send nothing now puts itself on a list and its connection to sleep; a timer
 * on the loop wakes those whose time has come.
 *
 * The list's lock is taken before the server's (http_sleeper_wake()), never
 * the other way. */
#include <stdlib.h>

#include "node/aside_read.h"
#include "node/pace.h"
#include "node/uplink_inside.h"

enum { CHUNK = 64 * 1024 };

struct sending {
	struct uplink *u;
	enum budget_class class;
	struct http_reader inner;
	struct http_sleeper *sleeper;

	/* under the uplink's lock */
	struct sending *next, *previous;
	bool waits;
	int64_t at_ms;
};

/* --- the list --- */

static void leave(struct sending *s)
{
	struct uplink *u = s->u;

	if (!s->waits)
		return;
	if (s->previous != NULL)
		s->previous->next = s->next;
	else
		u->waiting = s->next;
	if (s->next != NULL)
		s->next->previous = s->previous;
	s->next = s->previous = NULL;
	s->waits = false;
}

static void wait_for_turn(struct sending *s, int64_t at_ms)
{
	struct uplink *u = s->u;

	uv_mutex_lock(&u->lock);
	leave(s);
	s->waits = true;
	s->at_ms = at_ms;
	s->next = u->waiting;
	if (u->waiting != NULL)
		u->waiting->previous = s;
	u->waiting = s;
	uv_mutex_unlock(&u->lock);
	(void)uv_async_send(&u->wake);
}

static void turns_come(uv_timer_t *timer)
{
	uplink_send_wake(timer->data);
}

void uplink_send_wake(struct uplink *u)
{
	int64_t now = uplink_now(), soonest = INT64_MAX;
	struct sending *next;

	uv_mutex_lock(&u->lock);
	for (struct sending *s = u->waiting; s != NULL; s = next) {
		next = s->next;
		if (s->at_ms > now) {
			soonest = s->at_ms < soonest ? s->at_ms : soonest;
			continue;
		}
		leave(s);
		http_sleeper_wake(s->sleeper);
	}
	uv_mutex_unlock(&u->lock);
	if (soonest != INT64_MAX && !uv_is_closing((uv_handle_t *)&u->turns))
		(void)uv_timer_start(&u->turns, turns_come,
				     (uint64_t)(soonest - now), 0);
}

static void woken(uv_async_t *async)
{
	uplink_send_wake(async->data);
}

enum status uplink_send_open(struct uplink *u, struct err *err)
{
	if (uv_mutex_init(&u->lock) != 0)
		return err_set(err, STATUS_NO_MEMORY, "uplink");
	/* Last, and cannot be undone without the loop. */
	if (uv_async_init(u->o.loop, &u->wake, woken) != 0) {
		uv_mutex_destroy(&u->lock);
		return err_set(err, STATUS_IO, "uplink");
	}
	(void)uv_timer_init(u->o.loop, &u->turns);
	u->wake.data = u->turns.data = u;
	u->open_handles = 2;
	return STATUS_OK;
}

/* --- the reader: on the server's threads --- */

static void begin(void *owner, struct http_sleeper *sleeper)
{
	struct sending *s = owner;

	s->sleeper = sleeper;
	if (s->inner.begin != NULL)
		s->inner.begin(s->inner.owner, sleeper);
}

static ssize_t read_given(void *owner, uint64_t offset, uint8_t *to,
			  size_t size)
{
	struct sending *s = owner;
	struct budget *budget = s->u->budget;
	unsigned wait_ms;
	uint64_t given;
	ssize_t n;

	given = budget_take(budget, BUDGET_UP, s->class,
			    size < CHUNK ? size : CHUNK, uplink_now(),
			    &wait_ms);
	if (given == 0) {
		if (!budget_open(budget, BUDGET_UP, s->class, NULL))
			return -1;
		wait_for_turn(s, uplink_now() + wait_ms);
		return 0;
	}
	n = s->inner.read(s->inner.owner, offset, to, (size_t)given);
	if (n < (ssize_t)given)
		budget_give_back(budget, BUDGET_UP,
				 given - (n > 0 ? (uint64_t)n : 0));
	return n;
}

static void close_both(void *owner)
{
	struct sending *s = owner;

	uv_mutex_lock(&s->u->lock);
	leave(s);
	uv_mutex_unlock(&s->u->lock);
	s->inner.close(s->inner.owner);
	free(s);
}

void uplink_slow(struct uplink *u, enum budget_class class,
		 const struct http_head *head, struct http_answer *answer)
{
	struct sending *s;

	aside_read_file(answer, pace_source(http_head_address(head)));
	if (answer->reader.read == NULL)
		return; /* it is a refusal now */
	s = calloc(1, sizeof(*s));
	if (s == NULL) {
		http_answer_release(answer);
		answer->code = 503;
		return;
	}
	s->u = u;
	s->class = class;
	s->inner = answer->reader;
	answer->reader = (struct http_reader){ .owner = s,
					       .begin = begin,
					       .read = read_given,
					       .close = close_both };
}
