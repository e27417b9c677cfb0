/* A bucket of bytes for each way. It fills with the rate that counts; what was
 * spent without asking may leave it in debt. Whoever asks for more than there
 * is has its class marked as waiting for as long as it will take to come
 * again: until then background gets nothing that foreground waits for. */
#include "node/budget.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/text.h"

enum {
	BURST_PARTS = 4, /* of a second's bytes */
	BURST_LEAST = 4096,
	/* What is given at least, unless less is wanted: thin lines are not
	 * filled byte by byte. */
	GIVE_PARTS = 16,
	GIVE_LEAST = 1024,
	DEBT_S = 60,
	WAIT_MAX_MS = 5000,
	CLOSED_WAIT_MS = 500, /* then it is asked why */
	COMES_LATE_MS = 150, /* who was told to wait is not there at once */
	ENGINE_PARTS = 10,
	AGAIN_MAX_S = 3600,
};

struct bucket {
	uint64_t rate;
	int64_t level;	  /* in thousandths of bytes, less than 0: owed */
	int64_t filled_ms;
	int64_t waiting_ms[2]; /* by class: somebody waits until then */
	/* what was taken lately */
	int64_t window_ms;
	uint64_t window_bytes, taken_rate;
};

struct budget {
	struct budget_plan plan;
	pthread_mutex_t lock;
	struct bucket buckets[2];
	bool begun; /* a time was told, and is where the buckets stand */
	uint64_t spent;
	unsigned month; /* 0: not known yet */
	struct budget_time time;
	char why[BUDGET_WHY_ROOM];
};

struct budget *budget_new(const struct budget_plan *plan)
{
	struct budget *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	if (pthread_mutex_init(&b->lock, NULL) != 0) {
		free(b);
		return NULL;
	}
	b->plan = *plan;
	for (int way = 0; way < 2; way++)
		b->buckets[way].rate = budget_rate(plan, &b->time,
						   (enum budget_way)way);
	return b;
}

void budget_free(struct budget *b)
{
	if (b == NULL)
		return;
	(void)pthread_mutex_destroy(&b->lock);
	free(b);
}

const struct budget_plan *budget_plan(const struct budget *b)
{
	return &b->plan;
}

static void lock(struct budget *b)
{
	(void)pthread_mutex_lock(&b->lock);
}

static void unlock(struct budget *b)
{
	(void)pthread_mutex_unlock(&b->lock);
}

void budget_restore(struct budget *b, unsigned month, uint64_t spent)
{
	lock(b);
	b->month = month;
	b->spent = spent;
	unlock(b);
}

void budget_month(const struct budget *b, unsigned *month, uint64_t *spent)
{
	/* The lock is not part of what the budget says. */
	struct budget *open = (struct budget *)(uintptr_t)b;

	lock(open);
	*month = b->month;
	*spent = b->spent;
	unlock(open);
}

/* --- the bucket --- */

static bool is_limited(const struct bucket *k)
{
	return k->rate != BUDGET_FREE && k->rate > 0;
}

static int64_t burst(uint64_t rate)
{
	uint64_t bytes = rate / BURST_PARTS;

	return (int64_t)(bytes < BURST_LEAST ? BURST_LEAST : bytes) * 1000;
}

/* Times come from several threads: one may be a little older than another. */
static void fill(struct budget *b, struct bucket *k, int64_t now_ms)
{
	int64_t passed = now_ms - k->filled_ms;

	if (!b->begun) {
		b->begun = true;
		for (int way = 0; way < 2; way++)
			b->buckets[way].filled_ms =
				b->buckets[way].window_ms = now_ms;
		return;
	}
	if (passed <= 0)
		return;
	if (passed > DEBT_S * 1000)
		passed = DEBT_S * 1000;
	k->filled_ms = now_ms;
	if (!is_limited(k))
		return;
	k->level += (int64_t)k->rate * passed;
	if (k->level > burst(k->rate))
		k->level = burst(k->rate);
}

static void set_rate(struct bucket *k, uint64_t rate)
{
	k->rate = rate;
	if (!is_limited(k))
		k->level = 0;
	else if (k->level > burst(rate))
		k->level = burst(rate);
	else if (k->level < -DEBT_S * 1000 * (int64_t)rate)
		k->level = -DEBT_S * 1000 * (int64_t)rate;
}

void budget_set_plan(struct budget *b, const struct budget_plan *plan)
{
	lock(b);
	b->plan = *plan;
	for (int way = 0; way < 2; way++)
		set_rate(&b->buckets[way], budget_rate(plan, &b->time,
						       (enum budget_way)way));
	unlock(b);
}

void budget_tick(struct budget *b, const struct budget_time *time,
		 int64_t now_ms)
{
	lock(b);
	for (int way = 0; way < 2; way++) {
		uint64_t rate = budget_rate(&b->plan, time,
					    (enum budget_way)way);

		fill(b, &b->buckets[way], now_ms);
		if (rate != b->buckets[way].rate)
			set_rate(&b->buckets[way], rate);
	}
	b->time = *time;
	if (time->known && time->month != b->month) {
		if (b->month != 0 && time->month > b->month)
			b->spent = 0;
		b->month = time->month;
	}
	unlock(b);
}

/* --- the cap --- */

static uint64_t allowance(const struct budget *b, enum budget_class class)
{
	const struct budget_plan *plan = &b->plan;

	if (class == BUDGET_FOREGROUND)
		return plan->cap;
	return plan->reserve < plan->cap ? plan->cap - plan->reserve : 0;
}

/* What the month leaves for a class. */
static uint64_t month_room(const struct budget *b, enum budget_class class)
{
	uint64_t all = allowance(b, class);

	if (b->plan.cap == 0)
		return UINT64_MAX;
	return b->spent < all ? all - b->spent : 0;
}

static bool is_open(const struct budget *b, enum budget_way way,
		    enum budget_class class)
{
	return !b->plan.lan_only && b->buckets[way].rate > 0 &&
	       month_room(b, class) > 0;
}

/* --- why not --- */

static void say_closed_hours(struct budget *b, enum budget_way way)
{
	static const char days[7][4] = { "mon", "tue", "wed", "thu",
					 "fri", "sat", "sun" };
	struct budget_time when;
	bool later;

	if (!b->time.known) {
		(void)snprintf(b->why, sizeof(b->why),
			       "the line is closed by every limit, and the "
			       "clock is not set");
		return;
	}
	if (!budget_opens(&b->plan, &b->time, way, &when)) {
		(void)snprintf(b->why, sizeof(b->why),
			       "the line is closed at all hours");
		return;
	}
	/* The same time of day tomorrow needs its day, too. */
	later = when.weekday != b->time.weekday &&
		(when.weekday != (b->time.weekday + 1) % 7 ||
		 when.minute >= b->time.minute);
	(void)snprintf(b->why, sizeof(b->why),
		       "the line is closed until %s%s%02u:%02u",
		       later ? days[when.weekday] : "", later ? " " : "",
		       when.minute / 60, when.minute % 60);
}

static void say_why(struct budget *b, enum budget_way way,
		    enum budget_class class)
{
	char size[SIZE_ROOM];

	if (b->plan.lan_only) {
		(void)snprintf(b->why, sizeof(b->why),
			       "only the LAN is used here (lan-only)");
	} else if (b->buckets[way].rate == 0) {
		say_closed_hours(b, way);
	} else {
		size_format(allowance(b, class), size);
		(void)snprintf(b->why, sizeof(b->why),
			       class == BUDGET_FOREGROUND ||
					       b->plan.reserve == 0 ?
				       "this month's %s are used up" :
				       "this month's %s are used up; the rest "
				       "is kept for what is due",
			       size);
	}
}

bool budget_open(struct budget *b, enum budget_way way,
		 enum budget_class class, const char **why)
{
	bool open;

	lock(b);
	open = is_open(b, way, class);
	if (!open && why != NULL) {
		say_why(b, way, class);
		*why = b->why;
	}
	unlock(b);
	return open;
}

unsigned budget_again_s(struct budget *b, enum budget_way way)
{
	struct budget_time when;
	unsigned minutes, again = AGAIN_MAX_S;

	lock(b);
	if (!b->plan.lan_only && b->buckets[way].rate == 0 &&
	    budget_opens(&b->plan, &b->time, way, &when)) {
		minutes = (when.weekday + 7 - b->time.weekday) % 7 * 24 * 60 +
			  when.minute;
		minutes -= minutes > b->time.minute ? b->time.minute : minutes;
		if (minutes * 60 < again)
			again = minutes * 60;
	}
	unlock(b);
	return again < 5 ? 5 : again;
}

/* --- taking --- */

static unsigned wait_for(const struct bucket *k, uint64_t bytes)
{
	int64_t missing = (int64_t)bytes * 1000 - k->level;
	int64_t ms = missing / (int64_t)k->rate + 1;

	return ms > WAIT_MAX_MS ? WAIT_MAX_MS : (unsigned)ms;
}

/* What may go of `want`, with a rate. */
static uint64_t give(struct bucket *k, enum budget_class class, uint64_t want,
		     int64_t now_ms, unsigned *wait_ms)
{
	uint64_t least = k->rate / GIVE_PARTS;
	uint64_t there = k->level > 0 ? (uint64_t)k->level / 1000 : 0;

	if (least < GIVE_LEAST)
		least = GIVE_LEAST;
	if (least > want)
		least = want;
	if (class == BUDGET_BACKGROUND &&
	    now_ms < k->waiting_ms[BUDGET_FOREGROUND]) {
		there = 0;
		*wait_ms = (unsigned)(k->waiting_ms[BUDGET_FOREGROUND] -
				      now_ms);
	} else if (there < least) {
		there = 0;
		*wait_ms = wait_for(k, least);
	} else if (there < want) {
		*wait_ms = wait_for(k, there + least);
	}
	if (there < want) {
		k->waiting_ms[class] = now_ms + *wait_ms + COMES_LATE_MS;
		want = there;
	}
	k->level -= (int64_t)want * 1000;
	return want;
}

static void count(struct budget *b, struct bucket *k, uint64_t bytes,
		  int64_t now_ms)
{
	int64_t passed = now_ms - k->window_ms;

	b->spent += bytes;
	if (passed >= 1000) {
		k->taken_rate = k->window_bytes * 1000 / (uint64_t)passed;
		k->window_bytes = 0;
		k->window_ms = now_ms;
	}
}

uint64_t budget_take(struct budget *b, enum budget_way way,
		     enum budget_class class, uint64_t want, int64_t now_ms,
		     unsigned *wait_ms)
{
	struct bucket *k = &b->buckets[way];
	uint64_t room;

	*wait_ms = 0;
	lock(b);
	fill(b, k, now_ms);
	room = month_room(b, class);
	if (!is_open(b, way, class)) {
		*wait_ms = CLOSED_WAIT_MS;
		want = 0;
	} else {
		if (want > room)
			want = room;
		if (is_limited(k))
			want = give(k, class, want, now_ms, wait_ms);
	}
	count(b, k, want, now_ms);
	k->window_bytes += want;
	unlock(b);
	return want;
}

void budget_give_back(struct budget *b, enum budget_way way, uint64_t bytes)
{
	struct bucket *k = &b->buckets[way];

	lock(b);
	b->spent -= bytes < b->spent ? bytes : b->spent;
	k->window_bytes -= bytes < k->window_bytes ? bytes : k->window_bytes;
	if (is_limited(k)) {
		int64_t room = burst(k->rate) - k->level;

		k->level += (int64_t)bytes * 1000 < room ?
				    (int64_t)bytes * 1000 :
				    room;
	}
	unlock(b);
}

void budget_spent(struct budget *b, enum budget_way way, uint64_t bytes,
		  int64_t now_ms)
{
	struct bucket *k = &b->buckets[way];
	int64_t owed_most;

	lock(b);
	fill(b, k, now_ms);
	count(b, k, bytes, now_ms);
	if (is_limited(k)) {
		owed_most = DEBT_S * 1000 * (int64_t)k->rate;
		if (bytes > (uint64_t)(k->level + owed_most) / 1000)
			k->level = -owed_most;
		else
			k->level -= (int64_t)bytes * 1000;
	}
	unlock(b);
}

/* --- the engine's share --- */

uint64_t budget_left(struct budget *b, enum budget_way way, int64_t now_ms)
{
	struct bucket *k = &b->buckets[way];
	uint64_t left, least;

	lock(b);
	count(b, k, 0, now_ms);
	least = k->rate / ENGINE_PARTS + 1;
	if (!is_open(b, way, BUDGET_BACKGROUND))
		left = 0;
	else if (!is_limited(k))
		left = BUDGET_FREE;
	else if (now_ms < k->waiting_ms[BUDGET_FOREGROUND] ||
		 now_ms < k->waiting_ms[BUDGET_BACKGROUND])
		left = least;
	else
		left = k->rate > k->taken_rate + least ?
			       k->rate - k->taken_rate :
			       least;
	unlock(b);
	return left;
}

uint64_t budget_rate_now(struct budget *b, enum budget_way way)
{
	uint64_t rate;

	lock(b);
	rate = b->buckets[way].rate;
	unlock(b);
	return rate;
}
