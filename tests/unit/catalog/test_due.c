/* Lessons wanted by a day: kept across revisions, told while they are waited
 * for, fetched first. */
#include "catalog/due.h"

#include <stdio.h>

#include "catalog/payloads.h"
#include "tests/support/shelf.h"

static void due(struct shelf *s, const char *id, const char *date)
{
	SHELF_OK(due_set(s->c, id, date, &s->err));
}

static bool due_is(struct shelf *s, const char *id, const char *date)
{
	char found[LESSON_DATE_SIZE + 1] = "";
	struct lesson_row row;
	enum status status = due_get(s->c, id, found, &s->err);

	CHECK(status == STATUS_OK || status == STATUS_NOT_FOUND);
	CHECK(!shelf_get(s, id, &row) || strcmp(row.due, found) == 0);
	return strcmp(found, date) == 0;
}

struct told {
	size_t count;
	uint64_t entry[8];
	char date[8][LESSON_DATE_SIZE + 1];
};

static enum status tell(void *owner, uint64_t entry, const char *date,
			struct err *err)
{
	struct told *t = owner;

	(void)err;
	CHECK(t->count < 8);
	t->entry[t->count] = entry;
	strcpy(t->date[t->count++], date);
	return STATUS_OK;
}

static enum status stop_telling(void *owner, uint64_t entry, const char *date,
				struct err *err)
{
	(void)owner;
	(void)entry;
	(void)date;
	return err_set(err, STATUS_NO_ROOM, "enough");
}

static struct told told_of(struct shelf *s, size_t log)
{
	struct told t = { .count = 0 };

	SHELF_OK(due_each(s->c, s->logs[log].id, tell, &t, &s->err));
	return t;
}

static void a_day_is_kept_changed_and_taken_off(void)
{
	struct shelf shelf, *s = &shelf;
	struct lesson l = lessons_make(LESSONS_ORIGIN, 1);

	shelf_init(s);
	CHECK(due_is(s, l.id, ""));
	due(s, l.id, "2026-04-30"); /* also of a lesson not known yet */
	CHECK(due_is(s, l.id, "2026-04-30"));
	shelf_log_lesson(s, 0, &l);
	shelf_settle(s);
	CHECK(due_is(s, l.id, "2026-04-30"));
	due(s, l.id, "2026-03-01");
	CHECK(due_is(s, l.id, "2026-03-01"));
	CHECK(due_set(s->c, l.id, "2026-02-30", &s->err) == STATUS_MALFORMED);
	CHECK(due_is(s, l.id, "2026-03-01"));
	SHELF_OK(due_clear(s->c, l.id, &s->err));
	SHELF_OK(due_clear(s->c, l.id, &s->err));
	CHECK(due_is(s, l.id, ""));
	shelf_release(s);
}

static void a_day_outlives_a_revision(void)
{
	struct shelf shelf, *s = &shelf;
	struct lesson l = lessons_make(LESSONS_ORIGIN, 1);

	shelf_init(s);
	shelf_log_lesson(s, 0, &l);
	shelf_settle(s);
	due(s, l.id, "2026-04-30");
	l.rev = 2;
	l.btmh[9] = 9;
	shelf_log_lesson(s, 0, &l);
	shelf_settle(s);
	CHECK(due_is(s, l.id, "2026-04-30"));
	CHECK(told_of(s, 0).count == 1 && told_of(s, 0).entry[0] == 1);
	shelf_release(s);
}

static void what_is_waited_for_by_a_day_is_told_by_entry(void)
{
	struct shelf shelf, *s = &shelf;
	struct lesson l[5];
	struct lesson_row row;
	struct told t;

	shelf_init(s);
	for (unsigned n = 0; n < 5; n++) {
		l[n] = lessons_make(LESSONS_ORIGIN, n);
		shelf_log_lesson(s, 0, &l[n]);
	}
	shelf_settle(s);
	due(s, l[4].id, "2026-01-01");
	due(s, l[3].id, "2026-01-02");
	due(s, l[1].id, "2026-01-03");
	due(s, l[0].id, "2026-01-04");
	SHELF_OK(payload_put_held(s->c, l[3].btmh, l[3].bytes, 4, 1, &s->err));
	CHECK(shelf_get(s, l[0].id, &row));
	SHELF_OK(index_choose(s->x, &row, CHOICE_DROP, &s->err));
	t = told_of(s, 0);
	CHECK(t.count == 2 && t.entry[0] == 1 && t.entry[1] == 4);
	CHECK(strcmp(t.date[0], "2026-01-03") == 0);
	CHECK(strcmp(t.date[1], "2026-01-01") == 0);
	CHECK(due_each(s->c, s->logs[0].id + 1, tell, &t, &s->err) ==
	      STATUS_OK);
	CHECK(t.count == 2);
	CHECK(due_each(s->c, s->logs[0].id, stop_telling, NULL, &s->err) ==
	      STATUS_NO_ROOM);
	shelf_release(s);
}

static bool first_fetch(void *context, const struct fetch *fetch)
{
	*(struct fetch *)context = *fetch;
	return false;
}

static void the_soonest_due_is_fetched_before_a_pinned_one(void)
{
	struct shelf shelf, *s = &shelf;
	struct lesson_row row;
	struct lesson l[3];
	struct fetch f;

	shelf_init(s);
	for (unsigned n = 0; n < 3; n++) {
		l[n] = lessons_make(LESSONS_ORIGIN, n);
		shelf_log_lesson(s, 0, &l[n]);
	}
	shelf_settle(s);
	CHECK(shelf_get(s, l[0].id, &row));
	SHELF_OK(index_choose(s->x, &row, CHOICE_PIN, &s->err));
	SHELF_OK(payloads_to_fetch(s->c, 9, first_fetch, &f, &s->err));
	CHECK(f.pinned && f.due[0] == 0);
	due(s, l[1].id, "2026-05-01");
	due(s, l[2].id, "2026-04-01");
	SHELF_OK(payloads_to_fetch(s->c, 9, first_fetch, &f, &s->err));
	CHECK(strcmp(f.due, "2026-04-01") == 0 && !f.pinned);
	CHECK(memcmp(f.btmh, l[2].btmh, 32) == 0);
	shelf_release(s);
}

static void days_are_bounded_and_what_is_here_makes_room(void)
{
	struct shelf shelf, *s = &shelf;
	struct lesson held = lessons_make(LESSONS_ORIGIN, 1);
	struct lesson l;

	shelf_init(s);
	shelf_log_lesson(s, 0, &held);
	shelf_settle(s);
	SHELF_OK(payload_put_held(s->c, held.btmh, held.bytes, 4, 1, &s->err));
	SHELF_OK(catalog_begin(s->c, CATALOG_DERIVED, &s->err));
	due(s, held.id, "2026-01-01");
	for (unsigned n = 0; n < DUE_MAX; n++) {
		l = lessons_make(LESSONS_ORIGIN, 1000 + n);
		due(s, l.id, "2026-01-02");
	}
	CHECK(due_is(s, held.id, "")); /* its place was taken */
	due(s, l.id, "2026-01-03");
	CHECK(due_set(s->c, held.id, "2026-01-01", &s->err) ==
	      STATUS_NO_ROOM);
	SHELF_OK(catalog_commit(s->c, &s->err));
	shelf_release(s);
}

int main(void)
{
	a_day_is_kept_changed_and_taken_off();
	a_day_outlives_a_revision();
	what_is_waited_for_by_a_day_is_told_by_entry();
	the_soonest_due_is_fetched_before_a_pinned_one();
	days_are_bounded_and_what_is_here_makes_room();
	return 0;
}
