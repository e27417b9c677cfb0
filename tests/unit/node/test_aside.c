/* A disk that stands still holds its own threads, and whoever wants something
 * of it; nobody else. */
#include "node/aside.h"

#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include <uv.h>

#include "tests/support/check.h"

enum { MANY = 2 * ASIDE_TASKS_MAX, LATE_MS = 30, STILL_MS = 120 };

/* A read that returns when it is let go. */
struct read {
	struct aside_task task;
	sem_t *gate; /* NULL: at once */
	_Atomic bool began, was_done, was_released;
	_Atomic unsigned place; /* the how-manyth that began */
};

static _Atomic unsigned begun;

static void work(struct aside_task *task)
{
	struct read *r = (struct read *)task;

	r->place = atomic_fetch_add(&begun, 1) + 1;
	r->began = true;
	if (r->gate != NULL)
		CHECK(sem_wait(r->gate) == 0);
}

static void done(struct aside_task *task)
{
	((struct read *)task)->was_done = true;
}

static void release(struct aside_task *task)
{
	((struct read *)task)->was_released = true;
}

static void read_init(struct read *r, sem_t *gate)
{
	memset(r, 0, sizeof(*r));
	r->task.work = work;
	r->task.done = done;
	r->task.release = release;
	r->gate = gate;
}

static void wait_for(_Atomic bool *what)
{
	for (int i = 0; i < 8000 && !atomic_load(what); i++)
		uv_sleep(1);
	CHECK(atomic_load(what));
}

static struct aside *disk(unsigned threads)
{
	struct aside *a = aside_new(&(struct aside_options){
		.threads = threads, .late_ms = LATE_MS, .still_ms = STILL_MS });

	CHECK(a != NULL);
	begun = 0;
	return a;
}

/* As many that do not return as it has threads. */
static void hold(struct aside *a, struct read *reads, unsigned count,
		 sem_t *gate)
{
	for (unsigned i = 0; i < count; i++) {
		read_init(&reads[i], gate);
		CHECK(aside_ask(a, &reads[i].task, 1));
		wait_for(&reads[i].began);
	}
}

static void let_go(struct read *reads, unsigned count, sem_t *gate)
{
	for (unsigned i = 0; i < count; i++)
		CHECK(sem_post(gate) == 0);
	for (unsigned i = 0; i < count; i++)
		wait_for(&reads[i].was_done);
}

static void what_is_asked_is_done_and_can_be_asked_again(void)
{
	struct aside *a = disk(0);
	struct read r;

	read_init(&r, NULL);
	for (unsigned i = 0; i < 50; i++) {
		r.was_done = false;
		CHECK(!aside_take(a, &r.task));
		CHECK(aside_ask(a, &r.task, 7));
		wait_for(&r.was_done);
		CHECK(aside_take(a, &r.task));
	}
	CHECK(begun == 50 && !r.was_released);
	CHECK(aside_leave(a, &r.task));
	aside_drop(a);
}

static void a_disk_that_stands_still_holds_no_other(void)
{
	struct aside *still = disk(2), *healthy = disk(2);
	struct read held[2], waits, other;
	sem_t gate;

	CHECK(sem_init(&gate, 0, 0) == 0);
	hold(still, held, 2, &gate);
	read_init(&waits, NULL);
	read_init(&other, NULL);
	CHECK(aside_ask(still, &waits.task, 2));
	CHECK(aside_ask(healthy, &other.task, 2));
	wait_for(&other.was_done);
	CHECK(!waits.began);
	let_go(held, 2, &gate);
	wait_for(&waits.was_done);
	CHECK(sem_destroy(&gate) == 0);
	aside_drop(still);
	aside_drop(healthy);
}

static void who_leaves_is_free_and_the_read_frees_itself(void)
{
	struct aside *a = disk(1);
	struct read runs, waits;
	sem_t gate;

	CHECK(sem_init(&gate, 0, 0) == 0);
	hold(a, &runs, 1, &gate);
	read_init(&waits, NULL);
	CHECK(aside_ask(a, &waits.task, 2));
	CHECK(aside_leave(a, &waits.task)); /* never began */
	CHECK(!aside_leave(a, &runs.task));
	aside_drop(a); /* returns at once */
	CHECK(!runs.was_released && sem_post(&gate) == 0);
	wait_for(&runs.was_released);
	CHECK(!runs.was_done && !waits.began && !waits.was_released);
	CHECK(sem_destroy(&gate) == 0);
}

static void one_source_leaves_room_for_others(void)
{
	static struct read reads[MANY];
	struct aside *a = disk(1);
	unsigned own = 0, next = 0;
	struct read runs;
	sem_t gate;

	CHECK(sem_init(&gate, 0, 0) == 0);
	hold(a, &runs, 1, &gate);
	for (unsigned i = 0; i < MANY; i++)
		read_init(&reads[i], NULL);
	while (aside_ask(a, &reads[own].task, 2))
		own++;
	while (aside_ask(a, &reads[own + next].task, 3))
		next++;
	/* Two hundred viewers behind one address, and eight stations more. */
	CHECK(own >= 200 && own <= ASIDE_TASKS_MAX / 2);
	CHECK(next >= 200 && own + next < ASIDE_TASKS_MAX);
	for (unsigned i = 0; i < 8; i++)
		CHECK(aside_ask(a, &reads[own + next + i].task, 10 + i));
	for (unsigned i = 0; i < own + next + 8; i++)
		CHECK(aside_leave(a, &reads[i].task));
	/* What they had is free again. */
	CHECK(aside_ask(a, &reads[0].task, 2));
	CHECK(aside_leave(a, &reads[0].task));
	let_go(&runs, 1, &gate);
	CHECK(sem_destroy(&gate) == 0);
	aside_drop(a);
}

static void who_asks_little_does_not_wait_for_who_asks_much(void)
{
	static struct read many[100];
	struct aside *a = disk(1);
	struct read runs, one;
	sem_t gate;

	CHECK(sem_init(&gate, 0, 0) == 0);
	hold(a, &runs, 1, &gate);
	for (unsigned i = 0; i < 100; i++) {
		read_init(&many[i], NULL);
		CHECK(aside_ask(a, &many[i].task, 2));
	}
	read_init(&one, NULL);
	CHECK(aside_ask(a, &one.task, 3));
	let_go(&runs, 1, &gate);
	for (unsigned i = 0; i < 100; i++)
		wait_for(&many[i].was_done);
	CHECK(one.was_done && one.place <= 4);
	CHECK(sem_destroy(&gate) == 0);
	aside_drop(a);
}

static void a_disk_is_late_then_still_and_then_asked_no_more(void)
{
	struct aside *a = disk(1);
	struct read runs, next;
	sem_t gate;

	CHECK(sem_init(&gate, 0, 0) == 0);
	read_init(&next, NULL);
	CHECK(!aside_is_late(a) && !aside_is_still(a));
	hold(a, &runs, 1, &gate);
	while (!aside_is_late(a))
		uv_sleep(1);
	while (!aside_is_still(a))
		uv_sleep(1);
	CHECK(!aside_ask(a, &next.task, 2));
	let_go(&runs, 1, &gate);
	CHECK(!aside_is_late(a) && !aside_is_still(a));
	CHECK(aside_ask(a, &next.task, 2));
	wait_for(&next.was_done);
	CHECK(sem_destroy(&gate) == 0);
	aside_drop(a);
}

int main(void)
{
	what_is_asked_is_done_and_can_be_asked_again();
	a_disk_that_stands_still_holds_no_other();
	who_leaves_is_free_and_the_read_frees_itself();
	one_source_leaves_room_for_others();
	who_asks_little_does_not_wait_for_who_asks_much();
	a_disk_is_late_then_still_and_then_asked_no_more();
	return 0;
}
