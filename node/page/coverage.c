#include "node/page/coverage.h"

#include <stdlib.h>
#include <string.h>

#include "node/own_statement.h"

enum holding { UNHEARD, NONE, WANTED, PARTIAL, HELD };

static const char *const holding_names[] = {
	[UNHEARD] = "unheard", [NONE] = "none", [WANTED] = "wanted",
	[PARTIAL] = "partial", [HELD] = "held"
};

struct counts {
	unsigned all, of[HELD + 1];
};

struct of_lesson {
	char id[LESSON_ID_MAX + 1];
	char title[LESSON_TITLE_MAX + 1];
	char region[REGION_MAX + 1];
	unsigned log;
	uint64_t entry;
	struct counts enrolled, strangers;
};

struct of_node {
	uint8_t key[PUBLIC_KEY_SIZE];
	char name[STATEMENT_NAME_MAX + 1];
	char region[REGION_MAX + 1];
	enum level level;
	bool enrolled, heard;
	enum holding says; /* of the one lesson */
	bool counts;	   /* it is meant for it, or has to do with it */
	int64_t ago_s;
};

/* What one statement says of one log. */
struct said {
	char origin[ORIGIN_MAX + 1];
	bool follows;
	uint64_t size;
	struct buf have, want;
};

struct coverage {
	bool each;
	struct of_lesson *lessons;
	size_t n_lessons, room_lessons;
	uint64_t former[COVERAGE_FORMER_MAX];
	size_t n_former;
	/* The enrolled ones first, by key once `sorted`; then those that were
	 * only heard of. */
	struct of_node *nodes;
	size_t n_nodes, n_enrolled, room_nodes;
	bool sorted;
	struct said logs[COVERAGE_LOGS_MAX];
	unsigned n_logs;
};

struct coverage *coverage_new(bool each)
{
	struct coverage *c = calloc(1, sizeof(*c));

	if (c != NULL)
		c->each = each;
	return c;
}

void coverage_free(struct coverage *c)
{
	if (c == NULL)
		return;
	for (unsigned i = 0; i < c->n_logs; i++) {
		buf_release(&c->logs[i].have);
		buf_release(&c->logs[i].want);
	}
	free(c->lessons);
	free(c->nodes);
	free(c);
}

/* Room for one more of `size` bytes each. */
static bool grow(void **list, size_t count, size_t *room, size_t size)
{
	size_t more = *room == 0 ? 64 : 2 * *room;
	void *grown;

	if (count < *room)
		return true;
	grown = realloc(*list, more * size);
	if (grown == NULL)
		return false;
	*list = grown;
	*room = more;
	return true;
}

/* --- what is asked about, and whom --- */

static int find_log(const struct coverage *c, struct bytes origin)
{
	for (unsigned i = 0; i < c->n_logs; i++)
		if (bytes_is(origin, c->logs[i].origin))
			return (int)i;
	return -1;
}

enum status coverage_add_lesson(struct coverage *c, const struct lesson *lesson,
				const char *log, uint64_t entry)
{
	int at = find_log(c, bytes_of(log));
	struct of_lesson *l;

	if (c->n_lessons == (c->each ? 1 : COVERAGE_LESSONS_MAX) ||
	    (at < 0 && c->n_logs == COVERAGE_LOGS_MAX))
		return STATUS_NO_ROOM;
	if (!grow((void **)&c->lessons, c->n_lessons, &c->room_lessons,
		  sizeof(*l)))
		return STATUS_NO_MEMORY;
	if (at < 0) {
		at = (int)c->n_logs++;
		(void)snprintf(c->logs[at].origin, sizeof(c->logs[at].origin),
			       "%s", log);
	}
	l = &c->lessons[c->n_lessons++];
	memset(l, 0, sizeof(*l));
	memcpy(l->id, lesson->id, sizeof(l->id));
	memcpy(l->title, lesson->title, sizeof(l->title));
	memcpy(l->region, lesson->region, sizeof(l->region));
	l->log = (unsigned)at;
	l->entry = entry;
	return STATUS_OK;
}

void coverage_add_former(struct coverage *c, uint64_t entry)
{
	/* The newest are what somebody may still have. */
	if (c->n_former == COVERAGE_FORMER_MAX)
		memmove(c->former, c->former + 1,
			--c->n_former * sizeof(*c->former));
	c->former[c->n_former++] = entry;
}

static struct of_node *new_node(struct coverage *c, const uint8_t *key,
				const char *name, const char *region)
{
	struct of_node *node;

	if (!grow((void **)&c->nodes, c->n_nodes, &c->room_nodes,
		  sizeof(*node)))
		return NULL;
	node = &c->nodes[c->n_nodes++];
	memset(node, 0, sizeof(*node));
	memcpy(node->key, key, sizeof(node->key));
	(void)snprintf(node->name, sizeof(node->name), "%s", name);
	(void)snprintf(node->region, sizeof(node->region), "%s", region);
	node->ago_s = -1;
	return node;
}

enum status coverage_add_station(struct coverage *c,
				 const struct station *station)
{
	struct of_node *node;

	if (c->n_nodes == COVERAGE_NODES_MAX || c->sorted)
		return STATUS_NO_ROOM;
	node = new_node(c, station->key.bytes, station->name, station->region);
	if (node == NULL)
		return STATUS_NO_MEMORY;
	node->enrolled = true;
	c->n_enrolled++;
	return STATUS_OK;
}

static int by_key(const void *a, const void *b)
{
	return memcmp(((const struct of_node *)a)->key,
		      ((const struct of_node *)b)->key, PUBLIC_KEY_SIZE);
}

static struct of_node *find_enrolled(struct coverage *c, const uint8_t *key)
{
	struct of_node wanted;

	if (!c->sorted && c->n_enrolled > 0)
		qsort(c->nodes, c->n_enrolled, sizeof(*c->nodes), by_key);
	c->sorted = true;
	if (c->n_enrolled == 0)
		return NULL;
	memcpy(wanted.key, key, sizeof(wanted.key));
	return bsearch(&wanted, c->nodes, c->n_enrolled, sizeof(*c->nodes),
		       by_key);
}

/* --- one statement --- */

static void expand(const struct statement_line *line, const struct said *said,
		   struct buf *out)
{
	if (bitmap_expand(line->bitmap, (size_t)(said->size + 7) / 8, out) !=
	    STATUS_OK)
		buf_clear(out);
}

/* Who holds a rendition in place of the lesson's own payload has the lesson,
 * for whoever counts. */
static void add_instead(const struct statement_line *line,
			const struct said *said, struct buf *have)
{
	struct buf more = BUF_INIT;

	expand(line, said, &more);
	while (have->size < more.size && buf_status(have) == STATUS_OK)
		buf_put_u8(have, 0);
	for (size_t i = 0; i < more.size && i < have->size; i++)
		have->data[i] |= more.data[i];
	buf_release(&more);
}

static void read_statement(struct coverage *c, const struct statement *st)
{
	struct statement_walk walk;
	struct statement_line line;

	for (unsigned i = 0; i < c->n_logs; i++) {
		c->logs[i].follows = false;
		c->logs[i].size = 0;
		buf_clear(&c->logs[i].have);
		buf_clear(&c->logs[i].want);
	}
	statement_walk_init(&walk, st);
	while (statement_walk_next(&walk, &line)) {
		int at = line.kind == STATEMENT_LOG ||
					 line.kind == STATEMENT_HAVE ||
					 line.kind == STATEMENT_WANT ||
					 line.kind == STATEMENT_INSTEAD ?
				 find_log(c, line.origin) :
				 -1;

		if (at < 0)
			continue;
		if (line.kind == STATEMENT_LOG) {
			c->logs[at].follows = true;
			c->logs[at].size = line.size;
		} else if (line.kind == STATEMENT_INSTEAD) {
			add_instead(&line, &c->logs[at], &c->logs[at].have);
		} else {
			expand(&line, &c->logs[at],
			       line.kind == STATEMENT_HAVE ?
				       &c->logs[at].have :
				       &c->logs[at].want);
		}
	}
}

static enum holding holding_of(const struct coverage *c,
			       const struct of_lesson *l)
{
	const struct said *said = &c->logs[l->log];
	struct bytes have = buf_bytes(&said->have);

	if (bitmap_has(have, l->entry))
		return HELD;
	for (size_t i = 0; c->each && i < c->n_former; i++)
		if (bitmap_has(have, c->former[i]))
			return PARTIAL;
	return bitmap_has(buf_bytes(&said->want), l->entry) ? WANTED : NONE;
}

/* Is it one of those the lesson is told against? */
static bool concerns(const struct of_lesson *l, const struct of_node *node,
		     enum holding says)
{
	return node->level == LEVEL_STATION &&
	       (says > NONE || (node->region[0] != 0 &&
				region_contains(l->region, node->region)));
}

static void count(struct of_lesson *l, const struct of_node *node,
		  enum holding says)
{
	struct counts *counts = node->enrolled ? &l->enrolled : &l->strangers;

	counts->all++;
	counts->of[says]++;
}

static bool follows_any(const struct coverage *c)
{
	for (unsigned i = 0; i < c->n_logs; i++)
		if (c->logs[i].follows)
			return true;
	return false;
}

enum status coverage_add_statement(struct coverage *c,
				   const struct statement *st, int64_t ago_s)
{
	struct of_node *node = find_enrolled(c, st->key), passing = { 0 };

	read_statement(c, st);
	if (node == NULL && !follows_any(c))
		return STATUS_OK; /* of another county */
	if (node == NULL && c->each && c->n_nodes == COVERAGE_NODES_MAX)
		return STATUS_NO_ROOM;
	if (node == NULL && c->each) {
		node = new_node(c, st->key, st->name, st->region);
		if (node == NULL)
			return STATUS_NO_MEMORY;
	} else if (node == NULL) {
		(void)snprintf(passing.region, sizeof(passing.region), "%s",
			       st->region);
		node = &passing;
	}
	node->level = st->level;
	node->heard = true;
	node->ago_s = ago_s;
	for (size_t i = 0; i < c->n_lessons; i++) {
		enum holding says = holding_of(c, &c->lessons[i]);

		if (c->each)
			node->says = says;
		if (!concerns(&c->lessons[i], node, says))
			continue;
		node->counts = true;
		count(&c->lessons[i], node, says);
	}
	return STATUS_OK;
}

/* --- answers --- */

/* Those enrolled that never said anything. */
static void count_unheard(struct coverage *c)
{
	for (size_t n = 0; n < c->n_enrolled; n++) {
		struct of_node *node = &c->nodes[n];

		if (node->heard)
			continue;
		node->heard = true; /* counted once */
		node->says = UNHEARD;
		for (size_t i = 0; i < c->n_lessons; i++)
			if (concerns(&c->lessons[i], node, UNHEARD)) {
				node->counts = true;
				count(&c->lessons[i], node, UNHEARD);
			}
	}
}

static const struct counts *counts_of(const struct coverage *c,
				      const struct of_lesson *l)
{
	return c->n_enrolled > 0 ? &l->enrolled : &l->strangers;
}

static unsigned heard_of(const struct counts *n)
{
	return n->all - n->of[UNHEARD];
}

json_t *coverage_list(struct coverage *c)
{
	json_t *list = json_array();

	count_unheard(c);
	for (size_t i = 0; i < c->n_lessons; i++) {
		const struct of_lesson *l = &c->lessons[i];
		const struct counts *n = counts_of(c, l);

		(void)json_array_append_new(
			list, json_pack("{s:s, s:s, s:i, s:i, s:i, s:i}", "id",
					l->id, "title", l->title, "held",
					n->of[HELD], "wanted", n->of[WANTED],
					"heard", heard_of(n), "all", n->all));
	}
	return json_pack("{s:o}", "lessons", list);
}

static int by_place(const void *a, const void *b)
{
	const struct of_node *x = a, *y = b;
	int order = strcmp(x->region, y->region);

	if (order == 0)
		order = strcmp(x->name, y->name);
	return order != 0 ? order : by_key(a, b);
}

/* What the township itself is called: by a node of its office, an enrolled one
 * rather than another. */
static const char *place_name(const struct coverage *c, const char *place)
{
	const char *name = "";

	for (size_t i = 0; i < c->n_nodes; i++)
		if (strcmp(c->nodes[i].region, place) == 0 &&
		    c->nodes[i].name[0] != 0 &&
		    c->nodes[i].level != LEVEL_STATION &&
		    (name[0] == 0 || c->nodes[i].enrolled))
			name = c->nodes[i].name;
	return name;
}

static json_t *place_json(const struct coverage *c, const char *place,
			  const struct counts *n)
{
	return json_pack("{s:s, s:s, s:i, s:i, s:i, s:i}", "region", place,
			 "name", place_name(c, place), "held", n->of[HELD],
			 "partial", n->of[PARTIAL], "heard", heard_of(n),
			 "all", n->all);
}

/* Is it one of those that are counted? */
static bool is_counted(const struct coverage *c, const struct of_node *node)
{
	return node->counts && (node->enrolled || c->n_enrolled == 0);
}

/* By township; the nodes are in the order of their regions. */
static json_t *places_json(const struct coverage *c)
{
	char place[COVERAGE_PLACE_SIZE + 1] = "", next[sizeof(place)];
	struct counts n = { .all = 0 };
	json_t *list = json_array();

	for (size_t i = 0; i < c->n_nodes; i++) {
		const struct of_node *node = &c->nodes[i];

		if (!is_counted(c, node))
			continue;
		(void)snprintf(next, sizeof(next), "%.*s", COVERAGE_PLACE_SIZE,
			       node->region);
		if (strcmp(next, place) != 0 && n.all > 0) {
			(void)json_array_append_new(list,
						    place_json(c, place, &n));
			memset(&n, 0, sizeof(n));
		}
		memcpy(place, next, sizeof(place));
		n.all++;
		n.of[node->says]++;
	}
	if (n.all > 0)
		(void)json_array_append_new(list, place_json(c, place, &n));
	return list;
}

static json_t *node_json(const struct of_node *node)
{
	char code[KEY_CODE_SIZE + 1];

	key_code(node->key, code);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:b}", "code", code,
			 "name", node->name, "region", node->region, "level",
			 level_name(node->level), "state",
			 holding_names[node->says], "heard_ago_s",
			 (json_int_t)node->ago_s, "enrolled", node->enrolled);
}

static json_t *nodes_json(const struct coverage *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->n_nodes; i++)
		if (c->nodes[i].counts || c->nodes[i].says > NONE)
			(void)json_array_append_new(list,
						    node_json(&c->nodes[i]));
	return list;
}

json_t *coverage_lesson(struct coverage *c)
{
	const struct counts *n;

	count_unheard(c);
	n = counts_of(c, &c->lessons[0]);
	if (c->n_nodes > 0)
		qsort(c->nodes, c->n_nodes, sizeof(*c->nodes), by_place);
	return json_pack("{s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:o, s:o}",
			 "id", c->lessons[0].id, "title", c->lessons[0].title,
			 "stations", n->all, "heard", heard_of(n), "held",
			 n->of[HELD], "partial", n->of[PARTIAL], "wanted",
			 n->of[WANTED], "unheard", n->of[UNHEARD], "by_place",
			 places_json(c), "nodes", nodes_json(c));
}
