/* Proofs of forks (signing/fork.h), as this node takes them from anybody and
 * what they lead to: a log whose key has signed two histories is not followed
 * any more, and everything held stays. Neither a forged proof nor one that
 * proves nothing does more than cost the look.
 *
 * Threads: as the house. */
#ifndef NODE_EVIDENCE_H
#define NODE_EVIDENCE_H

#include "node/house.h"
#include "signing/fork.h"

/*
 * Take a proof that came from `source` (a URL, "drive", a file).
 *
 * Returns: STATUS_OK, kept; `*stopped` says whether a log that was followed
 *          here is not any more, `origin` which log it is of.
 *          STATUS_EXISTS when it is known, or enough are (the log is
 *          stopped all the same);
 *          STATUS_NOT_FOUND when no key of that log is known here;
 *          STATUS_MALFORMED; STATUS_UNTRUSTED when it does not prove anything;
 *          what SQLite fails with. `err` tells all but the second.
 */
enum status evidence_take(struct house *h, struct bytes text,
			  const char *source, uint64_t now_s,
			  char origin[static ORIGIN_MAX + 1], bool *stopped,
			  struct err *err);

/*
 * Look again at what is known, by those who may publish now: after a trust
 * note or a delegation.
 *
 * A log that is followed by now and of which a proof came before is stopped. A
 * stopped one goes on when nothing that stopped it was signed by a key of those
 * who may publish in it now, and what is held was: somebody else had claimed
 * its origin, or had a key that was taken from the list since. So it does when
 * it was stopped because its parent had ended it at another root, and that end
 * is not in force any more.
 */
enum status evidence_review(struct house *h, struct err *err);

#endif
