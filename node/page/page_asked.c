#include "node/page/page_asked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/stations.h"
#include "node/clock.h"
#include "node/drive/ondrive.h"
#include "node/node_inside.h"
#include "node/page/page_jobs.h"
#include "node/page/page_library.h"
#include "node/page/page_parts.h"
#include "proto/encoding.h"

enum { OFFICES_MAX = 256, PAYLOADS_MAX = 1 + LESSON_ALSO_MAX };

/* One question. */
struct asked {
	enum { ASKED_HOME, ASKED_LESSONS, ASKED_LESSON } what;
	struct page_search search;
	char id[LESSON_ID_MAX + 1];

	/* As the loop knows it when its turn has come. */
	const struct house *house;
	struct page_names *names;
	struct fetcher_share shares[FETCHER_SHARES_MAX];
	uint8_t coming[FETCHER_SHARES_MAX][32];
	unsigned n_shares;
	char today[11];
	/* Of a lesson: what a drive has of its payloads (NULL: nothing), and
	 * why it does not come. */
	struct torrentfile *on_drive[PAYLOADS_MAX];
	char trouble[sizeof(((struct err *)0)->text)];
};

static void asked_free(void *owner)
{
	struct asked *a = owner;

	for (unsigned i = 0; i < PAYLOADS_MAX; i++)
		torrentfile_free(a->on_drive[i]);
	page_names_free(a->names);
	free(a);
}

/* --- on the loop --- */

/* An office whose word reaches several places is that of the first. */
void page_asked_names(struct node *n, struct page_names *names)
{
	const struct authority *all = house_authority(&n->house);
	size_t count = authority_count(all);

	page_names_place(names, n->house.conf.region, n->house.conf.name);
	if (n->house.conf.origin[0] != 0)
		page_names_office(names, n->house.conf.origin,
				  n->house.conf.region);
	for (size_t i = 0; i < count && i < OFFICES_MAX; i++) {
		const struct publisher *p = &authority_at(all, i)->publisher;

		if (p->region_count > 0)
			page_names_office(names, p->origin, p->regions[0]);
	}
}

static void look_at_lesson(struct asked *a, struct node *n,
			   const struct lesson_row *row)
{
	const struct lesson *l = &row->lesson;

	(void)snprintf(a->trouble, sizeof(a->trouble), "%s",
		       n->live.trouble(n, row->shown.btmh));
	/* Reads from the drives, where there are any. */
	if (row->shown.payload != PAYLOAD_HELD)
		a->on_drive[0] = ondrive_find(n->ondrive, row->shown.btmh);
	for (size_t i = 0; i < l->also_count; i++)
		if (!shelf_has(n->shelf, l->also[i].btmh))
			a->on_drive[1 + i] =
				ondrive_find(n->ondrive, l->also[i].btmh);
}

static enum status find_lesson(struct asked *a, struct node *n,
			       struct err *err)
{
	struct lesson_row *row = malloc(sizeof(*row));
	enum status status;

	if (row == NULL)
		return err_set(err, STATUS_NO_MEMORY, "lesson");
	status = lessons_get(n->house.catalog, a->id, row, err);
	if (status == STATUS_OK && !row->withdrawn)
		look_at_lesson(a, n, row);
	free(row);
	return status;
}

static enum status begin(void *owner, struct node *n, struct err *err)
{
	struct asked *a = owner;

	if (n->fetcher == NULL)
		return err_set(err, STATUS_LIMITED, "this node is stopping");
	a->house = &n->house;
	a->names = page_names_new();
	if (a->names == NULL)
		return err_set(err, STATUS_NO_MEMORY, "names");
	page_asked_names(n, a->names);
	a->n_shares = fetcher_shares(n->fetcher, a->shares);
	for (unsigned i = 0; i < a->n_shares; i++)
		memcpy(a->coming[i], a->shares[i].btmh, 32);
	if (clock_is_set())
		clock_today(a->today);
	return a->what == ASKED_LESSON ? find_lesson(a, n, err) : STATUS_OK;
}

/* --- on a worker --- */

static double share_of(void *owner, const uint8_t *btmh)
{
	const struct asked *a = owner;

	for (unsigned i = 0; i < a->n_shares; i++)
		if (memcmp(a->shares[i].btmh, btmh, 32) == 0)
			return a->shares[i].share;
	return -1;
}

static bool name_station(void *context, const struct station *station)
{
	page_names_place(context, station->region, station->name);
	return true;
}

/* The parts of one payload, [] while its torrent file is nowhere; *state is
 * how it stands. */
static json_t *payload_parts(struct asked *a, struct catalog *catalog,
			     const uint8_t *btmh,
			     const struct torrentfile *on_drive,
			     const char **state)
{
	struct payload_row row = { .state = PAYLOAD_NONE };
	struct torrentfile *own = NULL;
	const struct torrentfile *tf;
	struct buf have = BUF_INIT;
	struct err err = ERR_INIT;
	json_t *parts = NULL;

	(void)payload_get(catalog, btmh, &row, &have, &err);
	*state = row.state == PAYLOAD_HELD ? "held" :
		 share_of(a, btmh) >= 0    ? "fetching" :
					     "known";
	(void)house_open_torrent(a->house, btmh, &own, &err);
	tf = own != NULL ? own : on_drive;
	if (tf != NULL)
		parts = page_parts_json(
			&tf->mi, btmh,
			have.size == havemap_size(tf->mi.pieces) ? have.data :
								   NULL,
			row.state == PAYLOAD_HELD, on_drive != NULL);
	torrentfile_free(own);
	buf_release(&have);
	return parts == NULL ? json_array() : parts;
}

static json_t *also_json(struct asked *a, struct catalog *catalog,
			 const struct lesson *l)
{
	json_t *also = json_array();

	for (size_t i = 0; i < l->also_count; i++) {
		const struct rendition *r = &l->also[i];
		const char *state;
		json_t *parts = payload_parts(a, catalog, r->btmh,
					      a->on_drive[1 + i], &state);
		char hex[65];

		hex_encode((struct bytes){ r->btmh, 32 }, hex);
		(void)json_array_append_new(
			also,
			json_pack("{s:s, s:s, s:I, s:s, s:o}", "as", r->as,
				  "btmh", hex, "bytes", (json_int_t)r->bytes,
				  "state", state, "parts", parts));
	}
	return also;
}

static enum status make_lesson(struct asked *a, const struct page_view *v,
			       json_t **out, struct err *err)
{
	struct lesson_row *row = malloc(sizeof(*row));
	json_t *lesson, *parts;
	const char *state;
	enum status status;

	if (row == NULL)
		return err_set(err, STATUS_NO_MEMORY, "lesson");
	status = lessons_get(v->catalog, a->id, row, err);
	if (status == STATUS_OK)
		status = page_lesson(v, row, &lesson, err);
	if (status == STATUS_OK) {
		parts = row->withdrawn ?
				json_array() :
				payload_parts(a, v->catalog, row->shown.btmh,
					      a->on_drive[0], &state);
		(void)json_object_set_new(lesson, "parts", parts);
		(void)json_object_set_new(lesson, "also",
					  row->withdrawn ?
						  json_array() :
						  also_json(a, v->catalog,
							    &row->lesson));
		if (a->trouble[0] != 0)
			(void)json_object_set_new(lesson, "trouble",
						  json_string(a->trouble));
		*out = lesson;
	}
	free(row);
	return status;
}

static char *make(void *owner, struct catalog *catalog, struct err *err)
{
	struct asked *a = owner;
	const struct page_view view = {
		.catalog = catalog,
		.names = a->names,
		.region = a->house->conf.region,
		.today = a->today,
		.share = share_of,
		.owner = a,
		.coming = (const uint8_t(*)[32])a->coming,
		.n_coming = a->n_shares,
	};
	enum status status;
	json_t *made;
	char *text;

	status = stations_list(catalog, false, name_station, a->names, err);
	if (status == STATUS_OK)
		status = a->what == ASKED_HOME ?
				 page_home(&view, &made, err) :
			 a->what == ASKED_LESSONS ?
				 page_lessons(&view, &a->search, &made, err) :
				 make_lesson(a, &view, &made, err);
	if (status != STATUS_OK)
		return NULL;
	text = json_dumps(made, JSON_COMPACT);
	json_decref(made);
	if (text == NULL)
		(void)err_set(err, STATUS_NO_MEMORY, "list");
	return text;
}

/* --- what is asked --- */

static struct asked *asked_new(struct page_call *call)
{
	struct asked *a = calloc(1, sizeof(*a));

	if (a == NULL)
		page_fail(call->request, STATUS_NO_MEMORY, "out of memory",
			  NULL);
	return a;
}

/* `key` says what is asked. */
static void ask(struct page_call *call, struct asked *a, const char *key)
{
	struct page_task task = { .owner = a,
				  .begin = begin,
				  .make = make,
				  .free = asked_free };

	(void)snprintf(task.key, sizeof(task.key), "%s", key);
	page_jobs_ask(call->node->page->jobs, call->request, &task);
}

void page_home_asked(struct page_call *call)
{
	struct asked *a = asked_new(call);

	if (a == NULL)
		return;
	a->what = ASKED_HOME;
	ask(call, a, "home");
}

/* A parameter that may be left out. */
static bool read_text(const struct http_head *head, const char *name,
		      char *out, size_t room)
{
	enum status status = http_head_query(head, name, out, room, NULL);

	if (status == STATUS_NOT_FOUND)
		out[0] = 0;
	return status != STATUS_MALFORMED;
}

static bool read_number(const struct http_head *head, const char *name,
			uint64_t *out)
{
	*out = 0;
	return http_head_query_number(head, name, out) != STATUS_MALFORMED;
}

static bool read_search(const struct http_head *head, struct page_search *s)
{
	return read_text(head, "query", s->query, sizeof(s->query)) &&
	       read_text(head, "initials", s->initials,
			 sizeof(s->initials)) &&
	       read_text(head, "topic", s->topic, sizeof(s->topic)) &&
	       read_text(head, "region", s->region, sizeof(s->region)) &&
	       read_text(head, "state", s->state, sizeof(s->state)) &&
	       read_number(head, "limit", &s->limit) &&
	       read_number(head, "offset", &s->offset);
}

void page_lessons_asked(struct page_call *call)
{
	struct asked *a = asked_new(call);
	struct page_search *s;
	char key[PAGE_KEY_MAX];

	if (a == NULL)
		return;
	a->what = ASKED_LESSONS;
	s = &a->search;
	if (!read_search(call->head, s)) {
		asked_free(a);
		page_fail(call->request, STATUS_MALFORMED,
			  "a parameter is too long, or no number", NULL);
		return;
	}
	/* With lengths: what is typed may hold spaces. */
	(void)snprintf(key, sizeof(key),
		       "lessons %zu %zu %zu %zu %s %s %s %s %s %llu %llu",
		       strlen(s->query), strlen(s->initials),
		       strlen(s->topic), strlen(s->region), s->query,
		       s->initials, s->topic, s->region, s->state,
		       (unsigned long long)s->limit,
		       (unsigned long long)s->offset);
	ask(call, a, key);
}

void page_lesson_asked(struct page_call *call)
{
	struct asked *a = asked_new(call);
	char key[PAGE_KEY_MAX];

	if (a == NULL)
		return;
	a->what = ASKED_LESSON;
	if (http_head_query(call->head, "id", a->id, sizeof(a->id), NULL) !=
	    STATUS_OK) {
		asked_free(a);
		page_fail(call->request, STATUS_USAGE, "which lesson?", NULL);
		return;
	}
	(void)snprintf(key, sizeof(key), "lesson %s", a->id);
	ask(call, a, key);
}
