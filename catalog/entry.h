/* One entry of a publisher's log, read from the JSON that was signed.
 *
 * Format, limits and what each type means: docs/formats-entry.md. Entries are
 * kept byte for byte as logged; what is parsed here is never written back. */
#ifndef CATALOG_ENTRY_H
#define CATALOG_ENTRY_H

#include <jansson.h>

#include "catalog/lesson.h"
#include "signing/cardid.h"
#include "signing/trust.h"

enum {
	ENTRY_MAX = 65535, /* bytes */
	ENTRY_DEPTH_MAX = 8,
	ENTRY_KEYS_MAX = 64, /* in one object */
	ENTRY_TYPE_MAX = 32, /* a-z, 0-9 and '-' */
	ENTRY_REASON_MAX = 500,
	ENTRY_NAME_MAX = 120, /* of a station or a group */
	ENTRY_GROUPS_MAX = 16,
	ENTRY_CARDS_MAX = 3000, /* issued or ended by one entry */
	ENTRY_CARD_SIZE = CARD_ID_SIZE + CARD_CHECK_SIZE, /* in `ids` */
	ENTRY_BATCH_SIZE = 8 /* characters that name a batch of cards */
};

/* Integers beyond are not the same number in every reader. */
#define ENTRY_INTEGER_MAX (INT64_C(1) << 53)

enum entry_type {
	ENTRY_LESSON,
	ENTRY_WITHDRAW,
	ENTRY_STATION,
	ENTRY_STATION_END,
	ENTRY_DELEGATE,
	ENTRY_UNDELEGATE,
	ENTRY_CARDS,
	ENTRY_CARDS_END,
	ENTRY_OTHER       /* a type this program does not know: kept, skipped */
};

struct entry_withdraw {
	char id[LESSON_ID_MAX + 1];
	char reason[ENTRY_REASON_MAX + 1]; /* "" when not said */
	uint64_t trust; /* to be written; read, it is the entry's */
};

struct entry_station {
	struct public_key key; /* KEY_ED25519, a vkey in the entry */
	char region[REGION_MAX + 1];
	char name[ENTRY_NAME_MAX + 1];
	size_t group_count;
	char groups[ENTRY_GROUPS_MAX][ENTRY_NAME_MAX + 1];
	bool has_replaces;
	struct public_key replaces; /* the box whose place it takes */
	char date[LESSON_DATE_SIZE + 1]; /* it stands since then; "" */
};

struct entry_station_end {
	struct public_key key;
	char date[LESSON_DATE_SIZE + 1]; /* it stood until then; "" */
};

/* Somebody below may publish: the same fields as in a trust note. */
struct entry_delegate {
	struct publisher publisher;
	uint64_t trust; /* to be written; read, it is the entry's */
};

/* Nobody below publishes under this origin any more. */
struct entry_undelegate {
	bool has_end; /* what it has said up to `end` stays; else nothing */
	struct cutoff end; /* without one only the origin */
	uint64_t trust; /* to be written; read, it is the entry's */
};

/* An office issues cards; which ones: entry_card_ids(). */
struct entry_cards {
	char batch[ENTRY_BATCH_SIZE + 1]; /* 0-9, a-z */
	char region[REGION_MAX + 1]; /* they are good in all of it */
	uint32_t count; /* read only */
	uint64_t trust; /* to be written; read, it is the entry's */
};

/* It takes some back. */
struct entry_cards_end {
	uint32_t count; /* read only */
	uint64_t trust; /* to be written; read, it is the entry's */
};

struct entry {
	enum entry_type type;
	/* The trust note its publisher had seen; 0 where none is named. */
	uint64_t trust;
	char type_name[ENTRY_TYPE_MAX + 1];
	union {
		struct lesson lesson;
		struct entry_withdraw withdraw;
		struct entry_station station;
		struct entry_station_end station_end;
		struct entry_delegate delegate;
		struct entry_undelegate undelegate;
		struct entry_cards cards;
		struct entry_cards_end cards_end;
	};
};

/*
 * Read one entry strictly: size, UTF-8, no key twice, depth, counts, integers
 * only; then the fields of its type. Keys a type does not know are ignored.
 *
 * Owns:    nothing; `out` is a value.
 * Returns: STATUS_OK; STATUS_MALFORMED with what is wrong in `err`;
 *          STATUS_NO_MEMORY, never mistaken for the former. `out` is
 *          untouched on failure.
 */
enum status entry_parse(struct bytes json, struct entry *out, struct err *err);

/*
 * The part of entry_parse() that knows no types: bytes to a JSON object under
 * the limits above, for other formats that keep the same rules.
 *
 * Owns: `*out` is the caller's (json_decref).
 */
enum status entry_load(struct bytes json, json_t **out, struct err *err);

/* Append the bytes that the `ids` of a `cards` or `cards-end` entry stand for:
 * count times ENTRY_CARD_SIZE, or CARD_ID_SIZE. The entry is one
 * that entry_parse() has read; as that. */
enum status entry_card_ids(struct bytes json, struct buf *out, struct err *err);

/* Append the entries an office writes beside lessons, as compact JSON.
 * STATUS_MALFORMED for a field entry_parse() would refuse; STATUS_NO_MEMORY.
 * On failure `out` holds what it held. */
enum status entry_format_withdraw(const struct entry_withdraw *withdraw,
				  struct buf *out, struct err *err);
enum status entry_format_station(const struct entry_station *station,
				 struct buf *out, struct err *err);
enum status entry_format_station_end(const struct entry_station_end *end,
				     struct buf *out, struct err *err);
enum status entry_format_delegate(const struct entry_delegate *delegate,
				  struct buf *out, struct err *err);
enum status entry_format_undelegate(const struct entry_undelegate *undelegate,
				    struct buf *out, struct err *err);
/* `ids` as entry_card_ids() gives them. */
enum status entry_format_cards(const struct entry_cards *cards,
			       struct bytes ids, struct buf *out,
			       struct err *err);
enum status entry_format_cards_end(const struct entry_cards_end *end,
				   struct bytes ids, struct buf *out,
				   struct err *err);

#endif
