/* What is to go on a drive and what off it: decided in sync_pick.c, carried
 * out in sync_out.c, which alone include this. */
#ifndef NODE_DRIVE_SYNC_LOADING_H
#define NODE_DRIVE_SYNC_LOADING_H

#include "node/drive/load.h"
#include "node/drive/sync_inside.h"

struct loading {
	struct visit *v;
	struct stops stops;
	struct load load;
	struct load_item *items;
	size_t item_count;
	size_t looked_at; /* of the drive's list of places */
	enum pack_act *acts;
	size_t *order, steps;
	struct hashes taken_off;
	uint64_t before, total; /* bytes, of what is to be loaded */
};

/* Look at what the drive has, gather the stops and what they lack, and decide
 * (node/drive/pack.h). `l->v` is set, the rest zero; loading_release() in any
 * case. */
enum status loading_decide(struct loading *l, struct err *err);
/* Write the list of places: first all that is there and all that is to
 * come. */
enum status loading_list(struct loading *l, struct err *err);
void loading_release(struct loading *l);

#endif
