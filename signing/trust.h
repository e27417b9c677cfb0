/* The trust note: who may publish what, who may read records, which logs have
 * ended, whose cosignatures count (docs/formats-trust.md, "Trust notes").
 *
 * One statement a line, signed by the threshold of the root. Of two versions
 * the higher wins; the caller never takes a lower one than it has held.
 * Memory only: no file, no clock, no global state. */
#ifndef SIGNING_TRUST_H
#define SIGNING_TRUST_H

#include "signing/checkpoint.h"
#include "signing/publisher.h"
#include "signing/root.h"

enum {
	TRUST_NOTE_MAX = 65536,	/* bytes of a whole note */
	TRUST_TEXT_MAX = 60000,	/* bytes of a text we write: room to sign */
	TRUST_PUBLISHERS_MAX = 256,
	TRUST_RECIPIENTS_MAX = 64,
	TRUST_CUTOFFS_MAX = 256,
	TRUST_WITNESSES_MAX = 32,
	TRUST_OTHERS_MAX = 256 /* statements this program does not know */
};
#define TRUST_VERSION_MAX ((UINT64_C(1) << 53) - 1)

/* The office that records of a region are sealed to. */
struct recipient {
	char region[REGION_MAX + 1];
	struct public_key key; /* KEY_SEALING */
	/* KEY_COSIGNER: the office acknowledges record logs with it; type 0
	 * where it does not. */
	struct public_key ack;
};

/* A log that has ended for ever at (size, root). Its checkpoints up to there
 * stay good; what it signed beyond is evidence. */
struct cutoff {
	char origin[ORIGIN_MAX + 1];
	uint64_t size;
	uint8_t root[SHA256_SIZE];
	/* The log that goes on in its place; "" when none does. */
	char successor[ORIGIN_MAX + 1];
};

struct trust {
	uint64_t version; /* from 1 */
	uint32_t root;	  /* version of the root that signs it */

	/* read-only for others; grown by trust_add_…() */
	struct publisher *publishers;
	size_t publisher_count;
	struct recipient *recipients;
	size_t recipient_count;
	struct cutoff *cutoffs;
	size_t cutoff_count;
	struct public_key *witnesses; /* KEY_COSIGNER */
	size_t witness_count;
	struct buf others; /* unknown statements, each with its '\n' */
	size_t other_count;
};

/* An empty trust of version 1 under root 1. */
void trust_init(struct trust *trust);
void trust_release(struct trust *trust);

/* Each copies what it is given, or leaves `trust` untouched and returns
 * STATUS_MALFORMED, STATUS_EXISTS (same origin, region or public key),
 * STATUS_NO_ROOM at the cap, or STATUS_NO_MEMORY. */
enum status trust_add_publisher(struct trust *trust,
				const struct publisher *publisher);
enum status trust_add_recipient(struct trust *trust,
				const struct recipient *recipient);
enum status trust_add_cutoff(struct trust *trust, const struct cutoff *cutoff);
enum status trust_add_witness(struct trust *trust,
			      const struct public_key *witness);
/* The head it ends its log at. */
void cutoff_checkpoint(const struct cutoff *cutoff,
		       struct checkpoint *checkpoint);
/* Is it a well-formed cut-off? STATUS_OK or STATUS_MALFORMED. */
enum status cutoff_check(const struct cutoff *cutoff);
/* Take a publisher out; STATUS_NOT_FOUND. (A log that went wrong is cut off
 * instead: its old entries need its keys.) */
enum status trust_remove_publisher(struct trust *trust, const char *origin);
/* Put `publisher` in the place of the one of its origin. STATUS_NOT_FOUND,
 * STATUS_MALFORMED; nothing has changed then. */
enum status trust_replace_publisher(struct trust *trust,
				    const struct publisher *publisher);
/* Take out the recipient of exactly this region, or the witness of this public
 * key; STATUS_NOT_FOUND. (A cut-off is for ever.) */
enum status trust_remove_recipient(struct trust *trust, const char *region);
enum status trust_remove_witness(struct trust *trust,
				 const struct public_key *witness);

/*
 * Read the text of a trust note into a new `trust`, which the caller releases.
 *
 * Returns: STATUS_MALFORMED for a malformed known statement, one said twice, or
 *          a list beyond its cap; STATUS_NO_MEMORY. `trust` is then untouched
 *          and must not be released on account of this call.
 */
enum status trust_parse(struct bytes text, struct trust *trust);
/*
 * Append the text: statements in the order publishers, recipients, cut-offs,
 * witnesses, unknown ones as they came. To be signed with note_sign().
 *
 * Returns: STATUS_NO_ROOM beyond TRUST_TEXT_MAX, STATUS_NO_MEMORY; `out` then
 *          holds what it held.
 */
enum status trust_format(const struct trust *trust, struct buf *out);

/*
 * Read a whole note, signed by the threshold of `root`, the newest known.
 * Whether it is newer than the one held is for the caller to compare.
 *
 * Returns: STATUS_NOT_FOUND when it was signed under a newer root than `root`
 *          (get that first); STATUS_UNTRUSTED; else as trust_parse().
 */
enum status trust_open(struct bytes whole, const struct root *root,
		       struct trust *trust);

/* The publisher of a log, or NULL; valid until `trust` changes. */
const struct publisher *trust_publisher(const struct trust *trust,
					const char *origin);
/* Where a log has ended, or NULL while it has not. */
const struct cutoff *trust_cutoff(const struct trust *trust,
				  const char *origin);
/* The nearest recipient for records of `region`, or NULL. */
const struct recipient *trust_recipient(const struct trust *trust,
					const char *region);
/*
 * Whoever reads the records of `region`: recipients of regions that contain it,
 * the nearest first, into `out` of TRUST_RECIPIENTS_MAX. How many there are.
 */
size_t trust_recipients(const struct trust *trust, const char *region,
			const struct recipient **out);
/* Whose acknowledgement counts there: of those recipients that have an `ack`
 * key the one of the widest region, or NULL. What it holds has passed all who
 * are nearer. */
const struct recipient *trust_acknowledger(const struct trust *trust,
					   const char *region);

#endif
