/* A province for a week: the node's own decisions, driven over thousands of
 * boxes, lines and drives (docs/simulation.md).
 *
 * Usage: province [--small] [--seed N] [--stations N] [--days N] [--after N]
 *                 [--without-carriers] [--json] [--lacks] [--check]
 *
 *   --small             200 stations instead of 20,230 (also XIANGTU_SIM=small)
 *   --days N            of publishing (7); --after N: quiet days behind (1)
 *   --without-carriers  everybody fetches by himself, for comparison
 *   --lacks             every lesson that a connected box wants and never had
 *   --check             fail unless coverage and invariants are as promised
 */
#include <getopt.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/sim/couriers.h"
#include "tests/sim/elections.h"
#include "tests/sim/jobs.h"
#include "tests/sim/measures.h"
#include "tests/sim/news.h"
#include "tests/sim/power.h"
#include "tests/sim/report.h"
#include "tests/sim/swarms.h"
#include "tests/support/check.h"

static void happens(struct world *w, const struct timer *t)
{
	switch ((enum what_happens)t->kind) {
	case AT_FLOW:
		flow_came(w, t->subject);
		break;
	case AT_NODE:
		jobs_look(w, t->subject);
		break;
	case AT_LAN:
		election_look(w, t->subject);
		break;
	case AT_POWER:
		power_turns(w, t->subject);
		break;
	case AT_LINE:
		line_turns(w, t->subject);
		break;
	case AT_BOX:
		box_turns(w, t->subject);
		break;
	case AT_DEATH:
		box_dies(w, t->subject);
		break;
	case AT_CLOCK:
		clock_known(w, t->subject);
		break;
	case AT_PUBLISHED:
		news_published(w, t->subject);
		break;
	case AT_STOP:
		courier_arrives(w, t->subject);
		break;
	case AT_HOURS:
		hours_turn(w);
		break;
	case AT_DAY:
		report_day(w);
		timer_set(&w->timers, &w->day, w->now + DAY);
		break;
	}
}

static void run(struct world *w)
{
	struct timer *t;

	while ((t = timers_take(&w->timers)) != NULL && t->at <= w->end) {
		CHECK(t->at >= w->now);
		w->now = t->at;
		w->tally.events++;
		happens(w, t);
	}
	w->now = w->end;
}

static bool promise(bool kept, const char *what, double figure)
{
	if (!kept)
		fprintf(stderr, "province: %s: %.4f\n", what, figure);
	return kept;
}

/* Lessons that lie where a decision could have brought them, of all wanted. */
static double left_lying(const struct world *w, const struct measures *m)
{
	static const enum why ours[] = { WHY_EVICTED, WHY_UPSTREAM_LACKS,
					 WHY_COMING, WHY_BEHIND, WHY_WAITS };
	const struct coverage *last = &w->report->days[w->report->n_days - 1];
	uint64_t count = 0;

	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		count += m->why[0][ours[i]];
	return (double)count / (double)last->pairs[0];
}

/* What the small world must show; the large one is judged by people. */
static int judge(const struct world *w)
{
	const struct coverage *last = &w->report->days[w->report->n_days - 1];
	double all = report_connected(last, false);
	struct measures m;
	bool kept = true;

	measures_take(&m, w);
	kept &= promise(all >= 0.98, "connected boxes hold too little", all);
	kept &= promise(left_lying(w, &m) <= 0.001,
			"lacking without a reason outside the program",
			left_lying(w, &m));
	kept &= promise(m.near <= 0.001 * w->tally.line_bytes,
			"bytes crossed a line that a living neighbour had",
			m.near / w->tally.line_bytes);
	kept &= promise(m.township.p95 <= 1.01, "copies over township lines",
			m.township.p95);
	kept &= promise(m.village.p95 <= 1.06, "copies over village lines",
			m.village.p95);
	return kept ? 0 : 1;
}

static const struct option words[] = {
	{ "small", no_argument, NULL, 's' },
	{ "seed", required_argument, NULL, 'n' },
	{ "stations", required_argument, NULL, 'b' },
	{ "days", required_argument, NULL, 'd' },
	{ "after", required_argument, NULL, 'a' },
	{ "without-carriers", no_argument, NULL, 'w' },
	{ "json", no_argument, NULL, 'j' },
	{ "lacks", no_argument, NULL, 'l' },
	{ "check", no_argument, NULL, 'c' },
	{ 0 },
};

static bool read_options(int argc, char **argv, struct options *o, bool *check)
{
	const char *size = getenv("XIANGTU_SIM");
	int word;

	*o = (struct options){ .seed = 1, .days = 7, .after = 1,
			       .small = size != NULL &&
					strcmp(size, "small") == 0 };
	while ((word = getopt_long(argc, argv, "", words, NULL)) != -1)
		switch (word) {
		case 's': o->small = true; break;
		case 'n': o->seed = strtoull(optarg, NULL, 10); break;
		case 'b': o->stations = (uint32_t)atoi(optarg); break;
		case 'd': o->days = atoi(optarg); break;
		case 'a': o->after = atoi(optarg); break;
		case 'w': o->without_carriers = true; break;
		case 'j': o->json = true; break;
		case 'l': o->lacks = true; break;
		case 'c': *check = true; break;
		default: return false;
		}
	if (o->stations == 0)
		o->stations = o->small ? STATIONS_SMALL : STATIONS;
	return o->days >= 1 && o->days + o->after <= REPORT_DAYS - 1 &&
	       optind == argc;
}

int main(int argc, char **argv)
{
	static struct world w;
	static struct report report;
	bool check = false;
	int wrong = 0;
	clock_t began = clock();

	if (!read_options(argc, argv, &w.o, &check)) {
		fprintf(stderr, "province: see docs/simulation.md\n");
		return 2;
	}
	/* What a node remembers of elections is large and hardly touched. */
	(void)mallopt(M_MMAP_THRESHOLD, 128 << 10);
	w.report = &report;
	w.end = (w.o.days + w.o.after) * DAY + 1;
	world_make(&w);
	w.swarms = swarms_new();
	power_begin(&w);
	news_begin(&w);
	couriers_begin(&w);
	w.day = (struct timer){ .kind = AT_DAY };
	timer_set(&w.timers, &w.day, DAY);
	run(&w);
	report_print(&w);
	if (!w.o.json)
		printf("%.1f s of processor time\n",
		       (double)(clock() - began) / CLOCKS_PER_SEC);
	if (check)
		wrong = judge(&w);
	couriers_release(&w);
	swarms_free(w.swarms);
	world_release(&w);
	return wrong;
}
