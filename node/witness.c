#include "node/witness.h"

#include <stdio.h>
#include <string.h>

#include "catalog/authority.h"
#include "catalog/cosigned.h"
#include "node/clock.h"
#include "node/clock_floor.h"
#include "proto/encoding.h"

#define KEY_FILE "witness.key"

enum status witness_new_key(struct house *h, struct err *err)
{
	struct secret_key *key;
	char name[40], hex[17];
	enum status status;

	if (h->witness_key != NULL)
		return err_set(err, STATUS_EXISTS, "there is a %s already",
			       KEY_FILE);
	hex_encode((struct bytes){ house_node_public(h), 8 }, hex);
	(void)snprintf(name, sizeof(name), "witness-%s", hex);
	status = secret_key_new(&key, name, KEY_COSIGNER);
	if (status != STATUS_OK)
		return err_set(err, status, "make a key");
	status = house_write_key(h->dir, KEY_FILE, key, err);
	if (status == STATUS_OK)
		h->witness_key = key;
	else
		secret_key_free(key);
	return status;
}

bool witness_is_listed(const struct house *h)
{
	const struct trust *trust = &h->trust.trust;

	for (size_t i = 0; h->witness_key != NULL && i < trust->witness_count;
	     i++)
		if (trust->witnesses[i].type == KEY_COSIGNER &&
		    public_key_same(&trust->witnesses[i],
				    secret_key_public(h->witness_key)))
			return true;
	return false;
}

struct cosigners witness_cosigners(struct house *h, const char *origin)
{
	const struct publisher *p = authority_publisher(house_authority(h),
							origin);

	return (struct cosigners){
		.log_keys = p == NULL ? NULL : p->keys,
		.log_count = p == NULL ? 0 : p->key_count,
		.witnesses = h->trust.trust.witnesses,
		.witness_count = h->trust.trust.witness_count,
	};
}

/* This machine's time where that can be, else the earliest it can be. */
static uint64_t time_to_sign(struct house *h)
{
	uint64_t floor = clock_floor_s(h->catalog), now = clock_s();

	return clock_is_set() && now >= floor ? now : floor;
}

/* Does what is here continue what was cosigned before, and is there anything to
 * say that was not said? */
static enum status is_due(struct house *h, const struct log_info *log,
			  uint64_t now_s, bool *due, struct err *err)
{
	uint8_t root[SHA256_SIZE];
	struct cosigned last;
	enum status status = cosigned_get(h->catalog, log->id, &last, err);

	*due = status == STATUS_NOT_FOUND;
	if (status != STATUS_OK)
		return *due ? STATUS_OK : status;
	if (last.size > log->size)
		return STATUS_OK;
	status = log_root_at(h->catalog, log->id, last.size, root, err);
	if (status == STATUS_OK)
		*due = memcmp(root, last.root, sizeof(root)) == 0 &&
		       (log->size > last.size ||
			now_s >= last.time_s + WITNESS_AGAIN_S);
	return status;
}

static enum status sign(struct house *h, const struct log_info *log,
			struct bytes stored, uint64_t now_s, bool *done,
			struct err *err)
{
	struct cosigned last = { .size = log->size, .time_s = now_s };
	struct cosigners who = witness_cosigners(h, log->origin);
	struct buf line = BUF_INIT, merged = BUF_INIT;
	struct checkpoint head;
	struct note note, cosigned;
	size_t gained = 0;
	enum status status = note_parse(stored, CHECKPOINT_NOTE_MAX, &note);

	if (status == STATUS_OK)
		status = checkpoint_parse(note.text, &head);
	if (status != STATUS_OK || head.size != log->size ||
	    memcmp(head.root, log->root, SHA256_SIZE) != 0)
		return STATUS_OK; /* a note of something else */
	memcpy(last.root, log->root, sizeof(last.root));
	status = cosignature_add(&note, h->witness_key, now_s, &line);
	if (status == STATUS_OK)
		status = note_parse(buf_bytes(&line), NOTE_MAX, &cosigned);
	if (status == STATUS_OK)
		status = cosigners_merge(&who, &note, &cosigned, &merged,
					 &gained);
	if (status == STATUS_UNTRUSTED) { /* by a key that is none any more */
		status = STATUS_OK;
		gained = 0;
	}
	if (status != STATUS_OK)
		(void)err_set(err, status, "cosign %s: %s", log->origin,
			      status_text(status));
	else if (gained > 0)
		status = cosigned_put(h->catalog, log->id, &last,
				      buf_bytes(&merged), err);
	*done = status == STATUS_OK && gained > 0;
	buf_release(&line);
	buf_release(&merged);
	return status;
}

enum status witness_cosign(struct house *h, int64_t id, bool *done,
			   struct err *err)
{
	struct buf note = BUF_INIT;
	uint64_t now_s;
	struct log_info log;
	bool due = false;
	enum status status;

	*done = false;
	if (!witness_is_listed(h))
		return STATUS_OK;
	status = log_get(h->catalog, id, &log, err);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	/* Its own log a node has signed already; one that has ended says
	 * nothing new. */
	if (log.kind != LOG_LESSONS || log.own || log.forked || log.size == 0 ||
	    authority_publisher(house_authority(h), log.origin) == NULL ||
	    authority_cutoff(house_authority(h), log.origin) != NULL)
		return STATUS_OK;
	now_s = time_to_sign(h);
	status = is_due(h, &log, now_s, &due, err);
	if (status == STATUS_OK && due)
		status = log_read_note(h->catalog, id, &note, err);
	if (status == STATUS_OK && due)
		status = sign(h, &log, buf_bytes(&note), now_s, done, err);
	buf_release(&note);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status witness_take(struct house *h, int64_t id, struct bytes note,
			 size_t *gained, struct err *err)
{
	struct buf stored = BUF_INIT, merged = BUF_INIT;
	struct note ours, theirs;
	struct cosigners who;
	struct log_info log;
	enum status status = log_get(h->catalog, id, &log, err);

	*gained = 0;
	if (status == STATUS_OK)
		status = log_read_note(h->catalog, id, &stored, err);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OLD;
	/* What was ended is vouched for by who ended it. */
	if (status != STATUS_OK || bytes_equal(note, buf_bytes(&stored)) ||
	    authority_cutoff(house_authority(h), log.origin) != NULL)
		goto release;
	who = witness_cosigners(h, log.origin);
	status = note_parse(buf_bytes(&stored), CHECKPOINT_NOTE_MAX, &ours);
	if (status == STATUS_OK)
		status = note_parse(note, CHECKPOINT_NOTE_MAX, &theirs);
	if (status != STATUS_OK) {
		(void)err_set(err, status, "this is no checkpoint note");
		goto release;
	}
	if (!bytes_equal(ours.text, theirs.text)) {
		status = STATUS_OLD;
		goto release;
	}
	status = cosigners_merge(&who, &ours, &theirs, &merged, gained);
	if (status == STATUS_UNTRUSTED) { /* by a key that is none any more */
		status = STATUS_OLD;
		*gained = 0;
	} else if (status != STATUS_OK)
		(void)err_set(err, status, "lines of witnesses: %s",
			      status_text(status));
	else if (*gained > 0)
		status = log_replace_note(h->catalog, id, buf_bytes(&merged),
					  err);
release:
	buf_release(&stored);
	buf_release(&merged);
	return status;
}

void witness_count(struct house *h, int64_t log, struct witness_count *out)
{
	const struct trust *trust = &h->trust.trust;
	struct cosignatures found;
	struct buf stored = BUF_INIT;
	struct err ignored = ERR_INIT;
	struct note note;

	*out = (struct witness_count){ .listed = trust->witness_count };
	if (trust->witness_count > 0 &&
	    log_read_note(h->catalog, log, &stored, &ignored) == STATUS_OK &&
	    note_parse(buf_bytes(&stored), CHECKPOINT_NOTE_MAX, &note) ==
		    STATUS_OK &&
	    cosigners_read(&note, trust->witnesses, trust->witness_count,
			   &found) == STATUS_OK) {
		out->cosigned = found.distinct;
		for (size_t i = 0; i < trust->witness_count; i++)
			if ((found.keys >> i & 1) != 0 &&
			    found.time_s[i] > out->newest_s)
				out->newest_s = found.time_s[i];
	}
	buf_release(&stored);
}
