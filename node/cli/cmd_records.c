/* records, records add. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/records_waiting.h"
#include "node/cli/verbs.h"
#include "node/durable.h"
#include "node/records.h"
#include "proto/encoding.h"

/* --- records --- */

static void put_acked(const json_t *log, char *out, size_t room)
{
	uint64_t entries = cli_number(log, "entries");
	uint64_t acked = cli_number(log, "acked");

	if (json_is_true(json_object_get(log, "forked")))
		(void)snprintf(out, room, "%s",
			       tr("FORKED: no longer followed"));
	else if (entries == 0)
		(void)snprintf(out, room, "-");
	else if (acked >= entries)
		(void)snprintf(out, room, "%s", tr("all"));
	else
		(void)snprintf(out, room, "%llu", (unsigned long long)acked);
}

static bool is_strange(const json_t *log)
{
	return strcmp(cli_text(log, "standing"), "stranger") == 0;
}

static void add_row(struct table *table, const json_t *log)
{
	char entries[24], acked[64], heard[64];
	const char *cells[] = { cli_text(log, "code"),
				cli_text(log, "name"),
				cli_text(log, "region"),
				tr(cli_text(log, "standing")),
				entries,
				acked,
				heard };

	(void)snprintf(entries, sizeof(entries), "%llu",
		       (unsigned long long)cli_number(log, "entries"));
	put_acked(log, acked, sizeof(acked));
	if (json_is_true(json_object_get(log, "own")))
		(void)snprintf(heard, sizeof(heard), "%s", tr("this node"));
	else
		cli_ago(cli_number(log, "heard_s"), heard);
	table_row(table, cells);
}

/* Those of strangers, or all others. */
static void print_logs(const json_t *list, bool strange)
{
	const char *titles[] = { tr("Code"),	tr("Name"),
				 tr("Region"),	tr("State"),
				 tr("Entries"), tr("Acknowledged"),
				 tr("Heard") };
	struct table *table = table_new(7, titles);
	const json_t *log;
	size_t i;

	json_array_foreach(list, i, log)
		if (is_strange(log) == strange)
			add_row(table, log);
	table_print(table);
}

static bool any_strange(const json_t *list)
{
	const json_t *log;
	size_t i;

	json_array_foreach(list, i, log)
		if (is_strange(log))
			return true;
	return false;
}

static void print_records(const json_t *list)
{
	print_logs(list, false);
	if (any_strange(list)) {
		printf("\n%s\n", tr("Of stations that nobody enrolled (xiangtu "
				    "station accept CODE):"));
		print_logs(list, true);
	}
}

enum status cmd_records(struct cli *cli, struct err *err)
{
	enum status status = cli_show_list(
		cli, json_pack("{s:s}", "verb", "records"), NULL,
		print_records, err);

	if (status == STATUS_OK && !cli->json)
		records_print_waiting(cli);
	return status;
}

/* --- records add --- */

static enum status find_office(const struct cli *cli, struct public_key *key,
			       struct err *err)
{
	json_t *answer;
	enum status status = cli_ask(cli,
				     json_pack("{s:s}", "verb", "records-to"),
				     &answer, err);

	if (status != STATUS_OK)
		return status;
	if (public_key_parse(bytes_of(cli_text(answer, "key")), key) !=
	    STATUS_OK)
		status = err_set(err, STATUS_MALFORMED,
				 "the office's key cannot be read");
	json_decref(answer);
	return status;
}

static enum status read_sealed(const char *path, const struct public_key *to,
			       struct buf *text, struct err *err)
{
	struct buf inner = BUF_INIT, sealed = BUF_INIT;
	enum status status = durable_read(path, SEAL_INNER_MAX, &inner, err);

	if (status == STATUS_NOT_FOUND)
		(void)err_set(err, status, "there is no file '%s'", path);
	else if (status == STATUS_MALFORMED || status == STATUS_NO_ROOM)
		(void)err_set(err, status,
			      "'%s' is too large: a note to the office has at "
			      "most %d bytes",
			      path, SEAL_INNER_MAX);
	if (status == STATUS_OK) {
		status = seal(buf_bytes(&inner), to, &sealed);
		if (status != STATUS_OK)
			(void)err_set(err, status, "seal '%s': %s", path,
				      status_text(status));
	}
	if (status == STATUS_OK)
		buf_put_base64(text, buf_bytes(&sealed));
	if (inner.data != NULL)
		signing_wipe(inner.data, inner.size);
	buf_release(&inner);
	buf_release(&sealed);
	return status;
}

enum status cmd_records_add(struct cli *cli, struct err *err)
{
	struct public_key office;
	struct buf text = BUF_INIT;
	json_t *answer;
	enum status status = find_office(cli, &office, err);

	if (status == STATUS_OK)
		status = read_sealed(cli->words[0], &office, &text, err);
	if (status == STATUS_OK)
		status = cli_ask_to_sign(cli,
					 json_pack("{s:s, s:s}", "verb",
						   "record-add", "sealed",
						   buf_string(&text)),
					 &answer, err);
	buf_release(&text);
	if (status != STATUS_OK)
		return status;
	if (cli->json) {
		cli_print_json(answer);
		return STATUS_OK;
	}
	printf("%s: %s\n", tr("Sealed, on its way to"), office.name);
	json_decref(answer);
	return STATUS_OK;
}
