/* trust key new, show: key files. */
#include <stdio.h>
#include <string.h>

#include "node/cli/any_key.h"
#include "node/cli/backup_file.h"
#include "node/cli/key_file.h"
#include "node/cli/verbs.h"
#include "signing/words.h"

static const char *purpose(const struct public_key *key)
{
	return key->type == KEY_SEALING	 ? "opens records" :
	       key->type == KEY_COSIGNER ? "cosigns" :
					   "signs";
}

/* `box` NULL: it is not behind a passphrase. */
static json_t *key_json(const struct public_key *public,
			const struct keybox *box)
{
	char vkey[VKEY_MAX + 1];
	json_t *object;

	public_key_format(public, vkey);
	object = json_pack("{s:s, s:s, s:s, s:b}", "name", public->name,
			   "key", vkey, "purpose", purpose(public),
			   "protected", box != NULL);
	if (box != NULL)
		(void)json_object_update_new(
			object, json_pack("{s:s, s:I, s:I}", "kdf", "argon2id",
					  "passes", (json_int_t)box->passes,
					  "kib", (json_int_t)box->kib));
	return object;
}

static enum status show_key(struct cli *cli, const struct public_key *public,
			    const struct keybox *box)
{
	json_t *object = key_json(public, box);

	if (cli->json) {
		cli_print_json(object);
		return STATUS_OK;
	}
	printf("%s  (%s)\n%s\n", public->name, tr(purpose(public)),
	       cli_text(object, "key"));
	if (box == NULL)
		puts(tr("Not protected by a passphrase."));
	else
		printf("%s: Argon2id, %u × %u MiB\n",
		       tr("Behind a passphrase"), (unsigned)box->passes,
		       (unsigned)(box->kib >> 10));
	json_decref(object);
	return STATUS_OK;
}

/* --- show --- */

static json_t *backup_json(const struct backup *b)
{
	char chinese[WORDS_CHINESE_MAX + 1], english[WORDS_ENGLISH_MAX + 1];
	json_t *keys = json_array();

	words_chinese(b->fingerprint, chinese);
	words_english(b->fingerprint, english);
	for (unsigned i = 0; i < b->box_count; i++)
		for (unsigned bit = 0; bit < BACKUP_KEYS; bit++)
			if (b->boxes[i].holds & 1u << bit)
				(void)json_array_append_new(
					keys,
					json_string(backup_key_name(bit)));
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "name", b->name,
			 "level", level_name(b->level), "region", b->region,
			 "origin", b->origin, "words_zh", chinese, "words_en",
			 english, "keys", keys);
}

static void print_backup(const struct backup *b, const json_t *object)
{
	const json_t *name;
	size_t i;

	printf("%s: %s  (%s, %s)\n%s %s\n%s %s\n  %s\n%s:",
	       tr("Key backup"), b->name, tr(level_name(b->level)), b->region,
	       tr("Its log:"), b->origin, tr("Root"),
	       cli_text(object, "words_zh"), cli_text(object, "words_en"),
	       tr("Keys"));
	json_array_foreach(json_object_get(object, "keys"), i, name)
		printf(" %s", json_string_value(name));
	puts("");
}

/* What was printed, or typed again; with --check its passphrase, too. */
static enum status show_backup(struct cli *cli, struct err *err)
{
	struct backup_keys keys = { .publisher = NULL };
	struct backup b;
	json_t *object;
	enum status status = backup_file_read(cli->words[0], &b, err);

	if (status == STATUS_OK && cli_given(cli, "check"))
		status = backup_file_open(cli, &b, &keys, err);
	backup_keys_release(&keys);
	if (status != STATUS_OK)
		return status;
	object = backup_json(&b);
	if (cli->json) {
		cli_print_json(object);
		return STATUS_OK;
	}
	print_backup(&b, object);
	json_decref(object);
	return STATUS_OK;
}

static enum status check_key(struct cli *cli, struct key_text *k,
			     struct err *err)
{
	struct passphrase *passphrase;
	enum status status;

	if (!k->boxed)
		return STATUS_OK;
	status = passphrase_ask(cli, PASSPHRASE_OPEN, k->box.public.name, NULL,
				&passphrase, err);
	if (status == STATUS_NOT_FOUND)
		return err->status = STATUS_USAGE;
	if (status != STATUS_OK)
		return status;
	status = key_text_open(k, passphrase_bytes(passphrase), err);
	passphrase_free(passphrase);
	return status;
}

enum status cmd_trust_key_show(struct cli *cli, struct err *err)
{
	struct key_text k;
	enum status status = key_text_read(&k, cli->words[0], err);

	if (status == STATUS_MALFORMED && !key_text_is(&k)) {
		key_text_release(&k);
		*err = (struct err)ERR_INIT;
		return show_backup(cli, err);
	}
	if (status == STATUS_OK && cli_given(cli, "check"))
		status = check_key(cli, &k, err);
	if (status == STATUS_OK)
		status = show_key(cli,
				  k.boxed ? &k.box.public :
					    any_key_public(&k.key),
				  k.boxed ? &k.box : NULL);
	key_text_release(&k);
	return status;
}

/* What is handed over, beside the secret. */
static enum status write_public(const char *secret,
				const struct secret_key *key, struct err *err)
{
	char path[4096];

	if (strlen(secret) + sizeof(".pub") > sizeof(path))
		return err_set(err, STATUS_IO, "path too long");
	(void)snprintf(path, sizeof(path), "%s.pub", secret);
	return key_file_write_public(path, secret_key_public(key), err);
}

enum status cmd_trust_key_new(struct cli *cli, struct err *err)
{
	const char *to = cli_value(cli, "to");
	struct passphrase *passphrase = NULL;
	struct secret_key *key;
	struct key_text written;
	enum status status;

	if (to == NULL)
		return err_set(err, STATUS_USAGE, "--to FILE is needed");
	status = secret_key_new(&key, cli->words[0], KEY_ED25519);
	if (status != STATUS_OK)
		return err_set(err,
			       status == STATUS_MALFORMED ? STATUS_USAGE :
							    status,
			       "'%s' is no name of a key: no spaces, no '+'",
			       cli->words[0]);
	status = passphrase_ask_new(cli, cli->words[0], "passphrase-file",
				    &passphrase, err);
	/* As init: without a terminal it is made unprotected, and that is
	 * said. */
	if (status == STATUS_NOT_FOUND) {
		*err = (struct err)ERR_INIT;
		status = STATUS_OK;
	}
	if (status == STATUS_OK)
		status = key_file_write(to, key, passphrase, err);
	if (status == STATUS_OK)
		status = write_public(to, key, err);
	passphrase_free(passphrase);
	secret_key_free(key);
	if (status != STATUS_OK)
		return status;
	status = key_text_read(&written, to, err);
	if (status == STATUS_OK)
		status = show_key(cli,
				  written.boxed ? &written.box.public :
						  any_key_public(&written.key),
				  written.boxed ? &written.box : NULL);
	key_text_release(&written);
	return status;
}
