/* A set of hashes in the order they came: a list of a drive, read and grown.
 * Memory only. */
#ifndef NODE_DRIVE_HASHES_H
#define NODE_DRIVE_HASHES_H

#include "proto/drive.h"

struct hashes {
	uint8_t (*list)[DRIVE_HASH_SIZE];
	size_t count;

	/* private */
	size_t room;
	uint32_t *table; /* open addressing: index + 1, or 0 */
	size_t slots;
	uint64_t seed;
};

#define HASHES_INIT { .list = NULL, .count = 0 }

void hashes_release(struct hashes *h);
bool hashes_have(const struct hashes *h,
		 const uint8_t hash[static DRIVE_HASH_SIZE]);
/* Put it in if it is not; STATUS_NO_ROOM beyond DRIVE_LIST_ENTRIES_MAX,
 * STATUS_NO_MEMORY. */
enum status hashes_put(struct hashes *h,
		       const uint8_t hash[static DRIVE_HASH_SIZE]);
/* Take in the lines of a list file; what is too much is left out. */
enum status hashes_read(struct hashes *h, struct bytes list);
/* Append the list file. */
void hashes_write(const struct hashes *h, struct buf *out);

#endif
