#include "node/own_statement.h"

#include <string.h>

#include <zstd.h>

#include "proto/encoding.h"
#include "signing/note.h"

enum status statement_sign(struct bytes text, const struct secret_key *key,
			   struct buf *out)
{
	char vkey[VKEY_MAX + 1];
	size_t before = out->size;
	struct statement st;
	enum status status = statement_parse(text, &st);

	if (status != STATUS_OK)
		return status;
	public_key_format(secret_key_public(key), vkey);
	if (strcmp(st.vkey, vkey) != 0)
		return STATUS_MALFORMED;
	status = note_sign(text, key, out);
	if (status == STATUS_OK && out->size - before > STATEMENT_MAX)
		return STATUS_NO_ROOM;
	return status;
}

enum status statement_open(struct bytes note, struct statement *out)
{
	struct note parsed;
	struct note_verified verified;
	struct public_key key;
	struct statement st;
	enum status status = note_parse(note, STATEMENT_MAX, &parsed);

	if (status == STATUS_OK)
		status = statement_parse(parsed.text, &st);
	if (status == STATUS_OK)
		status = public_key_parse(bytes_of(st.vkey), &key);
	if (status == STATUS_OK)
		status = note_verify(&parsed, &key, 1, &verified);
	if (status == STATUS_OK)
		*out = st;
	return status;
}

enum status bitmap_compress(struct bytes bitmap, struct buf *zstd)
{
	size_t bound, size;
	uint8_t *at;

	while (bitmap.size > 0 && bitmap.data[bitmap.size - 1] == 0)
		bitmap.size--;
	bound = ZSTD_compressBound(bitmap.size);
	at = buf_reserve(zstd, bound);
	if (at == NULL)
		return STATUS_NO_MEMORY;
	size = ZSTD_compress(at, bound, bitmap.data, bitmap.size, 9);
	if (ZSTD_isError(size))
		return STATUS_NO_MEMORY;
	buf_grew(zstd, size);
	return STATUS_OK;
}

static enum status expand_frame(struct bytes frame, size_t max,
				struct buf *bitmap)
{
	unsigned long long size =
		ZSTD_getFrameContentSize(frame.data, frame.size);
	uint8_t *at;
	size_t rc;

	/* Unknown sizes and errors are the two largest numbers. */
	if (size > max ||
	    ZSTD_findFrameCompressedSize(frame.data, frame.size) != frame.size)
		return STATUS_MALFORMED;
	at = buf_reserve(bitmap, (size_t)size);
	if (at == NULL)
		return STATUS_NO_MEMORY;
	rc = ZSTD_decompress(at, (size_t)size, frame.data, frame.size);
	if (ZSTD_isError(rc) || rc != size)
		return STATUS_MALFORMED;
	buf_grew(bitmap, rc);
	return STATUS_OK;
}

enum status bitmap_expand(struct bytes base64, size_t max, struct buf *bitmap)
{
	struct buf frame = BUF_INIT;
	size_t room = base64.size / 4 * 3, size;
	uint8_t *at = buf_reserve(&frame, room);
	enum status status = STATUS_NO_MEMORY;

	if (at == NULL)
		return status;
	status = base64_decode(base64, at, room, &size);
	if (status == STATUS_OK)
		status = expand_frame((struct bytes){ at, size }, max, bitmap);
	buf_release(&frame);
	return status;
}

bool bitmap_has(struct bytes bitmap, uint64_t n)
{
	return n / 8 < bitmap.size && (bitmap.data[n / 8] >> n % 8 & 1) != 0;
}
