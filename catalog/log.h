/* Logs: append-only lists of entries, each with a name for ever (its origin)
 * and a signed head (its checkpoint). Formats: docs/formats-log.md.
 *
 * A log is followed, or is our own. What it holds changes in two ways only:
 * log_append() for our own, and catalog/intake.h for bytes from anywhere. Both
 * move size, root and note together in one durable transaction, so that what
 * is read here is always a complete tree under a signature.
 *
 * Threads: as the catalog they are in; the reading calls also work on a
 * catalog_open_reader(). Errors not named below are SQLite's, as
 * catalog/catalog.h tells them. */
#ifndef CATALOG_LOG_H
#define CATALOG_LOG_H

#include "catalog/catalog.h"
#include "proto/place.h"
#include "proto/tilepath.h"
#include "signing/checkpoint.h"
#include "signing/key.h"
#include "signing/digest.h"

/* What is in a log. Lessons come down from offices; records go up from
 * stations, and are never in the index, in announcements or in mirrors. */
enum log_kind { LOG_LESSONS, LOG_RECORDS };

struct log_info {
	int64_t id; /* within this catalog; 1 .. LOG_ID_MAX */
	enum log_kind kind;
	char origin[ORIGIN_MAX + 1];
	char hash[ORIGIN_HASH_SIZE + 1]; /* hex SHA-256 of the origin */
	uint64_t size;
	uint8_t root[SHA256_SIZE];
	bool own;
	bool forked;	   /* no longer followed; see log_each_evidence() */
	uint64_t seen;	   /* largest size under a valid signature so far */
	uint64_t heard_s;  /* when a source last showed a head; 0 never */
	uint64_t indexed;  /* entries below are in the lessons already */
	uint64_t acked;    /* entries below were acknowledged (records) */
};

enum { LOG_ID_MAX = (1 << 22) - 1 };

/*
 * Begin to follow `origin`, or to keep it as our own; if it is there already,
 * only `own` is turned on. It starts empty, without a checkpoint.
 *
 * Returns: STATUS_OK, with `*id` set; STATUS_MALFORMED for a bad origin;
 *          STATUS_EXISTS when a log of that name is one of records.
 */
enum status log_follow(struct catalog *c, const char *origin, bool own,
		       int64_t *id, struct err *err);

/* The same for a log of records; STATUS_EXISTS when a log of that name is one
 * of lessons. */
enum status log_follow_records(struct catalog *c, const char *origin, bool own,
			       int64_t *id, struct err *err);

/* Each fills `*info`, or returns STATUS_NOT_FOUND (and leaves `err` and
 * `*info` untouched: asking is no failure). */
enum status log_get(struct catalog *c, int64_t id, struct log_info *info,
		    struct err *err);
enum status log_find(struct catalog *c, const char *origin,
		     struct log_info *info, struct err *err);
/* By the hash in paths: 64 lower-case hex digits, anything else is not
 * found. */
enum status log_find_hash(struct catalog *c, const char *hash,
			  struct log_info *info, struct err *err);

/* Call back for every log of lessons, by origin. The callback may use the
 * catalog; a failure it returns ends the walk and is returned. */
typedef enum status (*log_each_cb)(void *owner, const struct log_info *info,
				   struct err *err);
enum status log_each(struct catalog *c, log_each_cb each, void *owner,
		     struct err *err);
/* The same for logs of records. */
enum status log_each_records(struct catalog *c, log_each_cb each, void *owner,
			     struct err *err);

/* Append the newest checkpoint note to `out`, byte for byte as it came.
 * STATUS_NOT_FOUND (err untouched) when there is none: nothing came in yet. */
enum status log_read_note(struct catalog *c, int64_t id, struct buf *out,
			  struct err *err);

/* Put the lines of `note` that the stored one lacks (cosignatures, a second
 * key's) into the stored note. They are not verified here; the text must be
 * the same, else STATUS_MALFORMED. Durable. */
enum status log_add_signatures(struct catalog *c, int64_t id,
			       struct bytes note, struct err *err);

/* Put `note` in place of the stored one, which has the same text, else
 * STATUS_MALFORMED. The lines are the caller's to have verified. Durable. */
enum status log_replace_note(struct catalog *c, int64_t id, struct bytes note,
			     struct err *err);

/* Keep an acknowledgement: a note of this log of `size` entries that carries
 * the office's cosignature, both verified by the caller. A smaller one than is
 * held is STATUS_OLD. Durable. */
enum status log_set_ack(struct catalog *c, int64_t id, uint64_t size,
			struct bytes note, struct err *err);
/* Append the newest acknowledgement. STATUS_NOT_FOUND (err untouched). */
enum status log_read_ack(struct catalog *c, int64_t id, struct buf *out,
			 struct err *err);

/* Bytes of the entries of a log, as they are in bundles; some more while an
 * intake is unfinished. */
enum status log_bytes(struct catalog *c, int64_t id, uint64_t *bytes,
		      struct err *err);

/* A source has shown a head of this log at `heard_s`; never moves back. */
enum status log_set_heard(struct catalog *c, int64_t id, uint64_t heard_s,
			  struct err *err);
/* Move the cursor of the lessons; call it in their transaction. */
enum status log_set_indexed(struct catalog *c, int64_t id, uint64_t indexed,
			    struct err *err);

/*
 * Append entries to our own log and sign the checkpoint, in one durable
 * transaction (or within the caller's durable one, when one is open: it is
 * then done when that is committed).
 *
 * Returns: STATUS_OK; STATUS_FORKED when the log is forked; STATUS_OLD when a
 *          checkpoint of more entries was signed before (this disk lost them:
 *          take them in first); STATUS_UNTRUSTED when the log is not our own
 *          or the key is not named as its origin; STATUS_MALFORMED for an
 *          entry longer than ENTRY_SIZE_MAX; STATUS_NO_MEMORY. Nothing has
 *          changed then.
 */
enum status log_append(struct catalog *c, int64_t id,
		       const struct bytes *entries, size_t count,
		       const struct secret_key *key, struct err *err);

/*
 * Call back for the entries `first`, `first + 1`, … at most `max` of them; the
 * bytes are valid until the callback returns. The callback may use the catalog;
 * a failure it returns ends the walk and is returned.
 *
 * Returns: STATUS_OK also when there are fewer or none; STATUS_DAMAGED when
 *          stored bytes do not read.
 */
typedef enum status (*log_entry_cb)(void *owner, uint64_t index,
				    struct bytes entry, struct err *err);
enum status log_read_entries(struct catalog *c, int64_t id, uint64_t first,
			     uint64_t max, log_entry_cb each, void *owner,
			     struct err *err);

/*
 * Append the first `width` entries of bundle `n` to `out`, as the resource
 * `tile/entries/<n>[.p/<width>]`. When `accept_zstd`, a full bundle may come
 * as one zstd frame; `*is_zstd` says so.
 *
 * Returns: STATUS_NOT_FOUND (err untouched) when the log does not reach that
 *          far; STATUS_DAMAGED. `out` then holds what it held.
 */
enum status log_read_bundle(struct catalog *c, int64_t id, uint64_t n,
			    unsigned width, bool accept_zstd, struct buf *out,
			    bool *is_zstd, struct err *err);

/* Append the first `width` hashes of tile `n` of `level` to `out`; else as
 * log_read_bundle(). */
enum status log_read_tile(struct catalog *c, int64_t id, unsigned level,
			  uint64_t n, unsigned width, struct buf *out,
			  struct err *err);

/*
 * Those who may say so have ended the log at `end` (docs/formats-log.md 5.1):
 * nothing beyond is held any more, the newest note from beyond is evidence,
 * and a fork no longer keeps the log from being taken in up to there.
 *
 * A log that is held up to there or further and has another root there: where
 * the trust note has ended it, it is not what its publisher said, and begins
 * anew. Where its parent has, that may be wrong and be overruled, and nobody
 * else may have these entries: all of it stays, and the log is no longer
 * followed; likewise where an intake has found that it does not lead there.
 * Our own log just stays.
 *
 * `*changed` says whether anything was done; else it costs a look. Durable.
 */
enum log_end_by { LOG_END_BY_TRUST, LOG_END_BY_PARENT };
enum status log_end_at(struct catalog *c, int64_t id,
		       const struct checkpoint *end, enum log_end_by by,
		       uint64_t now_s, bool *changed, struct err *err);
/* The log that is here was found to be another one than what was ended at
 * `end`, which it does not reach: it begins anew. Durable. */
enum status log_begin_anew(struct catalog *c, int64_t id, struct err *err);

/* The note that stands in where a log was ended at a size that nobody signed:
 * whoever knows of the end needs no signature of the log for it. Append it. */
enum status log_end_note(const struct checkpoint *end, struct buf *out);

/* Is `note`, whoever signed it, of just this end? */
bool log_end_is(const struct checkpoint *end, struct bytes note);
/* Is the log not followed because it does not lead to this end? */
enum status log_end_is_other(struct catalog *c, int64_t id,
			     const struct checkpoint *end, bool *other,
			     struct err *err);

/* The root the log had at an earlier `size` (at most its own). */
enum status log_root_at(struct catalog *c, int64_t id, uint64_t size,
			uint8_t root[static SHA256_SIZE], struct err *err);

/* A fork: two notes, both with a valid signature of the log's key, that no one
 * tree can have. Neither is ever deleted. */
struct log_evidence {
	int64_t log;
	uint64_t found_s;
	const char *why;
	struct bytes ours;
	struct bytes theirs;
};

/* Keep the evidence and stop following the log; durable. The same `theirs` is
 * kept once, and at most LOG_EVIDENCE_MAX per log. */
enum { LOG_EVIDENCE_MAX = 32 };
/* Why a note from beyond the end of a log is kept. */
#define LOG_EVIDENCE_BEYOND "signed beyond where the log was ended"
/* Why a log is not followed that its parent has ended at another root; `theirs`
 * is then the end as log_end_note() has it. */
#define LOG_EVIDENCE_OTHER_END "ended at a root that is not the one here"
enum status log_mark_forked(struct catalog *c,
			    const struct log_evidence *evidence,
			    struct err *err);

/* Keep it without any consequence for the log: a note that counts for nothing
 * and must not be lost. Durable. */
enum status log_keep_evidence(struct catalog *c,
			      const struct log_evidence *evidence,
			      struct err *err);

/* Oldest first; what is pointed to is valid until the callback returns. The
 * callback must not call this again. */
typedef enum status (*log_evidence_cb)(void *owner,
				       const struct log_evidence *evidence,
				       struct err *err);
enum status log_each_evidence(struct catalog *c, log_evidence_cb each,
			      void *owner, struct err *err);
/* The same, of one log. */
enum status log_each_evidence_of(struct catalog *c, int64_t id,
				 log_evidence_cb each, void *owner,
				 struct err *err);

/* The evidence was not against who may publish in this log: it is followed
 * again. What was kept stays. Durable. */
enum status log_pardon(struct catalog *c, int64_t id, struct err *err);

#endif
