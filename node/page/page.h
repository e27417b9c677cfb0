/* The pages that a node serves: the screen of a station, the phone, the desks,
 * and the requests they make (docs/formats-page.md).
 *
 *     GET /, /desk, /ui/…      node/page/page_files.h: embedded, on the
 *                              server's threads
 *     /api/…                   node/page/page_api.h: on the loop
 *
 * Both answer to this machine and its LAN only, unless node.conf says
 * `pages = everywhere`.
 *
 * Threads: the loop; page_try() on the server's. */
#ifndef NODE_PAGE_PAGE_H
#define NODE_PAGE_PAGE_H

#include <stdbool.h>

#include "proto/err.h"

struct card_issue;
struct desk;
struct draft_works;
struct http_answer;
struct http_head;
struct http_request;
struct node;
struct page_events;
struct page_jobs;
struct desk_events;
struct page_drive;
struct page_news;
struct page_study;
struct sessions;

enum { PAGE_UPLOAD_MAX = 1 << 20 }; /* bytes of a video at a time */

/* Each may what those before it may. */
enum page_role {
	PAGE_VIEWER,   /* whoever is on the LAN */
	PAGE_OPERATOR, /* of a station: a PIN */
	PAGE_OFFICE    /* county, township: a password */
};

/* What the pages keep while a node runs: `node->page`. */
struct page {
	struct sessions *sessions;
	struct page_events *events; /* what open pages are told */
	struct page_news *news;
	struct page_jobs *jobs; /* what is made beside the loop */
	struct desk *desk;	/* who opens the desks */
	struct draft_works *works; /* what is to be published */
	struct desk_events *picture; /* what operators see */
	struct page_drive *drive;    /* visits begun at a desk */
	struct page_study *study;    /* what is studied here */
	struct card_issue *cards;    /* being issued at a desk */
	unsigned closings; /* of months, since the start */

	/* private */
	void (*closed)(void *node);
};

/* --- for node.c and resources.c --- */

/* Open what the pages keep. On failure page_release() is still called. */
enum status page_start(struct node *n, struct err *err);
/* Lessons, or what is here of them, have changed. */
void page_library_changed(struct node *n);
/* A node has said something of itself: who holds what may be otherwise now. */
void page_heard(struct node *n);
/* Once a second. */
void page_tick(struct node *n);
/* Stop: nothing is begun any more, streams end. `closed` when all that was
 * under way has ended; perhaps from inside this call. */
void page_close(struct node *n, void (*closed)(void *node));
/* The loop has ended. */
void page_release(struct node *n);

/* Does this path belong to the pages, whatever the method? "/" does for who
 * wants HTML; others get the lines of text. */
bool page_has(const struct http_head *head);
/* May the pages answer to who asks? */
bool page_answers(const struct node *n, const struct http_head *head);
/* A request for which page_has() is true. */
void page_request(struct node *n, struct http_request *request);
/* On the server's threads: true when it is answered there. */
bool page_try(const struct node *n, const struct http_head *head,
	      struct http_answer *answer);

#endif
