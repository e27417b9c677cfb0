/* The roots that files tell of, walked as a node walks them: root N+1 is
 * believed when root N's threshold and its own have signed it.
 *
 * Where a chain begins must be believed for another reason: a node's own notes
 * were compared at `init`, and whoever names a file with --root vouches for
 * it. Memory only. */
#ifndef NODE_ROOT_CHAIN_H
#define NODE_ROOT_CHAIN_H

#include "signing/root.h"

struct root_chain {
	struct root *roots; /* ascending, without gaps */
	size_t count;
	/* The version that is missing although there are notes of later ones;
	 * 0: none. */
	uint32_t missing;
	/* Of root 1, where the chain begins with it. */
	bool from_first;
	uint8_t fingerprint[SHA256_SIZE];

	/* private */
	struct root_chain_note *notes;
	size_t note_count;
};

#define ROOT_CHAIN_INIT { .roots = NULL, .count = 0 }

void root_chain_release(struct root_chain *chain);

/* Keep a copy of what may be a root note, in any order; what is none is passed
 * over. STATUS_NO_MEMORY, STATUS_NO_ROOM beyond a few copies of every
 * version. */
enum status root_chain_offer(struct root_chain *chain, struct bytes note);

/* Walk: from the lowest version on offer that meets its own threshold, as far
 * as it goes. Copies that do not verify are passed over. May be repeated after
 * further offers. STATUS_OK also when none is believed; STATUS_NO_MEMORY. */
enum status root_chain_walk(struct root_chain *chain);

/* NULL when it is not in the chain, or the chain is empty. */
const struct root *root_chain_at(const struct root_chain *chain,
				 uint64_t version);
const struct root *root_chain_newest(const struct root_chain *chain);
/* The note of a root in the chain as it was offered; empty when it is not in
 * it. Valid until the chain changes. */
struct bytes root_chain_note(const struct root_chain *chain, uint64_t version);

#endif
