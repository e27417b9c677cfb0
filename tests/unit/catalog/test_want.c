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

int main(void)
{
	a_station_wants_what_is_meant_for_its_place();
	townships_and_counties_want_what_lies_inside();
	subscriptions_widen_and_narrow();
	what_always_holds();
	return 0;
}
