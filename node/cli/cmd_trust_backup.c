/* trust key backup: the keys of this office on one sheet of paper. */
#include <stdio.h>
#include <string.h>

#include "node/cli/any_key.h"
#include "node/cli/verbs.h"
#include "node/durable.h"
#include "node/house.h"
#include "proto/encoding.h"
#include "signing/backup.h"
#include "signing/words.h"

/* A key that is to go on paper, and the bit it has there. */
static const struct {
	const char *file;
	uint8_t bit;
} sheet[BACKUP_KEYS] = {
	{ "publisher.key", BACKUP_PUBLISHER },
	{ "records.key", BACKUP_RECORDS },
	{ "ack.key", BACKUP_ACK },
	{ "root.key", BACKUP_ROOT },
};

struct backing {
	struct cli *cli;
	struct backup backup;
	char paths[BACKUP_KEYS][HOUSE_PATH_MAX + 16];
	struct key_text keys[BACKUP_KEYS];
	struct passphrase *office, *root; /* what the boxes are closed with */
};

/* --- who the office is --- */

static enum status take_text(const json_t *status, const char *key, char *out,
			     size_t room)
{
	const char *text = cli_text(status, key);

	if (strlen(text) >= room)
		return STATUS_MALFORMED;
	memcpy(out, text, strlen(text) + 1);
	return STATUS_OK;
}

static enum status look_at_office(struct backing *b, struct err *err)
{
	struct backup *to = &b->backup;
	json_t *s;
	enum status status = cli_ask(
		b->cli, json_pack("{s:s}", "verb", "status"), &s, err);

	if (status != STATUS_OK)
		return status;
	if (take_text(s, "name", to->name, sizeof(to->name)) != STATUS_OK ||
	    take_text(s, "region", to->region, sizeof(to->region)) !=
		    STATUS_OK ||
	    take_text(s, "origin", to->origin, sizeof(to->origin)) !=
		    STATUS_OK ||
	    level_parse(cli_text(s, "level"), &to->level) != STATUS_OK ||
	    hex_decode(bytes_of(cli_text(s, "fingerprint")), to->fingerprint,
		       sizeof(to->fingerprint)) != STATUS_OK)
		status = err_set(err, STATUS_MALFORMED,
				 "the name of this office does not fit on a "
				 "backup");
	json_decref(s);
	return status;
}

/* --- its keys --- */

static bool is_wanted(const struct backing *b, unsigned i)
{
	return sheet[i].bit != BACKUP_ROOT || cli_given(b->cli, "with-root");
}

static enum status read_keys(struct backing *b, struct err *err)
{
	unsigned found = 0;

	for (unsigned i = 0; i < BACKUP_KEYS; i++) {
		enum status status;

		if (!is_wanted(b, i))
			continue;
		house_path(b->cli->dir, sheet[i].file, b->paths[i]);
		status = key_text_read(&b->keys[i], b->paths[i], err);
		if (status == STATUS_NOT_FOUND &&
		    sheet[i].bit != BACKUP_ROOT) {
			*err = (struct err)ERR_INIT;
			continue;
		}
		if (status != STATUS_OK)
			return status;
		found++;
	}
	return found > 0 ? STATUS_OK :
			   err_set(err, STATUS_NOT_FOUND,
				   "there are no keys of an office in '%s'",
				   b->cli->dir);
}

static bool is_there(const struct backing *b, unsigned i)
{
	return b->keys[i].boxed || any_key_is(&b->keys[i].key);
}

/* Paper is always behind a passphrase: that of the keys, which is asked for to
 * open them; a new one where they have none. */
static enum status open_office(struct backing *b, struct err *err)
{
	bool boxed = false;
	enum status status;

	for (unsigned i = 0; i < BACKUP_KEYS; i++)
		boxed = boxed ||
			(sheet[i].bit != BACKUP_ROOT && b->keys[i].boxed);
	status = passphrase_ask(b->cli,
				boxed ? PASSPHRASE_OPEN : PASSPHRASE_NEW,
				boxed ? tr("keys of this office") :
					tr("of the backup"),
				NULL, &b->office, err);
	if (status == STATUS_NOT_FOUND)
		return err_set(err, STATUS_USAGE,
			       "a backup is always behind a passphrase: give "
			       "--passphrase-file FILE, or type it at a "
			       "terminal");
	for (unsigned i = 0; i < BACKUP_KEYS && status == STATUS_OK; i++)
		if (sheet[i].bit != BACKUP_ROOT && is_there(b, i))
			status = key_text_open(&b->keys[i],
					       passphrase_bytes(b->office),
					       err);
	return status;
}

/* The root key has a box of its own, behind its own passphrase; without one it
 * is closed with the office's. */
static enum status open_root(struct backing *b, struct err *err)
{
	struct key_text *k = &b->keys[BACKUP_KEYS - 1];
	struct err ignored = ERR_INIT;
	enum status status;

	if (!is_there(b, BACKUP_KEYS - 1) ||
	    (cli_value(b->cli, "root-passphrase-file") == NULL &&
	     key_text_open(k, passphrase_bytes(b->office), &ignored) ==
		     STATUS_OK))
		return STATUS_OK;
	status = passphrase_ask(b->cli,
				k->boxed ? PASSPHRASE_OPEN : PASSPHRASE_NEW,
				tr("root key"), "root-passphrase-file",
				&b->root, err);
	if (status == STATUS_NOT_FOUND)
		return err_set(err, STATUS_USAGE,
			       "the root key has another passphrase: give "
			       "--root-passphrase-file FILE");
	return status == STATUS_OK ?
		       key_text_open(k, passphrase_bytes(b->root), err) :
		       status;
}

static enum status close_box(struct backing *b, const struct backup_keys *keys,
			     const struct passphrase *passphrase,
			     struct err *err)
{
	enum status status = STATUS_OK;

	if (backup_keys_held(keys) != 0)
		status = backup_close(&b->backup, keys,
				      passphrase_bytes(passphrase),
				      KEYBOX_PASSES, KEYBOX_KIB);
	return status == STATUS_OK ? STATUS_OK :
				     err_set(err, status, "close the backup");
}

static enum status close_boxes(struct backing *b, struct err *err)
{
	struct backup_keys office = { .publisher = b->keys[0].key.sign,
				      .records = b->keys[1].key.seal,
				      .ack = b->keys[2].key.sign };
	struct backup_keys root = { .root = b->keys[3].key.sign };
	enum status status = close_box(b, &office, b->office, err);

	if (status == STATUS_OK)
		status = close_box(b, &root,
				   b->root == NULL ? b->office : b->root, err);
	return status;
}

/* --- the sheet --- */

/* Twelve long words are wider than the sheet: two lines of six. */
static void put_english_words(const struct backup *b, struct buf *out)
{
	char words[WORDS_ENGLISH_MAX + 1], *rest = words;

	words_english(b->fingerprint, words);
	for (int i = 0; i < WORDS_COUNT / 2; i++)
		rest = strchr(rest, ' ') + 1;
	rest[-1] = 0;
	buf_printf(out, "  %s\n  %s\n", words, rest);
}

static void put_head(const struct backup *b, struct buf *out)
{
	char chinese[WORDS_CHINESE_MAX + 1];

	words_chinese(b->fingerprint, chinese);
	buf_printf(out,
		   "乡土 xiangtu\n%s\n%s\n\n%s  (%s, %s)\n%s %s\n%s %s\n",
		   tr("The keys of this office. Keep this sheet in a safe:"),
		   tr("with it and its passphrase anybody is this office."),
		   b->name, tr(level_name(b->level)), b->region,
		   tr("Its log:"), b->origin, tr("Root"), chinese);
	put_english_words(b, out);
	buf_printf(out, "%s:%s%s%s%s\n\n", tr("Keys"),
		   b->boxes[0].holds & BACKUP_PUBLISHER ? " publisher" : "",
		   b->boxes[0].holds & BACKUP_RECORDS ? " records" : "",
		   b->boxes[0].holds & BACKUP_ACK ? " ack" : "",
		   (b->boxes[0].holds | b->boxes[1].holds) & BACKUP_ROOT ?
			   " root" :
			   "");
	buf_printf(out, "%s\n%s\n%s\n    xiangtu init --restore FILE --from "
			"URL|DRIVE\n\n",
		   tr("To be this office again, type what follows into a "
		      "file."),
		   tr("Capitals and spaces do not matter; o is 0, l and i are "
		      "1."),
		   tr("The last group of a line checks it."));
}

static enum status write_sheet(struct backing *b, struct err *err)
{
	const char *to = cli_value(b->cli, "to");
	struct buf text = BUF_INIT;
	enum status status;

	put_head(&b->backup, &text);
	status = backup_format(&b->backup, &text);
	if (status != STATUS_OK)
		(void)err_set(err, status, "write the backup");
	else if (to != NULL)
		status = durable_write(to, buf_bytes(&text), 0600, err);
	if (status == STATUS_OK && b->cli->json)
		cli_print_json(json_pack("{s:s, s:s*}", "text",
					 buf_string(&text), "file", to));
	else if (status == STATUS_OK && to != NULL)
		printf("%s: %s\n", tr("Written"), to);
	else if (status == STATUS_OK)
		(void)fputs(buf_string(&text), stdout);
	buf_release(&text);
	return status;
}

enum status cmd_trust_key_backup(struct cli *cli, struct err *err)
{
	struct backing b = { .cli = cli };
	enum status status = look_at_office(&b, err);

	if (status == STATUS_OK)
		status = read_keys(&b, err);
	if (status == STATUS_OK)
		status = open_office(&b, err);
	if (status == STATUS_OK)
		status = open_root(&b, err);
	if (status == STATUS_OK)
		status = close_boxes(&b, err);
	if (status == STATUS_OK)
		status = write_sheet(&b, err);
	for (unsigned i = 0; i < BACKUP_KEYS; i++)
		key_text_release(&b.keys[i]);
	passphrase_free(b.root);
	passphrase_free(b.office);
	return status;
}
