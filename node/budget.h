/* What this node may send and fetch over its uplink: rates per direction by
 * weekday and hour, a monthly cap with a reserve, or nothing at all ("LAN
 * only"). HTTP and BitTorrent count together. The LAN is never asked about.
 *
 * node.conf:
 *
 *   limit = mon-fri 08:00-18:00 down 2M up 500K     bits a second; repeatable,
 *   limit = * 00:00-24:00 down 8M                   the first that fits counts
 *   cap = 20G                                       bytes of a month, both ways
 *   cap-reserve = 2G                                of it, for foreground only
 *   lan-only = yes
 *
 * Without a clock that is set, the slowest rule that exists counts.
 *
 * Foreground is what somebody watches or what is due. Background gets what
 * foreground leaves.
 *
 * Pure: time handed in. Threads: budget_take() and budget_spent() on any (a
 * lock inside); the rest on the loop. */
#ifndef NODE_BUDGET_H
#define NODE_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/err.h"

enum { BUDGET_RULES_MAX = 16 };
enum budget_way { BUDGET_DOWN, BUDGET_UP };
enum budget_class { BUDGET_FOREGROUND, BUDGET_BACKGROUND };

struct budget_rule {
	uint8_t days;		 /* bit 0 Monday … bit 6 Sunday */
	uint16_t from_min, to_min; /* minutes of the day; to may be less: over
				    * midnight; 1440 is its end */
	uint64_t rate[2];	 /* bytes a second by enum budget_way; 0 nothing
				  * goes, UINT64_MAX no limit */
};

struct budget_plan {
	struct budget_rule rules[BUDGET_RULES_MAX];
	unsigned count;
	uint64_t cap;	  /* bytes a month; 0: none */
	uint64_t reserve;
	bool lan_only;
};

/* One `limit` line. STATUS_MALFORMED with what it must look like. */
enum status budget_rule_parse(const char *text, struct budget_rule *out,
			      struct err *err);
/* `out` has room for 80 bytes. */
void budget_rule_format(const struct budget_rule *rule, char *out);

/* When it is, where the node stands: local time, or unknown. */
struct budget_time {
	bool known;
	unsigned weekday; /* 0 Monday */
	unsigned minute;  /* of the day */
	unsigned month;	  /* year * 12 + month - 1 */
};

/* The rate that counts now. Pure. */
uint64_t budget_rate(const struct budget_plan *plan,
		     const struct budget_time *time, enum budget_way way);

struct budget;
struct budget *budget_new(const struct budget_plan *plan);
void budget_free(struct budget *b);
/* What was spent in a month before this start. */
void budget_restore(struct budget *b, unsigned month, uint64_t spent);
void budget_month(const struct budget *b, unsigned *month, uint64_t *spent);
/* Every second or so. */
void budget_tick(struct budget *b, const struct budget_time *time,
		 int64_t now_ms);

/* Is anything allowed to go this way now? `why` (may be NULL) gets a sentence
 * for people when not; static, English, known to tr(). */
bool budget_open(struct budget *b, enum budget_way way,
		 enum budget_class class, const char **why);

/*
 * Take up to `want` bytes; how many may go now (0: ask again after *wait_ms).
 * What was taken counts as spent.
 */
uint64_t budget_take(struct budget *b, enum budget_way way,
		     enum budget_class class, uint64_t want, int64_t now_ms,
		     unsigned *wait_ms);
/* Spent without having been asked for: heads, small talk, the engine's. */
void budget_spent(struct budget *b, enum budget_way way, uint64_t bytes,
		  int64_t now_ms);

#endif
