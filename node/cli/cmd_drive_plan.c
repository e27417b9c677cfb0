/* drive plan: what a drive would carry for a route, and what each village then
 * has. Made as JSON, and for people printed from it. Changes nothing. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/verbs.h"
#include "node/clock.h"
#include "node/drive/aboard.h"
#include "node/drive/door.h"
#include "node/drive/outlook.h"
#include "node/drive/route.h"
#include "proto/text.h"

#define USUAL_SIZE UINT64_C(64000000000)

struct planning {
	struct cli *cli;
	struct door *door;
	struct mount *mount; /* NULL: a drive that is empty */
	uint64_t size, room, reserve;
	struct drive_stop route[DRIVE_ROUTE_STOPS_MAX];
	size_t route_count;
	struct stops stops;
	struct load_item *items;
	size_t item_count;
	struct load load;
	enum pack_act *acts;
	size_t *order;
	size_t steps;
	struct outlook outlook;
};

static struct catalog *catalog_of(const struct planning *p)
{
	return door_house(p->door)->catalog;
}

/* --- what is asked --- */

/* "32G", "500 MB", "1TiB". */
static enum status parse_size(const char *text, uint64_t *out, struct err *err)
{
	static const char units[] = "KMGT";
	size_t digits = strspn(text, "0123456789");
	const char *unit = text + digits + strspn(text + digits, " ");
	const char *at = unit[0] == 0 ? NULL : strchr(units, unit[0] & ~0x20);
	bool binary = at != NULL && unit[1] == 'i';
	uint64_t n;

	if (decimal_parse((struct bytes){ (const uint8_t *)text, digits },
			  &n) == STATUS_OK &&
	    n > 0 && at != NULL && n < 100000) {
		const char *rest = unit + (binary ? 2 : 1);

		for (long power = at - units; power >= 0; power--)
			n *= binary ? 1024 : 1000;
		if (strcmp(rest, "") == 0 || strcmp(rest, "B") == 0) {
			*out = n;
			return STATUS_OK;
		}
	}
	return err_set(err, STATUS_USAGE,
		       "--size wants the size of the drive, like 32G");
}

static enum status take_names(void *owner, const char *value, struct err *err)
{
	struct planning *p = owner;

	return route_resolve(catalog_of(p), value, p->route,
			     DRIVE_ROUTE_STOPS_MAX, &p->route_count, err);
}

/* Without --route, the one that the drive has. */
static void read_route(struct planning *p)
{
	struct buf text = BUF_INIT;
	struct err ignored = ERR_INIT;

	if (p->mount != NULL &&
	    mount_read(p->mount, DRIVE_ROUTE, DRIVE_ROUTE_MAX, &text,
		       &ignored) == STATUS_OK)
		(void)drive_route_parse(buf_bytes(&text), p->route,
					DRIVE_ROUTE_STOPS_MAX,
					&p->route_count);
	buf_release(&text);
}

static enum status look_at_drive(struct planning *p, struct err *err)
{
	const char *size = cli_value(p->cli, "size");
	struct mount_facts facts;
	enum status status;

	if (p->cli->n_words == 0) {
		p->size = USUAL_SIZE;
		status = size == NULL ? STATUS_OK :
					parse_size(size, &p->size, err);
		p->room = p->size;
		return status;
	}
	if (size != NULL)
		return err_set(err, STATUS_USAGE,
			       "--size is for a drive that is not plugged in: "
			       "leave it or the path away");
	status = mount_open(&p->mount, p->cli->words[0], err);
	if (status == STATUS_OK)
		status = mount_look(p->mount, &facts, err);
	if (status != STATUS_OK)
		return status;
	p->size = facts.size;
	p->room = facts.room;
	return aboard_read(p->mount, &p->items, &p->item_count, err);
}

/* --- the plan --- */

static enum status gather(struct planning *p, struct err *err)
{
	const struct house *house = door_house(p->door);
	/* As in a visit: an office carries for its own, a station for whoever
	 * is next. */
	bool office = house->conf.level != LEVEL_STATION;
	struct stops_options who = {
		.self = house_node_public(house),
		.route = p->route,
		.route_count = p->route_count,
		.within = office ? house->conf.region : NULL,
		.now_s = clock_s(),
	};
	struct load_options what = { .stops = &p->stops, .items = p->items,
				     .item_count = p->item_count,
				     .region = house->conf.region };
	enum status status = stops_gather(&p->stops, house->catalog, &who,
					  err);

	if (status == STATUS_OK)
		status = load_gather(&p->load, house->catalog, &what, err);
	return status;
}

static enum status plan(struct planning *p, struct err *err)
{
	enum status status = gather(p, err);

	if (status != STATUS_OK)
		return status;
	p->reserve = load_reserve(p->size);
	p->acts = calloc(p->load.count + 1, sizeof(*p->acts));
	p->order = calloc(p->load.count + 1, sizeof(*p->order));
	if (p->acts == NULL || p->order == NULL ||
	    !pack_plan(p->load.lessons, p->load.count, p->room, p->reserve,
		       p->acts, p->order, &p->steps))
		return err_set(err, STATUS_NO_MEMORY, "plan");
	return outlook_gather(&p->outlook, catalog_of(p), &p->load, p->acts,
			      &p->stops, err);
}

/* --- as JSON --- */

static json_t *lesson_object(const struct planning *p, size_t i,
			     const char *due)
{
	const struct load_row *row = &p->load.rows[i];
	json_t *object = json_pack("{s:s, s:s, s:I}", "id", row->id, "title",
				   row->title, "bytes",
				   (json_int_t)row->bytes);

	if (due[0] != 0)
		(void)json_object_set_new(object, "due", json_string(due));
	return object;
}

static int compare(const void *a, const void *b, void *context)
{
	const struct pack_lesson *lessons = context;

	return pack_order(&lessons[*(const size_t *)a],
			  &lessons[*(const size_t *)b]);
}

/* All lessons that one thing becomes of, in the order of loading. */
static json_t *lessons_with(const struct planning *p, enum pack_act a,
			    enum pack_act b)
{
	json_t *list = json_array();
	size_t *row = calloc(p->load.count + 1, sizeof(*row)), count = 0;

	for (size_t i = 0; row != NULL && i < p->load.count; i++)
		if (p->acts[i] == a || p->acts[i] == b)
			row[count++] = i;
	if (row != NULL)
		qsort_r(row, count, sizeof(*row), compare, p->load.lessons);
	for (size_t n = 0; n < count; n++) {
		const struct pack_lesson *l = &p->load.lessons[row[n]];
		json_t *object = lesson_object(p, row[n], l->due);

		(void)json_object_set_new(object, "wanters",
					  json_integer(l->wanters));
		if (p->acts[row[n]] == PACK_NO_ROOM)
			(void)json_object_set_new(object, "why",
						  json_string("no_room"));
		if (p->acts[row[n]] == PACK_NOT_HERE)
			(void)json_object_set_new(object, "why",
						  json_string("not_here"));
		(void)json_array_append_new(list, object);
	}
	free(row);
	return list;
}

static json_t *station_object(const struct planning *p, size_t n)
{
	static const uint8_t nobody[32];
	const struct stop *stop = &p->stops.list[n];
	const struct outlook_stop *after = &p->outlook.stops[n];
	json_t *comes = json_array(), *lacks = json_array();
	char code[KEY_CODE_SIZE + 1] = "";
	json_t *object;

	for (size_t i = 0; i < after->count; i++) {
		const struct outlook_line *line = &after->lines[i];
		json_t *lesson = lesson_object(p, line->lesson, line->due);

		if (line->why == OUTLOOK_COMES) {
			(void)json_array_append_new(comes, lesson);
			continue;
		}
		(void)json_object_set_new(
			lesson, "why",
			json_string(outlook_why_name(line->why)));
		(void)json_array_append_new(lacks, lesson);
	}
	if (memcmp(stop->key, nobody, 32) != 0)
		key_code(stop->key, code);
	object = json_pack("{s:s, s:s, s:s, s:b, s:b, s:I, s:o, s:o}", "name",
			   stop->name, "region", stop->region, "code", code,
			   "enrolled", stop->enrolled, "heard",
			   stop->has_statement, "bytes",
			   (json_int_t)after->bytes, "comes", comes, "lacks",
			   lacks);
	if (stop->has_statement)
		(void)json_object_set_new(
			object, "age_s",
			json_integer((json_int_t)stop->age_s));
	return object;
}

static void put_sums(const struct planning *p, json_t *object)
{
	uint64_t load = 0, room = p->room;
	bool fits = true;

	for (size_t i = 0; i < p->load.count; i++) {
		const struct pack_lesson *l = &p->load.lessons[i];

		fits = fits && p->acts[i] != PACK_NO_ROOM;
		if (p->acts[i] == PACK_REMOVE) {
			room += l->on_drive ? l->bytes : l->there;
		} else if (p->acts[i] == PACK_LOAD) {
			load += p->load.rows[i].bytes;
			room -= l->bytes > l->there ? l->bytes - l->there : 0;
		}
	}
	(void)json_object_set_new(object, "load_bytes",
				  json_integer((json_int_t)load));
	(void)json_object_set_new(object, "room_after",
				  json_integer((json_int_t)room));
	(void)json_object_set_new(object, "fits", json_boolean(fits));
}

static json_t *plan_object(const struct planning *p)
{
	json_t *route = json_array(), *stations = json_array();
	json_t *object;

	for (size_t i = 0; i < p->route_count; i++)
		(void)json_array_append_new(
			route, json_pack("{s:s, s:s}", "region",
					 p->route[i].region, "name",
					 p->route[i].name));
	for (size_t i = 0; i < p->stops.count; i++)
		(void)json_array_append_new(stations, station_object(p, i));
	object = json_pack(
		"{s:s, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "path",
		p->mount == NULL ? "" : mount_path(p->mount), "size",
		(json_int_t)p->size, "room", (json_int_t)p->room, "reserve",
		(json_int_t)p->reserve, "route", route, "remove",
		lessons_with(p, PACK_REMOVE, PACK_REMOVE), "load",
		lessons_with(p, PACK_LOAD, PACK_LOAD), "keep",
		lessons_with(p, PACK_KEEP, PACK_KEEP), "wait",
		lessons_with(p, PACK_NO_ROOM, PACK_NOT_HERE), "stations",
		stations);
	put_sums(p, object);
	return object;
}

/* --- for people --- */

static const char *short_id(const json_t *lesson)
{
	const char *id = cli_text(lesson, "id"), *hash = strchr(id, '#');

	return hash == NULL ? id : hash + 1;
}

static const char *title_of(const json_t *lesson)
{
	const char *title = cli_text(lesson, "title");

	return title[0] == 0 ? tr("unknown here") : title;
}

static const char *why_text(const json_t *lesson)
{
	const char *why = cli_text(lesson, "why");

	if (strcmp(why, "no_room") == 0)
		return tr("no room on the drive this time");
	if (strcmp(why, "not_here") == 0)
		return tr("not here yet");
	if (strcmp(why, "station_full") == 0)
		return tr("the station's disk is full");
	return "";
}

static void add_row(struct table *table, const json_t *lesson,
		    const char *mark)
{
	char size[16], wanters[24];
	const char *cells[] = { short_id(lesson), title_of(lesson), size,
				wanters, cli_text(lesson, "due"), mark };

	text_size(cli_number(lesson, "bytes"), size);
	(void)snprintf(wanters, sizeof(wanters), "%" PRIu64,
		       cli_number(lesson, "wanters"));
	table_row(table, cells);
}

static void print_lessons(const json_t *plan_made, const char *key,
			  const char *heading)
{
	const char *titles[] = { tr("ID"),	tr("Title"), tr("Size"),
				 tr("Stations"), tr("Due"),  "" };
	const json_t *list = json_object_get(plan_made, key), *lesson;
	struct table *table;
	uint64_t bytes = 0;
	char size[16];
	size_t i;

	if (json_array_size(list) == 0)
		return;
	table = table_new(6, titles);
	json_array_foreach(list, i, lesson) {
		bytes += cli_number(lesson, "bytes");
		add_row(table, lesson, why_text(lesson));
	}
	text_size(bytes, size);
	printf("\n%s: %zu (%s)\n", heading, json_array_size(list), size);
	table_print(table);
}

static void print_station(const json_t *station)
{
	const char *titles[] = { tr("ID"), tr("Title"), tr("Size"), tr("Due"),
				 "" };
	static const char *const keys[] = { "comes", "lacks" };
	const char *name = cli_text(station, "name");
	const char *region = cli_text(station, "region");
	const char *said = "";
	struct table *table;
	char size[16];

	if (!json_is_true(json_object_get(station, "heard")))
		said = tr("has told nothing of itself yet");
	else if (!json_is_true(json_object_get(station, "enrolled")))
		said = tr("not enrolled");
	printf("\n%s %s%s%s\n",
	       name[0] == 0 ? cli_text(station, "code") : name,
	       strcmp(name, region) == 0 ? "" : region,
	       said[0] == 0 ? "" : "  ", said);
	if (json_array_size(json_object_get(station, "comes")) +
		    json_array_size(json_object_get(station, "lacks")) ==
	    0) {
		puts(tr("It has all it wants."));
		return;
	}
	table = table_new(5, titles);
	for (size_t k = 0; k < 2; k++) {
		const json_t *list = json_object_get(station, keys[k]);
		const json_t *lesson;
		size_t i;

		json_array_foreach(list, i, lesson) {
			const char *cells[] = {
				short_id(lesson), title_of(lesson), size,
				cli_text(lesson, "due"),
				k == 0 ? tr("comes") : why_text(lesson)
			};

			text_size(cli_number(lesson, "bytes"), size);
			table_row(table, cells);
		}
	}
	table_print(table);
}

static void print_head(const json_t *made)
{
	const json_t *route = json_object_get(made, "route"), *place;
	char size[16], room[16];
	size_t i;

	printf("%s:", tr("Route"));
	json_array_foreach(route, i, place)
		printf("%s%s", i == 0 ? " " : " → ", cli_text(place, "name"));
	puts(json_array_size(route) == 0 ? tr(" everybody who is known") : "");
	text_size(cli_number(made, "size"), size);
	text_size(cli_number(made, "room"), room);
	printf("%s: %s, %s %s\n", tr("Drive"), size, tr("free"), room);
}

static void print_plan(const json_t *made)
{
	const json_t *station;
	char room[16];
	size_t i;

	print_head(made);
	print_lessons(made, "remove", tr("To be removed"));
	print_lessons(made, "load", tr("To be loaded"));
	print_lessons(made, "keep", tr("On the drive already"));
	print_lessons(made, "wait", tr("Must wait"));
	text_size(cli_number(made, "room_after"), room);
	printf("\n%s %s\n",
	       json_is_true(json_object_get(made, "fits")) ?
		       tr("All fits. Free afterwards:") :
		       tr("Not all fits: another trip or a larger drive is "
			  "needed. Free afterwards:"),
	       room);
	json_array_foreach(json_object_get(made, "stations"), i, station)
		print_station(station);
}

static void release(struct planning *p)
{
	outlook_release(&p->outlook);
	free(p->order);
	free(p->acts);
	load_release(&p->load);
	free(p->items);
	stops_release(&p->stops);
	mount_free(p->mount);
	door_close(p->door);
}

enum status cmd_drive_plan(struct cli *cli, struct err *err)
{
	struct planning *p = calloc(1, sizeof(*p));
	enum status status;

	if (p == NULL)
		return err_set(err, STATUS_NO_MEMORY, "plan");
	p->cli = cli;
	status = door_open(&p->door, cli->dir, err);
	if (status == STATUS_OK)
		status = look_at_drive(p, err);
	if (status == STATUS_OK)
		status = cli_each_value(cli, "route", take_names, p, err);
	if (status == STATUS_OK && p->route_count == 0)
		read_route(p);
	if (status == STATUS_OK)
		status = plan(p, err);
	if (status == STATUS_OK) {
		json_t *made = plan_object(p);

		if (cli->json) {
			cli_print_json(made);
		} else {
			print_plan(made);
			json_decref(made);
		}
	}
	release(p);
	free(p);
	return status;
}
