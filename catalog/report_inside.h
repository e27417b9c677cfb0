/* How a report comes together (catalog/report.h). Seen by catalog/report*.c
 * and catalog/bulletin.c only.
 *
 *     report_places.c   who stood: out of node.db
 *     report_offices.c  which of them are offices
 *     report_live.c     what is summed of them: out of records.db
 *     bulletin.c        both, as they were when the month was closed
 *     report_total.c    regions, groups, all; ranks */
#ifndef CATALOG_REPORT_INSIDE_H
#define CATALOG_REPORT_INSIDE_H

#include "catalog/report.h"
#include "catalog/sql.h"

/* A box, and the place it belongs to. */
struct report_key {
	uint8_t key[PUBLIC_KEY_SIZE];
	uint32_t place; /* in report.stations */
	char until[LESSON_DATE_SIZE + 1]; /* it stood; "": it does, or did */
};

/* A row of `station` in records.db. */
struct report_box {
	int64_t id;
	uint32_t place;
};

/* Those of records.db that belong to a place of the report, by id. */
struct report_boxes {
	struct report_box *list;
	size_t count;
};

/* Every place that was ever enrolled in the region and group asked for. */
enum status report_load_places(struct report *r, struct catalog *node,
			       const struct report_query *q, struct err *err);
/* Mark those whose nodes say that they are offices. */
enum status report_mark_offices(struct report *r, struct catalog *node,
				struct err *err);
/* Regions that have no name are called what is enrolled just there. */
enum status report_name_places(struct report *r, struct catalog *node,
			       struct err *err);
/* A box by its key, or NULL; which place does it belong to? False: to none. */
const struct report_key *report_key_of(const struct report *r,
				       const uint8_t *key);
bool report_find_key(const struct report *r, const uint8_t *key,
		     uint32_t *place);
/* Put places and keys into their order. */
enum status report_sort(struct report *r, struct err *err);

/* `facts`: what is known of them goes to their places. */
enum status report_load_boxes(struct report *r, struct catalog *records,
			      bool facts, struct report_boxes *out,
			      struct err *err);
bool report_find_box(const struct report_boxes *boxes, int64_t id,
		     uint32_t *place);
/* Sums, uncertain ones, those of the month before, lessons. */
enum status report_load_sums(struct report *r, struct catalog *records,
			     const struct report_boxes *boxes,
			     struct err *err);
/* The sums of one month into `each`, an array as long as r->stations. */
enum status report_month_sums(struct catalog *records, int month,
			      const struct report_boxes *boxes,
			      struct report_sums *each, bool *any,
			      struct err *err);
/* What came after the month was closed: to the places of then, else to those of
 * `now`, which become newcomers. */
enum status report_load_late(struct report *r, struct catalog *records,
			     const struct report_boxes *boxes,
			     struct report *now,
			     const struct report_boxes *now_boxes,
			     struct err *err);
/* The months before and this one. */
enum status report_load_months(struct report *r, struct catalog *records,
			       const struct report_query *q,
			       const struct report_boxes *boxes,
			       struct err *err);

/* Does it count in this month? */
bool report_stands(const struct report_station *s, int month);
/* Say where each stands. */
void report_judge(struct report *r, int64_t now_s);
/* Leave those away that do not count. */
enum status report_drop(struct report *r, struct err *err);
enum status report_total(struct report *r, bool rank, struct err *err);

/* Columns of the sums tables, in this order; read with report_read_sums(). */
#define REPORT_SUM_COLUMNS                                                \
	"own_open, own_collective, own_personal, own_hand, doubtful,"     \
	" collective, personal, people, lessons, flags"
void report_read_sums(struct sql *q, int column, struct report_sums *out);

/* Room for one more lesson in the pool. */
enum status report_pool_put(struct report *r, uint32_t lesson,
			    struct err *err);

/* What a station wrote and was kept as text: `*out` is NULL for what is no
 * JSON. STATUS_NO_MEMORY. */
enum status report_load_json(const char *text, json_t **out);

/* Does one of the lines say that? */
bool report_in_group(const char *groups, const char *group);

/* --- catalog/bulletin.c --- */

/* When was it closed, and with which norm? STATUS_NOT_FOUND without err. */
enum status bulletin_head(struct catalog *records, int month,
			  int64_t *closed_s, unsigned *norm_min,
			  struct err *err);
/* The stations as they were then, with the sums they had. */
enum status bulletin_load(struct report *r, struct catalog *records,
			  const struct report_query *q, struct err *err);

#endif
