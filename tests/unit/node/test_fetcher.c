/* Payloads come to a station by HTTP and by an engine that does what a test
 * says, and go away again. */
#include "node/fetcher.h"

#include "catalog/lessons.h"
#include "catalog/payloads.h"
#include "node/mirror_export.h"
#include "tests/support/fake_engine.h"
#include "tests/support/offices.h"
#include "tests/support/web.h"

struct world {
	struct scratch scratch;
	uv_loop_t loop;
	struct office county, station;
	struct offered lesson;
	struct web web;
	struct sources sources;
	struct source *source;
	struct shelf *shelf;
	struct engine *engine;
	struct fetcher *fetcher;
	unsigned held, let_go; /* calls of on_held */
	unsigned loaded;
	bool nobody;	       /* is there to ask */
	bool closed;
};

static unsigned sources(void *owner, const uint8_t *btmh, struct source **out,
			unsigned max)
{
	struct world *w = owner;

	(void)btmh;
	CHECK(max > 0);
	out[0] = w->source;
	return w->nobody ? 0 : 1;
}

static void on_held(void *owner, const uint8_t *btmh, bool held)
{
	struct world *w = owner;

	CHECK(memcmp(btmh, w->lesson.btmh, 32) == 0);
	w->held += held;
	w->let_go += !held;
}

static void on_loaded(void *owner, const uint8_t *btmh)
{
	struct world *w = owner;

	CHECK(memcmp(btmh, w->lesson.btmh, 32) == 0);
	w->loaded++;
}

static void engine_said(void *owner, const struct engine_event *event)
{
	struct world *w = owner;

	if (w->fetcher != NULL)
		fetcher_engine_event(w->fetcher, event);
}

static void closed(void *owner)
{
	((struct world *)owner)->closed = true;
}

static void open_fetcher(struct world *w)
{
	const struct engine_options engine = {
		.payload_dir = w->station.house.payload_dir,
		.listen = "127.0.0.1:0",
	};
	struct fetcher_options options = {
		.loop = &w->loop,
		.house = &w->station.house,
		.client = w->web.client,
		.shelf = w->shelf,
		.owner = w,
		.sources = sources,
		.on_held = on_held,
		.on_loaded = on_loaded,
	};
	struct err err = ERR_INIT;

	CHECK(engine_open(&w->engine, &w->loop, &engine, engine_said, w,
			  &err) == STATUS_OK);
	options.engine = w->engine;
	CHECK(fetcher_open(&w->fetcher, &options, &err) == STATUS_OK);
}

/* A county with one lesson of `size` bytes, mirrored; a station that knows it;
 * a fetcher whose only source is the mirror, as a node unless `is_static`. */
static void world_make(struct world *w, size_t size, bool is_static)
{
	struct mirror_export_options options = { .dir = NULL };
	struct mirror_exported done;
	struct office *c = &w->county;

	memset(w, 0, sizeof(*w));
	scratch_init(&w->scratch);
	CHECK(uv_loop_init(&w->loop) == 0);
	office_county(c, &w->scratch);
	office_station(&w->station, &w->scratch, c);
	scratch_file(&w->scratch, "a.bin", size, 5);
	office_publish(c, scratch_path(&w->scratch, "a.bin"), "课",
		       &w->lesson);
	options.dir = scratch_path(&w->scratch, "mirror");
	OFFICE_OK(c, mirror_export(&c->house, &options, &done, &c->err));
	office_take_log(&w->station, c);
	web_open(&w->web, &w->loop, options.dir);
	w->source = sources_at(&w->sources, w->web.url, 0);
	w->source->is_static = is_static;
	OFFICE_OK(c, shelf_open(&w->shelf, w->station.house.payload_dir,
				w->station.house.torrent_dir,
				w->station.house.blob_dir, &c->err));
	open_fetcher(w);
}

static void close_fetcher(struct world *w)
{
	w->closed = false;
	fetcher_close(w->fetcher, closed, w);
	while (!w->closed) {
		struct fake_payload *p = fake_engine_payload(w->lesson.btmh);

		if (p != NULL && p->releasing)
			fake_engine_released(w->lesson.btmh);
		web_pass(&w->web, 10);
	}
	w->fetcher = NULL;
	w->closed = false;
	engine_close(w->engine, closed);
	WEB_UNTIL(&w->web, w->closed);
}

static void world_end(struct world *w)
{
	close_fetcher(w);
	web_close(&w->web);
	loop_finish(&w->loop);
	CHECK(w->source->holders == 0);
	shelf_free(w->shelf);
	sources_release(&w->sources);
	office_close(&w->station);
	office_close(&w->county);
	scratch_release(&w->scratch);
}

static enum payload_state state(struct world *w, uint32_t *verified)
{
	struct payload_row row;
	struct err err = ERR_INIT;

	if (payload_get(w->station.house.catalog, w->lesson.btmh, &row, NULL,
			&err) != STATUS_OK)
		return PAYLOAD_NONE;
	if (verified != NULL)
		*verified = row.verified;
	return row.state;
}

static bool has_files(struct world *w)
{
	char path[8192];

	(void)snprintf(path, sizeof(path), "%s/%s",
		       w->station.house.payload_dir, w->lesson.hex);
	return access(path, F_OK) == 0;
}

/* What the engine would have written. */
static void write_files(struct world *w)
{
	char command[16000];

	(void)snprintf(command, sizeof(command), "cp -r '%s/%s' '%s/'",
		       w->county.house.payload_dir, w->lesson.hex,
		       w->station.house.payload_dir);
	CHECK(system(command) == 0);
}

static void spoil_a_byte(struct world *w)
{
	char path[9000];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s/a.bin",
		       w->station.house.payload_dir, w->lesson.hex);
	fd = open(path, O_WRONLY);
	CHECK(fd >= 0 && pwrite(fd, "spoilt", 6, 3) == 6 && close(fd) == 0);
}

static void wait_held(struct world *w)
{
	WEB_UNTIL(&w->web, state(w, NULL) == PAYLOAD_HELD);
	WEB_UNTIL(&w->web, w->held == 1);
	CHECK(shelf_has(w->shelf, w->lesson.btmh));
}

/* Until the engine has it. */
static void wait_loaded(struct world *w)
{
	WEB_UNTIL(&w->web, fake_engine_payload(w->lesson.btmh) != NULL);
	fake_engine_added(w->lesson.btmh);
}

/* Take the lesson back at the county, and hear of it. */
static void withdraw(struct world *w)
{
	json_decref(office_ask(&w->county,
			       json_pack("{s:s, s:s}", "verb", "withdraw",
					 "id", w->lesson.id)));
	office_take_log(&w->station, &w->county);
	fetcher_reconsider(w->fetcher, w->lesson.btmh);
}

static void a_static_mirror_is_enough(void)
{
	struct world w;

	world_make(&w, 20 << 20, true);
	wait_held(&w);
	CHECK(w.source->ok && w.source->lies == 0);
	CHECK(fake_engine_current()->adds == 0);
	world_end(&w);
}

static void a_server_without_ranges_will_do(void)
{
	struct world w;

	world_make(&w, 20 << 20, true);
	w.web.no_ranges = true;
	wait_held(&w);
	CHECK(w.source->lies == 0);
	world_end(&w);
}

static void wrong_bytes_are_the_fault_of_who_sent_them(void)
{
	struct world w;

	world_make(&w, 3 << 20, true);
	w.web.spoil = "/payload/";
	WEB_UNTIL(&w.web, w.source->lies > 0);
	CHECK(state(&w, NULL) != PAYLOAD_HELD && w.held == 0);
	w.web.spoil = NULL;
	wait_held(&w);
	CHECK(!w.source->lied); /* what verified made up for it */
	world_end(&w);
}

static void who_is_fetching_it_too_is_not_blamed(void)
{
	struct world w;

	world_make(&w, 1 << 20, true);
	w.web.refuse = 503;
	w.web.retry_after = true;
	w.web.only = "/payload/";
	WEB_UNTIL(&w.web, strstr(w.web.last, "/payload/") != NULL);
	web_pass(&w.web, 700);
	CHECK(w.source->failures == 0 && w.source->ok);
	w.web.refuse = 0;
	wait_held(&w);
	world_end(&w);
}

static void what_the_engine_wrote_is_read_back_before_it_counts(void)
{
	struct world w;
	uint32_t verified = 0;

	world_make(&w, 100000, false);
	fake_engine_ready(7000);
	wait_loaded(&w);
	write_files(&w);
	spoil_a_byte(&w);
	fake_engine_finish(w.lesson.btmh);
	WEB_UNTIL(&w.web, fake_engine_payload(w.lesson.btmh)->releasing);
	CHECK(state(&w, &verified) == PAYLOAD_PARTIAL && verified == 6);
	CHECK(w.held == 0 && !shelf_has(w.shelf, w.lesson.btmh));
	fake_engine_released(w.lesson.btmh);
	/* It gets what is good and fetches the rest. */
	wait_loaded(&w);
	write_files(&w);
	fake_engine_finish(w.lesson.btmh);
	wait_held(&w);
	CHECK(fake_engine_payload(w.lesson.btmh) != NULL); /* a seed now */
	world_end(&w);
}

static void an_engine_that_dies_begins_where_it_was(void)
{
	struct world w;

	world_make(&w, 100000, false);
	fake_engine_ready(7000);
	wait_loaded(&w);
	write_files(&w);
	fake_engine_die("killed");
	/* What it had written is found without it. */
	wait_held(&w);
	world_end(&w);
}

static void what_is_withdrawn_is_deleted_once_the_engine_let_go(void)
{
	struct world w;

	world_make(&w, 100000, false);
	fake_engine_ready(7000);
	wait_loaded(&w);
	write_files(&w);
	withdraw(&w);
	CHECK(fake_engine_payload(w.lesson.btmh)->releasing);
	web_pass(&w.web, 50);
	CHECK(has_files(&w)); /* still the engine's */
	fake_engine_released(w.lesson.btmh);
	WEB_UNTIL(&w.web, !has_files(&w));
	CHECK(state(&w, NULL) == PAYLOAD_NONE && w.held == 0);
	world_end(&w);
}

static void what_is_held_and_seeded_can_be_dropped_and_wanted_again(void)
{
	struct world w;
	struct lesson_row row;
	struct err err = ERR_INIT;

	world_make(&w, 100000, true);
	wait_held(&w);
	fake_engine_ready(7000);
	CHECK(fetcher_serve(w.fetcher, w.lesson.btmh) == FETCHER_LOADING);
	fake_engine_added(w.lesson.btmh);
	CHECK(w.loaded == 1);
	CHECK(fetcher_serve(w.fetcher, w.lesson.btmh) == FETCHER_SEEDS);
	CHECK(lessons_get(w.station.house.catalog, w.lesson.id, &row, &err) ==
	      STATUS_OK);
	CHECK(index_choose(w.station.index, &row, CHOICE_DROP, &err) ==
	      STATUS_OK);
	fetcher_reconsider(w.fetcher, w.lesson.btmh);
	CHECK(w.let_go == 1 && !shelf_has(w.shelf, w.lesson.btmh));
	CHECK(fetcher_serve(w.fetcher, w.lesson.btmh) != FETCHER_SEEDS);
	/* Wanted again before it is gone. */
	CHECK(lessons_get(w.station.house.catalog, w.lesson.id, &row, &err) ==
	      STATUS_OK);
	CHECK(index_choose(w.station.index, &row, CHOICE_PIN, &err) ==
	      STATUS_OK);
	fetcher_reconsider(w.fetcher, w.lesson.btmh);
	w.held = 0;
	fake_engine_released(w.lesson.btmh);
	wait_held(&w);
	CHECK(has_files(&w));
	world_end(&w);
}

static void two_lessons_with_one_payload_keep_it_for_each_other(void)
{
	struct world w;
	struct offered second;

	world_make(&w, 100000, true);
	wait_held(&w);
	office_publish(&w.county, scratch_path(&w.scratch, "a.bin"), "又",
		       &second);
	CHECK(memcmp(second.btmh, w.lesson.btmh, 32) == 0);
	withdraw(&w);
	web_pass(&w.web, 50);
	CHECK(has_files(&w) && shelf_has(w.shelf, w.lesson.btmh));
	memcpy(w.lesson.id, second.id, sizeof(second.id));
	withdraw(&w);
	WEB_UNTIL(&w.web, !has_files(&w));
	world_end(&w);
}

static void damage_is_repaired_and_not_given_to_others(void)
{
	struct world w;
	struct err err = ERR_INIT;
	uint8_t good[1] = { 0xfd }; /* the 7th piece is bad; stray bits */
	uint32_t verified = 0;

	world_make(&w, 100000, true);
	wait_held(&w);
	fake_engine_ready(7000);
	CHECK(fetcher_serve(w.fetcher, w.lesson.btmh) == FETCHER_LOADING);
	fake_engine_added(w.lesson.btmh);
	CHECK(w.loaded == 1);
	CHECK(fetcher_serve(w.fetcher, w.lesson.btmh) == FETCHER_SEEDS);
	w.held = 0;
	w.nobody = true;
	CHECK(fetcher_damaged(w.fetcher, w.lesson.btmh,
			      (struct bytes){ good, 1 }, &err) == STATUS_OK);
	CHECK(state(&w, &verified) == PAYLOAD_PARTIAL && verified == 6);
	CHECK(w.let_go == 1 && !shelf_has(w.shelf, w.lesson.btmh));
	CHECK(fake_engine_payload(w.lesson.btmh)->releasing);
	CHECK(fetcher_damaged(w.fetcher, w.lesson.btmh,
			      (struct bytes){ good, 1 }, &err) == STATUS_BUSY);
	fake_engine_released(w.lesson.btmh);
	/* The piece is there after all. */
	wait_held(&w);
	world_end(&w);
}

static void a_payload_published_while_it_is_fetched_is_held(void)
{
	struct world w;
	struct err err = ERR_INIT;

	world_make(&w, 100000, false);
	fake_engine_ready(7000);
	wait_loaded(&w);
	/* Something of it is being hashed at that moment. */
	fake_engine_piece(w.lesson.btmh, 0);
	fake_engine_have(w.lesson.btmh);
	write_files(&w);
	CHECK(payload_put_held(w.station.house.catalog, w.lesson.btmh, 100000,
			       7, 1, &err) == STATUS_OK);
	fetcher_published(w.fetcher, w.lesson.btmh);
	CHECK(w.held == 1);
	web_pass(&w.web, 100);
	if (fake_engine_payload(w.lesson.btmh) != NULL)
		fake_engine_released(w.lesson.btmh);
	web_pass(&w.web, 600);
	CHECK(state(&w, NULL) == PAYLOAD_HELD);
	CHECK(fetcher_progress(w.fetcher, w.lesson.btmh) < 0);
	world_end(&w);
}

static void it_stops_and_goes_on_in_every_state(void)
{
	struct world w;

	world_make(&w, 100000, false);
	for (unsigned ms = 0; ms < 60; ms += 6) {
		web_pass(&w.web, ms);
		if (ms % 4 == 0)
			fake_engine_ready(7000);
		web_pass(&w.web, 30);
		close_fetcher(&w);
		open_fetcher(&w);
	}
	fake_engine_ready(7000);
	wait_loaded(&w);
	write_files(&w);
	fake_engine_finish(w.lesson.btmh);
	wait_held(&w);
	close_fetcher(&w);
	open_fetcher(&w); /* held from before */
	CHECK(shelf_has(w.shelf, w.lesson.btmh));
	world_end(&w);
}

int main(void)
{
	a_static_mirror_is_enough();
	a_server_without_ranges_will_do();
	wrong_bytes_are_the_fault_of_who_sent_them();
	who_is_fetching_it_too_is_not_blamed();
	what_the_engine_wrote_is_read_back_before_it_counts();
	an_engine_that_dies_begins_where_it_was();
	what_is_withdrawn_is_deleted_once_the_engine_let_go();
	what_is_held_and_seeded_can_be_dropped_and_wanted_again();
	two_lessons_with_one_payload_keep_it_for_each_other();
	damage_is_repaired_and_not_given_to_others();
	a_payload_published_while_it_is_fetched_is_held();
	it_stops_and_goes_on_in_every_state();
	return 0;
}
