#include "node/page/page_names.h"

#include <stdlib.h>
#include <string.h>

struct pair {
	char *key, *value;
};

struct list {
	struct pair *pairs;
	size_t count, room;
};

struct page_names {
	struct list places;  /* region, name */
	struct list offices; /* origin, region */
};

struct page_names *page_names_new(void)
{
	return calloc(1, sizeof(struct page_names));
}

static void list_free(struct list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->pairs[i].key);
		free(list->pairs[i].value);
	}
	free(list->pairs);
}

void page_names_free(struct page_names *names)
{
	if (names == NULL)
		return;
	list_free(&names->places);
	list_free(&names->offices);
	free(names);
}

static const char *find(const struct list *list, const char *key)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->pairs[i].key, key) == 0)
			return list->pairs[i].value;
	return NULL;
}

static void add(struct list *list, const char *key, const char *value)
{
	struct pair pair;

	if (key[0] == 0 || value[0] == 0 || list->count == PAGE_NAMES_MAX ||
	    find(list, key) != NULL)
		return;
	if (list->count == list->room) {
		size_t room = list->room == 0 ? 64 : 2 * list->room;
		struct pair *grown =
			realloc(list->pairs, room * sizeof(*grown));

		if (grown == NULL)
			return;
		list->pairs = grown;
		list->room = room;
	}
	pair = (struct pair){ strdup(key), strdup(value) };
	if (pair.key == NULL || pair.value == NULL) {
		free(pair.key);
		free(pair.value);
		return;
	}
	list->pairs[list->count++] = pair;
}

void page_names_place(struct page_names *names, const char *region,
		      const char *name)
{
	add(&names->places, region, name);
}

void page_names_office(struct page_names *names, const char *origin,
		       const char *region)
{
	add(&names->offices, origin, region);
}

const char *page_place_name(const struct page_names *names,
			    const char *region)
{
	return find(&names->places, region);
}

const char *page_office_name(const struct page_names *names, const char *said,
			     const char *origin)
{
	const char *region = find(&names->offices, origin), *name = NULL;

	if (said[0] != 0)
		return said;
	if (region != NULL)
		name = page_place_name(names, region);
	return name == NULL ? origin : name;
}
