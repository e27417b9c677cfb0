/* Sorted by line, each branch is a run. */
#include "catalog/forkroom.h"

#include <stdlib.h>
#include <string.h>

void forkroom_line(const struct authority *authority, const char *origin,
		   struct forkroom_proof *proof)
{
	const struct authority_row *row = authority_find(authority, origin),
				   *at;

	proof->depth = row == NULL ? 0 : row->depth + 1;
	for (at = row; at != NULL; at = at->parent)
		proof->line[at->depth] = at->publisher.origin;
}

/* "" stands for the publisher itself, beside its children. */
static const char *name_at(const struct forkroom_proof *p, unsigned level)
{
	return level < p->depth ? p->line[level] : "";
}

static int by_line(const void *a, const void *b)
{
	const struct forkroom_proof *x = a, *y = b;

	for (unsigned level = 0; level < FORKROOM_DEPTH; level++) {
		int order = strcmp(name_at(x, level), name_at(y, level));

		if (order != 0)
			return order;
	}
	return memcmp(x->id, y->id, sizeof(x->id));
}

struct branch {
	size_t first, end;
};

static size_t size_of(struct branch b)
{
	return b.end - b.first;
}

/* The branch below `of` that begins at `first`. */
static struct branch branch_at(const struct forkroom_proof *list,
			       struct branch of, size_t first, unsigned level)
{
	struct branch b = { first, first };

	while (b.end < of.end && strcmp(name_at(&list[b.end], level),
					name_at(&list[first], level)) == 0)
		b.end++;
	return b;
}

/* The largest branch below `of`, of equal ones the last; and the one that is
 * `name`'s, which may be empty. */
static struct branch look_below(const struct forkroom_proof *list,
				struct branch of, unsigned level,
				const char *name, struct branch *own)
{
	struct branch b, largest = { of.first, of.first };

	*own = (struct branch){ of.first, of.first };
	for (size_t at = of.first; at < of.end; at = b.end) {
		b = branch_at(list, of, at, level);
		if (size_of(b) >= size_of(largest))
			largest = b;
		if (strcmp(name_at(&list[at], level), name) == 0)
			*own = b;
	}
	return largest;
}

static size_t last_of(const struct forkroom_proof *list, struct branch of,
		      unsigned level)
{
	struct branch unused;

	for (; level < FORKROOM_DEPTH; level++)
		of = look_below(list, of, level, "", &unused);
	return of.end - 1;
}

size_t forkroom_choose(struct forkroom_proof *list, size_t count,
		       const struct forkroom_proof *newcomer)
{
	struct branch all = { 0, count }, own, largest;

	if (newcomer->depth == 0 || count == 0)
		return FORKROOM_NONE;
	qsort(list, count, sizeof(*list), by_line);
	if (list[0].depth == 0)
		return branch_at(list, all, 0, 0).end - 1;
	for (unsigned level = 0; level < FORKROOM_DEPTH; level++) {
		largest = look_below(list, all, level,
				     name_at(newcomer, level), &own);
		if (size_of(largest) > size_of(own) + 1)
			return last_of(list, largest, level + 1);
		if (size_of(own) == 0)
			break;
		all = own;
	}
	return FORKROOM_NONE;
}
