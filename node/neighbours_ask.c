/* Whom of the neighbour table to ask for a statement, and when.
 *
 * An announcement may come from anybody, with any address in it, so it must not
 * make this node send more than a little: who is not confirmed is asked under a
 * limit per address and in all. Addresses that have opened a connection to us
 * cannot be made up; they are asked first and have a limit of their own. */
#include <stdlib.h>

#include "node/neighbours_table.h"
#include "node/pace.h"

enum {
	ANSWER_MS = 10 * 1000,
	RETRY_MS = 1000,
	RETRY_MAX_MS = 60 * 1000,
	MET_SLOTS = 1024,
	MET_MS = 10 * 60 * 1000
};

struct met {
	uint32_t address;
	int64_t at_ms; /* 0: an empty slot */
};

/* What may be asked of strangers: a few at once, and then so many a second. */
struct allowance {
	int64_t full_ms; /* when all of it may be had again */
};

struct neighbour_asks {
	struct met met[MET_SLOTS];
	struct pace of_address;
	struct allowance strangers, met_ones;
};

struct neighbour_asks *neighbour_asks_new(void)
{
	struct neighbour_asks *asks = calloc(1, sizeof(*asks));

	if (asks != NULL)
		pace_init(&asks->of_address, (uint64_t)(uintptr_t)asks,
			  NEIGHBOUR_ASKS_OF, NEIGHBOUR_ASKS_OF_MS);
	return asks;
}

/* --- who has been met --- */

static struct met *slot_of(const struct neighbours *table, uint32_t address)
{
	uint32_t mixed = address * 0x9e3779b1u;

	return &table->asks->met[mixed >> 22];
}

void neighbours_met(struct neighbours *table, uint32_t address, int64_t now)
{
	*slot_of(table, address) = (struct met){ address, now + 1 };
}

bool neighbours_has_met(const struct neighbours *table, uint32_t address,
			int64_t now)
{
	const struct met *slot = slot_of(table, address);

	return slot->at_ms != 0 && slot->address == address &&
	       now - slot->at_ms < MET_MS;
}

/* --- how often --- */

static bool may_ask(struct allowance *a, unsigned burst, unsigned every_ms,
		    int64_t now)
{
	int64_t all = (int64_t)burst * every_ms;

	if (a->full_ms < now || a->full_ms > now + all)
		a->full_ms = now;
	if (a->full_ms + every_ms > now + all)
		return false;
	a->full_ms += every_ms;
	return true;
}

static int64_t wait_of(const struct neighbour *row)
{
	int64_t wait = RETRY_MS;

	if (row->asking)
		return ANSWER_MS;
	for (unsigned i = 1; i < row->failures && wait < RETRY_MAX_MS; i++)
		wait *= 2;
	return wait < RETRY_MAX_MS ? wait : RETRY_MAX_MS;
}

static bool is_worth_asking(const struct neighbour *row, int64_t now)
{
	if (row->url[0] == 0 ||
	    (row->asked_ms >= 0 && now - row->asked_ms < wait_of(row)))
		return false;
	if (!row->confirmed)
		return now >= row->ask_from_ms;
	/* Announcements may be lost in a flood of others: who is silent is
	 * asked before it is taken for gone. */
	if (row->heard_ms < 0 || now - row->heard_ms >= NEIGHBOUR_POLL_MS)
		return true;
	return datagram_sequence_after(row->boot, row->statement_version,
				       row->taken_boot, row->taken_version);
}

/* Known ones first, then those whose address has been met, then strangers. */
static unsigned rank(const struct neighbours *table,
		     const struct neighbour *row, int64_t now)
{
	if (row->confirmed || row->listed)
		return 2;
	return neighbours_has_met(table, row->address, now) ? 1 : 0;
}

static int64_t waits_since(const struct neighbour *row)
{
	return row->asked_ms >= 0 ? row->asked_ms : row->appeared_ms;
}

static struct neighbour *first_to_ask(struct neighbours *table, int64_t now)
{
	struct neighbour *first = NULL;
	unsigned first_rank = 0;

	for (size_t i = 0; i < table->count; i++) {
		struct neighbour *row = &table->rows[i];
		unsigned its;

		if (!is_worth_asking(row, now))
			continue;
		its = rank(table, row, now);
		if (first == NULL || its > first_rank ||
		    (its == first_rank &&
		     waits_since(row) < waits_since(first))) {
			first = row;
			first_rank = its;
		}
	}
	return first;
}

/* May this one be asked now? When only its address is the hindrance, it is
 * looked at again when that is over. */
static bool is_in_turn(struct neighbours *table, struct neighbour *row,
		       int64_t now, bool *others)
{
	struct neighbour_asks *asks = table->asks;
	unsigned its = rank(table, row, now);
	uint64_t wait_ms;

	*others = false;
	if (its == 2)
		return true;
	if (!pace_admit(&asks->of_address, row->address, now, &wait_ms)) {
		row->ask_from_ms = now + (int64_t)wait_ms;
		*others = true;
		return false;
	}
	return its == 1 ? may_ask(&asks->met_ones, NEIGHBOUR_ASKS_MET,
				  NEIGHBOUR_ASKS_MET_MS, now) :
			  may_ask(&asks->strangers, NEIGHBOUR_ASKS_STRANGERS,
				  NEIGHBOUR_ASKS_STRANGERS_MS, now);
}

struct neighbour *neighbours_next_to_ask(struct neighbours *table, int64_t now)
{
	struct neighbour *row;
	bool others = true;

	while (others) {
		row = first_to_ask(table, now);
		if (row == NULL)
			return NULL;
		if (is_in_turn(table, row, now, &others)) {
			row->asked_ms = now;
			row->asking = true;
			return row;
		}
	}
	return NULL;
}
