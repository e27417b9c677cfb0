/* The month's report of an office: who studied for how long, where; which
 * stations are at zero, and which were not heard from.
 *
 * It joins two databases: who is enrolled stands in node.db
 * (catalog/stations.h), what was studied in records.db
 * (catalog/schema_imported.c). A month that is closed is told as it was when it
 * was closed (catalog/bulletin.h), and what came later beside it.
 *
 * A **place** is what an office counts as one station: an enrolment that
 * stands, with the boxes whose place it took (`replaces`), as far as those are
 * retired. It counts in the months in which it stood, the first and the last
 * included, and in those of which something came from it; where its node says
 * that it is a township's or a county's own, in the latter alone, and gives its
 * region a name. All minutes are
 * milliseconds here; nobody is named.
 *
 * Where a place stands in a month:
 *
 *     reached   its minutes without doubtful ones are the norm or more
 *     silent    else, when nobody knows: its newest batch was sealed before
 *               the month ended (before it was retired); in a month that still
 *               runs, more than REPORT_SILENT_S ago
 *     zero      else, when nothing was studied, nor at an uncertain date that
 *               may be in this month
 *     below     else
 *
 * Threads: whoever owns the connections; 20,000 stations take about a second,
 * so that a node asks for it on a worker. */
#ifndef CATALOG_REPORT_H
#define CATALOG_REPORT_H

#include <jansson.h>

#include "catalog/catalog.h"
#include "catalog/entry.h"

enum {
	REPORT_SILENT_S = 7 * 86400,
	REPORT_MONTHS = 13, /* so many months are told beside this one */
	REPORT_STATIONS_MAX = 200000
};

enum report_kind {
	REPORT_OPEN,	   /* nobody signed in */
	REPORT_COLLECTIVE, /* in a study */
	REPORT_PERSONAL,   /* by a card */
	REPORT_HAND,	   /* written by hand into a register */
	REPORT_KINDS
};

struct report_sums {
	int64_t ms[REPORT_KINDS];
	int64_t doubtful_ms; /* of those above */
	int64_t collective, personal; /* studies, visits with a card */
	int64_t people;	 /* heads of studies and visits */
	int64_t lessons; /* different ones */
	unsigned flags;	 /* enum imported_flag of what it was summed from */
};

enum report_state {
	REPORT_REACHED,
	REPORT_BELOW,
	REPORT_ZERO,
	REPORT_SILENT,
	REPORT_STATES
};

/* Of a place, of several, or of all. */
struct report_row {
	char region[REGION_MAX + 1]; /* "" of a group, and of all */
	char name[ENTRY_NAME_MAX + 1]; /* "" where nobody is enrolled there */
	struct report_sums sums;
	/* Of sessions that may be in this month, and may not. */
	int64_t uncertain_ms, uncertain;
	int64_t before_ms; /* all minutes of the month before, */
	bool has_before;   /* where something is known of it */
	unsigned stations, state[REPORT_STATES];
	unsigned rank; /* 1 is best; 0 when nobody asked */
};

struct report_station {
	struct report_row row;
	uint8_t key[PUBLIC_KEY_SIZE]; /* the box that stands now */
	enum report_state state;
	bool ended; /* retired, and nothing took its place */
	char since[LESSON_DATE_SIZE + 1], until[LESSON_DATE_SIZE + 1]; /* "" */
	char *groups; /* lines; never NULL */
	unsigned replaced; /* boxes it took the place of */
	int64_t through_s; /* its newest batch was sealed then; 0: none came */
	/* The log of a box that stood in this month has two histories; the box
	 * that stands now is one. */
	bool forked, box_forked;
	bool office; /* its node says that it is a township's or a county's */
	char *machine; /* its newest machine item, JSON; NULL */
	/* Different lessons, as catalog numbers: in the report's pool. */
	size_t lessons_at, lesson_count;
	struct report_sums late; /* of a closed month: what came later */
	bool has_late;

	/* private */
	uint32_t number;
	bool counts; /* in this month */
};

struct report_query {
	int month; /* proto/month.h */
	const char *region; /* only what lies in it; "" is all */
	const char *group;  /* only stations of it; NULL: of any and none */
	bool rank;
	int64_t now_s;
	unsigned norm_min; /* of a month that is not closed */
};

struct report_month {
	int month;
	int64_t ms;
	unsigned stations, reached;
	bool closed;
};

struct report {
	int month;
	char region[REGION_MAX + 1];
	unsigned norm_min;
	int64_t closed_s; /* 0: it is not closed */
	struct report_row total;
	struct report_row *places; /* of the regions next below, by region */
	size_t place_count;
	struct report_row *groups; /* by name */
	size_t group_count;
	struct report_station *stations; /* by region, name, key */
	size_t station_count;
	struct report_sums late; /* of all of them, lessons not counted */
	int64_t late_day; /* the newest came that day; 0: nothing came */
	/* Of a closed month: of whom something came late, and who was not
	 * enrolled yet when it was closed. Only who they are, and `late`. */
	struct report_station *newcomers;
	size_t newcomer_count;
	struct report_month months[REPORT_MONTHS]; /* the oldest first */
	unsigned month_count;
	bool ranked;

	/* private */
	struct report_key *keys; /* by key: which place a box belongs to */
	size_t key_count;
	uint32_t *pool; /* lessons */
	size_t pool_count, pool_room;
};

/*
 * Make a report.
 *
 * Owns:    `*out` is the caller's until report_free(). `records` may be NULL:
 *          nothing has come yet.
 * Returns: STATUS_OK; STATUS_NO_ROOM beyond REPORT_STATIONS_MAX;
 *          STATUS_NO_MEMORY; what SQLite failed with.
 */
enum status report_make(struct report **out, struct catalog *node,
			struct catalog *records, const struct report_query *q,
			struct err *err);
void report_free(struct report *r);

/* The first month after that one of which something came, or which was closed.
 * STATUS_NOT_FOUND leaves `err` untouched. */
enum status report_next_month(struct catalog *records, int after, int *month,
			      struct err *err);

/* All minutes, and those of them that make the norm. */
int64_t report_all_ms(const struct report_sums *s);
int64_t report_counted_ms(const struct report_sums *s);
void report_add(struct report_sums *to, const struct report_sums *s);
/* "reached", "below", "zero", "silent". */
const char *report_state_name(enum report_state state);

/* As docs/formats-page.md has it; NULL: out of memory. Without `stations` only
 * totals, regions and groups. */
json_t *report_json(const struct report *r, bool stations);
/* One of its stations, as it stands there. */
json_t *report_station_json(const struct report_station *s);

#endif
