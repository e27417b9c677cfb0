/* Checking one body, without the intake: any thread may do it. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/intake_part.h"
#include "catalog/merkle.h"
#include "catalog/pack.h"
#include "proto/bundle.h"

void intake_part_free(struct intake_part *part)
{
	if (part == NULL)
		return;
	buf_release(&part->raw);
	buf_release(&part->leaves);
	buf_release(&part->frame);
	free(part);
}

static void cut(struct buf *b, size_t size)
{
	b->size = size;
	if (b->data != NULL)
		b->data[size] = 0;
}

/* Append the leaf hashes of a well-formed run of entries. */
static void put_leaves(struct bytes bundle, struct buf *leaves)
{
	uint8_t leaf[SHA256_SIZE];
	struct bytes_reader r;
	struct bytes entry;

	bytes_reader_init(&r, bundle);
	while (bundle_next(&r, &entry) == STATUS_OK) {
		merkle_leaf(entry, leaf);
		buf_put(leaves, leaf, sizeof(leaf));
	}
}

/* Give a whole full bundle its hash. */
static enum status hash_bundle(struct intake_part *part)
{
	uint8_t leaves[BUNDLE_ENTRIES * SHA256_SIZE];

	if (buf_status(&part->leaves) != STATUS_OK)
		return STATUS_NO_MEMORY;
	assert(part->leaves.size == sizeof(leaves));
	memcpy(leaves, part->leaves.data, sizeof(leaves));
	merkle_fold(leaves, BUNDLE_ENTRIES, part->hash);
	return STATUS_OK;
}

/* Keep the frame of a full bundle: as it came when it is one and worth it. */
static enum status pack_bundle(struct intake_part *part, struct bytes came)
{
	if (came.size > 0 && came.size <= part->raw.size &&
	    pack_is_one_frame(came)) {
		buf_put_bytes(&part->frame, came);
		return buf_status(&part->frame);
	}
	return pack_compress(buf_bytes(&part->raw), PACK_QUICK, &part->frame);
}

enum status intake_part_complete(struct intake_part *part, struct bytes head)
{
	struct buf raw = BUF_INIT, leaves = BUF_INIT;
	size_t end;
	enum status status = STATUS_OK;

	if (!part->whole) {
		buf_put_bytes(&raw, head);
		buf_put_bytes(&raw, buf_bytes(&part->raw));
		put_leaves(head, &leaves);
		buf_put_bytes(&leaves, buf_bytes(&part->leaves));
		if (buf_status(&raw) != STATUS_OK ||
		    buf_status(&leaves) != STATUS_OK) {
			buf_release(&raw);
			buf_release(&leaves);
			return STATUS_NO_MEMORY;
		}
		buf_release(&part->raw);
		buf_release(&part->leaves);
		part->raw = raw;
		part->leaves = leaves;
		part->whole = true;
		part->width = (unsigned)(leaves.size / SHA256_SIZE);
		if (part->width == BUNDLE_ENTRIES &&
		    part->need == BUNDLE_ENTRIES) {
			status = hash_bundle(part);
			if (status == STATUS_OK)
				status = pack_bundle(part, (struct bytes){ 0 });
		}
	}
	if (status != STATUS_OK || part->width == part->need)
		return status;
	/* The full one came in place of a partial. */
	assert(part->width > part->need);
	end = part->need * (size_t)SHA256_SIZE;
	if (part->path.kind == TILE_ENTRIES) {
		cut(&part->leaves, end);
		status = bundle_offset(buf_bytes(&part->raw), part->need, &end);
		assert(status == STATUS_OK);
	}
	cut(&part->raw, end);
	buf_clear(&part->frame);
	part->width = part->need;
	return STATUS_OK;
}

static enum status refuse(const struct intake_want *want, enum status status,
			  const char *why, struct err *err)
{
	char path[TILE_PATH_MAX + 1];

	tile_path_format(&want->path, path);
	return err_set(err, status, "%s: %s", path, why);
}

static enum status check_tile(const struct intake_want *want,
			      const struct intake_part *part, struct err *err)
{
	if (part->raw.size != want->path.width * (size_t)SHA256_SIZE)
		return refuse(want, STATUS_MALFORMED,
			      "not as long as that many hashes", err);
	return STATUS_OK;
}

static enum status check_bundle(const struct intake_want *want,
				struct intake_part *part, struct bytes frame,
				struct err *err)
{
	if (bundle_check(buf_bytes(&part->raw), part->width,
			 want->entry_max) != STATUS_OK)
		return refuse(want, STATUS_MALFORMED,
			      "not that many entries of the permitted size",
			      err);
	put_leaves(buf_bytes(&part->raw), &part->leaves);
	if (buf_status(&part->leaves) != STATUS_OK)
		return refuse(want, STATUS_NO_MEMORY, "out of memory", err);
	if (part->width < BUNDLE_ENTRIES || !part->whole)
		return STATUS_OK;
	if (hash_bundle(part) != STATUS_OK)
		return refuse(want, STATUS_NO_MEMORY, "out of memory", err);
	if (want->proven &&
	    memcmp(part->hash, want->hash, sizeof(part->hash)) != 0)
		return refuse(want, STATUS_DAMAGED,
			      "hashes to something else than was signed", err);
	if (part->need == BUNDLE_ENTRIES &&
	    pack_bundle(part, frame) != STATUS_OK)
		return refuse(want, STATUS_NO_MEMORY, "out of memory", err);
	return STATUS_OK;
}

/* Put the body, decompressed, into part->raw. */
static enum status take_body(const struct intake_want *want,
			     struct intake_part *part, struct bytes body,
			     uint64_t from, bool zstd, struct err *err)
{
	enum status status;

	if (zstd) {
		status = pack_expand(body, (size_t)want->size_max, &part->raw);
		if (status == STATUS_NO_MEMORY)
			return refuse(want, status, "out of memory", err);
		return status == STATUS_OK ?
			       status :
			       refuse(want, status,
				      "not zstd, or too long when expanded",
				      err);
	}
	if (body.size > want->size_max ||
	    body.size > want->size_max - (from > want->size_max ? 0 : from))
		return refuse(want, STATUS_MALFORMED, "too long", err);
	buf_put_bytes(&part->raw, body);
	if (buf_status(&part->raw) != STATUS_OK)
		return refuse(want, STATUS_NO_MEMORY, "out of memory", err);
	return STATUS_OK;
}

enum status intake_check(const struct intake_want *want, struct bytes body,
			 uint64_t from, bool zstd, struct intake_part **out,
			 struct err *err)
{
	struct intake_part *part;
	enum status status;

	if (from != 0 && (from != want->from || zstd))
		return refuse(want, STATUS_MALFORMED,
			      "another part than was asked for", err);
	part = calloc(1, sizeof(*part));
	if (part == NULL)
		return refuse(want, STATUS_NO_MEMORY, "out of memory", err);
	part->path = want->path;
	part->generation = want->generation;
	part->job = want->job;
	part->need = want->need;
	part->whole = from == 0;
	part->width = want->path.width - (part->whole ? 0 : want->known);
	status = take_body(want, part, body, from, zstd, err);
	if (status == STATUS_OK && want->path.kind == TILE_HASHES)
		status = check_tile(want, part, err);
	else if (status == STATUS_OK)
		status = check_bundle(want, part,
				      zstd ? body : (struct bytes){ 0 }, err);
	if (status != STATUS_OK) {
		intake_part_free(part);
		return status;
	}
	*out = part;
	return STATUS_OK;
}
