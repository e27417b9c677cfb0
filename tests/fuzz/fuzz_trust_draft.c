/* Drafts of root and trust notes, from sticks of people who gather signatures:
 * reading, telling who signed, what changes, adding a signature, merging. */
#include "node/trust_diff.h"
#include "node/trust_draft.h"
#include "proto/text.h"
#include "tests/fuzz/keys.h"

static struct secret_key *key;
static struct root root;
static struct trust held;

void fuzz_begin(void)
{
	key = fuzz_key("root-a", KEY_ED25519, 1);
	root = (struct root){ .version = 1, .threshold = 1, .key_count = 1 };
	root.keys[0] = *secret_key_public(key);
	trust_init(&held);
}

/* Whatever it says is shown on one line. */
static void change_seen(void *owner, const struct trust_change *change)
{
	(void)owner;
	CHECK(text_is_plain(bytes_of(change->of)));
	CHECK(text_is_plain(bytes_of(change->now)));
	CHECK(trust_change_text(change->kind)[0] != 0);
}

static void look(const struct trust_draft *draft)
{
	if (draft->kind == TRUST_DRAFT_ROOT) {
		CHECK(root_diff(&root, &draft->root, change_seen, NULL) ==
		      STATUS_OK);
	} else {
		CHECK(trust_diff(&held, &draft->trust, change_seen, NULL) ==
		      STATUS_OK);
		CHECK(trust_diff(&draft->trust, &held, change_seen, NULL) ==
		      STATUS_OK);
	}
}

static void sign(struct trust_draft *draft)
{
	const struct root *roots[] = { &root };
	struct trust_draft second;
	struct trust_tally tally;
	struct err err = ERR_INIT;
	enum status status;

	trust_draft_tally(draft, &root, &tally);
	CHECK(tally.signers <= 1 && tally.lacking <= 1);
	CHECK(trust_draft_clean(draft, &root) == STATUS_OK);
	status = trust_draft_sign(draft, key, roots, 1);
	CHECK(status == STATUS_OK || status == STATUS_EXISTS ||
	      status == STATUS_NO_ROOM);
	if (status == STATUS_NO_ROOM)
		return;
	trust_draft_tally(draft, &root, &tally);
	CHECK(tally.signers == 1 && tally.lacking == 0 && !tally.bad[0]);
	CHECK(trust_draft_read(&second, buf_bytes(&draft->whole), &err) ==
	      STATUS_OK);
	CHECK(trust_draft_same_text(draft, &second));
	CHECK(trust_draft_merge(draft, &second) == STATUS_OK);
	trust_draft_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trust_draft draft;
	struct err err = ERR_INIT;

	if (trust_draft_read(&draft, (struct bytes){ data, size }, &err) !=
	    STATUS_OK) {
		CHECK(err.text[0] != 0);
		return 0;
	}
	look(&draft);
	sign(&draft);
	trust_draft_release(&draft);
	return 0;
}

void fuzz_seeds(void)
{
	struct trust_draft draft;
	struct err err = ERR_INIT;

	CHECK(trust_draft_of_root(&draft, &root, &err) == STATUS_OK);
	fuzz_seed(draft.whole.data, draft.whole.size);
	trust_draft_release(&draft);
	CHECK(trust_draft_of_trust(&draft, &held, &err) == STATUS_OK);
	fuzz_seed(draft.whole.data, draft.whole.size);
	trust_draft_release(&draft);
}
