/* What this node may send and fetch over its uplink: rates per direction by
 * weekday and hour, a monthly cap with a reserve, or nothing at all ("LAN
 * only"). HTTP and BitTorrent count together. The LAN is never asked about.
 *
 * node.conf:
 *
 *   limit = mon-fri 08:00-18:00 down 2M up 500K     bits a second; repeatable,
 *   limit = * 00:00-24:00 down 8M                   the first that fits counts;
 *                                                   0 nothing, max no limit
 *   cap = 20G                                       bytes of a month, both ways
 *   cap-reserve = 2G                                of it, for foreground only
 *   lan-only = yes
 *
 * Without a clock that is set, the slowest rule that lets something through
 * counts; nothing goes only where every rule says so.
 *
 * Foreground is what somebody watches or what is due. Background gets what
 * foreground leaves.
 *
 * Over any time no more is taken than rate x time and one burst (a quarter of a
 * second, 4 KiB at least). Bytes that were spent without asking are owed, and
 * what is asked for waits until they are made up for, a minute at most.
 *
 * Pure: time handed in. Threads: a lock inside, budget_take(), budget_spent(),
 * budget_open() without `why` on any; the rest on the loop. */
#ifndef NODE_BUDGET_H
#define NODE_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/err.h"

enum { BUDGET_RULES_MAX = 16, BUDGET_RULE_ROOM = 80, BUDGET_WHY_ROOM = 120 };
#define BUDGET_FREE UINT64_MAX
enum budget_way { BUDGET_DOWN, BUDGET_UP };
enum budget_class { BUDGET_FOREGROUND, BUDGET_BACKGROUND };

struct budget_rule {
	uint8_t days;		 /* bit 0 Monday … bit 6 Sunday */
	uint16_t from_min, to_min; /* minutes of the day; to may be less: over
				    * midnight; 1440 is its end */
	uint64_t rate[2];	 /* bytes a second by enum budget_way; 0 nothing
				  * goes, BUDGET_FREE no limit */
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
/* What parses to the same rule. */
void budget_rule_format(const struct budget_rule *rule,
			char out[static BUDGET_RULE_ROOM]);

/* When it is, where the node stands: local time, or unknown. */
struct budget_time {
	bool known;
	unsigned weekday; /* 0 Monday */
	unsigned minute;  /* of the day */
	unsigned month;	  /* year * 12 + month - 1 */
};

/* The rule that counts then, NULL for none (no limit); with a time that is not
 * known, NULL, too. Pure. */
const struct budget_rule *budget_rule_at(const struct budget_plan *plan,
					 const struct budget_time *time);
/* The rate that counts then. Pure. */
uint64_t budget_rate(const struct budget_plan *plan,
		     const struct budget_time *time, enum budget_way way);
/* When this way, closed at `time`, opens by the rules: false when it does not
 * within a week, or the time is not known. Pure. */
bool budget_opens(const struct budget_plan *plan,
		  const struct budget_time *time, enum budget_way way,
		  struct budget_time *when);

struct budget;
struct budget *budget_new(const struct budget_plan *plan);
void budget_free(struct budget *b);
const struct budget_plan *budget_plan(const struct budget *b);
/* Another plan counts from now on; what was spent stays spent. Loop thread. */
void budget_set_plan(struct budget *b, const struct budget_plan *plan);
/* What was spent in a month before this start. */
void budget_restore(struct budget *b, unsigned month, uint64_t spent);
void budget_month(const struct budget *b, unsigned *month, uint64_t *spent);
/* Every second or so. A later month begins anew; in an earlier one (a clock
 * that was wrong) what was spent stays spent. */
void budget_tick(struct budget *b, const struct budget_time *time,
		 int64_t now_ms);

/* Is anything allowed to go this way now? `why` (may be NULL) gets a sentence
 * for people when not: English, the command line knows it in Chinese; good
 * until the next budget_tick(). */
bool budget_open(struct budget *b, enum budget_way way,
		 enum budget_class class, const char **why);
/* In how many seconds it is worth asking again when it is closed. */
unsigned budget_again_s(struct budget *b, enum budget_way way);

/*
 * Take up to `want` bytes; how many may go now (0: ask again after *wait_ms).
 * What was taken counts as spent.
 */
uint64_t budget_take(struct budget *b, enum budget_way way,
		     enum budget_class class, uint64_t want, int64_t now_ms,
		     unsigned *wait_ms);
/* Of what was taken, so many bytes did not go after all. */
void budget_give_back(struct budget *b, enum budget_way way, uint64_t bytes);
/* Spent without having been asked for: heads, small talk, the engine's. */
void budget_spent(struct budget *b, enum budget_way way, uint64_t bytes,
		  int64_t now_ms);

/* What the engine may use of a way now, in bytes a second: what those who ask
 * here leave over, a tenth at least; all when there is no limit
 * (BUDGET_FREE), 0 when it is closed for background. */
uint64_t budget_left(struct budget *b, enum budget_way way, int64_t now_ms);
/* The rate that counts now. */
uint64_t budget_rate_now(struct budget *b, enum budget_way way);

#endif
