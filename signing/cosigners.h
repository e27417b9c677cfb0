/* The lines of witnesses on a checkpoint: who cosigned, and how two copies of
 * one checkpoint become one with the newest line of each. Unlike
 * cosignature_verify(), a bad line spoils nothing here: it counts for nobody,
 * for any relay can add one.
 *
 * Pure memory and arithmetic. */
#ifndef SIGNING_COSIGNERS_H
#define SIGNING_COSIGNERS_H

#include "signing/checkpoint.h"

/* Of each of the `count` keys the newest line that verifies; keys that are not
 * KEY_COSIGNER are passed over. STATUS_NO_MEMORY. */
enum status cosigners_read(const struct note *note,
			   const struct public_key *witnesses, size_t count,
			   struct cosignatures *found);

/* Whose lines may be on a note that is kept. */
struct cosigners {
	const struct public_key *log_keys;
	size_t log_count;
	const struct public_key *witnesses; /* at most NOTE_KEYS_MAX */
	size_t witness_count;
};

/*
 * Append to `out` the note with the first line of each of the log's keys, which
 * is not verified here, and the newest line of each witness. Any relay can add
 * lines; what is kept and passed on stays as small as the list of witnesses.
 *
 * Returns: STATUS_UNTRUSTED when there is no line of the log;
 *          STATUS_NO_MEMORY.
 */
enum status cosigners_clean(const struct cosigners *who,
			    const struct note *note, struct buf *out);

/*
 * Append to `out` the note `ours` with the newest line of each witness out of
 * both; `*gained` says how many of these are newer than ours. Of the
 * log's keys the first lines in `ours` are kept, of others none. When nothing
 * is gained, nothing is appended.
 *
 * Returns: STATUS_MALFORMED when the texts differ; STATUS_UNTRUSTED when ours
 *          has no line of the log's keys, as after they were changed: the sum
 *          would convince nobody; STATUS_NO_MEMORY.
 */
enum status cosigners_merge(const struct cosigners *who,
			    const struct note *ours, const struct note *theirs,
			    struct buf *out, size_t *gained);

/* The time that at least a majority of the keys (more than half of `count`) has
 * reached: of `time_s`, 0 for who has said nothing, the largest that so many
 * are not below. Fewer than a majority cannot move it ahead, whatever they
 * say. 0 when there are no keys. */
uint64_t cosigners_majority(const uint64_t *time_s, size_t count);

#endif
