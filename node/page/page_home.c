/* The first page. All that is here is looked at once, in short, to see which
 * lessons stand in which row of the page; only those are read whole. */
#include <stdlib.h>
#include <string.h>

#include "node/page/page_library.h"

enum { PLACES = 5, TOPICS = PAGE_TOPICS_MAX };

/* A row of the page: the newest that belong there. */
struct shelf_row {
	unsigned count;
	int64_t rows[PAGE_CARDS_MAX];
};

struct topic {
	char name[TOPIC_MAX + 1];
	uint64_t count;
	struct shelf_row newest; /* of first components */
};

struct sorting {
	const struct page_view *v;
	struct shelf_row fresh;
	struct shelf_row local[PLACES]; /* village, township, county, … */
	struct topic *topics;		/* TOPICS of them */
	unsigned n_topics;
	struct lesson_row *row;
};

static void put(struct shelf_row *shelf, int64_t row)
{
	if (shelf->count < PAGE_CARDS_MAX)
		shelf->rows[shelf->count++] = row;
}

/* Which of this node's places is it: its own, that above, …? */
static void put_local(struct sorting *s, int64_t row, const char *region)
{
	static const size_t digits[PLACES] = { 12, 9, 6, 4, 2 };
	size_t size = strlen(region);

	for (size_t i = 0; i < PLACES; i++)
		if (size == digits[i] && size <= strlen(s->v->region) &&
		    memcmp(region, s->v->region, size) == 0)
			put(&s->local[i], row);
}

/* The topic that is the first `size` bytes of `name`; NULL: too many. */
static struct topic *topic_of(struct sorting *s, const char *name,
			      size_t size)
{
	struct topic *topic;

	for (unsigned i = 0; i < s->n_topics; i++)
		if (strncmp(s->topics[i].name, name, size) == 0 &&
		    s->topics[i].name[size] == 0)
			return &s->topics[i];
	if (s->n_topics == TOPICS)
		return NULL;
	topic = &s->topics[s->n_topics++];
	memcpy(topic->name, name, size);
	return topic;
}

/* Counted at its first component, and at its first two. */
static void put_topic(struct sorting *s, int64_t row, const char *name)
{
	size_t first = strcspn(name, "/"), second = first;
	struct topic *topic = topic_of(s, name, first);

	if (topic != NULL) {
		topic->count++;
		put(&topic->newest, row);
	}
	if (name[first] == 0)
		return;
	second += 1 + strcspn(name + first + 1, "/");
	topic = topic_of(s, name, second);
	if (topic != NULL)
		topic->count++;
}

static bool sort_one(void *context, int64_t row, const char *topic,
		     const char *region)
{
	struct sorting *s = context;

	put(&s->fresh, row);
	put_local(s, row, region);
	put_topic(s, row, topic);
	return true;
}

/* Append the cards of a row of the page, `max` in all. One that has changed
 * since it was sorted is left out: pages are told to ask again. */
static enum status add_row(struct sorting *s, const struct shelf_row *shelf,
			   size_t max, json_t *list, struct err *err)
{
	enum status status = STATUS_OK;

	for (unsigned i = 0;
	     i < shelf->count && json_array_size(list) < max &&
	     (status == STATUS_OK || status == STATUS_NOT_FOUND);
	     i++) {
		status = lessons_at(s->v->catalog, shelf->rows[i], s->row,
				    err);
		if (status == STATUS_OK)
			(void)json_array_append_new(list,
						    page_card(s->v, s->row));
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct topic *)a)->name,
		      ((const struct topic *)b)->name);
}

static enum status add_topics(struct sorting *s, json_t *topics,
			      json_t *groups, struct err *err)
{
	enum status status = STATUS_OK;

	qsort(s->topics, s->n_topics, sizeof(*s->topics), by_name);
	for (unsigned i = 0; i < s->n_topics && status == STATUS_OK; i++) {
		const struct topic *topic = &s->topics[i];
		json_t *list;

		(void)json_array_append_new(
			topics, json_pack("{s:s, s:I}", "topic", topic->name,
					  "count", (json_int_t)topic->count));
		if (strchr(topic->name, '/') != NULL ||
		    json_array_size(groups) >= PAGE_GROUPS_MAX)
			continue;
		list = json_array();
		status = add_row(s, &topic->newest, PAGE_CARDS_MAX, list, err);
		(void)json_array_append_new(
			groups, json_pack("{s:s, s:o}", "topic", topic->name,
					  "lessons", list));
	}
	return status;
}

static enum status fill(struct sorting *s, json_t *home, struct err *err)
{
	json_t *local = json_object_get(home, "local");
	enum status status = lessons_here(s->v->catalog, sort_one, s, err);

	if (status == STATUS_OK)
		status = add_row(s, &s->fresh, PAGE_CARDS_MAX,
				 json_object_get(home, "fresh"), err);
	for (size_t i = 0; i < PLACES && status == STATUS_OK; i++)
		status = add_row(s, &s->local[i], PAGE_CARDS_MAX, local, err);
	if (status == STATUS_OK)
		status = add_topics(s, json_object_get(home, "topics"),
				    json_object_get(home, "groups"), err);
	page_arriving(s->v, PAGE_CARDS_MAX, json_object_get(home, "arriving"));
	return status;
}

enum status page_home(const struct page_view *v, json_t **out,
		      struct err *err)
{
	json_t *home = json_pack("{s:[], s:[], s:[], s:[], s:[]}", "fresh",
				 "local", "topics", "arriving", "groups");
	struct sorting *s = calloc(1, sizeof(*s));
	enum status status = STATUS_NO_MEMORY;

	if (s != NULL) {
		s->v = v;
		s->topics = calloc(TOPICS, sizeof(*s->topics));
		s->row = malloc(sizeof(*s->row));
	}
	if (home == NULL || s == NULL || s->topics == NULL || s->row == NULL)
		(void)err_set(err, status, "home");
	else
		status = fill(s, home, err);
	if (s != NULL) {
		free(s->topics);
		free(s->row);
	}
	free(s);
	if (status != STATUS_OK)
		json_decref(home);
	else
		*out = home;
	return status;
}
