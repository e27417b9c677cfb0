#include "node/page/desk_look.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/stations.h"
#include "node/node_inside.h"
#include "node/page/page_asked.h"
#include "proto/encoding.h"

enum { LOOK_MS = 5000 };

struct desk_look {
	struct node *n;
	uv_work_t work;
	bool busy;
	bool begun, drives_begun; /* since somebody watches */
	int64_t looked_ms, drives_ms;
	uint64_t number;

	struct catalog *catalog; /* the worker's own; NULL before */
	struct desk_seen *seen;	 /* NULL: nothing yet */
	struct desk_seen *next;	 /* the worker's, while it looks */
	enum status status;

	struct aside *aside;		  /* for drives */
	struct plugged_look *drives_next; /* NULL: nobody looks */
	struct plugged drives[PLUGGED_MAX];
	size_t n_drives;

	void (*closed)(void *node); /* NULL until closing */
};

struct desk_look *desk_look_new(struct node *n)
{
	struct desk_look *look = calloc(1, sizeof(*look));

	if (look == NULL)
		return NULL;
	look->aside = aside_new(&(struct aside_options){ .threads = 1 });
	if (look->aside == NULL) {
		free(look);
		return NULL;
	}
	look->n = n;
	look->work.data = look;
	return look;
}

static void seen_free(struct desk_seen *seen)
{
	if (seen == NULL)
		return;
	page_names_free(seen->names);
	free(seen);
}

void desk_look_free(struct desk_look *look)
{
	if (look == NULL)
		return;
	plugged_look_leave(look->aside, look->drives_next);
	aside_drop(look->aside);
	seen_free(look->seen);
	catalog_free(look->catalog);
	free(look);
}

/* --- on the pool: lessons and the machine --- */

static bool collect(void *context, const struct fetch *fetch)
{
	struct desk_seen *seen = context;
	struct desk_lack *lack = &seen->lacks[seen->n_lacks];

	for (unsigned i = 0; i < seen->n_lacks; i++)
		if (memcmp(seen->lacks[i].btmh, fetch->btmh, 32) == 0)
			return true;
	memcpy(lack->btmh, fetch->btmh, 32);
	memcpy(lack->due, fetch->due, sizeof(lack->due));
	lack->bytes = fetch->bytes;
	return ++seen->n_lacks < DESK_LACKS_LOOKED;
}

static void name_lack(struct catalog *c, struct lesson_row *row,
		      struct desk_lack *lack)
{
	struct err ignored = ERR_INIT;
	char hex[65];

	hex_encode((struct bytes){ lack->btmh, 32 }, hex);
	if (lessons_get(c, hex, row, &ignored) != STATUS_OK)
		return;
	(void)snprintf(lack->id, sizeof(lack->id), "%s", row->lesson.id);
	(void)snprintf(lack->title, sizeof(lack->title), "%s",
		       row->lesson.title);
}

static bool name_station(void *context, const struct station *station)
{
	page_names_place(context, station->region, station->name);
	return true;
}

static enum status look_at_lessons(struct catalog *c, struct desk_seen *seen,
				   struct err *err)
{
	struct lesson_row *row = malloc(sizeof(*row));
	enum status status = row == NULL ? STATUS_NO_MEMORY : STATUS_OK;

	if (status == STATUS_OK)
		status = lessons_summary(c, &seen->lessons, err);
	if (status == STATUS_OK)
		status = payloads_to_fetch(c, 2 * DESK_LACKS_LOOKED, collect,
					   seen, err);
	for (unsigned i = 0; status == STATUS_OK && i < seen->n_lacks; i++)
		name_lack(c, row, &seen->lacks[i]);
	if (status == STATUS_OK)
		status = stations_list(c, false, name_station, seen->names,
				       err);
	free(row);
	return status;
}

static void look_on_pool(uv_work_t *work)
{
	struct desk_look *look = work->data;
	const struct house *house = &look->n->house;
	struct err err = ERR_INIT;

	look->status = STATUS_OK;
	if (look->catalog == NULL)
		look->status = catalog_open_reader(
			&look->catalog, catalog_path(house->catalog), &err);
	if (look->status == STATUS_OK)
		look->status = look_at_lessons(look->catalog, look->next,
					       &err);
	health_look("", house->payload_dir, &look->next->health);
	if (look->status != STATUS_OK)
		(void)fprintf(stderr, "xiangtu: desk: %s\n", err.text);
}

static void tell_closed(struct desk_look *look)
{
	if (look->closed != NULL && !look->busy)
		look->closed(look->n);
}

static void looked(uv_work_t *work, int cancelled)
{
	struct desk_look *look = work->data;

	(void)cancelled;
	look->busy = false;
	/* Nobody may watch any more, or somebody new. */
	if (look->status == STATUS_OK && look->begun) {
		seen_free(look->seen);
		look->seen = look->next;
		look->number++;
	} else {
		seen_free(look->next);
	}
	look->next = NULL;
	tell_closed(look);
}

/* --- drives --- */

/* One that hangs keeps what was seen of all of them as it was. */
static void take_drives(struct desk_look *look)
{
	struct plugged_look *next = look->drives_next;

	if (next == NULL || !plugged_look_ended(look->aside, next))
		return;
	memcpy(look->drives, next->found, sizeof(look->drives));
	look->n_drives = next->count;
	look->drives_next = NULL;
	free(next);
}

/* --- on the loop --- */

static bool is_due(const struct desk_look *look, bool begun, int64_t at_ms)
{
	return !begun || node_now(look->n) - at_ms >= LOOK_MS;
}

static void begin_lessons(struct desk_look *look)
{
	struct desk_seen *next = calloc(1, sizeof(*next));

	if (next != NULL)
		next->names = page_names_new();
	if (next == NULL || next->names == NULL) {
		free(next);
		return;
	}
	page_asked_names(look->n, next->names);
	look->next = next;
	look->busy = look->begun = true;
	look->looked_ms = node_now(look->n);
	(void)uv_queue_work(look->n->loop, &look->work, look_on_pool, looked);
}

void desk_look_begin(struct desk_look *look, bool lessons_changed)
{
	if (look->closed != NULL)
		return;
	if (!look->busy && (lessons_changed ||
			    is_due(look, look->begun, look->looked_ms)))
		begin_lessons(look);
	take_drives(look);
	if (look->drives_next == NULL &&
	    is_due(look, look->drives_begun, look->drives_ms)) {
		look->drives_begun = true;
		look->drives_ms = node_now(look->n);
		look->drives_next = plugged_look_begin(
			look->aside, look->n->house.dir, NULL, NULL);
	}
}

const struct desk_seen *desk_look_seen(const struct desk_look *look,
				       uint64_t *number)
{
	*number = look->number;
	return look->seen;
}

const struct plugged *desk_look_drives(const struct desk_look *look,
				       size_t *count)
{
	*count = look->n_drives;
	return look->drives;
}

void desk_look_forget(struct desk_look *look)
{
	seen_free(look->seen);
	look->seen = NULL;
	look->n_drives = 0;
	look->begun = look->drives_begun = false;
}

void desk_look_close(struct desk_look *look, void (*closed)(void *node))
{
	look->closed = closed;
	tell_closed(look);
}
