/* Entries are filled as far as they go, against a plain model. */
#include "node/study/packing.h"

#include <string.h>

#include "tests/support/check.h"
#include "tests/support/dice.h"

static const struct packing small = { .room = 100,
				      .items_max = 4,
				      .entries_max = 3 };

static void a_photo_goes_alone_and_last(void)
{
	struct packable items[] = { { .bytes = 10, .alone = true },
				    { .bytes = 10 },
				    { .bytes = 20 } };
	bool left = true;

	CHECK(packing_divide(&small, items, 3, &left) == 2 && !left);
	CHECK(items[1].entry == 1 && items[2].entry == 1);
	CHECK(items[0].entry == 2);
}

static void commas_count(void)
{
	struct packable items[] = { { .bytes = 50 }, { .bytes = 50 } };

	CHECK(packing_divide(&small, items, 2, NULL) == 2);
	items[1].bytes = 49;
	CHECK(packing_divide(&small, items, 2, NULL) == 1);
}

static void what_is_too_large_waits_and_does_not_press(void)
{
	struct packable items[] = { { .bytes = 101 }, { .bytes = 5 } };
	bool left = true;

	CHECK(packing_divide(&small, items, 2, &left) == 1 && !left);
	CHECK(items[0].entry == 0 && items[1].entry == 1);
	CHECK(packing_divide(&small, items, 0, &left) == 0 && !left);
}

/* Nothing is over the limits, nothing that would fit is left while there are
 * entries, and each entry that follows could not have been spared. */
static void limits_hold_whatever_comes(void)
{
	struct packable items[40];

	for (unsigned seed = 1; seed <= 2000; seed++) {
		size_t bytes[5] = { 0 }, count[5] = { 0 }, n;
		bool left, waiting = false, alone[5] = { false };
		unsigned entries;

		dice_begin(seed);
		n = (size_t)dice(40);
		for (size_t i = 0; i < n; i++)
			items[i] = (struct packable){
				.bytes = 1 + (size_t)dice(dice(4) ? 30 : 120),
				.alone = dice(9) == 0
			};
		entries = packing_divide(&small, items, n, &left);
		CHECK(entries <= small.entries_max);
		for (size_t i = 0; i < n; i++) {
			unsigned e = items[i].entry;

			CHECK(e <= entries);
			waiting |= e == 0 && items[i].bytes <= small.room;
			if (e == 0)
				continue;
			bytes[e] += items[i].bytes + (count[e]++ > 0);
			alone[e] |= items[i].alone;
		}
		CHECK(left == waiting);
		CHECK(!left || entries == small.entries_max);
		for (unsigned e = 1; e <= entries; e++) {
			CHECK(count[e] > 0 && count[e] <= small.items_max);
			CHECK(bytes[e] <= small.room);
			CHECK(!alone[e] || count[e] == 1);
		}
	}
}

int main(void)
{
	a_photo_goes_alone_and_last();
	commas_count();
	what_is_too_large_waits_and_does_not_press();
	limits_hold_whatever_comes();
	return 0;
}
