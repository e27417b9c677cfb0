/* A change of the trust note, from what is held to a draft that is signed:
 *
 *     trust_edit_begin() -> edit.trust is changed -> trust_edit_finish()
 *
 * Where this directory's root key alone meets the threshold, the end is a
 * trust note that is signed and taken in; elsewhere a file for those who sign.
 * For the files of this folder. */
#ifndef NODE_CLI_TRUST_EDIT_H
#define NODE_CLI_TRUST_EDIT_H

#include "node/cli/trust_known.h"

struct trust_edit {
	struct trust trust; /* what it is to say: change this */
	json_t *more; /* NULL, or what the JSON answer has besides; its own */

	/* private */
	struct trust_known known;
	const char *draft; /* --draft, or NULL */
	size_t dropped;	   /* signatures that draft had */
};

/*
 * Begin with the draft that --draft names, or with the newest trust note
 * known, as the next version under the newest root.
 *
 * Returns: STATUS_USAGE when no root is known, or the draft is no trust note;
 *          as trust_known_load(). `edit` is to be released in any case.
 */
enum status trust_edit_begin(const struct cli *cli, struct trust_edit *edit,
			     struct err *err);
/* The newest trust note held, to see what is new; version 0: none. */
const struct trust *trust_edit_held(const struct trust_edit *edit);
/* What failed among the lists of the trust (`what` it was about), in words. */
enum status trust_edit_failed(enum status status, const char *what,
			      struct err *err);

/*
 * Sign and take in where that can be done here, else write the draft; and say
 * which, and what comes next.
 *
 * Returns: STATUS_EXISTS when there is a file of that name; what the node
 *          answers; as key_file_read(), durable_write().
 */
enum status trust_edit_finish(struct cli *cli, struct trust_edit *edit,
			      struct err *err);
void trust_edit_release(struct trust_edit *edit);

#endif
