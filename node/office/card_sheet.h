/* A sheet of cards: people as an office lists them in a table, with the number
 * and the PIN that each is given. The same sheet read again, with its numbers
 * and PINs, is the same cards: so an issue that was interrupted is said again.
 *
 * PINs stand here and on the paper, and nowhere else: a sheet is in locked
 * memory (signing/locked.h), and wiped when it is released.
 *
 * Threads: any; card_sheet_draw() takes what cardid.h says. */
#ifndef NODE_OFFICE_CARD_SHEET_H
#define NODE_OFFICE_CARD_SHEET_H

#include <jansson.h>

#include "catalog/people.h"

/* As many as one entry of a log has room for. */
enum { CARD_SHEET_MAX = 3000 };

struct card_row {
	unsigned line; /* of the table */
	char name[PERSON_NAME_MAX + 1];
	char place[PERSON_PLACE_MAX + 1];
	char region[REGION_MAX + 1];
	char number[CARD_NUMBER_DIGITS + 1]; /* "" until drawn */
	char pin[CARD_PIN_DIGITS + 1];
	bool given;  /* they stood in the table */
	bool hashed; /* the next two are of them */
	uint8_t id[CARD_ID_SIZE];
	uint8_t check[CARD_CHECK_SIZE];
};

struct card_sheet {
	struct card_row *rows;
	size_t count;
};

/*
 * Read a table (node/csv.h) in any encoding that charset_to_utf8() reads. Its
 * first row names the columns: name (姓名), place (单位, 村), region
 * (地区代码), number (卡号), pin (密码), in any order; columns of other names
 * are not looked at. A name is needed; a number needs a PIN.
 *
 * Owns:    card_sheet_release() it, in every case.
 * Returns: STATUS_OK; STATUS_MALFORMED with the line and what is wrong there;
 *          STATUS_NO_MEMORY.
 */
enum status card_sheet_read(struct bytes file, struct card_sheet *out,
			    struct err *err);
void card_sheet_release(struct card_sheet *sheet);

/* Draw a number and a PIN for a row that has none, and work out id and check:
 * some 50 ms. STATUS_NO_MEMORY. */
enum status card_sheet_draw(struct card_row *row);
/* Has a row before this one the same number? The later draws again. */
bool card_sheet_is_twice(const struct card_sheet *sheet, size_t row);
/* Its number is somebody else's: the next card_sheet_draw() draws another.
 * STATUS_EXISTS when the table gave it. */
enum status card_sheet_redraw(struct card_row *row);

/* The request that issues them all: cards-issue of docs/architecture.md.
 * NULL: out of memory. */
json_t *card_sheet_request(const struct card_sheet *sheet, const char *batch);
/* [{"number","pin","name","place","region"}]: for who prints them. NULL
 * likewise. */
json_t *card_sheet_json(const struct card_sheet *sheet);
/* The table that card_sheet_read() reads, with a byte order mark. */
enum status card_sheet_csv(const struct card_sheet *sheet, bool chinese,
			   struct buf *out);

/* Eight characters that name a batch. */
void card_sheet_batch(char out[static PERSON_BATCH_MAX + 1]);

#endif
