#include "tests/support/forgetfs/image.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *must(void *memory)
{
	if (!memory) {
		fputs("forgetfs: out of memory\n", stderr);
		abort();
	}
	return memory;
}

static void page_drop(uint64_t *in_use, struct page *page)
{
	if (page && --page->users == 0) {
		free(page);
		(*in_use)--;
	}
}

static void image_reach(struct image *image, size_t count)
{
	if (count <= image->count)
		return;
	size_t room = image->count * 2 > count ? image->count * 2 : count;
	image->pages = must(realloc(image->pages, room * sizeof(*image->pages)));
	memset(image->pages + image->count, 0,
	       (room - image->count) * sizeof(*image->pages));
	image->count = room;
}

/* The page to write on: made if missing, copied if somebody shares it. */
static struct page *image_own_page(uint64_t *in_use, struct image *image,
				   size_t index)
{
	image_reach(image, index + 1);
	struct page *page = image->pages[index];
	if (page && page->users == 1)
		return page;
	struct page *own = must(calloc(1, sizeof(*own)));
	own->users = 1;
	(*in_use)++;
	if (page) {
		memcpy(own->bytes, page->bytes, DISK_PAGE);
		page_drop(in_use, page);
	}
	image->pages[index] = own;
	return own;
}

/* NULL bytes write zeros, without making pages for them. */
void image_write(uint64_t *in_use, struct image *image,
			const uint8_t *bytes, size_t length, off_t at)
{
	off_t end = at + (off_t)length;
	while (length) {
		size_t index = (size_t)(at / DISK_PAGE);
		size_t offset = (size_t)(at % DISK_PAGE);
		size_t part = DISK_PAGE - offset;
		if (part > length)
			part = length;
		bool is_hole = index >= image->count || !image->pages[index];
		if (bytes)
			memcpy(image_own_page(in_use, image, index)->bytes + offset,
			       bytes, part);
		else if (!is_hole)
			memset(image_own_page(in_use, image, index)->bytes + offset,
			       0, part);
		if (bytes)
			bytes += part;
		at += (off_t)part;
		length -= part;
	}
	if (end > image->size)
		image->size = end;
}

void image_resize(uint64_t *in_use, struct image *image, off_t size)
{
	if (size < image->size) {
		size_t first = (size_t)((size + DISK_PAGE - 1) / DISK_PAGE);
		for (size_t i = first; i < image->count; i++) {
			page_drop(in_use, image->pages[i]);
			image->pages[i] = NULL;
		}
		if (size % DISK_PAGE && first - 1 < image->count &&
		    image->pages[first - 1])
			memset(image_own_page(in_use, image, first - 1)->bytes +
				       size % DISK_PAGE,
			       0, (size_t)(DISK_PAGE - size % DISK_PAGE));
	}
	image->size = size;
}

void image_clear(uint64_t *in_use, struct image *image)
{
	for (size_t i = 0; i < image->count; i++)
		page_drop(in_use, image->pages[i]);
	free(image->pages);
	*image = (struct image){ 0 };
}

/* Make pages [first, end) of `to` the same as those of `from`. */
void image_share(uint64_t *in_use, struct image *to,
			const struct image *from, size_t first, size_t end)
{
	if (end > from->count)
		end = from->count;
	if (end > first)
		image_reach(to, end);
	for (size_t i = first; i < end; i++) {
		if (to->pages[i] == from->pages[i])
			continue;
		page_drop(in_use, to->pages[i]);
		to->pages[i] = from->pages[i];
		if (to->pages[i])
			to->pages[i]->users++;
	}
}

void image_copy(uint64_t *in_use, struct image *to,
		       const struct image *from)
{
	image_clear(in_use, to);
	image_share(in_use, to, from, 0, from->count);
	to->size = from->size;
}
