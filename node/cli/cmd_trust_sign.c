/* trust sign: on a machine of its own, with no node and no network. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "node/cli/key_file.h"
#include "node/cli/trust_words.h"
#include "node/cli/verbs.h"
#include "node/durable.h"
#include "node/trust_diff.h"
#include "signing/words.h"

enum { KEYS_MAX = 16 };

struct signing {
	struct cli *cli;
	struct trust_known known;
	struct trust_draft against; /* of --against */
	bool has_against;
	struct secret_key *keys[KEYS_MAX];
	bool used[KEYS_MAX]; /* that key has signed one of the files */
	size_t key_count;
	const struct root *coming; /* of a root draft among the files */
	json_t *said;
};

/* --- the keys --- */

static enum status read_key(void *owner, const char *value, struct err *err)
{
	struct signing *s = owner;
	enum status status;

	if (s->key_count == KEYS_MAX)
		return err_set(err, STATUS_USAGE, "--key: too many");
	status = key_file_read(s->cli, value, &s->keys[s->key_count], err);
	if (status == STATUS_OK)
		s->key_count++;
	return status;
}

/* --- one file --- */

static struct trust_before before_of(const struct signing *s,
				     const struct trust_draft *draft)
{
	struct trust_before before = { .root = NULL };

	if (s->has_against && s->against.kind == draft->kind) {
		before.root = &s->against.root;
		before.trust = &s->against.trust;
		return before;
	}
	before.root = root_chain_at(&s->known.roots, draft->version - 1);
	if (s->known.trust.version > 0)
		before.trust = &s->known.trust;
	return before;
}

/* A key need not be for each of the files: an old root's signs the new root,
 * and not the trust under that. */
static enum status sign_with(struct signing *s, size_t key,
			     struct trust_draft *draft,
			     const struct root *const *roots, size_t count,
			     bool *added, struct err *err)
{
	enum status status =
		trust_draft_sign(draft, s->keys[key], roots, count);

	if (status == STATUS_OK)
		*added = true;
	if (status == STATUS_OK || status == STATUS_EXISTS)
		s->used[key] = true;
	if (status == STATUS_EXISTS || status == STATUS_UNTRUSTED)
		status = STATUS_OK;
	return status == STATUS_OK ? STATUS_OK :
				     err_set(err, status, "sign: %s",
					     status_text(status));
}

static enum status check_used(const struct signing *s, struct err *err)
{
	for (size_t i = 0; i < s->key_count; i++) {
		char label[VKEY_MAX + 1];

		if (s->used[i])
			continue;
		trust_key_label(secret_key_public(s->keys[i]), label);
		return err_set(err, STATUS_UNTRUSTED,
			       "this key is none of those that may sign here: "
			       "%s (a root that is not known here is given "
			       "with --root)",
			       label);
	}
	return STATUS_OK;
}

static void tell(struct signing *s, const char *path,
		 const struct trust_draft *draft,
		 const struct root *const *roots, size_t count, bool added)
{
	struct trust_before before = before_of(s, draft);
	json_t *said;

	if (s->cli->json) {
		said = trust_words_draft(path, draft, &before, roots, count);
		(void)json_object_set_new(said, "added", json_boolean(added));
		(void)json_array_append_new(s->said, said);
		return;
	}
	printf("%s: %s\n", path,
	       added ? tr("signed") : tr("nothing is to be added"));
	trust_words_print_signers(draft, roots, count);
	if (trust_words_complete(draft, roots, count))
		printf(tr("Next, where a node is: xiangtu trust accept %s\n"),
		       path);
	puts("");
}

/* Whoever made up the draft can have made up what lies beside it, and with it
 * what seems to change; but not the words. */
static void show_beside(const struct trust_known *known)
{
	char chinese[WORDS_CHINESE_MAX + 1], english[WORDS_ENGLISH_MAX + 1];

	if (!known->roots.from_first) {
		puts(tr("What changes is told by notes that lie beside it, and "
			"nobody has compared those: --root FILE names others."));
		return;
	}
	words_chinese(known->roots.fingerprint, chinese);
	words_english(known->roots.fingerprint, english);
	printf("%s\n  %s\n  %s\n",
	       tr("What changes is told by notes that lie beside it, of the "
		  "root with these words. Compare them with yours before you "
		  "sign:"),
	       chinese, english);
}

/* People see what they sign before they type a passphrase. */
static void show(const struct signing *s, const char *path,
		 const struct trust_draft *draft)
{
	struct trust_before before = before_of(s, draft);

	if (s->cli->json)
		return;
	printf("%s: ", path);
	trust_words_print_changes(draft, &before);
	puts("");
	(void)fflush(stdout);
}

static enum status sign_file(struct signing *s, const char *path,
			     struct trust_draft *draft, struct err *err)
{
	const struct root *roots[2];
	size_t count;
	bool added = false;
	enum status status = trust_known_signers(&s->known, draft, s->coming,
						 roots, &count, err);

	if (status != STATUS_OK)
		return err_wrap(err, "'%s'", path);
	for (size_t i = 0; i < s->key_count && status == STATUS_OK; i++)
		status = sign_with(s, i, draft, roots, count, &added, err);
	if (status == STATUS_OK && added)
		status = durable_write(path, buf_bytes(&draft->whole), 0644,
				       err);
	if (status == STATUS_OK)
		tell(s, path, draft, roots, count, added);
	return status;
}

/* --- all of them --- */

static enum status sign_files(struct signing *s, struct trust_draft *drafts,
			      struct err *err)
{
	struct cli *cli = s->cli;
	enum status status;

	if (s->known.beside && !cli->json)
		show_beside(&s->known);
	for (unsigned i = 0; i < cli->n_words; i++) {
		show(s, cli->words[i], &drafts[i]);
		if (drafts[i].kind == TRUST_DRAFT_ROOT)
			s->coming = &drafts[i].root;
	}
	status = cli_each_value(cli, "key", read_key, s, err);
	for (unsigned i = 0; i < cli->n_words && status == STATUS_OK; i++)
		status = sign_file(s, cli->words[i], &drafts[i], err);
	return status == STATUS_OK ? check_used(s, err) : status;
}

static enum status open_signing(struct signing *s, struct err *err)
{
	const char *against = cli_value(s->cli, "against");
	enum status status;

	if (!cli_given(s->cli, "key"))
		return err_set(err, STATUS_USAGE,
			       "--key is needed: the file of your root key");
	status = trust_known_load(s->cli, "root", s->cli->words[0], &s->known,
				  err);
	if (status == STATUS_OK && against != NULL) {
		status = trust_known_read(against, &s->against, err);
		s->has_against = status == STATUS_OK;
	}
	return status;
}

static void close_signing(struct signing *s)
{
	for (size_t i = 0; i < s->key_count; i++)
		secret_key_free(s->keys[i]);
	if (s->has_against)
		trust_draft_release(&s->against);
	trust_known_release(&s->known);
	json_decref(s->said);
}

enum status cmd_trust_sign(struct cli *cli, struct err *err)
{
	struct signing s = { .cli = cli,
			     .known = { .roots = ROOT_CHAIN_INIT },
			     .said = json_array() };
	struct trust_draft drafts[CLI_WORDS_MAX];
	unsigned read = 0;
	enum status status = open_signing(&s, err);

	while (status == STATUS_OK && read < cli->n_words) {
		status = trust_known_read(cli->words[read], &drafts[read],
					  err);
		read += status == STATUS_OK;
	}
	if (status == STATUS_OK)
		status = sign_files(&s, drafts, err);
	if (status == STATUS_OK && cli->json)
		cli_print_json(json_pack("{s:O}", "notes", s.said));
	while (read > 0)
		trust_draft_release(&drafts[--read]);
	close_signing(&s);
	return status;
}
