/* Delegations: what a publisher's log says of those below it. What follows
 * from that together is catalog/authority.h. */
#include "catalog/index_inside.h"

/* Kept as it was said; refused here only for what this log alone decides. */
enum status index_delegate(struct index *x, uint64_t n, struct err *err)
{
	const struct publisher *said = &x->entry.delegate.publisher;
	struct publisher narrowed = *said;
	struct err why = ERR_INIT;
	enum status status;

	if (publisher_narrow(x->publisher, &narrowed) != STATUS_OK)
		return index_refuse(x, n, REFUSED_SCOPE, said->origin, err);
	status = delegations_put(x->c, x->log.id, n, said, &why);
	if (status == STATUS_OLD)
		return index_refuse(x, n, REFUSED_ENDED, said->origin, err);
	if (status == STATUS_NO_ROOM)
		return index_refuse(x, n, REFUSED_COUNT, said->origin, err);
	return status == STATUS_OK ? STATUS_OK :
				     err_set(err, status, "%s", why.text);
}

enum status index_undelegate(struct index *x, uint64_t n, struct err *err)
{
	const struct entry_undelegate *u = &x->entry.undelegate;
	struct err why = ERR_INIT;
	enum status status = delegations_end(x->c, x->log.id, u->end.origin,
					     u->has_end ? &u->end : NULL,
					     &why);

	if (status == STATUS_NOT_FOUND)
		return index_refuse(x, n, REFUSED_FOREIGN, u->end.origin, err);
	if (status == STATUS_OLD)
		return index_refuse(x, n, REFUSED_ENDED, u->end.origin, err);
	return status == STATUS_OK ? STATUS_OK :
				     err_set(err, status, "%s", why.text);
}
