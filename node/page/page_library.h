/* Lessons as the pages show them (docs/formats-page.md, 2): rows of the catalog
 * made into JSON.
 *
 * Pure, and reads the catalog it is handed: on any thread that has one. */
#ifndef NODE_PAGE_PAGE_LIBRARY_H
#define NODE_PAGE_PAGE_LIBRARY_H

#include <jansson.h>

#include "catalog/lessons.h"
#include "node/page/page_names.h"

enum {
	PAGE_CARDS_MAX = 24,	/* in each row of the first page */
	PAGE_LESSONS_MAX = 200, /* in an answer of /api/lessons */
	PAGE_SERIES_MAX = 200,
	PAGE_TOPICS_MAX = 300,
	PAGE_GROUPS_MAX = 6,
	PAGE_NEW_DAYS = 14
};

/* What cards are made of besides their rows. */
struct page_view {
	struct catalog *catalog;
	const struct page_names *names;
	const char *region; /* this node's */
	const char *today;  /* YYYY-MM-DD; "" while that is not known */
	/* What is under way: its share, -1 when nothing works on it; and who
	 * they are, `coming` many. */
	double (*share)(void *owner, const uint8_t *btmh);
	void *owner;
	const uint8_t (*coming)[32];
	unsigned n_coming;
};

/* Of up to `days` days before `today`, or after it? False where one of them is
 * no day. */
bool page_is_new(const char *date, const char *today, int days);

/* A card; a new reference, NULL when out of memory. */
json_t *page_card(const struct page_view *v, const struct lesson_row *row);

/* Append cards of what is under way, `max` in all. */
void page_arriving(const struct page_view *v, size_t max, json_t *list);

/* What /api/home answers (page_home.c). */
enum status page_home(const struct page_view *v, json_t **out,
		      struct err *err);

struct page_search {
	char query[400 + 1]; /* "" for any, as the others */
	char initials[100 + 1];
	char topic[TOPIC_MAX + 1];
	char region[REGION_MAX + 1];
	char state[16];
	uint64_t limit; /* 0: PAGE_CARDS_MAX */
	uint64_t offset;
};
/* What /api/lessons answers. STATUS_USAGE for a state that is none, initials
 * that are none. */
enum status page_lessons(const struct page_view *v,
			 const struct page_search *search, json_t **out,
			 struct err *err);

/* The lesson of an id, without its parts. */
enum status page_lesson(const struct page_view *v, const struct lesson_row *row,
			json_t **out, struct err *err);

#endif
