/* An upstream that answers as a node, as a static mirror, in a circle, with
 * nonsense, or not at all. */
#include "node/poller.h"

#include "catalog/log.h"
#include "node/mirror_export.h"
#include "tests/support/offices.h"
#include "tests/support/web.h"

struct world {
	struct scratch scratch;
	uv_loop_t loop;
	struct office county, station;
	struct web web;
	struct sources sources;
	struct source *source;
	struct follower *follower;
	struct poller *poller;
	const char *heads; /* what /heads answers; NULL: 404 */
	unsigned heads_asked, grown, back, starved;
	bool closed;
};

static bool answer(struct web *web, struct http_request *request)
{
	struct world *w = web->owner;
	struct http_answer a = HTTP_ANSWER_INIT;

	if (strcmp(http_request_head(request)->path, "/heads") != 0)
		return false;
	w->heads_asked++;
	if (w->heads == NULL)
		return false;
	a.type = "application/json";
	a.body = bytes_of(w->heads);
	http_request_answer(request, &a);
	return true;
}

static void grown(void *owner, int64_t id)
{
	(void)id;
	((struct world *)owner)->grown++;
}

static void nothing(void *owner)
{
	(void)owner;
}

static void forked(void *owner, const char *origin)
{
	(void)owner;
	(void)origin;
	CHECK(!"a fork");
}

static void starved(void *owner, struct source *source)
{
	struct world *w = owner;

	CHECK(source == w->source);
	w->starved++;
	poller_again(w->poller);
}

static void came_back(void *owner, struct source *source)
{
	(void)source;
	((struct world *)owner)->back++;
}

static void closed(void *owner)
{
	((struct world *)owner)->closed = true;
}

static void publish(struct world *w, uint64_t seed)
{
	struct mirror_export_options options = { .no_payload = true };
	struct mirror_exported done;
	struct offered l;

	scratch_file(&w->scratch, "a.bin", 20000, seed);
	office_publish(&w->county, scratch_path(&w->scratch, "a.bin"), "课",
		       &l);
	options.dir = scratch_path(&w->scratch, "mirror");
	OFFICE_OK(&w->county, mirror_export(&w->county.house, &options, &done,
					    &w->county.err));
}

static void world_make(struct world *w)
{
	memset(w, 0, sizeof(*w));
	scratch_init(&w->scratch);
	CHECK(uv_loop_init(&w->loop) == 0);
	office_county(&w->county, &w->scratch);
	office_station(&w->station, &w->scratch, &w->county);
	publish(w, 1);
	web_open(&w->web, &w->loop, scratch_path(&w->scratch, "mirror"));
	w->web.answer = answer;
	w->web.owner = w;
	w->source = sources_at(&w->sources, w->web.url, 0);
}

static void world_start(struct world *w)
{
	const struct follower_options follower = {
		.loop = &w->loop,
		.house = &w->station.house,
		.client = w->web.client,
		.owner = w,
		.on_grown = grown,
		.on_trust = nothing,
		.on_fork = forked,
		.on_starved = starved,
	};
	struct poller_options poller = {
		.loop = &w->loop,
		.catalog = w->station.house.catalog,
		.trust = &w->station.house.trust,
		.client = w->web.client,
		.source = w->source,
		.static_ms = 200,
		.owner = w,
		.on_back = came_back,
	};
	struct err err = ERR_INIT;

	CHECK(follower_open(&w->follower, &follower, &err) == STATUS_OK);
	poller.follower = w->follower;
	CHECK(poller_open(&w->poller, &poller, &err) == STATUS_OK);
}

static void world_end(struct world *w)
{
	poller_close(w->poller, closed, w);
	WEB_UNTIL(&w->web, w->closed);
	w->closed = false;
	follower_close(w->follower, closed);
	WEB_UNTIL(&w->web, w->closed);
	web_close(&w->web);
	loop_finish(&w->loop);
	sources_release(&w->sources);
	office_close(&w->station);
	office_close(&w->county);
	scratch_release(&w->scratch);
}

static void a_static_mirror_is_looked_at_now_and_then(void)
{
	struct world w;
	unsigned asked;

	world_make(&w);
	world_start(&w);
	WEB_UNTIL(&w.web, w.grown == 1);
	CHECK(w.source->is_static && w.source->ok && w.back == 1);
	publish(&w, 2);
	WEB_UNTIL(&w.web, w.grown == 2);
	web_pass(&w.web, 300);
	asked = w.web.asked;
	web_pass(&w.web, 1000);
	CHECK(w.web.asked < asked + 30);
	WEB_UNTIL(&w.web, w.web.asked > asked);
	CHECK(w.source->lies == 0);
	world_end(&w);
}

static void whoever_does_not_let_us_wait_is_not_asked_in_a_circle(void)
{
	struct world w;

	world_make(&w);
	w.heads = "{\"n\":7,\"root\":1,\"trust\":1,\"logs\":[]}";
	world_start(&w);
	WEB_UNTIL(&w.web, w.heads_asked >= 1 && w.source->ok);
	web_pass(&w.web, 1000);
	CHECK(w.heads_asked <= 3);
	CHECK(w.source->ok && !w.source->is_static);
	world_end(&w);
}

static void nonsense_is_a_lie_and_rests_longer_each_time(void)
{
	static const char *const heads[] = { "", "[]", "{\"n\":\"7\"}", "\xff",
					     "{\"n\":7,\"logs\":{}}" };
	struct world w;

	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		world_make(&w);
		w.heads = heads[i];
		world_start(&w);
		WEB_UNTIL(&w.web, w.source->lies == 2);
		CHECK(w.source->failures == 2 && w.heads_asked == 2);
		CHECK(w.source->rest_until_ms - (int64_t)uv_now(&w.loop) >
		      1500);
		world_end(&w);
	}
}

static void one_who_is_away_comes_back(void)
{
	struct world w;

	world_make(&w);
	w.web.refuse = 500;
	world_start(&w);
	WEB_UNTIL(&w.web, w.source->failures == 1);
	CHECK(w.back == 0 && !w.source->ok && w.source->trouble[0] != 0);
	w.web.refuse = 0;
	WEB_UNTIL(&w.web, w.back == 1);
	WEB_UNTIL(&w.web, w.grown == 1);
	CHECK(w.source->failures == 0);
	world_end(&w);
}

static void a_mirror_whose_tiles_lie_is_asked_again_when_it_has_rested(void)
{
	struct world w;

	world_make(&w);
	w.web.spoil = "/tile/";
	world_start(&w);
	WEB_UNTIL(&w.web, w.starved == 1);
	/* That it answers does not make it honest. */
	web_pass(&w.web, 500);
	CHECK(w.source->lied && w.source->lies == 1);
	w.web.spoil = NULL;
	WEB_UNTIL(&w.web, w.grown == 1);
	CHECK(!w.source->lied && w.source->failures == 0);
	world_end(&w);
}

int main(void)
{
	a_static_mirror_is_looked_at_now_and_then();
	whoever_does_not_let_us_wait_is_not_asked_in_a_circle();
	nonsense_is_a_lie_and_rests_longer_each_time();
	one_who_is_away_comes_back();
	a_mirror_whose_tiles_lie_is_asked_again_when_it_has_rested();
	return 0;
}
