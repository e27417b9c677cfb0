/* Who is counted: enrolments become places. A box that was retired belongs to
 * the place of the one that names it in `replaces`; where none does, it is a
 * place of its own, which ended. */
#include <stdlib.h>
#include <string.h>

#include "catalog/report_inside.h"
#include "catalog/stations.h"

/* One enrolment; of several of one key the one that counts. */
struct enrolment {
	uint8_t key[PUBLIC_KEY_SIZE]; /* first: bytes_find32() */
	uint8_t replaces[PUBLIC_KEY_SIZE];
	bool has_replaces, ended, taken, followed;
	char region[REGION_MAX + 1];
	char name[ENTRY_NAME_MAX + 1];
	char since[LESSON_DATE_SIZE + 1], until[LESSON_DATE_SIZE + 1];
	char *groups;
	uint32_t order; /* as stations_list() told it */
};

struct gathering {
	struct enrolment *list;
	size_t count, room;
	enum status status;
};

bool report_in_group(const char *groups, const char *group)
{
	size_t size = strlen(group);

	while (*groups != 0) {
		size_t line = strcspn(groups, "\n");

		if (line == size && memcmp(groups, group, size) == 0)
			return true;
		groups += line + (groups[line] != 0);
	}
	return false;
}

static char *join_groups(const struct station *s)
{
	struct buf all = BUF_INIT;
	char *joined;

	for (size_t i = 0; i < s->group_count; i++)
		buf_printf(&all, "%s%s", i > 0 ? "\n" : "", s->groups[i]);
	joined = buf_status(&all) == STATUS_OK ? strdup(buf_string(&all)) :
						 NULL;
	buf_release(&all);
	return joined;
}

static bool grow(struct gathering *g)
{
	size_t room = g->room == 0 ? 256 : 2 * g->room;
	struct enrolment *list = realloc(g->list, room * sizeof(*list));

	if (list == NULL)
		return false;
	g->list = list;
	g->room = room;
	return true;
}

static bool take_station(void *context, const struct station *s)
{
	struct gathering *g = context;
	struct enrolment *e;
	char *groups = NULL;

	g->status = g->count >= REPORT_STATIONS_MAX ? STATUS_NO_ROOM :
						      STATUS_NO_MEMORY;
	if (g->count >= REPORT_STATIONS_MAX ||
	    (g->count == g->room && !grow(g)) ||
	    (groups = join_groups(s)) == NULL)
		return false;
	g->status = STATUS_OK;
	e = &g->list[g->count];
	memset(e, 0, sizeof(*e));
	memcpy(e->key, s->key.bytes, sizeof(e->key));
	memcpy(e->replaces, s->replaces, sizeof(e->replaces));
	e->has_replaces = s->has_replaces;
	e->ended = s->ended;
	memcpy(e->region, s->region, sizeof(e->region));
	memcpy(e->name, s->name, sizeof(e->name));
	memcpy(e->since, s->since, sizeof(e->since));
	memcpy(e->until, s->until, sizeof(e->until));
	e->groups = groups;
	e->order = (uint32_t)g->count++;
	return true;
}

/* Of one key: the one that stands, of these the one in the smallest place. */
static int by_key(const void *left, const void *right)
{
	const struct enrolment *a = left, *b = right;
	int by = memcmp(a->key, b->key, sizeof(a->key));
	size_t deep_a = strlen(a->region), deep_b = strlen(b->region);

	if (by != 0)
		return by;
	if (a->ended != b->ended)
		return a->ended ? 1 : -1;
	if (deep_a != deep_b)
		return deep_a > deep_b ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

static int by_order(const void *left, const void *right)
{
	const struct enrolment *const *a = left, *const *b = right;

	return (*a)->order < (*b)->order ? -1 : 1;
}

static void drop_doubles(struct gathering *g)
{
	size_t kept = 0;

	if (g->count > 0)
		qsort(g->list, g->count, sizeof(*g->list), by_key);
	for (size_t i = 0; i < g->count; i++) {
		if (kept > 0 && memcmp(g->list[kept - 1].key, g->list[i].key,
				       PUBLIC_KEY_SIZE) == 0)
			free(g->list[i].groups);
		else
			g->list[kept++] = g->list[i];
	}
	g->count = kept;
}

static struct enrolment *find(struct gathering *g, const uint8_t *key)
{
	size_t at;

	return bytes_find32(g->list, g->count, sizeof(*g->list), key, &at) ?
		       &g->list[at] :
		       NULL;
}

static void put_key(struct report *r, const struct enrolment *e,
		    uint32_t place)
{
	struct report_key *k = &r->keys[r->key_count++];

	memcpy(k->key, e->key, sizeof(k->key));
	k->place = place;
	if (e->ended)
		memcpy(k->until, e->until, sizeof(k->until));
}

static void begin_place(struct report *r, struct enrolment *head)
{
	struct report_station *s = &r->stations[r->station_count++];

	memcpy(s->row.region, head->region, sizeof(s->row.region));
	memcpy(s->row.name, head->name, sizeof(s->row.name));
	memcpy(s->key, head->key, sizeof(s->key));
	memcpy(s->until, head->until, sizeof(s->until));
	s->ended = head->ended;
	s->groups = head->groups;
	head->groups = NULL;
	s->row.stations = 1;
}

/* A place, where it was asked for, with the retired boxes it took the place
 * of, one after another. */
static void put_place(struct report *r, struct gathering *g,
		      const struct report_query *q, struct enrolment *head)
{
	bool wanted = region_contains(q->region, head->region) &&
		      (q->group == NULL ||
		       report_in_group(head->groups, q->group));
	struct enrolment *e = head;
	struct report_station *s = NULL;

	if (wanted) {
		begin_place(r, head);
		s = &r->stations[r->station_count - 1];
	}
	while (e != NULL && !e->taken && (e == head || e->ended)) {
		e->taken = true;
		if (wanted) {
			put_key(r, e, (uint32_t)r->station_count - 1);
			memcpy(s->since, e->since, sizeof(s->since));
			s->replaced += e != head;
		}
		e = e->has_replaces ? find(g, e->replaces) : NULL;
	}
}

/* Those that stand first: who was retired may belong to one of them. Then
 * those that nobody replaced, then what is left over: rings. */
static void put_places(struct report *r, struct gathering *g,
		       const struct report_query *q,
		       struct enrolment **ordered)
{
	for (size_t i = 0; i < g->count; i++)
		if (!ordered[i]->ended)
			put_place(r, g, q, ordered[i]);
	for (size_t i = 0; i < g->count; i++) {
		struct enrolment *old = ordered[i]->has_replaces ?
						find(g, ordered[i]->replaces) :
						NULL;

		if (!ordered[i]->taken && old != NULL && old->ended)
			old->followed = true;
	}
	for (size_t i = 0; i < g->count; i++)
		if (!ordered[i]->taken && !ordered[i]->followed)
			put_place(r, g, q, ordered[i]);
	for (size_t i = 0; i < g->count; i++)
		if (!ordered[i]->taken)
			put_place(r, g, q, ordered[i]);
}

static int by_key_bytes(const void *left, const void *right)
{
	return memcmp(left, right, PUBLIC_KEY_SIZE);
}

const struct report_key *report_key_of(const struct report *r,
				       const uint8_t *key)
{
	size_t at;

	return bytes_find32(r->keys, r->key_count, sizeof(*r->keys), key,
			    &at) ?
		       &r->keys[at] :
		       NULL;
}

bool report_find_key(const struct report *r, const uint8_t *key,
		     uint32_t *place)
{
	const struct report_key *found = report_key_of(r, key);

	if (found != NULL)
		*place = found->place;
	return found != NULL;
}

static int by_place(const void *left, const void *right)
{
	const struct report_station *a = left, *b = right;
	int by = strcmp(a->row.region, b->row.region);

	by = by != 0 ? by : strcmp(a->row.name, b->row.name);
	return by != 0 ? by : memcmp(a->key, b->key, sizeof(a->key));
}

enum status report_sort(struct report *r, struct err *err)
{
	uint32_t *now = calloc(r->station_count + 1, sizeof(*now));

	if (now == NULL)
		return err_set(err, STATUS_NO_MEMORY, "a report");
	for (size_t i = 0; i < r->station_count; i++)
		r->stations[i].number = (uint32_t)i;
	if (r->station_count > 0)
		qsort(r->stations, r->station_count, sizeof(*r->stations),
		      by_place);
	for (size_t i = 0; i < r->station_count; i++)
		now[r->stations[i].number] = (uint32_t)i;
	for (size_t i = 0; i < r->key_count; i++)
		r->keys[i].place = now[r->keys[i].place];
	free(now);
	if (r->key_count > 0)
		qsort(r->keys, r->key_count, sizeof(*r->keys), by_key_bytes);
	return STATUS_OK;
}

static enum status arrange(struct report *r, struct gathering *g,
			   const struct report_query *q, struct err *err)
{
	struct enrolment **ordered = calloc(g->count + 1, sizeof(*ordered));

	r->stations = calloc(g->count + 1, sizeof(*r->stations));
	r->keys = calloc(g->count + 1, sizeof(*r->keys));
	if (ordered == NULL || r->stations == NULL || r->keys == NULL) {
		free(ordered);
		return err_set(err, STATUS_NO_MEMORY, "a report");
	}
	for (size_t i = 0; i < g->count; i++)
		ordered[i] = &g->list[i];
	if (g->count > 0)
		qsort(ordered, g->count, sizeof(*ordered), by_order);
	put_places(r, g, q, ordered);
	free(ordered);
	return report_sort(r, err);
}

enum status report_load_places(struct report *r, struct catalog *node,
			       const struct report_query *q, struct err *err)
{
	struct gathering g = { .status = STATUS_OK };
	enum status status = stations_list(node, true, take_station, &g, err);

	if (status == STATUS_OK && g.status == STATUS_NO_ROOM)
		status = err_set(err, g.status,
				 "a report is of at most %d stations; ask for "
				 "a smaller region",
				 REPORT_STATIONS_MAX);
	else if (status == STATUS_OK && g.status != STATUS_OK)
		status = err_set(err, g.status, "a report");
	if (status == STATUS_OK) {
		drop_doubles(&g);
		status = arrange(r, &g, q, err);
	}
	if (status == STATUS_OK)
		status = report_mark_offices(r, node, err);
	for (size_t i = 0; i < g.count; i++)
		free(g.list[i].groups);
	free(g.list);
	return status;
}
