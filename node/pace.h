/* How often somebody may: so many at once, and then one now and again. For
 * what costs more than its asker pays, such as statements that are kept.
 *
 * Fixed memory: sources that fall into one slot share a pace. Pure; `now` is
 * monotonic milliseconds. */
#ifndef NODE_PACE_H
#define NODE_PACE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum { PACE_SLOTS = 1024 };

struct pace {
	uint64_t seed;
	unsigned burst;	   /* at once, at least 1 */
	unsigned every_ms; /* one more each time so long is over */
	int64_t full_ms[PACE_SLOTS]; /* when all of it may be had again */
};

/* `seed` is random: who shares a slot is not to be foreseen. */
void pace_init(struct pace *pace, uint64_t seed, unsigned burst,
	       unsigned every_ms);
/* May `source` once more, now? Counts when so; else *wait_ms is how long until
 * it may. */
bool pace_admit(struct pace *pace, uint64_t source, int64_t now,
		uint64_t *wait_ms);

/* An address as a source: an IPv4 one, or the /64 that a subscriber of IPv6
 * has. */
uint64_t pace_source(const struct sockaddr *address);
/* The same of an IPv6 address, or an IPv4 one as ::ffff:a.b.c.d. */
uint64_t pace_source_ip(const uint8_t ip[static 16]);

#endif
