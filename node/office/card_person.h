/* What an office can tell of a card: whose it is, how it stands, and all that
 * is recorded of it (docs/formats-page.md, "Cards"). */
#ifndef NODE_OFFICE_CARD_PERSON_H
#define NODE_OFFICE_CARD_PERSON_H

#include <jansson.h>

#include "catalog/people.h"

/* "00ff…" of 16 lower-case hex digits. */
bool card_hex_parse(const char *hex, int64_t *card);
void card_hex(int64_t card, char out[static 2 * CARD_ID_SIZE + 1]);

/* Is it in a log that counts here? For people_settle(); `node` is node.db. */
enum status card_person_issued(void *node, int64_t card, bool *is,
			       struct err *err);

/* {"card","tail","name","place","region","batch","issued_s","ended"}.
 * `catalog` is node.db: there it stands whether the card has ended. NULL: out
 * of memory, or the database could not be read. */
json_t *card_person_json(struct catalog *catalog, const struct person *person);

/*
 * The same with all that is recorded, each item with the name of its station.
 * Grows with what is recorded: on a worker. Owns: `*out` is the caller's.
 *
 * Returns: STATUS_OK, also for a card whose holder is not known here any more
 *          (then without name); STATUS_NO_MEMORY; what SQLite failed with.
 */
enum status card_person_tell(struct catalog *catalog, struct catalog *records,
			     int64_t card, json_t **out, struct err *err);

#endif
