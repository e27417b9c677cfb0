#include "node/page/reset_code.h"

#include <string.h>

#include "tests/support/check.h"

static const uint8_t one[RESETCODE_CHALLENGE_SIZE] = { 1 },
		     two[RESETCODE_CHALLENGE_SIZE] = { 2 };
static struct resets r;
static uint8_t got[RESETCODE_CHALLENGE_SIZE];

static bool asks(const char *who, uint64_t now, const uint8_t *fresh,
		 const uint8_t *expected)
{
	resets_ask(&r, who, now, fresh, got);
	return memcmp(got, expected, sizeof(got)) == 0;
}

static bool tries(const char *who, uint64_t now, const uint8_t *expected)
{
	memset(got, 9, sizeof(got));
	return resets_try(&r, who, now, got) &&
	       memcmp(got, expected, sizeof(got)) == 0;
}

static void who_asks_again_is_told_the_same(void)
{
	resets_init(&r);
	CHECK(!tries("A", 0, one));
	CHECK(asks("A", 1000, one, one));
	CHECK(asks("A", 1001, two, one)); /* a viewer, too */
	CHECK(!tries("B", 1001, one));
	CHECK(asks("B", 1002, two, two));
	CHECK(tries("A", 1003, one) && tries("B", 1003, two));
}

static void it_is_good_once_and_for_a_day(void)
{
	resets_init(&r);
	CHECK(asks("A", 0, one, one));
	CHECK(tries("A", RESET_LIFE_MS - 1, one));
	CHECK(!tries("A", RESET_LIFE_MS, one));
	CHECK(asks("A", RESET_LIFE_MS, two, two));
	resets_end(&r, "B");
	CHECK(tries("A", RESET_LIFE_MS, two));
	resets_end(&r, "A");
	CHECK(!tries("A", RESET_LIFE_MS, two));
	/* There is always half a day left. */
	CHECK(asks("A", 0, one, one));
	CHECK(asks("A", RESET_LIFE_MS / 2 - 1, two, one));
	CHECK(asks("A", RESET_LIFE_MS / 2, two, two));
}

static void so_many_tries_and_no_more(void)
{
	resets_init(&r);
	CHECK(asks("B", 0, one, one));
	for (unsigned i = 0; i < RESET_TRIES; i++)
		CHECK(tries("B", 1, one));
	CHECK(!tries("B", 1, one));
	CHECK(asks("B", 2, two, two));
	CHECK(tries("B", 2, two));
}

int main(void)
{
	who_asks_again_is_told_the_same();
	it_is_good_once_and_for_a_day();
	so_many_tries_and_no_more();
	return 0;
}
