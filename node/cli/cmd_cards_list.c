/* cards list, cards end, cards forget; records forget. */
#include "node/cli/card_words.h"

#include <stdio.h>
#include <string.h>

#include "node/cli/verbs.h"
#include "node/office/card_person.h"

enum status card_words_parse(const char *word,
			     char hex[static 2 * CARD_ID_SIZE + 1],
			     struct err *err)
{
	char number[CARD_NUMBER_DIGITS + 1];
	uint8_t id[CARD_ID_SIZE];
	int64_t card;

	if (cardid_parse(bytes_of(word), number) == STATUS_OK) {
		if (cardid_id(number, id) != STATUS_OK)
			return err_set(err, STATUS_NO_MEMORY,
				       "no room for the 16 MiB that hashing "
				       "takes");
		card = cardid_number_of(id);
	} else if (!card_hex_parse(word, &card)) {
		return err_set(err, STATUS_USAGE,
			       "'%.40s' is neither a card number (ten digits, "
			       "of which the last fits the others) nor the 16 "
			       "digits that 'xiangtu cards list' shows",
			       word);
	}
	card_hex(card, hex);
	return STATUS_OK;
}

bool card_words_chinese(void)
{
	return strcmp(tr("Name"), "Name") != 0;
}

/* --- list --- */

static void print_people(const json_t *people)
{
	const char *titles[] = { tr("Name"),  tr("Place"), tr("Number"),
				 tr("Batch"), tr("State"), tr("Card") };
	struct table *table = table_new(6, titles);
	const json_t *person;
	size_t i;

	json_array_foreach(people, i, person) {
		char tail[8];
		const char *cells[] = {
			cli_text(person, "name"),
			cli_text(person, "place"),
			tail,
			cli_text(person, "batch"),
			json_is_true(json_object_get(person, "ended")) ?
				tr("ended") :
				tr("good"),
			cli_text(person, "card")
		};

		(void)snprintf(tail, sizeof(tail), "…%.4s",
			       cli_text(person, "tail"));
		table_row(table, cells);
	}
	table_print(table);
}

static void print_cards(const json_t *answer)
{
	uint64_t total = cli_number(answer, "total");
	size_t shown = json_array_size(json_object_get(answer, "people"));

	if (total == 0)
		printf("%s\n", tr("Nobody has a card by that name, place, "
				  "number or batch."));
	else
		print_people(json_object_get(answer, "people"));
	if (total > shown)
		printf(tr("%llu more: ask for a name, a place or a batch.\n"),
		       (unsigned long long)(total - shown));
}

enum status cmd_cards_list(struct cli *cli, struct err *err)
{
	const char *query = cli->n_words > 0 ? cli->words[0] : "";
	json_t *answer;
	enum status status = cli_ask(cli,
				     json_pack("{s:s, s:s}", "verb", "cards",
					       "query", query),
				     &answer, err);

	if (status == STATUS_OK)
		cli_show(cli, answer, print_cards);
	return status;
}

/* --- end, forget --- */

static enum status cards_of_words(const struct cli *cli, json_t **out,
				  struct err *err)
{
	char hex[2 * CARD_ID_SIZE + 1];
	enum status status = STATUS_OK;
	json_t *cards = json_array();

	for (unsigned i = 0; i < cli->n_words && status == STATUS_OK; i++) {
		status = card_words_parse(cli->words[i], hex, err);
		if (status == STATUS_OK)
			(void)json_array_append_new(cards, json_string(hex));
	}
	if (status == STATUS_OK)
		*out = cards;
	else
		json_decref(cards);
	return status;
}

static void print_ended(const json_t *answer)
{
	printf(tr("%llu cards ended. Stations know it when this has travelled "
		  "to them.\n"),
	       (unsigned long long)cli_number(answer, "ended"));
}

enum status cmd_cards_end(struct cli *cli, struct err *err)
{
	const char *batch = cli_value(cli, "batch");
	json_t *cards, *answer;
	enum status status;

	if ((batch == NULL) == (cli->n_words == 0))
		return err_set(err, STATUS_USAGE,
			       "name cards, or one batch of them");
	status = cards_of_words(cli, &cards, err);
	if (status == STATUS_OK)
		status = cli_ask_to_sign(
			cli,
			json_pack("{s:s, s:s*, s:o}", "verb", "cards-end",
				  "batch", batch, "cards", cards),
			&answer, err);
	if (status == STATUS_OK)
		cli_show(cli, answer, print_ended);
	return status;
}

/* `share` of all there is to do stands for how many registers there are. */
static bool show_looking(void *owner, json_t *progress)
{
	uint64_t looked = cli_number(progress, "looked");
	double share = json_real_value(json_object_get(progress, "share"));

	if (share > 0)
		progress_show(owner, looked, (uint64_t)((double)looked / share));
	return true;
}

static void print_forgotten(const json_t *answer)
{
	printf(tr("Deleted from %llu rows; minutes and sums stay. A card that "
		  "was not ended still opens: xiangtu cards end\n"),
	       (unsigned long long)cli_number(answer, "rows"));
	if (!json_is_true(json_object_get(answer, "wiped")))
		printf("%s\n", tr("Somebody reads the records just now, and "
				  "traces are still in the file beside them: "
				  "say it again in a minute."));
}

enum status cmd_cards_forget(struct cli *cli, struct err *err)
{
	const char *name = cli_value(cli, "name");
	const char *station = cli_value(cli, "station");
	struct progress bar;
	json_t *cards, *answer;
	enum status status;

	if ((name == NULL) == (cli->n_words == 0) ||
	    (station != NULL && name == NULL))
		return err_set(err, STATUS_USAGE,
			       "name cards, or a person with --name");
	progress_begin(&bar, cli, tr("looking through registers"));
	bar.counted = true;
	progress_show(&bar, 0, 0);
	status = cards_of_words(cli, &cards, err);
	if (status == STATUS_OK)
		status = cli_ask_watching(
			cli,
			json_pack("{s:s, s:s*, s:s*, s:o}", "verb",
				  "cards-forget", "name", name, "station",
				  station, "cards", cards),
			show_looking, &bar, &answer, err);
	progress_end(&bar);
	if (status == STATUS_OK)
		cli_show(cli, answer, print_forgotten);
	return status;
}
