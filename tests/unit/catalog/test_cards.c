#include "catalog/cards.h"

#include "catalog/entry.h"
#include "tests/support/shelf.h"

#define VILLAGE "431081101203"

struct card {
	uint8_t id[CARD_ID_SIZE], pin[CARD_CHECK_SIZE];
};

static struct card nth(uint8_t n)
{
	return (struct card){ .id = { 0xff, n }, .pin = { 7, n } };
}

static void issue(struct shelf *s, size_t log, const char *region,
		  const struct card *card)
{
	struct entry_cards cards = { .batch = "0c0001r1" };
	struct buf json = BUF_INIT;

	strcpy(cards.region, region);
	SHELF_OK(entry_format_cards(
		&cards, (struct bytes){ card->id, sizeof(*card) }, &json,
		&s->err));
	shelf_log_entry(s, log, buf_bytes(&json));
	buf_release(&json);
}

static void end(struct shelf *s, size_t log, const struct card *card)
{
	struct entry_cards_end entry = { .trust = 0 };
	struct buf json = BUF_INIT;

	SHELF_OK(entry_format_cards_end(
		&entry, (struct bytes){ card->id, sizeof(card->id) }, &json,
		&s->err));
	shelf_log_entry(s, log, buf_bytes(&json));
	buf_release(&json);
}

static enum status check(struct shelf *s, const char *region,
			 const struct card *card)
{
	struct err err = ERR_INIT;
	enum status status = cards_check(s->c, region, card->id, card->pin,
					 &err);

	CHECK((status == STATUS_OK) == (err.text[0] == 0));
	return status;
}

static bool known(struct shelf *s, const char *region, const struct card *card)
{
	bool is;

	SHELF_OK(cards_known(s->c, region, card->id, &is, &s->err));
	return is;
}

static void a_card_opens_with_its_pin_until_it_is_ended(void)
{
	struct card card = nth(1), wrong = nth(1), other = nth(2);
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	CHECK(check(s, VILLAGE, &card) == STATUS_NOT_FOUND);
	issue(s, 0, "431081", &card);
	shelf_settle(s);
	wrong.pin[CARD_CHECK_SIZE - 1] ^= 1;
	CHECK(check(s, VILLAGE, &card) == STATUS_OK);
	CHECK(check(s, "", &card) == STATUS_OK);
	CHECK(check(s, VILLAGE, &wrong) == STATUS_UNTRUSTED);
	CHECK(check(s, VILLAGE, &other) == STATUS_NOT_FOUND);
	CHECK(known(s, VILLAGE, &card) && !known(s, VILLAGE, &other));
	end(s, 0, &card);
	shelf_settle(s);
	CHECK(check(s, VILLAGE, &card) == STATUS_OLD);
	CHECK(check(s, VILLAGE, &wrong) == STATUS_OLD);
	CHECK(!known(s, VILLAGE, &card));
	/* What the log says last counts. */
	issue(s, 0, "431081", &card);
	shelf_settle(s);
	CHECK(check(s, VILLAGE, &card) == STATUS_OK);
	shelf_release(s);
}

static void a_card_is_good_where_its_office_may_issue_it(void)
{
	struct card card = nth(1), foreign = nth(2);
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	issue(s, 0, "431081101", &card);
	issue(s, 0, "440000", &foreign);
	shelf_settle(s);
	CHECK(check(s, VILLAGE, &card) == STATUS_OK);
	CHECK(check(s, "431081102001", &card) == STATUS_NOT_FOUND);
	CHECK(check(s, "", &foreign) == STATUS_NOT_FOUND);
	shelf_release(s);
}

/* A township cannot make the county's card its own by issuing it again, nor
 * bring back what the county has ended. */
static void the_larger_place_says_how_a_card_stands(void)
{
	struct card card = nth(1), stolen = nth(1), own = nth(2);
	struct shelf shelf;
	struct shelf *s = &shelf;
	size_t town;

	shelf_init(s);
	stolen.pin[0] = 99;
	town = shelf_log(s, "town.example/431081101/lessons");
	shelf_new_trust(s);
	shelf_trust_publisher(s, 0, "431081");
	shelf_trust_publisher(s, town, "431081101");
	(void)shelf_use_trust(s);
	issue(s, town, "431081101", &own);
	issue(s, 0, "431081", &card);
	issue(s, town, "431081101", &stolen);
	end(s, town, &card);
	shelf_settle(s);
	CHECK(check(s, VILLAGE, &card) == STATUS_OK);
	CHECK(check(s, VILLAGE, &stolen) == STATUS_UNTRUSTED);
	CHECK(check(s, VILLAGE, &own) == STATUS_OK); /* it may issue some */
	end(s, 0, &card);
	issue(s, town, "431081101", &stolen);
	shelf_settle(s);
	CHECK(check(s, VILLAGE, &card) == STATUS_OLD);
	CHECK(check(s, VILLAGE, &stolen) == STATUS_OLD);
	shelf_release(s);
}

static void what_a_narrower_trust_note_does_not_allow_is_over(void)
{
	struct card card = nth(1), ended = nth(2);
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	issue(s, 0, "431081", &card);
	issue(s, 0, "431081", &ended);
	end(s, 0, &ended);
	shelf_settle(s);
	shelf_new_trust(s);
	shelf_trust(s)->version++;
	shelf_trust_publisher(s, 0, "431081102");
	(void)shelf_use_trust(s);
	shelf_settle(s);
	CHECK(check(s, VILLAGE, &card) == STATUS_NOT_FOUND);
	CHECK(check(s, VILLAGE, &ended) == STATUS_NOT_FOUND);
	shelf_new_trust(s);
	shelf_trust(s)->version++;
	shelf_trust_publisher(s, 0, "431081");
	(void)shelf_use_trust(s);
	shelf_settle(s);
	CHECK(check(s, VILLAGE, &card) == STATUS_OK);
	CHECK(check(s, VILLAGE, &ended) == STATUS_OLD);
	shelf_release(s);
}

int main(void)
{
	a_card_opens_with_its_pin_until_it_is_ended();
	a_card_is_good_where_its_office_may_issue_it();
	the_larger_place_says_how_a_card_stands();
	what_a_narrower_trust_note_does_not_allow_is_over();
	return 0;
}
