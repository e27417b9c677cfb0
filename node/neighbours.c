#include "node/neighbours.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "node/neighbours_table.h"

enum status neighbours_init(struct neighbours *table)
{
	struct neighbour *rows = calloc(NEIGHBOURS_MAX, sizeof(*rows));
	struct neighbour_index *index = calloc(NEIGHBOURS_MAX, sizeof(*index));

	struct neighbour_asks *asks = neighbour_asks_new();

	if (rows == NULL || index == NULL || asks == NULL) {
		free(rows);
		free(index);
		free(asks);
		return STATUS_NO_MEMORY;
	}
	*table = (struct neighbours){ .rows = rows,
				      .index = index,
				      .asks = asks };
	return STATUS_OK;
}

void neighbours_release(struct neighbours *table)
{
	free(table->rows);
	free(table->index);
	free(table->asks);
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

/* Does `a` make room before `b`? Both are strangers. Whose address has been
 * met goes last: nobody can make that up. */
static bool goes_before(const struct neighbours *table,
			const struct neighbour_index *a,
			const struct neighbour_index *b, int64_t now)
{
	bool a_met = neighbours_has_met(table, a->address, now);
	bool b_met = neighbours_has_met(table, b->address, now);

	return a_met != b_met ? b_met : a->appeared_ms < b->appeared_ms;
}

/* The unconfirmed row to give up, of one address or (0) of any. */
static struct neighbour *first_stranger(struct neighbours *table,
					uint32_t address, int64_t now)
{
	const struct neighbour_index *first = NULL;

	for (size_t i = 0; i < table->count; i++) {
		const struct neighbour_index *at = &table->index[i];

		if (at->confirmed || at->listed ||
		    (address != 0 && at->address != address))
			continue;
		if (first == NULL || goes_before(table, at, first, now))
			first = at;
	}
	return first == NULL ? NULL : &table->rows[first - table->index];
}

static size_t rows_of(const struct neighbours *table, uint32_t address)
{
	size_t here = 0;

	for (size_t i = 0; i < table->count; i++)
		here += table->index[i].address == address &&
			!table->index[i].listed;
	return here;
}

/* All are confirmed: the newest row of the address that has most of them, and
 * more than the newcomer's would have. */
static struct neighbour *newest_of_most(struct neighbours *table, size_t here)
{
	const struct neighbour_index *found = NULL;
	size_t most = here + 1;

	for (size_t i = 0; i < table->count; i++) {
		const struct neighbour_index *at = &table->index[i];
		bool same = found != NULL && found->address == at->address;
		size_t rows;

		if (at->listed)
			continue;
		rows = same ? most : rows_of(table, at->address);
		if (rows > most || (same && at->appeared_ms >=
						    found->appeared_ms)) {
			found = at;
			most = rows;
		}
	}
	return found == NULL ? NULL : &table->rows[found - table->index];
}

struct neighbour *neighbours_to_evict(struct neighbours *table,
				      uint32_t address, int64_t now,
				      bool *full)
{
	size_t here = rows_of(table, address);
	struct neighbour *row = NULL;

	*full = true;
	if (here >= NEIGHBOURS_PER_ADDRESS && address >> 24 != 127)
		return first_stranger(table, address, now);
	if (table->count < NEIGHBOURS_MAX)
		*full = false;
	else
		row = first_stranger(table, 0, now);
	if (*full && row == NULL)
		row = newest_of_most(table, here);
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

/* The best few of many, best first, by a rank and then by who was heard
 * last. */
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

/* Is it to be asked for more than `size` entries of a log? */
static bool shows_more(const struct neighbour *row, const uint8_t *origin,
		       uint64_t size, int64_t now)
{
	const struct datagram_head *head = neighbour_head(row, origin);

	return head != NULL && head->size > size && row->url[0] != 0 &&
	       row->confirmed && neighbour_is_alive(row, now);
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

		if (shows_more(row, origin, size, now))
			offer(&best, row, rank_by_size, origin);
	}
	return best.count;
}

struct neighbour *
neighbours_turn_with_head(struct neighbours *table,
			  const uint8_t origin[static DATAGRAM_ORIGIN_SIZE],
			  uint64_t size, int64_t now, unsigned turn)
{
	for (size_t i = 0; i < table->count; i++) {
		struct neighbour *row =
			&table->rows[(turn + i) % table->count];

		if (shows_more(row, origin, size, now))
			return row;
	}
	return NULL;
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
		    row->url[0] != 0 && row->confirmed &&
		    neighbour_is_alive(row, now))
			offer(&best, row, rank_by_trust, NULL);
	}
	return best.count;
}
