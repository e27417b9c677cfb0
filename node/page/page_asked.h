/* What everybody may ask of the lessons: /api/home, /api/lessons, /api/lesson
 * (docs/formats-page.md, 2). Made beside the loop (node/page/page_jobs.h).
 *
 * Threads: the loop. */
#ifndef NODE_PAGE_PAGE_ASKED_H
#define NODE_PAGE_PAGE_ASKED_H

#include "node/page/page_api.h"

void page_home_asked(struct page_call *call);
void page_lessons_asked(struct page_call *call);
void page_lesson_asked(struct page_call *call);

#endif
