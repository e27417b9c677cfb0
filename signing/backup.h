/* The keys of an office on one sheet of paper, to be typed in again by hand
 * when its machine has died (docs/formats-trust.md, "Key backup").
 *
 *     xiangtu-backup/v1
 *     01  08g00 4dk6q ccpvg …  7q2mz
 *     02  …
 *
 * Its lines (signing/paper.h) say who the office is, in clear, and hold one or
 * two boxes behind passphrases: its publisher, records and ack keys, and its
 * root key where that was wanted. The boxes are bound to what is in clear: who
 * changes the root's fingerprint on the paper gets keys that do not open.
 *
 * Memory only; what surrounds the block on paper, for people, is written by
 * the command line and passed over when read. Threads: any. Deriving and
 * closing take as long and as much memory as the costs say: not for the
 * loop. */
#ifndef SIGNING_BACKUP_H
#define SIGNING_BACKUP_H

#include "proto/place.h"
#include "signing/digest.h"
#include "signing/keybox.h"

enum {
	BACKUP_NAME_MAX = 200,	    /* bytes of UTF-8 */
	BACKUP_TEXT_MAX = 16 << 10, /* of a file, what is around it included */
	BACKUP_KEYS = 4,
	BACKUP_BOXES_MAX = 2,
	/* A name with its length and a secret for each key, and the mark of
	 * the box. */
	BACKUP_SEALED_MAX = BACKUP_KEYS * (1 + KEY_NAME_MAX + KEY_SEED_SIZE) +
			    16
};

/* What keys a box may hold, as bits of `holds`. */
enum {
	BACKUP_PUBLISHER = 1,
	BACKUP_RECORDS = 2,
	BACKUP_ACK = 4,
	BACKUP_ROOT = 8
};

/* "publisher", "records", "ack", "root": of bit 1 << `bit`. */
const char *backup_key_name(unsigned bit);

struct backup_box {
	uint8_t holds;
	uint32_t passes, kib; /* within the bounds of signing/keybox.h */
	uint8_t salt[KEYBOX_SALT_SIZE];
	uint16_t size;
	uint8_t sealed[BACKUP_SEALED_MAX];
};

struct backup {
	enum level level;
	char name[BACKUP_NAME_MAX + 1];
	char region[REGION_MAX + 1];
	char origin[ORIGIN_MAX + 1]; /* of its log, or "" */
	uint8_t fingerprint[SHA256_SIZE]; /* of root note 1 */
	unsigned box_count;
	struct backup_box boxes[BACKUP_BOXES_MAX];
};

/* Keys of an office; those it has not are NULL. */
struct backup_keys {
	struct secret_key *publisher;
	struct seal_key *records;
	struct secret_key *ack;
	struct secret_key *root;
};

/* Free the keys there are; all are NULL then. */
void backup_keys_release(struct backup_keys *keys);
/* Which there are, as bits. */
uint8_t backup_keys_held(const struct backup_keys *keys);

/*
 * Read what was printed, or typed again, as paper_read() does.
 *
 * Returns: STATUS_MALFORMED when it is none; `*line` is then the number of the
 *          first line that was mistyped or is missing, or 0 when nothing in it
 *          is a backup of ours. `out` is then untouched.
 */
enum status backup_parse(struct bytes text, struct backup *out,
			 unsigned *line);

/* Append the block, its title first. STATUS_MALFORMED when the backup could
 * not be read again, STATUS_NO_MEMORY. */
enum status backup_format(const struct backup *backup, struct buf *out);

/*
 * What the passphrase becomes, for box `box`. The caller wipes it.
 * STATUS_NO_MEMORY as keybox_derive().
 */
enum status backup_derive(const struct backup *backup, unsigned box,
			  struct bytes passphrase,
			  uint8_t key[static KEYBOX_KEY_SIZE]);

/*
 * Open box `box` with a derived key, and add its keys to `keys`, where those
 * it holds must be NULL.
 *
 * Returns: STATUS_UNTRUSTED for a wrong passphrase or a changed backup,
 *          STATUS_MALFORMED when what is in it are no such keys,
 *          STATUS_NO_MEMORY; `keys` is then untouched.
 */
enum status backup_open(const struct backup *backup, unsigned box,
			const uint8_t key[static KEYBOX_KEY_SIZE],
			struct backup_keys *keys);

/* Add a box with those of `keys` there are, with a fresh salt, `passes` and
 * `kib` as keybox_close_key(). Level, name, region, origin and fingerprint are
 * set before and stay. STATUS_NO_MEMORY. */
enum status backup_close(struct backup *backup, const struct backup_keys *keys,
			 struct bytes passphrase, uint32_t passes,
			 uint32_t kib);

#endif
