#include "catalog/want.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/check.h"

static bool wants(enum level level, const char *here, const char *region,
		  enum want_reason *reason)
{
	struct want_place place = { .level = level };
	const struct want_facts facts = { .topic = "产业/养殖",
					  .region = region };

	strcpy(place.region, here);
	return want_decide(&place, &facts, reason);
}

static void a_station_wants_what_is_meant_for_its_place(void)
{
	enum want_reason why;

	CHECK(wants(LEVEL_STATION, "431081101203", "431081", &why));
	CHECK(why == WANT_REASON_OURS);
	CHECK(wants(LEVEL_STATION, "431081101203", "431081101203", &why));
	CHECK(!wants(LEVEL_STATION, "431081101203", "431081102", &why));
	CHECK(why == WANT_REASON_NONE);
	CHECK(!wants(LEVEL_STATION, "431081", "431081102", &why));
}

static void townships_and_counties_want_what_lies_inside(void)
{
	enum want_reason why;

	CHECK(wants(LEVEL_TOWNSHIP, "431081101", "431081101203", &why));
	CHECK(why == WANT_REASON_INSIDE);
	CHECK(wants(LEVEL_COUNTY, "431081", "431081101", &why));
	CHECK(!wants(LEVEL_COUNTY, "431081", "431082", &why));
	CHECK(wants(LEVEL_COUNTY, "431081", "43", &why));
}

static void subscriptions_widen_and_narrow(void)
{
	const struct subscription subscriptions[] = {
		{ .topic = "产业", .region = "431082" },
		{ .topic = "产业/养殖/黑山羊", .exclude = true },
		{ .topic = "", .region = "431081103", .exclude = true },
	};
	const struct want_place place = { .level = LEVEL_STATION,
					  .region = "431081101203",
					  .subscriptions = subscriptions,
					  .subscription_count = 3 };
	struct want_facts facts = { .topic = "产业/果树",
				    .region = "431082101" };
	enum want_reason why;

	CHECK(want_decide(&place, &facts, &why));
	CHECK(why == WANT_REASON_SUBSCRIBED);
	facts.topic = "文艺";
	CHECK(!want_decide(&place, &facts, &why));
	facts = (struct want_facts){ .topic = "产业/养殖/黑山羊",
				     .region = "431081" };
	CHECK(!want_decide(&place, &facts, &why));
	CHECK(why == WANT_REASON_EXCLUDED);
	facts.choice = CHOICE_PIN;
	CHECK(want_decide(&place, &facts, &why));
	/* Excluding a township excludes nothing that is for the county. */
	facts = (struct want_facts){ .topic = "文艺", .region = "431081" };
	CHECK(want_decide(&place, &facts, &why));
	CHECK(why == WANT_REASON_OURS);
}

static const char *const regions[] = { "43",	    "4310",	 "431081",
				       "431082",    "431081101", "431081102",
				       "431081101203" };
static const char *const topics[] = { "产业", "产业/养殖", "产业/养殖/黑山羊",
				      "文艺" };

static const char *any(const char *const *list, size_t count)
{
	return list[(size_t)rand() % count];
}

static void what_always_holds(void)
{
	struct subscription subs[4];
	struct want_place place = { .subscriptions = subs };
	enum want_reason why;

	srand(7);
	for (int i = 0; i < 100000; i++) {
		struct want_facts f = {
			.topic = any(topics, 4),
			.region = any(regions, 7),
			.choice = (enum choice)(rand() % 3),
			.withdrawn = rand() % 8 == 0,
		};
		bool excluded = false, included = false, wanted;

		place.level = (enum level)(rand() % 3);
		strcpy(place.region, any(regions, 7));
		place.subscription_count = (size_t)rand() % 5;
		memset(subs, 0, sizeof(subs));
		for (size_t s = 0; s < place.subscription_count; s++) {
			if (rand() % 2)
				strcpy(subs[s].topic, any(topics, 4));
			if (rand() % 2)
				strcpy(subs[s].region, any(regions, 7));
			subs[s].exclude = rand() % 2;
			if (subscription_matches(&subs[s], f.topic, f.region))
				*(subs[s].exclude ? &excluded : &included) =
					true;
		}
		wanted = want_decide(&place, &f, &why);
		CHECK(want_reason_text(why)[0] != 0);
		if (f.withdrawn || f.choice == CHOICE_DROP)
			CHECK(!wanted);
		else if (f.choice == CHOICE_PIN)
			CHECK(wanted && why == WANT_REASON_PINNED);
		else if (excluded)
			CHECK(!wanted);
		else if (included)
			CHECK(wanted);
		else if (!region_touches(place.region, f.region))
			CHECK(!wanted);
		else if (place.level != LEVEL_STATION)
			CHECK(wanted);
	}
}

static void any_place(struct want_place *place, struct subscription *subs,
		      size_t count)
{
	*place = (struct want_place){ .level = (enum level)(rand() % 3),
				      .subscriptions = subs,
				      .subscription_count = count };
	strcpy(place->region, any(regions, 7));
	memset(subs, 0, count * sizeof(*subs));
	for (size_t s = 0; s < count; s++) {
		if (rand() % 2)
			strcpy(subs[s].topic, any(topics, 4));
		if (rand() % 2)
			strcpy(subs[s].region, any(regions, 7));
		subs[s].exclude = rand() % 2;
	}
}

static struct want_facts any_facts(void)
{
	return (struct want_facts){ .topic = any(topics, 4),
				    .region = any(regions, 7),
				    .choice = (enum choice)(rand() % 3),
				    .withdrawn = rand() % 8 == 0 };
}

/* In which order somebody subscribed makes no difference. */
static void the_order_of_subscriptions_does_not_matter(void)
{
	struct subscription subs[5], turned[5];
	struct want_place place, other;
	enum want_reason why, why_other;

	for (int i = 0; i < 50000; i++) {
		struct want_facts f = any_facts();
		bool wanted;

		any_place(&place, subs, 5);
		for (size_t s = 0; s < 5; s++)
			turned[s] = subs[(s * 2 + (size_t)i) % 5];
		other = place;
		other.subscriptions = turned;
		wanted = want_decide(&place, &f, &why);
		CHECK(want_decide(&other, &f, &why_other) == wanted);
		CHECK(why == why_other);
	}
}

/* One more of a kind moves the answer only in its own direction. */
static void more_of_a_kind_moves_it_one_way_only(void)
{
	struct subscription subs[5];
	struct want_place place;
	enum want_reason why;

	for (int i = 0; i < 100000; i++) {
		struct want_facts f = any_facts(), g;
		bool before, after;

		any_place(&place, subs, 5);
		place.subscription_count = 4;
		before = want_decide(&place, &f, &why);
		place.subscription_count = 5;
		after = want_decide(&place, &f, &why);
		CHECK(subs[4].exclude ? before || !after : after || !before);
		g = f;
		g.choice = CHOICE_PIN;
		CHECK(want_decide(&place, &g, &why) || f.withdrawn);
		g = f;
		g.withdrawn = true;
		CHECK(!want_decide(&place, &g, &why));
	}
}

/* What a station wants by its place, the offices above it want, too: they can
 * pass it on without being asked. */
static void offices_want_what_their_stations_want(void)
{
	static const enum level levels[] = { LEVEL_TOWNSHIP, LEVEL_COUNTY };
	static const char *const above[] = { "431081101", "431081" };
	struct want_place place = { .level = LEVEL_STATION };
	enum want_reason why;

	for (int i = 0; i < 10000; i++) {
		struct want_facts f = { .topic = any(topics, 4),
					.region = any(regions, 7) };

		place = (struct want_place){ .level = LEVEL_STATION };
		strcpy(place.region, "431081101203");
		if (!want_decide(&place, &f, &why))
			continue;
		for (unsigned k = 0; k < 2; k++) {
			place.level = levels[k];
			strcpy(place.region, above[k]);
			CHECK(want_decide(&place, &f, &why));
		}
	}
}

int main(void)
{
	a_station_wants_what_is_meant_for_its_place();
	townships_and_counties_want_what_lies_inside();
	subscriptions_widen_and_narrow();
	what_always_holds();
	the_order_of_subscriptions_does_not_matter();
	more_of_a_kind_moves_it_one_way_only();
	offices_want_what_their_stations_want();
	return 0;
}
