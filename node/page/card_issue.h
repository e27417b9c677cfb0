/* Cards that are issued at a desk, in an order that loses no PIN: numbers and
 * PINs are drawn, somebody fetches them as often as he likes, and only when he
 * says that he has them does the log say that they are good.
 *
 *     NONE -> DRAWING -> READY -> ISSUED
 *                |         |
 *             FAILED    EXPIRED              dropped: NONE again
 *
 * So what goes wrong before the last step (the browser closed, the power gone,
 * nobody came back) leaves cards that open nothing, and never cards that are
 * good and whose PINs nobody has. PINs are in locked memory only, and wiped
 * with ISSUED, EXPIRED or NONE.
 *
 * One issue at a time. Slow hashes are done by the hasher, a few cards at a
 * time, so that who logs in meanwhile is not kept waiting.
 *
 * Threads:  loop thread only.
 * Lifetime: card_issue_new() -> … -> the hasher is closed -> card_issue_free(). */
#ifndef NODE_PAGE_CARD_ISSUE_H
#define NODE_PAGE_CARD_ISSUE_H

#include "node/office/card_sheet.h"
#include "node/page/hasher.h"

enum {
	CARD_ISSUE_MAX = 500, /* people at once: some 50 ms each */
	CARD_ISSUE_KEEP_S = 8 * 3600 /* for somebody to say he has them */
};

/* What it needs of the node. */
struct card_issue_world {
	void *owner;
	struct hasher *hasher; /* outlives it */
	int64_t (*now_ms)(void *owner); /* never jumps */
	/* Has somebody this number? Of one that the table gave: with another
	 * PIN. */
	bool (*is_taken)(void *owner, const struct card_row *row);
	/* Have the log say that these are good: a request `cards-issue`, which
	 * is taken over; *answer is the caller's. Said again, those that are in
	 * the log are passed over. */
	enum status (*append)(void *owner, json_t *request, bool alone,
			      json_t **answer, struct err *err);
};

struct card_issue;

/* NULL: out of memory. */
struct card_issue *card_issue_new(const struct card_issue_world *world);
void card_issue_free(struct card_issue *c);

/*
 * Begin to draw for the people of `sheet`, asked for by `who`.
 *
 * Owns:    takes over the rows of `sheet`, also when it fails.
 * Returns: STATUS_EXISTS while others are drawn or wait; STATUS_USAGE for more
 *          than CARD_ISSUE_MAX; STATUS_NO_MEMORY.
 */
enum status card_issue_begin(struct card_issue *c, struct card_sheet *sheet,
			     const char *who, struct err *err);

/* How it stands, without a number or a PIN (docs/formats-page.md 4.1). NULL:
 * out of memory. */
json_t *card_issue_json(const struct card_issue *c);

/*
 * The cards that are ready: {"job","batch","cards":[…]}; they stay.
 *
 * Returns: STATUS_NOT_FOUND: `job` is not what is here, or its PINs are gone;
 *          STATUS_OUT_OF_SCOPE: somebody other than `who` began it;
 *          STATUS_BUSY: not drawn yet; STATUS_NO_MEMORY.
 */
enum status card_issue_cards(const struct card_issue *c, const char *job,
			     const char *who, json_t **out, struct err *err);

/*
 * `who` has them on paper, or saved: from now on they are good, and their PINs
 * are wiped. Said again of the same job, the same answer.
 *
 * Returns: as card_issue_cards(), and what world.append() gives, after which
 *          they are ready as before.
 */
enum status card_issue_confirm(struct card_issue *c, const char *job,
			       const char *who, bool alone, json_t **answer,
			       struct err *err);

/* Wipe them, or what is told of the last: anybody at the office may, for they
 * are in no log. STATUS_NOT_FOUND: `job` is not what is here. */
enum status card_issue_drop(struct card_issue *c, const char *job,
			    struct err *err);

/* Once a second: goes on where the hasher had no room, ends what waited too
 * long. Is there something to tell? Until card_issue_told(). */
bool card_issue_tick(struct card_issue *c);
void card_issue_told(struct card_issue *c);

#endif
