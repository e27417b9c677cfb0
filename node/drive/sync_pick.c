/* Deciding what goes on a drive: from what is on it, who is ahead of it, and
 * what they lack. The list is written before what it names, so that nothing on
 * the drive is ever without a line in it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/clock.h"
#include "node/drive/berth.h"
#include "node/drive/sync_loading.h"

/* --- what is on the drive --- */

/* By its place file and its folder; its bytes are read when they are needed,
 * not each time it is plugged in. */
static enum status look_at_item(struct visit *v, struct load_item *item,
				struct buf *text, bool *there,
				struct err *err)
{
	struct drive_place place;
	char path[DRIVE_PATH_MAX];
	struct err ignored = ERR_INIT;
	uint64_t size;
	enum status status;

	drive_path(DRIVE_PLACE, item->btmh, path);
	status = visit_read(v, path, DRIVE_PLACE_MAX, text, err);
	/* What cannot be read today is not forgotten. */
	*there = status != STATUS_NOT_FOUND;
	if (status == STATUS_OK && drive_place_parse(buf_bytes(text), &place) ==
					   STATUS_OK) {
		berth_plan_path(item->btmh, path);
		item->whole = mount_has_folder(v->m, place.folder) &&
			      mount_size(v->m, path, &size, &ignored) ==
				      STATUS_NOT_FOUND &&
			      !hashes_have(&v->bad, item->btmh);
		(void)snprintf(item->lesson, sizeof(item->lesson), "%s",
			       place.lesson);
		item->rev = place.rev;
	}
	if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
		status = visit_failed(v, err, "'%s' on the drive", path);
		if (status != STATUS_OK)
			return status;
	}
	drive_path(DRIVE_PART, item->btmh, path);
	*there = *there || mount_has_folder(v->m, path);
	return STATUS_OK;
}

static enum status look_at_items(struct loading *l, struct err *err)
{
	struct visit *v = l->v;
	struct buf text = BUF_INIT;
	enum status status = STATUS_OK;

	l->items = calloc(v->places.count + 1, sizeof(*l->items));
	if (l->items == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	visit_look(v);
	for (; l->looked_at < v->places.count && status == STATUS_OK &&
	       visit_may_look(v, l->looked_at);
	     l->looked_at++) {
		struct load_item *item = &l->items[l->item_count];
		bool there = false;

		memcpy(item->btmh, v->places.list[l->looked_at], 32);
		status = look_at_item(v, item, &text, &there, err);
		l->item_count += there;
		if (!there)
			memset(item, 0, sizeof(*item));
	}
	buf_release(&text);
	/* Half a look is no ground to plan on. */
	if (status == STATUS_OK && v->stopped)
		return err_set(err, STATUS_CANCELLED, "stopped");
	return status;
}

/* --- the plan --- */

static enum status gather(struct loading *l, struct err *err)
{
	struct visit *v = l->v;
	const struct house *h = door_house(v->door);
	struct stops_options stops = {
		.self = house_node_public(h),
		.route = v->route,
		.route_count = v->route_count,
		/* An office carries for its own; a station for whoever is
		 * next. */
		.within = h->conf.level == LEVEL_STATION ? "" : h->conf.region,
		.now_s = clock_s(),
	};
	struct load_options load = { .stops = &l->stops,
				     .items = l->items,
				     .item_count = l->item_count,
				     .region = h->conf.region };
	enum status status = stops_gather(&l->stops, visit_catalog(v), &stops,
					  err);

	load.items = l->items;
	if (status == STATUS_OK)
		status = load_gather(&l->load, visit_catalog(v), &load, err);
	if (status != STATUS_OK)
		return status;
	l->acts = calloc(l->load.count + 1, sizeof(*l->acts));
	l->order = calloc(l->load.count + 1, sizeof(*l->order));
	if (l->acts == NULL || l->order == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	return STATUS_OK;
}

static enum status plan(struct loading *l, struct err *err)
{
	struct visit *v = l->v;
	/* Who loads a drive for a route wants to know what it lacks; a station
	 * on the way is not expected to have it. */
	bool tell_lacking = v->route_count > 0 &&
			    door_house(v->door)->conf.level != LEVEL_STATION;
	enum status status = mount_look(v->m, &v->facts, err);

	if (status != STATUS_OK)
		return status;
	if (!pack_plan(l->load.lessons, l->load.count, v->facts.room,
		       load_reserve(v->facts.size), l->acts, l->order,
		       &l->steps))
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	for (size_t i = 0; i < l->load.count; i++) {
		const struct load_row *row = &l->load.rows[i];

		if (l->acts[i] == PACK_LOAD ||
		    (v->o->repair && l->acts[i] == PACK_KEEP &&
		     l->load.lessons[i].here && l->load.lessons[i].on_drive))
			l->total += row->bytes;
		if (l->acts[i] == PACK_NO_ROOM)
			visit_left(v, row->id, row->title, row->bytes, false,
				   "no_room");
		if (l->acts[i] == PACK_NOT_HERE && tell_lacking)
			visit_left(v, row->id, row->title, row->bytes, false,
				   "not_here");
	}
	return STATUS_OK;
}

/* One more name for the list. Where it is full, what came first stays: ours. */
static enum status list_one(struct hashes *list, const uint8_t *btmh)
{
	enum status status = hashes_put(list, btmh);

	return status == STATUS_NO_ROOM ? STATUS_OK : status;
}

/* The list first: all that is there and all that is to come, then what there
 * was no time to look at. */
enum status loading_list(struct loading *l, struct err *err)
{
	struct hashes list = HASHES_INIT;
	struct buf text = BUF_INIT;
	char path[DRIVE_PATH_MAX];
	enum status status = STATUS_OK;

	for (size_t i = 0; i < l->load.count && status == STATUS_OK; i++)
		if (l->acts[i] == PACK_LOAD)
			status = list_one(&list, l->load.lessons[i].btmh);
	for (size_t i = 0; i < l->item_count && status == STATUS_OK; i++)
		if (!hashes_have(&l->taken_off, l->items[i].btmh))
			status = list_one(&list, l->items[i].btmh);
	for (size_t i = l->looked_at;
	     i < l->v->places.count && status == STATUS_OK; i++)
		status = list_one(&list, l->v->places.list[i]);
	hashes_write(&list, &text);
	drive_path_list(DRIVE_PLACE, path);
	if (status != STATUS_OK || buf_status(&text) != STATUS_OK)
		status = err_set(err, STATUS_NO_MEMORY, "out of memory");
	else if (list.count > 0 || l->v->places.count > 0)
		status = mount_write(l->v->m, path, buf_bytes(&text), err);
	hashes_release(&list);
	buf_release(&text);
	return status;
}

enum status loading_decide(struct loading *l, struct err *err)
{
	enum status status = look_at_items(l, err);

	if (status == STATUS_OK)
		status = gather(l, err);
	return status == STATUS_OK ? plan(l, err) : status;
}

void loading_release(struct loading *l)
{
	load_release(&l->load);
	stops_release(&l->stops);
	free(l->items);
	free(l->acts);
	free(l->order);
	hashes_release(&l->taken_off);
}
