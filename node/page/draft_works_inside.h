/* What the files draft_works*.c share. */
#ifndef NODE_PAGE_DRAFT_WORKS_INSIDE_H
#define NODE_PAGE_DRAFT_WORKS_INSIDE_H

#include "node/node_inside.h"
#include "node/page/draft_works.h"

struct draft_works {
	struct node *n;
	struct drafts *drafts;
	struct workshop *workshop;
	char at[DRAFT_ID_SIZE + 1]; /* at work; "": none */
	bool stopped;		    /* by a person */
	unsigned under_way;	    /* pieces and removals on the pool, lists */
	bool changed, closing;
	char listed_dir[DRAFT_PATH_MAX];
	void (*closed)(void *owner);
	void *closed_owner;
};

/* Remove a folder or file, on the pool. */
void draft_works_remove(struct draft_works *w, const char *path);
/* Payloads of `made` count for the room that payloads may take. */
void draft_works_count(struct draft_works *w, const json_t *made);
/* Payloads of `made` that neither `kept`, another draft nor a lesson has go;
 * both may be NULL. */
void draft_works_discard(struct draft_works *w, const struct draft *d,
			 const json_t *made, const json_t *kept);

#endif
