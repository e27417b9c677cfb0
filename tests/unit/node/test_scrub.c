/* What is held is read again; damage is found, once, and nothing else is said.
 */
#include "node/scrub.h"

#include <stdio.h>
#include <unistd.h>

#include "catalog/payloads.h"
#include "tests/support/loop.h"
#include "tests/support/offices.h"

struct world {
	struct scratch scratch;
	uv_loop_t loop;
	uv_timer_t patience;
	struct office county;
	struct offered lessons[2];
	struct scrub *scrub;
	bool may, closed, late;
	unsigned found;
	uint8_t btmh[32], good[8];
};

static bool may(void *owner)
{
	return ((struct world *)owner)->may;
}

static void damaged(void *owner, const uint8_t *btmh, struct bytes good)
{
	struct world *w = owner;

	w->found++;
	memcpy(w->btmh, btmh, 32);
	CHECK(good.size <= sizeof(w->good));
	memcpy(w->good, good.data, good.size);
}

static void start(struct world *w, uint64_t round_s)
{
	struct scrub_options options = { .loop = &w->loop,
					 .house = &w->county.house,
					 .round_s = round_s,
					 .tick_ms = 5,
					 .owner = w,
					 .may = may,
					 .damaged = damaged };
	struct err err = ERR_INIT;

	CHECK(scrub_open(&w->scrub, &options, &err) == STATUS_OK);
}

static void closed(void *owner)
{
	((struct world *)owner)->closed = true;
}

static void stop(struct world *w)
{
	w->closed = false;
	scrub_close(w->scrub, closed, w);
	while (!w->closed)
		(void)uv_run(&w->loop, UV_RUN_ONCE);
}

static void out_of_patience(uv_timer_t *timer)
{
	((struct world *)timer->data)->late = true;
}

/* For so long, or until `rounds` are over. */
static void pass(struct world *w, unsigned ms, unsigned rounds)
{
	json_t *status;
	bool enough = false;

	w->late = false;
	(void)uv_timer_start(&w->patience, out_of_patience, ms, 0);
	while (!w->late && !enough) {
		(void)uv_run(&w->loop, UV_RUN_ONCE);
		status = scrub_status(w->scrub);
		enough = rounds > 0 &&
			 json_integer_value(json_object_get(
				 status, "rounds")) >= (json_int_t)rounds;
		json_decref(status);
	}
	(void)uv_timer_stop(&w->patience);
}

static void world_make(struct world *w)
{
	memset(w, 0, sizeof(*w));
	scratch_init(&w->scratch);
	CHECK(uv_loop_init(&w->loop) == 0);
	(void)uv_timer_init(&w->loop, &w->patience);
	w->patience.data = w;
	w->may = true;
	office_county(&w->county, &w->scratch);
	for (unsigned i = 0; i < 2; i++) {
		const char *name = i == 0 ? "a.bin" : "b.bin";

		scratch_file(&w->scratch, name, 200000, i + 1);
		office_publish(&w->county, scratch_path(&w->scratch, name),
			       "课", &w->lessons[i]);
	}
}

static void world_end(struct world *w)
{
	uv_close((uv_handle_t *)&w->patience, NULL);
	loop_finish(&w->loop);
	office_close(&w->county);
	scratch_release(&w->scratch);
}

static void spoil(struct world *w, unsigned lesson)
{
	char path[9000];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s/%s",
		       w->county.house.payload_dir, w->lessons[lesson].hex,
		       lesson == 0 ? "a.bin" : "b.bin");
	fd = open(path, O_WRONLY);
	CHECK(fd >= 0 && pwrite(fd, "spoilt", 6, 100000) == 6 &&
	      close(fd) == 0);
}

static uint64_t number(struct world *w, const char *key)
{
	json_t *status = scrub_status(w->scrub);
	uint64_t value = (uint64_t)json_integer_value(
		json_object_get(status, key));

	json_decref(status);
	return value;
}

static void what_is_sound_is_read_and_nothing_said(void)
{
	struct world w;

	world_make(&w);
	start(&w, 1);
	pass(&w, 100000, 1);
	CHECK(number(&w, "rounds") == 1 && number(&w, "read") == 400000);
	CHECK(w.found == 0);
	stop(&w);
	world_end(&w);
}

static void damage_is_found_and_told_piece_by_piece(void)
{
	struct world w;
	unsigned bad = 0;

	world_make(&w);
	spoil(&w, 1);
	start(&w, 1);
	pass(&w, 100000, 1);
	CHECK(w.found == 1);
	CHECK(memcmp(w.btmh, w.lessons[1].btmh, 32) == 0);
	/* 200,000 bytes are 13 pieces of 16 KiB; byte 100,000 is in the 7th. */
	for (unsigned i = 0; i < 13; i++)
		bad += (w.good[i / 8] >> (7 - i % 8) & 1) == 0;
	CHECK(bad == 1 && (w.good[0] >> 1 & 1) == 0);
	stop(&w);
	world_end(&w);
}

static void it_waits_while_the_disk_is_needed(void)
{
	struct world w;

	world_make(&w);
	w.may = false;
	start(&w, 1);
	pass(&w, 300, 1);
	CHECK(number(&w, "read") == 0);
	w.may = true;
	pass(&w, 100000, 1);
	CHECK(number(&w, "rounds") == 1);
	stop(&w);
	world_end(&w);
}

static void a_stop_does_not_begin_the_round_again(void)
{
	struct world w;
	uint64_t before;

	world_make(&w);
	start(&w, 2);
	while (number(&w, "read") == 0)
		pass(&w, 100, 1);
	before = number(&w, "read");
	CHECK(before < 400000);
	stop(&w);
	start(&w, 2);
	pass(&w, 100000, 1);
	/* The rest of the round; what was under way at the stop may be read
	 * twice. */
	CHECK(number(&w, "rounds") == 1);
	CHECK(number(&w, "read") < 400000 || check_is_slow());
	stop(&w);
	world_end(&w);
}

static void off_is_off(void)
{
	struct world w;

	world_make(&w);
	start(&w, 0);
	(void)uv_run(&w.loop, UV_RUN_NOWAIT);
	CHECK(number(&w, "read") == 0 && number(&w, "rate") == 0);
	stop(&w);
	world_end(&w);
}

static void the_rate_fits_the_round_and_has_an_end(void)
{
	CHECK(scrub_rate(1000000, 0) == 0);
	CHECK(scrub_rate(1000000, 1000) == 1001);
	CHECK(scrub_rate(0, 86400) == 1);
	CHECK(scrub_rate(UINT64_C(1) << 50, 1) == SCRUB_RATE_MOST);
}

int main(void)
{
	what_is_sound_is_read_and_nothing_said();
	damage_is_found_and_told_piece_by_piece();
	it_waits_while_the_disk_is_needed();
	a_stop_does_not_begin_the_round_again();
	off_is_off();
	the_rate_fits_the_round_and_has_an_end();
	return 0;
}
