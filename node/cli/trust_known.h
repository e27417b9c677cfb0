/* What is known, where a verb is run, of roots and trust: to count signatures
 * against, and to change. For the files of this folder.
 *
 * It comes from what --root or --after names (a note, a join file, a folder or
 * stick with notes); else from the data directory, where there is a node; else
 * from the notes that lie beside the draft. Only the node's was ever compared
 * with anybody's words: what an option names is vouched for by who types it. */
#ifndef NODE_CLI_TRUST_KNOWN_H
#define NODE_CLI_TRUST_KNOWN_H

#include "node/cli/cli.h"
#include "node/root_chain.h"
#include "node/trust_draft.h"

struct trust_known {
	struct root_chain roots;
	/* The highest trust note that these roots sign; version 0: none. */
	struct trust trust;
	struct buf text; /* of that */
	bool of_node;	 /* the data directory's own */
	bool beside;	 /* of what lay beside the draft */
};

/*
 * Find out. `option` names the option whose values are read; `beside`, or
 * NULL, is a file whose folder is looked into last. That nothing is known is
 * no failure.
 *
 * Returns: STATUS_NOT_FOUND, STATUS_UNTRUSTED when what an option names has no
 *          root that verifies; as note_files_each(); STATUS_DAMAGED for a data
 *          directory whose notes do not verify. `out` is to be released in any
 *          case.
 */
enum status trust_known_load(const struct cli *cli, const char *option,
			     const char *beside, struct trust_known *out,
			     struct err *err);
void trust_known_release(struct trust_known *known);

/* Read a draft or note. */
enum status trust_known_read(const char *path, struct trust_draft *out,
			     struct err *err);

/*
 * Which roots must sign a draft: for a root the one before it, where that is
 * known, and itself; for a trust note the root it names. `coming`, or NULL, is
 * a root draft that is to be taken in before it.
 *
 * Returns: how many, 1 or 2; STATUS_USAGE when no root is known,
 *          STATUS_NOT_FOUND when the one it needs is not, STATUS_OLD when a
 *          newer one has taken its place.
 */
enum status trust_known_signers(const struct trust_known *known,
				const struct trust_draft *draft,
				const struct root *coming,
				const struct root *out[static 2],
				size_t *count, struct err *err);

#endif
