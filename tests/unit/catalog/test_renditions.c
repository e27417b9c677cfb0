/* Which payloads of a lesson are fetched, told of and kept. */
#include "catalog/payloads.h"
#include "catalog/standings.h"
#include "tests/support/shelf.h"

/* The lesson, of 100 bytes, and as 480p, of 10. */
static struct lesson with_480p(unsigned n)
{
	struct lesson l = lessons_make(LESSONS_ORIGIN, n);

	l.bytes = 100;
	l.also_count = 1;
	strcpy(l.also[0].as, "480p");
	memset(l.also[0].btmh, 0x48, sizeof(l.also[0].btmh));
	l.also[0].btmh[0] = (uint8_t)n;
	l.also[0].bytes = 10;
	return l;
}

static void set(struct shelf *s, const char *rendition)
{
	SHELF_OK(index_set_rendition(s->x, rendition, &s->err));
	shelf_settle(s);
}

struct listed {
	size_t count;
	struct fetch list[16];
};

static bool list_fetch(void *context, const struct fetch *fetch)
{
	struct listed *l = context;

	CHECK(l->count < 16);
	l->list[l->count++] = *fetch;
	return true;
}

static struct listed to_fetch(struct shelf *s, uint32_t limit)
{
	struct listed l = { .count = 0 };

	SHELF_OK(payloads_to_fetch(s->c, limit, list_fetch, &l, &s->err));
	return l;
}

static bool is(const struct fetch *fetch, const uint8_t *btmh)
{
	return memcmp(fetch->btmh, btmh, 32) == 0;
}

static bool wanted(struct shelf *s, const uint8_t *btmh)
{
	struct payload_standing standing;
	struct fetch fetch;
	enum status status;

	SHELF_OK(lessons_standing(s->c, btmh, &standing, &s->err));
	status = payload_wanted_by(s->c, btmh, &fetch, &s->err);
	CHECK((status == STATUS_OK) == standing.wanted);
	CHECK(standing.known);
	return standing.wanted;
}

static void hold(struct shelf *s, const uint8_t *btmh, uint64_t bytes)
{
	SHELF_OK(payload_put_held(s->c, btmh, bytes, 1, 5, &s->err));
}

static bool bit(struct shelf *s, enum lessons_bits what, unsigned n)
{
	struct buf bitmap = BUF_INIT;
	bool set_there;

	SHELF_OK(lessons_bitmap(s->c, s->logs[0].id, what, &bitmap, &s->err));
	set_there = n / 8 < bitmap.size &&
		    (bitmap.data[n / 8] >> n % 8 & 1) != 0;
	buf_release(&bitmap);
	return set_there;
}

static struct lesson_row row_of(struct shelf *s, const struct lesson *l)
{
	struct lesson_row row;

	CHECK(shelf_get(s, l->id, &row));
	return row;
}

static void a_station_takes_what_was_published(void)
{
	struct lesson l = with_480p(1);
	struct lesson_row row;
	struct shelf shelf;
	struct shelf *s = &shelf;
	struct listed f;

	shelf_init(s);
	shelf_log_lesson(s, 0, &l);
	shelf_settle(s);
	f = to_fetch(s, 9);
	CHECK(f.count == 1 && is(&f.list[0], l.btmh));
	CHECK(wanted(s, l.btmh) && !wanted(s, l.also[0].btmh));
	/* The small one came because somebody asked for it: no more than that. */
	hold(s, l.also[0].btmh, 10);
	row = row_of(s, &l);
	CHECK(lesson_row_state(&row) == LESSON_WANTED);
	CHECK(bit(s, LESSONS_BITS_WANTED, 0) && !bit(s, LESSONS_BITS_HELD, 0) &&
	      !bit(s, LESSONS_BITS_INSTEAD, 0));
	shelf_release(s);
}

static void a_small_one_is_taken_in_its_place(void)
{
	struct lesson l = with_480p(1),
		      other = lessons_make(LESSONS_ORIGIN, 2);
	struct lesson_row row;
	struct shelf shelf;
	struct shelf *s = &shelf;
	struct listed f;

	shelf_init(s);
	set(s, "480p");
	shelf_log_lesson(s, 0, &l);
	shelf_log_lesson(s, 0, &other);
	shelf_settle(s);
	f = to_fetch(s, 9);
	/* Of the one that has none, its own. */
	CHECK(f.count == 2);
	for (size_t i = 0; i < 2; i++)
		CHECK(is(&f.list[i], other.btmh) ||
		      (is(&f.list[i], l.also[0].btmh) &&
		       f.list[i].bytes == 10 &&
		       strcmp(f.list[i].date, l.date) == 0));
	CHECK(!wanted(s, l.btmh) && wanted(s, l.also[0].btmh));
	CHECK(bit(s, LESSONS_BITS_WANTED, 0));

	hold(s, l.also[0].btmh, 10);
	row = row_of(s, &l);
	CHECK(lesson_row_state(&row) == LESSON_HELD);
	CHECK(memcmp(row.shown.btmh, l.also[0].btmh, 32) == 0);
	CHECK(memcmp(row.lesson.btmh, l.btmh, 32) == 0);
	/* Nobody comes to us for what we have not got. */
	CHECK(!bit(s, LESSONS_BITS_WANTED, 0) && !bit(s, LESSONS_BITS_HELD, 0) &&
	      bit(s, LESSONS_BITS_INSTEAD, 0));
	CHECK(to_fetch(s, 9).count == 1 && shelf_summary(s).held == 1);

	/* A drive brought the large one all the same. */
	hold(s, l.btmh, 100);
	row = row_of(s, &l);
	CHECK(memcmp(row.shown.btmh, l.btmh, 32) == 0 &&
	      row.payload == PAYLOAD_HELD);
	CHECK(bit(s, LESSONS_BITS_HELD, 0) && !bit(s, LESSONS_BITS_INSTEAD, 0));
	SHELF_OK(payload_forget(s->c, l.also[0].btmh, &s->err));
	CHECK(shelf_summary(s).held == 1 && to_fetch(s, 9).count == 1);
	/* And went again. */
	SHELF_OK(payload_forget(s->c, l.btmh, &s->err));
	CHECK(shelf_summary(s).held == 0 && to_fetch(s, 9).count == 2);
	CHECK(memcmp(row_of(s, &l).shown.btmh, l.also[0].btmh, 32) == 0);
	shelf_release(s);
}

struct seen {
	struct shelf *s;
	const uint8_t *btmh;
	struct standing_row row;
	bool found;
};

static bool see(void *context, const struct standing_row *row)
{
	struct seen *seen = context;

	if (memcmp(row->btmh, seen->btmh, 32) == 0) {
		seen->row = *row;
		seen->found = true;
	}
	return true;
}

static struct standing_row standing_of(struct shelf *s, const uint8_t *btmh)
{
	struct seen seen = { .btmh = btmh };

	SHELF_OK(standings_list(s->c, see, &seen, &s->err));
	CHECK(seen.found);
	return seen.row;
}

static void who_takes_all_takes_lessons_first(void)
{
	struct lesson a = with_480p(1), b = with_480p(2);
	struct standing_row standing;
	struct shelf shelf;
	struct shelf *s = &shelf;
	struct listed f;

	shelf_init(s);
	set(s, "all");
	strcpy(b.date, "2020-01-01");
	shelf_log_lesson(s, 0, &a);
	shelf_log_lesson(s, 0, &b);
	shelf_settle(s);
	f = to_fetch(s, 9);
	CHECK(f.count == 4);
	CHECK(is(&f.list[0], a.btmh) && is(&f.list[1], b.btmh));
	/* Of renditions those of the newest entries. */
	CHECK(is(&f.list[2], b.also[0].btmh) && is(&f.list[3], a.also[0].btmh));
	CHECK(f.list[2].date[0] == 0 && !f.list[2].first);
	CHECK(fetch_order(&f.list[1], &f.list[2]) < 0);
	CHECK(to_fetch(s, 3).count == 3 && to_fetch(s, 1).count == 1);
	CHECK(wanted(s, a.btmh) && wanted(s, a.also[0].btmh));
	hold(s, a.also[0].btmh, 10);
	CHECK(to_fetch(s, 9).count == 3);
	/* It is not the lesson. */
	CHECK(shelf_summary(s).held == 0);
	standing = standing_of(s, a.also[0].btmh);
	CHECK(standing.known && standing.wanted && standing.date[0] == 0);
	hold(s, a.btmh, 100);
	standing = standing_of(s, a.btmh);
	CHECK(standing.wanted && strcmp(standing.date, a.date) == 0);
	CHECK(bit(s, LESSONS_BITS_HELD, 0) && !bit(s, LESSONS_BITS_INSTEAD, 0));
	shelf_release(s);
}

static void what_is_taken_follows_the_setting(void)
{
	const struct index_change *changes;
	struct lesson l = with_480p(1);
	struct shelf shelf;
	struct shelf *s = &shelf;
	size_t count;
	bool many, told = false;

	shelf_init(s);
	shelf_log_lesson(s, 0, &l);
	shelf_settle(s);
	CHECK(!wanted(s, l.also[0].btmh));
	index_take_changes(s->x, &changes, &count, &many);
	set(s, "480p");
	CHECK(!wanted(s, l.btmh) && wanted(s, l.also[0].btmh));
	/* Whoever fetches hears of it. */
	index_take_changes(s->x, &changes, &count, &many);
	for (size_t i = 0; i < count; i++)
		told |= memcmp(changes[i].btmh, l.also[0].btmh, 32) == 0;
	CHECK(told);
	hold(s, l.also[0].btmh, 10);
	CHECK(standing_of(s, l.also[0].btmh).wanted);
	set(s, "all");
	CHECK(wanted(s, l.btmh) && wanted(s, l.also[0].btmh));
	CHECK(shelf_summary(s).held == 0);
	set(s, "original");
	CHECK(wanted(s, l.btmh) && !wanted(s, l.also[0].btmh));
	CHECK(!standing_of(s, l.also[0].btmh).wanted);
	/* It is remembered: the next life looks at nothing again. */
	set(s, "480p");
	shelf_open_index(s, LEVEL_STATION, "431081101203");
	set(s, "480p");
	CHECK(!wanted(s, l.btmh));
	shelf_release(s);
}

static void drops_pins_and_withdrawals_are_for_all_of_it(void)
{
	struct payload_standing standing;
	struct lesson l = with_480p(1);
	struct lesson_row row;
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	set(s, "480p");
	shelf_log_lesson(s, 0, &l);
	shelf_settle(s);
	row = row_of(s, &l);
	SHELF_OK(index_choose(s->x, &row, CHOICE_DROP, &s->err));
	CHECK(!wanted(s, l.btmh) && !wanted(s, l.also[0].btmh));
	SHELF_OK(lessons_standing(s->c, l.also[0].btmh, &standing, &s->err));
	CHECK(standing.unwelcome);
	SHELF_OK(index_choose(s->x, &row, CHOICE_PIN, &s->err));
	CHECK(wanted(s, l.also[0].btmh) && to_fetch(s, 9).list[0].pinned);
	hold(s, l.also[0].btmh, 10);
	CHECK(standing_of(s, l.also[0].btmh).pinned);
	shelf_withdraw(s, 0, l.id);
	shelf_settle(s);
	SHELF_OK(lessons_standing(s->c, l.also[0].btmh, &standing, &s->err));
	CHECK(standing.withdrawn && standing.unwelcome && !standing.wanted);
	CHECK(to_fetch(s, 9).count == 0);
	/* It is there still, and says so until it is deleted. */
	CHECK(bit(s, LESSONS_BITS_HELD, 0));
	SHELF_OK(payload_forget(s->c, l.also[0].btmh, &s->err));
	CHECK(!bit(s, LESSONS_BITS_HELD, 0));
	shelf_release(s);
}

int main(void)
{
	a_station_takes_what_was_published();
	a_small_one_is_taken_in_its_place();
	who_takes_all_takes_lessons_first();
	what_is_taken_follows_the_setting();
	drops_pins_and_withdrawals_are_for_all_of_it();
	return 0;
}
