/* Checkpoints (C2SP tlog-checkpoint v1.0.0): a log's signed statement how many
 * entries it has and which root they hash to; and cosignatures on it (C2SP
 * tlog-cosignature v1.0.1): another's "this is the largest I have seen, as of
 * that time".
 *
 * A checkpoint is a note whose text is the origin, the size and the base64 of
 * the root, a line each. A log's key is named as its origin. */
#ifndef SIGNING_CHECKPOINT_H
#define SIGNING_CHECKPOINT_H

#include "signing/digest.h"
#include "signing/note.h"

enum {
	CHECKPOINT_ORIGIN_MAX = 255, /* bytes; ours keep to ORIGIN_MAX */
	CHECKPOINT_NOTE_MAX = 65536
};

struct checkpoint {
	char origin[CHECKPOINT_ORIGIN_MAX + 1];
	uint64_t size; /* at most 2^63-1 */
	uint8_t root[SHA256_SIZE];
};

/* SHA-256 of nothing: the root of an empty log. */
extern const uint8_t checkpoint_empty_root[SHA256_SIZE];

/* Read the text of a note. Extension lines behind the third are passed over.
 * STATUS_MALFORMED also for an empty tree with another root than SHA-256("");
 * `checkpoint` is then untouched. */
enum status checkpoint_parse(struct bytes text, struct checkpoint *checkpoint);
/* Append the text. */
void checkpoint_format(const struct checkpoint *checkpoint, struct buf *out);

/*
 * Append the signed checkpoint to `out`.
 *
 * Returns: STATUS_UNTRUSTED when the key is not named as the origin or is not
 *          KEY_ED25519; else as note_sign().
 */
enum status checkpoint_sign(const struct checkpoint *checkpoint,
			    const struct secret_key *key, struct buf *out);

/*
 * Read a note, of at most CHECKPOINT_NOTE_MAX bytes, as the checkpoint of
 * `origin`, signed by one of its `keys`. Keys of another name do not count.
 *
 * Returns: STATUS_MALFORMED; STATUS_UNTRUSTED for another origin or as
 *          note_verify(). `checkpoint` is then untouched.
 */
enum status checkpoint_open(struct bytes whole, const char *origin,
			    const struct public_key *keys, size_t count,
			    struct checkpoint *checkpoint);

/* As checkpoint_open(), but where the log was ended (`end`, NULL where it was
 * not) a checkpoint of just that needs no signature of the log's key: whoever
 * ended it has signed that (docs/formats-log.md 5.1). */
enum status checkpoint_open_to(struct bytes whole, const char *origin,
			       const struct public_key *keys, size_t count,
			       const struct checkpoint *end,
			       struct checkpoint *checkpoint);

/*
 * Append to `out` the checkpoint note with the cosignature of `key` (of type
 * KEY_COSIGNER, which is asserted), in place of an older one of the same key.
 * The caller has verified the checkpoint and that it extends what it cosigned
 * before.
 *
 * Returns: STATUS_MALFORMED for no checkpoint or a time beyond 2^63-1; else as
 *          note_add_signature().
 */
enum status cosignature_add(const struct note *note,
			    const struct secret_key *key, uint64_t time_s,
			    struct buf *out);

/* Who cosigned, and when. */
struct cosignatures {
	uint64_t keys;	 /* bit i: keys[i] cosigned */
	size_t distinct; /* how many different public keys these are */
	uint64_t time_s[NOTE_KEYS_MAX]; /* of keys[i]; seconds since 1970 */
};

/*
 * Verify the cosignatures of the given keys; keys that are not KEY_COSIGNER
 * are passed over. That nobody cosigned is no failure: `*found` is then empty.
 * Whether the log itself signed is for checkpoint_open() to say.
 *
 * Returns: STATUS_UNTRUSTED when a line of a given key does not verify;
 *          STATUS_NO_MEMORY.
 */
enum status cosignature_verify(const struct note *note,
			       const struct public_key *keys, size_t count,
			       struct cosignatures *found);

/* Check one line of a cosigner: STATUS_OK and when it was signed,
 * STATUS_UNTRUSTED, or STATUS_NO_MEMORY. */
enum status cosignature_check(const struct note *note,
			      const struct note_signature *signature,
			      const struct public_key *key, uint64_t *time_s);

#endif
