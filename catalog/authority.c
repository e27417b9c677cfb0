/* What is asked of an authority once it is worked out (authority_build.c). */
#include <stdlib.h>
#include <string.h>

#include "catalog/authority_inside.h"

struct authority *authority_new(void)
{
	return calloc(1, sizeof(struct authority));
}

void tree_release(struct tree *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->rows[i]);
	free(t->rows);
	free(t->sorted);
	free(t->cutoffs);
	free(t->ends);
	free(t->voids);
}

void authority_free(struct authority *a)
{
	if (a == NULL)
		return;
	tree_release(&a->tree);
	free(a);
}

size_t tree_place(const struct tree *t, const char *origin)
{
	size_t low = 0, high = t->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(t->sorted[middle]->publisher.origin, origin) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct authority_row *tree_find(const struct tree *t, const char *origin)
{
	size_t at = tree_place(t, origin);

	return at < t->count &&
			       strcmp(t->sorted[at]->publisher.origin,
				      origin) == 0 ?
		       t->sorted[at] :
		       NULL;
}

size_t tree_end(const struct tree *t, const char *origin)
{
	size_t low = 0, high = t->ends == NULL ? 0 : t->cutoff_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(t->ends[middle].cutoff->origin, origin);

		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NO_END;
}

/* --- asking --- */

const struct authority_row *authority_find(const struct authority *a,
					   const char *origin)
{
	return tree_find(&a->tree, origin);
}

const struct publisher *authority_publisher(const struct authority *a,
					    const char *origin)
{
	const struct authority_row *row = tree_find(&a->tree, origin);

	return row == NULL ? NULL : &row->publisher;
}

bool authority_has_room(const struct authority *a, const char *parent)
{
	const struct authority_row *row = tree_find(&a->tree, parent);

	return row != NULL && a->tree.count < AUTHORITY_MAX &&
	       row->head->below < AUTHORITY_BELOW_MAX &&
	       row->head->read < AUTHORITY_READ_MAX;
}

const char *authority_parent(const struct authority *a, const char *origin)
{
	const struct authority_row *row = tree_find(&a->tree, origin);

	return row == NULL || row->parent == NULL ?
		       NULL :
		       row->parent->publisher.origin;
}

const struct cutoff *authority_cutoff(const struct authority *a,
				      const char *origin)
{
	size_t at = tree_end(&a->tree, origin);

	return at == NO_END ? NULL : a->tree.ends[at].cutoff;
}

bool authority_ended_by_parent(const struct authority *a, const char *origin)
{
	const struct authority_row *row = tree_find(&a->tree, origin);

	return row != NULL && row->has_end;
}

bool authority_succeeds(const struct authority *a, const char *successor,
			const char *origin)
{
	const struct tree *t = &a->tree;
	size_t at;

	if (strcmp(origin, successor) == 0)
		return true;
	at = tree_end(t, origin);
	/* Cut-offs may name one another in a ring: no more steps than there
	 * are cut-offs. */
	for (size_t steps = 0; at != NO_END && steps < t->cutoff_count;
	     steps++) {
		if (strcmp(t->ends[at].cutoff->successor, successor) == 0)
			return true;
		at = t->ends[at].next;
	}
	return false;
}

/* One step along each chain: what was found out is not walked again. */
enum { UNSEEN, WALKED, FOLLOWED, NOT_FOLLOWED };

/* Walk from one end to where it is known, then write that along the way. */
static void walk_chain(const struct tree *t, const char *successor,
		       size_t from, uint8_t *seen)
{
	uint8_t found = NOT_FOLLOWED; /* also where a ring closes */
	size_t at = from;

	for (; at != NO_END && seen[at] == UNSEEN; at = t->ends[at].next) {
		seen[at] = WALKED;
		if (strcmp(t->ends[at].cutoff->successor, successor) == 0) {
			found = FOLLOWED;
			break;
		}
	}
	if (at != NO_END && seen[at] == FOLLOWED)
		found = FOLLOWED;
	for (at = from; at != NO_END && seen[at] == WALKED;
	     at = t->ends[at].next)
		seen[at] = found;
}

enum status authority_each_before(const struct authority *a,
				  const char *successor,
				  authority_before_cb each, void *context)
{
	const struct tree *t = &a->tree;
	uint8_t *seen;

	if (t->cutoff_count == 0)
		return STATUS_OK;
	seen = calloc(t->cutoff_count, 1);
	if (seen == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < t->cutoff_count; i++) {
		const char *origin = t->ends[i].cutoff->origin;

		walk_chain(t, successor, i, seen);
		if (seen[i] == FOLLOWED && strcmp(origin, successor) != 0)
			each(context, origin);
	}
	free(seen);
	return STATUS_OK;
}

size_t authority_count(const struct authority *a)
{
	return a->tree.count;
}

const struct authority_row *authority_at(const struct authority *a, size_t i)
{
	return a->tree.rows[i];
}

size_t authority_cutoff_count(const struct authority *a)
{
	return a->tree.cutoff_count;
}

const struct cutoff *authority_cutoff_at(const struct authority *a, size_t i)
{
	return &a->tree.cutoffs[i];
}

size_t authority_void_count(const struct authority *a)
{
	return a->tree.void_count;
}

const struct authority_void *authority_void_at(const struct authority *a,
					       size_t i)
{
	return &a->tree.voids[i];
}
