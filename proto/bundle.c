#include "proto/bundle.h"

enum status bundle_next(struct bytes_reader *r, struct bytes *entry)
{
	size_t size;

	if (r->left == 0)
		return STATUS_NOT_FOUND;
	if (r->left < 2)
		return STATUS_MALFORMED;
	size = (size_t)r->next[0] << 8 | r->next[1];
	if (r->left - 2 < size)
		return STATUS_MALFORMED;
	*entry = (struct bytes){ r->next + 2, size };
	r->next += 2 + size;
	r->left -= 2 + size;
	return STATUS_OK;
}

enum status bundle_put(struct buf *b, struct bytes entry)
{
	uint8_t *at;

	if (entry.size > ENTRY_SIZE_MAX)
		return STATUS_MALFORMED;
	/* Both or neither: a length alone would spoil what follows. */
	at = buf_reserve(b, 2 + entry.size);
	if (at == NULL)
		return STATUS_OK;
	buf_put_u8(b, (uint8_t)(entry.size >> 8));
	buf_put_u8(b, (uint8_t)entry.size);
	buf_put_bytes(b, entry);
	return STATUS_OK;
}

enum status bundle_check(struct bytes bundle, unsigned count, size_t entry_max)
{
	struct bytes_reader r;
	struct bytes entry;

	bytes_reader_init(&r, bundle);
	for (unsigned i = 0; i < count; i++)
		if (bundle_next(&r, &entry) != STATUS_OK ||
		    entry.size > entry_max)
			return STATUS_MALFORMED;
	return r.left == 0 ? STATUS_OK : STATUS_MALFORMED;
}

enum status bundle_offset(struct bytes bundle, unsigned count, size_t *offset)
{
	struct bytes_reader r;
	struct bytes entry;

	bytes_reader_init(&r, bundle);
	for (unsigned i = 0; i < count; i++)
		if (bundle_next(&r, &entry) != STATUS_OK)
			return STATUS_MALFORMED;
	*offset = bundle.size - r.left;
	return STATUS_OK;
}
