/* The province: its offices, villages, lines, boxes and lessons.
 *
 * A LAN is a run of nodes: a village with one box or several, or the seat of a
 * township with the township's own machine and the stations beside it. */
#ifndef TESTS_SIM_WORLD_H
#define TESTS_SIM_WORLD_H

#include <stdio.h>

#include "node/budget.h"
#include "node/carrier.h"
#include "proto/place.h"
#include "tests/sim/chance.h"
#include "tests/sim/lines.h"

enum {
	BLOCKS = 32, /* of a lesson: the grain of the model */
	ALL_BLOCKS = UINT32_MAX,
	NOBODY = UINT32_MAX,
	JOB_FLOWS = 8,
	JOBS = 12, /* FETCHER_JOBS_MAX of its own, the rest for those below */
	NAME_SIZE = 64,
	STATIONS = 20230,
	STATIONS_SMALL = 200,
	LESSONS_A_DAY = 30
};

static const double MINUTE = 60, HOUR = 3600, DAY = 86400;
static const double MB = 1e6, GB = 1e9;

enum way { WAY_8, WAY_2, WAY_1, WAY_LAN, WAY_SEAT, WAY_DRIVE, WAYS };
const char *way_name(enum way way);

enum what_happens {
	AT_FLOW = 1,
	AT_NODE,	/* subject: a node that looks at its jobs */
	AT_LAN,		/* a LAN whose elections are looked at */
	AT_POWER,	/* a LAN whose power goes or comes */
	AT_LINE,	/* a LAN whose line goes or comes */
	AT_BOX,		/* a box that is switched on or off, or replaced */
	AT_DEATH,
	AT_CLOCK,	/* a box gets to know the time */
	AT_PUBLISHED,	/* a lesson */
	AT_STOP,	/* a drive on its way */
	AT_HOURS,	/* rules by the hour may change */
	AT_DAY		/* the report of a day */
};

struct course {
	uint8_t btmh[32];
	char region[REGION_MAX + 1];
	char title[NAME_SIZE];
	const char *topic;
	double bytes;
	uint32_t pieces;
	double published; /* negative: before the week */
	char date[11], due[11], expires[11];
	uint32_t supersedes; /* another lesson, or NOBODY */
	uint32_t publisher;  /* the node of its office */
	bool withdrawn;
	bool named; /* by the present revision */
	struct timer timer;
};

/* What a node has of a lesson it wants, wanted, or gets for others. */
struct stock {
	uint32_t lesson;
	uint32_t have;	/* blocks */
	bool wanted;
	bool asked;	/* somebody below wants it */
	bool pinned;
	bool reserved;	/* its room is taken */
	bool evicted;	/* deleted to make room */
	uint8_t rests;
	uint8_t part_block[JOB_FLOWS];
	float part[JOB_FLOWS]; /* of a block, that came before a break */
	float known, held_at; /* seconds; held_at < 0: not yet */
	float reached_at; /* when it was first held while wanted; or < 0 */
	float used_at, added;
	float rest_until;
	float by_drive; /* the share that a drive brought */
};

struct job {
	uint32_t lesson; /* NOBODY: free */
	uint32_t flows[JOB_FLOWS];
	uint8_t n_flows;
	bool carries, queued;
	bool for_others;
	uint32_t pending; /* blocks asked for */
	double moved;	  /* when something last came */
	double last_told; /* to the elections, and so many pieces then */
	uint32_t told_pieces;
};

struct node {
	enum level level;
	enum way way;
	char region[REGION_MAX + 1];
	uint32_t lan, upstream;
	uint32_t township, county; /* indexes; NOBODY above */
	uint8_t key[CARRIER_KEY_SIZE];
	bool up, dead;
	bool evenings; /* switched on in the evenings only */
	bool has_clock, learns_clock, clock_known;
	bool excludes; /* no opera here */
	double quota, used;
	double up_since, down_since;
	double proven; /* the latest time it knew before it forgot; 0 none */
	struct stock *stock;
	uint32_t n_stock, stock_room;
	struct job *jobs; /* NULL while there are none */
	uint32_t n_jobs;
	struct carriers *carriers;
	const struct budget_plan *plan; /* NULL: no limits */
	struct budget *budget;
	struct timer look, box, death, clock;
	uint64_t *known_held; /* what the office has heard it holds */
	double heard_at;      /* when the statement was made; -1 never */
	uint32_t deletions;
	bool no_room;
};

/* What came over the line of a LAN of one lesson. */
struct crossing {
	uint32_t lesson, blocks, carrier;
	double two_since; /* since when two carry it; 0: they do not */
};

struct lan {
	uint32_t first, count;
	uint32_t township;
	char name[NAME_SIZE];
	bool has_line, line_up, power;
	double down, up; /* bytes a second */
	double bytes_down, bytes_up, copies; /* copies: bytes that were new */
	double again;  /* that had come before */
	double near; /* that a living neighbour had when they were asked for */
	struct crossing *crossings;
	uint32_t n_crossings, crossings_room;
	uint32_t stops; /* visits of a drive */
	double last_stop;
	struct timer look, power_timer, line_timer;
};

struct township {
	char name[NAME_SIZE];
	char region[REGION_MAX + 1];
	uint32_t county, lan, node;
	uint32_t first_lan, lans; /* its villages, the seat first */
	bool drive_only;
	uint32_t drives; /* the first of its two */
};

struct county {
	char name[NAME_SIZE];
	char region[REGION_MAX + 1];
	uint32_t node, first_township, townships;
	struct { uint32_t blocks; } *sent; /* by lesson: what left it once */
	double sent_once;
};

struct drive;
struct swarms;

struct options {
	uint64_t seed;
	bool small, json, without_carriers, lacks;
	double days, after;
	uint32_t stations;
};

struct tally {
	uint64_t events, plans, elections, takeovers, evictions, rested;
	uint64_t power_cuts, line_cuts, deaths, replaced, stops, stops_dark;
	uint64_t pulled_early, blocks_lost, refetched_after_eviction;
	uint64_t ended_twice, two_carriers, no_clock_hours;
	double lan_bytes, line_bytes, drive_bytes, drive_loaded;
	double wasted; /* bytes of flows that were broken off and not kept */
	uint64_t evicted_why[8];
};

struct world {
	struct options o;
	struct chance chance;
	struct timers timers;
	struct lines lines;
	double now, end, first_day;
	struct county *counties;
	struct township *townships;
	struct lan *lans;
	struct node *nodes;
	struct course *lessons;
	struct drive *drives;
	struct swarms *swarms;
	uint32_t n_counties, n_townships, n_lans, n_nodes, n_lessons, n_drives;
	uint32_t n_stations;
	struct timer day, hours;
	struct { uint32_t node, lesson; } *ready;
	uint32_t n_ready, ready_room, ready_at;
	struct tally tally;
	struct report *report;
	FILE *trace;
};

/* All of it, from the seed; nothing has happened yet. */
void world_make(struct world *w);
void world_release(struct world *w);

static inline uint32_t line_down(uint32_t lan) { return 3 * lan; }
static inline uint32_t line_up(uint32_t lan) { return 3 * lan + 1; }
static inline uint32_t line_inside(uint32_t lan) { return 3 * lan + 2; }

struct budget_time world_time(const struct world *w, const struct node *n);
/* "2026-03-07" of a moment of the week. */
void world_date(double at, char out[static 11]);
/* "资兴市 兴宁镇 联坪村 2" */
void world_name(const struct world *w, uint32_t node, char *out, size_t size);
/* The line the node is at and by which it is limited now: may it fetch from
 * beyond its LAN, and how fast? 0: not at all. */
double node_beyond(const struct world *w, const struct node *n);
bool node_has_way(const struct world *w, const struct node *n);

#endif
