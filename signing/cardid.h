/* Cards: by what a person who studies is known to a station.
 *
 * A card has a number, which is printed on it, and a PIN, which only its
 * holder is told. Nodes and logs know neither: an office publishes, for each
 * card, what a slow hash makes of the number (the *id*, by which the card goes
 * through all records) and of both together (the *check*).
 *
 *     salt   the first 16 bytes of SHA-256 of "xiangtu-card/v1"
 *     id     the first 8 bytes of Argon2id(number)
 *     check  the first 8 bytes of Argon2id(number ":" PIN)
 *
 * Argon2id takes 16 MiB and 3 passes: 24 ms on an office's PC, some 0.2 s on
 * the slow boxes that stations are, which do it twice for each login while
 * something plays, and have 1 GB for everything. What that is worth: there
 * are 10^9 numbers, so that one core of such a PC tries them all in nine
 * months, and who has a card's *number* finds its PIN in hours. So the PIN
 * keeps a neighbour out, at a station that counts tries; who copies the log
 * and computes is not kept out (docs/privacy.md).
 *
 * Threads: any. cardid_id() and cardid_check() take 16 MiB and a good part of
 * a second: not on a loop. */
#ifndef SIGNING_CARDID_H
#define SIGNING_CARDID_H

#include "proto/bytes.h"

enum {
	CARD_ID_SIZE = 8,
	CARD_CHECK_SIZE = 8,
	CARD_NUMBER_DIGITS = 10, /* nine at random and one that checks them */
	CARD_PIN_DIGITS = 6,
	CARD_TAIL_DIGITS = 4, /* of a number, to be shown where it is known */
	CARD_PRINTED_MAX = 12 /* "471 183 9206": with two spaces */
};

/* Draw a number and a PIN at random. */
void cardid_draw(char number[static CARD_NUMBER_DIGITS + 1],
		 char pin[static CARD_PIN_DIGITS + 1]);

/*
 * Read a number as people type it: spaces and hyphens anywhere, ASCII or
 * full-width digits.
 *
 * Returns: STATUS_OK; STATUS_MALFORMED when it has not ten digits or the last
 *          does not fit the others (ISO 7064 MOD 11,10: one wrong digit is
 *          always seen, two swapped ones nearly always).
 */
enum status cardid_parse(struct bytes typed,
			 char number[static CARD_NUMBER_DIGITS + 1]);
/* Read a PIN likewise. STATUS_MALFORMED: not six digits. */
enum status cardid_parse_pin(struct bytes typed,
			     char pin[static CARD_PIN_DIGITS + 1]);
/* "4711839206" as "471 183 9206", as it is printed. */
void cardid_print(const char *number, char out[static CARD_PRINTED_MAX + 1]);

/* Before:  `number` and `pin` are as the functions above write them.
 * Returns: STATUS_OK; STATUS_NO_MEMORY when the machine has not 16 MiB. */
enum status cardid_id(const char *number, uint8_t id[static CARD_ID_SIZE]);
enum status cardid_check(const char *number, const char *pin,
			 uint8_t check[static CARD_CHECK_SIZE]);

/* An id as a database keeps it: its bytes as one big-endian number. */
int64_t cardid_number_of(const uint8_t id[static CARD_ID_SIZE]);
void cardid_of_number(int64_t value, uint8_t id[static CARD_ID_SIZE]);

#endif
