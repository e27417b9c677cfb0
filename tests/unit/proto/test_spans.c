/* Spans against a bitmap. */
#include "proto/spans.h"

#include <string.h>

#include "tests/support/check.h"
#include "tests/support/dice.h"

enum { LINE = 4000 };

static void is_sound(const struct spans *s)
{
	CHECK(s->count <= SPANS_MAX);
	for (size_t i = 0; i < s->count; i++) {
		CHECK(s->at[i].from < s->at[i].to);
		CHECK(i == 0 || s->at[i - 1].to < s->at[i].from);
	}
}

static void it_is_as_a_bitmap(void)
{
	static bool map[LINE];
	struct spans s = { 0 };

	for (int round = 0; round < 200; round++) {
		uint64_t total = 0;

		memset(map, 0, sizeof(map));
		s.count = 0;
		for (int i = 0; i < 150; i++) {
			uint64_t from = dice(LINE), fresh = 0;
			uint64_t to = from + dice(round % 2 == 0 ? 9 : 300);

			if (to > LINE)
				to = LINE;
			for (uint64_t at = from; at < to; at++)
				fresh += !map[at];
			CHECK(spans_lacking(&s, from, to) == fresh);
			CHECK(spans_add(&s, from, to) == fresh);
			CHECK(spans_add(&s, from, to) == 0);
			for (uint64_t at = from; at < to; at++)
				map[at] = true;
			total += fresh;
			is_sound(&s);
			CHECK(spans_total(&s) == total);
		}
	}
}

/* Full of spans, it never counts what was counted, and never more than there
 * is. */
static void full_it_counts_less_never_more(void)
{
	enum { WIDE = 40000 };
	static bool map[WIDE];
	struct spans s = { 0 };
	uint64_t counted = 0, there = 0;

	memset(map, 0, sizeof(map));
	for (int i = 0; i < 20000; i++) {
		uint64_t from = dice(WIDE - 8), to = from + 1 + dice(7);
		uint64_t fresh = 0, said = spans_add(&s, from, to);

		for (uint64_t at = from; at < to; at++) {
			fresh += !map[at];
			map[at] = true;
		}
		there += fresh;
		CHECK(said <= fresh);
		counted += said;
		is_sound(&s);
		CHECK(spans_lacking(&s, from, to) == 0);
	}
	CHECK(counted <= there && counted > 0);
	CHECK(spans_total(&s) >= there);
}

static void the_ends_of_numbers_are_in_it(void)
{
	struct spans s = { 0 };

	CHECK(spans_add(&s, 5, 5) == 0 && s.count == 0);
	CHECK(spans_add(&s, 9, 5) == 0 && s.count == 0);
	CHECK(spans_add(&s, UINT64_MAX - 1, UINT64_MAX) == 1);
	CHECK(spans_add(&s, 0, 1) == 1);
	CHECK(spans_add(&s, 0, UINT64_MAX) == UINT64_MAX - 2);
	CHECK(s.count == 1);
}

int main(void)
{
	dice_begin(71);
	it_is_as_a_bitmap();
	full_it_counts_less_never_more();
	the_ends_of_numbers_are_in_it();
	return 0;
}
