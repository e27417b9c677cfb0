/* One depth after the other: the publishers of the trust note, then whom they
 * delegate to, then whom those do, each depth sorted before it delegates. */
#include <stdlib.h>
#include <string.h>

#include "catalog/authority_inside.h"

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

/* Put a row, which is taken over, into both lists. */
static enum status put_row(struct tree *t, struct authority_row *row)
{
	void *rows = t->rows, *sorted = t->sorted;
	size_t room = t->room, at = tree_place(t, row->publisher.origin);
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
static const struct cutoff *end_by_name(const struct tree *t,
					const char *origin)
{
	for (size_t i = 0; i < t->named_cutoffs; i++)
		if (strcmp(t->cutoffs[i].origin, origin) == 0)
			return &t->cutoffs[i];
	return NULL;
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
		row->head = row;
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
		tree_find(a->t, child->publisher.origin);

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
	else if (a->t->count >= AUTHORITY_MAX ||
		 a->parent->head->below >= AUTHORITY_BELOW_MAX)
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
	row->head = a->parent->head;
	row->depth = a->parent->depth + 1;
	row->entry = child->entry;
	if (child->ended && end_by_name(a->t, origin) == NULL) {
		row->has_end = true;
		row->end = child->end;
		strcpy(row->end.origin, origin);
	}
	status = put_row(a->t, row);
	if (status == STATUS_OK)
		row->head->below++;
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

/* Read whom one delegates to. */
static enum status add_children(struct tree *t, struct authority_row *row,
				const struct authority_source *source,
				struct err *err)
{
	const struct cutoff *named = end_by_name(t, row->publisher.origin);
	const struct cutoff end = named != NULL ? *named : row->end;
	const struct authority_parent parent = {
		.publisher = &row->publisher,
		.end = named != NULL || row->has_end ? &end : NULL,
		.ended_by_name = named != NULL,
	};
	struct adding a = { t, row };
	unsigned read = 0;
	enum status status;

	if (!row->publisher.may_delegate)
		return STATUS_OK;
	if (row->head->read >= AUTHORITY_READ_MAX) {
		status = put_void(t, row->publisher.origin, "*",
				  AUTHORITY_TOO_MANY);
		return status == STATUS_OK ?
			       STATUS_OK :
			       err_set(err, status, "who may publish");
	}
	status = source->children(source->owner, &parent, add_child, &a, &read,
				  err);
	row->head->read += read;
	return status;
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
			enum status status = add_children(t, t->rows[from],
							  source, err);

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
		t->ends[i].next = tree_end(t, t->ends[i].cutoff->successor);
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

