#include "node/study/packing.h"

/* The entry that is being filled. */
struct filling {
	unsigned entry;
	size_t bytes, items;
};

/* Does it go into this entry, or the next? False: into none. */
static bool place(const struct packing *limits, struct filling *f,
		  struct packable *item, bool begin)
{
	bool fits = f->entry > 0 && !begin && f->items < limits->items_max &&
		    item->bytes + 1 <= limits->room - f->bytes;

	if (!fits && f->entry == limits->entries_max)
		return false;
	if (!fits)
		*f = (struct filling){ .entry = f->entry + 1 };
	f->bytes += item->bytes + (f->items > 0 ? 1 : 0);
	f->items++;
	item->entry = f->entry;
	return true;
}

unsigned packing_divide(const struct packing *limits, struct packable *items,
			size_t count, bool *left)
{
	struct filling f = { .entry = 0 };
	bool some_left = false;

	for (int alone = 0; alone <= 1; alone++)
		for (size_t i = 0; i < count; i++) {
			struct packable *item = &items[i];

			if (item->alone != (alone == 1))
				continue;
			item->entry = 0;
			if (item->bytes > limits->room)
				continue;
			some_left |= !place(limits, &f, item, item->alone);
		}
	if (left != NULL)
		*left = some_left;
	return f.entry;
}
