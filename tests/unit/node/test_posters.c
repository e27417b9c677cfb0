/* Posters are asked for until somebody has them, and checked. */
#include "node/posters.h"

#include <unistd.h>

#include "proto/encoding.h"
#include "signing/digest.h"
#include "signing/key.h"
#include "tests/support/scratch.h"
#include "tests/support/web.h"

struct world {
	struct scratch scratch;
	uv_loop_t loop;
	struct web web;
	struct sources sources;
	struct source *source;
	struct posters *posters;
	bool nobody;
	uint8_t hash[32];
	char here[4200], there[4200];
	bool closed;
	unsigned came;
};

static unsigned sources(void *owner, const uint8_t *hash, struct source **out,
			unsigned max)
{
	struct world *w = owner;

	(void)hash;
	CHECK(max > 0);
	out[0] = w->source;
	return w->nobody ? 0 : 1;
}

static void came(void *owner)
{
	((struct world *)owner)->came++;
}

static void closed(void *owner)
{
	((struct world *)owner)->closed = true;
}

static void world_make(struct world *w)
{
	struct posters_options options = { .loop = &w->loop,
					   .owner = w,
					   .sources = sources,
					   .came = came };
	uint8_t picture[5000];
	char hex[65], name[100];
	struct err err = ERR_INIT;
	FILE *file;

	memset(w, 0, sizeof(*w));
	CHECK(signing_init() == STATUS_OK);
	scratch_init(&w->scratch);
	CHECK(uv_loop_init(&w->loop) == 0);
	scratch_folder(&w->scratch, "web");
	scratch_folder(&w->scratch, "web/blob");
	scratch_folder(&w->scratch, "here");
	memset(picture, 0x5a, sizeof(picture));
	sha256(picture, sizeof(picture), w->hash);
	hex_encode((struct bytes){ w->hash, 32 }, hex);
	(void)snprintf(name, sizeof(name), "web/blob/%s", hex);
	(void)snprintf(w->there, sizeof(w->there), "%s",
		       scratch_path(&w->scratch, name));
	(void)snprintf(name, sizeof(name), "here/%s", hex);
	(void)snprintf(w->here, sizeof(w->here), "%s",
		       scratch_path(&w->scratch, name));
	file = fopen(w->there, "w");
	CHECK(file != NULL);
	CHECK(fwrite(picture, 1, sizeof(picture), file) == sizeof(picture));
	CHECK(fclose(file) == 0);
	web_open(&w->web, &w->loop, scratch_path(&w->scratch, "web"));
	w->source = sources_at(&w->sources, w->web.url, 0);
	options.client = w->web.client;
	options.blob_dir = scratch_path(&w->scratch, "here");
	CHECK(posters_open(&w->posters, &options, &err) == STATUS_OK);
}

static void world_end(struct world *w)
{
	posters_close(w->posters, closed, w);
	WEB_UNTIL(&w->web, w->closed);
	web_close(&w->web);
	loop_finish(&w->loop);
	CHECK(w->source->holders == 0);
	sources_release(&w->sources);
	scratch_release(&w->scratch);
}

static void a_poster_comes_once(void)
{
	struct world w;

	world_make(&w);
	posters_want(w.posters, w.hash);
	posters_want(w.posters, w.hash);
	WEB_UNTIL(&w.web, access(w.here, F_OK) == 0);
	posters_want(w.posters, w.hash);
	WEB_UNTIL(&w.web, w.came > 0);
	web_pass(&w.web, 500);
	CHECK(w.web.asked == 1 && w.source->ok);
	CHECK(w.came == 1); /* told once, when it is on disk */
	world_end(&w);
}

static void a_wrong_picture_is_a_lie_and_is_not_kept(void)
{
	struct world w;

	world_make(&w);
	w.web.spoil = "/blob/";
	posters_want(w.posters, w.hash);
	WEB_UNTIL(&w.web, w.source->lies == 1);
	CHECK(access(w.here, F_OK) != 0 && w.came == 0);
	w.web.spoil = NULL;
	WEB_UNTIL(&w.web, access(w.here, F_OK) == 0);
	CHECK(!w.source->lied);
	world_end(&w);
}

static void who_has_it_later_is_asked_again(void)
{
	struct world w;

	world_make(&w);
	w.web.refuse = 404;
	posters_want(w.posters, w.hash);
	WEB_UNTIL(&w.web, w.web.asked == 3);
	CHECK(w.source->failures == 0);
	w.web.refuse = 0;
	WEB_UNTIL(&w.web, access(w.here, F_OK) == 0);
	world_end(&w);
}

static void it_closes_while_it_asks(void)
{
	struct world w;

	world_make(&w);
	w.nobody = true;
	posters_want(w.posters, w.hash);
	web_pass(&w.web, 100);
	CHECK(w.web.asked == 0);
	world_end(&w);
	world_make(&w);
	posters_want(w.posters, w.hash);
	(void)uv_run(&w.loop, UV_RUN_NOWAIT);
	world_end(&w);
}

int main(void)
{
	a_poster_comes_once();
	a_wrong_picture_is_a_lie_and_is_not_kept();
	who_has_it_later_is_asked_again();
	it_closes_while_it_asks();
	return 0;
}
