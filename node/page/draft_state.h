/* The states of a draft and the moves between them (docs/formats-page.md, 4).
 *
 *      new
 *       ▼     prepare              prepared
 *     open ◀──────────▶ preparing ─────┬──────▶ ready ───────────┐
 *       ▲  stop, start      │          │                         │
 *       │  of the node      │ fail     │ approval = yes          │ publish
 *       │                   ▼          │                         ▼
 *       │                 failed       └──▶ waiting          publishing
 *       │                                approve│ ▲ fields     ▲    │ signed
 *       │                                       ▼ │  publish   │    ▼
 *       │                                   approved ──────────┘ published
 *       │
 *       └── other files: from all but preparing, publishing, published
 *
 * From all but those three it can be prepared (again). What is refused when it
 * is to be signed is again what it was. What was approved is what is published:
 * a changed word makes it wait again, another file or size makes it open again.
 *
 * Pure. */
#ifndef NODE_PAGE_DRAFT_STATE_H
#define NODE_PAGE_DRAFT_STATE_H

#include <stdbool.h>

enum draft_state {
	DRAFT_OPEN,
	DRAFT_PREPARING,
	DRAFT_READY,
	DRAFT_WAITING,	/* for a second person */
	DRAFT_APPROVED, /* by one */
	DRAFT_PUBLISHING,
	DRAFT_PUBLISHED,
	DRAFT_FAILED /* to be prepared */
};
enum { DRAFT_STATES = DRAFT_FAILED + 1 };

enum draft_move {
	DRAFT_NEW_FIELDS, /* title, summary and the like */
	DRAFT_NEW_FILES,  /* files, renditions, as_is */
	DRAFT_PREPARE,
	DRAFT_PREPARED,
	DRAFT_FAIL,
	DRAFT_STOP,
	DRAFT_APPROVE,
	DRAFT_PUBLISH,
	DRAFT_SIGNED,
	DRAFT_REFUSED, /* it was not signed */
	DRAFT_WAKE,    /* the node has started */
	DRAFT_DELETE   /* stays where it is, if it may be */
};
enum { DRAFT_MOVES = DRAFT_DELETE + 1 };

/* "open" … "failed". */
const char *draft_state_name(enum draft_state state);
/* False for a name that is none. */
bool draft_state_parse(const char *name, enum draft_state *state);

/* Where the move leads; false: it cannot be made from there. `approval`: a
 * second person is needed. */
bool draft_next(enum draft_state from, enum draft_move move, bool approval,
		enum draft_state *to);

/* Does it stand on what was prepared? */
bool draft_has_payload(enum draft_state state);

#endif
