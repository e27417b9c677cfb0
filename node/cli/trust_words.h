/* Drafts in words: what one would change, who has signed it, how many are
 * lacking; for people, and as JSON. For the files of this folder. */
#ifndef NODE_CLI_TRUST_WORDS_H
#define NODE_CLI_TRUST_WORDS_H

#include "node/cli/trust_known.h"

/* The note before, as far as it is known. NULL, NULL: nothing is. */
struct trust_before {
	const struct root *root;
	const struct trust *trust;
};

/* "Trust note 8, under root 2", and a new line. */
void trust_words_print_heading(const struct trust_draft *draft);
/* What is changed: a heading, then a line or two for each change. */
void trust_words_print_changes(const struct trust_draft *draft,
			       const struct trust_before *before);
json_t *trust_words_changes(const struct trust_draft *draft,
			    const struct trust_before *before);

/* Who has signed for each of the roots, and how many are lacking. */
void trust_words_print_signers(const struct trust_draft *draft,
			       const struct root *const *roots, size_t count);
json_t *trust_words_signers(const struct trust_draft *draft,
			    const struct root *const *roots, size_t count);
/* Have all of the roots enough? */
bool trust_words_complete(const struct trust_draft *draft,
			  const struct root *const *roots, size_t count);

/* {"file", "kind", "version", "changes", "signers", "complete"}. */
json_t *trust_words_draft(const char *file, const struct trust_draft *draft,
			  const struct trust_before *before,
			  const struct root *const *roots, size_t count);

#endif
