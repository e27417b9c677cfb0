#include "catalog/log.h"
#include "catalog/sql.h"

enum status log_keep_evidence(struct catalog *c,
			      const struct log_evidence *evidence,
			      struct err *err)
{
	static const char put[] =
		"INSERT OR IGNORE INTO evidence"
		" (log, found_s, why, ours, theirs)"
		" SELECT ?1, ?2, ?3, ?4, ?5 WHERE (SELECT count(*)"
		" FROM evidence WHERE log = ?1) < ?6";
	struct sql q;

	sql_start(&q, c, put);
	sql_put_int(&q, evidence->log);
	sql_put_int(&q, (int64_t)evidence->found_s);
	sql_put_text(&q, evidence->why);
	sql_put_blob(&q, evidence->ours);
	sql_put_blob(&q, evidence->theirs);
	sql_put_int(&q, LOG_EVIDENCE_MAX);
	return sql_run(&q, err);
}

static enum status keep_evidence(struct catalog *c,
				 const struct log_evidence *evidence,
				 struct err *err)
{
	static const char stop[] = "UPDATE logs SET forked = 1 WHERE id = ?";
	enum status status = log_keep_evidence(c, evidence, err);
	struct sql q;

	if (status != STATUS_OK)
		return status;
	sql_start(&q, c, stop);
	sql_put_int(&q, evidence->log);
	return sql_run(&q, err);
}

enum status log_mark_forked(struct catalog *c,
			    const struct log_evidence *evidence,
			    struct err *err)
{
	enum status status;

	if (catalog_in_transaction(c))
		return keep_evidence(c, evidence, err);
	status = catalog_begin(c, CATALOG_DURABLE, err);
	if (status != STATUS_OK)
		return status;
	status = keep_evidence(c, evidence, err);
	if (status == STATUS_OK)
		return catalog_commit(c, err);
	catalog_rollback(c);
	return status;
}

enum status log_pardon(struct catalog *c, int64_t id, struct err *err)
{
	static const char go_on[] = "UPDATE logs SET forked = 0 WHERE id = ?";
	struct sql q;

	sql_start(&q, c, go_on);
	sql_put_int(&q, id);
	return sql_run(&q, err);
}

static enum status each_row(struct sql *q, log_evidence_cb each, void *owner,
			    struct err *err)
{
	struct log_evidence found;
	struct err ignored = ERR_INIT;
	enum status status = STATUS_OK;

	while (status == STATUS_OK && sql_next(q)) {
		found.log = sql_int(q, 0);
		found.found_s = (uint64_t)sql_int(q, 1);
		found.why = sql_text(q, 2);
		found.ours = sql_blob(q, 3);
		found.theirs = sql_blob(q, 4);
		status = each(owner, &found, err);
	}
	/* What the callback failed with is the story. */
	if (status != STATUS_OK) {
		(void)sql_finish(q, &ignored);
		return status;
	}
	return sql_finish(q, err);
}

enum status log_each_evidence(struct catalog *c, log_evidence_cb each,
			      void *owner, struct err *err)
{
	static const char all[] =
		"SELECT log, found_s, why, ours, theirs FROM evidence"
		" ORDER BY id";
	struct sql q;

	sql_start(&q, c, all);
	return each_row(&q, each, owner, err);
}

enum status log_each_evidence_of(struct catalog *c, int64_t id,
				 log_evidence_cb each, void *owner,
				 struct err *err)
{
	static const char of_one[] =
		"SELECT log, found_s, why, ours, theirs FROM evidence"
		" WHERE log = ? ORDER BY id";
	struct sql q;

	sql_start(&q, c, of_one);
	sql_put_int(&q, id);
	return each_row(&q, each, owner, err);
}
