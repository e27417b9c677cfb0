/* What of all that waits goes into which entry. Pure.
 *
 * Entries are filled in the order given, each as far as it goes: few large ones
 * tell less than many small ones about a day. What is to be alone (a photo)
 * comes behind the rest, one to an entry. */
#ifndef NODE_STUDY_PACKING_H
#define NODE_STUDY_PACKING_H

#include <stdbool.h>
#include <stddef.h>

struct packable {
	size_t bytes; /* of its JSON */
	bool alone;
	unsigned entry; /* out: from 1; 0: it waits for another time */
};

/* Limits of one round. */
struct packing {
	size_t room;	  /* bytes of items in an entry, commas counted */
	size_t items_max; /* in an entry */
	unsigned entries_max;
};

/*
 * Say of each of `items` in which entry it goes. What is larger than the room
 * waits, and so does what there are no entries left for.
 *
 * Returns: how many entries there are; `*left` (may be NULL) says whether
 *          something waits that another round would take.
 */
unsigned packing_divide(const struct packing *limits, struct packable *items,
			size_t count, bool *left);

#endif
