#include "node/page/draft_state.h"

#include <string.h>

static const char *const names[DRAFT_STATES] = {
	[DRAFT_OPEN] = "open",
	[DRAFT_PREPARING] = "preparing",
	[DRAFT_READY] = "ready",
	[DRAFT_WAITING] = "waiting",
	[DRAFT_APPROVED] = "approved",
	[DRAFT_PUBLISHING] = "publishing",
	[DRAFT_PUBLISHED] = "published",
	[DRAFT_FAILED] = "failed",
};

const char *draft_state_name(enum draft_state state)
{
	return names[state];
}

bool draft_state_parse(const char *name, enum draft_state *state)
{
	for (int i = 0; i < DRAFT_STATES; i++)
		if (strcmp(names[i], name) == 0) {
			*state = (enum draft_state)i;
			return true;
		}
	return false;
}

bool draft_has_payload(enum draft_state state)
{
	return state == DRAFT_READY || state == DRAFT_WAITING ||
	       state == DRAFT_APPROVED;
}

/* Something works on it, or nothing can be done any more. */
static bool is_fixed(enum draft_state state)
{
	return state == DRAFT_PREPARING || state == DRAFT_PUBLISHING ||
	       state == DRAFT_PUBLISHED;
}

/* What was prepared stands there. */
static enum draft_state prepared(bool approval)
{
	return approval ? DRAFT_WAITING : DRAFT_READY;
}

static enum draft_state woken(enum draft_state from, bool approval)
{
	if (from == DRAFT_PREPARING)
		return DRAFT_OPEN;
	if (from == DRAFT_READY || from == DRAFT_WAITING)
		return prepared(approval);
	return from;
}

bool draft_next(enum draft_state from, enum draft_move move, bool approval,
		enum draft_state *to)
{
	*to = from;
	switch (move) {
	case DRAFT_NEW_FIELDS:
		if (from == DRAFT_APPROVED)
			*to = DRAFT_WAITING;
		return from != DRAFT_PUBLISHING && from != DRAFT_PUBLISHED;
	case DRAFT_NEW_FILES:
		*to = DRAFT_OPEN;
		return !is_fixed(from);
	case DRAFT_PREPARE:
		*to = DRAFT_PREPARING;
		return !is_fixed(from);
	case DRAFT_PREPARED:
		*to = prepared(approval);
		return from == DRAFT_PREPARING;
	case DRAFT_FAIL:
		*to = DRAFT_FAILED;
		return from == DRAFT_PREPARING;
	case DRAFT_STOP:
		*to = DRAFT_OPEN;
		return from == DRAFT_PREPARING;
	case DRAFT_APPROVE:
		*to = DRAFT_APPROVED;
		return from == DRAFT_WAITING;
	case DRAFT_PUBLISH:
		*to = DRAFT_PUBLISHING;
		return from == DRAFT_APPROVED ||
		       (from == DRAFT_READY && !approval);
	case DRAFT_SIGNED:
		*to = DRAFT_PUBLISHED;
		return from == DRAFT_PUBLISHING;
	case DRAFT_REFUSED:
		*to = approval ? DRAFT_APPROVED : DRAFT_READY;
		return from == DRAFT_PUBLISHING;
	case DRAFT_WAKE:
		*to = woken(from, approval);
		return true;
	case DRAFT_DELETE:
		return from != DRAFT_PREPARING && from != DRAFT_PUBLISHING;
	}
	return false;
}
