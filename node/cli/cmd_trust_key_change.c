/* trust key change-passphrase: all keys are opened before one is written, and
 * each is written wholly or not at all. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/cli/any_key.h"
#include "node/cli/verbs.h"
#include "node/durable.h"
#include "node/house.h"

enum { TARGETS_MAX = HOUSE_KEYS };

struct change {
	struct cli *cli;
	char paths[TARGETS_MAX][HOUSE_PATH_MAX + 16];
	struct key_text keys[TARGETS_MAX];
	unsigned count;
	struct passphrase *old, *new; /* NULL: none */
	json_t *changed;
};

/* publisher, root, records and ack are those of the data directory. */
static void target_path(const struct cli *cli, const char *word,
			char out[static HOUSE_PATH_MAX + 16])
{
	static const struct {
		const char *word, *file;
	} ours[] = {
		{ "publisher", "publisher.key" },
		{ "root", "root.key" },
		{ "records", "records.key" },
		{ "ack", "ack.key" },
	};

	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++) {
		if (strcmp(word, ours[i].word) != 0)
			continue;
		house_path(cli->dir, ours[i].file, out);
		return;
	}
	(void)snprintf(out, HOUSE_PATH_MAX + 16, "%s", word);
}

static enum status add_target(struct change *c, const char *word,
			      struct err *err)
{
	struct key_text *k = &c->keys[c->count];

	if (strlen(c->cli->dir) >= HOUSE_PATH_MAX - 32 ||
	    strlen(word) >= HOUSE_PATH_MAX)
		return err_set(err, STATUS_USAGE, "path too long");
	target_path(c->cli, word, c->paths[c->count]);
	return key_text_read(k, c->paths[c->count++], err);
}

/* What was named, or the keys of this office. */
static enum status find_targets(struct change *c, struct err *err)
{
	unsigned found = 0;

	if (c->cli->n_words > 0)
		return add_target(c, c->cli->words[0], err);
	for (unsigned k = 0; k < HOUSE_KEYS; k++) {
		enum status status = add_target(
			c, house_key_name((enum house_key)k), err);

		if (status == STATUS_NOT_FOUND) {
			key_text_release(&c->keys[--c->count]);
			*err = (struct err)ERR_INIT;
			continue;
		}
		if (status != STATUS_OK)
			return status;
		found++;
	}
	return found > 0 ? STATUS_OK :
			   err_set(err, STATUS_NOT_FOUND,
				   "there are no keys of an office in '%s': "
				   "name a key file",
				   c->cli->dir);
}

/* Try a passphrase on what is still shut; `*shut` counts what stays so. */
static enum status open_targets(struct change *c,
				const struct passphrase *passphrase,
				unsigned *shut, struct err *err)
{
	*shut = 0;
	for (unsigned i = 0; i < c->count; i++) {
		struct err wrong = ERR_INIT;
		enum status status = key_text_open(
			&c->keys[i], passphrase_bytes(passphrase), &wrong);

		if (status == STATUS_UNTRUSTED) {
			(*shut)++;
		} else if (status != STATUS_OK) {
			*err = wrong;
			return status;
		}
	}
	return STATUS_OK;
}

static unsigned boxed_targets(const struct change *c)
{
	unsigned boxed = 0;

	for (unsigned i = 0; i < c->count; i++)
		boxed += c->keys[i].boxed;
	return boxed;
}

/* Keys that the old passphrase does not open have the new one already, where a
 * change was cut off in the middle; else nothing is changed at all. */
static enum status open_all(struct change *c, struct err *err)
{
	unsigned boxed = boxed_targets(c), shut = 0;
	enum status status = STATUS_OK;

	if (boxed > 0)
		status = passphrase_ask(c->cli, PASSPHRASE_OPEN, tr("old one"),
					NULL, &c->old, err);
	if (status == STATUS_NOT_FOUND)
		return err->status = STATUS_USAGE;
	if (status == STATUS_OK && boxed > 0)
		status = open_targets(c, c->old, &shut, err);
	if (status == STATUS_OK && shut > 0 && shut == boxed)
		status = err_set(err, STATUS_UNTRUSTED,
				 "the passphrase is wrong: it opens no key");
	if (status != STATUS_OK)
		return status;
	status = passphrase_ask_new(c->cli, tr("new one"),
				    "new-passphrase-file", &c->new, err);
	if (status == STATUS_NOT_FOUND)
		return err_set(err, STATUS_USAGE,
			       "give --new-passphrase-file FILE, or type a new "
			       "passphrase at a terminal; --unprotected takes "
			       "the old one off");
	if (status == STATUS_OK && shut > 0 && c->new != NULL)
		status = open_targets(c, c->new, &shut, err);
	if (status == STATUS_OK && shut > 0)
		status = err_set(err, STATUS_UNTRUSTED,
				 "%u of these keys have another passphrase: "
				 "change them one by one",
				 shut);
	return status;
}

/* What lay there in clear is overwritten, as far as a disk lets itself. */
static void wipe_file(int fd)
{
	static const uint8_t zeros[KEYBOX_TEXT_MAX];
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 &&
	    st.st_size <= (off_t)sizeof(zeros) &&
	    pwrite(fd, zeros, (size_t)st.st_size, 0) == st.st_size)
		(void)fdatasync(fd);
}

static enum status write_target(struct change *c, struct key_text *k,
				struct err *err)
{
	struct bytes passphrase = c->new == NULL ? (struct bytes){ NULL, 0 } :
						   passphrase_bytes(c->new);
	struct buf text = BUF_INIT;
	enum status status = any_key_write(&k->key, passphrase, &text);
	int before = -1;

	if (!k->boxed && c->new != NULL)
		before = open(k->path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (status != STATUS_OK)
		(void)err_set(err, status, "write '%s'", k->path);
	else
		status = durable_write(k->path, buf_bytes(&text), 0600, err);
	if (status == STATUS_OK)
		wipe_file(before);
	if (before >= 0)
		(void)close(before);
	signing_wipe_buf(&text);
	return status;
}

static enum status change_all(struct change *c, struct err *err)
{
	enum status status = find_targets(c, err);

	if (status == STATUS_OK)
		status = open_all(c, err);
	for (unsigned i = 0; i < c->count && status == STATUS_OK; i++) {
		struct key_text *k = &c->keys[i];

		status = write_target(c, k, err);
		if (status == STATUS_OK)
			(void)json_array_append_new(
				c->changed,
				json_string(any_key_public(&k->key)->name));
	}
	return status;
}

/* A running node looks at its files again, so that 'status' and 'lock' go by
 * what lies there now. */
static void tell_node(const struct cli *cli)
{
	json_t *keys;
	struct err ignored = ERR_INIT;

	if (cli_ask_node(cli, json_pack("{s:s}", "verb", "unlock"), &keys,
			 &ignored) == STATUS_OK)
		json_decref(keys);
}

static void print_changed(const struct change *c)
{
	const json_t *name;
	size_t i;

	json_array_foreach(c->changed, i, name)
		printf("%s: %s\n",
		       c->new == NULL ?
			       tr("Not protected by a passphrase now") :
			       tr("Behind the new passphrase"),
		       json_string_value(name));
	puts(tr("Backups on paper keep the passphrase they were made with."));
}

enum status cmd_trust_key_change(struct cli *cli, struct err *err)
{
	struct change *c = calloc(1, sizeof(*c));
	enum status status;

	if (c == NULL)
		return err_set(err, STATUS_NO_MEMORY, "keys");
	c->cli = cli;
	c->changed = json_array();
	status = change_all(c, err);
	tell_node(cli);
	if (status == STATUS_OK && cli->json)
		cli_print_json(json_pack("{s:O, s:b}", "changed", c->changed,
					 "protected", c->new != NULL));
	else if (status == STATUS_OK)
		print_changed(c);
	for (unsigned i = 0; i < c->count; i++)
		key_text_release(&c->keys[i]);
	passphrase_free(c->old);
	passphrase_free(c->new);
	json_decref(c->changed);
	free(c);
	return status;
}
