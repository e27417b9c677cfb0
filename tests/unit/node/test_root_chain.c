#include "node/root_chain.h"

#include "tests/support/roots.h"

/* Roots 1 … 4 of changing sizes; each signed by enough of the one before and
 * of its own. */
static void offer(struct root_chain *chain, uint32_t version)
{
	static const struct {
		uint8_t threshold, first, last, signs_first, signs_last;
	} all[] = { { 1, 1, 1, 1, 1 },
		    { 3, 1, 5, 1, 3 },
		    { 2, 4, 6, 1, 5 },
		    { 3, 5, 9, 5, 7 } };
	struct root root = roots_make(version, all[version - 1].threshold,
				      all[version - 1].first,
				      all[version - 1].last);
	struct buf note = BUF_INIT;

	roots_note(&root, all[version - 1].signs_first,
		   all[version - 1].signs_last, &note);
	CHECK(root_chain_offer(chain, buf_bytes(&note)) == STATUS_OK);
	buf_release(&note);
}

static void it_walks_whatever_the_order(void)
{
	struct root_chain chain = ROOT_CHAIN_INIT;

	CHECK(root_chain_newest(&chain) == NULL);
	offer(&chain, 4);
	offer(&chain, 2);
	offer(&chain, 1);
	offer(&chain, 3);
	CHECK(root_chain_offer(&chain, bytes_of("no note")) == STATUS_OK);
	CHECK(root_chain_walk(&chain) == STATUS_OK);
	CHECK(chain.count == 4 && chain.missing == 0 && chain.from_first);
	CHECK(root_chain_newest(&chain)->version == 4);
	CHECK(root_chain_at(&chain, 2)->threshold == 3);
	CHECK(root_chain_at(&chain, 0) == NULL);
	CHECK(root_chain_at(&chain, 5) == NULL);
	root_chain_release(&chain);
}

static void it_stops_before_a_gap_and_says_which(void)
{
	struct root_chain chain = ROOT_CHAIN_INIT;

	offer(&chain, 1);
	offer(&chain, 2);
	offer(&chain, 4);
	CHECK(root_chain_walk(&chain) == STATUS_OK);
	CHECK(chain.count == 2 && chain.missing == 3);
	offer(&chain, 3);
	CHECK(root_chain_walk(&chain) == STATUS_OK);
	CHECK(chain.count == 4 && chain.missing == 0);
	root_chain_release(&chain);
}

static void it_may_begin_where_somebody_vouches_for_it(void)
{
	struct root_chain chain = ROOT_CHAIN_INIT;

	offer(&chain, 3);
	offer(&chain, 4);
	CHECK(root_chain_walk(&chain) == STATUS_OK);
	CHECK(chain.count == 2 && !chain.from_first);
	CHECK(root_chain_at(&chain, 3) != NULL);
	root_chain_release(&chain);
}

static void a_version_the_old_keys_did_not_sign_is_passed_over(void)
{
	struct root_chain chain = ROOT_CHAIN_INIT;
	struct root forged = roots_make(3, 1, 9, 9);
	struct buf note = BUF_INIT;

	offer(&chain, 1);
	offer(&chain, 2);
	roots_note(&forged, 9, 9, &note);
	CHECK(root_chain_offer(&chain, buf_bytes(&note)) == STATUS_OK);
	CHECK(root_chain_walk(&chain) == STATUS_OK);
	CHECK(chain.count == 2 && chain.missing == 3);
	offer(&chain, 3); /* the honest one beside it */
	offer(&chain, 4);
	CHECK(root_chain_walk(&chain) == STATUS_OK);
	CHECK(chain.count == 4 && root_chain_at(&chain, 3)->threshold == 2);
	buf_release(&note);
	root_chain_release(&chain);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	it_walks_whatever_the_order();
	it_stops_before_a_gap_and_says_which();
	it_may_begin_where_somebody_vouches_for_it();
	a_version_the_old_keys_did_not_sign_is_passed_over();
	return 0;
}
