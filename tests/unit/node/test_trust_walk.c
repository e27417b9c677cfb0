/* A station five versions behind asks servers that have all root notes, lack
 * one, show a forged one, or another in its place. */
#include "node/trust_walk.h"

#include "tests/support/roots.h"
#include "tests/support/scratch.h"
#include "tests/support/web.h"

enum { LAST = 6, CROWD = TRUST_WALK_WAITING_MAX + 4 };

/* Root N: its threshold, its keys, and who signs it. The sizes and the keys
 * change at each step, and nobody stays from the first to the last. */
static const struct {
	uint8_t threshold, first, last, signs_first, signs_last;
} steps[LAST + 1] = {
	[1] = { 3, 1, 5, 1, 3 },  [2] = { 2, 3, 6, 1, 4 },
	[3] = { 4, 5, 10, 5, 8 }, [4] = { 1, 10, 10, 7, 10 },
	[5] = { 3, 10, 14, 10, 12 }, [6] = { 5, 12, 18, 12, 16 },
};

struct world {
	struct scratch scratch;
	uv_loop_t loop;
	struct web good, bad;
	struct sources sources;
	struct source *from_good, *from_bad;
	struct trust_book book;
	struct trust_walk walk;
	unsigned taken, starved;
};

static void taken(void *owner)
{
	((struct world *)owner)->taken++;
}

static void starved(void *owner, struct source *source)
{
	struct world *w = owner;

	CHECK(source != NULL);
	w->starved++;
}

static void root_note(unsigned version, struct buf *out)
{
	struct root root = roots_make(version, steps[version].threshold,
				      steps[version].first,
				      steps[version].last);

	roots_note(&root, steps[version].signs_first,
		   steps[version].signs_last, out);
}

static void write_file(struct world *w, const char *folder, const char *name,
		       const struct buf *content)
{
	char path[4096];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(scratch_path(&w->scratch, path), "w");
	CHECK(file != NULL);
	CHECK(fwrite(content->data, 1, content->size, file) ==
	      content->size);
	CHECK(fclose(file) == 0);
}

static void put_trust(struct world *w, const char *folder, uint64_t version,
		      unsigned root)
{
	struct buf note = BUF_INIT;

	buf_printf(&note, "xiangtu-trust/v1\nversion %u\nroot %u\n",
		   (unsigned)version, root);
	for (uint8_t k = 0; k < steps[root].threshold; k++)
		roots_sign(&note, (uint8_t)(steps[root].first + k));
	write_file(w, folder, "trust/trust.note", &note);
	buf_release(&note);
}

static void fill(struct world *w, const char *folder)
{
	char path[64];

	CHECK(mkdir(scratch_path(&w->scratch, folder), 0755) == 0);
	(void)snprintf(path, sizeof(path), "%s/trust", folder);
	CHECK(mkdir(scratch_path(&w->scratch, path), 0755) == 0);
	(void)snprintf(path, sizeof(path), "%s/trust/root", folder);
	CHECK(mkdir(scratch_path(&w->scratch, path), 0755) == 0);
	for (unsigned v = 1; v <= LAST; v++) {
		struct buf note = BUF_INIT;

		root_note(v, &note);
		(void)snprintf(path, sizeof(path), "trust/root/%u.note", v);
		write_file(w, folder, path, &note);
		buf_release(&note);
	}
	put_trust(w, folder, 40, LAST);
}

static void world_make(struct world *w)
{
	struct err err = ERR_INIT;
	struct buf note = BUF_INIT;

	memset(w, 0, sizeof(*w));
	scratch_init(&w->scratch);
	CHECK(uv_loop_init(&w->loop) == 0);
	fill(w, "good");
	fill(w, "bad");
	web_open(&w->good, &w->loop, scratch_path(&w->scratch, "good"));
	web_open(&w->bad, &w->loop, scratch_path(&w->scratch, "bad"));
	w->from_good = sources_at(&w->sources, w->good.url, 0);
	w->from_bad = sources_at(&w->sources, w->bad.url, 0);
	CHECK(trust_book_open(&w->book, scratch_path(&w->scratch, "here"),
			      &err) == STATUS_OK);
	root_note(1, &note);
	CHECK(trust_book_take_root(&w->book, buf_bytes(&note), &err) ==
	      STATUS_OK);
	buf_release(&note);
	trust_walk_init(&w->walk, &(struct trust_walk_options){
					  .loop = &w->loop,
					  .book = &w->book,
					  .client = w->good.client,
					  .owner = w,
					  .on_trust = taken,
					  .on_starved = starved });
}

static void world_end(struct world *w)
{
	trust_walk_stop(&w->walk);
	CHECK(w->from_good->holders == 0 && w->from_bad->holders == 0);
	web_close(&w->good);
	web_close(&w->bad);
	loop_finish(&w->loop);
	sources_release(&w->sources);
	trust_book_release(&w->book);
	scratch_release(&w->scratch);
}

static void offer_good(struct world *w)
{
	trust_walk_offer(&w->walk, w->from_good, LAST, 40);
}

static void offer_bad(struct world *w)
{
	trust_walk_offer(&w->walk, w->from_bad, LAST, 40);
}

static bool is_there(const struct world *w)
{
	return w->book.root.version == LAST && w->book.trust.version == 40;
}

static void five_versions_are_walked_one_by_one(void)
{
	struct trust_book again;
	struct err err = ERR_INIT;
	struct world w;

	world_make(&w);
	offer_good(&w);
	CHECK(trust_walk_is_under_way(&w.walk));
	WEB_UNTIL(&w.good, is_there(&w));
	CHECK(!trust_walk_is_under_way(&w.walk));
	CHECK(w.taken == LAST && w.starved == 0 && w.good.asked == LAST);
	CHECK(w.book.root.threshold == 5 && w.book.root.key_count == 7);
	/* And all of them are on disk. */
	CHECK(trust_book_open(&again, scratch_path(&w.scratch, "here"),
			      &err) == STATUS_OK);
	CHECK(again.root.version == LAST && again.trust.version == 40);
	trust_book_release(&again);
	offer_good(&w);
	CHECK(!trust_walk_is_under_way(&w.walk)); /* nothing new */
	world_end(&w);
}

/* Whoever comes second is asked as soon as the first has failed. */
static void a_relay_that_leaves_out_a_version_holds_nobody_back(void)
{
	struct world w;

	world_make(&w);
	CHECK(unlink(scratch_path(&w.scratch, "bad/trust/root/3.note")) == 0);
	offer_bad(&w);
	WEB_UNTIL(&w.good, w.starved == 1);
	CHECK(w.book.root.version == 2 && w.book.trust.version == 0);
	CHECK(w.from_bad->lies == 0);
	CHECK(w.from_bad->failures == 1);
	w.from_bad->rest_until_ms = INT64_MAX;
	offer_bad(&w); /* it rests */
	CHECK(!trust_walk_is_under_way(&w.walk) && w.starved == 2);
	offer_good(&w);
	WEB_UNTIL(&w.good, is_there(&w));
	world_end(&w);
}

static void who_waits_gets_a_turn(void)
{
	struct world w;

	world_make(&w);
	CHECK(unlink(scratch_path(&w.scratch, "bad/trust/root/3.note")) == 0);
	offer_bad(&w);
	offer_good(&w);
	offer_good(&w);
	WEB_UNTIL(&w.good, is_there(&w));
	CHECK(w.starved == 1 && w.from_good->failures == 0);
	world_end(&w);
}

/* As many as may wait, and more, of whom nobody serves anything. */
static void offer_crowd(struct world *w, struct source **crowd, int64_t walked)
{
	for (unsigned i = 0; i < CROWD; i++) {
		char url[32];

		(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u", i + 1);
		crowd[i] = sources_at(&w->sources, url, 0);
		crowd[i]->walked_ms = walked;
		trust_walk_offer(&w->walk, crowd[i], ROOT_VERSION_MAX,
				 UINT64_MAX);
	}
	CHECK(w->walk.n_waiting == TRUST_WALK_WAITING_MAX);
}

static void end_crowd(struct world *w, struct source *const *crowd)
{
	trust_walk_stop(&w->walk);
	for (unsigned i = 0; i < CROWD; i++)
		CHECK(crowd[i]->holders == 0);
	world_end(w);
}

/* An upstream, and a neighbour that was not asked of late, go before them
 * though they came first and there is no room. */
static void a_crowd_of_invented_neighbours_holds_nobody_back(void)
{
	for (unsigned upstream = 0; upstream < 2; upstream++) {
		struct source *crowd[CROWD];
		struct world w;

		world_make(&w);
		CHECK(unlink(scratch_path(&w.scratch,
					  "bad/trust/root/3.note")) == 0);
		offer_bad(&w);
		offer_crowd(&w, crowd, upstream ? 0 : 5);
		w.from_good->upstream = upstream;
		offer_good(&w);
		CHECK(w.from_good->holders == 1);
		WEB_UNTIL(&w.good, w.book.root.version == LAST);
		for (unsigned i = 0; i < CROWD; i++)
			CHECK(crowd[i]->failures == 0);
		end_crowd(&w, crowd);
	}
}

/* And where they go round and round, each is asked once before it is again. */
static void who_was_asked_longest_ago_is_next(void)
{
	struct source *crowd[CROWD];
	struct world w;

	world_make(&w);
	CHECK(unlink(scratch_path(&w.scratch, "bad/trust/root/3.note")) == 0);
	offer_bad(&w);
	offer_crowd(&w, crowd, 0);
	WEB_UNTIL(&w.good, w.starved > TRUST_WALK_WAITING_MAX);
	for (unsigned i = 0; i < TRUST_WALK_WAITING_MAX; i++)
		CHECK(crowd[i]->walked_ms > 0);
	CHECK(crowd[CROWD - 1]->walked_ms == 0); /* there was no room */
	end_crowd(&w, crowd);
}

static void a_forged_version_is_a_lie_and_goes_nowhere(void)
{
	/* By its own key alone; by two of the three old keys it takes. */
	static const uint8_t signers[][2] = { { 9, 9 }, { 4, 4 } };

	for (size_t i = 0; i < 2; i++) {
		struct root forged = roots_make(3, 1, signers[i][0], 9);
		struct buf note = BUF_INIT;
		struct world w;

		world_make(&w);
		roots_note(&forged, signers[i][0], signers[i][1], &note);
		write_file(&w, "bad", "trust/root/3.note", &note);
		offer_bad(&w);
		WEB_UNTIL(&w.good, w.starved == 1);
		CHECK(w.book.root.version == 2 && w.from_bad->lies == 1);
		offer_good(&w);
		WEB_UNTIL(&w.good, is_there(&w));
		CHECK(w.book.root.keys[0].name[0] == 'k');
		buf_release(&note);
		world_end(&w);
	}
}

/* An old note again and again must not be asked for again and again. */
static void another_version_in_its_place_is_a_lie(void)
{
	struct buf note = BUF_INIT;
	struct world w;

	world_make(&w);
	root_note(2, &note);
	write_file(&w, "bad", "trust/root/3.note", &note);
	offer_bad(&w);
	WEB_UNTIL(&w.good, w.starved == 1);
	CHECK(w.book.root.version == 2 && w.from_bad->lies == 1);
	CHECK(w.bad.asked == 2);
	buf_release(&note);
	world_end(&w);
}

static void trust_under_a_replaced_root_waits_and_is_no_lie(void)
{
	struct world w;

	world_make(&w);
	put_trust(&w, "bad", 40, 4); /* root 4's key signed it well */
	offer_bad(&w);
	WEB_UNTIL(&w.good, !trust_walk_is_under_way(&w.walk));
	CHECK(w.book.root.version == LAST && w.book.trust.version == 0);
	CHECK(w.from_bad->lies == 0 && w.from_bad->failures == 0);
	offer_good(&w);
	WEB_UNTIL(&w.good, is_there(&w));
	world_end(&w);
}

static void nobody_makes_us_ask_beyond_the_last_version(void)
{
	struct world w;

	world_make(&w);
	trust_walk_offer(&w.walk, w.from_good, UINT64_MAX, UINT64_MAX);
	WEB_UNTIL(&w.good, !trust_walk_is_under_way(&w.walk));
	CHECK(w.book.root.version == LAST);
	CHECK(w.good.asked == LAST && w.from_good->failures == 1);
	world_end(&w);
}

static void it_stops_in_the_middle(void)
{
	for (unsigned rounds = 0; rounds < 5; rounds++) {
		struct world w;

		world_make(&w);
		offer_bad(&w);
		offer_good(&w);
		for (unsigned i = 0; i < rounds; i++)
			web_pass(&w.good, 1);
		world_end(&w);
		CHECK(w.walk.stopped);
	}
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	five_versions_are_walked_one_by_one();
	a_relay_that_leaves_out_a_version_holds_nobody_back();
	who_waits_gets_a_turn();
	a_crowd_of_invented_neighbours_holds_nobody_back();
	who_was_asked_longest_ago_is_next();
	a_forged_version_is_a_lie_and_goes_nowhere();
	another_version_in_its_place_is_a_lie();
	trust_under_a_replaced_root_waits_and_is_no_lie();
	nobody_makes_us_ask_beyond_the_last_version();
	it_stops_in_the_middle();
	return 0;
}
