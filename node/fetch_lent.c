/* Payloads that another process writes for a while.
 *
 *     free --asked, a job or the engine has it--> asked --they let go--> lent
 *      ^            \--nobody has it-------------------------------------^
 *      +---- given back; the borrower ended; asked and not again in time
 *
 * From being asked for on nothing of it is begun here. */
#include <string.h>

#include "catalog/deletions.h"
#include "catalog/lessons.h"
#include "node/fetch_job.h"
#include "node/lent.h"

enum { ASKED_MS = 20 * 1000, LOOK_MS = 1000 };

static struct loan *find(const struct fetcher *f, const uint8_t *btmh)
{
	for (unsigned i = 0; i < f->n_loans; i++)
		if (memcmp(f->loans[i].btmh, btmh, 32) == 0)
			return (struct loan *)(uintptr_t)&f->loans[i];
	return NULL;
}

bool lent_is(const struct fetcher *f, const uint8_t *btmh)
{
	return find(f, btmh) != NULL;
}

/* It is ours again: to delete (true), or to go on with. */
static bool end(struct fetcher *f, struct loan *loan)
{
	struct payload_standing standing;
	struct err err = ERR_INIT;
	uint8_t btmh[32];
	bool discard = loan->discard;

	memcpy(btmh, loan->btmh, 32);
	alive_release(&loan->who);
	*loan = f->loans[--f->n_loans];
	if (f->o.release != NULL)
		f->o.release(f->o.owner, btmh);
	/* Somebody may have changed his mind again. */
	if (discard && lessons_standing(f->o.house->catalog, btmh, &standing,
					&err) == STATUS_OK &&
	    standing.wanted) {
		(void)deletion_end(f->o.house->catalog, btmh, &err);
		discard = false;
	}
	if (discard) /* why is known since it was asked for */
		fetcher_discard(f, btmh, "");
	fetcher_look(f);
	return discard;
}

bool lent_discard(struct fetcher *f, const uint8_t *btmh)
{
	struct loan *loan = find(f, btmh);

	if (loan == NULL || !loan->lent)
		return false;
	loan->discard = true;
	return true;
}

static bool is_over(const struct fetcher *f, const struct loan *loan)
{
	return !alive_still(&loan->who) ||
	       (!loan->lent && fetcher_now(f) - loan->asked_ms > ASKED_MS);
}

void lent_tick(struct fetcher *f)
{
	/* From behind: end() puts the last one in its place. */
	for (unsigned i = f->n_loans; i > 0; i--)
		if (i <= f->n_loans && is_over(f, &f->loans[i - 1]))
			(void)end(f, &f->loans[i - 1]);
}

void lent_release(struct fetcher *f)
{
	while (f->n_loans > 0)
		alive_release(&f->loans[--f->n_loans].who);
}

static enum status ask(struct fetcher *f, const uint8_t *btmh, pid_t pid,
		       struct loan **out, struct err *err)
{
	struct loan *loan = find(f, btmh);
	struct alive who;
	enum status status;

	if (loan != NULL && loan->who.pid == pid &&
	    alive_still(&loan->who)) {
		*out = loan;
		return STATUS_OK;
	}
	if (loan != NULL && !is_over(f, loan))
		return err_set(err, STATUS_BUSY,
			       "process %ld is writing it: let that finish",
			       (long)loan->who.pid);
	if (loan == NULL && f->n_loans == FETCHER_LENT_MAX)
		return err_set(err, STATUS_BUSY,
			       "too many payloads are lent: give some back");
	status = alive_init(&who, pid, err);
	if (status != STATUS_OK)
		return status;
	if (loan != NULL)
		alive_release(&loan->who);
	else
		loan = &f->loans[f->n_loans++];
	*loan = (struct loan){ .who = who };
	memcpy(loan->btmh, btmh, 32);
	*out = loan;
	return STATUS_OK;
}

/* Whoever here is at work on it stops. True when nobody is any more. */
static bool let_go(struct fetcher *f, const uint8_t *btmh)
{
	struct job *job = fetcher_find(f, btmh);

	if (job != NULL) {
		job->stopping = true;
		job_step(job);
	} else if (engine_has(f->o.engine, btmh)) {
		seed_release(f, btmh);
	}
	return fetcher_find(f, btmh) == NULL &&
	       !engine_has(f->o.engine, btmh);
}

/* Room for all of it is the borrower's as long as he has it. */
static enum status reserve(struct fetcher *f, struct loan *loan,
			   struct err *err)
{
	struct payload_standing standing;
	enum status status = STATUS_OK;

	if (f->o.reserve == NULL ||
	    lessons_standing(f->o.house->catalog, loan->btmh, &standing,
			     err) != STATUS_OK)
		return f->o.reserve == NULL ? STATUS_OK : err->status;
	status = f->o.reserve(f->o.owner, loan->btmh, standing.bytes, 0,
			      standing.pinned, err);
	if (status != STATUS_OK && status != STATUS_BUSY)
		(void)end(f, loan);
	return status;
}

enum status fetcher_lend(struct fetcher *f, const uint8_t *btmh, pid_t pid,
			 struct buf *have, uint32_t *pieces, bool *held,
			 struct err *err)
{
	struct loan *loan = NULL;
	bool is_held = shelf_has(f->o.shelf, btmh);
	enum status status;

	if (f->closing)
		return err_set(err, STATUS_BUSY, "this node is stopping");
	if (!is_held) {
		status = ask(f, btmh, pid, &loan, err);
		if (status != STATUS_OK)
			return status;
		loan->asked_ms = fetcher_now(f);
		if (!loan->lent && !let_go(f, btmh))
			return err_set(err, STATUS_BUSY,
				       "this node is still at work on it: ask "
				       "again");
		status = reserve(f, loan, err);
		if (status != STATUS_OK)
			return status;
	}
	status = lent_begin(f->o.house, btmh, have, pieces, &is_held, err);
	loan = find(f, btmh);
	if (loan != NULL && (status != STATUS_OK || is_held))
		(void)end(f, loan);
	else if (loan != NULL)
		loan->lent = true;
	if (status == STATUS_OK)
		*held = is_held;
	return status;
}

static void tell_arrival(struct fetcher *f, const uint8_t *btmh)
{
	struct torrentfile *tf = NULL;
	struct err ignored = ERR_INIT;

	if (house_open_torrent(f->o.house, btmh, &tf, &ignored) != STATUS_OK)
		return;
	fetcher_has_arrived(f, btmh, &tf->mi);
	torrentfile_free(tf);
}

enum status fetcher_lent_back(struct fetcher *f, const uint8_t *btmh,
			      pid_t pid, uint32_t pieces, uint64_t bytes,
			      struct bytes have, bool *held, struct err *err)
{
	struct loan *loan = find(f, btmh);
	struct payload_row row = { .pieces = 0 };
	struct buf before = BUF_INIT;
	struct err ignored = ERR_INIT;
	bool is_held = false;
	enum status status;

	if (loan == NULL || !loan->lent || loan->who.pid != pid)
		return err_set(err, STATUS_NOT_FOUND,
			       "it was not lent to process %ld", (long)pid);
	(void)payload_get(f->o.house->catalog, btmh, &row, &before, &ignored);
	status = lent_end(f->o.house, btmh, pieces, bytes, have, &is_held,
			  err);
	if (status == STATUS_OK)
		fetcher_from_drive(f, btmh, pieces, buf_bytes(&before), have);
	buf_release(&before);
	if (end(f, loan))
		is_held = false;
	if (status != STATUS_OK)
		return status;
	if (is_held) {
		fetcher_now_held(f, btmh);
		tell_arrival(f, btmh);
	}
	*held = is_held;
	return STATUS_OK;
}
