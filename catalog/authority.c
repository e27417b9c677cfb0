/* One depth after the other: the publishers of the trust note, then whom they
 * delegate to, then whom those do, each depth sorted before it delegates. */
#include "catalog/authority.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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

struct authority *authority_new(void)
{
	return calloc(1, sizeof(struct authority));
}

static void tree_release(struct tree *t)
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

/* Make room for one more item of a list. */
static enum status more_room(void **list, size_t *room, size_t count,
			     size_t item)
{
	size_t wanted = *room == 0 ? 16 : *room * 2;
	void *grown;

	if (count < *room)
		return STATUS_OK;
	grown = realloc(*list, wanted * item);
	if (grown == NULL)
		return STATUS_NO_MEMORY;
	*list = grown;
	*room = wanted;
	return STATUS_OK;
}

/* Where in `sorted` an origin is or belongs. */
static size_t place_of(const struct tree *t, const char *origin)
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

static struct authority_row *find(const struct tree *t, const char *origin)
{
	size_t at = place_of(t, origin);

	return at < t->count &&
			       strcmp(t->sorted[at]->publisher.origin,
				      origin) == 0 ?
		       t->sorted[at] :
		       NULL;
}

/* Put a row, which is taken over, into both lists. */
static enum status put_row(struct tree *t, struct authority_row *row)
{
	void *rows = t->rows, *sorted = t->sorted;
	size_t room = t->room, at = place_of(t, row->publisher.origin);
	enum status status;

	status = more_room(&rows, &t->room, t->count, sizeof(*t->rows));
	t->rows = rows;
	if (status == STATUS_OK && t->room != room) {
		sorted = realloc(sorted, t->room * sizeof(*t->sorted));
		if (sorted == NULL) {
			t->room = room; /* of the shorter one */
			status = STATUS_NO_MEMORY;
		} else {
			t->sorted = sorted;
		}
	}
	if (status != STATUS_OK) {
		free(row);
		return status;
	}
	memmove(t->sorted + at + 1, t->sorted + at,
		(t->count - at) * sizeof(*t->sorted));
	t->sorted[at] = row;
	t->rows[t->count++] = row;
	return STATUS_OK;
}

/* Has the trust note ended it? While the tree is built this is all to ask: an
 * origin stands in it once, so no other parent has. */
static bool is_ended_by_name(const struct tree *t, const char *origin)
{
	for (size_t i = 0; i < t->named_cutoffs; i++)
		if (strcmp(t->cutoffs[i].origin, origin) == 0)
			return true;
	return false;
}

static enum status put_cutoff(struct tree *t, const struct cutoff *cutoff)
{
	void *list = t->cutoffs;
	enum status status = more_room(&list, &t->cutoff_room,
				       t->cutoff_count, sizeof(*cutoff));

	t->cutoffs = list;
	if (status == STATUS_OK)
		t->cutoffs[t->cutoff_count++] = *cutoff;
	return status;
}

static enum status put_void(struct tree *t, const char *parent,
			    const char *origin, enum authority_void_why why)
{
	struct authority_void *made;
	void *list = t->voids;
	enum status status;

	if (t->void_count == AUTHORITY_VOIDS_MAX)
		return STATUS_OK;
	status = more_room(&list, &t->void_room, t->void_count, sizeof(*made));
	t->voids = list;
	if (status != STATUS_OK)
		return status;
	made = &t->voids[t->void_count++];
	strcpy(made->parent, parent);
	strcpy(made->origin, origin);
	made->why = why;
	return STATUS_OK;
}

/* --- building --- */

static enum status add_named(struct tree *t, const struct trust *trust)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < trust->cutoff_count && status == STATUS_OK; i++)
		status = put_cutoff(t, &trust->cutoffs[i]);
	t->named_cutoffs = t->cutoff_count;
	for (size_t i = 0; i < trust->publisher_count && status == STATUS_OK;
	     i++) {
		struct authority_row *row = calloc(1, sizeof(*row));

		if (row == NULL)
			return STATUS_NO_MEMORY;
		row->publisher = trust->publishers[i];
		status = put_row(t, row);
	}
	return status;
}

/* One parent while its children are added. */
struct adding {
	struct tree *t;
	const struct authority_row *parent;
};

/* Does `child` count for nothing? */
static bool is_void(const struct adding *a, const struct delegation *child,
		    struct publisher *narrowed, enum authority_void_why *why)
{
	const struct authority_row *there =
		find(a->t, child->publisher.origin);

	*narrowed = child->publisher;
	if (child->ended && !child->has_end)
		*why = AUTHORITY_ENDED;
	else if (there != NULL)
		*why = there->parent == NULL ? AUTHORITY_OUTRANKED :
					       AUTHORITY_OTHER_PARENT;
	else if (publisher_narrow(&a->parent->publisher, narrowed) !=
		 STATUS_OK)
		*why = AUTHORITY_NO_SCOPE;
	else if (a->parent->depth == AUTHORITY_DEPTH_MAX)
		*why = AUTHORITY_TOO_DEEP;
	else if (a->t->count >= AUTHORITY_MAX)
		*why = AUTHORITY_TOO_MANY;
	else
		return false;
	return true;
}

static enum status add_child(void *context, const struct delegation *child,
			     struct err *err)
{
	const struct adding *a = context;
	const char *origin = child->publisher.origin;
	enum authority_void_why why;
	struct publisher narrowed;
	struct authority_row *row;
	enum status status;

	if (is_void(a, child, &narrowed, &why)) {
		status = put_void(a->t, a->parent->publisher.origin, origin,
				  why);
		goto done;
	}
	row = calloc(1, sizeof(*row));
	if (row == NULL)
		return err_set(err, STATUS_NO_MEMORY, "who may publish");
	row->publisher = narrowed;
	row->parent = a->parent;
	row->depth = a->parent->depth + 1;
	row->entry = child->entry;
	if (child->ended && !is_ended_by_name(a->t, origin)) {
		row->has_end = true;
		row->end = child->end;
		strcpy(row->end.origin, origin);
	}
	status = put_row(a->t, row);
	if (status == STATUS_OK && row->has_end)
		status = put_cutoff(a->t, &row->end);
done:
	return status == STATUS_OK ? STATUS_OK :
				     err_set(err, status, "who may publish");
}

static int by_origin(const void *a, const void *b)
{
	const struct authority_row *const *x = a, *const *y = b;

	return strcmp((*x)->publisher.origin, (*y)->publisher.origin);
}

static enum status add_below(struct tree *t,
			     const struct authority_source *source,
			     struct err *err)
{
	size_t from = 0;

	while (from < t->count) {
		size_t end = t->count;

		qsort(t->rows + from, end - from, sizeof(*t->rows), by_origin);
		for (; from < end; from++) {
			struct adding a = { t, t->rows[from] };
			const struct publisher *p = &a.parent->publisher;
			enum status status = STATUS_OK;

			if (p->may_delegate)
				status = source->children(source->owner,
							  p->origin, add_child,
							  &a, err);
			if (status != STATUS_OK)
				return status;
		}
	}
	return STATUS_OK;
}

static int by_ended(const void *a, const void *b)
{
	const struct end *x = a, *y = b;

	return strcmp(x->cutoff->origin, y->cutoff->origin);
}

/* Where in `ends` the end of an origin is; NO_END when it has none. */
static size_t end_of(const struct tree *t, const char *origin)
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

/* All cut-offs are there: sort them, and find out who follows whom. */
static enum status put_ends(struct tree *t)
{
	if (t->cutoff_count == 0)
		return STATUS_OK;
	t->ends = calloc(t->cutoff_count, sizeof(*t->ends));
	if (t->ends == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < t->cutoff_count; i++)
		t->ends[i].cutoff = &t->cutoffs[i];
	qsort(t->ends, t->cutoff_count, sizeof(*t->ends), by_ended);
	for (size_t i = 0; i < t->cutoff_count; i++)
		t->ends[i].next = end_of(t, t->ends[i].cutoff->successor);
	return STATUS_OK;
}

enum status authority_build(struct authority *a, const struct trust *trust,
			    const struct authority_source *source,
			    struct err *err)
{
	struct tree made = { .count = 0 };
	enum status status = add_named(&made, trust);

	if (status != STATUS_OK)
		(void)err_set(err, status, "who may publish");
	else if (source != NULL)
		status = add_below(&made, source, err);
	else if (made.count > 0)
		qsort(made.rows, made.count, sizeof(*made.rows), by_origin);
	if (status == STATUS_OK && put_ends(&made) != STATUS_OK)
		status = err_set(err, STATUS_NO_MEMORY, "who may publish");
	if (status != STATUS_OK) {
		tree_release(&made);
		return status;
	}
	tree_release(&a->tree);
	a->tree = made;
	return STATUS_OK;
}

/* --- asking --- */

const struct authority_row *authority_find(const struct authority *a,
					   const char *origin)
{
	return find(&a->tree, origin);
}

const struct publisher *authority_publisher(const struct authority *a,
					    const char *origin)
{
	const struct authority_row *row = find(&a->tree, origin);

	return row == NULL ? NULL : &row->publisher;
}

const char *authority_parent(const struct authority *a, const char *origin)
{
	const struct authority_row *row = find(&a->tree, origin);

	return row == NULL || row->parent == NULL ?
		       NULL :
		       row->parent->publisher.origin;
}

const struct cutoff *authority_cutoff(const struct authority *a,
				      const char *origin)
{
	size_t at = end_of(&a->tree, origin);

	return at == NO_END ? NULL : a->tree.ends[at].cutoff;
}

bool authority_ended_by_parent(const struct authority *a, const char *origin)
{
	const struct authority_row *row = find(&a->tree, origin);

	return row != NULL && row->has_end;
}

bool authority_succeeds(const struct authority *a, const char *successor,
			const char *origin)
{
	const struct tree *t = &a->tree;
	size_t at;

	if (strcmp(origin, successor) == 0)
		return true;
	at = end_of(t, origin);
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
