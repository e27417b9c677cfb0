/* Who was deleted at an office stays deleted, also when the logs are read
 * again: of each there is a hash in records.db, and whatever is taken in later
 * goes without the names and cards that match.
 *
 * Threads: as the catalog. Errors are SQLite's, as catalog/catalog.h tells
 * them. */
#ifndef CATALOG_FORGOTTEN_H
#define CATALOG_FORGOTTEN_H

#include "catalog/catalog.h"

/* Within the caller's transaction, or one of its own. A card is the 64 bits of
 * its id; a name is as it was written in a register. */
enum status forgotten_card(struct catalog *c, int64_t card, struct err *err);
enum status forgotten_name(struct catalog *c, const char *name,
			   struct err *err);

enum status forgotten_has_card(struct catalog *c, int64_t card, bool *has,
			       struct err *err);
enum status forgotten_has_name(struct catalog *c, const char *name, bool *has,
			       struct err *err);
/* Is anybody? Quick, for whoever takes in a lot. */
enum status forgotten_any(struct catalog *c, bool *any, struct err *err);

#endif
