#include "node/gate.h"

#include "tests/support/check.h"

static struct gate gate;

static void a_source_has_its_limit_and_gets_it_back(void)
{
	unsigned admitted = 0;

	gate_init(&gate, 12345, 1000);
	for (int i = 0; i < 1000; i++)
		admitted += gate_admit(&gate, 0x0a000001, false, 1000);
	CHECK(admitted == GATE_PER_SOURCE);
	CHECK(!gate_admit(&gate, 0x0a000001, false, 1010));
	CHECK(gate_admit(&gate, 0x0a000001, false, 1021));
	CHECK(gate_admit(&gate, 0x0a000002, false, 1021));
}

static void a_flood_of_invented_sources_has_one_limit(void)
{
	unsigned admitted = 0;

	gate_init(&gate, 12345, 0);
	for (uint32_t ms = 0; ms < 10000; ms++)
		for (uint32_t i = 0; i < 100; i++)
			admitted += gate_admit(&gate, ms * 100 + i, false, ms);
	CHECK(admitted <= 11 * GATE_STRANGERS);
	CHECK(admitted >= 9 * GATE_STRANGERS);
}

static void strangers_do_not_use_up_what_is_kept_for_the_known(void)
{
	gate_init(&gate, 999, 0);
	for (uint32_t i = 0; i < 100000; i++)
		gate_admit(&gate, i << 8, false, 5);
	/* Its own slot may be shared with a stranger; most are not empty. */
	unsigned admitted = 0;

	for (uint32_t i = 0; i < 20; i++)
		admitted += gate_admit(&gate, 0xc0a80001 + i, true, 5);
	CHECK(admitted >= 15);
}

static void a_clock_that_stands_still_or_jumps_is_survived(void)
{
	gate_init(&gate, 1, 0);
	CHECK(gate_admit(&gate, 1, false, INT64_MAX / 2));
	CHECK(gate_admit(&gate, 1, true, INT64_MAX / 2));
}

int main(void)
{
	a_source_has_its_limit_and_gets_it_back();
	a_flood_of_invented_sources_has_one_limit();
	strangers_do_not_use_up_what_is_kept_for_the_known();
	a_clock_that_stands_still_or_jumps_is_survived();
	return 0;
}
