/* What to do with a request for a payload that is not here: a pure decision.
 *
 *   wanted here                     it is coming: wait
 *   asked `wait=0`, or not known    404
 *   `pull=0`                        404: who asks wants no further asking
 *   a station, asked from afar      404: its line is for its own village
 *   too many asked for already      503
 *   otherwise                       fetch it for who asks, and wait
 *
 * A township or county asks on for whoever asks it; the number of hops left
 * (`pull` of the query, PULL_HOPS without) goes down by one each time, so that
 * nodes that name each other as upstreams do not ask each other for ever.
 *
 * No single address may have more than PULL_ASKED_MAX payloads fetched at a
 * time: one client cannot make a township fetch everything.
 *
 * Pure: time handed in. Threads: loop thread. */
#ifndef NODE_PULL_H
#define NODE_PULL_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/place.h"

enum {
	PULL_HOPS = 4,
	PULL_ASKED_MAX = 8,	  /* payloads at a time, per address */
	PULL_BOOK_MAX = 256,	  /* askings remembered */
	PULL_ASKED_MS = 90 * 1000 /* an asking counts so long */
};

struct pull_facts {
	enum level level; /* this node's */
	bool known;	  /* a lesson names it that is neither withdrawn nor
			   * dropped */
	bool wanted;
	bool near;     /* who asks is on this LAN */
	bool waits;    /* and did not say wait=0 */
	uint64_t hops; /* `pull` of the query */
	bool room;     /* the address may ask for one more: pull_may_ask() */
};

enum pull {
	PULL_REFUSE, /* 404 */
	PULL_WAIT,   /* it comes anyway */
	PULL_ASK,    /* fetch it for who asks, and wait */
	PULL_BUSY    /* 503 */
};

enum pull pull_decide(const struct pull_facts *facts);

/* --- who asked for what lately --- */

struct pull_asking {
	uint8_t address[16]; /* IPv4 mapped */
	uint8_t btmh[32];
	int64_t until_ms;
};

/* All zero is an empty one. */
struct pull_book {
	struct pull_asking list[PULL_BOOK_MAX];
	unsigned count;
};

/* May this address ask for this payload? It may always ask again for what it
 * asked for already. */
bool pull_may_ask(struct pull_book *book, const uint8_t address[static 16],
		  const uint8_t btmh[static 32], int64_t now);
/* It asked, and was not refused. */
void pull_asked(struct pull_book *book, const uint8_t address[static 16],
		const uint8_t btmh[static 32], int64_t now);
/* It is here, or was given up: nobody has it outstanding. */
void pull_settled(struct pull_book *book, const uint8_t btmh[static 32]);

#endif
