#include "catalog/saying.h"

#include <stdlib.h>
#include <string.h>

void saying_release(struct saying *s)
{
	free(s->children);
	*s = (struct saying)SAYING_INIT;
}

/* Where it is or belongs. */
static size_t place_of(const struct saying *s, const char *origin)
{
	size_t low = 0, high = s->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(s->children[middle].origin, origin) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct saying *s, size_t at, const char *origin)
{
	return at < s->count && strcmp(s->children[at].origin, origin) == 0;
}

static enum status put(struct saying *s, size_t at, const char *origin)
{
	size_t room = s->room == 0 ? 8 : 2 * s->room;
	struct saying_child *grown = s->children;

	if (s->count == s->room) {
		grown = realloc(grown, room * sizeof(*grown));
		if (grown == NULL)
			return STATUS_NO_MEMORY;
		s->children = grown;
		s->room = room;
	}
	memmove(grown + at + 1, grown + at, (s->count - at) * sizeof(*grown));
	s->count++;
	memset(&grown[at], 0, sizeof(grown[at]));
	strcpy(grown[at].origin, origin);
	return STATUS_OK;
}

enum status saying_delegate(struct saying *s, uint64_t n, const char *origin,
			    enum saying_verdict *verdict)
{
	size_t at = place_of(s, origin);
	bool there = is_at(s, at, origin);

	if (there && s->children[at].has_end) {
		*verdict = SAYING_ENDED;
		return STATUS_OK;
	}
	if (!there && s->count >= AUTHORITY_CHILDREN_MAX) {
		*verdict = SAYING_TOO_MANY;
		return STATUS_OK;
	}
	if (!there && put(s, at, origin) != STATUS_OK)
		return STATUS_NO_MEMORY;
	s->children[at].entry = n;
	s->children[at].ended = false;
	*verdict = SAYING_COUNTS;
	return STATUS_OK;
}

enum saying_verdict saying_undelegate(struct saying *s, uint64_t n,
				      const char *origin, const uint64_t *size)
{
	size_t at = place_of(s, origin);
	struct saying_child *child = s->children + at;

	if (!is_at(s, at, origin))
		return SAYING_UNKNOWN;
	if (child->has_end && (size == NULL || *size >= child->size))
		return SAYING_ENDED;
	child->ended = true;
	if (size != NULL) {
		child->has_end = true;
		child->size = *size;
		child->end_entry = n;
	}
	return SAYING_COUNTS;
}
