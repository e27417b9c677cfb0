#include "node/neighbours.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "node/neighbours_table.h"

enum { ANSWER_MS = 10 * 1000, RETRY_MS = 1000, RETRY_MAX_MS = 60 * 1000 };

enum status neighbours_init(struct neighbours *table)
{
	struct neighbour *rows = calloc(NEIGHBOURS_MAX, sizeof(*rows));
	struct neighbour_index *index = calloc(NEIGHBOURS_MAX, sizeof(*index));

	if (rows == NULL || index == NULL) {
		free(rows);
		free(index);
		return STATUS_NO_MEMORY;
	}
	*table = (struct neighbours){ .rows = rows, .index = index };
	return STATUS_OK;
}

void neighbours_release(struct neighbours *table)
{
	free(table->rows);
	free(table->index);
	*table = (struct neighbours){ .count = 0 };
}

static uint64_t key_start(const uint8_t key[static DATAGRAM_KEY_SIZE])
{
	uint64_t start;

	memcpy(&start, key, sizeof(start));
	return start;
}

void neighbours_reindex(struct neighbours *table, const struct neighbour *row)
{
	table->index[row - table->rows] = (struct neighbour_index){
		.key = row->has_key ? key_start(row->key) : 0,
		.appeared_ms = row->appeared_ms,
		.address = row->address,
		.confirmed = row->confirmed,
		.listed = row->listed,
	};
}

struct neighbour *neighbours_put(struct neighbours *table, int64_t now)
{
	struct neighbour *row = &table->rows[table->count];

	if (table->count == NEIGHBOURS_MAX)
		return NULL;
	table->count++;
	*row = (struct neighbour){ .id = ++table->next_id,
				   .appeared_ms = now,
				   .heard_ms = -1,
				   .address_heard_ms = -1,
				   .twin_ms = -1,
				   .asked_ms = -1 };
	neighbours_reindex(table, row);
	return row;
}

void neighbours_cut(struct neighbours *table, struct neighbour *row,
		    struct neighbour *gone)
{
	const struct neighbour *last = &table->rows[table->count - 1];

	*gone = *row;
	if (row != last) {
		*row = *last;
		neighbours_reindex(table, row);
	}
	table->count--;
}

bool neighbours_knows_address(const struct neighbours *table, uint32_t address)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->index[i].address == address &&
		    table->index[i].confirmed)
			return true;
	return false;
}

/* The oldest unconfirmed row, of one address or (0) of any. */
static struct neighbour *oldest_stranger(struct neighbours *table,
					 uint32_t address)
{
	size_t oldest = table->count;

	for (size_t i = 0; i < table->count; i++) {
		const struct neighbour_index *at = &table->index[i];

		if (at->confirmed || at->listed ||
		    (address != 0 && at->address != address))
			continue;
		if (oldest == table->count ||
		    at->appeared_ms < table->index[oldest].appeared_ms)
			oldest = i;
	}
	return oldest == table->count ? NULL : &table->rows[oldest];
}

struct neighbour *neighbours_to_evict(struct neighbours *table,
				      uint32_t address, bool *full)
{
	struct neighbour *row = NULL;
	size_t here = 0;

	for (size_t i = 0; i < table->count; i++)
		here += table->index[i].address == address &&
			!table->index[i].listed;
	*full = true;
	if (here >= NEIGHBOURS_PER_ADDRESS && address >> 24 != 127)
		row = oldest_stranger(table, address);
	else if (table->count == NEIGHBOURS_MAX)
		row = oldest_stranger(table, 0);
	else
		*full = false;
	return row;
}

struct neighbour *neighbours_find(struct neighbours *table,
				  const uint8_t key[static DATAGRAM_KEY_SIZE])
{
	uint64_t start = key_start(key);

	for (size_t i = 0; i < table->count; i++)
		if (table->index[i].key == start && table->rows[i].has_key &&
		    memcmp(table->rows[i].key, key, DATAGRAM_KEY_SIZE) == 0)
			return &table->rows[i];
	return NULL;
}

struct neighbour *neighbours_find_id(struct neighbours *table, uint64_t id)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->rows[i].id == id)
			return &table->rows[i];
	return NULL;
}

bool neighbour_is_alive(const struct neighbour *row, int64_t now)
{
	return row->heard_ms >= 0 && now - row->heard_ms <= NEIGHBOUR_GONE_MS;
}

void neighbours_alive(struct neighbours *table, uint64_t id, int64_t now)
{
	struct neighbour *row = neighbours_find_id(table, id);

	if (row == NULL)
		return;
	row->heard_ms = now;
	row->failures = 0;
}

void neighbours_failed(struct neighbours *table, uint64_t id, int64_t now)
{
	struct neighbour *row = neighbours_find_id(table, id);

	if (row == NULL)
		return;
	row->asking = false;
	row->asked_ms = now;
	row->failures++;
}

bool neighbours_take_gone(struct neighbours *table, int64_t now,
			  struct neighbour *gone)
{
	for (size_t i = 0; i < table->count; i++) {
		struct neighbour *row = &table->rows[i];

		if (row->listed || neighbour_is_alive(row, now))
			continue;
		neighbours_cut(table, row, gone);
		return true;
	}
	return false;
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
		return true;
	if (row->listed &&
	    (row->heard_ms < 0 || now - row->heard_ms >= NEIGHBOUR_POLL_MS))
		return true;
	return datagram_sequence_after(row->boot, row->statement_version,
				       row->taken_boot, row->taken_version);
}

/* Is `a` to be asked before `b`? */
static bool goes_first(const struct neighbour *a, const struct neighbour *b)
{
	bool a_known = a->confirmed || a->listed;
	bool b_known = b->confirmed || b->listed;
	int64_t a_since = a->asked_ms >= 0 ? a->asked_ms : a->appeared_ms;
	int64_t b_since = b->asked_ms >= 0 ? b->asked_ms : b->appeared_ms;

	return a_known != b_known ? a_known : a_since < b_since;
}

struct neighbour *neighbours_next_to_ask(struct neighbours *table, int64_t now)
{
	struct neighbour *first = NULL;

	for (size_t i = 0; i < table->count; i++) {
		struct neighbour *row = &table->rows[i];

		if (is_worth_asking(row, now) &&
		    (first == NULL || goes_first(row, first)))
			first = row;
	}
	if (first != NULL) {
		first->asked_ms = now;
		first->asking = true;
	}
	return first;
}

const struct datagram_head *
neighbour_head(const struct neighbour *row,
	       const uint8_t origin[static DATAGRAM_ORIGIN_SIZE])
{
	for (size_t i = 0; i < row->head_count; i++)
		if (memcmp(row->heads[i].origin, origin,
			   DATAGRAM_ORIGIN_SIZE) == 0)
			return &row->heads[i];
	return NULL;
}

/* The best few of many, best first, by a rank and then by who was heard last. */
struct best {
	struct neighbour **rows;
	size_t count;
	size_t max;
};

static void offer(struct best *best, struct neighbour *row,
		  uint64_t (*rank)(const struct neighbour *row,
				   const void *arg),
		  const void *arg)
{
	size_t at = best->count;

	while (at > 0) {
		const struct neighbour *other = best->rows[at - 1];
		uint64_t mine = rank(row, arg), theirs = rank(other, arg);

		if (theirs > mine ||
		    (theirs == mine && other->heard_ms >= row->heard_ms))
			break;
		at--;
	}
	if (at == best->max)
		return;
	if (best->count < best->max)
		best->count++;
	memmove(best->rows + at + 1, best->rows + at,
		(best->count - at - 1) * sizeof(struct neighbour *));
	best->rows[at] = row;
}

static uint64_t rank_by_size(const struct neighbour *row, const void *origin)
{
	return neighbour_head(row, origin)->size;
}

size_t neighbours_with_head(struct neighbours *table,
			    const uint8_t origin[static DATAGRAM_ORIGIN_SIZE],
			    uint64_t size, int64_t now, struct neighbour **rows,
			    size_t max)
{
	struct best best = { .rows = rows, .max = max };

	for (size_t i = 0; i < table->count; i++) {
		struct neighbour *row = &table->rows[i];
		const struct datagram_head *head = neighbour_head(row, origin);

		if (head != NULL && head->size > size && row->url[0] != 0 &&
		    neighbour_is_alive(row, now))
			offer(&best, row, rank_by_size, origin);
	}
	return best.count;
}

static uint64_t rank_by_trust(const struct neighbour *row, const void *arg)
{
	(void)arg;
	return (uint64_t)row->trust_version << 32 | row->root_version;
}

size_t neighbours_with_trust(struct neighbours *table, uint32_t trust_version,
			     uint32_t root_version, int64_t now,
			     struct neighbour **rows, size_t max)
{
	struct best best = { .rows = rows, .max = max };

	for (size_t i = 0; i < table->count; i++) {
		struct neighbour *row = &table->rows[i];

		if ((row->trust_version > trust_version ||
		     row->root_version > root_version) &&
		    row->url[0] != 0 && neighbour_is_alive(row, now))
			offer(&best, row, rank_by_trust, NULL);
	}
	return best.count;
}
