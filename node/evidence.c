#include "node/evidence.h"

#include <string.h>

#include "catalog/authority.h"
#include "catalog/forks.h"

/* Stop following it, unless it was ended: then it is known which history
 * counts, and this node holds no other (catalog/log.h, log_end_at()). */
static enum status stop_log(struct house *h, const struct fork *fork,
			    uint64_t now_s, bool *stopped, struct err *err)
{
	struct log_evidence evidence = { .found_s = now_s,
					 .why = "others have proven two "
						"histories",
					 .ours = fork->small_note,
					 .theirs = fork->large_note };
	struct log_info log;
	enum status status = log_find(h->catalog, fork->origin, &log, err);

	if (status == STATUS_NOT_FOUND)
		return STATUS_OK; /* not followed here: kept for others */
	if (status != STATUS_OK ||
	    authority_cutoff(house_authority(h), fork->origin) != NULL)
		return status;
	evidence.log = log.id;
	*stopped = !log.forked;
	return log_mark_forked(h->catalog, &evidence, err);
}

static enum status keep(struct house *h, const struct fork *fork,
			const char *source, uint64_t now_s, bool *stopped,
			struct err *err)
{
	enum status status = catalog_begin(h->catalog, CATALOG_DURABLE, err);

	if (status != STATUS_OK)
		return status;
	status = forks_put(h->catalog, fork, now_s, source, NULL, err);
	/* With enough of them known it has been stopped long ago. */
	if (status == STATUS_OK)
		status = stop_log(h, fork, now_s, stopped, err);
	if (status == STATUS_OK)
		return catalog_commit(h->catalog, err);
	catalog_rollback(h->catalog);
	return status == STATUS_NO_ROOM ? STATUS_EXISTS : status;
}

enum status evidence_take(struct house *h, struct bytes text,
			  const char *source, uint64_t now_s,
			  char origin[static ORIGIN_MAX + 1], bool *stopped,
			  struct err *err)
{
	const struct publisher *p;
	struct fork fork;
	enum status status = fork_parse(text, &fork);

	if (status != STATUS_OK || origin_check(fork.origin) != STATUS_OK)
		return err_set(err, STATUS_MALFORMED,
			       "this is no proof of a fork");
	/* Of offices alone: whoever makes a key has a log of records by it, and
	 * would fill all the room there is with its forks. */
	p = authority_publisher(house_authority(h), fork.origin);
	if (p == NULL)
		return err_set(err, STATUS_NOT_FOUND,
			       "no key of the log '%s' is known here",
			       fork.origin);
	status = fork_verify(&fork, p->keys, p->key_count);
	if (status != STATUS_OK)
		return err_set(err, STATUS_UNTRUSTED,
			       "it does not prove that '%s' has two histories",
			       fork.origin);
	strcpy(origin, fork.origin);
	*stopped = false;
	return keep(h, &fork, source, now_s, stopped, err);
}
