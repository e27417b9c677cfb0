#include "node/page/desk_events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/log.h"
#include "node/node_inside.h"
#include "node/node_peers.h"
#include "node/page/desk.h"
#include "node/page/desk_arriving.h"
#include "node/page/desk_look.h"
#include "node/page/live_picture.h"
#include "node/page/page_drive.h"
#include "node/page/page_events.h"
#include "node/page/page_news.h"
#include "node/requests_internal.h"
#include "node/requests_visit.h"
#include "node/version.h"
#include "proto/encoding.h"

enum {
	TRUST_MS = 15 * 1000, /* between walks through the logs */
	LOGS_MAX = 500,
	IN_USE_MS = 30 * 1000, /* what was given or played is busy so long */
	STEP = 16 << 20 /* bytes of disk that are no news */
};

struct desk_events {
	struct node *n;
	struct desk_look *look;
	struct desk_arriving *arriving;
	struct live_rates rates;
	uint64_t library; /* the number of the lessons when last looked at */
	bool watched;

	/* What the loop asks the database for; NULL: not yet. */
	uint64_t seen;	 /* the look they belong to */
	json_t *lacking, *cache, *trust, *last;
	json_int_t lacking_total;
	int64_t trust_ms;
	bool clock_good;
	uint64_t visit; /* whose report `last` is */

	int64_t next_ms;     /* when it was last looked what would go next */
	int64_t next_due_ms; /* when to look again; 0: no need */
	bool next_more;
};

static const struct page_event desk_event = { PAGE_STREAM_DESK,
					      PAGE_OPERATOR, "desk", true };

struct desk_events *desk_events_new(struct node *n)
{
	struct desk_events *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->n = n;
	d->look = desk_look_new(n);
	d->arriving = desk_arriving_new(n);
	if (d->look == NULL || d->arriving == NULL) {
		desk_events_free(d);
		return NULL;
	}
	return d;
}

static void replace(json_t **at, json_t *by)
{
	json_decref(*at);
	*at = by;
}

static void forget(struct desk_events *d)
{
	replace(&d->lacking, NULL);
	replace(&d->cache, NULL);
	replace(&d->trust, NULL);
	replace(&d->last, NULL);
	desk_look_forget(d->look);
	page_events_forget(d->n->page->events, &desk_event);
}

void desk_events_free(struct desk_events *d)
{
	if (d == NULL)
		return;
	replace(&d->lacking, NULL);
	replace(&d->cache, NULL);
	replace(&d->trust, NULL);
	replace(&d->last, NULL);
	desk_look_free(d->look);
	desk_arriving_free(d->arriving);
	free(d);
}

void desk_events_close(struct desk_events *d, void (*closed)(void *node))
{
	desk_look_close(d->look, closed);
}

/* --- parts --- */

static struct live_bytes bytes_now(const struct node *n)
{
	const struct traffic *t = &n->traffic;
	uint64_t swarm_down = atomic_load(&t->swarm_down),
		 swarm_up = atomic_load(&t->swarm_up),
		 far_down = atomic_load(&t->swarm_beyond_down),
		 far_up = atomic_load(&t->swarm_beyond_up);

	return (struct live_bytes){
		.uplink_down = atomic_load(&t->uplink_down) + far_down,
		.uplink_up = atomic_load(&t->uplink_up) + far_up,
		.lan_down = atomic_load(&t->lan_down) +
			    (swarm_down > far_down ? swarm_down - far_down : 0),
		.lan_up = atomic_load(&t->lan_up) +
			  (swarm_up > far_up ? swarm_up - far_up : 0),
	};
}

/* --- what does not arrive --- */

static bool is_lent(const uint8_t (*lent)[32], unsigned count,
		    const uint8_t *btmh)
{
	for (unsigned i = 0; i < count; i++)
		if (memcmp(lent[i], btmh, 32) == 0)
			return true;
	return false;
}

static json_t *lack_json(struct desk_events *d, const struct desk_lack *l,
			 bool lent)
{
	struct node *n = d->n;
	const struct live_lack lack = {
		.trouble = n->live.trouble(n, l->btmh),
		.lent = lent,
		.begun = fetcher_progress(n->fetcher, l->btmh) >= 0,
	};
	json_t *one = json_pack("{s:s, s:s, s:I, s:s}", "id", l->id, "title",
				l->title, "bytes", (json_int_t)l->bytes,
				"why", live_why(&lack));

	if (one != NULL && l->due[0] != 0)
		(void)json_object_set_new(one, "due", json_string(l->due));
	return one;
}

/* Of all that is wanted, what does not come now. */
static void make_lacking(struct desk_events *d, const struct desk_seen *seen)
{
	struct fetcher *f = d->n->fetcher;
	uint8_t lent[FETCHER_LENT_MAX][32];
	unsigned loans = fetcher_loans(f, lent, FETCHER_LENT_MAX);
	json_t *list = json_array();
	json_int_t coming = 0;

	for (unsigned i = 0; i < seen->n_lacks; i++) {
		const struct desk_lack *l = &seen->lacks[i];

		if (shelf_has(d->n->shelf, l->btmh) ||
		    fetcher_moves(f, l->btmh))
			coming++;
		else if (json_array_size(list) < DESK_LACKS_MAX)
			(void)json_array_append_new(
				list,
				lack_json(d, l,
					  is_lent((const uint8_t(*)[32])lent,
						  loans, l->btmh)));
	}
	d->lacking_total = (json_int_t)seen->lessons.wanted - coming;
	if (d->lacking_total < (json_int_t)json_array_size(list))
		d->lacking_total = (json_int_t)json_array_size(list);
	replace(&d->lacking, list);
}

/* --- trust --- */

struct logs {
	struct node *n;
	const struct page_names *names;
	json_t *list;
};

static enum status put_log(void *owner, const struct log_info *info,
			   struct err *err)
{
	struct logs *logs = owner;
	struct requests *r = &logs->n->requests;
	const struct authority *a = house_authority(r->house);
	char office[LESSON_OFFICE_MAX + 1];
	json_t *heard, *news, *log;
	enum status status;

	if (json_array_size(logs->list) == LOGS_MAX)
		return STATUS_OK;
	status = lessons_office(r->house->catalog, info->id, office, err);
	if (status != STATUS_OK)
		return status;
	heard = json_object();
	request_put_heard(r, info, heard);
	news = json_object_get(heard, "news");
	log = json_pack("{s:s, s:s, s:b, s:b}", "origin", info->origin,
			"office",
			page_office_name(logs->names, office, info->origin),
			"forked", info->forked, "ended",
			authority_cutoff(a, info->origin) != NULL);
	if (log != NULL)
		(void)json_object_update(log, news);
	json_decref(heard);
	(void)json_array_append_new(logs->list, log);
	return STATUS_OK;
}

static void round_age(json_t *object)
{
	const json_t *age = json_object_get(object, "age_s");

	if (json_is_integer(age))
		(void)json_object_set_new(
			object, "age_s",
			json_integer((json_int_t)live_age(
				(uint64_t)json_integer_value(age))));
}

static void make_trust(struct desk_events *d, const struct desk_seen *seen)
{
	struct node *n = d->n;
	struct logs logs = { n, seen->names, json_array() };
	json_t *status = json_object(), *trust, *log;
	struct err ignored = ERR_INIT;
	size_t i;

	(void)log_each(n->house.catalog, put_log, &logs, &ignored);
	json_array_foreach(logs.list, i, log)
		round_age(log);
	request_put_trust_heard(&n->requests, status);
	trust = json_pack("{s:I, s:I, s:o}", "root",
			  (json_int_t)n->house.trust.root.version, "trust",
			  (json_int_t)n->house.trust.trust.version, "logs",
			  logs.list);
	if (trust != NULL)
		(void)json_object_update(trust,
					 json_object_get(status, "trust_news"));
	round_age(trust);
	d->clock_good = json_is_true(json_object_get(status, "clock_good"));
	json_decref(status);
	replace(&d->trust, trust);
	d->trust_ms = node_now(n);
}

/* --- the rest --- */

static void coarsen(json_t *object, const char *key, uint64_t step)
{
	json_int_t value = json_integer_value(json_object_get(object, key));

	if (value > 0)
		(void)json_object_set_new(
			object, key,
			json_integer((json_int_t)live_coarse((uint64_t)value,
							     step)));
}

/* What would be deleted next changes with the lessons, and once more when what
 * has just arrived is not in use any more. */
static void look_at_next(struct desk_events *d, bool changed)
{
	uint64_t number;
	const struct desk_seen *seen = desk_look_seen(d->look, &number);
	uint64_t held = seen == NULL ? 0 : seen->lessons.held;
	int64_t now = node_now(d->n), soonest = d->next_ms + live_next_ms(held);

	if (changed) {
		d->next_due_ms = now < soonest ? soonest : now;
		d->next_more = true;
	}
	if (d->next_due_ms == 0 || now < d->next_due_ms)
		return;
	cache_next_stale(d->n->cache);
	d->next_ms = now;
	d->next_due_ms = d->next_more ? now + IN_USE_MS : 0;
	d->next_more = false;
}

static void make_cache(struct desk_events *d)
{
	json_t *cache = request_cache_json(&d->n->requests);

	(void)json_object_del(cache, "scrub");
	coarsen(cache, "free", STEP);
	replace(&d->cache, cache == NULL ? json_null() : cache);
}

static json_t *neighbours_json(struct node *n)
{
	json_t *list = n->live.neighbours(n), *one;
	size_t i;

	json_array_foreach(list, i, one) {
		const struct neighbour *row = &n->neighbours.rows[i];
		json_int_t ago = json_integer_value(
			json_object_get(one, "heard_ago_s"));

		if (ago > 0)
			(void)json_object_set_new(
				one, "heard_ago_s",
				json_integer((json_int_t)live_age(
					(uint64_t)ago)));
		(void)json_object_set_new(
			one, "route",
			json_string(node_peer_is_near(n, row) ? "lan" :
								"beyond"));
	}
	return list;
}

static json_t *drive_json(struct desk_events *d)
{
	struct node *n = d->n;
	const json_t *now = request_drive_now(&n->requests);
	const uint64_t visit = request_drive_number(&n->requests);
	const char *trouble = page_drive_trouble(n->page->drive);
	size_t count;
	const struct plugged *drives = desk_look_drives(d->look, &count);
	json_t *plugged = json_array(), *drive;

	if (d->last == NULL || visit != d->visit)
		replace(&d->last,
			live_report(request_drive_report(&n->requests)));
	d->visit = visit;
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(
			plugged,
			json_pack("{s:s, s:b, s:b, s:I, s:I}", "label",
				  drives[i].label, "prepared",
				  drives[i].prepared, "read_only",
				  drives[i].read_only, "free",
				  (json_int_t)live_coarse(drives[i].free,
							  STEP),
				  "total", (json_int_t)drives[i].total));
	drive = json_pack("{s:o, s:O, s:o}", "now",
			  now == NULL ? json_null() :
					json_incref((json_t *)(uintptr_t)now),
			  "last", d->last, "plugged", plugged);
	if (drive != NULL && trouble[0] != 0)
		(void)json_object_set_new(drive, "trouble",
					  json_string(trouble));
	return drive;
}

static json_t *limits_json(struct node *n, const struct desk_seen *seen)
{
	json_t *limits = uplink_json(n->uplink);
	bool open = budget_open(uplink_budget(n->uplink), BUDGET_DOWN,
				BUDGET_BACKGROUND, NULL);

	(void)json_object_set_new(
		limits, "waiting",
		json_integer(open ? 0 : (json_int_t)seen->lessons.wanted));
	return limits;
}

static json_t *health_json(const struct desk_events *d,
			   const struct desk_seen *seen)
{
	struct node *n = d->n;
	const struct live_machine machine = {
		.uptime_s = (uint64_t)(node_now(n) - n->started_ms) / 1000,
		.clock_good = d->clock_good,
		.version = XIANGTU_VERSION,
		.lag_worst_ms = (double)n->lag.worst_lately_ns / 1e6,
		.wrong_tries = desk_wrong_lately(n->page->desk),
		.engine = node_engine_json(n),
	};

	return live_health_json(&seen->health, &machine);
}

static json_t *lessons_json(const struct lessons_summary *s)
{
	return json_pack("{s:I, s:I, s:I, s:I}", "held", (json_int_t)s->held,
			 "wanted", (json_int_t)s->wanted, "known",
			 (json_int_t)s->known, "bytes", (json_int_t)s->bytes);
}

static json_t *picture(struct desk_events *d, const struct desk_seen *seen)
{
	struct node *n = d->n;
	const struct live_bytes rates = live_rates_now(&d->rates);

	return json_pack(
		"{s:o, s:o, s:o, s:O, s:I, s:O, s:o, s:o, s:o, s:O, s:o, s:o}",
		"transfers", desk_transfers_json(d->arriving), "arrived",
		desk_arrived_json(d->arriving), "rates",
		live_rates_json(&rates), "lacking", d->lacking,
		"lacking_total", d->lacking_total, "cache", d->cache,
		"neighbours", neighbours_json(n), "drive", drive_json(d),
		"limits", limits_json(n, seen), "trust", d->trust, "health",
		health_json(d, seen), "lessons", lessons_json(&seen->lessons));
}

/* --- every second --- */

static void publish(struct desk_events *d)
{
	uint64_t number;
	const struct desk_seen *seen = desk_look_seen(d->look, &number);

	if (seen == NULL)
		return;
	if (d->lacking == NULL || number != d->seen) {
		make_lacking(d, seen);
		make_cache(d);
		d->seen = number;
	}
	if (d->trust == NULL || node_now(d->n) - d->trust_ms >= TRUST_MS)
		make_trust(d, seen);
	page_events_publish(d->n->page->events, &desk_event,
			    picture(d, seen));
}

void desk_events_tick(struct desk_events *d)
{
	struct node *n = d->n;
	const struct live_bytes bytes = bytes_now(n);
	uint64_t library = page_news_number(n->page->news);

	live_rates_take(&d->rates, node_now(n), &bytes);
	if (!page_events_heard(n->page->events, PAGE_STREAM_DESK) ||
	    n->fetcher == NULL) {
		if (d->watched)
			forget(d);
		d->watched = false;
		return;
	}
	look_at_next(d, !d->watched || library != d->library);
	desk_look_begin(d->look, !d->watched || library != d->library);
	d->watched = true;
	d->library = library;
	publish(d);
}
