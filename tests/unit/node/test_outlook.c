#include "node/drive/outlook.h"

#include "tests/support/villages.h"

#define HUANGCAO "431081101203"
#define BAILANG "431081101204"

struct run {
	struct shelf shelf;
	struct lesson l[4];
	struct stops stops;
	struct load load;
	enum pack_act acts[4];
	struct outlook outlook;
};

/* Four lessons of 1000 bytes for the county, and one that only a village
 * wants; `last` is the size of the last. */
static void prepare(struct run *r, uint64_t last)
{
	struct shelf *s = &r->shelf;

	shelf_init(s);
	for (unsigned n = 0; n < 4; n++) {
		r->l[n] = lessons_make(LESSONS_ORIGIN, n);
		r->l[n].bytes = n == 3 ? last : 1000;
		strcpy(r->l[n].region, n == 0 ? BAILANG : "431081");
		shelf_log_lesson(s, 0, &r->l[n]);
	}
	shelf_settle(s);
}

static size_t index_of(const struct run *r, unsigned n)
{
	for (size_t i = 0; i < r->load.count; i++)
		if (memcmp(r->load.lessons[i].btmh, r->l[n].btmh, 32) == 0)
			return i;
	abort();
}

static void gather(struct run *r)
{
	struct shelf *s = &r->shelf;

	SHELF_OK(stops_gather(&r->stops, s->c, &(struct stops_options){ 0 },
			      &s->err));
	SHELF_OK(load_gather(&r->load, s->c,
			     &(struct load_options){ .stops = &r->stops,
						     .region = "431081" },
			     &s->err));
}

static void look(struct run *r)
{
	struct shelf *s = &r->shelf;

	SHELF_OK(outlook_gather(&r->outlook, s->c, &r->load, r->acts,
				&r->stops, &s->err));
	CHECK(r->outlook.count == r->stops.count);
}

static void end(struct run *r)
{
	outlook_release(&r->outlook);
	load_release(&r->load);
	stops_release(&r->stops);
	shelf_release(&r->shelf);
}

static enum outlook_why why(const struct run *r, size_t stop, unsigned n)
{
	const struct outlook_stop *o = &r->outlook.stops[stop];

	for (size_t i = 0; i < o->count; i++)
		if (o->lines[i].lesson == index_of(r, n))
			return o->lines[i].why;
	abort();
}

static void each_stop_has_what_comes_and_what_does_not(void)
{
	struct run r;

	prepare(&r, 1000);
	village_enrol(&r.shelf, 1, HUANGCAO, "黄草村");
	village_enrol(&r.shelf, 2, BAILANG, "白廊村");
	gather(&r);
	CHECK(r.load.count == 4);
	r.acts[index_of(&r, 0)] = PACK_LOAD;
	r.acts[index_of(&r, 1)] = PACK_KEEP;
	r.acts[index_of(&r, 2)] = PACK_NO_ROOM;
	r.acts[index_of(&r, 3)] = PACK_NOT_HERE;
	look(&r);
	CHECK(r.outlook.stops[0].count == 3 && r.outlook.stops[1].count == 4);
	CHECK(r.outlook.stops[0].comes == 1 && r.outlook.stops[1].comes == 2);
	CHECK(r.outlook.stops[1].bytes == 2000);
	CHECK(why(&r, 1, 0) == OUTLOOK_COMES && why(&r, 0, 1) == OUTLOOK_COMES);
	CHECK(why(&r, 0, 2) == OUTLOOK_NO_ROOM);
	CHECK(why(&r, 0, 3) == OUTLOOK_NOT_HERE);
	CHECK(strcmp(outlook_why_name(OUTLOOK_NOT_HERE), "not_here") == 0);
	end(&r);
}

static void a_station_takes_no_more_than_it_has_room_for(void)
{
	const uint8_t want[] = { 0x0f };
	struct run r;

	prepare(&r, 4500); /* a statement of tests tells of 5000 bytes */
	village_tell(&r.shelf, 1,
		     &(struct village_says){ .region = HUANGCAO, .size = 4,
					     .want = { want, 1 },
					     .due = "2026-04-01",
					     .due_entry = 2 });
	gather(&r);
	for (size_t i = 0; i < 4; i++)
		r.acts[i] = PACK_LOAD;
	look(&r);
	CHECK(r.outlook.stops[0].count == 4);
	CHECK(r.outlook.stops[0].comes == 3);
	CHECK(r.outlook.stops[0].bytes == 3000);
	CHECK(why(&r, 0, 3) == OUTLOOK_STATION_FULL);
	for (size_t i = 0; i < 4; i++)
		CHECK((r.outlook.stops[0].lines[i].due[0] != 0) ==
		      (r.outlook.stops[0].lines[i].lesson == index_of(&r, 2)));
	end(&r);
}

int main(void)
{
	each_stop_has_what_comes_and_what_does_not();
	a_station_takes_no_more_than_it_has_room_for();
	return 0;
}
