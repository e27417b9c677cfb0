/* What an intake does when a stage has all it asked for. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/intake_inside.h"
#include "catalog/log_rows.h"
#include "catalog/sql.h"
#include "proto/bundle.h"

/* Up to so many bundles are fetched and tried without tiles. */
enum { DIRECT_BUNDLES = 4 };

uint64_t intake_own_bundles(const struct intake *in)
{
	return in->log.size / BUNDLE_ENTRIES;
}

uint64_t intake_new_bundles(const struct intake *in)
{
	return in->size / BUNDLE_ENTRIES;
}

void intake_drop_jobs(struct intake *in)
{
	for (size_t i = 0; i < in->job_count; i++)
		intake_part_free(in->jobs[i].part);
	free(in->jobs);
	in->jobs = NULL;
	in->job_count = 0;
}

static enum status no_memory(struct err *err)
{
	return err_set(err, STATUS_NO_MEMORY, "intake: out of memory");
}

/* Replace the jobs by `count` new ones, for the caller to fill. */
static enum status enter(struct intake *in, enum intake_stage stage,
			 size_t count, struct err *err)
{
	struct intake_job *jobs = calloc(count + 1, sizeof(*jobs));

	if (jobs == NULL)
		return no_memory(err);
	intake_drop_jobs(in);
	in->jobs = jobs;
	in->job_count = count;
	in->stage = stage;
	in->generation++;
	in->first_waiting = 0;
	in->under_way = 0;
	in->here = 0;
	return STATUS_OK;
}

static void want_bundle(struct intake *in, size_t job, uint64_t n)
{
	in->jobs[job].path = (struct tile_path){
		.kind = TILE_ENTRIES,
		.n = n,
		.width = tile_width_at(0, n, in->size),
	};
}

static void want_tile(struct intake *in, size_t job, uint64_t n)
{
	in->jobs[job].path = (struct tile_path){
		.kind = TILE_HASHES,
		.level = 1,
		.n = n,
		.width = tile_width_at(1, n, in->size),
	};
}

/* Level-1 tiles that have bundles we lack, then the partial last bundle. */
static enum status enter_edge(struct intake *in, struct err *err)
{
	uint64_t bundles = intake_new_bundles(in);
	uint64_t first = intake_own_bundles(in) / TILE_WIDTH;
	uint64_t end = (bundles + TILE_WIDTH - 1) / TILE_WIDTH;
	bool partial = in->size % BUNDLE_ENTRIES != 0;
	size_t tiles = end > first ? (size_t)(end - first) : 0;
	enum status status = enter(in, INTAKE_EDGE, tiles + partial, err);

	if (status != STATUS_OK)
		return status;
	buf_clear(&in->level1);
	in->level1_first = first * TILE_WIDTH;
	intake_part_free(in->last);
	in->last = NULL;
	in->verified = 0;
	for (size_t i = 0; i < tiles; i++)
		want_tile(in, i, first + i);
	if (partial)
		want_bundle(in, tiles, bundles);
	return STATUS_OK;
}

enum status intake_begin(struct intake *in, struct err *err)
{
	uint64_t first = intake_own_bundles(in);
	uint64_t end = (in->size + BUNDLE_ENTRIES - 1) / BUNDLE_ENTRIES;
	enum status status;

	if (end - first > DIRECT_BUNDLES)
		return enter_edge(in, err);
	status = enter(in, INTAKE_DIRECT, (size_t)(end - first), err);
	for (size_t i = 0; status == STATUS_OK && i < in->job_count; i++)
		want_bundle(in, i, first + i);
	return status;
}

bool intake_extends_own(const struct intake *in,
			const struct intake_part *part)
{
	return part->path.n != intake_own_bundles(in) ||
	       (part->raw.size >= in->head.size &&
		(in->head.size == 0 ||
		 memcmp(part->raw.data, in->head.data, in->head.size) == 0));
}

/* Grow the range by a complete bundle part. */
static void append_part(struct compact_range *range,
			const struct intake_part *part)
{
	if (part->width == BUNDLE_ENTRIES) {
		compact_range_append_subtree(range, 8, part->hash);
		return;
	}
	for (size_t i = 0; i < part->width; i++)
		compact_range_append(range,
				     part->leaves.data + i * SHA256_SIZE);
}

static bool root_is_signed(const struct intake *in,
			   const struct compact_range *range)
{
	uint8_t root[SHA256_SIZE];

	assert(range->size == in->size);
	compact_range_root(range, root);
	return memcmp(root, in->root, sizeof(root)) == 0;
}

static enum status direct_ends(struct intake *in, struct err *err)
{
	struct compact_range range = in->own;

	for (size_t i = 0; i < in->job_count; i++) {
		if (!intake_extends_own(in, in->jobs[i].part))
			return enter_edge(in, err);
		append_part(&range, in->jobs[i].part);
	}
	if (!root_is_signed(in, &range))
		return enter_edge(in, err);
	/* The jobs keep their parts for the commit. */
	in->stage = INTAKE_READY;
	in->generation++;
	in->verified = in->size - in->log.size;
	return STATUS_OK;
}

/* The whole tree: what is ours up to `from` full bundles, the rest theirs. */
static bool tree_is_signed(const struct intake *in,
			   const struct compact_range *ours, uint64_t from)
{
	struct compact_range range = *ours;

	assert(from >= in->level1_first || from == intake_new_bundles(in));
	for (uint64_t n = from; n < intake_new_bundles(in); n++)
		compact_range_append_subtree(
			&range, 8,
			in->level1.data +
				(n - in->level1_first) * SHA256_SIZE);
	if (in->last != NULL)
		append_part(&range, in->last);
	return root_is_signed(in, &range);
}

/* Those that an earlier intake has left, each under the hash that is now
 * proven: bundle and hash were written together after a check like ours. */
static enum status find_stored(struct intake *in, struct err *err)
{
	static const char find[] =
		"SELECT s.n, s.hash FROM subtrees s JOIN bundles b"
		" ON b.key = (s.log << 40 | s.n)"
		" WHERE s.log = ? AND s.level = 1 AND s.n >= ? AND s.n < ?"
		" AND b.width = 256";
	uint64_t first = intake_own_bundles(in);
	struct sql q;

	sql_start(&q, in->catalog, find);
	sql_put_int(&q, in->log.id);
	sql_put_int(&q, (int64_t)first);
	sql_put_int(&q, (int64_t)intake_new_bundles(in));
	while (sql_next(&q)) {
		uint64_t n = (uint64_t)sql_int(&q, 0);
		struct bytes proven = { in->level1.data +
						(n - in->level1_first) *
							SHA256_SIZE,
					SHA256_SIZE };

		if (!bytes_equal(sql_blob(&q, 1), proven))
			continue;
		in->jobs[n - first].state = JOB_HERE;
		in->here++;
	}
	return sql_finish(&q, err);
}

static enum status enter_bundles(struct intake *in, struct err *err)
{
	uint64_t first = intake_own_bundles(in);
	uint64_t end = intake_new_bundles(in);
	enum status status = enter(in, INTAKE_BUNDLES,
				   (size_t)(end - first), err);

	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < in->job_count; i++)
		want_bundle(in, i, first + i);
	status = find_stored(in, err);
	if (status != STATUS_OK)
		return status;
	in->verified = in->here * (uint64_t)BUNDLE_ENTRIES;
	if (in->here == in->job_count)
		return intake_stage_ends(in, err);
	return STATUS_OK;
}

static enum status source_lies(struct intake *in, struct err *err)
{
	enum status status = enter_edge(in, err);

	return status != STATUS_OK ?
		       status :
		       err_set(err, STATUS_DAMAGED,
			       "%s: tile/1 and the last bundle do not hash to "
			       "the signed root",
			       in->log.origin);
}

/* Two histories. The log is stopped at once; what others need to be convinced
 * is asked for after that, and had or not. */
static enum status two_histories(struct intake *in, struct err *err)
{
	static const char why[] = "the signed tree does not begin with the "
				  "entries that are here";
	struct err told = ERR_INIT;
	enum status status;

	if (intake_sees_their_edge(in))
		return intake_forked_here(in, NULL, why, err);
	status = intake_forked_here(in, NULL, why, &told);
	if (status == STATUS_FORKED)
		status = enter(in, INTAKE_PROOF, 1, err);
	else
		*err = told;
	if (status == STATUS_OK)
		want_bundle(in, 0, intake_own_bundles(in));
	return status;
}

/* All of level 1 is theirs: is there another tree under the signature? */
static enum status judge(struct intake *in, struct err *err)
{
	struct compact_range nothing;

	compact_range_init(&nothing);
	if (in->log.size > 0 && tree_is_signed(in, &nothing, 0))
		return two_histories(in, err);
	return source_lies(in, err);
}

static enum status enter_probe(struct intake *in, struct err *err)
{
	size_t tiles = (size_t)(in->level1_first / TILE_WIDTH);
	enum status status = enter(in, INTAKE_PROBE, tiles, err);

	for (size_t i = 0; status == STATUS_OK && i < tiles; i++)
		want_tile(in, i, i);
	return status;
}

/* Move the tiles of the stage in front of the level-1 hashes there are. */
static enum status collect_tiles(struct intake *in, struct buf *level1,
				 struct err *err)
{
	for (size_t i = 0; i < in->job_count; i++)
		if (in->jobs[i].path.kind == TILE_HASHES)
			buf_put_bytes(level1,
				      buf_bytes(&in->jobs[i].part->raw));
	buf_put_bytes(level1, buf_bytes(&in->level1));
	if (buf_status(level1) != STATUS_OK) {
		buf_release(level1);
		return no_memory(err);
	}
	buf_release(&in->level1);
	in->level1 = *level1;
	/* Once only, should the stage have to end again. */
	for (size_t i = 0; i < in->job_count; i++)
		if (in->jobs[i].path.kind == TILE_HASHES)
			buf_release(&in->jobs[i].part->raw);
	return STATUS_OK;
}

static enum status edge_ends(struct intake *in, struct err *err)
{
	struct buf level1 = BUF_INIT;
	struct intake_job *last = in->job_count == 0 ?
					  NULL :
					  &in->jobs[in->job_count - 1];
	enum status status = collect_tiles(in, &level1, err);

	if (status != STATUS_OK)
		return status;
	if (last != NULL && last->path.kind == TILE_ENTRIES &&
	    last->part != NULL) {
		in->last = last->part;
		last->part = NULL;
	}
	if (tree_is_signed(in, &in->own, intake_own_bundles(in))) {
		if (in->last != NULL && !intake_extends_own(in, in->last))
			return intake_forked_here(in, NULL,
						  "the signed last bundle does "
						  "not begin with the entries "
						  "that are here",
						  err);
		return enter_bundles(in, err);
	}
	return in->level1_first > 0 ? enter_probe(in, err) : judge(in, err);
}

static enum status probe_ends(struct intake *in, struct err *err)
{
	struct buf level1 = BUF_INIT;
	enum status status = collect_tiles(in, &level1, err);

	if (status != STATUS_OK)
		return status;
	in->level1_first = 0;
	return judge(in, err);
}

enum status intake_stage_ends(struct intake *in, struct err *err)
{
	switch (in->stage) {
	case INTAKE_DIRECT:
		return direct_ends(in, err);
	case INTAKE_EDGE:
		return edge_ends(in, err);
	case INTAKE_PROBE:
		return probe_ends(in, err);
	case INTAKE_BUNDLES:
		intake_drop_jobs(in);
		in->stage = INTAKE_READY;
		in->generation++;
		in->verified = in->size - in->log.size;
		return STATUS_OK;
	case INTAKE_PROOF:
		return intake_forked_here(in, in->jobs[0].part,
					  "the signed tree does not begin with "
					  "the entries that are here",
					  err);
	case INTAKE_READY:
		break;
	}
	return STATUS_OK;
}
