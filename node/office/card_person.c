#include "node/office/card_person.h"

#include <stdlib.h>
#include <string.h>

#include "catalog/cards.h"
#include "catalog/stations.h"
#include "proto/encoding.h"

bool card_hex_parse(const char *hex, int64_t *card)
{
	uint8_t id[CARD_ID_SIZE];

	if (strlen(hex) != HEX_SIZE(CARD_ID_SIZE) ||
	    hex_decode(bytes_of(hex), id, sizeof(id)) != STATUS_OK)
		return false;
	*card = cardid_number_of(id);
	return true;
}

void card_hex(int64_t card, char out[static 2 * CARD_ID_SIZE + 1])
{
	uint8_t id[CARD_ID_SIZE];

	cardid_of_number(card, id);
	hex_encode((struct bytes){ id, sizeof(id) }, out);
}

enum status card_person_issued(void *node, int64_t card, bool *is,
			       struct err *err)
{
	enum card_standing standing = CARD_UNKNOWN;
	uint8_t id[CARD_ID_SIZE];
	enum status status;

	cardid_of_number(card, id);
	status = cards_standing(node, "", id, &standing, err);
	*is = standing != CARD_UNKNOWN;
	return status;
}

static bool has_ended(struct catalog *catalog, int64_t card)
{
	enum card_standing standing = CARD_UNKNOWN;
	struct err ignored = ERR_INIT;
	uint8_t id[CARD_ID_SIZE];

	cardid_of_number(card, id);
	(void)cards_standing(catalog, "", id, &standing, &ignored);
	return standing == CARD_ENDED;
}

json_t *card_person_json(struct catalog *catalog, const struct person *p)
{
	char hex[2 * CARD_ID_SIZE + 1];

	card_hex(p->card, hex);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:b}", "card",
			 hex, "tail", p->tail, "name", p->name, "place",
			 p->place, "region", p->region, "batch", p->batch,
			 "issued_s", (json_int_t)p->issued_s, "ended",
			 p->ended_s != 0 || has_ended(catalog, p->card));
}

/* The key that an item has becomes the name that people know. */
static void name_stations(struct catalog *catalog, json_t *items)
{
	json_t *item;
	size_t i;

	json_array_foreach(items, i, item) {
		const char *hex = json_string_value(
			json_object_get(item, "station"));
		struct err ignored = ERR_INIT;
		uint8_t key[PUBLIC_KEY_SIZE];
		struct station *st;

		if (hex == NULL || strlen(hex) != HEX_SIZE(sizeof(key)) ||
		    hex_decode(bytes_of(hex), key, sizeof(key)) != STATUS_OK)
			continue;
		st = malloc(sizeof(*st));
		if (st != NULL &&
		    stations_get(catalog, key, st, &ignored) == STATUS_OK)
			(void)json_object_set_new(item, "station",
						  json_string(st->name));
		free(st);
	}
}

enum status card_person_tell(struct catalog *catalog, struct catalog *records,
			     int64_t card, json_t **out, struct err *err)
{
	static const char *const lists[] = { "studies", "personals",
					     "plays" };
	struct person person = { .card = card };
	json_t *told, *all;
	enum status status = people_get(records, card, &person, err);

	if (status == STATUS_OK || status == STATUS_NOT_FOUND)
		status = people_tell(records, card, &told, err);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < 3; i++)
		name_stations(catalog, json_object_get(told, lists[i]));
	all = card_person_json(catalog, &person);
	if (all == NULL || json_object_update(all, told) != 0) {
		json_decref(all);
		json_decref(told);
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	}
	json_decref(told);
	*out = all;
	return STATUS_OK;
}
