#include "catalog/cards.h"

#include <string.h>

#include "catalog/sql.h"
#include "signing/trust.h"

struct found {
	enum card_standing standing;
	uint8_t check[CARD_CHECK_SIZE];
};

/* One office's card may be good in a place that is not ours: then it is none
 * here. */
static enum status find(struct catalog *c, const char *region,
			const uint8_t id[static CARD_ID_SIZE],
			struct found *out, struct err *err)
{
	static const char ask[] =
		"SELECT region, ended IS NOT NULL, pin FROM card WHERE id = ?"
		" ORDER BY length(region), log";
	struct sql q;

	out->standing = CARD_UNKNOWN;
	sql_start(&q, c, ask);
	sql_put_int(&q, cardid_number_of(id));
	while (out->standing == CARD_UNKNOWN && sql_next(&q)) {
		struct bytes check = sql_blob(&q, 2);

		if (check.size != CARD_CHECK_SIZE ||
		    (region[0] != 0 &&
		     !region_contains(sql_text(&q, 0), region)))
			continue;
		memcpy(out->check, check.data, CARD_CHECK_SIZE);
		out->standing = sql_int(&q, 1) != 0 ? CARD_ENDED : CARD_GOOD;
	}
	return sql_finish(&q, err);
}

/* In a time that does not tell how much of it is right. */
static bool same(const uint8_t *a, const uint8_t *b, size_t size)
{
	uint8_t differ = 0;

	for (size_t i = 0; i < size; i++)
		differ |= (uint8_t)(a[i] ^ b[i]);
	return differ == 0;
}

enum status cards_check(struct catalog *c, const char *region,
			const uint8_t id[static CARD_ID_SIZE],
			const uint8_t check[static CARD_CHECK_SIZE],
			struct err *err)
{
	struct found card;
	enum status status = find(c, region, id, &card, err);

	if (status != STATUS_OK)
		return status;
	if (card.standing == CARD_UNKNOWN)
		return err_set(err, STATUS_NOT_FOUND,
			       "no such card has come to this place yet; new "
			       "cards travel with the courseware");
	if (card.standing == CARD_ENDED)
		return err_set(err, STATUS_OLD,
			       "the office has ended this card; ask it for "
			       "another");
	if (!same(card.check, check, CARD_CHECK_SIZE))
		return err_set(err, STATUS_UNTRUSTED,
			       "this is not the PIN of that card");
	return STATUS_OK;
}

enum status cards_standing(struct catalog *c, const char *region,
			   const uint8_t id[static CARD_ID_SIZE],
			   enum card_standing *standing, struct err *err)
{
	struct found card;
	enum status status = find(c, region, id, &card, err);

	if (status == STATUS_OK)
		*standing = card.standing;
	return status;
}

enum status cards_known(struct catalog *c, const char *region,
			const uint8_t id[static CARD_ID_SIZE], bool *known,
			struct err *err)
{
	enum card_standing standing = CARD_UNKNOWN;
	enum status status = cards_standing(c, region, id, &standing, err);

	*known = standing == CARD_GOOD;
	return status;
}
