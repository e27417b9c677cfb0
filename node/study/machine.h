/* How the machine is, as the item `machine` of the day's batch says it
 * (docs/formats-records.md, "Items"), and the faults that it finds by itself.
 *
 * What is slow to read (disks, sensors) is read by machine_look(), on any
 * thread; machine_item() adds what the catalog knows. */
#ifndef NODE_STUDY_MACHINE_H
#define NODE_STUDY_MACHINE_H

#include <jansson.h>

#include "node/house.h"
#include "node/page/health.h"

struct machine_look {
	char dir[HOUSE_PATH_MAX];
	struct health health; /* out */
	uint64_t up_s;	      /* out: since the computer was started */
};

void machine_look_init(struct machine_look *look, const struct house *h);
void machine_look(struct machine_look *look);

/* A new reference; NULL when out of memory. What is not known is left out. */
json_t *machine_item(struct house *h, const struct machine_look *look);

/* A disk that begins to fail, or has no room left, is told as a fault, and as
 * mended when that is over; `*changed` says whether anything was told. As
 * told_by_itself(). */
enum status machine_tell(struct house *h, const struct machine_look *look,
			 bool *changed, struct err *err);

/* Is there so little room on a disk that the node cannot do its work? */
bool machine_is_full(uint64_t free, uint64_t total);

#endif
