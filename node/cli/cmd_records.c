/* records, records add, records read. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalog/log.h"
#include "node/cli/unlocking.h"
#include "node/cli/verbs.h"
#include "node/durable.h"
#include "node/house.h"
#include "node/records.h"
#include "proto/encoding.h"
#include "proto/recordlog.h"

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
	return cli_show_list(cli, json_pack("{s:s}", "verb", "records"), NULL,
			     print_records, err);
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
		status = cli_ask(cli,
				 json_pack("{s:s, s:s}", "verb", "record-add",
					   "sealed", buf_string(&text)),
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

/* --- records read --- */

struct reading {
	const struct cli *cli;
	struct house house;
	char origin[RECORDLOG_ORIGIN_SIZE + 1];
	const char *to; /* a folder, or NULL: standard output */
	json_t *list;
	unsigned closed; /* entries that are sealed to somebody else */
};

struct finding {
	uint8_t typed[5];
	struct reading *reading;
	unsigned found;
};

static enum status match_code(void *owner, const struct log_info *info,
			      struct err *err)
{
	struct finding *f = owner;
	char code[KEY_CODE_SIZE + 1];
	uint8_t key[PUBLIC_KEY_SIZE], held[5];

	(void)err;
	if (!recordlog_key(info->origin, key))
		return STATUS_OK;
	key_code(key, code);
	if (base32_decode(bytes_of(code), held, 5) != STATUS_OK ||
	    memcmp(held, f->typed, 5) != 0)
		return STATUS_OK;
	f->found++;
	recordlog_origin(key, f->reading->origin);
	return STATUS_OK;
}

static enum status find_log(struct reading *r, const char *code,
			    struct log_info *info, struct err *err)
{
	struct finding f = { .reading = r };
	enum status status;

	if (base32_decode(bytes_of(code), f.typed, 5) != STATUS_OK)
		return err_set(err, STATUS_USAGE,
			       "'%s' is no code of a station", code);
	status = log_each_records(r->house.catalog, match_code, &f, err);
	if (status == STATUS_OK && f.found == 0)
		return err_set(err, STATUS_NOT_FOUND,
			       "nothing came from a station with the code '%s'",
			       code);
	if (status == STATUS_OK)
		status = log_find(r->house.catalog, r->origin, info, err);
	return status;
}

/* To a file as it is; to a terminal without what would command it. */
static void print_inner(struct bytes inner)
{
	if (isatty(STDOUT_FILENO) == 0) {
		(void)fwrite(inner.data, 1, inner.size, stdout);
		return;
	}
	for (size_t i = 0; i < inner.size; i++) {
		uint8_t c = inner.data[i];

		(void)putchar((c < ' ' && c != '\n') || c == 0x7f ? '?' : c);
	}
	if (inner.size > 0 && inner.data[inner.size - 1] != '\n')
		(void)putchar('\n');
}

static enum status show(struct reading *r, uint64_t index, struct bytes inner,
			struct err *err)
{
	char path[4096], name[64];

	if (r->to != NULL) {
		(void)snprintf(name, sizeof(name), "%s-%06llu",
			       r->cli->words[0], (unsigned long long)index);
		if (snprintf(path, sizeof(path), "%s/%s", r->to, name) >=
		    (int)sizeof(path))
			return err_set(err, STATUS_USAGE, "path too long");
		return durable_write(path, inner, 0600, err);
	}
	if (r->cli->json) {
		json_t *text = json_stringn((const char *)inner.data,
					    inner.size);
		struct buf coded = BUF_INIT;

		if (text == NULL) /* no text */
			buf_put_base64(&coded, inner);
		(void)json_array_append_new(
			r->list,
			json_pack("{s:I, s:o*, s:s*}", "n", (json_int_t)index,
				  "text", text, "base64",
				  coded.size > 0 ? buf_string(&coded) : NULL));
		buf_release(&coded);
		return STATUS_OK;
	}
	print_inner(inner);
	return STATUS_OK;
}

static enum status read_entry(void *owner, uint64_t index, struct bytes sealed,
			      struct err *err)
{
	struct reading *r = owner;
	struct buf inner = BUF_INIT;
	enum status status = seal_open(sealed, r->house.records_key, &inner);

	if (status == STATUS_OK) {
		status = show(r, index, buf_bytes(&inner), err);
	} else if (status == STATUS_NO_MEMORY) {
		(void)err_set(err, status, "a record");
	} else {
		r->closed++;
		status = STATUS_OK;
	}
	if (inner.data != NULL)
		signing_wipe(inner.data, inner.size);
	buf_release(&inner);
	return status;
}

/* Also beside a running node, whose keys stay in it. */
static enum status unlock(struct reading *r, struct err *err)
{
	struct unlocking *u;
	enum status status = unlocking_ask(r->cli, 1u << HOUSE_RECORDS, &u,
					   err);

	if (status == STATUS_NOT_FOUND)
		return err_set(err, STATUS_LOCKED,
			       "the records key is locked: give "
			       "--passphrase-file FILE, or type the "
			       "passphrase at a terminal");
	if (status != STATUS_OK)
		return status;
	status = house_unlock(&r->house, HOUSE_RECORDS,
			      unlocking_key(u, HOUSE_RECORDS), err);
	unlocking_free(u);
	return status;
}

static enum status read_all(struct reading *r, struct err *err)
{
	struct log_info info;
	enum status status = STATUS_OK;

	if (!r->house.locks[HOUSE_RECORDS].there)
		return err_set(err, STATUS_NOT_FOUND,
			       "only the office that has records.key can read "
			       "records");
	if (house_is_locked(&r->house, HOUSE_RECORDS))
		status = unlock(r, err);
	if (status != STATUS_OK)
		return status;
	if (r->to != NULL && mkdir(r->to, 0700) != 0 && errno != EEXIST)
		return err_set(err, STATUS_IO, "cannot make '%s': %s", r->to,
			       strerror(errno));
	status = find_log(r, r->cli->words[0], &info, err);
	if (status == STATUS_OK)
		status = log_read_entries(r->house.catalog, info.id, 0,
					  info.size, read_entry, r, err);
	return status;
}

enum status cmd_records_read(struct cli *cli, struct err *err)
{
	struct reading r = { .cli = cli, .to = cli_value(cli, "to") };
	enum status status = house_open(&r.house, cli->dir, HOUSE_READ, err);

	if (status != STATUS_OK)
		return status;
	r.list = json_array();
	status = read_all(&r, err);
	house_close(&r.house);
	if (status == STATUS_OK && cli->json)
		cli_print_json(json_incref(r.list));
	json_decref(r.list);
	if (status == STATUS_OK && r.closed > 0)
		(void)fprintf(stderr, "%s: %u\n",
			      tr("Not sealed to this office, passed over"),
			      r.closed);
	return status;
}
