/* A draft: a root note or trust note on its way to those who must sign it
 * (docs/formats-trust.md, "Drafts"; docs/ceremony.md).
 *
 * It travels as a file: the bare text while nobody has signed, a note from the
 * first signature on. Who has signed, and how many are lacking, is told for
 * each root that must agree: a trust note's newest root; for root N+1 root N
 * and itself, apart. What counts are distinct public keys.
 *
 * Memory only: files are read and written by the caller. Nothing here is
 * believed because it is in a draft: whoever takes the note in verifies it
 * anew (node/trust_book.h). */
#ifndef NODE_TRUST_DRAFT_H
#define NODE_TRUST_DRAFT_H

#include "proto/err.h"
#include "signing/root.h"
#include "signing/trust.h"

enum { TRUST_DRAFT_MAX = TRUST_NOTE_MAX };

enum trust_draft_kind { TRUST_DRAFT_ROOT, TRUST_DRAFT_TRUST };

struct trust_draft {
	enum trust_draft_kind kind;
	uint64_t version;
	struct root root;   /* of TRUST_DRAFT_ROOT */
	struct trust trust; /* of TRUST_DRAFT_TRUST */
	struct buf whole;   /* as it travels */
	size_t text_size;   /* how much of it is the text */
};

/*
 * Read a draft, as text or as note.
 *
 * Returns: STATUS_OK, and the caller releases it; STATUS_MALFORMED with a text
 *          that says what does not read; STATUS_NO_MEMORY. `out` is then
 *          untouched.
 */
enum status trust_draft_read(struct trust_draft *out, struct bytes whole,
			     struct err *err);
/* The bare text of a root or a trust as a draft, with no signature; as
 * trust_draft_read(), and STATUS_NO_ROOM for a trust too long. */
enum status trust_draft_of_root(struct trust_draft *out,
				const struct root *root, struct err *err);
enum status trust_draft_of_trust(struct trust_draft *out,
				 const struct trust *trust, struct err *err);
void trust_draft_release(struct trust_draft *draft);

/* What is signed; valid until the draft changes. */
struct bytes trust_draft_text(const struct trust_draft *draft);
/* How many signature lines it has, of whomever. */
size_t trust_draft_lines(const struct trust_draft *draft);
bool trust_draft_same_text(const struct trust_draft *a,
			   const struct trust_draft *b);

/* Which keys of one root have signed. */
struct trust_tally {
	bool good[ROOT_KEYS_MAX]; /* has a line that verifies */
	bool bad[ROOT_KEYS_MAX];  /* has one that does not: with that line
				   * nobody takes the note */
	unsigned signers;	  /* different public keys */
	unsigned lacking;	  /* signatures to the threshold */
};

void trust_draft_tally(const struct trust_draft *draft,
		       const struct root *root, struct trust_tally *out);

/*
 * Add what `key` has to sign for the given roots, under each name they know it
 * by. Lines of the roots' keys that do not verify go.
 *
 * Returns: STATUS_EXISTS when it has signed all that already; STATUS_UNTRUSTED
 *          when none of the roots lists it; STATUS_NO_ROOM; STATUS_NO_MEMORY.
 *          The draft is then as it was.
 */
enum status trust_draft_sign(struct trust_draft *draft,
			     const struct secret_key *key,
			     const struct root *const *roots, size_t count);

/* Add the lines of a copy that others have signed. STATUS_MALFORMED for
 * another text; STATUS_NO_ROOM, STATUS_NO_MEMORY; the draft is then as it
 * was. */
enum status trust_draft_merge(struct trust_draft *draft,
			      const struct trust_draft *copy);

/* Take out lines of the root's keys that do not verify: anybody may have added
 * them, and with one nobody takes the note. STATUS_NO_MEMORY. */
enum status trust_draft_clean(struct trust_draft *draft,
			      const struct root *root);

/*
 * What a changed trust begins as: all that `held` says, statements unknown to
 * this program too, as the next version, to be signed under root `root`.
 * `held` of version 0 is an empty one. The caller releases `out`.
 *
 * Returns: STATUS_NO_ROOM at the last version or beyond TRUST_TEXT_MAX;
 *          STATUS_NO_MEMORY. `out` is then untouched.
 */
enum status trust_draft_next(const struct trust *held, uint32_t root,
			     struct trust *out);

#endif
