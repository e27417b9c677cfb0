/* Enrolments first, sorted by key, so that each statement finds its own; then
 * the statements, the last heard first; then places of the route where nobody
 * is known. */
#include "node/drive/stops.h"

#include <stdlib.h>
#include <string.h>

#include "catalog/stations.h"
#include "node/drive/stop_logs.h"
#include "node/own_statement.h"

/* One enrolment of a key. */
struct enrolled {
	uint8_t key[32];
	char region[REGION_MAX + 1];
	char name[STATEMENT_NAME_MAX + 1];
	bool ended;
	bool heard; /* its statement came by */
};

struct gathering {
	const struct stops_options *o;
	struct enrolled *enrolled; /* each key once, by key */
	size_t enrolled_count;
	struct known_log *logs;
	size_t log_count;
	struct stops stops;
	size_t strangers;
	size_t budget;
	enum status status; /* of what a callback could not do */
};

/* The list with room for one more element behind `count`; NULL, and the list
 * as it was, when memory ran out. */
static void *grown(void *list, size_t count, size_t size)
{
	if ((count & (count - 1)) != 0)
		return list; /* there is room up to the next power of two */
	return realloc(list, (count == 0 ? 1 : 2 * count) * size);
}

/* --- enrolments --- */

static bool take_station(void *context, const struct station *station)
{
	struct gathering *g = context;
	struct enrolled *e =
		grown(g->enrolled, g->enrolled_count, sizeof(*e));

	if (e == NULL) {
		g->status = STATUS_NO_MEMORY;
		return false;
	}
	g->enrolled = e;
	e += g->enrolled_count++;
	memset(e, 0, sizeof(*e));
	memcpy(e->key, station->key.bytes, sizeof(e->key));
	memcpy(e->region, station->region, sizeof(e->region));
	memcpy(e->name, station->name, sizeof(e->name));
	e->ended = station->ended;
	return true;
}

/* As stations_get(): one that stands before one that ended, then the smallest
 * place. */
static int by_key(const void *a, const void *b)
{
	const struct enrolled *x = a, *y = b;
	int order = memcmp(x->key, y->key, sizeof(x->key));

	if (order == 0)
		order = (int)x->ended - (int)y->ended;
	if (order == 0)
		order = (int)strlen(y->region) - (int)strlen(x->region);
	return order != 0 ? order : strcmp(x->region, y->region);
}

static enum status gather_enrolled(struct gathering *g, struct catalog *c,
				   struct err *err)
{
	enum status status = stations_list(c, true, take_station, g, err);
	size_t kept = 0;

	if (status == STATUS_OK && g->status != STATUS_OK)
		status = err_set(err, g->status, "list the stations");
	if (status != STATUS_OK || g->enrolled_count == 0)
		return status;
	qsort(g->enrolled, g->enrolled_count, sizeof(*g->enrolled), by_key);
	for (size_t i = 1; i < g->enrolled_count; i++)
		if (memcmp(g->enrolled[kept].key, g->enrolled[i].key, 32) != 0)
			g->enrolled[++kept] = g->enrolled[i];
	g->enrolled_count = kept + 1;
	return STATUS_OK;
}

static struct enrolled *find_enrolled(struct gathering *g, const uint8_t *key)
{
	size_t at;

	return bytes_find32(g->enrolled, g->enrolled_count,
			    sizeof(*g->enrolled), key, &at) ?
		       &g->enrolled[at] :
		       NULL;
}

/* --- stops --- */

/* A place that says nothing of itself is what places of its size are. */
static enum level level_of_region(const char *region)
{
	size_t digits = strlen(region);

	if (digits == 12)
		return LEVEL_STATION;
	return digits == 9 ? LEVEL_TOWNSHIP : LEVEL_COUNTY;
}

static int place_on_route(const struct stops_options *o, const char *region)
{
	for (size_t i = 0; i < o->route_count; i++)
		if (region_contains(o->route[i].region, region))
			return (int)i;
	return -1;
}

static bool is_ahead(const struct stops_options *o, const uint8_t *key,
		     const char *region)
{
	if (o->self != NULL && memcmp(o->self, key, 32) == 0)
		return false;
	if (o->route_count > 0)
		return place_on_route(o, region) >= 0;
	return o->within == NULL || region_contains(o->within, region);
}

/* A new stop of this key and place, or NULL when memory ran out. */
static struct stop *add_stop(struct gathering *g, const uint8_t *key,
			     const char *region, const char *name)
{
	struct stop *stop =
		grown(g->stops.list, g->stops.count, sizeof(*stop));

	if (stop == NULL) {
		g->status = STATUS_NO_MEMORY;
		return NULL;
	}
	g->stops.list = stop;
	stop += g->stops.count++;
	memset(stop, 0, sizeof(*stop));
	if (key != NULL)
		memcpy(stop->key, key, sizeof(stop->key));
	memcpy(stop->region, region, strlen(region));
	memcpy(stop->name, name, strlen(name));
	stop->level = level_of_region(region);
	stop->on_route = place_on_route(g->o, region);
	return stop;
}

static void add_with_statement(struct gathering *g, struct enrolled *e,
			       const struct statement *st,
			       const struct statement_row *row)
{
	const char *region = e != NULL ? e->region : st->region;
	const char *name = e != NULL && e->name[0] != 0 ? e->name : st->name;
	uint64_t now_s = g->o->now_s;
	struct stop *stop;

	if (!is_ahead(g->o, st->key, region))
		return;
	stop = add_stop(g, st->key, region, name);
	if (stop == NULL)
		return;
	stop->enrolled = e != NULL;
	stop->has_statement = true;
	stop->level = st->level;
	stop->room = st->room;
	/* Clocks are also put back. */
	stop->age_s = row->age_s +
		      (now_s > row->heard_s ? now_s - row->heard_s : 0);
	g->status = stop_logs_read(&stop->logs, st, g->logs, g->log_count,
				   &g->budget);
}

static bool take_statement(void *context, const struct statement_row *row)
{
	struct gathering *g = context;
	struct enrolled *e = find_enrolled(g, row->key);
	struct statement st;

	if (e != NULL && (e->ended || !is_ahead(g->o, e->key, e->region)))
		return true;
	if (e == NULL && g->strangers == STOPS_STRANGERS_MAX)
		return true;
	if (statement_open(row->note, &st) != STATUS_OK)
		return true;
	if (e != NULL)
		e->heard = true;
	else
		g->strangers++;
	add_with_statement(g, e, &st, row);
	return g->status == STATUS_OK;
}

static void add_the_unheard(struct gathering *g)
{
	for (size_t i = 0; i < g->enrolled_count; i++) {
		const struct enrolled *e = &g->enrolled[i];
		struct stop *stop;

		if (e->heard || e->ended ||
		    !is_ahead(g->o, e->key, e->region))
			continue;
		stop = add_stop(g, e->key, e->region, e->name);
		if (stop == NULL)
			return;
		stop->enrolled = true;
	}
}

static bool somebody_is_at(const struct gathering *g, const char *region)
{
	for (size_t i = 0; i < g->stops.count; i++)
		if (region_contains(region, g->stops.list[i].region))
			return true;
	return false;
}

static void add_empty_places(struct gathering *g)
{
	for (size_t i = 0; i < g->o->route_count; i++) {
		const struct drive_stop *place = &g->o->route[i];

		if (!somebody_is_at(g, place->region) &&
		    add_stop(g, NULL, place->region, place->name) == NULL)
			return;
	}
}

static int by_way(const void *a, const void *b)
{
	const struct stop *x = a, *y = b;
	int order = strcmp(x->region, y->region);

	if (x->on_route != y->on_route)
		return x->on_route < y->on_route ? -1 : 1;
	if (order == 0)
		order = strcmp(x->name, y->name);
	return order != 0 ? order : memcmp(x->key, y->key, sizeof(x->key));
}

/* --- all together --- */

static enum status take_log(void *owner, const struct log_info *info,
			    struct err *err)
{
	struct gathering *g = owner;
	struct known_log *log = grown(g->logs, g->log_count, sizeof(*log));

	if (log == NULL)
		return err_set(err, STATUS_NO_MEMORY, "list the logs");
	g->logs = log;
	log += g->log_count++;
	log->id = info->id;
	log->size = info->size;
	memcpy(log->origin, info->origin, sizeof(log->origin));
	return STATUS_OK;
}

static enum status gather(struct gathering *g, struct catalog *c,
			  struct err *err)
{
	enum status status = log_each(c, take_log, g, err);

	if (status == STATUS_OK)
		status = gather_enrolled(g, c, err);
	if (status == STATUS_OK)
		status = statements_list(c, take_statement, g, err);
	if (status == STATUS_OK && g->status == STATUS_OK)
		add_the_unheard(g);
	if (status == STATUS_OK && g->status == STATUS_OK)
		add_empty_places(g);
	if (status == STATUS_OK && g->status != STATUS_OK)
		status = err_set(err, g->status, "no memory for the stops");
	return status;
}

enum status stops_gather(struct stops *out, struct catalog *c,
			 const struct stops_options *options, struct err *err)
{
	struct gathering g = { .o = options, .budget = STOPS_MEMORY };
	enum status status = gather(&g, c, err);

	free(g.enrolled);
	free(g.logs);
	if (status != STATUS_OK) {
		stops_release(&g.stops);
		return err_wrap(err, "gather who is ahead of the drive");
	}
	if (g.stops.count > 0)
		qsort(g.stops.list, g.stops.count, sizeof(*g.stops.list),
		      by_way);
	*out = g.stops;
	return STATUS_OK;
}

void stops_release(struct stops *stops)
{
	for (size_t i = 0; i < stops->count; i++)
		stop_logs_free(stops->list[i].logs);
	free(stops->list);
	memset(stops, 0, sizeof(*stops));
}
