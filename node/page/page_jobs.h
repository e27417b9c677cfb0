/* What reads many lessons is made beside the loop, by workers that have
 * connections of their own to the catalog.
 *
 * Two hundred pages that are told of a change ask the same within a second:
 * who asks for what is being made waits for that one answer, and an answer is
 * given again while no lesson has changed, for `keep_ms` at most
 * (progress goes on meanwhile; streams tell it).
 *
 * Threads: the loop, but for `make`. */
#ifndef NODE_PAGE_PAGE_JOBS_H
#define NODE_PAGE_PAGE_JOBS_H

#include "catalog/catalog.h"
#include "node/page/page_api.h"

enum {
	PAGE_JOBS_MAX = 256,	  /* different ones that wait or are made */
	PAGE_JOBS_AT_ONCE = 2,	  /* workers, of the pool's */
	PAGE_JOBS_KEPT = 32,	  /* answers, */
	PAGE_JOBS_KEPT_MAX = 1 << 20, /* none longer: bytes */
	PAGE_JOBS_KEEP_MS = 2000,
	PAGE_KEY_MAX = 1600,
	PAGE_FILE_MAX = 64
};

struct page_jobs;

/* What is to be made. */
struct page_task {
	char key[PAGE_KEY_MAX]; /* says all that is asked: same key, same answer */
	/* The answer is a table to be kept by whoever asks, under that name
	 * (letters, digits, '-' and '.'); "": it is JSON. */
	char file[PAGE_FILE_MAX];
	void *owner;
	/* On the loop, when its turn has come: gather what only the loop
	 * knows. A failure is its end. */
	enum status (*begin)(void *owner, struct node *n, struct err *err);
	/* On a worker: the answer, from malloc; NULL with `err` set. */
	char *(*make)(void *owner, struct catalog *catalog, struct err *err);
	void (*free)(void *owner);
};

/* Answers are given again for so long. NULL: out of memory. */
struct page_jobs *page_jobs_new(struct node *n, unsigned keep_ms);
/* No more are begun; those who wait are answered. `closed` when the last that
 * was being made is made; perhaps from inside this call. */
void page_jobs_close(struct page_jobs *jobs, void (*closed)(void *node));
/* After that, and after the loop has ended. */
void page_jobs_free(struct page_jobs *jobs);

/* Answer the call with what the task makes. Takes over what `task` owns. */
void page_jobs_ask(struct page_jobs *jobs, struct http_request *request,
		   const struct page_task *task);

#endif
