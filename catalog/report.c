#include "catalog/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/report_inside.h"
#include "proto/month.h"

void report_free(struct report *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->station_count; i++) {
		free(r->stations[i].groups);
		free(r->stations[i].machine);
	}
	free(r->stations);
	free(r->newcomers);
	free(r->places);
	free(r->groups);
	free(r->keys);
	free(r->pool);
	free(r);
}

const char *report_state_name(enum report_state state)
{
	static const char *const names[REPORT_STATES] = { "reached", "below",
							  "zero", "silent" };

	return names[state];
}

/* --- the months before --- */

/* Of a month that is closed it is told as it was then. */
static enum status closed_month(struct report_month *m,
				struct catalog *records,
				const struct report_query *q, int64_t closed_s,
				unsigned norm_min, struct err *err)
{
	struct report *then = calloc(1, sizeof(*then));
	enum status status;

	if (then == NULL)
		return err_set(err, STATUS_NO_MEMORY, "a report");
	then->month = m->month;
	then->closed_s = closed_s;
	then->norm_min = norm_min;
	status = bulletin_load(then, records, q, err);
	for (size_t i = 0; status == STATUS_OK && i < then->station_count;
	     i++) {
		const struct report_station *s = &then->stations[i];

		m->ms += report_all_ms(&s->row.sums);
		m->reached += s->state == REPORT_REACHED;
		m->stations++;
	}
	m->closed = true;
	report_free(then);
	return status;
}

static enum status open_month(const struct report *r, struct report_month *m,
			      struct catalog *records,
			      const struct report_boxes *boxes,
			      unsigned norm_min, bool *any, struct err *err)
{
	struct report_sums *each = calloc(r->station_count + 1, sizeof(*each));
	enum status status;

	if (each == NULL)
		return err_set(err, STATUS_NO_MEMORY, "a report");
	status = report_month_sums(records, m->month, boxes, each, any, err);
	for (size_t i = 0; status == STATUS_OK && i < r->station_count; i++) {
		int64_t ms = report_all_ms(&each[i]);

		m->ms += ms;
		m->reached += report_counted_ms(&each[i]) >=
			      (int64_t)norm_min * 60000;
		m->stations += ms != 0 ||
			       report_stands(&r->stations[i], m->month);
	}
	free(each);
	return status;
}

enum status report_load_months(struct report *r, struct catalog *records,
			       const struct report_query *q,
			       const struct report_boxes *boxes,
			       struct err *err)
{
	enum status status = STATUS_OK;

	for (int month = q->month - REPORT_MONTHS + 1;
	     month <= q->month && status == STATUS_OK; month++) {
		struct report_month m = { .month = month };
		int64_t closed_s;
		unsigned norm_min;
		bool any = true;

		status = bulletin_head(records, month, &closed_s, &norm_min,
				       err);
		if (status == STATUS_OK)
			status = closed_month(&m, records, q, closed_s,
					      norm_min, err);
		else if (status == STATUS_NOT_FOUND)
			status = open_month(r, &m, records, boxes, q->norm_min,
					    &any, err);
		if (status == STATUS_OK && (any || month == q->month))
			r->months[r->month_count++] = m;
	}
	return status;
}

/* --- one report --- */

/* Who stands now, and what came of them since. */
static enum status load_live(struct report *r, struct catalog *records,
			     const struct report_query *q,
			     struct report_boxes *boxes, struct err *err)
{
	enum status status = report_load_boxes(r, records, true, boxes, err);

	if (status == STATUS_OK)
		status = report_load_sums(r, records, boxes, err);
	if (status == STATUS_OK)
		report_judge(r, q->now_s);
	if (status == STATUS_OK)
		status = report_load_months(r, records, q, boxes, err);
	return status;
}

/* As it was; what came later; and the months by who stands now. */
static enum status load_closed(struct report *r, struct catalog *node,
			       struct catalog *records,
			       const struct report_query *q,
			       struct report_boxes *boxes, struct err *err)
{
	struct report *now = calloc(1, sizeof(*now));
	struct report_boxes all = { .list = NULL };
	enum status status;

	if (now == NULL)
		return err_set(err, STATUS_NO_MEMORY, "a report");
	status = bulletin_load(r, records, q, err);
	if (status == STATUS_OK)
		status = report_load_boxes(r, records, false, boxes, err);
	if (status == STATUS_OK)
		status = report_load_places(now, node, q, err);
	if (status == STATUS_OK)
		status = report_load_boxes(now, records, false, &all,
					   err);
	if (status == STATUS_OK)
		status = report_load_late(r, records, boxes, now, &all, err);
	if (status == STATUS_OK)
		status = report_load_months(now, records, q, &all, err);
	if (status == STATUS_OK) {
		memcpy(r->months, now->months, sizeof(r->months));
		r->month_count = now->month_count;
	}
	free(all.list);
	report_free(now);
	return status;
}

static enum status load(struct report *r, struct catalog *node,
			struct catalog *records, const struct report_query *q,
			struct err *err)
{
	struct report_boxes boxes = { .list = NULL };
	enum status status = bulletin_head(records, q->month, &r->closed_s,
					   &r->norm_min, err);

	if (status == STATUS_OK) {
		status = load_closed(r, node, records, q, &boxes, err);
	} else if (status == STATUS_NOT_FOUND) {
		status = report_load_places(r, node, q, err);
		if (status == STATUS_OK)
			status = load_live(r, records, q, &boxes, err);
	}
	free(boxes.list);
	return status;
}

enum status report_make(struct report **out, struct catalog *node,
			struct catalog *records, const struct report_query *q,
			struct err *err)
{
	struct report *r = calloc(1, sizeof(*r));
	enum status status;

	if (r == NULL)
		return err_set(err, STATUS_NO_MEMORY, "a report");
	r->month = q->month;
	r->norm_min = q->norm_min;
	(void)snprintf(r->region, sizeof(r->region), "%s", q->region);
	if (records != NULL) {
		status = load(r, node, records, q, err);
	} else {
		status = report_load_places(r, node, q, err);
		report_judge(r, q->now_s);
	}
	if (status == STATUS_OK)
		status = report_drop(r, err);
	if (status == STATUS_OK)
		status = report_total(r, q->rank, err);
	if (status == STATUS_OK)
		status = report_name_places(r, node, err);
	if (status != STATUS_OK) {
		report_free(r);
		return status;
	}
	*out = r;
	return STATUS_OK;
}
