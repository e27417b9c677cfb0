/* Between whose keys a reset code is made (signing/resetcode.h).
 *
 * A station takes the codes of
 *   - the publisher whose log enrolled it, or one that succeeds that log, and
 *   - nodes that such a log has enrolled for a place that contains its own: its
 *     township's, its county's.
 * Both were signed by an office that the trust note leads to. Nodes that only
 * say what they are, in announcements or statements, make no codes, whatever
 * address they answer at.
 *
 * Reads the catalog. Threads: one. */
#ifndef NODE_PAGE_RESET_OFFICE_H
#define NODE_PAGE_RESET_OFFICE_H

#include "node/house.h"

enum { RESET_OFFICES_MAX = 16 };

struct reset_offices {
	unsigned count;
	uint8_t keys[RESET_OFFICES_MAX][PUBLIC_KEY_SIZE];
};

/* Whose codes this node takes. Returns what SQLite failed with. */
enum status reset_offices_find(struct house *h, struct reset_offices *out,
			       struct err *err);

/* Does one of them make the code `typed` of this challenge? */
bool reset_offices_made(const struct reset_offices *offices,
			const struct secret_key *node_key, const char *who,
			const uint8_t *challenge, const char *typed);

/*
 * The key with which this node makes codes for another, which stands at
 * `region`.
 *
 * Returns: STATUS_OK; STATUS_NOT_FOUND when that one would take none from here;
 *          STATUS_LOCKED; what SQLite failed with. `*key` is borrowed from the
 *          house.
 */
enum status reset_office_key(struct house *h,
			     const uint8_t station[static PUBLIC_KEY_SIZE],
			     const char *region, const struct secret_key **key,
			     struct err *err);

#endif
