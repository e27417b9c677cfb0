#include "catalog/payloads.h"

#include "catalog/due.h"
#include "tests/support/shelf.h"

static const uint8_t one[32] = { 1 };

static struct lesson nth(unsigned n)
{
	return lessons_make(LESSONS_ORIGIN, n);
}

static void a_have_map_is_kept_and_decides_the_state(void)
{
	uint8_t shown[1][32] = { { 1 } };
	const uint8_t none[] = { 0, 0 }, some[] = { 0x81, 0x80 },
		      all[] = { 0xff, 0xc0 };
	struct buf have = BUF_INIT;
	struct payload_row p;
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	CHECK(payload_get(s->c, one, &p, NULL, &s->err) == STATUS_NOT_FOUND);
	SHELF_OK(payload_put(s->c, one, 999, 10, (struct bytes){ none, 2 }, 5,
			     &s->err));
	SHELF_OK(payload_get(s->c, one, &p, &have, &s->err));
	CHECK(p.state == PAYLOAD_NONE && p.pieces == 10 && p.bytes == 999);
	CHECK(p.added_s == 5 && p.verified == 0);
	CHECK(bytes_equal(buf_bytes(&have), (struct bytes){ none, 2 }));
	SHELF_OK(payload_put(s->c, one, 999, 10, (struct bytes){ some, 2 }, 6,
			     &s->err));
	buf_clear(&have);
	SHELF_OK(payload_get(s->c, one, &p, &have, &s->err));
	CHECK(p.state == PAYLOAD_PARTIAL && p.verified == 3);
	CHECK(p.added_s == 5);
	CHECK(bytes_equal(buf_bytes(&have), (struct bytes){ some, 2 }));
	SHELF_OK(payload_put(s->c, one, 999, 10, (struct bytes){ all, 2 }, 7,
			     &s->err));
	buf_clear(&have);
	SHELF_OK(payload_get(s->c, one, &p, &have, &s->err));
	CHECK(p.state == PAYLOAD_HELD && p.verified == 10);
	CHECK(bytes_equal(buf_bytes(&have), (struct bytes){ all, 2 }));
	/* Damage: the map without the piece. */
	SHELF_OK(payload_put(s->c, one, 999, 10, (struct bytes){ some, 2 }, 8,
			     &s->err));
	SHELF_OK(payload_get(s->c, one, &p, NULL, &s->err));
	CHECK(p.state == PAYLOAD_PARTIAL);
	SHELF_OK(payloads_used(s->c, shown, 1, 100, 60, &s->err));
	SHELF_OK(payload_get(s->c, one, &p, NULL, &s->err));
	CHECK(p.used_s == 100);
	/* Too soon again. */
	SHELF_OK(payloads_used(s->c, shown, 1, 159, 60, &s->err));
	SHELF_OK(payload_get(s->c, one, &p, NULL, &s->err));
	CHECK(p.used_s == 100);
	SHELF_OK(payload_forget(s->c, one, &s->err));
	SHELF_OK(payload_forget(s->c, one, &s->err));
	CHECK(payload_get(s->c, one, &p, NULL, &s->err) == STATUS_NOT_FOUND);
	buf_release(&have);
	shelf_release(s);
}

static void held_payloads_make_held_lessons(void)
{
	struct lesson l[] = { nth(1), nth(2), nth(3) };
	struct buf bits = BUF_INIT;
	struct lesson_row row;
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	/* Held before its lesson is known, and after. */
	SHELF_OK(payload_put_held(s->c, l[0].btmh, l[0].bytes, 9, 1,
				  &s->err));
	for (size_t i = 0; i < 3; i++)
		shelf_log_lesson(s, 0, &l[i]);
	shelf_settle(s);
	SHELF_OK(payload_put_held(s->c, l[2].btmh, l[2].bytes, 9, 1,
				  &s->err));
	CHECK(shelf_summary(s).known == 3);
	CHECK(shelf_summary(s).held == 2);
	CHECK(shelf_summary(s).wanted == 1);
	CHECK(shelf_summary(s).bytes == l[0].bytes + l[2].bytes);
	CHECK(shelf_summary(s).wanted_bytes == l[1].bytes);
	CHECK(shelf_get(s, l[0].id, &row));
	CHECK(lesson_row_state(&row) == LESSON_HELD);
	CHECK(row.pieces == 9 && row.verified == 9);
	SHELF_OK(lessons_bitmap(s->c, s->logs[0].id, LESSONS_BITS_HELD, &bits,
				&s->err));
	CHECK(bits.size == 1 && bits.data[0] == 5);
	buf_clear(&bits);
	SHELF_OK(lessons_bitmap(s->c, s->logs[0].id, LESSONS_BITS_WANTED,
				&bits, &s->err));
	CHECK(bits.size == 1 && bits.data[0] == 2);
	SHELF_OK(lessons_bitmap(s->c, s->logs[0].id + 1, LESSONS_BITS_WANTED,
				&bits, &s->err));
	CHECK(bits.size == 1);
	SHELF_OK(payload_forget(s->c, l[2].btmh, &s->err));
	CHECK(shelf_summary(s).held == 1 && shelf_summary(s).wanted == 2);
	buf_release(&bits);
	shelf_release(s);
}

struct fetches {
	struct fetch list[64];
	size_t count;
};

static bool add_fetch(void *context, const struct fetch *fetch)
{
	struct fetches *f = context;

	f->list[f->count++] = *fetch;
	return f->count < 64;
}

static void things_are_fetched_in_the_order_that_is_promised(void)
{
	static const char *const dates[] = { "2024-01-01", "2023-06-30",
					     "2024-12-31" };
	struct fetches f = { .count = 0 };
	struct lesson_row row;
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	srand(5);
	for (unsigned n = 0; n < 40; n++) {
		struct lesson l = nth(n);

		strcpy(l.date, dates[rand() % 3]);
		l.bytes = 1000U + (unsigned)rand() % 3;
		l.btmh[0] = (uint8_t)rand();
		shelf_log_lesson(s, 0, &l);
		if (n % 10 == 3) {
			shelf_settle(s);
			CHECK(shelf_get(s, l.id, &row));
			SHELF_OK(index_choose(s->x, &row, CHOICE_PIN,
					      &s->err));
		}
		if (n % 8 == 5)
			SHELF_OK(due_set(s->c, l.id, dates[rand() % 3],
					 &s->err));
	}
	shelf_settle(s);
	SHELF_OK(payloads_to_fetch(s->c, 100, add_fetch, &f, &s->err));
	CHECK(f.count == 40);
	CHECK(f.list[4].due[0] != 0 && f.list[5].due[0] == 0);
	CHECK(f.list[5].pinned && f.list[7].pinned && !f.list[9].pinned);
	for (size_t i = 1; i < f.count; i++)
		CHECK(fetch_order(&f.list[i - 1], &f.list[i]) < 0 &&
		      fetch_order(&f.list[i], &f.list[i - 1]) > 0);
	CHECK(fetch_order(&f.list[7], &f.list[7]) == 0);
	f.count = 0;
	SHELF_OK(payloads_to_fetch(s->c, 5, add_fetch, &f, &s->err));
	CHECK(f.count == 5);
	shelf_release(s);
}

static bool is_to_fetch(struct shelf *s, const struct lesson *l)
{
	struct fetches f = { .count = 0 };

	SHELF_OK(payloads_to_fetch(s->c, 64, add_fetch, &f, &s->err));
	for (size_t i = 0; i < f.count; i++)
		if (memcmp(f.list[i].btmh, l->btmh, 32) == 0)
			return true;
	return false;
}

static enum status tell_nobody(void *owner, uint64_t entry, const char *date,
			       struct err *err)
{
	(void)err;
	CHECK(entry == 3 && date[0] != 0);
	++*(unsigned *)owner;
	return STATUS_OK;
}

/* 0 expires never, 1 on the day that was proven last, 2 to 4 before it: 3 is
 * wanted by a day that may come, 4 by one that is over. */
static void what_is_over_is_not_fetched_nor_told_as_wanted(void)
{
	static const char *const expires[] = { "", "2026-05-02", "2026-05-01",
					       "2026-05-01", "2026-05-01" };
	struct lesson l[5];
	struct buf bits = BUF_INIT;
	struct payload_standing standing;
	struct lesson_row row;
	struct fetch fetch;
	struct shelf shelf;
	struct shelf *s = &shelf;
	unsigned days = 0;

	shelf_init(s);
	for (unsigned n = 0; n < 5; n++) {
		l[n] = nth(n);
		strcpy(l[n].expires, expires[n]);
		shelf_log_lesson(s, 0, &l[n]);
	}
	shelf_settle(s);
	SHELF_OK(due_set(s->c, l[3].id, "2026-05-02", &s->err));
	SHELF_OK(due_set(s->c, l[4].id, "2026-04-30", &s->err));
	/* Nothing was proven yet. */
	for (unsigned n = 0; n < 5; n++)
		CHECK(is_to_fetch(s, &l[n]));
	SHELF_OK(catalog_set_int(s->c, "clock.floor", 1777680000, &s->err));
	for (unsigned n = 0; n < 5; n++) {
		bool over = n == 2 || n == 4;

		CHECK(is_to_fetch(s, &l[n]) == !over);
		SHELF_OK(lessons_standing(s->c, l[n].btmh, &standing,
					  &s->err));
		CHECK(standing.known && standing.wanted == !over);
		CHECK(payload_wanted_by(s->c, l[n].btmh, &fetch, &s->err) ==
		      (over ? STATUS_NOT_FOUND : STATUS_OK));
		CHECK(over || fetch.first == (n == 3));
		/* It is listed as before. */
		CHECK(shelf_get(s, l[n].id, &row) && row.wanted);
		CHECK(row.over == over);
		CHECK(lesson_row_state(&row) ==
		      (over ? LESSON_KNOWN : LESSON_WANTED));
	}
	CHECK(shelf_summary(s).known == 5 && shelf_summary(s).wanted == 3);
	SHELF_OK(lessons_bitmap(s->c, s->logs[0].id, LESSONS_BITS_WANTED,
				&bits, &s->err));
	CHECK(bits.size == 1 && bits.data[0] == 0x0b);
	SHELF_OK(due_each(s->c, s->logs[0].id, tell_nobody, &days, &s->err));
	CHECK(days == 1);
	/* Pinned it is fetched all the same; held it stays so. */
	CHECK(shelf_get(s, l[2].id, &row));
	SHELF_OK(index_choose(s->x, &row, CHOICE_PIN, &s->err));
	CHECK(is_to_fetch(s, &l[2]));
	SHELF_OK(payload_put_held(s->c, l[4].btmh, l[4].bytes, 9, 1,
				  &s->err));
	CHECK(shelf_get(s, l[4].id, &row));
	CHECK(lesson_row_state(&row) == LESSON_HELD);
	CHECK(shelf_summary(s).held == 1);
	buf_release(&bits);
	shelf_release(s);
}

static bool count_payload(void *context, const struct payload_row *payload)
{
	unsigned *count = context;

	++*count;
	CHECK(payload->pieces > 0);
	return true;
}

static void what_no_lesson_names_is_told(void)
{
	struct lesson l = nth(1);
	unsigned count = 0;
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	shelf_log_lesson(s, 0, &l);
	shelf_settle(s);
	SHELF_OK(payload_put_held(s->c, l.btmh, 5, 1, 1, &s->err));
	SHELF_OK(payloads_unnamed(s->c, count_payload, &count, &s->err));
	CHECK(count == 0);
	SHELF_OK(payloads_list(s->c, PAYLOAD_HELD, count_payload, &count,
			       &s->err));
	CHECK(count == 1);
	l.rev = 2;
	l.btmh[9] = 9;
	shelf_log_lesson(s, 0, &l);
	shelf_settle(s);
	SHELF_OK(payloads_unnamed(s->c, count_payload, &count, &s->err));
	CHECK(count == 2);
	shelf_withdraw(s, 0, l.id);
	shelf_settle(s);
	SHELF_OK(payload_put_held(s->c, l.btmh, 5, 1, 1, &s->err));
	SHELF_OK(payloads_unnamed(s->c, count_payload, &count, &s->err));
	CHECK(count == 3);
	CHECK(shelf_summary(s).held == 0);
	shelf_release(s);
}

static void a_transaction_of_the_caller_holds_it_all(void)
{
	struct payload_row p;
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	SHELF_OK(catalog_begin(s->c, CATALOG_DURABLE, &s->err));
	SHELF_OK(payload_put_held(s->c, one, 5, 1, 1, &s->err));
	catalog_rollback(s->c);
	CHECK(payload_get(s->c, one, &p, NULL, &s->err) == STATUS_NOT_FOUND);
	shelf_release(s);
}

int main(void)
{
	a_have_map_is_kept_and_decides_the_state();
	held_payloads_make_held_lessons();
	things_are_fetched_in_the_order_that_is_promised();
	what_no_lesson_names_is_told();
	what_is_over_is_not_fetched_nor_told_as_wanted();
	a_transaction_of_the_caller_holds_it_all();
	return 0;
}
