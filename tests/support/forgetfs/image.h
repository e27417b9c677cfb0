/* The content of a file at one moment: pages that images share until one of
 * them is written to.
 *
 * `in_use` counts the pages there are, shared ones once. A missing page reads
 * as zeros, and so does all beyond the size. */
#ifndef TESTS_SUPPORT_FORGETFS_IMAGE_H
#define TESTS_SUPPORT_FORGETFS_IMAGE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { DISK_PAGE = 4096 };

struct page {
	unsigned users;
	uint8_t bytes[DISK_PAGE];
};

struct image {
	struct page **pages;
	size_t count; /* slots in pages */
	off_t size;
};

/* Return `memory`, or end the program when it is NULL: this is a test's tool. */
void *must(void *memory);

/* Write; NULL bytes write zeros, without making pages for them. */
void image_write(uint64_t *in_use, struct image *image, const uint8_t *bytes,
		 size_t length, off_t at);
void image_resize(uint64_t *in_use, struct image *image, off_t size);
/* Empty it, and free what it owns. */
void image_clear(uint64_t *in_use, struct image *image);
/* Make pages [first, end) of `to` the same as those of `from`. */
void image_share(uint64_t *in_use, struct image *to, const struct image *from,
		 size_t first, size_t end);
void image_copy(uint64_t *in_use, struct image *to, const struct image *from);

#endif
