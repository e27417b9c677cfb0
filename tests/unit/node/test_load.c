#include "node/drive/load.h"

#include "tests/support/villages.h"

#define HUANGCAO "431081101203"

static struct load gathered(struct shelf *s, const char *region,
			    const struct load_item *items, size_t count)
{
	struct stops stops;
	struct load load;

	SHELF_OK(stops_gather(&stops, s->c, &(struct stops_options){ 0 },
			      &s->err));
	SHELF_OK(load_gather(&load, s->c,
			     &(struct load_options){ .stops = &stops,
						     .items = items,
						     .item_count = count,
						     .region = region },
			     &s->err));
	stops_release(&stops);
	return load;
}

static const struct pack_lesson *of(const struct load *load,
				    const uint8_t *btmh)
{
	for (size_t i = 0; i < load->count; i++)
		if (memcmp(load->lessons[i].btmh, btmh, 32) == 0)
			return &load->lessons[i];
	return NULL;
}

static struct lesson offer(struct shelf *s, unsigned n, const char *region,
			   bool held)
{
	struct lesson l = lessons_make(LESSONS_ORIGIN, n);

	strcpy(l.region, region);
	shelf_log_lesson(s, 0, &l);
	shelf_settle(s);
	if (held)
		SHELF_OK(payload_put_held(s->c, l.btmh, l.bytes, 4, 1,
					  &s->err));
	return l;
}

static struct load_item item(const uint8_t *btmh, uint64_t there, bool whole)
{
	struct load_item i = { .there = there, .whole = whole };

	memcpy(i.btmh, btmh, sizeof(i.btmh));
	return i;
}

static void wanted_ones_and_our_own_held_ones_concern_it(void)
{
	struct shelf shelf, *s = &shelf;
	struct lesson wanted, ours, missing, theirs;
	const struct pack_lesson *l;
	struct load load;

	shelf_init(s);
	wanted = offer(s, 1, HUANGCAO, false);
	ours = offer(s, 2, "431081101299", true);
	missing = offer(s, 3, "431081101299", false);
	theirs = offer(s, 4, "431081102", true); /* another township's */
	village_enrol(s, 1, HUANGCAO, "黄草村");
	load = gathered(s, "431081101", NULL, 0);
	CHECK(load.count == 2);
	l = of(&load, wanted.btmh);
	CHECK(l != NULL && l->wanters == 1 && !l->here && l->local);
	CHECK(strcmp(l->date, wanted.date) == 0 && l->due[0] == 0);
	CHECK(l->bytes > wanted.bytes &&
	      l->bytes < wanted.bytes + (1 << 20));
	l = of(&load, ours.btmh);
	CHECK(l != NULL && l->wanters == 0 && l->here && l->local);
	CHECK(of(&load, missing.btmh) == NULL);
	CHECK(of(&load, theirs.btmh) == NULL);
	for (size_t i = 0; i < load.count; i++)
		CHECK(strcmp(load.rows[i].title, wanted.title) == 0 &&
		      load.rows[i].bytes == wanted.bytes);
	load_release(&load);
	shelf_release(s);
}

static void days_and_wanters_are_those_of_enrolled_stations(void)
{
	const uint8_t want[] = { 1 };
	struct village_says says = { .region = HUANGCAO, .size = 1,
				     .want = { want, 1 } };
	struct shelf shelf, *s = &shelf;
	const struct pack_lesson *l;
	struct lesson wanted;
	struct load load;

	shelf_init(s);
	wanted = offer(s, 1, "431081", true);
	village_enrol(s, 1, HUANGCAO, "黄草村");
	village_enrol(s, 2, "431081101204", "白廊村");
	says.due = "2026-05-01";
	village_tell(s, 1, &says);
	says.due = "2026-04-01";
	village_tell(s, 2, &says);
	says.due = "0001-01-01"; /* strangers */
	village_tell(s, 3, &says);
	village_tell(s, 4, &says);
	load = gathered(s, "431081", NULL, 0);
	l = of(&load, wanted.btmh);
	CHECK(l != NULL && l->wanters == 3 &&
	      strcmp(l->due, "2026-04-01") == 0);
	load_release(&load);
	shelf_release(s);
}

static void what_is_on_the_drive_is_in_it_known_or_not(void)
{
	const uint8_t foreign[32] = { 0xfe, 1 };
	struct shelf shelf, *s = &shelf;
	struct lesson far, part, back;
	const struct pack_lesson *l;
	struct load_item items[4];
	struct load load;

	shelf_init(s);
	far = offer(s, 1, "431081102", false);
	part = offer(s, 2, "431081102", false);
	back = offer(s, 3, HUANGCAO, true);
	shelf_withdraw(s, 0, back.id);
	shelf_settle(s);
	items[0] = item(foreign, 77, true);
	items[1] = item(far.btmh, far.bytes, true);
	items[2] = item(part.btmh, 1000, false);
	items[3] = item(back.btmh, back.bytes, true);
	load = gathered(s, "431081101", items, 4);
	CHECK(load.count == 4);
	l = of(&load, foreign);
	CHECK(l->foreign && !l->gone && l->on_drive && l->bytes == 77);
	l = of(&load, far.btmh);
	CHECK(!l->foreign && !l->gone && l->on_drive && l->wanters == 0);
	l = of(&load, part.btmh);
	CHECK(!l->on_drive && l->there == 1000);
	l = of(&load, back.btmh);
	CHECK(l->gone && l->on_drive && l->wanters == 0);
	load_release(&load);
	shelf_release(s);
}

static void files_of_an_older_revision_are_gone(void)
{
	const uint8_t old[32] = { 0xfd }, other[32] = { 0xfc };
	struct shelf shelf, *s = &shelf;
	struct load_item items[3];
	struct lesson l;
	struct load load;

	shelf_init(s);
	l = offer(s, 1, "431081", false);
	l.rev = 3;
	shelf_log_lesson(s, 0, &l);
	shelf_settle(s);
	items[0] = item(old, 9, true);
	strcpy(items[0].lesson, l.id);
	items[0].rev = 2;
	items[1] = item(other, 9, true); /* newer than what is known here */
	strcpy(items[1].lesson, l.id);
	items[1].rev = 4;
	/* The files of the present revision are, whatever is said of them. */
	items[2] = item(l.btmh, l.bytes, true);
	strcpy(items[2].lesson, l.id);
	items[2].rev = 1;
	load = gathered(s, "431081", items, 3);
	CHECK(load.count == 3);
	CHECK(of(&load, old)->gone && !of(&load, old)->foreign);
	CHECK(!of(&load, other)->gone && of(&load, other)->foreign);
	CHECK(!of(&load, l.btmh)->gone);
	/* A hint that is nonsense is none. */
	strcpy(items[0].lesson, "k3f9w2aa");
	load_release(&load);
	load = gathered(s, "431081", items, 3);
	CHECK(of(&load, old)->foreign);
	load_release(&load);
	shelf_release(s);
}

static void a_payload_of_two_lessons_is_one(void)
{
	struct shelf shelf, *s = &shelf;
	struct lesson a, b;
	struct load load;

	shelf_init(s);
	a = offer(s, 1, "431081", false);
	b = lessons_make(LESSONS_ORIGIN, 2);
	memcpy(b.btmh, a.btmh, sizeof(b.btmh));
	shelf_log_lesson(s, 0, &b);
	shelf_settle(s);
	village_enrol(s, 1, HUANGCAO, "黄草村");
	load = gathered(s, "431081", NULL, 0);
	CHECK(load.count == 1 && load.lessons[0].wanters == 1);
	load_release(&load);
	/* Withdrawn under one name only: it stays under the other. */
	shelf_withdraw(s, 0, b.id);
	shelf_settle(s);
	load = gathered(s, "431081",
			&(struct load_item){ .whole = true, .there = 5 }, 0);
	CHECK(load.count == 1 && !load.lessons[0].gone);
	load_release(&load);
	{
		struct load_item on = item(a.btmh, a.bytes, true);

		load = gathered(s, "431081", &on, 1);
	}
	CHECK(load.count == 1 && !load.lessons[0].gone &&
	      load.lessons[0].wanters == 1);
	CHECK(strcmp(load.rows[0].id, a.id) == 0);
	load_release(&load);
	shelf_release(s);
}

static void of_two_names_the_most_asked_for_counts_and_the_one_that_stands(void)
{
	const uint8_t both[] = { 3 }, second[] = { 2 };
	struct shelf shelf, *s = &shelf;
	struct load_item on;
	struct lesson a, b;
	struct load load;

	shelf_init(s);
	a = offer(s, 1, "431081", false);
	b = lessons_make(LESSONS_ORIGIN, 2);
	memcpy(b.btmh, a.btmh, sizeof(b.btmh));
	strcpy(b.date, "2026-01-01"); /* newer */
	shelf_log_lesson(s, 0, &b);
	shelf_settle(s);
	village_enrol(s, 1, HUANGCAO, "黄草村");
	village_enrol(s, 2, "431081101204", "白廊村");
	village_tell(s, 1, &(struct village_says){ .size = 2,
						   .want = { both, 1 },
						   .due = "2026-04-01" });
	village_tell(s, 2, &(struct village_says){ .size = 2,
						   .want = { second, 1 } });
	load = gathered(s, "", NULL, 0);
	CHECK(load.count == 1 && load.lessons[0].wanters == 2 &&
	      strcmp(load.lessons[0].due, "2026-04-01") == 0);
	load_release(&load);
	village_end(s, 1);
	village_end(s, 2);
	shelf_withdraw(s, 0, b.id);
	shelf_settle(s);
	on = item(a.btmh, a.bytes, true);
	load = gathered(s, "", &on, 1);
	CHECK(load.count == 1 && !load.lessons[0].gone);
	load_release(&load);
	shelf_release(s);
}

int main(void)
{
	wanted_ones_and_our_own_held_ones_concern_it();
	days_and_wanters_are_those_of_enrolled_stations();
	what_is_on_the_drive_is_in_it_known_or_not();
	files_of_an_older_revision_are_gone();
	a_payload_of_two_lessons_is_one();
	of_two_names_the_most_asked_for_counts_and_the_one_that_stands();
	return 0;
}
