/* What an intake does about a fork: it keeps both notes, and the proof where
 * the larger tree can be read, ours from the catalog, theirs from what the
 * source has given. */
#include <string.h>

#include "catalog/forks.h"
#include "catalog/intake_inside.h"
#include "catalog/log_rows.h"
#include "proto/bundle.h"

/* The notes go into the evidence, a proof among the proofs; together. */
static enum status keep_inside(struct catalog *c, const struct log_info *log,
			       const struct log_evidence *evidence,
			       const struct fork *fork, const uint64_t *agree,
			       const struct authority *authority,
			       struct err *err)
{
	enum status status = log_mark_forked(c, evidence, err);

	if (status != STATUS_OK || fork_check(fork) != STATUS_OK)
		return status;
	/* Of a log of records there are the notes: its key is anybody's. */
	if (log->kind != LOG_LESSONS)
		return STATUS_OK;
	status = forks_put(c, authority, fork, evidence->found_s, "", agree,
			   err);
	return status == STATUS_EXISTS || status == STATUS_NO_ROOM ?
		       STATUS_OK :
		       status;
}

static enum status keep(struct catalog *c, const struct log_info *log,
			const struct log_evidence *evidence,
			const struct fork *fork, const uint64_t *agree,
			const struct authority *authority, struct err *err)
{
	enum status status;

	if (fork == NULL)
		return log_mark_forked(c, evidence, err);
	if (catalog_in_transaction(c))
		return keep_inside(c, log, evidence, fork, agree, authority,
				   err);
	status = catalog_begin(c, CATALOG_DURABLE, err);
	if (status != STATUS_OK)
		return status;
	status = keep_inside(c, log, evidence, fork, agree, authority, err);
	if (status == STATUS_OK)
		return catalog_commit(c, err);
	catalog_rollback(c);
	return status;
}

static enum status said(const struct log_info *log, const char *why,
			enum status status, struct err *err)
{
	return status != STATUS_OK ?
		       status :
		       err_set(err, STATUS_FORKED, "%s is forked: %s",
			       log->origin, why);
}

enum status intake_forked(struct catalog *c, const struct log_info *log,
			  struct bytes theirs,
			  const struct intake_options *options, const char *why,
			  struct err *err)
{
	struct log_evidence evidence = { .log = log->id,
					 .found_s = options->now_s,
					 .why = options->cutoff == NULL ?
							why :
							LOG_EVIDENCE_OTHER_END,
					 .theirs = theirs };
	struct buf ours = BUF_INIT;
	struct fork fork;
	bool pair = false;
	enum status status = log_read_note(c, log->id, &ours, err);

	if (status == STATUS_NOT_FOUND)
		status = STATUS_OK;
	evidence.ours = buf_bytes(&ours);
	if (status == STATUS_OK && options->cutoff == NULL)
		pair = fork_init(&fork, evidence.ours, theirs) == STATUS_OK;
	if (pair)
		status = forks_prove(c, log, &fork, err);
	if (status == STATUS_NOT_FOUND) /* the notes alone, then */
		status = STATUS_OK;
	if (status == STATUS_OK)
		status = keep(c, log, &evidence, pair ? &fork : NULL, NULL,
			      options->authority, err);
	buf_release(&ours);
	return said(log, why, status, err);
}

/* --- the source's tree --- */

/* As it is known to be: their level-1 hashes, behind ours where those are the
 * same, the bundle in which we end, and the last one. */
struct their_tree {
	struct intake *in;
	const struct intake_part *edge; /* the bundle we end in, or NULL */
	struct err *err;
};

static const struct intake_part *bundle_of(const struct their_tree *t,
					   uint64_t bundle)
{
	if (t->edge != NULL && t->edge->path.n == bundle)
		return t->edge;
	return t->in->last != NULL && t->in->last->path.n == bundle ?
		       t->in->last :
		       NULL;
}

static enum status their_hash(void *owner, unsigned level, uint64_t n,
			      uint8_t out[static SHA256_SIZE])
{
	struct their_tree *t = owner;
	struct intake *in = t->in;
	struct buf own = BUF_INIT;
	const struct intake_part *part;
	enum status status;

	if (level == 0) {
		part = bundle_of(t, n / BUNDLE_ENTRIES);
		if (part == NULL)
			return STATUS_NOT_FOUND;
		memcpy(out,
		       part->leaves.data + n % BUNDLE_ENTRIES * SHA256_SIZE,
		       SHA256_SIZE);
		return STATUS_OK;
	}
	if (n >= in->level1_first) {
		memcpy(out,
		       in->level1.data + (n - in->level1_first) * SHA256_SIZE,
		       SHA256_SIZE);
		return STATUS_OK;
	}
	status = log_rows_subtrees(in->catalog, in->log.id, 1, n, 1, &own,
				   t->err);
	if (status == STATUS_OK)
		memcpy(out, own.data, SHA256_SIZE);
	buf_release(&own);
	return status;
}

/* How many of our entries behind the full bundles are theirs, too. */
static uint64_t same_entries(const struct intake *in,
			     const struct intake_part *edge)
{
	uint8_t leaf[SHA256_SIZE];
	struct bytes_reader r;
	struct bytes entry;
	uint64_t same = 0;

	bytes_reader_init(&r, buf_bytes(&in->head));
	while (edge != NULL && same < edge->width &&
	       bundle_next(&r, &entry) == STATUS_OK) {
		merkle_leaf(entry, leaf);
		if (memcmp(leaf, edge->leaves.data + same * SHA256_SIZE,
			   sizeof(leaf)) != 0)
			break;
		same++;
	}
	return same;
}

/* Up to where the entries are known to be the same. */
static enum status agreement(struct their_tree *t, uint64_t *agree)
{
	struct intake *in = t->in;
	uint64_t bundles = intake_own_bundles(in);
	struct buf own = BUF_INIT;
	enum status status;

	for (uint64_t n = in->level1_first; n < bundles; n++) {
		buf_clear(&own);
		status = log_rows_subtrees(in->catalog, in->log.id, 1, n, 1,
					   &own, t->err);
		if (status != STATUS_OK) {
			buf_release(&own);
			return status;
		}
		if (memcmp(own.data,
			   in->level1.data +
				   (n - in->level1_first) * SHA256_SIZE,
			   SHA256_SIZE) != 0) {
			bundles = n;
			break;
		}
	}
	*agree = bundles * BUNDLE_ENTRIES;
	if (bundles == intake_own_bundles(in))
		*agree += same_entries(in, bundle_of(t, bundles));
	buf_release(&own);
	return STATUS_OK;
}

bool intake_is_forked(const struct intake *in)
{
	return in->forked;
}

bool intake_sees_their_edge(const struct intake *in)
{
	return in->head.size == 0 ||
	       (in->last != NULL &&
		in->last->path.n == intake_own_bundles(in));
}

/* Our note is the smaller one. */
static enum status prove_theirs(struct their_tree *t, struct fork *fork)
{
	const struct merkle_tree tree = { .owner = t,
					  .size = t->in->size,
					  .hash = their_hash };
	enum status status;

	if (fork->large.size != t->in->size ||
	    fork->small.size != t->in->log.size)
		return STATUS_NOT_FOUND;
	status = merkle_prove_consistency(&tree, fork->small.size, fork->root,
					  fork->hashes, &fork->count);
	fork->has_proof = status == STATUS_OK;
	return status;
}

enum status intake_forked_here(struct intake *in,
			       const struct intake_part *edge, const char *why,
			       struct err *err)
{
	struct log_evidence evidence = { .log = in->log.id,
					 .found_s = in->now_s,
					 .why = in->ended ?
							LOG_EVIDENCE_OTHER_END :
							why,
					 .theirs = buf_bytes(&in->note) };
	struct their_tree theirs = { in, edge, err };
	struct buf ours = BUF_INIT;
	struct fork fork;
	uint64_t agree;
	bool pair = false, compared = false;
	enum status status = log_read_note(in->catalog, in->log.id, &ours, err);

	if (status == STATUS_NOT_FOUND)
		status = STATUS_OK;
	evidence.ours = buf_bytes(&ours);
	if (status == STATUS_OK && !in->ended)
		pair = fork_init(&fork, evidence.ours, evidence.theirs) ==
		       STATUS_OK;
	if (pair)
		status = prove_theirs(&theirs, &fork);
	if (pair && status == STATUS_OK) {
		status = agreement(&theirs, &agree);
		compared = status == STATUS_OK;
	}
	if (status == STATUS_NOT_FOUND)
		status = STATUS_OK;
	if (status == STATUS_OK)
		status = keep(in->catalog, &in->log, &evidence,
			      pair ? &fork : NULL, compared ? &agree : NULL,
			      in->authority, err);
	buf_release(&ours);
	in->forked = in->forked || status == STATUS_OK;
	return said(&in->log, why, status, err);
}
