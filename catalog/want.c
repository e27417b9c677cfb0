#include "catalog/want.h"

#include <string.h>

static const char *const reason_texts[] = {
	[WANT_REASON_NONE] = "not for this place",
	[WANT_REASON_WITHDRAWN] = "withdrawn",
	[WANT_REASON_DROPPED] = "dropped here",
	[WANT_REASON_PINNED] = "pinned here",
	[WANT_REASON_EXCLUDED] = "excluded by a subscription",
	[WANT_REASON_SUBSCRIBED] = "subscribed",
	[WANT_REASON_OURS] = "for this place",
	[WANT_REASON_INSIDE] = "for a place below",
};

const char *want_reason_text(enum want_reason reason)
{
	return reason_texts[reason];
}

bool subscription_matches(const struct subscription *subscription,
			  const char *topic, const char *region)
{
	if (!topic_contains(subscription->topic, topic))
		return false;
	return region_contains(subscription->region, region) ||
	       (!subscription->exclude &&
		region_contains(region, subscription->region));
}

static bool any_matches(const struct want_place *place,
			const struct want_facts *facts, bool exclude)
{
	for (size_t i = 0; i < place->subscription_count; i++) {
		const struct subscription *s = &place->subscriptions[i];

		if (s->exclude == exclude &&
		    subscription_matches(s, facts->topic, facts->region))
			return true;
	}
	return false;
}

static enum want_reason decide(const struct want_place *place,
			       const struct want_facts *facts)
{
	if (facts->withdrawn)
		return WANT_REASON_WITHDRAWN;
	if (facts->choice == CHOICE_DROP)
		return WANT_REASON_DROPPED;
	if (facts->choice == CHOICE_PIN)
		return WANT_REASON_PINNED;
	if (any_matches(place, facts, true))
		return WANT_REASON_EXCLUDED;
	if (any_matches(place, facts, false))
		return WANT_REASON_SUBSCRIBED;
	if (region_contains(facts->region, place->region))
		return WANT_REASON_OURS;
	if (place->level != LEVEL_STATION &&
	    region_contains(place->region, facts->region))
		return WANT_REASON_INSIDE;
	return WANT_REASON_NONE;
}

bool want_decide(const struct want_place *place,
		 const struct want_facts *facts, enum want_reason *reason)
{
	*reason = decide(place, facts);
	return *reason == WANT_REASON_PINNED ||
	       *reason == WANT_REASON_SUBSCRIBED ||
	       *reason == WANT_REASON_OURS || *reason == WANT_REASON_INSIDE;
}

void want_renditions(const char *setting, const char *as, size_t stride,
		     size_t count, struct want_renditions *out)
{
	*out = (struct want_renditions){ .instead = -1 };
	if (strcmp(setting, "all") == 0) {
		out->also = (1U << count) - 1;
		return;
	}
	for (size_t i = 0; i < count && out->instead < 0; i++)
		if (strcmp(setting, as + i * stride) == 0) {
			out->instead = (int)i;
			out->also = 1U << i;
		}
}
