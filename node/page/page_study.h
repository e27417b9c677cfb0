/* What is studied at this node, as its pages ask for it (docs/formats-page.md,
 * 2a): plays, the collective study, personal ones by card.
 *
 *     page_study.c         the room while the node runs; /api/study, register
 *     page_study_play.c    POST /api/study/play
 *     page_study_change.c  begin, change, photo, end, resume
 *     page_card.c          signing in with a card
 *
 * Threads: the loop. */
#ifndef NODE_PAGE_PAGE_STUDY_H
#define NODE_PAGE_PAGE_STUDY_H

#include "node/page/page_api.h"
#include "node/study/room.h"

struct page_study {
	struct room *room; /* NULL: records.db does not open, or it stops */
	struct err damaged;
	uint64_t number;   /* grows with what is shown of a study */
	unsigned ticks;	   /* seconds since old rows were looked for */
	unsigned hashing;  /* cards that are looked at now */
};

/* A damaged records.db stops the counting, and nothing else: that is said, and
 * the node runs. STATUS_NO_MEMORY. */
enum status page_study_open(struct node *n, struct err *err);
void page_study_tick(struct node *n);
/* All is written down; nothing is counted any more. */
void page_study_close(struct node *n);
void page_study_free(struct page_study *s);

/* Handlers. */
void page_study(struct page_call *call);
void page_study_register(struct page_call *call);
void page_study_play(struct page_call *call);
void page_study_begin(struct page_call *call);
void page_study_change(struct page_call *call);
void page_study_photo(struct page_call *call);
void page_study_end(struct page_call *call);
void page_study_resume(struct page_call *call);
void page_card_login(struct page_call *call);
void page_card_logout(struct page_call *call);
void page_card_mine(struct page_call *call);

/* --- shared by these files --- */

/* Now, for the room: the loop's own idea of it is old when the loop was held up
 * by the disk, and what is counted is laid on it. */
uint64_t page_study_now(void);
/* The room; NULL: it was answered why there is none. */
struct room *page_study_room(struct page_call *call);
/* This machine's own screen, or an operator: may begin and change a study. */
bool page_study_may(const struct page_call *call);
/* The same; false: that was answered. */
bool page_study_allowed(struct page_call *call);
void page_study_asker(const struct page_call *call, struct room_asker *out);
/* Answer with `out` (taken over), or with `err` where status is a failure. */
void page_study_answer(struct page_call *call, enum status status, json_t *out,
		       const struct err *err);
/* Read something of records.db beside the loop and answer with it: `make` gets
 * a connection of its worker's and the numbers. `key`: as of struct
 * page_task. */
typedef json_t *(*page_study_make)(struct catalog *records,
				   const int64_t numbers[static 3],
				   struct err *err);
void page_study_read(struct page_call *call, const char *key,
		     page_study_make make, const int64_t numbers[static 3]);

#endif
