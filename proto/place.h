/* Where a lesson belongs and what it is about: region codes, topic paths and
 * log origins.
 *
 * A region is a GB/T 2260 / statistical code without trailing zero groups, of
 * 2, 4, 6, 9 or 12 digits (province, city, county, township, village). A code
 * contains another when it is its prefix at such a boundary; the empty code
 * ("") contains all. A topic is a path of components joined by '/'; it
 * contains another by whole components, and "" contains all. */
#ifndef PROTO_PLACE_H
#define PROTO_PLACE_H

#include <stdbool.h>

#include "proto/status.h"

enum {
	REGION_MAX = 12,      /* digits, without the final zero */
	TOPIC_MAX = 200,      /* bytes of UTF-8 */
	TOPIC_DEPTH_MAX = 8,  /* components */
	ORIGIN_MAX = 200,     /* bytes of ASCII */
	ORIGIN_HASH_SIZE = 64 /* lower-case hex SHA-256 of the origin */
};

/* STATUS_OK or STATUS_MALFORMED. "" is well-formed nowhere. */
enum status region_check(const char *region);
bool region_contains(const char *outer, const char *inner);
/* Does one contain the other? */
bool region_touches(const char *a, const char *b);

/* Well-formed: valid UTF-8, at most TOPIC_MAX bytes and TOPIC_DEPTH_MAX
 * components, none of them empty, "." or "..", no control, space, ',' or
 * bidirectional characters. */
enum status topic_check(const char *topic);
bool topic_contains(const char *outer, const char *inner);

/* An origin is a schema-less URL: visible ASCII without '+', at most
 * ORIGIN_MAX bytes, no '#' (which separates a lesson's short id). */
enum status origin_check(const char *origin);

/* A node's place in the chain; it only picks defaults. */
enum level { LEVEL_STATION, LEVEL_TOWNSHIP, LEVEL_COUNTY };

/* "station", "township", "county". */
const char *level_name(enum level level);
enum status level_parse(const char *name, enum level *level);

#endif
