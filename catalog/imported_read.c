/* The items of a batch as values, before anything is written: by whoever has
 * opened it, so that the one thread that writes need not. */
#include <stdlib.h>
#include <string.h>

#include "catalog/imported_inside.h"

static const struct {
	const char *kind;
	put_fn put; /* NULL: it has values of its own, see `as` */
	enum read_as as;
} known[] = {
	{ "play", NULL, READ_PLAY },
	{ "study", NULL, READ_STUDY },
	{ "personal", NULL, READ_PERSONAL },
	{ "photo", put_photo, READ_OTHER },
	{ "machine", put_machine, READ_OTHER },
	{ "equipment", put_equipment, READ_OTHER },
	{ "fault", put_fault, READ_OTHER },
	{ "wish", put_wish, READ_OTHER },
};

/* False for what is not as it should be. */
static bool read_values(const json_t *item, struct read_item *out)
{
	switch (out->as) {
	case READ_PLAY:
		return item_play_read(item, &out->play);
	case READ_STUDY:
		return item_study_read(item, &out->study);
	case READ_PERSONAL:
		return item_personal_read(item, &out->personal);
	default:
		return true;
	}
}

static bool read_item(const json_t *item, struct read_item *out)
{
	const char *kind = json_string_value(json_object_get(item, "k"));

	*out = (struct read_item){ .as = READ_OTHER, .json = item };
	for (size_t i = 0; kind != NULL && i < sizeof(known) / sizeof(*known);
	     i++)
		if (strcmp(known[i].kind, kind) == 0) {
			out->as = known[i].as;
			out->put = known[i].put;
		}
	out->has_when = when_read(json_object_get(item, "w"), &out->when) ==
			STATUS_OK;
	return read_values(item, out);
}

struct imported_read *imported_read(const json_t *items)
{
	size_t most = json_array_size(items), i;
	struct imported_read *r =
		calloc(1, sizeof(*r) + most * sizeof(r->list[0]));
	const json_t *item;
	void *less;

	if (r == NULL)
		return NULL;
	json_array_foreach(items, i, item) {
		struct read_item *one = &r->list[r->count];

		if (!read_item(item, one))
			r->passed++;
		else if (one->put != NULL || one->as != READ_OTHER ||
			 one->has_when)
			r->count++;
	}
	less = realloc(r, sizeof(*r) + r->count * sizeof(r->list[0]));
	return less != NULL ? less : r;
}

void imported_read_free(struct imported_read *r)
{
	free(r);
}
