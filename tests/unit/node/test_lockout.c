/* How fast a PIN can be guessed, and whom that keeps out. */
#include "node/page/lockout.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "tests/support/check.h"

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

/* A wrong try at `now`; false when it was not let through. */
static bool guess(struct lockout *l, const char *who, uint64_t source,
		  uint64_t now, unsigned *left, unsigned *wait_s)
{
	if (!lockout_admit(l, who, source, now, wait_s))
		return false;
	*left = lockout_wrong(l, who, source, now);
	return true;
}

static bool may(const struct lockout *l, const char *who, uint64_t source,
		uint64_t now)
{
	struct lockout copy = *l;
	unsigned wait_s;

	return lockout_admit(&copy, who, source, now, &wait_s);
}

static void five_wrong_ones_and_then_one_two_four_to_sixty_minutes(void)
{
	static const unsigned waits[] = { 1, 2, 4, 8, 16, 32, 60, 60 };
	struct lockout l;
	unsigned left = 9, wait_s = 0;
	uint64_t now = 1000;

	lockout_init(&l);
	for (unsigned i = 0; i < LOCKOUT_FREE; i++) {
		CHECK(guess(&l, "A", LOCKOUT_HERE, now, &left, &wait_s));
		CHECK(left == LOCKOUT_FREE - 1 - i);
	}
	for (unsigned i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
		CHECK(!guess(&l, "A", LOCKOUT_HERE, now, &left, &wait_s));
		CHECK(wait_s == waits[i] * 60);
		now += waits[i] * MINUTE - 1;
		CHECK(!guess(&l, "A", LOCKOUT_HERE, now, &left, &wait_s));
		CHECK(wait_s == 1);
		now += 1;
		CHECK(guess(&l, "A", LOCKOUT_HERE, now, &left, &wait_s));
		CHECK(left == 0);
	}
	/* The right one ends it: five more. */
	now += HOUR;
	CHECK(lockout_admit(&l, "A", LOCKOUT_HERE, now, &wait_s));
	lockout_right(&l, "A", LOCKOUT_HERE, now);
	CHECK(guess(&l, "A", LOCKOUT_HERE, now, &left, &wait_s));
	CHECK(left == LOCKOUT_FREE - 1);
}

static void a_phone_that_guesses_keeps_nobody_from_the_tv(void)
{
	struct lockout l;
	unsigned left, wait_s;

	lockout_init(&l);
	while (guess(&l, "A", 77, 1000, &left, &wait_s))
		;
	CHECK(!may(&l, "A", 77, 1000));
	CHECK(may(&l, "A", LOCKOUT_HERE, 1000)); /* A on the TV */
	CHECK(may(&l, "A", 78, 1000));		 /* A on a phone */
	CHECK(may(&l, "B", 77, 1000));		 /* B on that phone */
}

/* One laptop can have many addresses. */
static void many_addresses_guess_no_faster_than_a_few(void)
{
	struct lockout l;
	unsigned left, wait_s, tries = 0;

	lockout_init(&l);
	/* A has been here before, from this phone. */
	CHECK(lockout_admit(&l, "A", 5, 0, &wait_s));
	lockout_right(&l, "A", 5, 0);
	for (uint64_t source = 100; source < 3000; source++)
		tries += guess(&l, "A", source, 1000, &left, &wait_s);
	CHECK(tries == LOCKOUT_STRANGE);
	CHECK(wait_s == LOCKOUT_STRANGE_MS / 1000);
	/* A day of it. */
	for (uint64_t now = 1000; now < DAY; now += MINUTE)
		tries += guess(&l, "A", now, now, &left, &wait_s);
	CHECK(tries <= LOCKOUT_STRANGE + 24);
	/* And A gets in all the while, from the TV and that phone. */
	CHECK(may(&l, "A", LOCKOUT_HERE, DAY));
	CHECK(may(&l, "A", 5, DAY));
	CHECK(!may(&l, "A", 6, 1000));
	CHECK(may(&l, "B", 6, 1000));
}

static void tries_at_the_same_time_are_no_way_around(void)
{
	struct lockout l;
	unsigned wait_s, tries = 0;

	lockout_init(&l);
	while (lockout_admit(&l, "A", LOCKOUT_HERE, 1000, &wait_s))
		tries++;
	CHECK(tries == LOCKOUT_FREE);
}

static void right_ones_and_undecided_ones_cost_nothing(void)
{
	struct lockout l;
	unsigned left, wait_s;

	lockout_init(&l);
	for (unsigned i = 0; i < 100; i++) {
		CHECK(lockout_admit(&l, "A", 500 + i, 1000, &wait_s));
		lockout_right(&l, "A", 500 + i, 1000);
		CHECK(lockout_admit(&l, "B", 500, 1000, &wait_s));
		lockout_undecided(&l, "B", 500, 1000);
	}
	CHECK(guess(&l, "B", 500, 1000, &left, &wait_s) &&
	      left == LOCKOUT_FREE - 1);
	/* The last friends are known, those before are strange again. */
	for (uint64_t source = 5000; guess(&l, "A", source, 1000, &left,
					   &wait_s); source++)
		;
	CHECK(may(&l, "A", 599, 1000));
	CHECK(may(&l, "A", 600 - LOCKOUT_FRIENDS, 1000));
	CHECK(!may(&l, "A", 599 - LOCKOUT_FRIENDS, 1000));
}

static void a_restart_forgets_nothing(void)
{
	struct lockout l, after;
	unsigned left, wait_s;
	json_t *json;

	lockout_init(&l);
	CHECK(lockout_admit(&l, "A", 5, 0, &wait_s));
	lockout_right(&l, "A", 5, 0);
	for (unsigned i = 0; i < LOCKOUT_FREE; i++)
		CHECK(guess(&l, "A", LOCKOUT_HERE, 1000, &left, &wait_s));
	for (uint64_t source = 100; guess(&l, "A", source, 1000, &left,
					  &wait_s); source++)
		;
	CHECK(lockout_changed(&l));
	json = lockout_put(&l, 1000);
	CHECK(json != NULL && !lockout_changed(&l));

	/* Its clock begins anew. */
	lockout_init(&after);
	lockout_take(&after, json, 7);
	json_decref(json);
	CHECK(!lockout_changed(&after));
	CHECK(!guess(&after, "A", LOCKOUT_HERE, 7, &left, &wait_s));
	CHECK(wait_s == 60);
	CHECK(guess(&after, "A", LOCKOUT_HERE, 7 + MINUTE, &left, &wait_s));
	CHECK(!guess(&after, "A", LOCKOUT_HERE, 7 + MINUTE, &left, &wait_s));
	CHECK(wait_s == 120);
	CHECK(!may(&after, "A", 4321, 7));
	CHECK(may(&after, "A", 5, 7));
}

static void who_has_waited_need_not_wait_again_after_a_restart(void)
{
	struct lockout l, after;
	unsigned left, wait_s;
	json_t *json;

	lockout_init(&l);
	for (unsigned i = 0; i < LOCKOUT_FREE; i++)
		CHECK(guess(&l, "A", LOCKOUT_HERE, 1000, &left, &wait_s));
	json_decref(lockout_put(&l, 1000));
	lockout_tick(&l, 1000 + MINUTE - 1);
	CHECK(!lockout_changed(&l));
	lockout_tick(&l, 1000 + MINUTE);
	CHECK(lockout_changed(&l));
	json = lockout_put(&l, 1000 + MINUTE);
	lockout_init(&after);
	lockout_take(&after, json, 7);
	json_decref(json);
	CHECK(guess(&after, "A", LOCKOUT_HERE, 7, &left, &wait_s));
	CHECK(!guess(&after, "A", LOCKOUT_HERE, 7, &left, &wait_s));
	CHECK(wait_s == 120); /* but it was not forgotten */

	/* A quiet day ends it. */
	lockout_tick(&after, 7 + 2 * MINUTE);
	lockout_tick(&after, 7 + DAY);
	CHECK(guess(&after, "A", LOCKOUT_HERE, 7 + DAY, &left, &wait_s));
	CHECK(left == LOCKOUT_FREE - 1);
}

static void a_new_secret_begins_anew(void)
{
	struct lockout l;
	unsigned left, wait_s;

	lockout_init(&l);
	while (guess(&l, "A", 9, 0, &left, &wait_s) ||
	       guess(&l, "B", 9, 0, &left, &wait_s))
		;
	lockout_forget(&l, "A");
	CHECK(may(&l, "A", 9, 0));
	CHECK(!may(&l, "B", 9, 0));
	/* Strangers, too; and who was no stranger with the old one is one. */
	CHECK(lockout_admit(&l, "A", 5, 0, &wait_s));
	lockout_right(&l, "A", 5, 0);
	for (uint64_t source = 100; guess(&l, "A", source, 0, &left, &wait_s);
	     source++)
		;
	CHECK(may(&l, "A", 5, 0) && !may(&l, "A", 6, 0));
	lockout_forget(&l, "A");
	CHECK(may(&l, "A", 6, 0));
	for (uint64_t source = 100; guess(&l, "A", source, 0, &left, &wait_s);
	     source++)
		;
	CHECK(!may(&l, "A", 5, 0));
}

/* However many addresses try: those that have guessed most stay. */
static void the_table_stays_as_large_as_it_is(void)
{
	struct lockout l;
	unsigned left, wait_s;

	lockout_init(&l);
	while (guess(&l, "A", LOCKOUT_HERE, 0, &left, &wait_s))
		;
	for (unsigned person = 0; person < 60; person++)
		for (uint64_t source = 1; source < 30; source++) {
			char who[16];

			(void)snprintf(who, sizeof(who), "P%u", person);
			(void)guess(&l, who, source, 1, &left, &wait_s);
		}
	CHECK(!may(&l, "A", LOCKOUT_HERE, 1));
}

static void what_was_not_written_by_us_is_left_out(void)
{
	static const char *const texts[] = {
		"{}",
		"[]",
		"{\"tries\":{},\"people\":1}",
		"{\"tries\":[1,{},{\"who\":\"A\",\"from\":\"xyz\",\"wrong\":9,"
		"\"waits\":true}]}",
		"{\"tries\":[{\"who\":\"A\",\"from\":\"0000000000000000\","
		"\"wrong\":-9,\"waits\":true}]}",
		"{\"tries\":[{\"who\":\"A\",\"from\":\"0000000000000000\","
		"\"wrong\":9999999999,\"waits\":true}]}",
		"{\"people\":[{\"who\":\"A\",\"full_ms\":1e300,\"friends\":[1]},"
		"{\"who\":\"A\",\"full_ms\":999999999999}]}",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		json_t *json = json_loads(texts[i], 0, NULL);
		struct lockout l;

		CHECK(json != NULL);
		lockout_init(&l);
		lockout_take(&l, json, 5);
		CHECK(may(&l, "A", LOCKOUT_HERE, 5) && may(&l, "A", 9, 5));
		json_decref(json);
	}
}

static void this_machine_is_known_by_its_addresses(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET }, b = a;
	struct sockaddr_in6 c = { .sin6_family = AF_INET6 }, d = c;
	const struct sockaddr *from = (struct sockaddr *)&a,
			      *other = (struct sockaddr *)&b;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(lockout_source(from, NULL) == LOCKOUT_HERE);
	a.sin_addr.s_addr = htonl(0xc0a80105);
	b.sin_addr.s_addr = htonl(0xc0a80106);
	CHECK(lockout_source(from, NULL) != LOCKOUT_HERE);
	CHECK(lockout_source(from, from) == LOCKOUT_HERE);
	CHECK(lockout_source(from, other) == lockout_source(from, NULL));
	CHECK(lockout_source(from, NULL) != lockout_source(other, NULL));
	CHECK(inet_pton(AF_INET6, "::1", &c.sin6_addr) == 1);
	CHECK(lockout_source((struct sockaddr *)&c, NULL) == LOCKOUT_HERE);
	/* Of one LAN: whoever takes the half of an address for it would have
	 * all viewers wait for one. */
	CHECK(inet_pton(AF_INET6, "fe80::1", &c.sin6_addr) == 1);
	CHECK(inet_pton(AF_INET6, "fe80::2", &d.sin6_addr) == 1);
	CHECK(lockout_source((struct sockaddr *)&c, NULL) !=
	      lockout_source((struct sockaddr *)&d, NULL));
	CHECK(inet_pton(AF_INET6, "::ffff:192.168.1.5", &d.sin6_addr) == 1);
	CHECK(lockout_source((struct sockaddr *)&d, NULL) ==
	      lockout_source(from, NULL));
	CHECK(lockout_source(NULL, NULL) != LOCKOUT_HERE);
}

/* Whoever tried: what is shown at the desk. */
static void wrong_ones_are_counted_for_a_day(void)
{
	const uint64_t hour = 60 * 60 * 1000;
	struct lockout l;

	lockout_init(&l);
	CHECK(lockout_wrong_lately(&l, 0) == 0);
	for (unsigned i = 0; i < 3; i++) {
		CHECK(may(&l, "A", 7, 5 * hour));
		(void)lockout_wrong(&l, "A", 7, 5 * hour);
	}
	CHECK(may(&l, "B", LOCKOUT_HERE, 9 * hour));
	(void)lockout_wrong(&l, "B", LOCKOUT_HERE, 9 * hour);
	CHECK(may(&l, "A", LOCKOUT_HERE, 9 * hour));
	lockout_right(&l, "A", LOCKOUT_HERE, 9 * hour);
	CHECK(lockout_wrong_lately(&l, 9 * hour) == 4);
	CHECK(lockout_wrong_lately(&l, 28 * hour) == 4);
	CHECK(lockout_wrong_lately(&l, 29 * hour) == 1);
	CHECK(lockout_wrong_lately(&l, 33 * hour) == 0);
	CHECK(may(&l, "B", LOCKOUT_HERE, 33 * hour));
	(void)lockout_wrong(&l, "B", LOCKOUT_HERE, 33 * hour);
	CHECK(lockout_wrong_lately(&l, 33 * hour) == 1);
}

int main(void)
{
	five_wrong_ones_and_then_one_two_four_to_sixty_minutes();
	a_phone_that_guesses_keeps_nobody_from_the_tv();
	many_addresses_guess_no_faster_than_a_few();
	tries_at_the_same_time_are_no_way_around();
	right_ones_and_undecided_ones_cost_nothing();
	a_restart_forgets_nothing();
	who_has_waited_need_not_wait_again_after_a_restart();
	a_new_secret_begins_anew();
	the_table_stays_as_large_as_it_is();
	what_was_not_written_by_us_is_left_out();
	this_machine_is_known_by_its_addresses();
	wrong_ones_are_counted_for_a_day();
	return 0;
}
