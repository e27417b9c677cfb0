/* Room is promised, never beyond quota and floor; what goes for it, and what
 * never does. */
#include "node/cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "catalog/deletions.h"
#include "catalog/due.h"
#include "catalog/heard.h"
#include "catalog/journal.h"
#include "catalog/lessons.h"
#include "node/clock_floor.h"
#include "node/payload.h"
#include "node/tidy.h"
#include "tests/support/offices.h"

enum { SIZE = 200000, MOST = 12 };
/* What one of them counts with, a little more than its bytes. */
#define ONE UINT64_C(220000)

struct world {
	struct scratch scratch;
	struct office county, station;
	struct offered lessons[MOST];
	unsigned count;
	struct cache *cache;
	/* what the station is told */
	uint8_t busy[32], last_copy[32];
	char discarded[MOST][65];
	char why[MOST][80];
	unsigned n_discarded;
	bool slow; /* deletions are not done at once */
	struct err err;
};

static void facts(void *owner, struct evict_facts *f, const char *origin,
		  uint64_t entry)
{
	struct world *w = owner;

	CHECK(origin == NULL || strchr(origin, '/') != NULL);
	CHECK(entry < 1000);
	f->busy |= memcmp(f->btmh, w->busy, 32) == 0;
	f->others = memcmp(f->btmh, w->last_copy, 32) == 0;
}

static void discard(void *owner, const uint8_t *btmh, const char *why)
{
	struct world *w = owner;

	CHECK(w->n_discarded < MOST);
	hex_encode((struct bytes){ btmh, 32 },
		   w->discarded[w->n_discarded]);
	(void)snprintf(w->why[w->n_discarded++], sizeof(w->why[0]), "%s",
		       why);
	if (w->slow)
		return;
	OFFICE_OK(&w->station, tidy_discard(&w->station.house, btmh, why,
					    &w->station.err));
	cache_deleted(w->cache, btmh);
}

static void open_cache(struct world *w, uint64_t quota, uint64_t floor)
{
	struct cache_options options = { .house = &w->station.house,
					 .owner = w,
					 .facts = facts,
					 .discard = discard };

	w->station.house.conf.quota = quota;
	w->station.house.conf.floor = floor;
	w->station.house.conf.has_floor = true;
	CHECK(cache_open(&w->cache, &options, &w->err) == STATUS_OK);
}

static void publish(struct world *w, const char *title)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "%u.bin", w->count);
	scratch_file(&w->scratch, name, SIZE, w->count + 1);
	office_publish(&w->county, scratch_path(&w->scratch, name), title,
		       &w->lessons[w->count++]);
}

static void world_make(struct world *w, unsigned count)
{
	memset(w, 0, sizeof(*w));
	scratch_init(&w->scratch);
	office_county(&w->county, &w->scratch);
	office_station(&w->station, &w->scratch, &w->county);
	for (unsigned i = 0; i < count; i++)
		publish(w, "课");
	office_take_log(&w->station, &w->county);
}

static void world_end(struct world *w)
{
	cache_free(w->cache);
	office_close(&w->station);
	office_close(&w->county);
	scratch_release(&w->scratch);
}

/* As a fetch ends: files and row. `now` is when it was added. */
static void hold(struct world *w, unsigned n, uint64_t now)
{
	char command[16000];

	(void)snprintf(command, sizeof(command), "cp -r '%s/%s' '%s/'",
		       w->county.house.payload_dir, w->lessons[n].hex,
		       w->station.house.payload_dir);
	CHECK(system(command) == 0);
	OFFICE_OK(&w->station,
		  payload_put_held(w->station.house.catalog,
				   w->lessons[n].btmh, SIZE, 13, now,
				   &w->station.err));
	if (w->cache != NULL) {
		cache_held(w->cache, w->lessons[n].btmh);
		cache_release(w->cache, w->lessons[n].btmh);
	}
}

static enum status reserve(struct world *w, unsigned n, bool first)
{
	w->err = (struct err)ERR_INIT;
	return cache_reserve(w->cache, w->lessons[n].btmh, SIZE, 0, first,
			     &w->err);
}

static void choose(struct world *w, unsigned n, enum choice choice)
{
	struct lesson_row row;

	OFFICE_OK(&w->station,
		  lessons_get(w->station.house.catalog, w->lessons[n].id, &row,
			      &w->station.err));
	OFFICE_OK(&w->station, index_choose(w->station.index, &row, choice,
					    &w->station.err));
}

static bool is_here(struct world *w, unsigned n)
{
	char path[8192];

	(void)snprintf(path, sizeof(path), "%s/%s",
		       w->station.house.payload_dir, w->lessons[n].hex);
	return access(path, F_OK) == 0;
}

static uint64_t number(struct world *w, const char *key)
{
	json_t *status = cache_status(w->cache);
	uint64_t value = (uint64_t)json_integer_value(
		json_object_get(status, key));

	json_decref(status);
	return value;
}

static void promises_are_kept_within_the_quota(void)
{
	struct world w;

	world_make(&w, 4);
	open_cache(&w, 3 * ONE, 0);
	CHECK(reserve(&w, 0, false) == STATUS_OK);
	CHECK(reserve(&w, 1, false) == STATUS_OK);
	CHECK(reserve(&w, 1, false) == STATUS_OK); /* the same again */
	CHECK(reserve(&w, 2, false) == STATUS_OK);
	CHECK(number(&w, "reserved") > 3 * SIZE);
	CHECK(reserve(&w, 3, false) == STATUS_NO_ROOM);
	CHECK(strstr(w.err.text, "below the quota") != NULL);
	/* One that came to nothing gives all of it back; one that came to
	 * something what it did not take. */
	cache_release(w.cache, w.lessons[0].btmh);
	hold(&w, 1, 5);
	CHECK(number(&w, "used") >= SIZE && number(&w, "used") < ONE);
	CHECK(reserve(&w, 3, false) == STATUS_OK);
	CHECK(reserve(&w, 0, false) == STATUS_NO_ROOM);
	CHECK(w.n_discarded == 0);
	world_end(&w);
}

static void wanted_lessons_go_only_for_what_is_wanted_more(void)
{
	struct world w;

	world_make(&w, 4);
	open_cache(&w, 3 * ONE, 0);
	for (unsigned i = 1; i < 4; i++)
		hold(&w, i, 100 - i); /* the last was added first */
	/* The first was published first. */
	CHECK(reserve(&w, 0, false) == STATUS_NO_ROOM && w.n_discarded == 0);
	CHECK(strstr(w.err.text, "nothing older may go") != NULL);
	CHECK(reserve(&w, 0, true) == STATUS_OK);
	CHECK(w.n_discarded == 1 && !is_here(&w, 3));
	CHECK(strcmp(w.why[0], "least useful") == 0);
	world_end(&w);
}

static void the_oldest_goes_for_a_newer_one_and_does_not_come_back(void)
{
	struct world w;

	world_make(&w, 5);
	open_cache(&w, 3 * ONE, 0);
	for (unsigned i = 0; i < 3; i++)
		hold(&w, i, 100 - i);
	w.slow = true;
	CHECK(reserve(&w, 4, false) == STATUS_BUSY && w.n_discarded == 1);
	CHECK(strcmp(w.discarded[0], w.lessons[0].hex) == 0);
	OFFICE_OK(&w.station, tidy_discard(&w.station.house,
					   w.lessons[0].btmh, "",
					   &w.station.err));
	cache_deleted(w.cache, w.lessons[0].btmh);
	/* What has just gone asks first: the room is not for it. */
	CHECK(reserve(&w, 0, false) == STATUS_NO_ROOM);
	CHECK(reserve(&w, 4, false) == STATUS_OK && w.n_discarded == 1);
	hold(&w, 4, 200);
	CHECK(reserve(&w, 0, false) == STATUS_NO_ROOM && w.n_discarded == 1);
	/* Who does not come for the room that is made for it loses it. */
	CHECK(reserve(&w, 3, false) == STATUS_BUSY && w.n_discarded == 2);
	OFFICE_OK(&w.station, tidy_discard(&w.station.house,
					   w.lessons[1].btmh, "",
					   &w.station.err));
	cache_deleted(w.cache, w.lessons[1].btmh);
	CHECK(reserve(&w, 1, false) == STATUS_NO_ROOM);
	cache_release(w.cache, w.lessons[3].btmh);
	CHECK(reserve(&w, 1, false) == STATUS_OK && w.n_discarded == 2);
	world_end(&w);
}

static void pinned_due_busy_and_last_copies_stay(void)
{
	struct world w;

	world_make(&w, 6);
	open_cache(&w, 5 * ONE, 0);
	for (unsigned i = 0; i < 5; i++)
		hold(&w, i, 10 + i);
	choose(&w, 0, CHOICE_PIN);
	OFFICE_OK(&w.station, due_set(w.station.house.catalog,
				      w.lessons[1].id, "9999-01-01",
				      &w.station.err));
	memcpy(w.busy, w.lessons[2].btmh, 32);
	memcpy(w.last_copy, w.lessons[3].btmh, 32);
	CHECK(reserve(&w, 5, true) == STATUS_OK);
	CHECK(w.n_discarded == 1 && !is_here(&w, 4));
	cache_release(w.cache, w.lessons[5].btmh);
	hold(&w, 5, 99);
	choose(&w, 5, CHOICE_PIN);
	w.n_discarded = 0;
	CHECK(reserve(&w, 4, true) == STATUS_NO_ROOM && w.n_discarded == 0);
	/* A day that is over for certain protects nothing any more. */
	OFFICE_OK(&w.station, due_set(w.station.house.catalog,
				      w.lessons[1].id, "2020-01-01",
				      &w.station.err));
	CHECK(reserve(&w, 4, true) == STATUS_OK && !is_here(&w, 1));
	world_end(&w);
}

static void what_nobody_wants_goes_for_anything(void)
{
	struct world w;
	json_t *next, *status;

	world_make(&w, 4);
	open_cache(&w, 3 * ONE, 0);
	for (unsigned i = 0; i < 3; i++)
		hold(&w, i, 10 + i);
	choose(&w, 1, CHOICE_DROP);
	/* A drop is for the fetcher to obey; here it is only not wanted. */
	status = cache_status(w.cache);
	next = json_array_get(json_object_get(status, "next"), 0);
	CHECK(strcmp(json_string_value(json_object_get(next, "btmh")),
		     w.lessons[1].hex) == 0);
	CHECK(strcmp(json_string_value(json_object_get(next, "why")),
		     "not wanted here any more") == 0);
	json_decref(status);
	CHECK(reserve(&w, 3, false) == STATUS_OK && !is_here(&w, 1));
	world_end(&w);
}

static void room_is_not_promised_before_it_is_there(void)
{
	struct world w;

	world_make(&w, 4);
	open_cache(&w, 3 * ONE, 0);
	w.slow = true;
	for (unsigned i = 0; i < 3; i++)
		hold(&w, i, 10 + i);
	CHECK(reserve(&w, 3, true) == STATUS_BUSY && w.n_discarded == 1);
	CHECK(reserve(&w, 3, true) == STATUS_BUSY && w.n_discarded == 1);
	CHECK(number(&w, "deleting") > 0 && number(&w, "used") > 2 * ONE);
	OFFICE_OK(&w.station, tidy_discard(&w.station.house,
					   w.lessons[0].btmh, "",
					   &w.station.err));
	cache_deleted(w.cache, w.lessons[0].btmh);
	CHECK(reserve(&w, 3, true) == STATUS_OK && w.n_discarded == 1);
	world_end(&w);
}

static void a_smaller_quota_is_reached_and_says_what_is_over(void)
{
	struct world w;

	world_make(&w, 4);
	for (unsigned i = 0; i < 4; i++)
		hold(&w, i, 10 + i);
	choose(&w, 0, CHOICE_PIN);
	open_cache(&w, ONE / 2, 0);
	cache_tick(w.cache);
	cache_tick(w.cache);
	CHECK(w.n_discarded == 3 && is_here(&w, 0));
	/* In order. */
	CHECK(strcmp(w.discarded[0], w.lessons[1].hex) == 0);
	CHECK(strcmp(w.discarded[2], w.lessons[3].hex) == 0);
	CHECK(number(&w, "over") >= SIZE - ONE / 2);
	world_end(&w);
}

static uint64_t free_bytes(struct world *w)
{
	struct statvfs st;

	CHECK(statvfs(w->station.house.payload_dir, &st) == 0);
	return (uint64_t)st.f_bavail * st.f_frsize;
}

static void the_floor_is_kept(void)
{
	struct world w;

	world_make(&w, 3);
	hold(&w, 0, 10);
	/* Others write to this disk, too: wide margins. */
	open_cache(&w, 0, free_bytes(&w) + (UINT64_C(1) << 30));
	CHECK(reserve(&w, 1, false) == STATUS_NO_ROOM);
	CHECK(strstr(w.err.text, "stay free") != NULL);
	CHECK(reserve(&w, 1, true) == STATUS_NO_ROOM && is_here(&w, 0));
	cache_free(w.cache);
	open_cache(&w, 0, 0);
	CHECK(reserve(&w, 1, false) == STATUS_OK);
	world_end(&w);
}

static void room_to_publish_ends_with_its_process(void)
{
	struct world w;

	world_make(&w, 3);
	open_cache(&w, 2 * ONE, 0);
	CHECK(cache_reserve_for(w.cache, getpid(), SIZE, &w.err) ==
	      STATUS_OK);
	CHECK(reserve(&w, 0, false) == STATUS_NO_ROOM ||
	      reserve(&w, 1, false) == STATUS_NO_ROOM);
	cache_release(w.cache, w.lessons[0].btmh);
	CHECK(cache_reserve_for(w.cache, getpid(), 0, &w.err) == STATUS_OK);
	CHECK(number(&w, "reserved") == 0);
	CHECK(cache_reserve_for(w.cache, 99999999, SIZE, &w.err) ==
	      STATUS_USAGE);
	CHECK(reserve(&w, 0, false) == STATUS_OK);
	CHECK(reserve(&w, 1, false) == STATUS_OK);
	world_end(&w);
}

static void what_a_publisher_holds_is_never_deleted(void)
{
	struct world w;

	world_make(&w, 2);
	w.county.house.conf.quota = ONE;
	w.county.house.conf.has_floor = true;
	CHECK(cache_open_alone(&w.cache, &w.county.house, &w.err) ==
	      STATUS_OK);
	cache_tick(w.cache);
	CHECK(number(&w, "over") > 0);
	CHECK(payload_disk(w.county.house.payload_dir) > 2 * SIZE);
	CHECK(cache_reserve_for(w.cache, getpid(), SIZE, &w.err) ==
	      STATUS_NO_ROOM);
	world_end(&w);
}

static void strays_count_and_go_first(void)
{
	struct world w;
	char command[16000];

	world_make(&w, 3);
	/* A power cut came before the row. */
	(void)snprintf(command, sizeof(command), "cp -r '%s/%s' '%s/%s'",
		       w.county.house.payload_dir, w.lessons[0].hex,
		       w.station.house.payload_dir,
		       "abababababababababababababababab"
		       "abababababababababababababababab");
	CHECK(system(command) == 0);
	open_cache(&w, 2 * ONE, 0);
	CHECK(number(&w, "used") >= SIZE);
	hold(&w, 0, 10);
	CHECK(reserve(&w, 1, false) == STATUS_OK);
	CHECK(w.n_discarded == 1 && is_here(&w, 0));
	CHECK(strncmp(w.discarded[0], "abab", 4) == 0);
	world_end(&w);
}

static void a_deletion_cut_short_is_finished(void)
{
	struct world w;

	world_make(&w, 2);
	hold(&w, 0, 10);
	hold(&w, 1, 11);
	/* Cut after it was decided, and after its row was forgotten. */
	OFFICE_OK(&w.station,
		  deletion_intend(w.station.house.catalog, w.lessons[0].btmh,
				  "expired", &w.station.err));
	OFFICE_OK(&w.station,
		  deletion_intend(w.station.house.catalog, w.lessons[1].btmh,
				  "expired", &w.station.err));
	OFFICE_OK(&w.station,
		  deletion_begin(w.station.house.catalog, w.lessons[1].btmh, 5,
				 &w.station.err));
	tidy_finish(&w.station.house);
	CHECK(!is_here(&w, 0) && !is_here(&w, 1));
	CHECK(!deletion_is_pending(w.station.house.catalog,
				   w.lessons[0].btmh));
	CHECK(!deletion_is_pending(w.station.house.catalog,
				   w.lessons[1].btmh));
	world_end(&w);
}

static void name_office(struct trust *trust, const struct secret_key *ack)
{
	struct recipient r = { .region = "431081",
			       .ack = *secret_key_public(ack) };
	struct seal_key *key;

	CHECK(seal_key_new(&key, "records") == STATUS_OK);
	r.key = *seal_key_public(key);
	CHECK(trust_add_recipient(trust, &r) == STATUS_OK);
	seal_key_free(key);
}

static void acked(struct world *w, const struct trust *trust,
		  const struct secret_key *office, uint64_t time_s)
{
	OFFICE_OK(&w->station,
		  clock_floor_acked(w->station.house.catalog, trust,
				    secret_key_public(office), time_s,
				    &w->station.err));
}

static void the_floor_of_time_only_grows_and_is_kept(void)
{
	struct world w;
	struct catalog *c;
	uint64_t built;
	int64_t kept = 0;
	char today[11];
	struct secret_key *office, *witness;
	struct trust nobody, trust;

	world_make(&w, 1);
	CHECK(secret_key_new(&office, "ack", KEY_COSIGNER) == STATUS_OK);
	CHECK(secret_key_new(&witness, "w", KEY_COSIGNER) == STATUS_OK);
	trust_init(&nobody);
	trust_init(&trust);
	name_office(&trust, office);
	c = w.station.house.catalog;
	built = clock_floor_s(c);
	CHECK(built > 1767225600);
	acked(&w, &trust, office, built - 5);
	CHECK(clock_floor_s(c) == built);
	acked(&w, &trust, office, 4102444800);
	acked(&w, &trust, office, built + 5);
	CHECK(clock_floor_s(c) == 4102444800);
	clock_floor_today(c, today);
	CHECK(strcmp(today, "2100-01-01") == 0);
	/* The catalog is told with each start, and keeps what is later. */
	OFFICE_OK(&w.station, clock_floor_keep(c, &w.station.err));
	CHECK(clock_floor_s(c) == 4102444800);
	/* A majority of witnesses, once heard, is believed in its place. */
	CHECK(trust_add_witness(&trust, secret_key_public(witness)) ==
	      STATUS_OK);
	OFFICE_OK(&w.station, clock_floor_settle(c, &trust, &w.station.err));
	CHECK(clock_floor_s(c) == 4102444800);
	OFFICE_OK(&w.station,
		  heard_raise(c, HEARD_WITNESS,
			      (struct bytes){ trust.witnesses[0].bytes,
					      PUBLIC_KEY_SIZE },
			      built + 9, &w.station.err));
	OFFICE_OK(&w.station, clock_floor_settle(c, &trust, &w.station.err));
	CHECK(clock_floor_s(c) == built + 9);
	/* The root keys undo it: another office is named. */
	OFFICE_OK(&w.station, clock_floor_settle(c, &nobody, &w.station.err));
	CHECK(clock_floor_s(c) == built);
	OFFICE_OK(&w.station, catalog_set_int(c, "clock.floor", 5,
					      &w.station.err));
	OFFICE_OK(&w.station, clock_floor_keep(c, &w.station.err));
	CHECK(catalog_get_int(c, "clock.floor", &kept, &w.station.err) ==
		      STATUS_OK &&
	      kept == (int64_t)built);
	trust_release(&nobody);
	trust_release(&trust);
	secret_key_free(office);
	secret_key_free(witness);
	world_end(&w);
}

int main(void)
{
	promises_are_kept_within_the_quota();
	wanted_lessons_go_only_for_what_is_wanted_more();
	the_oldest_goes_for_a_newer_one_and_does_not_come_back();
	pinned_due_busy_and_last_copies_stay();
	what_nobody_wants_goes_for_anything();
	room_is_not_promised_before_it_is_there();
	a_smaller_quota_is_reached_and_says_what_is_over();
	the_floor_is_kept();
	room_to_publish_ends_with_its_process();
	what_a_publisher_holds_is_never_deleted();
	strays_count_and_go_first();
	a_deletion_cut_short_is_finished();
	the_floor_of_time_only_grows_and_is_kept();
	return 0;
}
