/* Inside the neighbour table: rows in, rows out. For node/neighbours*.c. */
#ifndef NODE_NEIGHBOURS_TABLE_H
#define NODE_NEIGHBOURS_TABLE_H

#include "node/neighbours.h"

/* What is searched for, close together: 512 rows are a megabyte, this is a
 * few kilobytes. Kept by neighbours_reindex(). */
struct neighbour_index {
	uint64_t key; /* its first 8 bytes; 0 without one */
	int64_t appeared_ms;
	uint32_t address;
	bool confirmed;
	bool listed;
};

/* To be called after a change of key, address, confirmed or listed. */
void neighbours_reindex(struct neighbours *table, const struct neighbour *row);

/* An empty row at the end, or NULL when the table is full. */
struct neighbour *neighbours_put(struct neighbours *table, int64_t now);
/* Take a row out, and copy it to `gone`. The last row takes its place. */
void neighbours_cut(struct neighbours *table, struct neighbour *row,
		    struct neighbour *gone);

bool neighbours_knows_address(const struct neighbours *table,
			      uint32_t address);
/* The row to give up for a new one from `address`: NULL with `*full` false when
 * there is room, NULL with `*full` true when nothing may be given up. */
struct neighbour *neighbours_to_evict(struct neighbours *table,
				      uint32_t address, int64_t now,
				      bool *full);

/* --- node/neighbours_ask.c --- */

/* NULL when out of memory; free() it. */
struct neighbour_asks *neighbour_asks_new(void);

#endif
