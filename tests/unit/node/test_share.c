/* Nobody has all of what is short, and who comes new finds some. */
#include "node/share.h"

#include "node/scatter.h"
#include "tests/support/check.h"

enum { MAX = 512 };

static unsigned take_all(struct share *s, uint64_t source)
{
	unsigned count = 0;

	while (share_take(s, source))
		count++;
	return count;
}

static void one_alone_gets_half(void)
{
	struct share s;

	share_init(&s, 1, MAX);
	CHECK(take_all(&s, 7) == MAX / 2);
	/* What it gives back it may have again, and no more. */
	share_give(&s, 7);
	CHECK(take_all(&s, 7) == 1 && s.taken == MAX / 2);
}

static void who_comes_new_finds_some(void)
{
	struct share s;
	unsigned before = MAX;

	share_init(&s, 99, MAX);
	for (uint64_t source = 1; source <= 8; source++) {
		unsigned got = take_all(&s, source);

		CHECK(got > 0 && got <= before);
		before = got;
	}
	CHECK(s.taken < MAX && share_take(&s, 1000));
	while (share_take(&s, s.taken * 7919))
		;
	CHECK(s.taken <= MAX);
}

static void none_are_left_of_none(void)
{
	struct share s;

	share_init(&s, 1, 0);
	CHECK(!share_take(&s, 3));
}

static void sources_are_scattered_by_the_seed(void)
{
	unsigned together = 0;

	for (uint64_t i = 0; i < 1000; i++)
		together += scatter(i, 5) % 64 == scatter(i, 6) % 64;
	CHECK(together < 60); /* one in 64 would be chance */
	CHECK(scatter(3, 9) == scatter(3, 9));
}

int main(void)
{
	one_alone_gets_half();
	who_comes_new_finds_some();
	none_are_left_of_none();
	sources_are_scattered_by_the_seed();
	return 0;
}
