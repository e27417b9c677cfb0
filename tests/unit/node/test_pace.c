/* Everybody has so many at once and then one now and again. */
#include "node/pace.h"

#include <netinet/in.h>
#include <string.h>

#include "tests/support/check.h"

static void a_burst_goes_and_then_one_now_and_again(void)
{
	struct pace pace;
	uint64_t wait = 0;

	pace_init(&pace, 1, 3, 1000);
	for (int i = 0; i < 3; i++)
		CHECK(pace_admit(&pace, 7, 5000, &wait));
	CHECK(!pace_admit(&pace, 7, 5000, &wait) && wait == 1000);
	CHECK(!pace_admit(&pace, 7, 5999, &wait) && wait == 1);
	CHECK(pace_admit(&pace, 7, 6000, &wait));
	CHECK(!pace_admit(&pace, 7, 6000, &wait));
	/* Being refused costs nothing; rest brings all of it back. */
	for (int i = 0; i < 3; i++)
		CHECK(pace_admit(&pace, 7, 9000, &wait));
	CHECK(!pace_admit(&pace, 7, 9000, &wait));
}

static void one_does_not_use_up_what_others_have(void)
{
	struct pace pace;
	uint64_t wait = 0;
	unsigned refused = 0;

	pace_init(&pace, 99, 2, 1000);
	while (pace_admit(&pace, 1, 0, &wait))
		;
	for (uint64_t other = 2; other < 102; other++)
		refused += !pace_admit(&pace, other, 0, &wait);
	CHECK(refused <= 2); /* who shares its slot */
}

static void a_clock_that_jumps_back_keeps_nobody_waiting(void)
{
	struct pace pace;
	uint64_t wait = 0;

	pace_init(&pace, 1, 2, 1000);
	while (pace_admit(&pace, 1, 1000000, &wait))
		;
	CHECK(pace_admit(&pace, 1, 10, &wait));
}

static void addresses_are_sources(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET }, b = a;
	struct sockaddr_in6 c = { .sin6_family = AF_INET6 }, d = c;

	a.sin_addr.s_addr = htonl(0x0a000001);
	b.sin_addr.s_addr = htonl(0x0a000002);
	CHECK(pace_source((struct sockaddr *)&a) !=
	      pace_source((struct sockaddr *)&b));
	b.sin_addr = a.sin_addr;
	b.sin_port = 99;
	CHECK(pace_source((struct sockaddr *)&a) ==
	      pace_source((struct sockaddr *)&b));
	c.sin6_addr.s6_addr[7] = 1;
	d.sin6_addr.s6_addr[7] = 1;
	d.sin6_addr.s6_addr[15] = 9; /* of the same subscriber */
	CHECK(pace_source((struct sockaddr *)&c) ==
	      pace_source((struct sockaddr *)&d));
	d.sin6_addr.s6_addr[7] = 2;
	CHECK(pace_source((struct sockaddr *)&c) !=
	      pace_source((struct sockaddr *)&d));
	/* An IPv4 address is the same whichever way it is written. */
	c = d = (struct sockaddr_in6){ .sin6_family = AF_INET6 };
	memset(c.sin6_addr.s6_addr + 10, 0xff, 2);
	memcpy(c.sin6_addr.s6_addr + 12, &a.sin_addr, 4);
	CHECK(pace_source((struct sockaddr *)&c) ==
	      pace_source((struct sockaddr *)&a));
	d = c;
	d.sin6_addr.s6_addr[15]++;
	CHECK(pace_source((struct sockaddr *)&c) !=
	      pace_source((struct sockaddr *)&d));
}

int main(void)
{
	a_burst_goes_and_then_one_now_and_again();
	one_does_not_use_up_what_others_have();
	a_clock_that_jumps_back_keeps_nobody_waiting();
	addresses_are_sources();
	return 0;
}
