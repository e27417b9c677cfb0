/* May a publisher sign below its own log now? A log has one history, and
 * whoever signs behind an old state of it makes a second: followers and
 * witnesses cannot tell that from fraud, and the log ends there for ever. An
 * old state comes back easily: last month's disk image, a directory copied
 * back, a new computer. So a publisher that does not know its disk to be the
 * one it signed on last asks those who hold the log before it signs.
 *
 * Pure: facts in, a verdict out. What is known and asked in a running node is
 * node/node_own.c, what is kept on disk node/own_kept.c; what a liar can do to
 * it is docs/decisions/0016-never-fork.md. */
#ifndef NODE_OWN_LOG_H
#define NODE_OWN_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/err.h"

enum {
	OWN_LOG_QUORUM = 3, /* so many known holders are enough at once */
	/* Between the first who shows no more than is here and signing, for
	 * others who may have more. */
	OWN_LOG_SETTLE_MS = 10 * 1000,
	/* From the start of the node, or from an unproven word of more, until
	 * nobody is waited for any more. */
	OWN_LOG_ASK_MS = 30 * 1000,
	/* From the start, where nobody was ever known to hold any of it. */
	OWN_LOG_LISTEN_MS = 5 * 1000
};

struct own_log_facts {
	uint64_t size; /* entries here */
	uint64_t seen; /* of the largest checkpoint under a valid signature */
	bool forked;
	/* A part of it was ever given to somebody, or somebody said to hold
	 * one. */
	bool elsewhere;
	/* Signed or confirmed before, and nothing has come between since: the
	 * computer was not started again, the database is the same file. */
	bool continues;
	/* Nodes known to hold it before this node was started, … */
	unsigned holders;
	/* … and how many of them have since shown a head that is not above
	 * ours. */
	unsigned confirmed;
	/* Milliseconds since the first of them, or another one who may be
	 * asked, has; -1: nobody. */
	int64_t shown_ms;
	/* Since somebody first said, without proof, that there is more; -1:
	 * nobody. */
	int64_t claimed_ms;
	int64_t run_ms; /* since the node was started; -1: none runs */
	bool alone;	/* the operator answers for it */
};

enum own_log_verdict {
	OWN_LOG_SIGN,
	OWN_LOG_WAIT,	/* others are being asked */
	OWN_LOG_BEHIND, /* a larger checkpoint exists; it is being fetched */
	OWN_LOG_NOBODY, /* nobody could be asked */
	OWN_LOG_FORKED	/* it ends here for ever */
};

enum own_log_verdict own_log_decide(const struct own_log_facts *facts);

/*
 * The verdict as a status, with a sentence for people that says what to do.
 *
 * Returns: STATUS_OK; STATUS_BUSY: ask again; STATUS_OLD: entries are missing
 *          here; STATUS_UNREACHABLE: nobody could be asked; STATUS_FORKED.
 */
enum status own_log_may_sign(const struct own_log_facts *facts,
			     struct err *err);

#endif
