/* cards issue, cards renew: numbers and PINs are drawn here, go into a table
 * and, where asked, a sheet for the printer, and only what logs may know goes
 * to the node. Files are written first, whole and durably: whatever happens,
 * no card is good whose PIN is not in one, and after a power cut the same
 * cards are issued from the table. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/cli/card_words.h"
#include "node/cli/verbs.h"
#include "node/durable.h"
#include "node/office/card_paper.h"
#include "node/office/card_person.h"
#include "node/office/card_sheet.h"
#include "proto/text.h"
#include "signing/key.h"

enum { TABLE_MAX = 4 << 20 };

/* --- drawing --- */

static enum status draw_all(struct cli *cli, struct card_sheet *sheet,
			    struct err *err)
{
	enum status status = STATUS_OK;
	struct progress bar;

	progress_begin(&bar, cli, tr("drawing numbers and PINs"));
	bar.counted = true;
	for (size_t i = 0; status == STATUS_OK && i < sheet->count; i++) {
		if (!sheet->rows[i].hashed)
			status = card_sheet_draw(&sheet->rows[i]);
		progress_show(&bar, i + 1, sheet->count);
	}
	progress_end(&bar);
	return status == STATUS_OK ?
		       STATUS_OK :
		       err_set(err, status,
			       "no room for the 16 MiB that hashing takes");
}

static json_t *question(const struct card_sheet *sheet)
{
	json_t *cards = json_array();
	char hex[2 * CARD_ID_SIZE + 1];

	for (size_t i = 0; i < sheet->count; i++) {
		card_hex(cardid_number_of(sheet->rows[i].id), hex);
		(void)json_array_append_new(cards, json_string(hex));
	}
	return json_pack("{s:s, s:o}", "verb", "cards-taken", "cards", cards);
}

static bool is_taken(const json_t *answer, const struct card_row *row)
{
	const json_t *taken = json_object_get(answer, "taken"), *one;
	char hex[2 * CARD_ID_SIZE + 1];
	size_t i;

	card_hex(cardid_number_of(row->id), hex);
	json_array_foreach((json_t *)(uintptr_t)taken, i, one)
		if (strcmp(json_string_value(one), hex) == 0)
			return true;
	return false;
}

/* A number that the table gives is issued again, whoever has it: the node
 * says whether it may be. */
static enum status draw_again(struct card_sheet *sheet, const json_t *answer,
			      bool *again, struct err *err)
{
	for (size_t i = 0; i < sheet->count; i++) {
		struct card_row *row = &sheet->rows[i];
		bool twice = card_sheet_is_twice(sheet, i);

		if (!twice && (row->given || !is_taken(answer, row)))
			continue;
		if (card_sheet_redraw(row) != STATUS_OK)
			return err_set(err, STATUS_MALFORMED,
				       "line %u: that number stands in the "
				       "table twice",
				       row->line);
		*again = true;
	}
	return STATUS_OK;
}

static enum status draw_free_ones(struct cli *cli, struct card_sheet *sheet,
				  struct err *err)
{
	bool again = true;
	enum status status = STATUS_OK;

	while (again && status == STATUS_OK) {
		json_t *answer = NULL;

		again = false;
		status = draw_all(cli, sheet, err);
		if (status == STATUS_OK)
			status = cli_ask(cli, question(sheet), &answer, err);
		if (status == STATUS_OK)
			status = draw_again(sheet, answer, &again, err);
		json_decref(answer);
	}
	return status;
}

/* --- the files --- */

/* Where numbers and PINs go; NULL: nowhere. */
struct outlets {
	const char *table; /* for office software, and to issue them again */
	const char *paper; /* HTML, to be printed and cut */
	char usual[40];	   /* what the table is called where nobody says */
};

static bool all_given(const struct card_sheet *sheet)
{
	for (size_t i = 0; i < sheet->count; i++)
		if (!sheet->rows[i].given)
			return false;
	return true;
}

static struct outlets outlets_of(const struct cli *cli, const char *batch)
{
	struct outlets o = { .table = cli_value(cli, "out"),
			     .paper = cli_value(cli, "sheet") };

	(void)snprintf(o.usual, sizeof(o.usual), "cards-%s.csv", batch);
	return o;
}

static enum status look_at(const char *path, struct err *err)
{
	char folder[PATH_MAX];

	if (access(path, F_OK) == 0)
		return err_set(err, STATUS_EXISTS,
			       "'%s' is there already: were its cards issued? "
			       "'xiangtu cards issue' with the table of their "
			       "numbers and PINs issues them, if not; else "
			       "name another file",
			       path);
	(void)snprintf(folder, sizeof(folder), "%s", path);
	if (access(dirname(folder), W_OK) != 0)
		return err_set(err, STATUS_IO, "'%s' cannot be written: %s",
			       path, strerror(errno));
	return STATUS_OK;
}

/* Before minutes are spent on drawing, and again before they are written. */
static enum status look_at_outlets(const struct outlets *o, struct err *err)
{
	enum status status = STATUS_OK;

	if (o->table != NULL && o->paper != NULL &&
	    strcmp(o->table, o->paper) == 0)
		return err_set(err, STATUS_USAGE,
			       "table and sheet are two files: name them apart");
	if (o->table != NULL)
		status = look_at(o->table, err);
	if (status == STATUS_OK && o->paper != NULL)
		status = look_at(o->paper, err);
	return status;
}

static enum status write_one(const struct card_sheet *sheet, const char *path,
			     enum status (*make)(const struct card_sheet *sheet,
						 bool chinese, struct buf *out),
			     struct err *err)
{
	struct buf text = BUF_INIT;
	enum status status = STATUS_OK;

	if (path == NULL)
		return STATUS_OK;
	status = make(sheet, card_words_chinese(), &text);
	if (status != STATUS_OK)
		status = err_set(err, status, "'%s': out of memory", path);
	else
		status = durable_write(path, buf_bytes(&text), 0600, err);
	signing_wipe_buf(&text);
	buf_release(&text);
	return status;
}

/* The table first: cards are issued again from it. */
static enum status write_outlets(const struct card_sheet *sheet,
				 const struct outlets *o, struct err *err)
{
	enum status status = look_at_outlets(o, err);

	if (status == STATUS_OK)
		status = write_one(sheet, o->table, card_sheet_csv, err);
	if (status != STATUS_OK)
		return status;
	status = write_one(sheet, o->paper, card_paper_html, err);
	if (status != STATUS_OK && o->table != NULL)
		(void)unlink(o->table); /* whole, or not at all */
	return status;
}

/* --- issuing --- */

static void say_issued(struct cli *cli, const json_t *answer,
		       const struct outlets *o)
{
	if (cli->json) {
		json_t *said = json_deep_copy(answer);

		(void)json_object_set_new(
			said, "file",
			json_string(o->table == NULL ? "" : o->table));
		if (o->paper != NULL)
			(void)json_object_set_new(said, "sheet",
						  json_string(o->paper));
		cli_print_json(said);
		return;
	}
	printf(tr("%llu cards issued, batch %s.\n"),
	       (unsigned long long)cli_number(answer, "issued"),
	       cli_text(answer, "batch"));
	if (o->paper != NULL)
		printf(tr("The cards to print and cut, ten a page: %s. It has "
			  "PINs: delete it after.\n"),
		       o->paper);
	if (o->table != NULL)
		printf(tr("Numbers and PINs are in %s and nowhere else: print "
			  "it, then delete it.\n"),
		       o->table);
}

/* Files, then the log. */
static enum status write_and_sign(struct cli *cli, struct card_sheet *sheet,
				  const struct outlets *o, const char *batch,
				  json_t **answer, struct err *err)
{
	enum status status = write_outlets(sheet, o, err);

	if (status != STATUS_OK)
		return status;
	status = cli_ask_to_sign(cli, card_sheet_request(sheet, batch), answer,
				 err);
	if (status != STATUS_OK && o->table != NULL)
		return err_wrap(err,
				"the cards in '%s' are not issued yet; "
				"'xiangtu cards issue %s' does it",
				o->table, o->table);
	return status;
}

static enum status issue(struct cli *cli, struct card_sheet *sheet,
			 struct err *err)
{
	char batch[PERSON_BATCH_MAX + 1];
	struct outlets o;
	json_t *answer = NULL;
	enum status status;

	card_sheet_batch(batch);
	o = outlets_of(cli, batch);
	if (o.table == NULL && !all_given(sheet))
		o.table = o.usual;
	status = look_at_outlets(&o, err);
	if (status == STATUS_OK)
		status = draw_free_ones(cli, sheet, err);
	if (status == STATUS_OK)
		status = write_and_sign(cli, sheet, &o, batch, &answer, err);
	if (status == STATUS_OK)
		say_issued(cli, answer, &o);
	json_decref(answer);
	return status;
}

enum status cmd_cards_issue(struct cli *cli, struct err *err)
{
	struct card_sheet sheet = { .rows = NULL };
	struct buf file = BUF_INIT;
	enum status status = durable_read(cli->words[0], TABLE_MAX, &file,
					  err);

	if (status == STATUS_OK) {
		status = card_sheet_read(buf_bytes(&file), &sheet, err);
		if (status != STATUS_OK)
			(void)err_wrap(err, "'%s'", cli->words[0]);
	}
	signing_wipe_buf(&file);
	buf_release(&file);
	if (status == STATUS_OK)
		status = issue(cli, &sheet, err);
	card_sheet_release(&sheet);
	return status;
}

/* --- renew --- */

static enum status sheet_of(struct cli *cli, const char *card,
			    struct card_sheet *sheet, struct err *err)
{
	struct buf table = BUF_INIT;
	json_t *person = NULL;
	enum status status = cli_ask(cli,
				     json_pack("{s:s, s:s}", "verb",
					       "cards-person", "card", card),
				     &person, err);

	if (status != STATUS_OK)
		return status;
	if (cli_text(person, "name")[0] == 0)
		status = err_set(err, STATUS_NOT_FOUND,
				 "whose card that is, is not known here");
	buf_printf(&table, "name,place,region\n\"%s\",\"%s\",%s\n",
		   cli_text(person, "name"), cli_text(person, "place"),
		   cli_text(person, "region"));
	if (status == STATUS_OK)
		status = card_sheet_read(buf_bytes(&table), sheet, err);
	buf_release(&table);
	json_decref(person);
	return status;
}

/* The new one first: nobody is left without a card. */
enum status cmd_cards_renew(struct cli *cli, struct err *err)
{
	char hex[2 * CARD_ID_SIZE + 1];
	struct card_sheet sheet = { .rows = NULL };
	json_t *answer = NULL;
	enum status status = card_words_parse(cli->words[0], hex, err);

	if (status == STATUS_OK)
		status = sheet_of(cli, hex, &sheet, err);
	if (status == STATUS_OK)
		status = issue(cli, &sheet, err);
	if (status == STATUS_OK)
		status = cli_ask_to_sign(cli,
					 json_pack("{s:s, s:[s]}", "verb",
						   "cards-end", "cards", hex),
					 &answer, err);
	json_decref(answer);
	card_sheet_release(&sheet);
	return status;
}
