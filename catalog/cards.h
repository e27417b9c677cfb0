/* The cards that offices have issued, as their logs say: `cards` and
 * `cards-end` entries (docs/formats-entry.md), which catalog/index.h takes in.
 *
 * Nothing here is personal: an id and a check (signing/cardid.h) of each card,
 * and where it is good. Whose it is, the office alone knows
 * (catalog/people.h).
 *
 * Threads: as its catalog (node.db). Quick: the slow hashes are the
 * caller's. */
#ifndef CATALOG_CARDS_H
#define CATALOG_CARDS_H

#include "catalog/catalog.h"
#include "signing/cardid.h"

/* How a card stands. Where several logs have issued one id, the log of the
 * largest place is the one that counts, whatever the others say. */
enum card_standing {
	CARD_UNKNOWN, /* it has not come here yet, or is of another place */
	CARD_GOOD,
	CARD_ENDED /* taken back by the office */
};

/*
 * May who knows this number and PIN study under this card at a node of
 * `region`? `region` "" asks for any place.
 *
 * Returns: STATUS_OK; STATUS_UNTRUSTED: another PIN; STATUS_NOT_FOUND: no such
 *          card here; STATUS_OLD: the office has ended it, whatever the PIN;
 *          each with a sentence for people in `err`; what SQLite failed with.
 */
enum status cards_check(struct catalog *c, const char *region,
			const uint8_t id[static CARD_ID_SIZE],
			const uint8_t check[static CARD_CHECK_SIZE],
			struct err *err);

/* How the card stands at a node of `region`, as above. */
enum status cards_standing(struct catalog *c, const char *region,
			   const uint8_t id[static CARD_ID_SIZE],
			   enum card_standing *standing, struct err *err);

/* Is it known and good there? For a roll call; *known is false after a
 * failure. */
enum status cards_known(struct catalog *c, const char *region,
			const uint8_t id[static CARD_ID_SIZE], bool *known,
			struct err *err);

#endif
