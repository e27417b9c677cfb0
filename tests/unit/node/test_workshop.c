/* What a program says is told, and how it ends; a shell stands for it. */
#include "node/page/workshop.h"

#include <string.h>
#include <unistd.h>

#include "tests/support/loop.h"
#include "tests/support/scratch.h"

static struct scratch scratch;

struct bench {
	uv_loop_t loop;
	struct workshop *workshop;
	struct workshop_step seen; /* before it ended */
	struct err err;
	json_t *prepared, *checks;
	unsigned done, closed;
	const char *next; /* to be begun from inside the callback */
};

static void closed(void *owner)
{
	((struct bench *)owner)->closed++;
}

static void done(void *owner, const struct workshop_result *result);

static enum status begin(struct bench *b, const char *line)
{
	const char *argv[] = { "sh", "-c", line, NULL };
	struct err err = ERR_INIT;

	return workshop_begin(b->workshop, argv, done, b, &err);
}

static void done(void *owner, const struct workshop_result *result)
{
	struct bench *b = owner;

	b->done++;
	b->err = result->err;
	json_decref(b->prepared);
	json_decref(b->checks);
	b->prepared = json_incref(result->prepared);
	b->checks = json_incref(result->checks);
	if (b->next != NULL) {
		CHECK(begin(b, b->next) == STATUS_OK);
		b->next = NULL;
	}
}

static void bench_open(struct bench *b)
{
	struct err err = ERR_INIT;

	memset(b, 0, sizeof(*b));
	CHECK(uv_loop_init(&b->loop) == 0);
	CHECK(workshop_open(&b->workshop, &b->loop, &err) == STATUS_OK);
}

static void bench_close(struct bench *b)
{
	workshop_close(b->workshop, closed, b);
	loop_finish(&b->loop);
	CHECK(b->closed == 1);
	workshop_free(b->workshop);
	json_decref(b->prepared);
	json_decref(b->checks);
}

static void run_until(struct bench *b, unsigned times)
{
	while (b->done < times)
		(void)uv_run(&b->loop, UV_RUN_ONCE);
}

static void what_it_says_is_told(void)
{
	struct bench b;

	bench_open(&b);
	CHECK(!workshop_where(b.workshop, &b.seen));
	CHECK(begin(&b,
		    "echo '{\"step\":\"converting\",\"file\":\"课.wmv\","
		    "\"done\":3,\"total\":9}';"
		    "echo 'not JSON'; echo '[]'; echo '{\"other\":1}';"
		    "echo '{\"check\":{\"file\":\"课.wmv\",\"ok\":true}}';"
		    "echo '{\"prepared\":{\"btmh\":\"ab\"}}'; sleep 0.2") ==
	      STATUS_OK);
	CHECK(workshop_is_busy(b.workshop));
	CHECK(begin(&b, "true") == STATUS_BUSY);
	while (b.seen.total != 9 && b.done == 0) {
		CHECK(workshop_where(b.workshop, &b.seen));
		(void)uv_run(&b.loop, UV_RUN_NOWAIT);
		(void)usleep(1000);
	}
	CHECK(strcmp(b.seen.step, "converting") == 0 && b.seen.done == 3);
	CHECK(strcmp(b.seen.file, "课.wmv") == 0 && b.seen.left_s == -1);
	run_until(&b, 1);
	CHECK(b.err.status == STATUS_OK && !workshop_is_busy(b.workshop));
	CHECK(json_object_size(b.prepared) == 1);
	CHECK(json_array_size(b.checks) == 1);
	bench_close(&b);
}

static void why_it_failed_is_told(void)
{
	struct bench b;

	bench_open(&b);
	CHECK(begin(&b, "echo '{\"failed\":{\"status\":\"no_room\","
			"\"text\":\"full\"}}'; exit 1") == STATUS_OK);
	run_until(&b, 1);
	CHECK(b.err.status == STATUS_NO_ROOM);
	CHECK(strcmp(b.err.text, "full") == 0 && b.prepared == NULL);
	CHECK(begin(&b, "exit 0") == STATUS_OK);
	run_until(&b, 2);
	CHECK(b.err.status == STATUS_IO);
	/* What it said before it failed counts for nothing. */
	CHECK(begin(&b, "echo '{\"prepared\":{}}'; exit 3") == STATUS_OK);
	b.next = "echo '{\"prepared\":{\"n\":2}}'";
	run_until(&b, 3);
	CHECK(b.err.status == STATUS_MALFORMED && b.prepared == NULL);
	run_until(&b, 4);
	CHECK(b.err.status == STATUS_OK);
	CHECK(json_integer_value(json_object_get(b.prepared, "n")) == 2);
	bench_close(&b);
}

static void it_is_stopped_and_may_clean_up(void)
{
	char line[300];
	struct bench b;

	(void)snprintf(line, sizeof(line),
		       "trap 'echo gone > %s; exit 1' TERM;"
		       "echo '{\"step\":\"copying\"}';"
		       "while true; do sleep 0.05; done",
		       scratch_path(&scratch, "cleaned"));
	bench_open(&b);
	CHECK(begin(&b, line) == STATUS_OK);
	do {
		CHECK(workshop_where(b.workshop, &b.seen));
		(void)usleep(1000);
	} while (b.seen.step[0] == 0);
	workshop_stop(b.workshop);
	run_until(&b, 1);
	CHECK(b.err.status == STATUS_CANCELLED);
	CHECK(access(scratch_path(&scratch, "cleaned"), F_OK) == 0);
	/* The next one is not stopped by that. */
	CHECK(begin(&b, "echo '{\"prepared\":{}}'") == STATUS_OK);
	run_until(&b, 2);
	CHECK(b.err.status == STATUS_OK);
	bench_close(&b);
}

static void its_owner_ends_it(void)
{
	struct bench b;

	bench_open(&b);
	CHECK(begin(&b, "sleep 1000") == STATUS_OK);
	bench_close(&b);
	CHECK(b.done == 1 && b.err.status == STATUS_CANCELLED);
}

static void time_left_is_told_when_it_is_known(void)
{
	CHECK(workshop_left_s(0, 50, 100, 10000) == 10);
	CHECK(workshop_left_s(20, 60, 100, 10000) == 10);
	CHECK(workshop_left_s(0, 100, 100, 10000) == 0);
	CHECK(workshop_left_s(0, 50, 100, 100) == -1);
	CHECK(workshop_left_s(50, 50, 100, 10000) == -1);
	CHECK(workshop_left_s(0, 101, 100, 10000) == -1);
}

int main(void)
{
	scratch_init(&scratch);
	what_it_says_is_told();
	why_it_failed_is_told();
	it_is_stopped_and_may_clean_up();
	its_owner_ends_it();
	time_left_is_told_when_it_is_known();
	scratch_release(&scratch);
	return 0;
}
