/* What pages are told without asking: that the lessons have changed, and how
 * far those are that arrive (`library` and `arriving` of docs/formats-page.md);
 * the office, that stations were heard (`heard`).
 *
 * Threads: the loop. */
#ifndef NODE_PAGE_PAGE_NEWS_H
#define NODE_PAGE_PAGE_NEWS_H

#include <stdint.h>

struct node;
struct page_news;

enum { PAGE_NEWS_HEARD_TICKS = 5 };

/* NULL: out of memory. */
struct page_news *page_news_new(void);
void page_news_free(struct page_news *news);

/* Lessons, or what is here of them, have changed. */
void page_news_changed(struct page_news *news);
/* A poster has come: a change, too, but of many one after the other one. */
void page_news_picture(struct page_news *news);
/* Grows with every change: what was made for one number is good as long as the
 * number stands. */
uint64_t page_news_number(const struct page_news *news);

/* A node has said something of itself. Hundreds do within a minute, and who is
 * told asks for all of it again: it is told every PAGE_NEWS_HEARD_TICKS. */
void page_news_heard(struct page_news *news);
/* As told last. */
uint64_t page_news_heard_number(const struct page_news *news);

/* Once a second: publish what is new. */
void page_news_tick(struct node *n);

#endif
