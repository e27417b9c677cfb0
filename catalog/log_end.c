/* The end of a log, as a trust note or a parent's log names it: at a size, with
 * the root there. */
#include <string.h>

#include "catalog/again.h"
#include "catalog/log_rows.h"
#include "catalog/sql.h"

/* A signature line of no key: readers pass over it, as they must over those of
 * keys they do not know. */
#define NOBODY_SIGNED "\n\xe2\x80\x94 xiangtu-cutoff AAAAAAA=\n"

enum status log_end_note(const struct checkpoint *end, struct buf *out)
{
	checkpoint_format(end, out);
	buf_puts(out, NOBODY_SIGNED);
	return buf_status(out);
}

static enum status run_for(struct catalog *c, const char *text, int64_t id,
			   struct err *err)
{
	struct sql q;

	sql_start(&q, c, text);
	sql_put_int(&q, id);
	return sql_run(&q, err);
}

static enum status begin_anew(struct catalog *c, int64_t id, struct err *err)
{
	static const char bundles[] = "DELETE FROM bundles WHERE key >> 40 = ?";
	static const char subtrees[] = "DELETE FROM subtrees WHERE log = ?";
	static const char clear[] =
		"UPDATE logs SET forked = 0 WHERE id = ?";
	static const char search[] =
		"UPDATE indexed SET searched = 0 WHERE log = ?";
	enum status status = run_for(c, bundles, id, err);

	if (status == STATUS_OK)
		status = run_for(c, subtrees, id, err);
	if (status == STATUS_OK)
		status = log_rows_move(c, id, 0, checkpoint_empty_root,
				       (struct bytes){ 0 }, err);
	if (status == STATUS_OK)
		status = run_for(c, clear, id, err);
	if (status == STATUS_OK)
		status = again_from(c, id, 0, err);
	return status == STATUS_OK ? run_for(c, search, id, err) : status;
}

/* Bundles beyond stay as rows that nobody looks at. */
static enum status cut(struct catalog *c, const struct log_info *info,
		       const struct checkpoint *end, struct err *err)
{
	static const char clear[] = "UPDATE logs SET forked = 0 WHERE id = ?";
	struct buf note = BUF_INIT;
	enum status status = STATUS_OK;

	if (info->size > end->size) {
		status = log_end_note(end, &note);
		if (status != STATUS_OK)
			(void)err_set(err, status, "end a log");
		else
			status = log_rows_move(c, info->id, end->size,
					       end->root, buf_bytes(&note),
					       err);
		if (status == STATUS_OK)
			status = again_from(c, info->id, end->size, err);
		buf_release(&note);
	}
	return status == STATUS_OK && info->forked ?
		       run_for(c, clear, info->id, err) :
		       status;
}

static enum status keep_note(struct catalog *c, const struct log_info *info,
			     uint64_t now_s, struct err *err)
{
	struct buf note = BUF_INIT;
	enum status status = log_read_note(c, info->id, &note, err);

	if (status == STATUS_OK)
		status = log_keep_evidence(c,
					   &(struct log_evidence){
						   .log = info->id,
						   .found_s = now_s,
						   .why = LOG_EVIDENCE_BEYOND,
						   .theirs = buf_bytes(&note) },
					   err);
	buf_release(&note);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status in_one(struct catalog *c, const struct log_info *info,
			  const struct checkpoint *end, bool other,
			  uint64_t now_s, struct err *err)
{
	enum status status = catalog_begin(c, CATALOG_DURABLE, err);

	if (status != STATUS_OK)
		return status;
	if (info->size > end->size || other)
		status = keep_note(c, info, now_s, err);
	if (status == STATUS_OK)
		status = other ? begin_anew(c, info->id, err) :
				 cut(c, info, end, err);
	if (status == STATUS_OK)
		return catalog_commit(c, err);
	catalog_rollback(c);
	return status;
}

bool log_end_is(const struct checkpoint *end, struct bytes whole)
{
	struct checkpoint head;
	struct note note;

	return note_parse(whole, CHECKPOINT_NOTE_MAX, &note) == STATUS_OK &&
	       checkpoint_parse(note.text, &head) == STATUS_OK &&
	       head.size == end->size &&
	       memcmp(head.root, end->root, sizeof(head.root)) == 0;
}

struct known {
	const struct checkpoint *end;
	bool other;
};

static enum status look_at(void *owner, const struct log_evidence *e,
			   struct err *err)
{
	struct known *known = owner;

	(void)err;
	known->other = known->other ||
		       (strcmp(e->why, LOG_EVIDENCE_OTHER_END) == 0 &&
			log_end_is(known->end, e->theirs));
	return STATUS_OK;
}

enum status log_end_is_other(struct catalog *c, int64_t id,
			     const struct checkpoint *end, bool *other,
			     struct err *err)
{
	struct known known = { .end = end };
	enum status status =
		log_each_evidence_of(c, id, look_at, &known, err);

	*other = known.other;
	return status;
}

/* Another root was named than the one here, and that may be wrong. */
static enum status stop(struct catalog *c, const struct log_info *info,
			const struct checkpoint *end, uint64_t now_s,
			struct err *err)
{
	struct buf ours = BUF_INIT, theirs = BUF_INIT;
	enum status status = log_read_note(c, info->id, &ours, err);

	if (status == STATUS_NOT_FOUND)
		status = STATUS_OK;
	if (status == STATUS_OK) {
		status = log_end_note(end, &theirs);
		if (status != STATUS_OK)
			(void)err_set(err, status, "end a log");
	}
	if (status == STATUS_OK)
		status = log_mark_forked(c,
					 &(struct log_evidence){
						 .log = info->id,
						 .found_s = now_s,
						 .why = LOG_EVIDENCE_OTHER_END,
						 .ours = buf_bytes(&ours),
						 .theirs = buf_bytes(&theirs) },
					 err);
	buf_release(&ours);
	buf_release(&theirs);
	return status;
}

enum status log_end_at(struct catalog *c, int64_t id,
		       const struct checkpoint *end, enum log_end_by by,
		       uint64_t now_s, bool *changed, struct err *err)
{
	uint8_t root[SHA256_SIZE];
	struct log_info info;
	bool other = false;
	enum status status = log_get(c, id, &info, err);

	*changed = false;
	if (status != STATUS_OK)
		return status;
	if (info.size >= end->size) {
		status = log_root_at(c, id, end->size, root, err);
		if (status != STATUS_OK)
			return status;
		other = memcmp(root, end->root, sizeof(root)) != 0;
	} else if (by == LOG_END_BY_PARENT && info.forked) {
		status = log_end_is_other(c, id, end, &other, err);
		if (status != STATUS_OK)
			return status;
	}
	if (!other && !info.forked && info.size <= end->size)
		return STATUS_OK;
	/* What this node has signed itself nobody else may have. */
	if (other && info.own)
		return STATUS_OK;
	if (other && by == LOG_END_BY_PARENT && info.forked)
		return STATUS_OK; /* it is stopped already */
	*changed = true;
	if (other && by == LOG_END_BY_PARENT)
		return stop(c, &info, end, now_s, err);
	return in_one(c, &info, end, other, now_s, err);
}

enum status log_begin_anew(struct catalog *c, int64_t id, struct err *err)
{
	enum status status = catalog_begin(c, CATALOG_DURABLE, err);

	if (status != STATUS_OK)
		return status;
	status = begin_anew(c, id, err);
	if (status == STATUS_OK)
		return catalog_commit(c, err);
	catalog_rollback(c);
	return status;
}
