/* What everybody may ask of the lessons: /api/home, /api/lessons, /api/lesson
 * (docs/formats-page.md, 2). Made beside the loop (node/page/page_jobs.h).
 *
 * Threads: the loop. */
#ifndef NODE_PAGE_PAGE_ASKED_H
#define NODE_PAGE_PAGE_ASKED_H

#include "node/page/page_api.h"
#include "node/page/page_names.h"

void page_home_asked(struct page_call *call);
void page_lessons_asked(struct page_call *call);
void page_lesson_asked(struct page_call *call);

/* What the loop knows of names: of this place, and of who publishes. Those of
 * stations are in the database (catalog/stations.h). */
void page_asked_names(struct node *n, struct page_names *names);

#endif
