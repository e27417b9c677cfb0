/* Withdrawals, what goes with them, and deletions that are remembered until
 * they are done. */
#include "catalog/withdrawals.h"

#include <stdio.h>

#include "catalog/deletions.h"
#include "catalog/journal.h"
#include "tests/support/shelf.h"

static struct lesson nth(unsigned n)
{
	return lessons_make(LESSONS_ORIGIN, n);
}

static void hold(struct shelf *s, const uint8_t *btmh)
{
	SHELF_OK(payload_put_held(s->c, btmh, 1000, 9, 1, &s->err));
}

/* Log 0's bitmap of what is held, as digits. */
static const char *bits(struct shelf *s)
{
	static char out[256];
	struct buf map = BUF_INIT;
	size_t n = 0;

	SHELF_OK(lessons_bitmap(s->c, 1, LESSONS_BITS_HELD, &map, &s->err));
	for (; n < map.size * 8 && n < 255; n++)
		out[n] = (map.data[n / 8] >> n % 8 & 1) != 0 ? '1' : '0';
	out[n] = 0;
	buf_release(&map);
	return out;
}

static bool bit(struct shelf *s, size_t n)
{
	const char *all = bits(s);

	return n < strlen(all) && all[n] == '1';
}

static struct payload_standing standing(struct shelf *s, const uint8_t *btmh)
{
	struct payload_standing st;

	SHELF_OK(lessons_standing(s->c, btmh, &st, &s->err));
	return st;
}

static bool was_told(struct shelf *s, const uint8_t *btmh)
{
	const struct index_change *changes;
	bool many, found = false;
	size_t count;

	index_take_changes(s->x, &changes, &count, &many);
	for (size_t i = 0; i < count; i++)
		found |= memcmp(changes[i].btmh, btmh, 32) == 0 &&
			 changes[i].withdrawn;
	return found;
}

static void gone(struct shelf *s, const uint8_t *btmh)
{
	SHELF_OK(deletion_intend(s->c, btmh, "withdrawn", &s->err));
	SHELF_OK(deletion_begin(s->c, btmh, 7, &s->err));
	SHELF_OK(deletion_end(s->c, btmh, &s->err));
}

static void earlier_revisions_are_withdrawn_with_the_last(void)
{
	struct lesson first = nth(0), second = nth(0);
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	second.rev = 2;
	memset(second.btmh, 0xa1, 32);
	shelf_log_lesson(s, 0, &first);
	shelf_log_lesson(s, 0, &second);
	shelf_settle(s);
	CHECK(standing(s, first.btmh).superseded);
	CHECK(!standing(s, first.btmh).unwelcome);
	hold(s, first.btmh);
	CHECK(!bit(s, 0) && !bit(s, 1)); /* it is cache, and nobody's lesson */
	(void)was_told(s, first.btmh);
	shelf_withdraw(s, 0, first.id);
	shelf_settle(s);
	CHECK(was_told(s, first.btmh));
	CHECK(standing(s, first.btmh).withdrawn);
	CHECK(standing(s, first.btmh).unwelcome);
	CHECK(bit(s, 1)); /* something of it is here yet */
	gone(s, first.btmh);
	CHECK(!bit(s, 1));
	shelf_release(s);
}

static void a_revision_that_came_too_late_belongs_to_it_as_well(void)
{
	struct lesson first = nth(0), second = nth(0);
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	second.rev = 2;
	memset(second.btmh, 0xa1, 32);
	shelf_log_lesson(s, 0, &second);
	shelf_log_lesson(s, 0, &first);
	shelf_withdraw(s, 0, first.id);
	shelf_settle(s);
	CHECK(standing(s, first.btmh).withdrawn);
	shelf_release(s);
}

static void the_bit_stays_until_the_files_are_gone(void)
{
	struct lesson l = nth(0);
	uint8_t small[32] = { 7 };
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	l.also_count = 1;
	strcpy(l.also[0].as, "480p");
	memcpy(l.also[0].btmh, small, 32);
	l.also[0].bytes = 77;
	shelf_log_lesson(s, 0, &l);
	shelf_settle(s);
	hold(s, l.btmh);
	hold(s, small);
	CHECK(bit(s, 0));
	(void)was_told(s, small);
	shelf_withdraw(s, 0, l.id);
	shelf_settle(s);
	CHECK(was_told(s, small));
	CHECK(standing(s, small).withdrawn && standing(s, l.btmh).withdrawn);
	CHECK(bit(s, 0));
	SHELF_OK(deletion_intend(s->c, l.btmh, "withdrawn", &s->err));
	SHELF_OK(deletion_begin(s->c, l.btmh, 7, &s->err));
	CHECK(bit(s, 0) && deletion_is_pending(s->c, l.btmh));
	SHELF_OK(deletion_end(s->c, l.btmh, &s->err));
	CHECK(bit(s, 0)); /* the rendition */
	gone(s, small);
	CHECK(!bit(s, 0));
	/* A part counts as something, too. */
	SHELF_OK(payload_put(s->c, l.btmh, 1000, 0,
			     (struct bytes){ NULL, 0 }, 1, &s->err));
	CHECK(bit(s, 0));
	shelf_release(s);
}

static void what_another_lesson_names_stays(void)
{
	struct lesson a = nth(0), b = nth(1);
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	memcpy(b.btmh, a.btmh, 32);
	shelf_log_lesson(s, 0, &a);
	shelf_log_lesson(s, 0, &b);
	shelf_settle(s);
	hold(s, a.btmh);
	shelf_withdraw(s, 0, a.id);
	shelf_settle(s);
	CHECK(standing(s, a.btmh).known && !standing(s, a.btmh).unwelcome);
	CHECK(!standing(s, a.btmh).withdrawn);
	CHECK(!bit(s, 0) && bit(s, 1));
	shelf_release(s);
}

static bool count_poster(void *context, const uint8_t hash[static 32])
{
	*(unsigned *)context += hash[0] == 0x99;
	return true;
}

static unsigned posters(struct shelf *s, const uint8_t *btmh)
{
	unsigned count = 0;

	SHELF_OK(withdrawals_posters(s->c, btmh, count_poster, &count,
				     &s->err));
	return count;
}

static void posters_go_with_the_last_lesson_that_shows_them(void)
{
	struct lesson a = nth(0), b = nth(1);
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	a.has_poster = b.has_poster = true;
	memset(a.poster, 0x99, 32);
	memset(b.poster, 0x99, 32);
	shelf_log_lesson(s, 0, &a);
	shelf_log_lesson(s, 0, &b);
	shelf_settle(s);
	CHECK(posters(s, a.btmh) == 0);
	shelf_withdraw(s, 0, a.id);
	shelf_settle(s);
	CHECK(posters(s, a.btmh) == 0);
	shelf_withdraw(s, 0, b.id);
	shelf_settle(s);
	CHECK(posters(s, a.btmh) == 1);
	shelf_release(s);
}

static bool keep_withdrawal(void *context, const struct withdrawal *w)
{
	struct withdrawal *out = context;

	CHECK(strcmp(w->title, "") != 0);
	*out = *w;
	return true;
}

static void withdrawals_say_where_they_are_written(void)
{
	struct lesson a = nth(0), b = nth(1);
	struct withdrawal w = { .id = "" };
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	shelf_log_lesson(s, 0, &a);
	shelf_log_lesson(s, 0, &b);
	shelf_withdraw(s, 0, b.id);
	shelf_settle(s);
	SHELF_OK(withdrawals_list(s->c, NULL, NULL, keep_withdrawal, &w,
				  &s->err));
	CHECK(strcmp(w.id, b.id) == 0 && w.lesson_entry == 1 && w.entry == 2);
	CHECK(strcmp(w.log, LESSONS_ORIGIN) == 0);
	CHECK(strcmp(w.lesson_log, LESSONS_ORIGIN) == 0);
	w.id[0] = 0;
	SHELF_OK(withdrawals_list(s->c, "another/log", NULL, keep_withdrawal,
				  &w, &s->err));
	SHELF_OK(withdrawals_list(s->c, NULL, a.id, keep_withdrawal, &w,
				  &s->err));
	CHECK(w.id[0] == 0);
	SHELF_OK(withdrawals_list(s->c, LESSONS_ORIGIN, b.id, keep_withdrawal,
				  &w, &s->err));
	CHECK(strcmp(w.id, b.id) == 0);
	shelf_release(s);
}

/* --- the journal --- */

struct told {
	unsigned rows;
	char first[200];
};

static bool read_row(void *context, const struct journal_row *row)
{
	struct told *t = context;

	if (t->rows++ == 0)
		(void)snprintf(t->first, sizeof(t->first), "%s %s %s %llu %llu",
			       journal_what_name(row->what), row->title,
			       row->why, (unsigned long long)row->bytes,
			       (unsigned long long)row->at_s);
	return true;
}

static struct told journal(struct shelf *s)
{
	struct told t = { .rows = 0 };

	SHELF_OK(journal_list(s->c, 0, read_row, &t, &s->err));
	return t;
}

static void a_deletion_is_told_once_with_its_first_reason(void)
{
	struct lesson l = nth(0);
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	strcpy(l.title, "课");
	shelf_log_lesson(s, 0, &l);
	shelf_settle(s);
	hold(s, l.btmh);
	SHELF_OK(deletion_intend(s->c, l.btmh, "expired", &s->err));
	SHELF_OK(deletion_intend(s->c, l.btmh, "withdrawn", &s->err));
	CHECK(journal(s).rows == 0);
	SHELF_OK(deletion_begin(s->c, l.btmh, 7, &s->err));
	SHELF_OK(deletion_begin(s->c, l.btmh, 8, &s->err)); /* after a cut */
	CHECK(journal(s).rows == 1);
	CHECK(strcmp(journal(s).first, "deleted 课 expired 1000 7") == 0);
	CHECK(shelf_summary(s).held == 0);
	SHELF_OK(deletion_end(s->c, l.btmh, &s->err));
	CHECK(!deletion_is_pending(s->c, l.btmh));
	shelf_release(s);
}

static void the_journal_is_bounded_and_keeps_the_newest(void)
{
	static const uint8_t btmh[32] = { 5 };
	struct shelf shelf;
	struct shelf *s = &shelf;
	int64_t damaged = 0, repaired = 0;

	shelf_init(s);
	SHELF_OK(catalog_begin(s->c, CATALOG_DERIVED, &s->err));
	for (unsigned i = 0; i < JOURNAL_ROWS_MAX + 50; i++)
		SHELF_OK(journal_add(s->c, JOURNAL_DAMAGED, btmh, i, "", i,
				     &s->err));
	SHELF_OK(journal_add(s->c, JOURNAL_REPAIRED, btmh, 3, "", 9999,
			     &s->err));
	SHELF_OK(catalog_commit(s->c, &s->err));
	CHECK(journal(s).rows == JOURNAL_ROWS_MAX);
	CHECK(strcmp(journal(s).first, "repaired   3 9999") == 0);
	SHELF_OK(journal_last(s->c, JOURNAL_DAMAGED, btmh, &damaged,
			      &s->err));
	SHELF_OK(journal_last(s->c, JOURNAL_REPAIRED, btmh, &repaired,
			      &s->err));
	CHECK(repaired == damaged + 1);
	SHELF_OK(journal_last(s->c, JOURNAL_DELETED, btmh, &damaged, &s->err));
	CHECK(damaged == 0);
	shelf_release(s);
}

int main(void)
{
	earlier_revisions_are_withdrawn_with_the_last();
	a_revision_that_came_too_late_belongs_to_it_as_well();
	the_bit_stays_until_the_files_are_gone();
	what_another_lesson_names_stays();
	posters_go_with_the_last_lesson_that_shows_them();
	withdrawals_say_where_they_are_written();
	a_deletion_is_told_once_with_its_first_reason();
	the_journal_is_bounded_and_keeps_the_newest();
	return 0;
}
