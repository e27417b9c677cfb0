/* What a running node does by itself, for a directory that no node runs on:
 * what was withdrawn is deleted before anything is copied. */
#include "node/drive/sync_inside.h"
#include "node/tidy.h"

enum status sync_tidy_withdrawn(struct visit *v, struct err *err)
{
	if (door_is_live(v->door))
		return STATUS_OK;
	tidy_finish(door_house(v->door));
	if ((v->entries > 0 || v->trust > 0) &&
	    tidy_unwelcome(door_house(v->door), err) != STATUS_OK)
		return visit_failed(v, err, "delete what was withdrawn");
	return STATUS_OK;
}
