/* The inside of an authority, for catalog/authority*.c only. */
#ifndef CATALOG_AUTHORITY_INSIDE_H
#define CATALOG_AUTHORITY_INSIDE_H

#include <stdint.h>

#include "catalog/authority.h"

/* A cut-off, and the one by which its successor has ended in turn. */
struct end {
	const struct cutoff *cutoff;
	size_t next; /* of tree.ends; NO_END when that one goes on */
};
#define NO_END SIZE_MAX

struct tree {
	struct authority_row **rows; /* as found */
	size_t count, room;
	struct authority_row **sorted; /* by origin */
	struct cutoff *cutoffs; /* as found */
	size_t cutoff_count, cutoff_room;
	size_t named_cutoffs; /* the first so many are the trust note's */
	struct end *ends; /* by origin */
	struct authority_void *voids;
	size_t void_count, void_room;
};

struct authority {
	struct tree tree;
};

void tree_release(struct tree *t);
/* Where in `sorted` an origin is or belongs. */
size_t tree_place(const struct tree *t, const char *origin);
struct authority_row *tree_find(const struct tree *t, const char *origin);
/* Where in `ends` the end of an origin is; NO_END when it has none. */
size_t tree_end(const struct tree *t, const char *origin);

#endif
