/* records read: at the office, what a station has sent. Batches are shown in
 * words, or as JSON; what else was sealed (records add) as it is. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalog/log.h"
#include "node/cli/print_batch.h"
#include "node/cli/unlocking.h"
#include "node/cli/verbs.h"
#include "node/durable.h"
#include "node/house.h"
#include "node/records.h"
#include "proto/encoding.h"
#include "proto/recordlog.h"

struct reading {
	const struct cli *cli;
	struct house house;
	char origin[RECORDLOG_ORIGIN_SIZE + 1];
	uint8_t key[PUBLIC_KEY_SIZE]; /* the station's */
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
	memcpy(f->reading->key, key, sizeof(key));
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

static enum status write_inner(struct reading *r, uint64_t index,
			       struct bytes inner, struct err *err)
{
	char path[4096], name[64];

	(void)snprintf(name, sizeof(name), "%s-%06llu", r->cli->words[0],
		       (unsigned long long)index);
	if (snprintf(path, sizeof(path), "%s/%s", r->to, name) >=
	    (int)sizeof(path))
		return err_set(err, STATUS_USAGE, "path too long");
	return durable_write(path, inner, 0600, err);
}

/* `batch` NULL: it is none. */
static void list_inner(struct reading *r, uint64_t index, struct bytes inner,
		       const struct batch *batch)
{
	json_t *text = json_stringn((const char *)inner.data, inner.size);
	struct buf coded = BUF_INIT;

	if (text == NULL) /* no text */
		buf_put_base64(&coded, inner);
	(void)json_array_append_new(
		r->list, json_pack("{s:I, s:o*, s:s*, s:o*}", "n",
				   (json_int_t)index, "text", text, "base64",
				   coded.size > 0 ? buf_string(&coded) : NULL,
				   "batch",
				   batch == NULL ? NULL :
						   cli_batch_json(batch)));
	buf_release(&coded);
}

static enum status show(struct reading *r, uint64_t index, struct bytes inner,
			const struct public_key *own, struct err *err)
{
	struct err ignored = ERR_INIT;
	struct batch batch;
	bool is_batch;

	if (r->to != NULL)
		return write_inner(r, index, inner, err);
	is_batch = batch_read(inner, r->key, own->id, index, &batch,
			      &ignored) == STATUS_OK;
	if (r->cli->json)
		list_inner(r, index, inner, is_batch ? &batch : NULL);
	else if (is_batch)
		cli_print_batch(&batch);
	else
		print_inner(inner);
	if (is_batch)
		batch_release(&batch);
	return STATUS_OK;
}

static enum status read_entry(void *owner, uint64_t index, struct bytes sealed,
			      struct err *err)
{
	struct reading *r = owner;
	const struct seal_key *key = r->house.records_key;
	struct buf inner = BUF_INIT;
	enum status status = seal_open(sealed, key, &inner);

	if (status == STATUS_UNTRUSTED && r->house.records_key_before != NULL) {
		key = r->house.records_key_before;
		status = seal_open(sealed, key, &inner);
	}
	if (status == STATUS_OK) {
		status = show(r, index, buf_bytes(&inner),
			      seal_key_public(key), err);
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
	unsigned wanted = 1u << HOUSE_RECORDS;
	const uint8_t *before;
	enum status status;

	if (house_is_locked(&r->house, HOUSE_RECORDS_BEFORE))
		wanted |= 1u << HOUSE_RECORDS_BEFORE;
	status = unlocking_ask(r->cli, wanted, &u, err);

	if (status == STATUS_NOT_FOUND)
		return err_set(err, STATUS_LOCKED,
			       "the records key is locked: give "
			       "--passphrase-file FILE, or type the "
			       "passphrase at a terminal");
	if (status != STATUS_OK)
		return status;
	status = house_unlock(&r->house, HOUSE_RECORDS,
			      unlocking_key(u, HOUSE_RECORDS), err);
	before = unlocking_key(u, HOUSE_RECORDS_BEFORE);
	if (status == STATUS_OK && before != NULL)
		status = house_unlock(&r->house, HOUSE_RECORDS_BEFORE, before,
				      err);
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
