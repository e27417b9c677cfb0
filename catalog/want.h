/* Does this node want a lesson's payload? A decision, made from facts alone.
 *
 * The rules, the first that applies wins:
 *
 *   withdrawn                       no
 *   dropped by the operator         no
 *   pinned by the operator          yes
 *   excluded by a subscription      no
 *   included by a subscription      yes
 *   lesson's region contains ours   yes
 *   ours contains lesson's region   yes at a township or county
 *   anything else                   no
 *
 * Among subscriptions that match, excludes win. Expiry decides nothing here:
 * that what has expired for certain is not fetched is decided where things are
 * fetched and told of (catalog/expiry.h). */
#ifndef CATALOG_WANT_H
#define CATALOG_WANT_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/place.h"

/* A standing order: all lessons under a topic, for a region, or both; ""
 * stands for any. A lesson's region matches when it lies inside `region`; for
 * an include also when it contains `region`, as a county's lesson is for its
 * townships too. */
struct subscription {
	char topic[TOPIC_MAX + 1];
	char region[REGION_MAX + 1];
	bool exclude;
};

/* What the operator said about one lesson. */
enum choice { CHOICE_NONE, CHOICE_PIN, CHOICE_DROP };

/* What stays the same for all lessons of one node. */
struct want_place {
	enum level level;
	char region[REGION_MAX + 1];
	const struct subscription *subscriptions; /* borrowed */
	size_t subscription_count;
};

/* Which payloads of a wanted lesson a node takes, by its setting `rendition`:
 *
 *   "" or "original"  its own, as published
 *   "all"             its own and all renditions
 *   a name ("480p")   the rendition of that name in place of its own, where
 *                     there is one; its own otherwise */
struct want_renditions {
	int instead;   /* the one taken in place of its own; -1: none */
	unsigned also; /* bits of those taken, that one included */
};

/* `as`: the names of `count` renditions, `stride` bytes apart. */
void want_renditions(const char *setting, const char *as, size_t stride,
		     size_t count, struct want_renditions *out);

struct want_facts {
	const char *topic;
	const char *region;
	enum choice choice;
	bool withdrawn;
};

enum want_reason {
	WANT_REASON_NONE, /* nothing asks for it */
	WANT_REASON_WITHDRAWN,
	WANT_REASON_DROPPED,
	WANT_REASON_PINNED,
	WANT_REASON_EXCLUDED,
	WANT_REASON_SUBSCRIBED,
	WANT_REASON_OURS,   /* its region contains this node's */
	WANT_REASON_INSIDE, /* its region lies inside this node's */
};

/* True when wanted; `*reason` says which rule decided. */
bool want_decide(const struct want_place *place,
		 const struct want_facts *facts, enum want_reason *reason);

bool subscription_matches(const struct subscription *subscription,
			  const char *topic, const char *region);

/* "subscribed", "outside this place", …; static. */
const char *want_reason_text(enum want_reason reason);

#endif
