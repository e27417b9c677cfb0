/* How long an office has said nothing new, for people to see: "41 days since
 * this office was last heard". Nothing is hidden or deleted for it, and no
 * decision asks.
 *
 * An office is heard when its log brings entries that were not here, or a
 * witness cosigns what it has: whoever shows the same checkpoint again proves
 * nothing, for a relay can do that for ever. */
#ifndef NODE_STALENESS_H
#define NODE_STALENESS_H

#include "catalog/log.h"
#include "node/house.h"

/* What is known; zero where it is not. */
struct staleness_facts {
	bool clock_good; /* set, and not before what is proven */
	uint64_t clock_s, floor_s;
	uint64_t news_s;     /* something new came, by this machine's clock */
	uint64_t cosigned_s; /* the newest time a witness signed */
};

struct staleness {
	bool known;
	bool at_least;	/* by what is proven, for lack of a clock */
	uint64_t age_s; /* when known */
};

/* Pure. */
struct staleness staleness_judge(const struct staleness_facts *facts);

/* Is the machine's clock one to reckon with? */
bool staleness_clock_is_good(struct catalog *c);

/* A log has brought something new. */
void staleness_heard_log(struct house *h, int64_t log);
/* Note when the present trust note was first here. */
enum status staleness_heard_trust(struct house *h, struct err *err);

/* Of a log, with the newest time that witnesses have signed on it; of the
 * trust note. */
struct staleness staleness_of_log(struct house *h, const char *origin,
				  uint64_t cosigned_s);
struct staleness staleness_of_trust(struct house *h);

#endif
