#include "node/log_intake.h"

#include <string.h>

#include "node/clock.h"
#include "node/records.h"
#include "node/witness.h"

/* This node's records, which a disk that was restored has lost some of. */
static bool is_own_records(const struct log_info *log)
{
	return log->own && log->kind == LOG_RECORDS;
}

enum status log_intake_find(struct house *h, struct bytes note,
			    struct log_info *log, struct err *err)
{
	char origin[ORIGIN_MAX + 1];
	struct bytes_reader r;
	struct log_info found;
	struct bytes line;
	enum status status;

	bytes_reader_init(&r, note);
	if (note.size > CHECKPOINT_NOTE_MAX ||
	    bytes_read_line(&r, &line) != STATUS_OK ||
	    bytes_to_string(line, origin, sizeof(origin)) != STATUS_OK)
		return err_set(err, STATUS_MALFORMED,
			       "this is no checkpoint note");
	status = log_find(h->catalog, origin, &found, err);
	if (status == STATUS_OK && !is_own_records(&found) &&
	    authority_publisher(house_authority(h), origin) == NULL)
		status = STATUS_NOT_FOUND;
	if (status == STATUS_OK)
		*log = found;
	return status;
}

/*
 * Only what says something is kept of a note, and passed on: a relay could
 * hang a hundred lines below it, for everybody beyond a thin line to carry, or
 * lines of keys that we are about to learn of, which then spoil it.
 *
 * Leaves `out` empty where nothing of it counts; what is wrong with the note
 * intake_open() says.
 */
static void clean_note(struct house *h, const char *origin,
		       const struct checkpoint *end, struct bytes whole,
		       struct buf *out)
{
	struct cosigners who = witness_cosigners(h, origin);
	struct checkpoint head;
	struct note note;

	if (note_parse(whole, CHECKPOINT_NOTE_MAX, &note) != STATUS_OK ||
	    cosigners_clean(&who, &note, out) != STATUS_UNTRUSTED ||
	    end == NULL)
		return;
	/* Of just where it has ended it needs no line at all. */
	if (checkpoint_open_to(whole, origin, who.log_keys, who.log_count, end,
			       &head) == STATUS_OK)
		(void)log_end_note(end, out);
}

enum status log_intake_open(struct house *h, const struct log_info *log,
			    struct bytes note, struct intake **out,
			    struct err *err)
{
	const struct authority *a = house_authority(h);
	const struct publisher *p = authority_publisher(a, log->origin);
	const struct cutoff *cut = authority_cutoff(a, log->origin);
	struct intake_options options = { .now_s = clock_s(), .authority = a };
	struct err ignored = ERR_INIT;
	struct buf clean = BUF_INIT;
	struct checkpoint end, head;
	struct public_key own;
	enum status status;

	if (cut != NULL) {
		cutoff_checkpoint(cut, &end);
		options.cutoff = &end;
	}
	if (p != NULL) {
		options.keys = p->keys;
		options.key_count = p->key_count;
		/* Entries beyond their publisher's size are refused one by one
		 * (catalog/index.h); the log itself stays readable. */
		options.entries_max = p->entries_max;
		clean_note(h, log->origin, options.cutoff, note, &clean);
		if (clean.size > 0)
			note = buf_bytes(&clean);
	} else if (is_own_records(log)) {
		status = records_open_note(note, &head, &own, err);
		if (status != STATUS_OK)
			return status;
		options.keys = &own;
		options.key_count = 1;
		options.entries_max = RECORDS_ENTRIES_MAX;
		options.entry_bytes_max = RECORDS_ENTRY_MAX;
	} else {
		return err_set(err, STATUS_NOT_FOUND, "no publisher of '%s'",
			       log->origin);
	}
	status = intake_open(out, h->catalog, log->id, note, &options, err);
	if (status == STATUS_OK || status == STATUS_OLD)
		(void)log_set_heard(h->catalog, log->id, options.now_s,
				    &ignored);
	buf_release(&clean);
	return status;
}

bool log_intake_forked(struct house *h, const char *origin)
{
	const struct cutoff *cut =
		authority_cutoff(house_authority(h), origin);
	struct err ignored = ERR_INIT;
	struct log_info log;

	/* The tree that was hashed to the end is right, so ours is not; unless
	 * its parent alone says so. */
	return cut != NULL &&
	       !authority_ended_by_parent(house_authority(h), origin) &&
	       log_find(h->catalog, origin, &log, &ignored) == STATUS_OK &&
	       !log.own && log.size < cut->size &&
	       log_begin_anew(h->catalog, log.id, &ignored) == STATUS_OK;
}

enum status log_intake_head(struct house *h, const char *origin,
			    struct bytes note, struct checkpoint *head)
{
	const struct authority *a = house_authority(h);
	const struct publisher *p = authority_publisher(a, origin);
	const struct cutoff *cut = authority_cutoff(a, origin);
	struct checkpoint end;

	if (p == NULL)
		return STATUS_NOT_FOUND;
	if (cut != NULL)
		cutoff_checkpoint(cut, &end);
	return checkpoint_open_to(note, origin, p->keys, p->key_count,
				  cut == NULL ? NULL : &end, head);
}
