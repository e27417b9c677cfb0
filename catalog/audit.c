/* The order of the audit lets every damage be named: the right edge of the
 * tree against the signed root; each full hash tile, from the top down,
 * against its hash in the level above; each bundle against its tile of
 * level 0. Without tiles there is only the root at the end. */
#include "catalog/audit.h"

#include <stdio.h>
#include <string.h>

#include "catalog/merkle.h"
#include "proto/bundle.h"
#include "proto/tilepath.h"

enum { LEVELS = 8 };

struct audit {
	const struct audit_options *options;
	struct audit_result result;
	/* The proven hashes of levels 1 and above; level 0 goes by. */
	struct buf levels[LEVELS];
	struct buf edge[LEVELS]; /* the partial tile of each level */
	struct buf scratch;
};

static enum status damaged(const char *path, const char *why, struct err *err)
{
	return err_set(err, STATUS_DAMAGED, "%s: %s", path, why);
}

/* Read one resource at the width that is needed; the full one may stand in for
 * a partial. */
static enum status read_path(struct audit *a, const struct tile_path *where,
			     struct buf *out, char path[TILE_PATH_MAX + 1],
			     struct err *err)
{
	size_t each = where->kind == TILE_ENTRIES ? 2 + ENTRY_SIZE_MAX :
						    SHA256_SIZE;
	struct tile_path full = *where;
	enum status status;
	size_t end;

	full.width = TILE_WIDTH;
	buf_clear(out);
	tile_path_format(where, path);
	status = a->options->read(a->options->owner, path, each * where->width,
				  out, err);
	if (status == STATUS_NOT_FOUND && where->width < TILE_WIDTH) {
		tile_path_format(&full, path);
		buf_clear(out);
		status = a->options->read(a->options->owner, path,
					  each * TILE_WIDTH, out, err);
		if (status == STATUS_NOT_FOUND)
			tile_path_format(where, path);
	} else {
		full.width = where->width;
	}
	if (status == STATUS_NOT_FOUND)
		return damaged(path, "missing", err);
	if (status == STATUS_MALFORMED)
		return damaged(path, "longer than it can be", err);
	if (status != STATUS_OK)
		return status;
	if (buf_status(out) != STATUS_OK)
		return err_set(err, STATUS_NO_MEMORY, "audit: out of memory");
	a->result.bytes += out->size;
	if (where->kind == TILE_ENTRIES) {
		if (bundle_check(buf_bytes(out), full.width, ENTRY_SIZE_MAX) !=
			    STATUS_OK ||
		    bundle_offset(buf_bytes(out), where->width, &end) !=
			    STATUS_OK)
			return damaged(path, "not that many entries", err);
	} else if (out->size != full.width * (size_t)SHA256_SIZE) {
		return damaged(path, "not that many hashes", err);
	} else {
		end = where->width * (size_t)SHA256_SIZE;
	}
	out->size = end;
	if (where->kind == TILE_ENTRIES)
		a->result.bundles++;
	else
		a->result.tiles++;
	return STATUS_OK;
}

static enum status read_checkpoint(struct audit *a, struct err *err)
{
	const struct audit_options *o = a->options;
	enum status status;

	buf_clear(&a->scratch);
	status = o->read(o->owner, "checkpoint", CHECKPOINT_NOTE_MAX,
			 &a->scratch, err);
	if (status == STATUS_NOT_FOUND)
		return damaged("checkpoint", "missing", err);
	if (status == STATUS_OK && buf_status(&a->scratch) != STATUS_OK)
		return err_set(err, STATUS_NO_MEMORY, "audit: out of memory");
	if (status != STATUS_OK)
		return err_wrap(err, "checkpoint");
	a->result.bytes += a->scratch.size;
	status = checkpoint_open_to(buf_bytes(&a->scratch), o->origin, o->keys,
				    o->key_count, o->end,
				    &a->result.checkpoint);
	if (status != STATUS_OK)
		return err_set(err, status, "checkpoint of %s: %s", o->origin,
			       status_text(status));
	return STATUS_OK;
}

static enum status compare_root(struct audit *a,
				const struct compact_range *range,
				const char *what, struct err *err)
{
	uint8_t root[SHA256_SIZE];

	compact_range_root(range, root);
	if (memcmp(root, a->result.checkpoint.root, sizeof(root)) != 0)
		return damaged(what, "not what was signed in the checkpoint",
			       err);
	return STATUS_OK;
}

static enum status audit_edge(struct audit *a, struct err *err)
{
	struct compact_range range;
	char path[TILE_PATH_MAX + 1], names[256] = "";
	uint64_t size = a->result.checkpoint.size;
	enum status status;

	compact_range_init(&range);
	for (unsigned level = LEVELS; level-- > 0;) {
		uint64_t hashes = size >> (8 * level);
		struct tile_path where = {
			.kind = TILE_HASHES,
			.level = level,
			.n = hashes / TILE_WIDTH,
			.width = (unsigned)(hashes % TILE_WIDTH),
		};

		if (where.width == 0)
			continue;
		status = read_path(a, &where, &a->edge[level], path, err);
		if (status != STATUS_OK)
			return status;
		(void)snprintf(names + strlen(names),
			       sizeof(names) - strlen(names), "%s%s",
			       names[0] == 0 ? "" : " or ", path);
		for (unsigned i = 0; i < where.width; i++)
			compact_range_append_subtree(
				&range, 8 * level,
				a->edge[level].data + i * SHA256_SIZE);
	}
	return compare_root(a, &range, names[0] == 0 ? "checkpoint" : names,
			    err);
}

static enum status check_tile(struct audit *a, const struct tile_path *where,
			      const uint8_t *expected, struct buf *out,
			      struct err *err)
{
	uint8_t hashes[TILE_WIDTH * SHA256_SIZE], hash[SHA256_SIZE];
	char path[TILE_PATH_MAX + 1];
	enum status status = read_path(a, where, out, path, err);

	if (status != STATUS_OK)
		return status;
	memcpy(hashes, out->data, sizeof(hashes));
	merkle_fold(hashes, TILE_WIDTH, hash);
	if (memcmp(hash, expected, sizeof(hash)) != 0)
		return damaged(path, "not what the level above says", err);
	return STATUS_OK;
}

/* The full tiles of a level, each by its hash in the level above. */
static enum status audit_level(struct audit *a, unsigned level,
			       struct err *err)
{
	struct tile_path where = { .kind = TILE_HASHES, .level = level,
				   .width = TILE_WIDTH };
	const struct buf *above = &a->levels[level + 1];
	uint64_t full = level + 1 == LEVELS ?
				0 :
				a->result.checkpoint.size >> (8 * (level + 1));
	enum status status = STATUS_OK;

	for (where.n = 0; status == STATUS_OK && where.n < full; where.n++) {
		status = check_tile(a, &where,
				    above->data + where.n * SHA256_SIZE,
				    &a->scratch, err);
		if (status == STATUS_OK)
			buf_put_bytes(&a->levels[level],
				      buf_bytes(&a->scratch));
	}
	buf_put_bytes(&a->levels[level], buf_bytes(&a->edge[level]));
	if (status == STATUS_OK && buf_status(&a->levels[level]) != STATUS_OK)
		return err_set(err, STATUS_NO_MEMORY, "audit: out of memory");
	return status;
}

/* Compare the entries of a bundle with their leaf hashes. */
static enum status compare_leaves(const char *path, struct bytes bundle,
				  struct bytes leaves, struct err *err)
{
	uint8_t leaf[SHA256_SIZE];
	struct bytes_reader r;
	struct bytes entry;

	bytes_reader_init(&r, bundle);
	for (size_t i = 0; bundle_next(&r, &entry) == STATUS_OK; i++) {
		merkle_leaf(entry, leaf);
		if (memcmp(leaf, leaves.data + i * SHA256_SIZE,
			   sizeof(leaf)) != 0)
			return err_set(err, STATUS_DAMAGED,
				       "%s: its entry %zu is not the one that "
				       "was signed",
				       path, i);
	}
	return STATUS_OK;
}

static void tell_progress(const struct audit *a, uint64_t done)
{
	if (a->options->progress != NULL)
		a->options->progress(a->options->owner, done,
				     a->result.checkpoint.size);
}

static enum status audit_bundles(struct audit *a, struct err *err)
{
	struct tile_path where = { .kind = TILE_ENTRIES };
	struct buf entries = BUF_INIT;
	struct compact_range range;
	char path[TILE_PATH_MAX + 1];
	uint64_t done = 0;
	enum status status = STATUS_OK;

	compact_range_init(&range);
	for (; status == STATUS_OK && done < a->result.checkpoint.size;
	     where.n++) {
		struct buf *leaves = &a->scratch;

		where.width =
			tile_width_at(0, where.n, a->result.checkpoint.size);
		if (!a->options->no_tiles && where.width < TILE_WIDTH) {
			leaves = &a->edge[0];
		} else if (!a->options->no_tiles) {
			struct tile_path tile = where;

			tile.kind = TILE_HASHES;
			status = check_tile(a, &tile,
					    a->levels[1].data +
						    where.n * SHA256_SIZE,
					    leaves, err);
		}
		if (status == STATUS_OK)
			status = read_path(a, &where, &entries, path, err);
		if (status == STATUS_OK && a->options->no_tiles)
			compact_range_append_bundle(&range,
						    buf_bytes(&entries));
		else if (status == STATUS_OK)
			status = compare_leaves(path, buf_bytes(&entries),
						buf_bytes(leaves), err);
		done += where.width;
		if (status == STATUS_OK)
			tell_progress(a, done);
	}
	buf_release(&entries);
	if (status == STATUS_OK && a->options->no_tiles)
		status = compare_root(a, &range, "tile/entries", err);
	return status;
}

enum status audit_log(const struct audit_options *options,
		      struct audit_result *result, struct err *err)
{
	struct audit a = { .options = options };
	enum status status = read_checkpoint(&a, err);

	if (status == STATUS_OK && !options->no_tiles)
		status = audit_edge(&a, err);
	for (unsigned level = LEVELS - 1;
	     status == STATUS_OK && !options->no_tiles && level > 0;
	     level--)
		status = audit_level(&a, level, err);
	if (status == STATUS_OK)
		status = audit_bundles(&a, err);
	for (unsigned level = 0; level < LEVELS; level++) {
		buf_release(&a.levels[level]);
		buf_release(&a.edge[level]);
	}
	buf_release(&a.scratch);
	if (status == STATUS_OK)
		*result = a.result;
	return status;
}
