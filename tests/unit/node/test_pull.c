/* For whom a node fetches what it does not want itself. */
#include "node/pull.h"

#include <string.h>

#include "tests/support/check.h"

/* A station in the village asks its township. */
static const struct pull_facts asked = {
	.level = LEVEL_TOWNSHIP,
	.known = true,
	.waits = true,
	.hops = PULL_HOPS,
	.room = true,
};

static enum pull with(void (*change)(struct pull_facts *))
{
	struct pull_facts facts = asked;

	change(&facts);
	return pull_decide(&facts);
}

static void is_unknown(struct pull_facts *f) { f->known = false; }
static void is_wanted(struct pull_facts *f) { f->wanted = true; f->hops = 0; }
static void does_not_wait(struct pull_facts *f) { f->waits = false; }
static void has_no_hops(struct pull_facts *f) { f->hops = 0; }
static void has_no_room(struct pull_facts *f) { f->room = false; }
static void at_a_station(struct pull_facts *f) { f->level = LEVEL_STATION; }
static void at_a_county(struct pull_facts *f) { f->level = LEVEL_COUNTY; }

static void at_a_station_nearby(struct pull_facts *f)
{
	f->level = LEVEL_STATION;
	f->near = true;
}

static void wanted_without_waiting(struct pull_facts *f)
{
	f->wanted = true;
	f->waits = false;
}

static void who_may_ask_is_fetched_for(void)
{
	CHECK(pull_decide(&asked) == PULL_ASK);
	CHECK(with(at_a_county) == PULL_ASK);
	CHECK(with(at_a_station_nearby) == PULL_ASK);
	CHECK(with(is_wanted) == PULL_WAIT);
	CHECK(with(has_no_room) == PULL_BUSY);
	CHECK(with(is_unknown) == PULL_REFUSE);
	CHECK(with(does_not_wait) == PULL_REFUSE);
	CHECK(with(wanted_without_waiting) == PULL_REFUSE);
	CHECK(with(has_no_hops) == PULL_REFUSE);
	CHECK(with(at_a_station) == PULL_REFUSE);
}

static const uint8_t *name(unsigned n)
{
	static uint8_t btmh[32];

	memset(btmh, 0, sizeof(btmh));
	memcpy(btmh, &n, sizeof(n));
	return btmh;
}

static void one_address_has_its_share(void)
{
	static struct pull_book book;
	const uint8_t one[16] = { 1 }, other[16] = { 2 };

	for (unsigned i = 0; i < PULL_ASKED_MAX; i++) {
		CHECK(pull_may_ask(&book, one, name(i), 0));
		pull_asked(&book, one, name(i), 0);
	}
	CHECK(!pull_may_ask(&book, one, name(100), 0));
	CHECK(pull_may_ask(&book, one, name(3), 0));
	CHECK(pull_may_ask(&book, other, name(100), 0));
	/* Asking again is one asking. */
	pull_asked(&book, other, name(3), 0);
	pull_asked(&book, other, name(3), 10);
	CHECK(book.count == PULL_ASKED_MAX + 1);
	/* What came makes room, and what was asked long ago. */
	pull_settled(&book, name(3));
	CHECK(pull_may_ask(&book, one, name(100), 0));
	pull_asked(&book, one, name(100), 0);
	CHECK(!pull_may_ask(&book, one, name(101), PULL_ASKED_MS - 1));
	CHECK(pull_may_ask(&book, one, name(101), PULL_ASKED_MS));
	CHECK(book.count == 0);
}

static void the_book_has_an_end(void)
{
	static struct pull_book book;
	uint8_t address[16] = { 0 };

	for (unsigned i = 0; i < 2 * PULL_BOOK_MAX; i++) {
		memcpy(address, &i, sizeof(i));
		CHECK(pull_may_ask(&book, address, name(i), 0) ==
		      (i < PULL_BOOK_MAX));
		pull_asked(&book, address, name(i), 0);
	}
	CHECK(book.count == PULL_BOOK_MAX);
}

int main(void)
{
	who_may_ask_is_fetched_for();
	one_address_has_its_share();
	the_book_has_an_end();
	return 0;
}
