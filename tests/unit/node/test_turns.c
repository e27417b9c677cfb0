#include "node/turns.h"

#include "tests/support/check.h"

static void who_asks_little_goes_before_the_many_of_another(void)
{
	struct turns t = { .seed = 7 };

	for (uint64_t i = 1; i <= 600; i++)
		CHECK(turns_take(&t, 1) == i);
	CHECK(turns_take(&t, 2) == 1);
	turns_go(&t, 1);
	turns_go(&t, 2);
	CHECK(turns_take(&t, 2) == 3);
	CHECK(turns_take(&t, 2) == 4);
	CHECK(turns_take(&t, 1) == 601);
}

static void who_was_silent_saves_nothing_up(void)
{
	struct turns t = { .seed = 7 };

	for (uint64_t i = 1; i <= 100; i++)
		turns_go(&t, turns_take(&t, 1));
	CHECK(turns_take(&t, 2) == 101);
	CHECK(turns_take(&t, 2) == 102);
	turns_go(&t, 50); /* late */
	CHECK(turns_take(&t, 1) == 101);
}

int main(void)
{
	who_asks_little_goes_before_the_many_of_another();
	who_was_silent_saves_nothing_up();
	return 0;
}
