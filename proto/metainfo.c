#include "proto/metainfo.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proto/safename.h"

void metainfo_release(struct metainfo *mi)
{
	free(mi->files);
	free(mi->paths);
	*mi = (struct metainfo){ .files = NULL, .paths = NULL };
}

static uint32_t leaves_of(const struct metainfo *mi,
			  const struct metainfo_file *file)
{
	uint32_t leaves = 1, blocks;

	if (file->pieces > 1)
		return mi->piece_length / METAINFO_BLOCK;
	blocks = (uint32_t)((file->length + METAINFO_BLOCK - 1) /
			    METAINFO_BLOCK);
	while (leaves < blocks)
		leaves *= 2;
	return leaves;
}

struct metainfo_piece metainfo_piece(const struct metainfo *mi, uint32_t index)
{
	uint32_t low = 0, high = mi->file_count;
	const struct metainfo_file *file;
	struct metainfo_piece piece;
	uint64_t left;

	assert(index < mi->pieces);

	/* The last file that begins at or before the piece and has any. */
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (mi->files[middle].first_piece <= index)
			low = middle;
		else
			high = middle;
	}
	file = &mi->files[low];
	piece.file = low;
	piece.offset = (uint64_t)(index - file->first_piece) * mi->piece_length;
	left = file->length - piece.offset;
	piece.length = left < mi->piece_length ? (uint32_t)left :
						 mi->piece_length;
	piece.hash = file->pieces == 1 ?
			     file->root :
			     file->layer.data + (size_t)METAINFO_HASH_SIZE *
					     (index - file->first_piece);
	piece.leaves = leaves_of(mi, file);
	return piece;
}

const struct metainfo_file *metainfo_find(const struct metainfo *mi,
					  const char *path)
{
	uint32_t low = 0, high = mi->file_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = safename_path_compare(
			bytes_of(path), bytes_of(mi->files[middle].path));

		if (order == 0)
			return &mi->files[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

enum status havemap_read(struct bytes wire, uint32_t pieces, uint8_t *map)
{
	enum { HEAD = 4 };
	size_t size = havemap_size(pieces);
	uint32_t count;

	if (wire.size != HEAD + size)
		return STATUS_MALFORMED;
	count = (uint32_t)wire.data[0] << 24 | (uint32_t)wire.data[1] << 16 |
		(uint32_t)wire.data[2] << 8 | wire.data[3];
	if (count != pieces)
		return STATUS_MALFORMED;
	memcpy(map, wire.data + HEAD, size);
	/* Spare bits are nobody's pieces. */
	for (size_t i = pieces; i < 8 * size; i++)
		havemap_unset(map, (uint32_t)i);
	return STATUS_OK;
}

uint32_t havemap_count(const uint8_t *map, uint32_t pieces)
{
	uint32_t count = 0;

	for (size_t i = 0; i < havemap_size(pieces); i++)
		count += (uint32_t)__builtin_popcount(map[i]);
	return count;
}

uint64_t metainfo_bytes_of(const struct metainfo *mi, const uint8_t *map)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < mi->pieces; i++)
		if (havemap_has(map, i))
			bytes += metainfo_piece(mi, i).length;
	return bytes;
}
