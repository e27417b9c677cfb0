/* What everybody's pages are told without asking: that the lessons have
 * changed, and how far those are that arrive (`library` and `arriving` of
 * docs/formats-page.md).
 *
 * Threads: the loop. */
#ifndef NODE_PAGE_PAGE_NEWS_H
#define NODE_PAGE_PAGE_NEWS_H

#include <stdint.h>

struct node;
struct page_news;

/* NULL: out of memory. */
struct page_news *page_news_new(void);
void page_news_free(struct page_news *news);

/* Lessons, or what is here of them, have changed. */
void page_news_changed(struct page_news *news);
/* Grows with every change: what was made for one number is good as long as the
 * number stands. */
uint64_t page_news_number(const struct page_news *news);

/* Publish what is new. */
void page_news_tick(struct node *n);

#endif
