/* How the province comes to be. Shares and sizes are those of
 * docs/simulation.md, "The world". */
#include "tests/sim/world.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/torrentfile.h"
#include "tests/sim/placenames.h"
#include "tests/support/check.h"

static const double MBIT = 125000;

/* A metered line: at night all of it, by day little or nothing. */
static const struct budget_plan plans[] = {
	{ .count = 2,
	  .rules = { { 0x7f, 22 * 60, 6 * 60, { UINT64_MAX, UINT64_MAX } },
		     { 0x7f, 0, 1440, { 25000, 12500 } } } },
	{ .count = 2,
	  .rules = { { 0x7f, 22 * 60, 6 * 60, { UINT64_MAX, UINT64_MAX } },
		     { 0x7f, 0, 1440, { 0, 0 } } } },
	{ .cap = UINT64_C(20000000000), .reserve = UINT64_C(2000000000) },
};

const char *way_name(enum way way)
{
	static const char *const names[] = {
		[WAY_8] = "8 Mbit/s", [WAY_2] = "2 Mbit/s",
		[WAY_1] = "1 Mbit/s", [WAY_LAN] = "LAN of a village",
		[WAY_SEAT] = "LAN of a township", [WAY_DRIVE] = "drive only",
	};

	return names[way];
}

/* --- growing lists --- */

static void *grown(void *list, uint32_t count, size_t size)
{
	/* At powers of two, from 64 on. */
	if (count >= 64 && (count & (count - 1)) != 0)
		return list;
	if (count != 0 && count < 64)
		return list;
	list = realloc(list, (count == 0 ? 64 : 2 * (size_t)count) * size);
	CHECK(list != NULL);
	return list;
}

static struct node *add_node(struct world *w, enum level level,
			     const char *region)
{
	struct node *n;

	w->nodes = grown(w->nodes, w->n_nodes, sizeof(*w->nodes));
	n = &w->nodes[w->n_nodes++];
	*n = (struct node){ .level = level, .lan = w->n_lans - 1,
			    .upstream = NOBODY, .township = NOBODY,
			    .county = NOBODY, .up = true, .has_clock = true,
			    .clock_known = true, .heard_at = -1 };
	strcpy(n->region, region);
	chance_fill(&w->chance, n->key, sizeof(n->key));
	n->quota = 2e12;
	w->lans[n->lan].count++;
	return n;
}

static struct lan *add_lan(struct world *w, uint32_t township, double down,
			   double up)
{
	struct lan *lan;

	w->lans = grown(w->lans, w->n_lans, sizeof(*w->lans));
	lan = &w->lans[w->n_lans++];
	*lan = (struct lan){ .first = w->n_nodes, .township = township,
			     .has_line = down > 0, .line_up = true,
			     .power = true, .down = down * MBIT,
			     .up = up * MBIT };
	return lan;
}

/* --- boxes --- */

static void add_station(struct world *w, enum way way, uint32_t county,
			uint32_t township)
{
	struct township *t = &w->townships[township];
	double kind = chance_unit(&w->chance);
	char region[REGION_MAX + 1];
	struct node *n;

	(void)snprintf(region, sizeof(region), "%.9s%03u", t->region,
		       (200 + w->lans[w->n_lans - 1].count + w->n_lans -
			t->first_lan) % 1000);
	n = add_node(w, LEVEL_STATION, region);
	n->way = way;
	n->county = county;
	n->township = township;
	if (way != WAY_DRIVE)
		n->upstream = t->node;
	n->quota = kind < 0.25 ? 12 * GB :
		   kind < 0.7  ? chance_spread(&w->chance, 32, 64) * GB :
				 200 * GB;
	n->evenings = chance_of(&w->chance, 0.05);
	n->has_clock = chance_of(&w->chance, 0.6);
	n->learns_clock = chance_of(&w->chance, 0.9);
	n->excludes = chance_of(&w->chance, 0.03);
	n->known_held = NULL;
	w->n_stations++;
}

static void limit_lan(struct world *w, const struct lan *lan,
		      const struct budget_plan *plan)
{
	for (uint32_t i = lan->first; i < lan->first + lan->count; i++)
		w->nodes[i].plan = plan;
}

/* One village: a box, or several on one LAN. Returns how many. */
static uint32_t add_village(struct world *w, uint32_t county,
			    uint32_t township, uint32_t most)
{
	double size = chance_unit(&w->chance);
	double kind = chance_unit(&w->chance);
	uint32_t boxes = size < 0.82 ? 1 : size < 0.94 ? 2 :
			 chance_between(&w->chance, 3, 8);
	bool lined = !w->townships[township].drive_only &&
		     chance_of(&w->chance, 0.80);
	enum way way = !lined ? WAY_DRIVE : kind < 0.35 ? WAY_8 :
		       kind < 0.75 ? WAY_2 : WAY_1;
	static const double down[] = { 8, 2, 1, 0, 0, 0 };
	static const double up[] = { 1, 0.5, 0.25, 0, 0, 0 };
	struct lan *lan;

	boxes = boxes > most ? most : boxes;
	lan = add_lan(w, township, down[way], up[way]);
	village_called(w->n_lans - w->townships[township].first_lan,
		       township, lan->name, sizeof(lan->name));
	for (uint32_t i = 0; i < boxes; i++)
		add_station(w, i == 0 || !lined ? way : WAY_LAN, county,
			    township);
	lan = &w->lans[w->n_lans - 1];
	if (lined && chance_of(&w->chance, 0.12))
		limit_lan(w, lan,
			  &plans[chance_below(&w->chance, 3)]);
	return boxes;
}

static void add_seat(struct world *w, uint32_t county, uint32_t township,
		     uint32_t boxes)
{
	static const double rates[] = { 2, 4, 8, 10, 20 };
	struct township *t = &w->townships[township];
	double down = t->drive_only ? 0 : rates[chance_below(&w->chance, 5)];
	struct lan *lan = add_lan(w, township, down,
				  down == 2 ? 0.5 : down / 4);
	struct node *n;

	(void)snprintf(lan->name, sizeof(lan->name), "镇上");
	t->lan = w->n_lans - 1;
	n = add_node(w, LEVEL_TOWNSHIP, t->region);
	t->node = w->n_nodes - 1;
	n->county = county;
	n->township = township;
	n->way = t->drive_only ? WAY_DRIVE : WAY_SEAT;
	n->upstream = t->drive_only ? NOBODY : w->counties[county].node;
	n->excludes = chance_of(&w->chance, 0.1);
	for (uint32_t i = 0; i < boxes; i++)
		add_station(w, t->drive_only ? WAY_DRIVE : WAY_SEAT, county,
			    township);
}

static void add_township(struct world *w, uint32_t county, uint32_t stations)
{
	uint32_t number = w->n_townships, seat;
	struct county *c = &w->counties[county];
	struct township *t;

	w->townships = grown(w->townships, number, sizeof(*w->townships));
	t = &w->townships[number];
	*t = (struct township){ .county = county, .first_lan = w->n_lans };
	township_called(county, c->townships++, c->region, t->name,
			sizeof(t->name), t->region);
	w->n_townships++;
	/* One of them for certain, so that the small world has one. */
	t->drive_only = number == 3 || chance_of(&w->chance, 0.06);
	seat = chance_below(&w->chance, 4);
	seat = seat > stations ? stations : seat;
	add_seat(w, county, number, seat);
	for (uint32_t left = stations - seat; left > 0;)
		left -= add_village(w, county, number, left);
	w->townships[number].lans = w->n_lans - w->townships[number].first_lan;
}

static void add_county(struct world *w)
{
	static const double rates[] = { 20, 50, 100 };
	uint32_t number = w->n_counties;
	unsigned townships = chance_between(&w->chance, 10, 30);
	double rate = rates[chance_below(&w->chance, 3)];
	struct county *c;
	struct node *n;

	w->counties = grown(w->counties, number, sizeof(*w->counties));
	c = &w->counties[number];
	memset(c, 0, sizeof(*c));
	c->first_township = w->n_townships;
	county_called(number, c->name, sizeof(c->name), c->region);
	w->n_counties++;
	(void)add_lan(w, NOBODY, rate, rate);
	strcpy(w->lans[w->n_lans - 1].name, "县里");
	n = add_node(w, LEVEL_COUNTY, c->region);
	n->upstream = 0;
	n->county = number;
	c->node = w->n_nodes - 1;
	for (unsigned i = 0;
	     i < townships && w->n_stations < w->o.stations; i++) {
		double u = chance_unit(&w->chance);
		uint32_t stations = 3 + (uint32_t)(37 * u * u);

		if (w->n_stations + stations > w->o.stations)
			stations = w->o.stations - w->n_stations;
		add_township(w, number, stations);
	}
}

/* --- lessons --- */

void world_date(double at, char out[static 11])
{
	/* The week begins on Monday, the 2nd of March 2026. */
	time_t when = (time_t)(1772409600 + at);
	struct tm tm;
	char text[32];

	(void)gmtime_r(&when, &tm);
	(void)strftime(text, sizeof(text), "%Y-%m-%d", &tm);
	memcpy(out, text, 11);
}

/* A county's and its townships' come from the county, others from above. */
static uint32_t office_of(const struct world *w, const char *region)
{
	for (uint32_t i = 0; i < w->n_counties && strlen(region) >= 6; i++)
		if (strncmp(region, w->counties[i].region, 6) == 0)
			return w->counties[i].node;
	return 0;
}

static struct course *add_lesson(struct world *w, const char *region,
				 double published)
{
	uint32_t number = w->n_lessons;
	struct course *l;

	w->lessons = grown(w->lessons, number, sizeof(*w->lessons));
	l = &w->lessons[w->n_lessons++];
	*l = (struct course){ .published = published, .named = true,
			      .supersedes = NOBODY,
			      .publisher = office_of(w, region) };
	chance_fill(&w->chance, l->btmh, sizeof(l->btmh));
	strcpy(l->region, region);
	l->topic = topic_called(number);
	lesson_called(number, l->title, sizeof(l->title));
	l->bytes = chance_size(&w->chance, 50 * MB, 2 * GB);
	l->pieces = (uint32_t)(l->bytes / (double)torrentfile_piece_length(
						  (uint64_t)l->bytes)) + 1;
	world_date(published, l->date);
	return l;
}

/* What was there before the week: a part of it expired. */
static void add_old(struct world *w, const char *region, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		double age = chance_spread(&w->chance, 10, 400) * DAY;
		struct course *l = add_lesson(w, region, -age);

		if (chance_of(&w->chance, 0.3))
			world_date(-age + 60 * DAY, l->expires);
	}
}

static void city_of(uint32_t n, char region[REGION_MAX + 1])
{
	(void)snprintf(region, REGION_MAX + 1, "43%02u", n % CITIES + 1);
}

/* Most concern one county, some a township, some the city, one a day or so the
 * province. */
static void choose_region(struct world *w, char region[REGION_MAX + 1])
{
	double kind = chance_unit(&w->chance);
	uint32_t county = chance_below(&w->chance, w->n_counties);

	if (kind < 0.035)
		strcpy(region, "43");
	else if (kind < 0.1)
		city_of(chance_below(&w->chance, CITIES), region);
	else if (kind < 0.2)
		strcpy(region,
		       w->townships[chance_below(&w->chance, w->n_townships)]
			       .region);
	else
		strcpy(region, w->counties[county].region);
}

static void add_new(struct world *w, double published)
{
	char region[REGION_MAX + 1];
	uint32_t old = w->n_lessons == 0 ? NOBODY :
			       chance_below(&w->chance, w->n_lessons);
	struct course *l;

	choose_region(w, region);
	if (chance_of(&w->chance, 0.05) && old != NOBODY)
		strcpy(region, w->lessons[old].region);
	else
		old = NOBODY;
	l = add_lesson(w, region, published);
	l->supersedes = old;
	if (chance_of(&w->chance, 0.1))
		world_date(published + 4 * DAY, l->due);
}

static void make_lessons(struct world *w)
{
	unsigned each_day = w->o.small ? 2 : LESSONS_A_DAY;
	char region[REGION_MAX + 1];

	add_old(w, "43", 6);
	for (uint32_t i = 0; i < CITIES; i++) {
		city_of(i, region);
		add_old(w, region, w->o.small && i > 0 ? 0 : 2);
	}
	for (uint32_t i = 0; i < w->n_counties; i++)
		add_old(w, w->counties[i].region, 8);
	/* Offices publish while they work. */
	for (double day = 0; day < w->o.days; day++)
		for (unsigned i = 0; i < each_day; i++)
			add_new(w, day * DAY + chance_spread(&w->chance, 8,
							     18) * HOUR);
}

/* --- all of it --- */

static void set_lines(struct world *w)
{
	lines_init(&w->lines, 3 * w->n_lans, &w->timers, AT_FLOW);
	for (uint32_t i = 0; i < w->n_lans; i++) {
		line_change(&w->lines, line_down(i), w->lans[i].down, 0);
		line_change(&w->lines, line_up(i), w->lans[i].up, 0);
		line_change(&w->lines, line_inside(i), 60 * MBIT, 0);
	}
}

void world_make(struct world *w)
{
	w->chance.state = w->o.seed;
	(void)add_lan(w, NOBODY, 1000, 1000);
	strcpy(w->lans[0].name, "省里");
	(void)add_node(w, LEVEL_COUNTY, "43");
	while (w->n_stations < w->o.stations)
		add_county(w);
	make_lessons(w);
	for (uint32_t i = 0; i < w->n_counties; i++) {
		w->counties[i].sent = calloc(w->n_lessons,
					     sizeof(*w->counties[i].sent));
		CHECK(w->counties[i].sent != NULL);
	}
	set_lines(w);
}

void world_release(struct world *w)
{
	for (uint32_t i = 0; i < w->n_nodes; i++) {
		free(w->nodes[i].stock);
		free(w->nodes[i].jobs);
		free(w->nodes[i].known_held);
		carriers_free(w->nodes[i].carriers);
		budget_free(w->nodes[i].budget);
	}
	for (uint32_t i = 0; i < w->n_counties; i++)
		free(w->counties[i].sent);
	for (uint32_t i = 0; i < w->n_lans; i++)
		free(w->lans[i].crossings);
	lines_release(&w->lines);
	timers_release(&w->timers);
	free(w->nodes);
	free(w->counties);
	free(w->lans);
	free(w->townships);
	free(w->lessons);
	free(w->ready);
}

/* --- questions --- */

struct budget_time world_time(const struct world *w, const struct node *n)
{
	double day = w->now / DAY;
	double of_day = w->now - DAY * (double)(int64_t)day;

	return (struct budget_time){ .known = n->clock_known,
				     .weekday = (unsigned)day % 7,
				     .minute = (unsigned)(of_day / MINUTE),
				     .month = 2026 * 12 + 2 };
}

bool node_has_way(const struct world *w, const struct node *n)
{
	return n->upstream != NOBODY && w->lans[n->lan].has_line &&
	       w->nodes[n->upstream].lan != n->lan;
}

double node_beyond(const struct world *w, const struct node *n)
{
	struct budget_time time = world_time(w, n);
	uint64_t rate;

	if (!node_has_way(w, n) || !w->lans[n->lan].line_up)
		return 0;
	if (n->plan == NULL)
		return 1e12;
	if (n->budget != NULL) {
		budget_tick(n->budget, &time, (int64_t)(w->now * 1000));
		if (!budget_open(n->budget, BUDGET_DOWN, BUDGET_BACKGROUND,
				 NULL))
			return 0;
	}
	rate = budget_rate(n->plan, &time, BUDGET_DOWN);
	return rate == UINT64_MAX ? 1e12 : (double)rate;
}

void world_name(const struct world *w, uint32_t node, char *out, size_t size)
{
	const struct node *n = &w->nodes[node];
	const struct lan *lan = &w->lans[n->lan];

	if (n->county == NOBODY)
		(void)snprintf(out, size, "湖南省");
	else if (n->township == NOBODY)
		(void)snprintf(out, size, "%s", w->counties[n->county].name);
	else if (n->level == LEVEL_TOWNSHIP)
		(void)snprintf(out, size, "%s %s", w->counties[n->county].name,
			       w->townships[n->township].name);
	else
		(void)snprintf(out, size, "%s %s %s %s",
			       w->counties[n->county].name,
			       w->townships[n->township].name, lan->name,
			       n->region);
}
