/* One at a time, in the order they came, and none is lost when it ends. */
#include "node/page/hasher.h"

#include <stdatomic.h>

#include "tests/support/loop.h"

enum { JOBS = HASHER_JOBS_MAX };

struct asked {
	struct hasher_job job; /* first */
	bool worked, done, cancelled;
	unsigned place; /* in which it was done */
};

static _Atomic int at_work;
static _Atomic bool two_at_once;
static unsigned done_count;
static bool closed;

static void work(struct hasher_job *job)
{
	struct asked *asked = (struct asked *)job;

	if (atomic_fetch_add(&at_work, 1) != 0)
		atomic_store(&two_at_once, true);
	uv_sleep(1);
	asked->worked = true;
	atomic_fetch_sub(&at_work, 1);
}

static void done(struct hasher_job *job, bool cancelled)
{
	struct asked *asked = (struct asked *)job;

	CHECK(!asked->done);
	asked->done = true;
	asked->cancelled = cancelled;
	asked->place = done_count++;
}

static void is_closed(void *owner)
{
	(void)owner;
	CHECK(!closed);
	closed = true;
}

static void fill(struct hasher *h, struct asked all[static JOBS])
{
	done_count = 0;
	closed = false;
	for (unsigned i = 0; i < JOBS; i++) {
		all[i] = (struct asked){ .job = { .work = work, .done = done } };
		CHECK(hasher_has_room(h));
		hasher_add(h, &all[i].job);
	}
	CHECK(!hasher_has_room(h));
}

static void all_are_done_one_after_the_other(void)
{
	struct asked all[JOBS];
	struct hasher *h;
	uv_loop_t loop;

	CHECK(uv_loop_init(&loop) == 0);
	h = hasher_new(&loop);
	fill(h, all);
	CHECK(uv_run(&loop, UV_RUN_DEFAULT) == 0);
	CHECK(!atomic_load(&two_at_once));
	for (unsigned i = 0; i < JOBS; i++)
		CHECK(all[i].worked && !all[i].cancelled &&
		      all[i].place == i);
	CHECK(hasher_has_room(h));
	hasher_close(h, is_closed, NULL);
	CHECK(closed && !hasher_has_room(h));
	hasher_free(h);
	loop_finish(&loop);
}

static void what_waits_at_the_end_is_told_and_what_works_ends_first(void)
{
	struct asked all[JOBS];
	struct hasher *h;
	uv_loop_t loop;

	CHECK(uv_loop_init(&loop) == 0);
	h = hasher_new(&loop);
	fill(h, all);
	hasher_close(h, is_closed, NULL);
	CHECK(!closed);
	for (unsigned i = 1; i < JOBS; i++)
		CHECK(all[i].cancelled && !all[i].worked);
	CHECK(uv_run(&loop, UV_RUN_DEFAULT) == 0);
	CHECK(all[0].worked && all[0].done && !all[0].cancelled && closed);
	hasher_free(h);
	loop_finish(&loop);
}

int main(void)
{
	all_are_done_one_after_the_other();
	what_waits_at_the_end_is_told_and_what_works_ends_first();
	return 0;
}
