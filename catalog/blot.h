/* Taking people out of one register: the cards and the name that are to go, and
 * what is left of an item of a study (docs/formats-records.md, 8) without them.
 * No database.
 *
 * Threads: any. */
#ifndef CATALOG_BLOT_H
#define CATALOG_BLOT_H

#include <jansson.h>
#include <stdbool.h>

#include "proto/bytes.h"
#include "proto/status.h"

struct blot {
	const char *name; /* NULL: none; borrowed */

	/* private */
	uint64_t *cards; /* in order */
	size_t count;
	char *quoted; /* the name as it stands in JSON, without its quotes */
	size_t quoted_size;
};

/* The cards are copied and may be none. STATUS_NO_MEMORY; blot_release() in
 * every case. */
enum status blot_init(struct blot *b, const int64_t *cards, size_t count,
		      const char *name);
void blot_release(struct blot *b);

/* May the item, as compact JSON, have anybody of them? Quick, and never false
 * where blot_item() changes something. */
bool blot_may_have(const struct blot *b, struct bytes item);

/* Take them out: of "cards", "names" and "by"; in "note" and "by" an ellipsis
 * stands for the name. True when something was changed. Out of memory leaves
 * what was not changed, and says so by *no_memory. */
bool blot_item(const struct blot *b, json_t *item, bool *no_memory);

#endif
