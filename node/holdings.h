/* Which lessons each neighbour holds and wants, as its statement says: bitmaps
 * over the entries of logs, kept as they are.
 *
 * Pure; one thread. Bounded by HOLDINGS_NODES nodes and HOLDINGS_BYTES in all;
 * what was put longest ago is forgotten. */
#ifndef NODE_HOLDINGS_H
#define NODE_HOLDINGS_H

#include "proto/bytes.h"
#include "proto/statement.h"

enum { HOLDINGS_NODES = 512, HOLDINGS_BYTES = 32 << 20 };

struct holdings;
struct holdings *holdings_new(void); /* NULL when out of memory */
void holdings_free(struct holdings *h);

/* Take a statement in (its signature checked); it takes the place of an
 * earlier one of the same node. STATUS_MALFORMED for a bitmap that does not
 * open: what there was of this node is gone then. */
enum status holdings_put(struct holdings *h, const struct statement *st);
void holdings_drop(struct holdings *h,
		   const uint8_t key[static STATEMENT_KEY_SIZE]);

enum holdings_what { HOLDINGS_HAVE, HOLDINGS_WANT };
bool holdings_say(const struct holdings *h,
		  const uint8_t key[static STATEMENT_KEY_SIZE],
		  enum holdings_what what, const char *origin,
		  uint64_t entry);
/* How many of the nodes have (or want) it. */
unsigned holdings_count(const struct holdings *h, enum holdings_what what,
			const char *origin, uint64_t entry);

#endif
