#include "catalog/intake.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/intake_inside.h"
#include "catalog/log_rows.h"
#include "proto/bundle.h"

enum {
	/* What the wants under way may bring at once, in bytes. */
	UNDER_WAY_BYTES = 64 << 20,
	ENTRIES_EVER_MAX = INT32_MAX
};

/* --- opening --- */

/* A head from beyond the end: it counts for nothing, and shows who signed
 * it. */
static enum status keep_beyond(struct catalog *c, const struct log_info *log,
			       struct bytes note, uint64_t now_s,
			       struct err *err)
{
	struct buf ours = BUF_INIT;
	struct err ignored = ERR_INIT;
	enum status status;

	(void)log_read_note(c, log->id, &ours, &ignored);
	status = log_keep_evidence(c,
				   &(struct log_evidence){
					   .log = log->id,
					   .found_s = now_s,
					   .why = LOG_EVIDENCE_BEYOND,
					   .ours = buf_bytes(&ours),
					   .theirs = note },
				   err);
	buf_release(&ours);
	return status;
}

/* The note's checkpoint, if it is one of this log that counts. */
static enum status open_note(struct catalog *c, const struct log_info *log,
			     struct bytes note,
			     const struct intake_options *options,
			     struct checkpoint *head, struct err *err)
{
	enum status status = checkpoint_open_to(note, log->origin,
						options->keys,
						options->key_count,
						options->cutoff, head);

	if (status != STATUS_OK)
		return err_set(err, status, "checkpoint of %s: %s",
			       log->origin, status_text(status));
	/* Our own key signed it: never sign below it again, even if it cannot
	 * be had any more. */
	if (log->own && head->size > log->seen)
		return log_rows_set_seen(c, log->id, head->size, err);
	return STATUS_OK;
}

/* Is this the note of log_end_note()? */
static bool stands_in(const struct buf *note, const struct checkpoint *head)
{
	struct buf unsigned_note = BUF_INIT;
	bool same = log_end_note(head, &unsigned_note) == STATUS_OK &&
		    bytes_equal(buf_bytes(note), buf_bytes(&unsigned_note));

	buf_release(&unsigned_note);
	return same;
}

/* A head of no more than what is here: is it an earlier state of it? */
static enum status compare_old(struct catalog *c, const struct log_info *log,
			       struct bytes note, bool note_fits,
			       const struct checkpoint *head,
			       const struct intake_options *options,
			       struct err *err)
{
	const struct checkpoint *cutoff = options->cutoff;
	struct buf stored = BUF_INIT;
	uint8_t root[SHA256_SIZE];
	bool better;
	enum status status = log_root_at(c, log->id, head->size, root, err);

	if (status != STATUS_OK)
		return status;
	/* Where a log was ended it is known which history counts: another one
	 * by its key is nothing new, and no fault of who shows it. */
	if (memcmp(root, head->root, sizeof(root)) != 0 && cutoff != NULL &&
	    head->size < cutoff->size)
		return STATUS_OLD;
	if (memcmp(root, head->root, sizeof(root)) != 0)
		return intake_forked(c, log, note, options,
				     head->size == log->size ?
					     "two roots of one size" :
					     "another root at a size that is "
					     "held",
				     err);
	if (head->size < log->size || !note_fits)
		return STATUS_OLD;
	/* The same head; the first of an empty log has no note yet, and one
	 * that was ended perhaps none that anybody signed. */
	status = log_read_note(c, log->id, &stored, err);
	better = status == STATUS_NOT_FOUND || stands_in(&stored, head);
	buf_release(&stored);
	if (better)
		status = log_rows_move(c, log->id, head->size, head->root,
				       note, err);
	return status == STATUS_OK ? STATUS_OLD : status;
}

/* Load what is needed of our own tree. */
static enum status load_own(struct intake *in, struct err *err)
{
	unsigned width = (unsigned)(in->log.size % BUNDLE_ENTRIES);
	uint64_t n = intake_own_bundles(in);
	bool is_zstd;
	enum status status =
		log_rows_range(in->catalog, in->log.id, n, &in->own, err);

	if (status != STATUS_OK || width == 0)
		return status;
	status = log_rows_bundle(in->catalog, in->log.id, n, width, false,
				 &in->head, &is_zstd, err);
	if (status == STATUS_NOT_FOUND ||
	    (status == STATUS_OK &&
	     bundle_check(buf_bytes(&in->head), width, ENTRY_SIZE_MAX) !=
		     STATUS_OK))
		return log_rows_damaged("bundle", in->log.id, n, err);
	return status;
}

static void set_limits(struct intake *in, const struct intake_options *options)
{
	in->entry_max = ENTRY_SIZE_MAX;
	if (options->entry_bytes_max > 0 &&
	    options->entry_bytes_max < ENTRY_SIZE_MAX)
		in->entry_max = (size_t)options->entry_bytes_max;
	in->parallel =
		UNDER_WAY_BYTES / (BUNDLE_ENTRIES * (in->entry_max + 2));
	if (in->parallel > INTAKE_PARALLEL)
		in->parallel = INTAKE_PARALLEL;
	in->now_s = options->now_s;
	in->ended = options->cutoff != NULL;
	in->authority = options->authority;
}

static enum status start(struct intake **out, struct catalog *c,
			 const struct log_info *log, struct bytes note,
			 bool note_fits, const struct checkpoint *head,
			 const struct intake_options *options, struct err *err)
{
	struct intake *in = calloc(1, sizeof(*in));
	enum status status;

	if (in == NULL)
		return err_set(err, STATUS_NO_MEMORY, "intake: out of memory");
	in->catalog = c;
	in->log = *log;
	in->size = head->size;
	memcpy(in->root, head->root, sizeof(in->root));
	in->note_fits = note_fits;
	if (note_fits)
		buf_put_bytes(&in->note, note);
	else
		(void)log_end_note(head, &in->note);
	set_limits(in, options);
	status = buf_status(&in->note);
	if (status != STATUS_OK)
		(void)err_set(err, status, "intake: out of memory");
	if (status == STATUS_OK)
		status = load_own(in, err);
	if (status == STATUS_OK)
		status = intake_begin(in, err);
	if (status != STATUS_OK) {
		intake_free(in);
		return status;
	}
	*out = in;
	return STATUS_OK;
}

enum status intake_open(struct intake **out, struct catalog *c, int64_t id,
			struct bytes note, const struct intake_options *options,
			struct err *err)
{
	uint64_t entries_max = options->entries_max > 0 ? options->entries_max :
							  INTAKE_ENTRIES_MAX;
	const struct checkpoint *cutoff = options->cutoff;
	bool note_fits = true;
	struct log_info log;
	struct checkpoint head;
	enum status status = log_get(c, id, &log, err);

	if (status == STATUS_NOT_FOUND)
		return err_set(err, status, "no log %lld", (long long)id);
	if (status != STATUS_OK)
		return status;
	if (log.forked)
		return err_set(err, STATUS_FORKED,
			       "%s was found forked and is not followed",
			       log.origin);
	status = open_note(c, &log, note, options, &head, err);
	if (status != STATUS_OK)
		return status;
	if (cutoff != NULL && head.size >= cutoff->size) {
		if (head.size == cutoff->size &&
		    memcmp(head.root, cutoff->root, SHA256_SIZE) != 0)
			return err_set(err, STATUS_UNTRUSTED,
				       "%s was ended at another root of size "
				       "%llu",
				       log.origin,
				       (unsigned long long)cutoff->size);
		note_fits = head.size == cutoff->size;
		if (!note_fits)
			status = keep_beyond(c, &log, note, options->now_s,
					     err);
		if (status != STATUS_OK)
			return status;
		head.size = cutoff->size;
		memcpy(head.root, cutoff->root, SHA256_SIZE);
	}
	if (head.size <= log.size)
		return compare_old(c, &log, note, note_fits, &head, options,
				   err);
	if (head.size > entries_max || head.size > ENTRIES_EVER_MAX)
		return err_set(err, STATUS_OUT_OF_SCOPE,
			       "%s has %llu entries (at most %llu)", log.origin,
			       (unsigned long long)head.size,
			       (unsigned long long)entries_max);
	return start(out, c, &log, note, note_fits, &head, options, err);
}

void intake_free(struct intake *in)
{
	if (in == NULL)
		return;
	intake_drop_jobs(in);
	intake_part_free(in->last);
	buf_release(&in->level1);
	buf_release(&in->head);
	buf_release(&in->note);
	free(in);
}

/* --- wants --- */

uint64_t intake_size(const struct intake *in)
{
	return in->size;
}

uint64_t intake_progress(const struct intake *in)
{
	return in->log.size + in->verified;
}

bool intake_done(const struct intake *in)
{
	return in->stage == INTAKE_READY;
}

/* The job a want or part stands for; NULL when its stage is over. */
static struct intake_job *job_of(struct intake *in, unsigned generation,
				 size_t job)
{
	if (generation != in->generation || in->stage == INTAKE_READY)
		return NULL;
	assert(job < in->job_count);
	return &in->jobs[job];
}

static void job_waits(struct intake *in, struct intake_job *job)
{
	if (job->state != JOB_UNDER_WAY)
		return;
	job->state = JOB_WAITING;
	in->under_way--;
	if ((size_t)(job - in->jobs) < in->first_waiting)
		in->first_waiting = (size_t)(job - in->jobs);
}

static void describe(const struct intake *in, size_t index,
		     struct intake_want *want)
{
	const struct intake_job *job = &in->jobs[index];
	struct intake_want w = { .path = job->path,
				 .generation = in->generation,
				 .job = index,
				 .need = job->path.width,
				 .entry_max = in->entry_max };

	if (job->ask_full)
		w.path.width = TILE_WIDTH;
	w.size_max = job->path.kind == TILE_ENTRIES ?
			     w.path.width * (uint64_t)(2 + in->entry_max) :
			     w.path.width * (uint64_t)SHA256_SIZE;
	if (in->stage == INTAKE_DIRECT &&
	    job->path.n == intake_own_bundles(in) && in->head.size > 0) {
		w.from = in->head.size;
		w.known = (unsigned)(in->log.size % BUNDLE_ENTRIES);
		/* Older entries may be longer than is permitted now. */
		w.size_max += w.from;
	}
	if (in->stage == INTAKE_BUNDLES || in->stage == INTAKE_PROOF) {
		w.proven = true;
		memcpy(w.hash,
		       in->level1.data + (job->path.n - in->level1_first) *
						 SHA256_SIZE,
		       sizeof(w.hash));
	}
	*want = w;
}

enum status intake_next(struct intake *in, struct intake_want *want,
			struct err *err)
{
	enum status status;

	/* A stage without jobs (or whose end failed for want of memory) ends
	 * here. */
	while (in->stage != INTAKE_READY && in->here == in->job_count) {
		status = intake_stage_ends(in, err);
		if (status != STATUS_OK)
			return status;
	}
	if (in->stage == INTAKE_READY || in->under_way >= in->parallel)
		return STATUS_NOT_FOUND;
	for (size_t i = in->first_waiting; i < in->job_count; i++) {
		in->first_waiting = i;
		if (in->jobs[i].state != JOB_WAITING)
			continue;
		in->jobs[i].state = JOB_UNDER_WAY;
		in->under_way++;
		in->first_waiting = i + 1;
		describe(in, i, want);
		return STATUS_OK;
	}
	return STATUS_NOT_FOUND;
}

enum status intake_missing(struct intake *in, const struct intake_want *want)
{
	struct intake_job *job = job_of(in, want->generation, want->job);

	if (job == NULL)
		return STATUS_OK;
	job_waits(in, job);
	if (in->stage == INTAKE_PROOF)
		return STATUS_FORKED;
	/* A full one whose partial was not there either: ask for the partial
	 * again next time, perhaps of somebody else. */
	job->ask_full = !job->ask_full && job->path.width < TILE_WIDTH;
	return job->ask_full ? STATUS_OK : STATUS_NOT_FOUND;
}

void intake_return(struct intake *in, const struct intake_want *want)
{
	struct intake_job *job = job_of(in, want->generation, want->job);

	if (job != NULL)
		job_waits(in, job);
}

/* --- parts --- */

/* Write a bundle, and its hash when it is full. */
static enum status store_part(struct intake *in, const struct intake_part *part,
			      struct err *err)
{
	bool full = part->width == BUNDLE_ENTRIES;
	struct bundle_row row = { .width = part->width,
				  .raw_size = part->raw.size,
				  .zstd = full,
				  .data = buf_bytes(full ? &part->frame :
							   &part->raw) };
	enum status status = log_rows_put_bundle(in->catalog, in->log.id,
						 part->path.n, &row, err);

	if (status == STATUS_OK && full)
		status = log_rows_put_subtree(in->catalog, in->log.id, 1,
					      part->path.n, part->hash, err);
	return status;
}

/* A proven full bundle goes to disk at once, unseen behind the log's size. */
static enum status keep_proven(struct intake *in,
			       const struct intake_part *part, struct err *err)
{
	bool inside = catalog_in_transaction(in->catalog);
	enum status status = STATUS_OK;

	if (!intake_extends_own(in, part))
		return intake_forked_here(in, part,
					  "a signed bundle does not begin with "
					  "the entries that are here",
					  err);
	if (!inside)
		status = catalog_begin(in->catalog, CATALOG_DERIVED, err);
	if (status == STATUS_OK)
		status = store_part(in, part, err);
	if (status == STATUS_OK && !inside)
		return catalog_commit(in->catalog, err);
	if (status != STATUS_OK && !inside)
		catalog_rollback(in->catalog);
	return status;
}

enum status intake_accept(struct intake *in, struct intake_part *part,
			  struct err *err)
{
	struct intake_job *job = job_of(in, part->generation, part->job);
	enum status status;

	if (job == NULL || job->state == JOB_HERE) {
		intake_part_free(part);
		return STATUS_OK;
	}
	status = intake_part_complete(part, buf_bytes(&in->head));
	if (status != STATUS_OK)
		(void)err_set(err, status, "intake: out of memory");
	else if (in->stage == INTAKE_BUNDLES)
		status = keep_proven(in, part, err);
	job_waits(in, job);
	if (status != STATUS_OK) {
		intake_part_free(part);
		return status;
	}
	job->state = JOB_HERE;
	in->here++;
	if (in->stage == INTAKE_BUNDLES) {
		in->verified += BUNDLE_ENTRIES;
		intake_part_free(part);
	} else {
		job->part = part;
	}
	return in->here == in->job_count ? intake_stage_ends(in, err) :
					   STATUS_OK;
}

enum status intake_supply(struct intake *in, const struct intake_want *want,
			  struct bytes body, uint64_t from, bool zstd,
			  struct err *err)
{
	struct intake_part *part;
	enum status status = intake_check(want, body, from, zstd, &part, err);

	if (status != STATUS_OK) {
		intake_return(in, want);
		return status;
	}
	return intake_accept(in, part, err);
}

/* --- the end --- */

static enum status commit_inside(struct intake *in, struct err *err)
{
	struct log_info now;
	enum status status = log_get(in->catalog, in->log.id, &now, err);

	if (status == STATUS_NOT_FOUND ||
	    (status == STATUS_OK && (now.size != in->log.size || now.forked)))
		return err_set(err, STATUS_OLD, "%s has moved meanwhile",
			       in->log.origin);
	for (size_t i = 0; status == STATUS_OK && i < in->job_count; i++)
		status = store_part(in, in->jobs[i].part, err);
	if (status == STATUS_OK && in->last != NULL)
		status = store_part(in, in->last, err);
	if (status == STATUS_OK)
		status = log_rows_fill_levels(in->catalog, in->log.id,
					      in->log.size, in->size, err);
	if (status == STATUS_OK)
		status = log_rows_move(in->catalog, in->log.id, in->size,
				       in->root,
				       buf_bytes(&in->note), err);
	return status;
}

enum status intake_commit(struct intake *in, struct err *err)
{
	enum status status;

	assert(intake_done(in));

	if (catalog_in_transaction(in->catalog))
		return commit_inside(in, err);
	status = catalog_begin(in->catalog, CATALOG_DURABLE, err);
	if (status != STATUS_OK)
		return status;
	status = commit_inside(in, err);
	if (status == STATUS_OK)
		return catalog_commit(in->catalog, err);
	catalog_rollback(in->catalog);
	return status;
}
