#include "node/drive/hashes.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

void hashes_release(struct hashes *h)
{
	free(h->list);
	free(h->table);
	*h = (struct hashes)HASHES_INIT;
}

/* Where `hash` is in the table, or the free slot where it would go. */
static size_t slot_of(const struct hashes *h, const uint8_t *hash)
{
	uint64_t mixed = h->seed, word;
	size_t at;

	/* Seeded, for the list may be made by somebody who wants it slow. */
	for (size_t i = 0; i < DRIVE_HASH_SIZE; i += sizeof(word)) {
		memcpy(&word, hash + i, sizeof(word));
		mixed ^= word;
		mixed ^= mixed >> 33; /* the finisher of MurmurHash3 */
		mixed *= UINT64_C(0xff51afd7ed558ccd);
		mixed ^= mixed >> 33;
		mixed *= UINT64_C(0xc4ceb9fe1a85ec53);
		mixed ^= mixed >> 33;
	}
	at = (size_t)mixed & (h->slots - 1);
	while (h->table[at] != 0 &&
	       memcmp(h->list[h->table[at] - 1], hash, DRIVE_HASH_SIZE) != 0)
		at = (at + 1) & (h->slots - 1);
	return at;
}

bool hashes_have(const struct hashes *h,
		 const uint8_t hash[static DRIVE_HASH_SIZE])
{
	return h->count > 0 && h->table[slot_of(h, hash)] != 0;
}

static enum status grow(struct hashes *h)
{
	size_t room = h->room == 0 ? 64 : 2 * h->room;
	uint8_t(*list)[DRIVE_HASH_SIZE] = realloc(h->list,
						  room * DRIVE_HASH_SIZE);
	uint32_t *table;

	if (list == NULL)
		return STATUS_NO_MEMORY;
	h->list = list;
	/* Without randomness it is only slower. */
	if (h->seed == 0 &&
	    getrandom(&h->seed, sizeof(h->seed), GRND_NONBLOCK) < 0)
		h->seed = UINT64_C(0x9e3779b97f4a7c15);
	table = calloc(4 * room, sizeof(*table));
	if (table == NULL)
		return STATUS_NO_MEMORY;
	free(h->table);
	h->table = table;
	h->slots = 4 * room;
	h->room = room;
	for (size_t i = 0; i < h->count; i++)
		h->table[slot_of(h, h->list[i])] = (uint32_t)i + 1;
	return STATUS_OK;
}

enum status hashes_put(struct hashes *h,
		       const uint8_t hash[static DRIVE_HASH_SIZE])
{
	if (hashes_have(h, hash))
		return STATUS_OK;
	if (h->count == DRIVE_LIST_ENTRIES_MAX)
		return STATUS_NO_ROOM;
	if (h->count == h->room && grow(h) != STATUS_OK)
		return STATUS_NO_MEMORY;
	memcpy(h->list[h->count], hash, DRIVE_HASH_SIZE);
	h->table[slot_of(h, hash)] = (uint32_t)++h->count;
	return STATUS_OK;
}

enum status hashes_read(struct hashes *h, struct bytes list)
{
	uint8_t hash[DRIVE_HASH_SIZE];
	enum status status = STATUS_OK;

	while (status == STATUS_OK && drive_list_next(&list, hash))
		status = hashes_put(h, hash);
	return status == STATUS_NO_ROOM ? STATUS_OK : status;
}

void hashes_write(const struct hashes *h, struct buf *out)
{
	for (size_t i = 0; i < h->count; i++)
		drive_list_put(out, h->list[i]);
}
