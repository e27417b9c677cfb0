/* One walk over the lessons that stand, one over those withdrawn, then what is
 * left of the items; in the end entries of one payload become one. */
#include "node/drive/load.h"

#include <stdlib.h>
#include <string.h>

enum {
	CLUSTER = 32 << 10, /* what a file is rounded up to, at worst */
	POSTER = 64 << 10,
	RESERVE_MAX = 32 << 20,
	COUNTY_DIGITS = 6
};

struct entry_made {
	struct pack_lesson lesson;
	struct load_row row;
	char *text;
};

struct gathering {
	const struct load_options *o;
	char county[COUNTY_DIGITS + 1];
	const struct load_item **items; /* by btmh */
	bool *named; /* some lesson names items[i] */
	struct entry_made *list;
	size_t count, room;
	bool failed; /* out of memory */
};

uint64_t load_room(const struct lesson *l)
{
	/* Two more files: torrent and place. */
	uint64_t files = (uint64_t)l->files + 2 + (l->has_poster ? 1 : 0);

	return l->bytes + l->bytes / 4096 + files * CLUSTER +
	       (l->has_poster ? POSTER : 0);
}

uint64_t load_reserve(uint64_t size)
{
	return size / 16 < RESERVE_MAX ? size / 16 : RESERVE_MAX;
}

/* --- what is on the drive --- */

static int by_hash(const void *a, const void *b)
{
	const struct load_item *const *x = a, *const *y = b;

	return memcmp((*x)->btmh, (*y)->btmh, 32);
}

static bool sort_items(struct gathering *g)
{
	size_t count = g->o->item_count;

	g->items = calloc(count + 1, sizeof(*g->items));
	g->named = calloc(count + 1, sizeof(*g->named));
	if (g->items == NULL || g->named == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		g->items[i] = &g->o->items[i];
	if (count > 0)
		qsort(g->items, count, sizeof(*g->items), by_hash);
	return true;
}

/* The first item of this payload; `item_count` when there is none. */
static size_t find_item(const struct gathering *g, const uint8_t *btmh)
{
	size_t low = 0, high = g->o->item_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(g->items[middle]->btmh, btmh, 32) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < g->o->item_count &&
	    memcmp(g->items[low]->btmh, btmh, 32) == 0)
		return low;
	return g->o->item_count;
}

/* --- entries --- */

static const char *put_text(char **at, const char *text)
{
	char *start = *at;
	size_t size = strlen(text) + 1;

	memcpy(start, text, size);
	*at += size;
	return start;
}

static struct entry_made *add_entry(struct gathering *g)
{
	if (g->count == g->room) {
		size_t room = g->room == 0 ? 64 : 2 * g->room;
		struct entry_made *list =
			realloc(g->list, room * sizeof(*list));

		if (list == NULL) {
			g->failed = true;
			return NULL;
		}
		g->list = list;
		g->room = room;
	}
	memset(&g->list[g->count], 0, sizeof(g->list[0]));
	return &g->list[g->count++];
}

static bool describe(struct gathering *g, struct entry_made *e,
		     const char *id, const char *title, const char *topic)
{
	char *at = malloc(strlen(id) + strlen(title) + strlen(topic) + 3);

	e->text = at;
	if (at == NULL) {
		g->failed = true;
		return false;
	}
	e->row.id = put_text(&at, id);
	e->row.title = put_text(&at, title);
	e->row.topic = put_text(&at, topic);
	return true;
}

/* A part that nobody has measured is a part all the same. */
static void put_item(struct pack_lesson *l, const struct load_item *item)
{
	uint64_t there = item->there > 0 ? item->there : 1;

	l->on_drive = item->whole;
	l->there = there < l->bytes ? there : l->bytes;
}

/* Who wants it, and by when. */
static void count_wanters(const struct gathering *g,
			  const struct lesson_row *row, struct pack_lesson *l)
{
	const struct stops *stops = g->o->stops;
	bool stranger = false;
	char due[LESSON_DATE_SIZE + 1];

	for (size_t i = 0; i < stops->count; i++) {
		const struct stop *stop = &stops->list[i];

		if (!stop_lacks(stop, row, due))
			continue;
		if (!stop->enrolled && stop->has_statement) {
			stranger = true;
			continue;
		}
		l->wanters++;
		if (due[0] != 0 &&
		    (l->due[0] == 0 || strcmp(due, l->due) < 0))
			memcpy(l->due, due, sizeof(l->due));
	}
	l->wanters += stranger;
}

static bool is_local(const struct gathering *g, const char *region)
{
	return g->o->region[0] != 0 && region_contains(g->county, region) &&
	       region_touches(g->o->region, region);
}

static bool take_lesson(void *context, const struct lesson_row *row)
{
	struct gathering *g = context;
	size_t at = find_item(g, row->lesson.btmh);
	bool on_drive = at < g->o->item_count;
	struct pack_lesson l = { .bytes = load_room(&row->lesson),
				 .here = row->payload == PAYLOAD_HELD,
				 .gone = row->withdrawn };
	struct entry_made *e;

	if (!row->withdrawn) {
		count_wanters(g, row, &l);
		l.local = !row->over && is_local(g, row->lesson.region);
	}
	if (!on_drive && l.wanters == 0 && !(l.local && l.here))
		return true;
	memcpy(l.btmh, row->lesson.btmh, sizeof(l.btmh));
	memcpy(l.date, row->lesson.date, sizeof(l.date));
	if (on_drive) {
		g->named[at] = true;
		put_item(&l, g->items[at]);
	}
	e = add_entry(g);
	if (e == NULL)
		return false;
	e->lesson = l;
	e->row.rev = row->lesson.rev;
	e->row.bytes = row->lesson.bytes;
	return describe(g, e, row->lesson.id, row->lesson.title,
			row->lesson.topic);
}

/* --- what no lesson names --- */

/* Is it of a lesson that has other files now, or was withdrawn? */
static enum status look_up(struct catalog *c, const struct load_item *item,
			   struct lesson_row *row, bool *gone, struct err *err)
{
	char origin[ORIGIN_MAX + 1];
	struct err ignored = ERR_INIT;
	enum status status;
	uint64_t short_id;

	*gone = false;
	if (lesson_id_split(item->lesson, origin, &short_id) != STATUS_OK)
		return STATUS_OK;
	status = lessons_get(c, item->lesson, row, &ignored);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK)
		return err_set(err, status, "%s", ignored.text);
	*gone = row->withdrawn || row->lesson.rev > item->rev;
	return STATUS_OK;
}

static enum status take_unnamed(struct gathering *g, struct catalog *c,
				const struct load_item *item, struct err *err)
{
	struct lesson_row row;
	struct entry_made *e;
	bool gone;
	enum status status = look_up(c, item, &row, &gone, err);

	if (status != STATUS_OK)
		return status;
	e = add_entry(g);
	if (e == NULL)
		return STATUS_NO_MEMORY;
	memcpy(e->lesson.btmh, item->btmh, sizeof(e->lesson.btmh));
	e->lesson.bytes = item->there > 0 ? item->there : 1;
	e->lesson.gone = gone;
	e->lesson.foreign = !gone;
	e->row.bytes = item->there;
	e->row.rev = item->rev;
	put_item(&e->lesson, item);
	return describe(g, e, gone ? row.lesson.id : "",
			gone ? row.lesson.title : "",
			gone ? row.lesson.topic : "") ?
		       STATUS_OK :
		       STATUS_NO_MEMORY;
}

/* --- together --- */

static int by_payload(const void *a, const void *b)
{
	const struct entry_made *x = a, *y = b;
	int order = memcmp(x->lesson.btmh, y->lesson.btmh, 32);

	/* The most asked for tells what it is called. */
	if (order == 0)
		order = (int)x->lesson.gone - (int)y->lesson.gone;
	return order != 0 ? order : pack_order(&x->lesson, &y->lesson);
}

/* Two lessons with the same files: wanted as much as the more wanted one. */
static void merge(struct pack_lesson *a, const struct pack_lesson *b)
{
	if (b->wanters > a->wanters)
		a->wanters = b->wanters;
	if (b->due[0] != 0 &&
	    (a->due[0] == 0 || strcmp(b->due, a->due) < 0))
		memcpy(a->due, b->due, sizeof(a->due));
	a->local = a->local || b->local;
	a->here = a->here || b->here;
}

static void merge_all(struct gathering *g)
{
	size_t kept = 0;

	if (g->count == 0)
		return;
	qsort(g->list, g->count, sizeof(g->list[0]), by_payload);
	for (size_t i = 1; i < g->count; i++) {
		if (memcmp(g->list[kept].lesson.btmh, g->list[i].lesson.btmh,
			   32) == 0) {
			merge(&g->list[kept].lesson, &g->list[i].lesson);
			free(g->list[i].text);
			g->list[i].text = NULL;
			continue;
		}
		if (++kept != i) {
			g->list[kept] = g->list[i];
			g->list[i].text = NULL;
		}
	}
	g->count = kept + 1;
}

static bool hand_over(struct gathering *g, struct load *out)
{
	struct load load = { .count = g->count };

	load.lessons = calloc(g->count + 1, sizeof(*load.lessons));
	load.rows = calloc(g->count + 1, sizeof(*load.rows));
	load.texts = calloc(g->count + 1, sizeof(*load.texts));
	if (load.lessons == NULL || load.rows == NULL || load.texts == NULL) {
		free(load.lessons);
		free(load.rows);
		free(load.texts);
		return false;
	}
	for (size_t i = 0; i < g->count; i++) {
		load.lessons[i] = g->list[i].lesson;
		load.rows[i] = g->list[i].row;
		load.texts[i] = g->list[i].text;
	}
	g->count = 0;
	*out = load;
	return true;
}

static enum status gather(struct gathering *g, struct catalog *c,
			  struct err *err)
{
	struct lessons_query query = { .filter = LESSONS_ALL };
	enum status status = lessons_find(c, &query, take_lesson, g, err);

	if (status == STATUS_OK && !g->failed && g->o->item_count > 0) {
		query.filter = LESSONS_WITHDRAWN;
		status = lessons_find(c, &query, take_lesson, g, err);
	}
	for (size_t i = 0;
	     status == STATUS_OK && !g->failed && i < g->o->item_count; i++)
		if (!g->named[i] && (i == 0 || by_hash(&g->items[i - 1],
						       &g->items[i]) != 0))
			status = take_unnamed(g, c, g->items[i], err);
	return status;
}

enum status load_gather(struct load *out, struct catalog *c,
			const struct load_options *options, struct err *err)
{
	struct gathering g = { .o = options };
	enum status status = STATUS_OK;

	memcpy(g.county, options->region,
	       strnlen(options->region, COUNTY_DIGITS));
	g.failed = !sort_items(&g);
	if (!g.failed)
		status = gather(&g, c, err);
	if (status == STATUS_OK && !g.failed) {
		merge_all(&g);
		g.failed = !hand_over(&g, out);
	}
	if (status == STATUS_OK && g.failed)
		status = err_set(err, STATUS_NO_MEMORY, "too many lessons");
	for (size_t i = 0; i < g.count; i++)
		free(g.list[i].text);
	free(g.list);
	free(g.items);
	free(g.named);
	if (status != STATUS_OK)
		return err_wrap(err, "gather what goes on the drive");
	return STATUS_OK;
}

void load_release(struct load *load)
{
	for (size_t i = 0; i < load->count; i++)
		free(load->texts[i]);
	free(load->texts);
	free(load->rows);
	free(load->lessons);
	memset(load, 0, sizeof(*load));
}
