/* The data directory of one node, opened: settings, keys, trust, catalog.
 *
 *     node.conf   what an administrator writes        (node/conf.h)
 *     node.key    this node's identity, mode 0600
 *     root.key    a county's root key, to be carried off line, mode 0600; it
 *                 and those below may be behind a passphrase
 *                 (signing/keybox.h)
 *     publisher.key                    of the log this node writes, mode 0600
 *     records.key  opens what stations sealed to this office, mode 0600
 *     records.key.1  the one before: opens what was sealed to that
 *     ack.key      this office acknowledges records with it, mode 0600
 *     publisher.new  its log is new: there is none to be lost (node/own_kept.h)
 *     witness.key  this node cosigns the logs of others with it, mode 0600
 *     machine     which machine the directory was made for
 *     trust/      root and trust notes                (node/trust_book.h)
 *     node.db     logs, lessons, search, wants        (catalog/catalog.h)
 *     records.db  what was studied                    (catalog/records_db.h)
 *     payload/ torrent/ blob/                         (node/payload.h)
 *     spool/      bodies on their way to a request    (node/drive/door.h)
 *     lock control.sock                               while a node runs
 *
 * One writer at a time: the lock is held by whoever opened it to write.
 * Threads: one. */
#ifndef NODE_HOUSE_H
#define NODE_HOUSE_H

#include "catalog/authority.h"
#include "catalog/catalog.h"
#include "node/conf.h"
#include "node/torrentfile.h"
#include "node/trust_book.h"
#include "signing/keybox.h"

enum { HOUSE_PATH_MAX = 4000 };

/* The keys of an office that a running node uses. */
enum house_key {
	HOUSE_PUBLISHER, /* publisher.key */
	HOUSE_RECORDS,	 /* records.key */
	HOUSE_ACK,	 /* ack.key */
	HOUSE_RECORDS_BEFORE, /* records.key.1 */
	HOUSE_KEYS
};

/* What is known of such a key without its passphrase. */
struct house_lock {
	bool there; /* there is such a file */
	bool boxed; /* it is behind a passphrase */
	struct public_key public;
};

struct house {
	char dir[HOUSE_PATH_MAX];
	char payload_dir[HOUSE_PATH_MAX + 16];
	char torrent_dir[HOUSE_PATH_MAX + 16];
	char blob_dir[HOUSE_PATH_MAX + 16];
	struct conf conf;
	struct secret_key *node_key;
	/* Those of an office: NULL where there is none, and while it is
	 * locked. */
	struct secret_key *publisher_key;
	struct seal_key *records_key;
	struct seal_key *records_key_before;
	struct secret_key *ack_key;
	struct house_lock locks[HOUSE_KEYS];
	struct secret_key *witness_key; /* NULL where none cosigns */
	struct trust_book trust;
	struct catalog *catalog;
	struct catalog *records; /* use house_records() */
	struct authority *authority; /* use house_authority() */
	int64_t authority_number;    /* delegations_number() it is of, */
	uint64_t authority_trust;    /* and the version of the trust note */
	/* Which life of the node this is and when it began, for
	 * node/study/when.h; 0 where none runs. */
	uint64_t life, life_began_s;
	int lock; /* descriptor, -1 when only reading */
	int twin; /* socket that keeps a copy on this machine from running */
};

enum house_mode {
	HOUSE_READ, /* beside a running node; nothing can be changed */
	HOUSE_WRITE /* as the only one */
};

/*
 * Open the data directory `dir`.
 *
 * Returns: STATUS_OK; STATUS_NOT_FOUND when there is no node in it;
 *          STATUS_BUSY when a node runs on it, or a copy of it runs on this
 *          machine; STATUS_UNTRUSTED when it was made on another machine (see
 *          house_settle()); STATUS_MALFORMED for a mistake in node.conf;
 *          STATUS_DAMAGED; STATUS_IO. `h` needs house_close() only after
 *          STATUS_OK.
 */
enum status house_open(struct house *h, const char *dir, enum house_mode mode,
		       struct err *err);
void house_close(struct house *h);

/* This node's key as others know it. */
const uint8_t *house_node_public(const struct house *h);

/*
 * records.db, opened and made when it is first asked for; to read only where
 * the house was opened so. Borrowed until house_close().
 *
 * Returns: as records_db_open() and records_db_open_reader().
 */
enum status house_records(struct house *h, struct catalog **out,
			  struct err *err);

/* Who may publish, by the trust note and the delegations in the catalog as
 * they are now; looked at anew with each call, which costs little while they
 * are as before. Borrowed until the next call. Where it cannot be read, what
 * was known before. */
const struct authority *house_authority(struct house *h);

/*
 * Follow every log whose effective scope touches this node's region, whether
 * the trust note names its publisher or another publisher has delegated to it,
 * and the log this node itself writes. Called after opening and whenever the
 * trust note or delegations changed.
 */
enum status house_follow(struct house *h, struct err *err);

/*
 * Say what became of a directory that house_open() refused as made on another
 * machine.
 *
 * HOUSE_MOVED:  it lives here now and nowhere else; nothing else changes.
 * HOUSE_COPIED: it is one of several; this one gets a node key of its own, and
 *               an office's keys are put aside as *.copied, since two writers
 *               of one log make a fork, and an acknowledgement by one would
 *               not be held by the other.
 */
enum house_fate { HOUSE_MOVED, HOUSE_COPIED };
enum status house_settle(const char *dir, enum house_fate fate,
			 struct err *err);

/* Bodies handed over to the node beside its requests (node/drive/door.h). */
#define HOUSE_SPOOL "spool"

/* DIR/NAME. Asserts that it fits. */
void house_path(const char *dir, const char *name,
		char out[static HOUSE_PATH_MAX + 16]);

/* Open the torrent file of a payload and prove it; as torrentfile_open(). */
enum status house_open_torrent(const struct house *h,
			       const uint8_t btmh[static 32],
			       struct torrentfile **out, struct err *err);

/* Read a secret key file that is not behind a passphrase; write one (mode
 * 0600). */
enum status house_read_key(const char *dir, const char *name,
			   struct secret_key **out, struct err *err);
enum status house_write_key(const char *dir, const char *name,
			    const struct secret_key *key, struct err *err);

/* Write a key file of an office behind a passphrase; without one (size 0) as
 * it is. STATUS_NO_MEMORY, as durable_write(). Takes as long as
 * keybox_close_key(). */
enum status house_put_key(const char *dir, const char *name,
			  const struct secret_key *key,
			  struct bytes passphrase, struct err *err);
enum status house_put_seal_key(const char *dir, const char *name,
			       const struct seal_key *key,
			       struct bytes passphrase, struct err *err);

/* --- keys behind passphrases (house_locks.c) --- */

/* "publisher", "records", "ack"; and the name of the file. */
const char *house_key_name(enum house_key k);
const char *house_key_file(enum house_key k);

/* Read all keys of the directory; what is behind a passphrase stays locked.
 * For house_open(). */
enum status house_read_keys(struct house *h, struct err *err);

/* Does this node write a log of its own, open or locked? */
bool house_is_publisher(const struct house *h);
/* Is there such a key that cannot be used before house_unlock()? */
bool house_is_locked(const struct house *h, enum house_key k);
/* STATUS_OK unless house_is_locked(): then STATUS_LOCKED, with a sentence that
 * says what to do. */
enum status house_need_key(const struct house *h, enum house_key k,
			   struct err *err);

/*
 * Read the head of a key file, for whoever is to ask for its passphrase: `text`
 * is what it has from the file, and `*box` lies in it.
 *
 * Returns: STATUS_NOT_FOUND when there is none, or one that is not behind a
 *          passphrase; STATUS_DAMAGED; STATUS_IO.
 */
enum status house_read_box(const char *dir, enum house_key k, struct buf *text,
			   struct keybox *box, struct err *err);

/*
 * Open a key with what its passphrase became (keybox_derive()), from its file
 * as it is now, into locked memory. Quick.
 *
 * Returns: STATUS_OK, also when it was open; STATUS_NOT_FOUND; STATUS_UNTRUSTED
 *          when it does not open it; STATUS_DAMAGED when the file is another
 *          key's than at the start; STATUS_IO; STATUS_NO_MEMORY.
 */
enum status house_unlock(struct house *h, enum house_key k,
			 const uint8_t key[static KEYBOX_KEY_SIZE],
			 struct err *err);
/* Look at the key files again: a running node is to know which of its keys have
 * been put behind a passphrase, or out from behind one. */
void house_look_at_keys(struct house *h);
/* Wipe the keys that are behind passphrases now. */
void house_lock(struct house *h);

/* STATUS_OK when all that is sealed to this office can be opened, now or
 * before: else as house_need_key(). */
enum status house_need_records(const struct house *h, struct err *err);

/* Write what tells this machine from others into DIR/machine. */
enum status house_mark_machine(const char *dir, struct err *err);

/* Make a node key: named after its own public key. */
enum status house_new_node_key(struct secret_key **out, struct err *err);

#endif
