/* Delegations: what a publisher's log says of those below it. Kept as it was
 * said; refused here only for what this log alone decides. What follows from
 * all of them together is catalog/authority.h. */
#include "catalog/index_inside.h"

static const char read_key[] = "index.said";

/* What the log has said before entry `n`. */
static enum status read_saying(struct index *x, uint64_t n, struct err *err)
{
	unsigned read;
	enum status status;

	if (x->saying_read)
		return STATUS_OK;
	saying_release(&x->saying);
	status = delegations_saying(x->c, x->log.id, n, x->publisher,
				    &x->saying, &read, err);
	x->saying_read = status == STATUS_OK;
	return status;
}

static bool is_in_scope(const struct index *x)
{
	struct publisher narrowed;

	if (x->entry.type != ENTRY_DELEGATE)
		return true;
	narrowed = x->entry.delegate.publisher;
	return publisher_narrow(x->publisher, &narrowed) == STATUS_OK;
}

static enum status feed(struct index *x, uint64_t n,
			enum saying_verdict *verdict, struct err *err)
{
	const struct entry_undelegate *u = &x->entry.undelegate;

	if (x->entry.type == ENTRY_DELEGATE) {
		const char *origin = x->entry.delegate.publisher.origin;

		return saying_delegate(&x->saying, n, origin, verdict) ==
				       STATUS_OK ?
			       STATUS_OK :
			       err_set(err, STATUS_NO_MEMORY,
				       "keep a delegation");
	}
	*verdict = saying_undelegate(&x->saying, n, u->end.origin,
				     u->has_end ? &u->end.size : NULL);
	return STATUS_OK;
}

enum status index_delegation(struct index *x, uint64_t n, size_t entry_size,
			     bool counts, struct err *err)
{
	static const enum refusal why[] = { [SAYING_ENDED] = REFUSED_ENDED,
					    [SAYING_TOO_MANY] = REFUSED_COUNT,
					    [SAYING_UNKNOWN] =
						    REFUSED_FOREIGN };
	const char *origin = x->entry.type == ENTRY_DELEGATE ?
				     x->entry.delegate.publisher.origin :
				     x->entry.undelegate.end.origin;
	enum saying_verdict verdict = SAYING_COUNTS;
	bool *enough = &x->said_enough[x->entry.type == ENTRY_DELEGATE];
	enum status status = STATUS_NO_ROOM;

	if (!*enough)
		status = delegations_say(x->c, x->log.id, n, entry_size,
					 &x->entry, err);
	*enough = status == STATUS_NO_ROOM;
	if (!counts && (status == STATUS_OK || status == STATUS_NO_ROOM))
		return index_refuse(x, n, REFUSED_SCOPE, "entry too long",
				    err);
	if (!is_in_scope(x) &&
	    (status == STATUS_OK || status == STATUS_NO_ROOM))
		return index_refuse(x, n, REFUSED_SCOPE, origin, err);
	if (status == STATUS_NO_ROOM)
		return index_refuse(x, n, REFUSED_COUNT, origin, err);
	if (status == STATUS_OK)
		status = read_saying(x, n, err);
	if (status == STATUS_OK)
		status = feed(x, n, &verdict, err);
	return status != STATUS_OK || verdict == SAYING_COUNTS ?
		       status :
		       index_refuse(x, n, why[verdict], origin, err);
}

/* --- once --- */

static enum status say_entry(void *owner, uint64_t n, struct bytes entry,
			     struct err *err)
{
	struct index *x = owner;
	struct err why = ERR_INIT;
	enum status status = entry_parse(entry, &x->entry, &why);

	if (status == STATUS_MALFORMED ||
	    (status == STATUS_OK && x->entry.type != ENTRY_DELEGATE &&
	     x->entry.type != ENTRY_UNDELEGATE))
		return STATUS_OK;
	if (status != STATUS_OK)
		return err_set(err, status, "%s", why.text);
	status = delegations_say(x->c, x->log.id, n, entry.size, &x->entry,
				 err);
	return status == STATUS_NO_ROOM ? STATUS_OK : status;
}

static enum status say_log(void *owner, const struct log_info *info,
			   struct err *err)
{
	struct index *x = owner;

	x->log = *info;
	return log_read_entries(x->c, info->id, 0, info->indexed, say_entry, x,
				err);
}

enum status index_open_delegations(struct index *x, struct err *err)
{
	int64_t done;
	enum status status = catalog_get_int(x->c, read_key, &done, err);

	if (status != STATUS_NOT_FOUND)
		return status;
	status = catalog_begin(x->c, CATALOG_DERIVED, err);
	if (status == STATUS_OK)
		status = log_each(x->c, say_log, x, err);
	if (status == STATUS_OK)
		status = catalog_set_int(x->c, read_key, 1, err);
	if (status == STATUS_OK)
		return catalog_commit(x->c, err);
	catalog_rollback(x->c);
	return err_wrap(err, "read delegations");
}
