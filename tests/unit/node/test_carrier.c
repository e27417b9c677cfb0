/* Elections among candidates that all know the same; and what a node remembers
 * and makes of what the others say. */
#include "node/carrier_rank.h"

#include <stdlib.h>
#include <string.h>

#include "proto/datagram.h"
#include "tests/support/check.h"
#include "tests/support/dice.h"

static struct carrier_ranked ranked(const struct carrier_candidate *candidate,
				    const uint8_t *btmh)
{
	struct carrier_ranked made = { .is = *candidate };

	carrier_rank(candidate->key, btmh, made.rank);
	return made;
}

/* Which of a list is to carry; -1 for none. */
static int elect(const struct carrier_candidate *list, size_t count,
		 const uint8_t *btmh)
{
	struct carrier_ranked best;
	int elected = -1;

	for (size_t i = 0; i < count; i++) {
		struct carrier_ranked it = ranked(&list[i], btmh);

		if (!carrier_beats(&it, elected < 0 ? NULL : &best))
			continue;
		best = it;
		elected = (int)i;
	}
	return elected;
}

/* Of two that only could carry. */
static bool outranks(const struct carrier_candidate *a,
		     const struct carrier_candidate *b, const uint8_t *btmh)
{
	struct carrier_ranked x = ranked(a, btmh), y = ranked(b, btmh);

	return carrier_beats(&x, &y);
}

enum { MANY = 12 };

static void shuffle(struct carrier_candidate *list, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = dice(i);
		struct carrier_candidate kept = list[i - 1];

		list[i - 1] = list[j];
		list[j] = kept;
	}
}

static void whatever_the_order_the_same_one_is_elected(void)
{
	for (uint64_t seed = 1; seed <= 3000; seed++) {
		struct carrier_candidate list[MANY], best;
		size_t count;
		uint8_t btmh[32];
		int elected;

		dice_begin(seed);
		count = dice(MANY + 1);
		dice_bytes(btmh, sizeof(btmh));
		for (size_t i = 0; i < count; i++) {
			list[i] = (struct carrier_candidate){
				.beyond = dice(4) > 0,
				.carries = dice(4) == 0,
				.delivers = dice(2) == 0,
				.out = dice(4) == 0,
				.failures = (unsigned)dice(3)
			};
			dice_bytes(list[i].key, sizeof(list[i].key));
		}
		elected = elect(list, count, btmh);
		if (elected >= 0) {
			best = list[elected];
			CHECK(best.beyond && !best.out);
			shuffle(list, count);
			elected = elect(list, count, btmh);
			CHECK(elected >= 0);
			CHECK(memcmp(list[elected].key, best.key,
				     sizeof(best.key)) == 0);
		}
		for (size_t i = 0; i < count; i++)
			CHECK(elected >= 0 || !list[i].beyond || list[i].out);
		for (size_t i = 0; i < count; i++) {
			list[i].beyond = true;
			list[i].out = false;
		}
		for (size_t i = 0; i < count; i++)
			for (size_t j = 0; j < i; j++)
				CHECK(outranks(&list[i], &list[j], btmh) !=
				      outranks(&list[j], &list[i], btmh));
	}
}

static void lessons_are_spread_over_the_nodes(void)
{
	struct carrier_candidate list[4];
	unsigned times[4] = { 0 };

	dice_begin(7);
	for (size_t i = 0; i < 4; i++) {
		list[i] = (struct carrier_candidate){ .beyond = true };
		dice_bytes(list[i].key, sizeof(list[i].key));
	}
	for (int i = 0; i < 1000; i++) {
		uint8_t btmh[32];

		dice_bytes(btmh, sizeof(btmh));
		times[elect(list, 4, btmh)]++;
	}
	for (size_t i = 0; i < 4; i++)
		CHECK(times[i] > 180 && times[i] < 320);
}

static void who_carries_stays_and_who_failed_comes_last(void)
{
	struct carrier_candidate list[3];
	uint8_t btmh[32];
	int first, second;

	dice_begin(9);
	dice_bytes(btmh, sizeof(btmh));
	for (size_t i = 0; i < 3; i++) {
		list[i] = (struct carrier_candidate){ .beyond = true };
		dice_bytes(list[i].key, sizeof(list[i].key));
	}
	first = elect(list, 3, btmh);
	list[first].failures = 1;
	second = elect(list, 3, btmh);
	CHECK(second != first);
	list[first].carries = true;
	CHECK(elect(list, 3, btmh) == first);
	list[second].carries = true;
	list[second].delivers = true;
	CHECK(elect(list, 3, btmh) == second);
	list[second].out = true;
	CHECK(elect(list, 3, btmh) == first);
	list[first].beyond = false;
	CHECK(elect(list, 3, btmh) == 3 - first - second);
	CHECK(elect(list, 0, btmh) == -1);
}

/* The three all say that they want it and could carry; `carrying` (or NULL)
 * that it does, with `pieces`. */
static void three_say(struct carriers *c, uint8_t (*keys)[CARRIER_KEY_SIZE],
		      const uint8_t *btmh, const uint8_t *carrying,
		      uint32_t pieces, int64_t now)
{
	for (int i = 0; i < 3; i++) {
		bool carries = carrying == keys[i];

		carriers_heard(c, keys[i], btmh,
			       CARRIER_WANTS | CARRIER_BEYOND |
				       (carries ? CARRIER_CARRIES : 0),
			       carries ? pieces : 0, now);
	}
}

/* The role after `ms` of hearing nothing new. */
static enum carrier_role role_after(struct carriers *c,
				    uint8_t (*keys)[CARRIER_KEY_SIZE],
				    const uint8_t *btmh, int64_t *now,
				    int64_t ms)
{
	enum carrier_role role = CARRIER_NOBODY;

	for (int64_t until = *now + ms; *now < until; *now += 500) {
		three_say(c, keys, btmh, NULL, 0, *now);
		role = carriers_role(c, btmh, *now, NULL);
	}
	return role;
}

static void after_two_failures_a_node_fetches_by_itself(void)
{
	uint8_t keys[3][CARRIER_KEY_SIZE];
	struct carrier_candidate own = { .beyond = true }, other = own;
	uint8_t btmh[32] = { 3 };
	struct carriers *c;
	int64_t now = 1000;

	dice_begin(21);
	for (int i = 0; i < 3;) { /* all of better rank than our own */
		dice_bytes(other.key, sizeof(other.key));
		memcpy(keys[i], other.key, sizeof(other.key));
		i += outranks(&other, &own, btmh);
	}
	c = carriers_new(own.key);
	CHECK(c != NULL);
	CHECK(carriers_own(c, btmh, CARRIER_WANTS | CARRIER_BEYOND, 0, now));
	CHECK(role_after(c, keys, btmh, &now, 2 * CARRIER_PATIENCE_MS) ==
	      CARRIER_WAIT);
	CHECK(role_after(c, keys, btmh, &now, 1000) == CARRIER_CARRY);

	/* One of them delivers: two need not. */
	three_say(c, keys, btmh, keys[1], 0, now);
	CHECK(carriers_role(c, btmh, now, NULL) == CARRIER_CARRY);
	three_say(c, keys, btmh, keys[1], 1, now + 3000);
	CHECK(carriers_role(c, btmh, now + 3000, NULL) == CARRIER_WAIT);

	/* It gives up, and nobody else does, nor we: from the beginning,
	 * slowly. */
	now += 3500;
	CHECK(role_after(c, keys, btmh, &now, CARRIER_PATIENCE_MS + 500) ==
	      CARRIER_CARRY);
	CHECK(role_after(c, keys, btmh, &now, CARRIER_PATIENCE_MS) ==
	      CARRIER_WAIT);
	CHECK(role_after(c, keys, btmh, &now, 3 * CARRIER_PATIENCE_MS) ==
	      CARRIER_WAIT);
	CHECK(role_after(c, keys, btmh, &now, CARRIER_PATIENCE_MS + 500) ==
	      CARRIER_CARRY);
	carriers_free(c);
}

static void who_gives_up_is_followed_at_once(void)
{
	enum { CAN = CARRIER_WANTS | CARRIER_BEYOND };
	uint8_t own[CARRIER_KEY_SIZE] = { 1 }, other[CARRIER_KEY_SIZE] = { 2 };
	uint8_t third[CARRIER_KEY_SIZE] = { 3 }, a[32] = { 10 };
	struct carriers *c = carriers_new(own);

	CHECK(c != NULL && carriers_own(c, a, CAN, 0, 1000));
	carriers_heard(c, other, a, CAN | CARRIER_CARRIES, 0, 1000);
	CHECK(carriers_role(c, a, 1000, NULL) == CARRIER_WAIT);
	/* It makes way for another one. */
	carriers_heard(c, third, a, CARRIER_WANTS | CARRIER_CARRIES, 0, 2000);
	carriers_heard(c, other, a, CAN, 0, 2000);
	(void)carriers_role(c, a, 2000, NULL);
	carriers_heard(c, other, a, CAN | CARRIER_CARRIES, 0, 3000);
	CHECK(carriers_role(c, a, 3000, NULL) == CARRIER_WAIT);
	/* Nobody else is there any more. */
	carriers_gone(c, third);
	carriers_heard(c, other, a, CAN, 0, 4000);
	CHECK(carriers_role(c, a, 4000, NULL) == CARRIER_CARRY);
	carriers_free(c);
}

static void who_stood_still_counts_that_as_others_do(void)
{
	uint8_t own[CARRIER_KEY_SIZE] = { 1 }, other[CARRIER_KEY_SIZE] = { 2 };
	uint8_t a[32] = { 10 };
	struct carriers *c = carriers_new(own);
	int64_t later = 2000 + CARRIER_SILENT_MS;

	CHECK(c != NULL);
	CHECK(carriers_own(c, a, CARRIER_WANTS | CARRIER_BEYOND, 0, 1000));
	CHECK(carriers_role(c, a, 1000, NULL) == CARRIER_CARRY);
	CHECK(carriers_own(c, a, CARRIER_WANTS | CARRIER_BEYOND, 5, 2000));
	CHECK(carriers_role(c, a, 2000, NULL) == CARRIER_CARRY);
	/* What had come until then is worked off first. */
	CHECK(carriers_own(c, a, CARRIER_WANTS | CARRIER_BEYOND, 6, later));
	carriers_heard(c, other, a, CARRIER_WANTS | CARRIER_BEYOND, 0, later);
	CHECK(carriers_role(c, a, later, NULL) == CARRIER_WAIT);
	carriers_free(c);
}

static void what_is_said_goes_out_and_comes_in(void)
{
	uint8_t own[CARRIER_KEY_SIZE] = { 1 }, other[CARRIER_KEY_SIZE] = { 2 };
	uint8_t a[32] = { 10 }, b[32] = { 11 };
	struct datagram_fetch list[4];
	struct carrier_sayer sayers[4];
	struct carriers *c = carriers_new(own);
	uint32_t pieces = 0;

	CHECK(c != NULL && !carriers_take_change(c));
	CHECK(carriers_own(c, a, CARRIER_HOLDS, 9, 1000));
	CHECK(carriers_own(c, b, CARRIER_WANTS | CARRIER_BEYOND, 3, 1000));
	CHECK(carriers_role(c, b, 1000, NULL) == CARRIER_CARRY);
	CHECK(carriers_take_change(c) && !carriers_take_change(c));
	CHECK(carriers_own(c, b, CARRIER_WANTS | CARRIER_BEYOND, 4, 1100));
	CHECK(!carriers_take_change(c)); /* pieces alone are no news */
	CHECK(carriers_to_say(c, 1200, list, 4) == 2);
	CHECK(list[0].name[0] == 11 && list[0].pieces == 4);
	CHECK(list[0].saying ==
	      (CARRIER_WANTS | CARRIER_BEYOND | CARRIER_CARRIES));
	CHECK(list[1].name[0] == 10 && list[1].saying == CARRIER_HOLDS);
	CHECK(carriers_to_say(c, 1200, list, 1) == 1 && list[0].name[0] == 11);
	/* What it holds is news for a while. */
	CHECK(carriers_own(c, a, CARRIER_HOLDS, 9, 20000));
	CHECK(carriers_to_say(c, 1001 + CARRIER_HEARD_MS, list, 4) == 1);
	CHECK(carriers_own(c, b, 0, 0, 1300) && carriers_take_change(c));
	CHECK(carriers_to_say(c, 1300, list, 4) == 1);

	list[0] = (struct datagram_fetch){ .name = { 10 }, .saying = 8,
					   .pieces = 5 };
	list[1] = (struct datagram_fetch){ .name = { 11 }, .saying = 1 };
	carriers_heard_list(c, other, list, 2, 2000);
	CHECK(carriers_said(c, other, a, 2000, &pieces) == 8 && pieces == 5);
	CHECK(carriers_said(c, other, b, 2000 + CARRIER_HEARD_MS, NULL) == 1);
	CHECK(carriers_said(c, other, b, 2001 + CARRIER_HEARD_MS, NULL) == 0);
	CHECK(carriers_sayers(c, a, 2000, sayers, 4) == 1);
	CHECK(sayers[0].key[0] == 2 && sayers[0].saying == 8 &&
	      sayers[0].pieces == 5);
	carriers_heard_list(c, other, list + 1, 1, 2100);
	CHECK(carriers_said(c, other, a, 2100, NULL) == 0);
	carriers_gone(c, other);
	CHECK(carriers_said(c, other, b, 2100, NULL) == 0);
	carriers_free(c);
}

static void a_flood_is_bounded_and_forgets_the_oldest(void)
{
	uint8_t own[CARRIER_KEY_SIZE] = { 1 }, key[CARRIER_KEY_SIZE] = { 2 };
	uint8_t name[32] = { 0 };
	struct carriers *c = carriers_new(own);

	CHECK(c != NULL);
	for (int i = 0; i < 3 * CARRIERS_SAYINGS_MAX; i++) {
		name[0] = (uint8_t)i;
		name[1] = (uint8_t)(i >> 8);
		carriers_heard(c, key, name, CARRIER_WANTS, 0, 1000 + i);
	}
	CHECK(carriers_said(c, key, name, 8000, NULL) == CARRIER_WANTS);
	memset(name, 0, sizeof(name));
	CHECK(carriers_said(c, key, name, 8000, NULL) == 0);
	for (int i = 0; i < CARRIERS_OWN_MAX; i++) {
		name[2] = (uint8_t)i;
		CHECK(carriers_own(c, name, CARRIER_WANTS, 0, 8000));
	}
	name[3] = 1;
	CHECK(!carriers_own(c, name, CARRIER_WANTS, 0, 8000));
	CHECK(carriers_role(c, name, 8000, NULL) == CARRIER_CARRY);
	/* Thousands that fail do not push out more than their own. */
	name[3] = 0;
	CHECK(carriers_own(c, name, CARRIER_WANTS, 0, 8000));
	for (int i = 0; i < 2 * CARRIERS_FAILURES_MAX; i++) {
		key[1] = (uint8_t)i;
		key[2] = (uint8_t)(i >> 8);
		carriers_heard(c, key, name, CARRIER_WANTS | CARRIER_BEYOND, 0,
			       9000);
		CHECK(carriers_role(c, name, 9000, NULL) == CARRIER_WAIT);
		carriers_failed(c, key, name, 9000);
		carriers_gone(c, key);
	}
	CHECK(carriers_role(c, name, 9000, NULL) == CARRIER_NOBODY);
	carriers_free(c);
}

/* One says that it carries, with ever more pieces, and gives none. This node
 * needs a second of carrying for each piece: how many it has after an hour. */
static uint32_t pieces_beside_a_liar(bool trickle, bool turns)
{
	uint8_t own[CARRIER_KEY_SIZE], liar[CARRIER_KEY_SIZE], btmh[32];
	unsigned saying = CARRIER_WANTS | CARRIER_BEYOND;
	uint32_t pieces = 0;
	struct carriers *c;

	dice_begin((trickle ? 41u : 40u) + (turns ? 2u : 0u));
	dice_bytes(own, sizeof(own));
	dice_bytes(liar, sizeof(liar));
	dice_bytes(btmh, sizeof(btmh));
	c = carriers_new(own);
	CHECK(c != NULL);
	for (int64_t now = 1000; now <= 60 * 60 * 1000; now += 1000) {
		/* Every 20 s it is somebody else. */
		if (turns && now % (20 * 1000) == 0)
			dice_bytes(liar, sizeof(liar));
		carriers_heard(c, liar, btmh,
			       saying | CARRIER_CARRIES | CARRIER_MOVES,
			       (uint32_t)(5000 + now / 1000 % 50), now);
		CHECK(carriers_own(c, btmh,
				   saying | (trickle ? CARRIER_MOVES : 0),
				   pieces, now));
		pieces += carriers_role(c, btmh, now, NULL) == CARRIER_CARRY;
	}
	carriers_free(c);
	return pieces;
}

static void who_only_says_that_it_delivers_is_not_waited_for(void)
{
	CHECK(pieces_beside_a_liar(false, false) > 3600 - 65);
	CHECK(pieces_beside_a_liar(false, true) > 3600 - 185);
	CHECK(pieces_beside_a_liar(true, false) > 3600 - 605);
}

/* What a neighbour shows comes here, slowly: it is waited for. */
static void who_gives_slowly_is_waited_for(void)
{
	uint8_t own[CARRIER_KEY_SIZE], other[CARRIER_KEY_SIZE], btmh[32];
	unsigned saying = CARRIER_WANTS | CARRIER_BEYOND;
	struct carriers *c;

	dice_begin(50);
	dice_bytes(own, sizeof(own));
	dice_bytes(other, sizeof(other));
	dice_bytes(btmh, sizeof(btmh));
	c = carriers_new(own);
	CHECK(c != NULL);
	for (int64_t now = 0; now < 60 * 60 * 1000; now += 1000) {
		carriers_heard(c, other, btmh, saying | CARRIER_CARRIES,
			       (uint32_t)(5 + now / 4000), 1000 + now);
		CHECK(carriers_own(c, btmh, saying, (uint32_t)(now / 50000),
				   1000 + now));
		CHECK(carriers_role(c, btmh, 1000 + now, NULL) ==
		      CARRIER_WAIT);
	}
	carriers_free(c);
}

int main(void)
{
	who_only_says_that_it_delivers_is_not_waited_for();
	who_gives_slowly_is_waited_for();
	whatever_the_order_the_same_one_is_elected();
	lessons_are_spread_over_the_nodes();
	who_carries_stays_and_who_failed_comes_last();
	after_two_failures_a_node_fetches_by_itself();
	who_gives_up_is_followed_at_once();
	who_stood_still_counts_that_as_others_do();
	what_is_said_goes_out_and_comes_in();
	a_flood_is_bounded_and_forgets_the_oldest();
	return 0;
}
