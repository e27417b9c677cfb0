#include "node/office/card_sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "catalog/charset.h"
#include "catalog/lesson.h"
#include "node/csv.h"
#include "proto/encoding.h"
#include "signing/key.h"
#include "signing/locked.h"

enum column { NAME, PLACE, REGION, NUMBER, PIN, COLUMNS };

static const struct {
	const char *name;
	const char *chinese[6];
} columns[COLUMNS] = {
	[NAME] = { "name", { "姓名", "名字" } },
	[PLACE] = { "place",
		    { "单位", "村", "村名", "所在村", "工作单位" } },
	[REGION] = { "region", { "地区代码", "地区", "行政区划代码" } },
	[NUMBER] = { "number", { "卡号" } },
	[PIN] = { "pin", { "密码" } },
};

/* --- reading --- */

static enum column column_of(const char *name)
{
	for (unsigned c = 0; c < COLUMNS; c++) {
		if (strcasecmp(name, columns[c].name) == 0)
			return (enum column)c;
		for (unsigned i = 0; columns[c].chinese[i] != NULL; i++)
			if (strcmp(name, columns[c].chinese[i]) == 0)
				return (enum column)c;
	}
	return COLUMNS;
}

static enum status read_head(struct csv *csv,
			     enum column map[static CSV_COLUMNS_MAX],
			     struct err *err)
{
	bool seen[COLUMNS + 1] = { false };
	enum status status = csv_next(csv, err);

	if (status == STATUS_NOT_FOUND)
		return err_set(err, STATUS_MALFORMED, "it is empty");
	if (status != STATUS_OK)
		return status;
	for (unsigned i = 0; i < csv->count; i++) {
		map[i] = column_of(csv->fields[i]);
		if (map[i] != COLUMNS && seen[map[i]])
			return err_set(err, STATUS_MALFORMED,
				       "the first row names the column '%s' "
				       "twice",
				       csv->fields[i]);
		seen[map[i]] = true;
	}
	if (!seen[NAME])
		return err_set(err, STATUS_MALFORMED,
			       "the first row must name the columns: name "
			       "(姓名), and where you like place (单位) and "
			       "region (地区代码)");
	return STATUS_OK;
}

static enum status wrong(const struct csv *csv, const char *what,
			 struct err *err)
{
	return err_set(err, STATUS_MALFORMED, "line %u: %s", csv->line, what);
}

/* Office software would take the others for a formula when the sheet comes
 * out again. */
static bool text_is_good(const char *text, size_t max)
{
	return plain_is_good(text, max, false) &&
	       strchr("=+-@", text[0]) == NULL;
}

static enum status take_secret(const struct csv *csv, const char *number,
			       const char *pin, struct card_row *row,
			       struct err *err)
{
	row->given = number[0] != 0;
	if (!row->given && pin[0] != 0)
		return wrong(csv, "a PIN without a card number", err);
	if (!row->given)
		return STATUS_OK;
	if (cardid_parse(bytes_of(number), row->number) != STATUS_OK)
		return wrong(csv, "this is no card number: ten digits, of "
				  "which the last fits the others", err);
	if (cardid_parse_pin(bytes_of(pin), row->pin) != STATUS_OK)
		return wrong(csv, "a card number needs its PIN of six digits",
			     err);
	return STATUS_OK;
}

static enum status take_row(const struct csv *csv,
			    const enum column *map, unsigned mapped,
			    struct card_row *row, struct err *err)
{
	const char *text[COLUMNS] = { "", "", "", "", "" };

	for (unsigned i = 0; i < csv->count && i < mapped; i++)
		if (map[i] != COLUMNS)
			text[map[i]] = csv->fields[i];
	row->line = csv->line;
	if (!text_is_good(text[NAME], PERSON_NAME_MAX))
		return wrong(csv, "a name of one line, at most 60 bytes, is "
				  "needed, that begins with none of = + - @",
			     err);
	if (text[PLACE][0] != 0 && !text_is_good(text[PLACE], PERSON_PLACE_MAX))
		return wrong(csv, "the place: one line of at most 120 bytes, "
				  "that begins with none of = + - @", err);
	if (text[REGION][0] != 0 && region_check(text[REGION]) != STATUS_OK)
		return wrong(csv, "the region: 2, 4, 6, 9 or 12 digits", err);
	strcpy(row->name, text[NAME]);
	strcpy(row->place, text[PLACE]);
	strcpy(row->region, text[REGION]);
	return take_secret(csv, text[NUMBER], text[PIN], row, err);
}

static enum status read_rows(struct csv *csv, struct card_sheet *out,
			     struct err *err)
{
	enum column map[CSV_COLUMNS_MAX];
	enum status status = read_head(csv, map, err);
	unsigned mapped = csv->count;

	while (status == STATUS_OK) {
		status = csv_next(csv, err);
		if (status != STATUS_OK)
			break;
		if (out->count == CARD_SHEET_MAX)
			return err_set(err, STATUS_MALFORMED,
				       "more than %d people: make several "
				       "tables of it",
				       CARD_SHEET_MAX);
		status = take_row(csv, map, mapped, &out->rows[out->count],
				  err);
		if (status == STATUS_OK)
			out->count++;
	}
	if (status == STATUS_NOT_FOUND && out->count == 0)
		return err_set(err, STATUS_MALFORMED,
			       "nobody is in it, only names of columns");
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status card_sheet_read(struct bytes file, struct card_sheet *out,
			    struct err *err)
{
	struct buf text = BUF_INIT;
	struct csv csv;
	enum status status;

	out->count = 0;
	out->rows = locked_new(CARD_SHEET_MAX * sizeof(*out->rows));
	if (out->rows == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	status = charset_to_utf8(file, &text, NULL, err);
	if (status == STATUS_OK) {
		csv_init(&csv, buf_bytes(&text));
		status = read_rows(&csv, out, err);
		csv_release(&csv);
	}
	signing_wipe(text.data, text.size);
	buf_release(&text);
	return status;
}

void card_sheet_release(struct card_sheet *sheet)
{
	locked_free(sheet->rows);
	sheet->rows = NULL;
	sheet->count = 0;
}

/* --- numbers and PINs --- */

enum status card_sheet_draw(struct card_row *row)
{
	enum status status;

	if (row->number[0] == 0)
		cardid_draw(row->number, row->pin);
	status = cardid_id(row->number, row->id);
	if (status == STATUS_OK)
		status = cardid_check(row->number, row->pin, row->check);
	row->hashed = status == STATUS_OK;
	return status;
}

bool card_sheet_is_twice(const struct card_sheet *sheet, size_t row)
{
	for (size_t i = 0; i < row; i++)
		if (memcmp(sheet->rows[i].id, sheet->rows[row].id,
			   CARD_ID_SIZE) == 0)
			return true;
	return false;
}

enum status card_sheet_redraw(struct card_row *row)
{
	if (row->given)
		return STATUS_EXISTS;
	row->number[0] = 0;
	row->hashed = false;
	return STATUS_OK;
}

void card_sheet_batch(char out[static PERSON_BATCH_MAX + 1])
{
	uint8_t random[5];

	signing_random(random, sizeof(random));
	base32_encode((struct bytes){ random, sizeof(random) }, out);
}

/* --- written --- */

static json_t *person_json(const struct card_row *row)
{
	char card[2 * CARD_ID_SIZE + 1], check[2 * CARD_CHECK_SIZE + 1];

	hex_encode((struct bytes){ row->id, sizeof(row->id) }, card);
	hex_encode((struct bytes){ row->check, sizeof(row->check) }, check);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "card", card,
			 "check", check, "tail",
			 row->number + CARD_NUMBER_DIGITS - CARD_TAIL_DIGITS,
			 "name", row->name, "place", row->place, "region",
			 row->region);
}

json_t *card_sheet_request(const struct card_sheet *sheet, const char *batch)
{
	json_t *people = json_array();

	for (size_t i = 0; people != NULL && i < sheet->count; i++)
		if (json_array_append_new(people,
					  person_json(&sheet->rows[i])) != 0) {
			json_decref(people);
			people = NULL;
		}
	return people == NULL ? NULL :
				json_pack("{s:s, s:s, s:o}", "verb",
					  "cards-issue", "batch", batch,
					  "people", people);
}

json_t *card_sheet_json(const struct card_sheet *sheet)
{
	json_t *cards = json_array();

	for (size_t i = 0; cards != NULL && i < sheet->count; i++) {
		const struct card_row *row = &sheet->rows[i];

		if (json_array_append_new(
			    cards, json_pack("{s:s, s:s, s:s, s:s, s:s}",
					     "number", row->number, "pin",
					     row->pin, "name", row->name,
					     "place", row->place, "region",
					     row->region)) != 0) {
			json_decref(cards);
			cards = NULL;
		}
	}
	return cards;
}

/* With a space in it a number stays text: office software takes the zero from
 * the front of others. */
enum status card_sheet_csv(const struct card_sheet *sheet, bool chinese,
			   struct buf *out)
{
	char number[CARD_PRINTED_MAX + 1];

	buf_puts(out, "\xef\xbb\xbf");
	for (unsigned c = 0; c < COLUMNS; c++)
		buf_printf(out, "%s%s",
			   chinese ? columns[c].chinese[0] : columns[c].name,
			   c + 1 < COLUMNS ? "," : "\r\n");
	for (size_t i = 0; i < sheet->count; i++) {
		const struct card_row *row = &sheet->rows[i];

		csv_put(out, row->name);
		buf_puts(out, ",");
		csv_put(out, row->place);
		cardid_print(row->number, number);
		buf_printf(out, ",%s,%s,%.3s %s\r\n", row->region, number,
			   row->pin, row->pin + 3);
	}
	return buf_status(out);
}
