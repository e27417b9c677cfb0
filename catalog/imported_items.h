/* Items of a batch as an office reads them (docs/formats-records.md, "Items"):
 * JSON to plain values, in bounds. Private to catalog/imported*.c.
 *
 * Each reader returns false for what is not as it should be; the item is then
 * passed over. What points into the item is borrowed from it. Pure. */
#ifndef CATALOG_IMPORTED_ITEMS_H
#define CATALOG_IMPORTED_ITEMS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "catalog/moment.h"
#include "proto/bytes.h"

enum {
	ITEM_MS_MAX = 24 * 60 * 60 * 1000,
	ITEM_HEADS_MAX = 5000,
	ITEM_TITLE_MAX = 200,
	ITEM_NAME_MAX = 60,
	ITEM_NAMES_MAX = 200,
	ITEM_NOTE_MAX = 2000,
	ITEM_TEXT_MAX = 1000,
	ITEM_PHOTO_MAX = 40 * 1024
};

/* What plays, studies and personals have in common. */
struct item_head {
	int64_t id;
	int64_t v;
	struct when w;
	int64_t ms, own;
	int64_t flags; /* enum imported_flag */
	int64_t mark; /* 31 bits: another content has another one */
};

struct item_play {
	struct item_head head;
	const char *lesson;
	int64_t media; /* enum imported_media */
	bool on_tv;
	bool in_there, card_there;
	int64_t in, card;
	int64_t keys, shown, of;
};
bool item_play_read(const json_t *item, struct item_play *out);

struct item_study {
	struct item_head head;
	int64_t heads, parts, hand_ms;
	const json_t *names, *cards, *lessons; /* arrays of texts, or NULL */
	const json_t *outside;		       /* object, or NULL */
	const char *note, *by;		       /* or NULL */
};
bool item_study_read(const json_t *item, struct item_study *out);

struct item_personal {
	struct item_head head;
	bool on_tv;
	int64_t card, plays;
};
bool item_personal_read(const json_t *item, struct item_personal *out);

/* A photo's bytes are appended to `jpeg`. */
bool item_photo_read(const json_t *item, int64_t *study, struct buf *jpeg);

/* Told by hand: id and version, and is it as it should be? */
struct item_told {
	int64_t id, v;
	struct when w; /* of faults and wishes */
	bool fixed;
	const char *text; /* of wishes */
};
bool item_equipment_read(const json_t *item, struct item_told *out);
bool item_fault_read(const json_t *item, struct item_told *out);
bool item_wish_read(const json_t *item, struct item_told *out);

/* What a machine says of itself; only the moment is looked at. */
bool item_machine_read(const json_t *item, struct when *w);

#endif
