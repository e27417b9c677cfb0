/* What a running node does by itself, for a directory that no node runs on:
 * what was withdrawn is deleted before anything is copied, earlier revisions
 * when nothing is left to fetch that could use their files. */
#include <stdio.h>
#include <stdlib.h>

#include "catalog/lessons.h"
#include "node/drive/sync_inside.h"
#include "node/payload.h"
#include "proto/encoding.h"

static bool collect(void *context, const struct payload_row *payload)
{
	return hashes_put(context, payload->btmh) == STATUS_OK;
}

/* Forget it first: a power cut never leaves a held row without its files. */
static enum status discard(struct house *h, const uint8_t *btmh,
			   struct err *err)
{
	char hex[65], dir[HOUSE_PATH_MAX + 96];
	enum status status = payload_forget(h->catalog, btmh, err);

	hex_encode((struct bytes){ btmh, 32 }, hex);
	(void)snprintf(dir, sizeof(dir), "%s/%s", h->payload_dir, hex);
	return status == STATUS_OK ? payload_delete(dir, err) : status;
}

static enum status discard_unwelcome(struct house *h,
				     const struct hashes *here,
				     struct err *err)
{
	struct payload_standing standing;
	enum status status = STATUS_OK;

	for (size_t i = 0; i < here->count && status == STATUS_OK; i++) {
		status = lessons_standing(h->catalog, here->list[i],
					  &standing, err);
		if (status == STATUS_OK && !standing.wanted &&
		    standing.unwelcome)
			status = discard(h, here->list[i], err);
	}
	return status;
}

enum status sync_tidy_withdrawn(struct visit *v, struct err *err)
{
	struct house *h = door_house(v->door);
	struct hashes here = HASHES_INIT;
	enum status status;

	if (door_is_live(v->door) || (v->entries == 0 && v->trust == 0))
		return STATUS_OK;
	status = payloads_list(h->catalog, PAYLOAD_HELD, collect, &here, err);
	if (status == STATUS_OK)
		status = payloads_list(h->catalog, PAYLOAD_PARTIAL, collect,
				       &here, err);
	if (status == STATUS_OK)
		status = discard_unwelcome(h, &here, err);
	hashes_release(&here);
	return status == STATUS_OK ?
		       STATUS_OK :
		       visit_failed(v, err, "delete what was withdrawn");
}

enum status sync_tidy_superseded(struct visit *v, struct err *err)
{
	struct house *h = door_house(v->door);
	struct lessons_summary summary;
	struct hashes here = HASHES_INIT;
	enum status status;

	if (door_is_live(v->door))
		return STATUS_OK;
	status = lessons_summary(h->catalog, &summary, err);
	if (status == STATUS_OK && summary.wanted == 0)
		status = payloads_unnamed(h->catalog, collect, &here, err);
	for (size_t i = 0; i < here.count && status == STATUS_OK; i++)
		status = discard(h, here.list[i], err);
	hashes_release(&here);
	return status == STATUS_OK ?
		       STATUS_OK :
		       visit_failed(v, err, "delete earlier revisions");
}
