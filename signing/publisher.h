/* A publisher: an office with a log of its own, and how far its word goes:
 * which regions, which topics, how much.
 *
 * The same fields stand in a trust note and in a `delegate` entry. A plain
 * value: copies are independent, nothing is owned. */
#ifndef SIGNING_PUBLISHER_H
#define SIGNING_PUBLISHER_H

#include "proto/place.h"
#include "signing/key.h"

enum {
	PUBLISHER_KEYS_MAX = 2,
	PUBLISHER_REGIONS_MAX = 16,
	PUBLISHER_TOPICS_MAX = 16
};

struct publisher {
	char origin[ORIGIN_MAX + 1];
	size_t key_count; /* at least 1 */
	/* KEY_ED25519, different, named as the origin */
	struct public_key keys[PUBLISHER_KEYS_MAX];
	size_t region_count; /* at least 1 */
	char regions[PUBLISHER_REGIONS_MAX][REGION_MAX + 1];
	size_t topic_count; /* at least 1 */
	/* "" is every topic ("*" in text), and then the only one */
	char topics[PUBLISHER_TOPICS_MAX][TOPIC_MAX + 1];
	/* Limits; 0 is none. */
	uint64_t entries_max;	   /* entries of the log */
	uint64_t entry_bytes_max;  /* bytes of one entry */
	uint64_t lesson_bytes_max; /* bytes of one lesson's payload */
	bool may_delegate;
};

/* Start with nothing but the origin. STATUS_MALFORMED for a bad one. */
enum status publisher_init(struct publisher *publisher, const char *origin);
/* Each adds one, or returns STATUS_MALFORMED (or STATUS_EXISTS for one that is
 * there, STATUS_NO_ROOM at the cap) and changes nothing. A topic is a path, or
 * "*" alone for all. */
enum status publisher_add_key(struct publisher *publisher,
			      const struct public_key *key);
enum status publisher_add_region(struct publisher *publisher,
				 const char *region);
enum status publisher_add_topic(struct publisher *publisher,
				const char *topic);
/* Complete and well-formed? STATUS_OK or STATUS_MALFORMED. */
enum status publisher_check(const struct publisher *publisher);

/* The fields of a publisher's statement in a trust note, from its origin on,
 * without the word before and the '\n' behind (docs/formats-trust.md 5).
 * STATUS_MALFORMED for any other spelling; `out` is then untouched. */
enum status publisher_read(struct bytes words, struct publisher *out);
/* The same for words that publisher_write() has written here: much faster
 * (public_key_parse_kept()). */
enum status publisher_read_kept(struct bytes words, struct publisher *out);
void publisher_write(const struct publisher *publisher, struct buf *out);

/* Does its scope touch `region`: lies one inside the other? */
bool publisher_touches(const struct publisher *publisher, const char *region);

/*
 * May it publish this? A lesson's region and topic must each lie within one of
 * the publisher's, by whole components, and the sizes within the limits.
 *
 * Returns: STATUS_OK, STATUS_OUT_OF_SCOPE, or STATUS_MALFORMED for a region or
 *          topic that is none.
 */
enum status publisher_allows(const struct publisher *publisher,
			     const char *region, const char *topic,
			     uint64_t lesson_bytes, size_t entry_bytes);

/*
 * Narrow a delegated publisher to what its parent may give: regions, topics
 * and limits become the intersection; it may delegate only if both may.
 *
 * Returns: STATUS_OUT_OF_SCOPE when the parent may not delegate or nothing is
 *          left, STATUS_NO_ROOM when the intersection has too many parts;
 *          `child` is then untouched.
 */
enum status publisher_narrow(const struct publisher *parent,
			     struct publisher *child);

#endif
