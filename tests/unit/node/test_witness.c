#include "node/witness.h"

#include <string.h>

#include "catalog/cosigned.h"
#include "node/clock_floor.h"
#include "tests/support/offices.h"

struct world {
	struct scratch s;
	struct office county, station;
	struct log_info log; /* at the station */
	struct secret_key *others[2];
};

static void look(struct world *w)
{
	OFFICE_OK(&w->station,
		  log_find(w->station.house.catalog,
			   w->county.house.conf.origin, &w->log,
			   &w->station.err));
}

static void publish(struct world *w, const char *title)
{
	struct offered lesson;

	scratch_file(&w->s, title, 1000, (uint64_t)title[0]);
	office_publish(&w->county, scratch_path(&w->s, title), title,
		       &lesson);
	office_take_log(&w->station, &w->county);
	look(w);
}

static void world_make(struct world *w)
{
	struct public_key key;

	memset(w, 0, sizeof(*w));
	scratch_init(&w->s);
	office_county(&w->county, &w->s);
	office_station(&w->station, &w->s, &w->county);
	publish(w, "1");
	OFFICE_OK(&w->station, witness_new_key(&w->station.house,
					       &w->station.err));
	for (int i = 0; i < 2; i++) {
		CHECK(secret_key_new(&w->others[i], i == 0 ? "o0" : "o1",
				     KEY_COSIGNER) == STATUS_OK);
		key = *secret_key_public(w->others[i]);
		CHECK(trust_add_witness(&w->station.house.trust.trust, &key) ==
		      STATUS_OK);
	}
}

static void world_end(struct world *w)
{
	secret_key_free(w->others[0]);
	secret_key_free(w->others[1]);
	office_close(&w->station);
	office_close(&w->county);
	scratch_release(&w->s);
}

static void list_it(struct world *w)
{
	CHECK(trust_add_witness(
		      &w->station.house.trust.trust,
		      secret_key_public(w->station.house.witness_key)) ==
	      STATUS_OK);
}

static bool cosigns(struct world *w)
{
	bool done;

	OFFICE_OK(&w->station, witness_cosign(&w->station.house, w->log.id,
					      &done, &w->station.err));
	return done;
}

static struct witness_count count(struct world *w)
{
	struct witness_count c;

	witness_count(&w->station.house, w->log.id, &c);
	return c;
}

/* A relay has hung as many lines below it as a note may have: of strangers, and
 * of the log's key again. */
static void lines_of_relays_are_left_behind(void)
{
	struct buf note = BUF_INIT, kept = BUF_INIT;
	struct offered lesson;
	struct world w;
	struct note parsed;

	world_make(&w);
	list_it(&w);
	scratch_file(&w.s, "2", 1000, 2);
	office_publish(&w.county, scratch_path(&w.s, "2"), "2", &lesson);
	OFFICE_OK(&w.county, log_find(w.county.house.catalog,
				      w.county.house.conf.origin, &w.log,
				      &w.county.err));
	OFFICE_OK(&w.county, log_read_note(w.county.house.catalog, w.log.id,
					   &note, &w.county.err));
	CHECK(note_parse(buf_bytes(&note), CHECKPOINT_NOTE_MAX, &parsed) ==
	      STATUS_OK);
	buf_put_bytes(&kept, buf_bytes(&note));
	for (unsigned i = 1; i < NOTE_SIGNATURES_MAX; i++)
		if (i % 2 == 0)
			buf_put_bytes(&kept, parsed.signatures);
		else
			buf_puts(&kept, "\xe2\x80\x94 stranger AAAAAAAAAAAA\n");
	office_take_note(&w.station, &w.county, buf_bytes(&kept));
	look(&w);
	buf_clear(&kept);
	OFFICE_OK(&w.station, log_read_note(w.station.house.catalog, w.log.id,
					    &kept, &w.station.err));
	CHECK(bytes_equal(buf_bytes(&kept), buf_bytes(&note)));
	CHECK(cosigns(&w) && count(&w).cosigned == 1);
	buf_release(&note);
	buf_release(&kept);
	world_end(&w);
}

static void it_cosigns_what_it_holds_once_it_is_named(void)
{
	struct world w;
	uint64_t now = clock_s();

	world_make(&w);
	CHECK(!cosigns(&w) && count(&w).cosigned == 0);
	list_it(&w);
	CHECK(cosigns(&w));
	CHECK(count(&w).cosigned == 1 && count(&w).listed == 3);
	CHECK(count(&w).newest_s >= now);
	CHECK(!cosigns(&w)); /* not again on the same day */
	publish(&w, "2");
	CHECK(count(&w).cosigned == 0 && cosigns(&w));
	/* Kept over a restart, key and all. */
	office_close(&w.station);
	office_open(&w.station);
	CHECK(w.station.house.witness_key != NULL);
	list_it(&w);
	CHECK(!cosigns(&w));
	world_end(&w);
}

static void put_cosigned(struct world *w, uint64_t size, uint8_t first,
			 uint64_t time_s)
{
	struct cosigned done = { .size = size, .time_s = time_s };
	struct buf note = BUF_INIT;

	memcpy(done.root, w->log.root, sizeof(done.root));
	done.root[0] ^= first;
	OFFICE_OK(&w->station, log_read_note(w->station.house.catalog,
					     w->log.id, &note,
					     &w->station.err));
	OFFICE_OK(&w->station,
		  cosigned_put(w->station.house.catalog, w->log.id, &done,
			       buf_bytes(&note), &w->station.err));
	buf_release(&note);
}

static void it_never_cosigns_less_nor_another_tree(void)
{
	struct world w;

	world_make(&w);
	list_it(&w);
	put_cosigned(&w, 9, 0, 5); /* a disk was put back since */
	CHECK(!cosigns(&w));
	put_cosigned(&w, 1, 1, 5); /* another root then */
	CHECK(!cosigns(&w));
	publish(&w, "2");
	CHECK(!cosigns(&w)); /* nor what does not continue it */
	put_cosigned(&w, 2, 0, 5); /* long ago, the same: once more */
	CHECK(cosigns(&w));
	world_end(&w);
}

static void a_forked_log_is_not_cosigned(void)
{
	struct world w;

	world_make(&w);
	list_it(&w);
	OFFICE_OK(&w.station,
		  log_mark_forked(w.station.house.catalog,
				  &(struct log_evidence){ .log = w.log.id,
							  .why = "test" },
				  &w.station.err));
	CHECK(!cosigns(&w));
	world_end(&w);
}

/* The stored note with one more line. */
static void line_of(struct world *w, int who, uint64_t time_s, struct buf *out)
{
	struct buf stored = BUF_INIT;
	struct note note;

	OFFICE_OK(&w->station, log_read_note(w->station.house.catalog,
					     w->log.id, &stored,
					     &w->station.err));
	CHECK(note_parse(buf_bytes(&stored), CHECKPOINT_NOTE_MAX, &note) ==
	      STATUS_OK);
	CHECK(cosignature_add(&note, w->others[who], time_s, out) ==
	      STATUS_OK);
	buf_release(&stored);
}

static size_t takes(struct world *w, int who, uint64_t time_s)
{
	struct buf copy = BUF_INIT;
	size_t gained;

	line_of(w, who, time_s, &copy);
	OFFICE_OK(&w->station, witness_take(&w->station.house, w->log.id,
					    buf_bytes(&copy), &gained,
					    &w->station.err));
	OFFICE_OK(&w->station,
		  clock_floor_learn(w->station.house.catalog,
				    &w->station.house.trust.trust, w->log.id,
				    &w->station.err));
	buf_release(&copy);
	return gained;
}

static void lines_are_gathered_and_time_follows_the_majority(void)
{
	enum { DAY = 86400 };
	struct world w;
	struct buf old = BUF_INIT;
	uint64_t built, floor;
	size_t gained;

	world_make(&w);
	list_it(&w);
	built = clock_floor_s(w.station.house.catalog);
	line_of(&w, 0, built, &old);
	CHECK(takes(&w, 0, built + 30000 * (uint64_t)DAY) == 1);
	CHECK(takes(&w, 0, built + DAY) == 0); /* the newest counts */
	CHECK(count(&w).cosigned == 1);
	floor = clock_floor_s(w.station.house.catalog);
	CHECK(floor == built); /* one of three, however far ahead */
	CHECK(takes(&w, 1, built + 10 * DAY) == 1);
	CHECK(clock_floor_s(w.station.house.catalog) == built + 10 * DAY);
	/* The bad one is named no more: of two both must have reached it. */
	w.station.house.trust.trust.witnesses[0] =
		w.station.house.trust.trust.witnesses[2];
	w.station.house.trust.trust.witness_count = 2;
	OFFICE_OK(&w.station,
		  clock_floor_settle(w.station.house.catalog,
				     &w.station.house.trust.trust,
				     &w.station.err));
	CHECK(clock_floor_s(w.station.house.catalog) == built);
	/* A copy of an earlier head is no copy of this one. */
	publish(&w, "2");
	CHECK(witness_take(&w.station.house, w.log.id, buf_bytes(&old),
			   &gained, &w.station.err) == STATUS_OLD);
	buf_release(&old);
	world_end(&w);
}

int main(void)
{
	lines_of_relays_are_left_behind();
	it_cosigns_what_it_holds_once_it_is_named();
	it_never_cosigns_less_nor_another_tree();
	a_forked_log_is_not_cosigned();
	lines_are_gathered_and_time_follows_the_majority();
	return 0;
}
