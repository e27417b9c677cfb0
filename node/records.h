/* Record logs: what stations send up to their office, sealed, and what the
 * office answers (docs/formats-records.md).
 *
 * Each node has a record log of its own, named after its key
 * (proto/recordlog.h); others' are carried for them. All come in through
 * catalog/intake.h, whoever brings them. Those of enrolled stations are taken
 * whole; a stranger's are held apart, few and short. The office acknowledges
 * what it holds by a cosignature on the log's checkpoint, which goes back the
 * way the log came.
 *
 * Threads: as the catalog of the house. */
#ifndef NODE_RECORDS_H
#define NODE_RECORDS_H

#include "catalog/intake.h"
#include "catalog/stations.h"
#include "node/house.h"

enum {
	RECORDS_ENTRY_MAX = 61500, /* bytes: the largest seal and a little */
	RECORDS_ENTRIES_MAX = 1 << 20,
	RECORDS_STRANGERS_MAX = 64, /* logs of keys nobody enrolled */
	/* 64 MiB of them all at most: the two smaller paddings of a seal. */
	RECORDS_STRANGER_ENTRIES_MAX = 256,
	RECORDS_STRANGER_ENTRY_MAX = 4200
};

enum records_standing {
	RECORDS_ENROLLED,
	RECORDS_ENDED,	  /* was enrolled, and is no longer */
	RECORDS_STRANGER, /* nobody enrolled this key */
	RECORDS_OWN	  /* this node's */
};
const char *records_standing_name(enum records_standing standing);
/* How many bytes an entry of such a log may have. */
size_t records_entry_max(enum records_standing standing);

/* Whose log it is. */
struct records_owner {
	uint8_t key[PUBLIC_KEY_SIZE];
	enum records_standing standing;
	char region[REGION_MAX + 1]; /* "" for a stranger */
	char name[ENTRY_NAME_MAX + 1]; /* "" for a stranger */
};

/* STATUS_NOT_FOUND (err untouched) when `origin` is no record log's. */
enum status records_owner_of(const struct house *h, const char *origin,
			     struct records_owner *out, struct err *err);

/*
 * Append one sealed entry to this node's own record log; durable.
 *
 * Returns: STATUS_OK, `*log` (may be NULL) is the log; STATUS_MALFORMED for an
 *          empty one or one beyond RECORDS_ENTRY_MAX; as log_append().
 */
enum status records_add(struct house *h, struct bytes sealed, int64_t *log,
			struct err *err);
/* The same for several at once: all of them, or none. */
enum status records_add_all(struct house *h, const struct bytes *sealed,
			    size_t count, int64_t *log, struct err *err);

/*
 * Read a note as the checkpoint of a record log, signed by the key that its
 * origin names; `*key` gets that key.
 *
 * Returns: STATUS_MALFORMED; STATUS_UNTRUSTED. Nothing is filled then.
 */
enum status records_open_note(struct bytes whole, struct checkpoint *head,
			      struct public_key *key, struct err *err);

/* What records_open_intake() found out about a note. */
struct records_offer {
	int64_t log; /* set with STATUS_OK, STATUS_OLD and STATUS_FORKED */
	struct checkpoint head; /* of the note, its signature verified */
	struct records_owner owner;
	uint64_t held;	 /* entries that are here */
	bool acked;	 /* with STATUS_OLD: it brought an acknowledgement */
	bool own_is_ahead; /* of our own log others have more than we do: this
			    * disk has lost some. It comes back by the intake;
			    * say it to the operator. */
};

/*
 * Look at a checkpoint note of a record log from any source: over HTTP, from a
 * drive. The log's key follows from its origin; a log that is not here yet is
 * begun. With STATUS_OLD an acknowledgement the note carries is kept.
 *
 * Owns:    as intake_open(); `*offer` is filled also after a failure, as far
 *          as it got (`log` is 0 until it is known).
 * Returns: as intake_open(); STATUS_UNTRUSTED, STATUS_MALFORMED: no checkpoint
 *          of a record log, or not signed by its key; STATUS_OUT_OF_SCOPE: a
 *          stranger beyond the caps, or too many entries. Entries that are too
 *          long are refused by the intake.
 */
enum status records_open_intake(struct intake **out, struct house *h,
				struct bytes note, uint64_t now_s,
				struct records_offer *offer, struct err *err);

/*
 * An acknowledgement came: a checkpoint note with an office's cosignature.
 *
 * Kept when the log is here, has as many entries and the same root there, and
 * the cosignature is by the `ack` key of the recipient that acknowledges the
 * station's region (trust_acknowledger()). `*log` (may be NULL) is set with
 * STATUS_OK.
 * Returns: STATUS_OK; STATUS_OLD when as much was acknowledged before (err
 *          untouched); STATUS_NOT_FOUND: no such log here; STATUS_UNTRUSTED:
 *          no such cosignature, another root, nobody's region;
 *          STATUS_OUT_OF_SCOPE: of more entries than are here (of our own log:
 *          nothing is appended any more until they have come back);
 *          STATUS_MALFORMED. Nothing else has changed then.
 */
enum status records_ack_offered(struct house *h, struct bytes note,
				int64_t *log, struct err *err);

/*
 * Read an acknowledgement as such, whether or not its log is here: signed by
 * the key that its origin names and by the `ack` key of the recipient that
 * acknowledges `region`; of any recipient where that is NULL.
 *
 * Returns: STATUS_UNTRUSTED; STATUS_MALFORMED; STATUS_NOT_FOUND when the trust
 *          note names no such recipient: nobody can tell. `*head` is set only
 *          with STATUS_OK.
 */
enum status records_open_ack(const struct trust *trust, const char *region,
			     struct bytes note, struct checkpoint *head,
			     struct err *err);

/*
 * The office's duty: acknowledge each log of an enrolled station of our region
 * (and our own) that has more entries than were acknowledged. Does nothing
 * where there is no ack.key, or none that the trust note names, nor where an
 * office of a wider region acknowledges: what a township holds is carried on
 * to the county. Call it when a
 * record log grew, a station was enrolled, or the trust note changed.
 *
 * `*count` (may be NULL) is how many were acknowledged now.
 */
enum status records_acknowledge(struct house *h, uint64_t now_s,
				unsigned *count, struct err *err);

/*
 * What is to be done after intake_commit() of a record log, from wherever it
 * came: the acknowledgement that `note` carried is kept, and the office
 * acknowledges what it now holds. A running node is told of it besides
 * (live->log_grown).
 */
enum status records_taken(struct house *h, int64_t log, struct bytes note,
			  uint64_t now_s, struct err *err);

#endif
