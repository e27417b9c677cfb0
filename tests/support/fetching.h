/* A county, a station and a fetcher between them, for tests of fetching: by
 * HTTP from a mirror of the county, and by an engine that does what a test
 * says. */
#ifndef TESTS_SUPPORT_FETCHING_H
#define TESTS_SUPPORT_FETCHING_H

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
	struct engine_user engine_user; /* uid 0: none of its own */
	bool closed;
};

static inline unsigned sources(void *owner, const uint8_t *btmh,
			       struct source **out, unsigned max)
{
	struct world *w = owner;

	(void)btmh;
	CHECK(max > 0);
	out[0] = w->source;
	return w->nobody ? 0 : 1;
}

static inline void on_held(void *owner, const uint8_t *btmh, bool held)
{
	struct world *w = owner;

	CHECK(memcmp(btmh, w->lesson.btmh, 32) == 0);
	w->held += held;
	w->let_go += !held;
}

static inline void on_loaded(void *owner, const uint8_t *btmh)
{
	struct world *w = owner;

	CHECK(memcmp(btmh, w->lesson.btmh, 32) == 0);
	w->loaded++;
}

static inline void engine_said(void *owner, const struct engine_event *event)
{
	struct world *w = owner;

	if (w->fetcher != NULL)
		fetcher_engine_event(w->fetcher, event);
}

static inline void closed(void *owner)
{
	((struct world *)owner)->closed = true;
}

static inline void open_fetcher(struct world *w)
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
	options.engine_user = &w->engine_user;
	CHECK(fetcher_open(&w->fetcher, &options, &err) == STATUS_OK);
}

/* A tracker that knows one ordinary client. */
static inline bool tell_of_a_client(struct web *web,
				    struct http_request *request)
{
	struct http_answer answer = HTTP_ANSWER_INIT;

	(void)web;
	if (strcmp(http_request_head(request)->path, "/announce") != 0)
		return false;
	answer.body =
		bytes_of("d8:intervali60e5:peers6:\x7f\x01\x01\x01\x1b\x0a"
			 "e");
	http_request_answer(request, &answer);
	return true;
}

/* A county with one lesson of `size` bytes, mirrored; a station that knows it;
 * a fetcher whose only source is the mirror: a plain web server, or a node that
 * has nothing of it but the torrent file, and knows of an ordinary client. */
static inline void world_make(struct world *w, size_t size, bool is_static)
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
	if (!is_static) {
		w->web.refuse = 404;
		w->web.only = "/payload/";
		w->web.answer = tell_of_a_client;
	}
	OFFICE_OK(c, shelf_open(&w->shelf, w->station.house.payload_dir,
				w->station.house.torrent_dir,
				w->station.house.blob_dir, &c->err));
	open_fetcher(w);
}

static inline void close_fetcher(struct world *w)
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

static inline void world_end(struct world *w)
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

static inline enum payload_state state(struct world *w, uint32_t *verified)
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

static inline bool has_files(struct world *w)
{
	char path[8192];

	(void)snprintf(path, sizeof(path), "%s/%s",
		       w->station.house.payload_dir, w->lesson.hex);
	return access(path, F_OK) == 0;
}

/* What the engine would have written. */
static inline void write_files(struct world *w)
{
	char command[16000];

	(void)snprintf(command, sizeof(command), "cp -r '%s/%s' '%s/'",
		       w->county.house.payload_dir, w->lesson.hex,
		       w->station.house.payload_dir);
	CHECK(system(command) == 0);
}

static inline void spoil_a_byte(struct world *w)
{
	char path[9000];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s/a.bin",
		       w->station.house.payload_dir, w->lesson.hex);
	fd = open(path, O_WRONLY);
	CHECK(fd >= 0 && pwrite(fd, "spoilt", 6, 3) == 6 && close(fd) == 0);
}

static inline void wait_held(struct world *w)
{
	WEB_UNTIL(&w->web, state(w, NULL) == PAYLOAD_HELD);
	WEB_UNTIL(&w->web, w->held == 1);
	CHECK(shelf_has(w->shelf, w->lesson.btmh));
}

/* It is the newest to have arrived, with so many bytes by each way. */
static inline bool arrived_from(const struct world *w, uint64_t uplink,
				uint64_t near, uint64_t drive, uint64_t cache)
{
	const struct fetcher_arrived *a;

	return fetcher_arrived(w->fetcher, &a) > 0 &&
	       memcmp(a->btmh, w->lesson.btmh, 32) == 0 &&
	       a->bytes == uplink + near + drive + cache &&
	       a->from[FROM_UPLINK] == uplink &&
	       a->from[FROM_NEIGHBOUR] == near &&
	       a->from[FROM_DRIVE] == drive && a->from[FROM_CACHE] == cache;
}

/* Until the engine has it. */
static inline void wait_loaded(struct world *w)
{
	WEB_UNTIL(&w->web, fake_engine_payload(w->lesson.btmh) != NULL);
	fake_engine_added(w->lesson.btmh);
}

/* Take the lesson back at the county, and hear of it. */
static inline void withdraw(struct world *w)
{
	json_decref(office_ask(&w->county,
			       json_pack("{s:s, s:s}", "verb", "withdraw",
					 "id", w->lesson.id)));
	office_take_log(&w->station, &w->county);
	fetcher_reconsider(w->fetcher, w->lesson.btmh);
}

#endif
