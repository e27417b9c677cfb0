#include "node/evidence.h"

#include <string.h>

#include "catalog/authority.h"
#include "catalog/forks.h"
#include "node/clock.h"

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
	if (status != STATUS_OK || log.forked ||
	    authority_cutoff(house_authority(h), fork->origin) != NULL)
		return status;
	evidence.log = log.id;
	*stopped = true;
	return log_mark_forked(h->catalog, &evidence, err);
}

static enum status keep(struct house *h, const struct fork *fork,
			const char *source, uint64_t now_s, bool *stopped,
			struct err *err)
{
	enum status kept, status = catalog_begin(h->catalog, CATALOG_DURABLE,
						 err);

	if (status != STATUS_OK)
		return status;
	kept = forks_put(h->catalog, house_authority(h), fork, now_s, source,
			 NULL, err);
	status = kept == STATUS_NO_ROOM || kept == STATUS_EXISTS ? STATUS_OK :
								   kept;
	/* Also where there is no room: whoever has many logs of his own to
	 * fork must not protect the next one. */
	if (status == STATUS_OK)
		status = stop_log(h, fork, now_s, stopped, err);
	if (status == STATUS_OK)
		status = catalog_commit(h->catalog, err);
	else
		catalog_rollback(h->catalog);
	if (status != STATUS_OK)
		*stopped = false;
	return status == STATUS_OK && kept != STATUS_OK ? STATUS_EXISTS :
							  status;
}

/* The proof without what others have put below its notes: those lines would
 * make it a hundred times as large. */
static enum status clean(const struct publisher *p, const struct fork *fork,
			 struct buf notes[static 2], struct fork *out)
{
	const struct bytes whole[2] = { fork->small_note, fork->large_note };
	enum status status = STATUS_OK;
	struct note note;
	size_t kept;

	for (int i = 0; i < 2 && status == STATUS_OK; i++) {
		status = note_parse(whole[i], CHECKPOINT_NOTE_MAX, &note);
		if (status == STATUS_OK)
			status = note_put_first_lines(&note, p->keys,
						      p->key_count, &notes[i],
						      &kept);
	}
	if (status != STATUS_OK)
		return status;
	*out = *fork;
	out->small_note = buf_bytes(&notes[0]);
	out->large_note = buf_bytes(&notes[1]);
	return STATUS_OK;
}

enum status evidence_take(struct house *h, struct bytes text,
			  const char *source, uint64_t now_s,
			  char origin[static ORIGIN_MAX + 1], bool *stopped,
			  struct err *err)
{
	struct buf notes[2] = { BUF_INIT, BUF_INIT };
	const struct publisher *p;
	struct fork fork, cleaned;
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
	status = clean(p, &fork, notes, &cleaned);
	if (status != STATUS_OK)
		(void)err_set(err, status, "proof of a fork");
	else
		status = keep(h, &cleaned, source, now_s, stopped, err);
	buf_release(&notes[0]);
	buf_release(&notes[1]);
	return status;
}

/* --- again --- */

static enum status stop_known(struct house *h, struct bytes text,
			      struct err *err)
{
	const struct publisher *p;
	struct log_info log;
	struct fork fork;
	bool stopped;
	enum status status;

	if (fork_parse(text, &fork) != STATUS_OK)
		return STATUS_OK;
	status = log_find(h->catalog, fork.origin, &log, err);
	if (status != STATUS_OK || log.forked)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	p = authority_publisher(house_authority(h), fork.origin);
	if (p == NULL || fork_verify(&fork, p->keys, p->key_count) != STATUS_OK)
		return STATUS_OK;
	return stop_log(h, &fork, clock_s(), &stopped, err);
}

static enum status stop_all_known(struct house *h, struct err *err)
{
	struct buf names = BUF_INIT, text = BUF_INIT;
	enum status status = forks_names(h->catalog, &names, err);

	for (size_t i = 0; i < names.size && status == STATUS_OK;
	     i += SHA256_SIZE) {
		buf_clear(&text);
		status = forks_read(h->catalog, names.data + i, &text, err);
		if (status == STATUS_OK)
			status = stop_known(h, buf_bytes(&text), err);
	}
	buf_release(&names);
	buf_release(&text);
	return status;
}

/* What is kept against one log. */
struct charge {
	const char *origin;
	const struct authority *authority;
	const struct publisher *p;
	bool any, stands;
};

static bool is_signed(const struct charge *charge, struct bytes note)
{
	struct checkpoint head;

	return checkpoint_open(note, charge->origin, charge->p->keys,
			       charge->p->key_count, &head) == STATUS_OK;
}

/* Is this the end that its parent names now? */
static bool is_named_now(const struct charge *charge, struct bytes end)
{
	const struct cutoff *cutoff =
		authority_cutoff(charge->authority, charge->origin);
	struct checkpoint head;

	if (cutoff == NULL ||
	    !authority_ended_by_parent(charge->authority, charge->origin))
		return false;
	cutoff_checkpoint(cutoff, &head);
	return log_end_is(&head, end);
}

static enum status look_at(void *owner, const struct log_evidence *e,
			   struct err *err)
{
	struct charge *charge = owner;

	(void)err;
	if (strcmp(e->why, LOG_EVIDENCE_BEYOND) == 0)
		return STATUS_OK;
	charge->any = true;
	charge->stands = charge->stands || is_signed(charge, e->theirs) ||
			 (strcmp(e->why, LOG_EVIDENCE_OTHER_END) == 0 &&
			  is_named_now(charge, e->theirs));
	return STATUS_OK;
}

static enum status review_log(void *owner, const struct log_info *log,
			      struct err *err)
{
	struct house *h = owner;
	struct charge charge = { .origin = log->origin,
				 .authority = house_authority(h) };
	struct buf held = BUF_INIT;
	enum status status;
	bool ours;

	charge.p = authority_publisher(charge.authority, log->origin);
	if (!log->forked || charge.p == NULL)
		return STATUS_OK;
	status = log_read_note(h->catalog, log->id, &held, err);
	ours = status == STATUS_NOT_FOUND ||
	       (status == STATUS_OK && is_signed(&charge, buf_bytes(&held)));
	buf_release(&held);
	if (!ours)
		return status;
	status = log_each_evidence_of(h->catalog, log->id, look_at, &charge,
				      err);
	return status == STATUS_OK && charge.any && !charge.stands ?
		       log_pardon(h->catalog, log->id, err) :
		       status;
}

enum status evidence_review(struct house *h, struct err *err)
{
	enum status status = log_each(h->catalog, review_log, h, err);

	return status == STATUS_OK ? stop_all_known(h, err) : status;
}
