/* trust init: a new root, the first or the next. Its keys are made here, or
 * were made by those who hold them (trust key new). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/cli/key_file.h"
#include "node/cli/trust_words.h"
#include "node/cli/verbs.h"
#include "node/durable.h"

struct founding {
	const struct cli *cli;
	const char *folder;
	struct trust_known known;
	struct root root; /* the new one */
	struct secret_key *keys[ROOT_KEYS_MAX]; /* made here, else NULL */
	bool protected[ROOT_KEYS_MAX];
	struct trust_draft root_draft, trust_draft;
	bool has_root_draft, has_trust_draft;
	char root_path[4200], trust_path[4200];
};

static void path_in(const struct founding *f, const char *name, char *out)
{
	(void)snprintf(out, 4200, "%s/%s", f->folder, name);
}

/* --- the keys --- */

static enum status add_given_key(void *owner, const char *value,
				 struct err *err)
{
	struct root *root = owner;
	struct public_key key;
	enum status status;

	if (root->key_count == ROOT_KEYS_MAX)
		return err_set(err, STATUS_USAGE, "at most %d keys",
			       ROOT_KEYS_MAX);
	status = key_file_read_public(value, &key, err);
	if (status != STATUS_OK)
		return status;
	if (key.type != KEY_ED25519)
		return err_set(err, STATUS_USAGE,
			       "--key: '%s' is no key to sign with", value);
	for (size_t i = 0; i < root->key_count; i++)
		if (public_key_same(&root->keys[i], &key))
			return err_set(err, STATUS_USAGE,
				       "--key: '%s' is the same key as another "
				       "one given",
				       value);
	root->keys[root->key_count++] = key;
	return STATUS_OK;
}

static enum status make_keys(struct founding *f, uint64_t count,
			     struct err *err)
{
	for (uint64_t i = 0; i < count; i++) {
		char name[64];
		enum status status;

		(void)snprintf(name, sizeof(name), "root-%" PRIu32 "-%u",
			       f->root.version, (unsigned)i + 1);
		status = secret_key_new(&f->keys[i], name, KEY_ED25519);
		if (status != STATUS_OK)
			return err_set(err, status, "make a key");
		f->root.keys[i] = *secret_key_public(f->keys[i]);
		f->root.key_count = i + 1;
	}
	return STATUS_OK;
}

static enum status read_number(const struct cli *cli, const char *option,
			       uint64_t *number, struct err *err)
{
	const char *value = cli_value(cli, option);

	*number = 0;
	if (value != NULL &&
	    (decimal_parse(bytes_of(value), number) != STATUS_OK ||
	     *number == 0 || *number > ROOT_KEYS_MAX))
		return err_set(err, STATUS_USAGE,
			       "--%s wants a number, 1 to %d", option,
			       ROOT_KEYS_MAX);
	return STATUS_OK;
}

static enum status fill_root(struct founding *f, struct err *err)
{
	bool given = cli_given(f->cli, "key");
	uint64_t count, threshold;
	enum status status = read_number(f->cli, "keys", &count, err);

	if (status == STATUS_OK)
		status = read_number(f->cli, "threshold", &threshold, err);
	if (status == STATUS_OK && given)
		status = cli_each_value(f->cli, "key", add_given_key, &f->root,
					err);
	if (status != STATUS_OK)
		return status;
	if (given && count != 0 && count != f->root.key_count)
		return err_set(err, STATUS_USAGE,
			       "--keys says %" PRIu64 ", and %zu are given",
			       count, f->root.key_count);
	if (given)
		count = f->root.key_count;
	if (count == 0 || threshold == 0 || threshold > count)
		return err_set(err, STATUS_USAGE,
			       "how many keys there are and how many must "
			       "sign: --keys 5 --threshold 3");
	f->root.threshold = (uint32_t)threshold;
	return given ? STATUS_OK : make_keys(f, count, err);
}

/* --- the drafts --- */

/* All of the trust again, to be signed under the new root: the old root's
 * signatures count for nobody who joins from then on. */
static enum status draft_trust(struct founding *f, struct err *err)
{
	struct trust next;
	enum status status;

	if (f->known.trust.version == 0)
		return STATUS_OK;
	status = trust_draft_next(&f->known.trust, f->root.version, &next);
	if (status != STATUS_OK)
		return err_set(err, status, "trust note: %s",
			       status_text(status));
	status = trust_draft_of_trust(&f->trust_draft, &next, err);
	f->has_trust_draft = status == STATUS_OK;
	trust_release(&next);
	return status;
}

static enum status sign_with_all(struct founding *f, struct err *err)
{
	const struct root *root = &f->root_draft.root;

	for (size_t i = 0; i < f->root.key_count; i++) {
		enum status status;

		if (f->keys[i] == NULL)
			continue;
		status = trust_draft_sign(&f->root_draft, f->keys[i], &root,
					  1);
		if (status == STATUS_OK && f->has_trust_draft)
			status = trust_draft_sign(&f->trust_draft, f->keys[i],
						  &root, 1);
		if (status != STATUS_OK)
			return err_set(err, status, "sign: %s",
				       status_text(status));
	}
	return STATUS_OK;
}

static enum status make_drafts(struct founding *f, struct err *err)
{
	char name[64];
	enum status status = trust_draft_of_root(&f->root_draft, &f->root,
						 err);

	f->has_root_draft = status == STATUS_OK;
	if (status == STATUS_OK)
		status = draft_trust(f, err);
	if (status == STATUS_OK)
		status = sign_with_all(f, err);
	(void)snprintf(name, sizeof(name), "root-%" PRIu32 ".note",
		       f->root.version);
	path_in(f, name, f->root_path);
	(void)snprintf(name, sizeof(name), "trust-%" PRIu64 ".note",
		       f->trust_draft.version);
	path_in(f, name, f->trust_path);
	return status;
}

/* --- the files --- */

static void key_path(const struct founding *f, size_t i, char *out)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "root-%zu.key", i + 1);
	path_in(f, name, out);
}

static void public_path(const struct founding *f, size_t i, char *out)
{
	char name[KEY_NAME_MAX + 8];

	(void)snprintf(name, sizeof(name), "%s.pub", f->root.keys[i].name);
	path_in(f, name, out);
}

static enum status check_free(const char *path, struct err *err)
{
	return access(path, F_OK) != 0 ?
		       STATUS_OK :
		       err_set(err, STATUS_EXISTS,
			       "'%s' is there already: choose another folder",
			       path);
}

/* Nobody's key is written over, and nothing is half done. */
static enum status check_folder(const struct founding *f, struct err *err)
{
	enum status status = check_free(f->root_path, err);
	char path[4200];

	if (status == STATUS_OK && f->has_trust_draft)
		status = check_free(f->trust_path, err);
	for (size_t i = 0; i < f->root.key_count && status == STATUS_OK;
	     i++) {
		if (f->keys[i] == NULL)
			continue;
		key_path(f, i, path);
		status = check_free(path, err);
		public_path(f, i, path);
		if (status == STATUS_OK)
			status = check_free(path, err);
	}
	return status;
}

static enum status write_key(struct founding *f, size_t i, struct err *err)
{
	struct passphrase *passphrase = NULL;
	char path[4200], what[KEY_NAME_MAX + 32];
	enum status status;

	(void)snprintf(what, sizeof(what), "%s '%s'", tr("key"),
		       f->root.keys[i].name);
	status = passphrase_ask_new(f->cli, what, "passphrase-file",
				    &passphrase, err);
	if (status == STATUS_NOT_FOUND) {
		*err = (struct err)ERR_INIT;
		status = STATUS_OK;
	}
	f->protected[i] = passphrase != NULL;
	key_path(f, i, path);
	if (status == STATUS_OK)
		status = key_file_write(path, f->keys[i], passphrase, err);
	passphrase_free(passphrase);
	public_path(f, i, path);
	if (status == STATUS_OK)
		status = key_file_write_public(path, &f->root.keys[i], err);
	return status;
}

/* A mistyped passphrase in the middle, or a full stick, leaves nothing: keys
 * that no note names would only be in the way of the next attempt. */
static void remove_all(const struct founding *f)
{
	char path[4200];

	(void)unlink(f->root_path);
	if (f->has_trust_draft)
		(void)unlink(f->trust_path);
	for (size_t i = 0; i < f->root.key_count; i++) {
		if (f->keys[i] == NULL)
			continue;
		key_path(f, i, path);
		(void)unlink(path);
		public_path(f, i, path);
		(void)unlink(path);
	}
}

static enum status write_each(struct founding *f, struct err *err)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < f->root.key_count && status == STATUS_OK; i++)
		if (f->keys[i] != NULL)
			status = write_key(f, i, err);
	if (status == STATUS_OK && f->has_trust_draft)
		status = durable_write(f->trust_path,
				       buf_bytes(&f->trust_draft.whole), 0644,
				       err);
	if (status == STATUS_OK)
		status = durable_write(f->root_path,
				       buf_bytes(&f->root_draft.whole), 0644,
				       err);
	return status;
}

static enum status write_all(struct founding *f, struct err *err)
{
	enum status status = durable_make_dir(f->folder, 0700, err);

	if (status == STATUS_OK)
		status = check_folder(f, err);
	if (status != STATUS_OK)
		return status;
	status = write_each(f, err);
	if (status != STATUS_OK)
		remove_all(f);
	return status;
}

/* --- what is said --- */

static json_t *keys_json(const struct founding *f)
{
	json_t *list = json_array();

	for (size_t i = 0; i < f->root.key_count; i++) {
		char vkey[VKEY_MAX + 1], path[4200];
		json_t *key;

		public_key_format(&f->root.keys[i], vkey);
		key = json_pack("{s:s}", "key", vkey);
		if (f->keys[i] != NULL) {
			key_path(f, i, path);
			(void)json_object_set_new(key, "file",
						  json_string(path));
			(void)json_object_set_new(
				key, "protected",
				json_boolean(f->protected[i]));
		}
		(void)json_array_append_new(list, key);
	}
	return list;
}

static void print_keys(const struct founding *f)
{
	bool open = false;

	for (size_t i = 0; i < f->root.key_count; i++) {
		char path[4200];

		if (f->keys[i] == NULL)
			continue;
		key_path(f, i, path);
		printf("%s\n", path);
		open = open || !f->protected[i];
	}
	if (open)
		puts(tr("Keys without a passphrase are among them: whoever has "
			"such a file can sign."));
	if (f->keys[0] != NULL)
		puts(tr("Give each of them to another person, and leave none "
			"of them here."));
	puts("");
}

static void print_next(const struct founding *f, bool complete)
{
	bool two = f->has_trust_draft;

	if (!complete)
		printf(tr("Next: those who hold the keys sign, each with\n"
			  "    xiangtu trust sign %s%s%s --key KEYFILE\n"),
		       f->root_path, two ? " " : "", two ? f->trust_path : "");
	if (f->root.version == 1)
		printf(tr("Then, at the office: xiangtu init --level county "
			  "--join %s --origin NAME\n"),
		       f->root_path);
	else
		printf(tr("Then, where a node is: xiangtu trust accept "
			  "%s%s%s\n"),
		       f->root_path, two ? " " : "", two ? f->trust_path : "");
}

static void tell(const struct founding *f)
{
	struct trust_before before = {
		.root = root_chain_at(&f->known.roots, f->root.version - 1),
		.trust = f->has_trust_draft ? &f->known.trust : NULL
	};
	const struct root *roots[2];
	struct err ignored = ERR_INIT;
	size_t count = 0;

	(void)trust_known_signers(&f->known, &f->root_draft, NULL, roots,
				  &count, &ignored);
	if (f->cli->json) {
		json_t *said = trust_words_draft(f->root_path, &f->root_draft,
						 &before, roots, count);

		(void)json_object_set_new(said, "keys", keys_json(f));
		if (f->has_trust_draft)
			(void)json_object_set_new(said, "trust_file",
						  json_string(f->trust_path));
		cli_print_json(said);
		return;
	}
	print_keys(f);
	printf("%s: ", f->root_path);
	trust_words_print_changes(&f->root_draft, &before);
	trust_words_print_signers(&f->root_draft, roots, count);
	if (f->has_trust_draft) {
		printf("\n%s: ", f->trust_path);
		trust_words_print_changes(&f->trust_draft, &before);
	}
	puts("");
	print_next(f, trust_words_complete(&f->root_draft, roots, count));
}

static enum status number_it(struct founding *f, struct err *err)
{
	const struct root *newest = root_chain_newest(&f->known.roots);

	if (newest != NULL && newest->version == ROOT_VERSION_MAX)
		return err_set(err, STATUS_NO_ROOM,
			       "root %d is the last there can be",
			       ROOT_VERSION_MAX);
	f->root.version = newest == NULL ? 1 : newest->version + 1;
	return STATUS_OK;
}

enum status cmd_trust_init(struct cli *cli, struct err *err)
{
	struct founding f = { .cli = cli,
			      .folder = cli_value(cli, "to"),
			      .known = { .roots = ROOT_CHAIN_INIT } };
	enum status status;

	if (f.folder == NULL || strlen(f.folder) > 3800)
		return err_set(err, STATUS_USAGE,
			       "--to is needed: a folder for keys and notes, "
			       "on a stick best");
	status = trust_known_load(cli, "after", NULL, &f.known, err);
	if (status == STATUS_OK)
		status = number_it(&f, err);
	if (status == STATUS_OK)
		status = fill_root(&f, err);
	if (status == STATUS_OK)
		status = make_drafts(&f, err);
	if (status == STATUS_OK)
		status = write_all(&f, err);
	if (status == STATUS_OK)
		tell(&f);
	for (size_t i = 0; i < ROOT_KEYS_MAX; i++)
		secret_key_free(f.keys[i]);
	if (f.has_root_draft)
		trust_draft_release(&f.root_draft);
	if (f.has_trust_draft)
		trust_draft_release(&f.trust_draft);
	trust_known_release(&f.known);
	return status;
}
