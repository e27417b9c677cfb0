/* What this node believes, on disk: every root note it has walked through and
 * the newest trust note, under `trust/` of the data directory in the layout
 * they are served in.
 *
 * Nothing is written that was not verified first (signing/root.h, trust.h),
 * by the same code whichever way it came. A higher version wins; a lower one
 * is never taken. Threads: one; calls write and fsync small files. */
#ifndef NODE_TRUST_BOOK_H
#define NODE_TRUST_BOOK_H

#include "proto/err.h"
#include "signing/root.h"
#include "signing/trust.h"

struct trust_book {
	char folder[4096]; /* DIR/trust */
	struct root root;  /* the newest; version 0 when there is none */
	uint8_t fingerprint[SHA256_SIZE]; /* of root 1 */
	struct trust trust; /* version 0 when there is none */
	struct buf note;    /* the trust note, as it came */
};

/*
 * Read what is there. A folder without notes gives an empty book.
 *
 * Returns: STATUS_OK; STATUS_DAMAGED when what is on disk does not verify;
 *          STATUS_IO; STATUS_NO_MEMORY. The book needs trust_book_release()
 *          only after STATUS_OK.
 */
enum status trust_book_open(struct trust_book *book, const char *dir,
			    struct err *err);
void trust_book_release(struct trust_book *book);

/*
 * Take in the root note that comes next (root 1 when there is none). Who calls
 * for root 1 has had its fingerprint agreed to.
 *
 * Returns: STATUS_OK, and it is on disk; STATUS_OLD for one that is held;
 *          STATUS_NOT_FOUND when versions between are missing;
 *          STATUS_UNTRUSTED; STATUS_MALFORMED; STATUS_NO_ROOM; STATUS_IO.
 */
enum status trust_book_take_root(struct trust_book *book, struct bytes note,
				 struct err *err);

/* Take in a trust note: STATUS_OK and it is on disk; STATUS_OLD when it is
 * not newer, or well signed under a root that was replaced since (the office
 * has to make it anew); STATUS_NOT_FOUND when a newer root must be had first;
 * otherwise as above. */
enum status trust_book_take_trust(struct trust_book *book, struct bytes note,
				  struct err *err);

/* Append root note `version` as it came. STATUS_NOT_FOUND. */
enum status trust_book_root_note(const struct trust_book *book,
				 unsigned version, struct buf *out,
				 struct err *err);

#endif
