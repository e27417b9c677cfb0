/* The fake keeps the promises of node/engine.h that tests lean on. */
#include "tests/support/fake_engine.h"

#include <string.h>

#include "proto/metainfo.h"
#include "tests/support/loop.h"

static struct engine *engine;
static enum engine_event_type last;
static int told, closed;

static void hear(void *owner, const struct engine_event *event)
{
	CHECK(owner == &told);
	last = event->type;
	told++;
	if (event->type == ENGINE_RELEASED) {
		CHECK(!engine_has(engine, event->btmh));
		CHECK(havemap_count(event->have.data, 9) == 1);
	}
}

static void hear_closed(void *owner)
{
	CHECK(owner == &told);
	closed++;
}

static void a_payload_is_added_told_of_and_released(void)
{
	struct engine_options options = { .payload_dir = "/x",
					  .listen = "127.0.0.1:0" };
	static const uint8_t btmh[32] = { 7 };
	struct engine_payload payload = { .btmh = btmh,
					  .pieces = 9,
					  .mode = ENGINE_FETCH };
	struct err err = ERR_INIT;
	uv_loop_t loop;

	CHECK(uv_loop_init(&loop) == 0);
	fake_engine_fail_open(STATUS_NOT_FOUND);
	CHECK(engine_open(&engine, &loop, &options, hear, &told, &err) ==
	      STATUS_NOT_FOUND);
	CHECK(engine_open(&engine, &loop, &options, hear, &told, &err) ==
	      STATUS_OK);
	CHECK(engine_add(engine, &payload, &err) == STATUS_UNREACHABLE);
	fake_engine_ready(7434);
	CHECK(last == ENGINE_READY && engine_is_ready(engine));
	CHECK(engine_add(engine, &payload, &err) == STATUS_OK);
	CHECK(engine_add(engine, &payload, &err) == STATUS_EXISTS);
	fake_engine_added(btmh);
	fake_engine_piece(btmh, 8);
	CHECK(last == ENGINE_PIECE);
	CHECK(engine_release(engine, btmh) == STATUS_OK);
	fake_engine_released(btmh);
	CHECK(last == ENGINE_RELEASED && engine_loaded(engine) == 0);

	CHECK(engine_add(engine, &payload, &err) == STATUS_OK);
	fake_engine_finish(btmh);
	CHECK(last == ENGINE_FINISHED && told == 1 + 1 + 1 + 1 + 9 + 1);
	fake_engine_die("ended by signal 9");
	CHECK(last == ENGINE_DIED && engine_loaded(engine) == 0);
	CHECK(engine_restarts(engine) == 1);
	engine_close(engine, hear_closed);
	CHECK(closed == 0);
	loop_finish(&loop);
	CHECK(closed == 1 && fake_engine_current() == NULL);
}

int main(void)
{
	a_payload_is_added_told_of_and_released();
	return 0;
}
