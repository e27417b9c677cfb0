/* Judging again what was made of a log that stands otherwise now.
 *
 *   index_judge()  ->  strip, from the newest entry down  ->  read, from the
 *                      first entry up  ->  done
 *
 * Strip looks at what is in the tables: a lesson or station that does not count
 * any more goes; a withdrawal that does not is put in doubt (withdrawn.log is
 * 0) and is in force until all is read: another log may have said so, too.
 * Read applies the entries once more: what is there already is left alone. What
 * stays is therefore never away, what must go is gone before anything comes,
 * and each slice is one transaction that leaves a state like any other.
 *
 * A lesson that goes may uncover an earlier revision, also of another log that
 * may speak of the same lessons: those are read again, too. */
#include <string.h>

#include "catalog/again.h"
#include "catalog/index_inside.h"
#include "catalog/sql.h"

enum status index_forget_refused(struct index *x, uint64_t from, uint64_t end,
				 struct err *err)
{
	static const char forget[] = "DELETE FROM refused WHERE log = ?"
				     " AND entry >= ? AND entry < ?";
	struct sql q;

	sql_start(&q, x->c, forget);
	sql_put_int(&q, x->log.id);
	sql_put_int(&q, (int64_t)from);
	sql_put_int(&q, (int64_t)end);
	return sql_run(&q, err);
}

enum status index_begin_again(struct index *x, const struct again *again,
			      bool *counts, struct err *err)
{
	struct log_info info;
	enum status status = log_get(x->c, again->log, &info, err);

	if (status == STATUS_NOT_FOUND)
		return err_set(err, STATUS_DAMAGED, "a log is not there");
	return status == STATUS_OK ? index_begin_log(x, &info, counts, err) :
				     status;
}

/* --- read --- */

static enum status read_slice(struct index *x, struct again *again,
			      unsigned max, unsigned *did, struct err *err)
{
	uint64_t count = x->log.indexed - again->at, done = 0;
	enum status status;

	if (count > max)
		count = max;
	status = index_forget_refused(x, again->at, again->at + count, err);
	if (status == STATUS_OK)
		status = index_walk_entries(x, again->at, count, &done, err);
	*did = (unsigned)done + 1;
	if (status != STATUS_OK)
		return status;
	/* One counts now that waits: so do all after it. */
	if (done < count)
		return again_from(x->c, again->log, again->at + done, err);
	again->at += done;
	return again->at < x->log.indexed ? again_put(x->c, again, err) :
					    again_end(x->c, again->log, err);
}

struct doubt {
	uint64_t short_id;
	int64_t origin;
};

static enum status list_doubts(struct index *x, unsigned max, struct buf *list,
			       struct err *err)
{
	static const char find[] = "SELECT short, origin FROM withdrawn"
				   " WHERE log = 0 LIMIT ?";
	enum status status;
	struct sql q;

	sql_start(&q, x->c, find);
	sql_put_int(&q, max);
	while (sql_next(&q)) {
		struct doubt doubt = { (uint64_t)sql_int(&q, 0),
				       sql_int(&q, 1) };

		buf_put(list, &doubt, sizeof(doubt));
	}
	status = sql_finish(&q, err);
	return status == STATUS_OK && buf_status(list) != STATUS_OK ?
		       err_set(err, STATUS_NO_MEMORY, "judge withdrawals") :
		       status;
}

/* Nobody was found to say these any more. */
static enum status settle_doubts(struct index *x, unsigned max, unsigned *did,
				 struct err *err)
{
	struct buf list = BUF_INIT;
	enum status status = list_doubts(x, max, &list, err);
	struct doubt doubt;

	for (size_t at = 0; status == STATUS_OK && at < list.size;
	     at += sizeof(doubt)) {
		memcpy(&doubt, list.data + at, sizeof(doubt));
		status = index_unhide(x, doubt.short_id, doubt.origin, err);
		++*did;
	}
	buf_release(&list);
	return status;
}

enum status index_read_again(struct index *x, unsigned max, unsigned *did,
			     struct err *err)
{
	struct again again;
	bool counts = false;
	enum status status = again_next(x->c, false, &again, err);

	*did = 0;
	if (status == STATUS_NOT_FOUND)
		return settle_doubts(x, max, did, err);
	if (status == STATUS_OK)
		status = index_begin_again(x, &again, &counts, err);
	if (status != STATUS_OK)
		return err_wrap(err, "judge a log again");
	*did = 1;
	status = counts && again.at < x->log.indexed ?
			 read_slice(x, &again, max, did, err) :
			 again_end(x->c, again.log, err);
	return status == STATUS_OK ? STATUS_OK :
				     err_wrap(err, "judge '%s' again",
					      x->log.origin);
}

/* --- what is left --- */

static enum status any_doubts(struct index *x, bool *any, struct err *err)
{
	static const char find[] = "SELECT 1 FROM withdrawn WHERE log = 0";
	struct sql q;

	sql_start(&q, x->c, find);
	*any = sql_next(&q);
	return sql_finish(&q, err);
}

enum status index_again_to_do(struct index *x, bool *any, bool *strip,
			      struct err *err)
{
	struct again again;
	enum status status = again_next(x->c, false, &again, err);

	*any = status == STATUS_OK;
	*strip = *any && again.strips;
	return status == STATUS_NOT_FOUND ? any_doubts(x, any, err) : status;
}

enum status index_again_left(struct index *x, uint64_t *left, struct err *err)
{
	bool any = false;
	enum status status = again_left(x->c, left, err);

	if (status == STATUS_OK)
		status = any_doubts(x, &any, err);
	*left += any;
	return status;
}
