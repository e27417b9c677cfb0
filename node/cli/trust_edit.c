#include "node/cli/trust_edit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/cli/key_file.h"
#include "node/cli/trust_words.h"
#include "node/cli/verbs.h"
#include "node/durable.h"

/* --- the beginning --- */

static enum status from_draft(struct trust_edit *edit, struct err *err)
{
	const struct root *newest = root_chain_newest(&edit->known.roots);
	struct trust_draft draft;
	enum status status = trust_known_read(edit->draft, &draft, err);

	if (status != STATUS_OK)
		return status;
	if (draft.kind != TRUST_DRAFT_TRUST) {
		trust_draft_release(&draft);
		return err_set(err, STATUS_USAGE, "'%s' is no trust note",
			       edit->draft);
	}
	edit->dropped = trust_draft_lines(&draft);
	edit->trust = draft.trust;
	trust_init(&draft.trust); /* taken over */
	trust_draft_release(&draft);
	/* What was accepted meanwhile is not gone back behind. */
	if (edit->trust.version <= edit->known.trust.version)
		edit->trust.version = edit->known.trust.version + 1;
	if (edit->trust.root < newest->version)
		edit->trust.root = newest->version;
	return STATUS_OK;
}

enum status trust_edit_begin(const struct cli *cli, struct trust_edit *edit,
			     struct err *err)
{
	const struct root *newest;
	enum status status;

	memset(edit, 0, sizeof(*edit));
	trust_init(&edit->trust);
	edit->draft = cli_value(cli, "draft");
	status = trust_known_load(cli, "after", edit->draft, &edit->known,
				  err);
	if (status != STATUS_OK)
		return status;
	newest = root_chain_newest(&edit->known.roots);
	if (newest == NULL)
		return err_set(err, STATUS_USAGE,
			       "there is no node in '%s' whose trust could be "
			       "changed; name the root's notes with --after",
			       cli->dir);
	if (edit->draft != NULL)
		return from_draft(edit, err);
	status = trust_draft_next(&edit->known.trust, newest->version,
				  &edit->trust);
	return status == STATUS_OK ?
		       STATUS_OK :
		       err_set(err, status, "the trust note is too long to be "
					    "changed");
}

const struct trust *trust_edit_held(const struct trust_edit *edit)
{
	return &edit->known.trust;
}

enum status trust_edit_failed(enum status status, const char *what,
			      struct err *err)
{
	switch (status) {
	case STATUS_OK:
		return STATUS_OK;
	case STATUS_EXISTS:
		return err_set(err, status, "%s: that stands in the trust note "
					    "already",
			       what);
	case STATUS_NOT_FOUND:
		return err_set(err, status, "%s: there is none in the trust "
					    "note",
			       what);
	case STATUS_NO_ROOM:
		return err_set(err, status, "%s: the trust note holds no more "
					    "of these",
			       what);
	case STATUS_MALFORMED:
		return err_set(err, STATUS_USAGE, "%s: not as it should be",
			       what);
	default:
		return err_set(err, status, "%s: %s", what,
			       status_text(status));
	}
}

void trust_edit_release(struct trust_edit *edit)
{
	json_decref(edit->more);
	trust_release(&edit->trust);
	trust_known_release(&edit->known);
}

/* --- the end --- */

static struct trust_before before_of(const struct trust_edit *edit)
{
	const struct trust *held = trust_edit_held(edit);

	return (struct trust_before){ .trust = held->version == 0 ? NULL :
								    held };
}

/* Could a key of this directory alone do it? */
static bool is_one_key_root(const struct cli *cli,
			    const struct trust_edit *edit,
			    const struct root *newest, char *path, size_t room)
{
	struct public_key key;
	struct err ignored = ERR_INIT;

	if (cli_given(cli, "to") || edit->draft != NULL ||
	    !edit->known.of_node || newest->threshold != 1)
		return false;
	(void)snprintf(path, room, "%s/root.key", cli->dir);
	if (access(path, R_OK) != 0 ||
	    key_file_read_public(path, &key, &ignored) != STATUS_OK)
		return false;
	for (size_t i = 0; i < newest->key_count; i++)
		if (public_key_same(&newest->keys[i], &key))
			return true;
	return false;
}

static enum status take_in(const struct cli *cli,
			   const struct trust_draft *draft, struct err *err)
{
	json_t *answer;
	enum status status = cli_ask(
		cli,
		json_pack("{s:s, s:s%}", "verb", "trust-take", "note",
			  (const char *)draft->whole.data, draft->whole.size),
		&answer, err);

	if (status == STATUS_OK)
		json_decref(answer);
	return status;
}

static void print_accepted(const struct cli *cli,
			   const struct trust_edit *edit,
			   const struct trust_draft *draft,
			   const struct root *newest)
{
	struct trust_before before = before_of(edit);

	if (cli->json) {
		json_t *said = trust_words_draft("", draft, &before, &newest,
						 1);

		(void)json_object_set_new(said, "accepted", json_true());
		(void)json_object_update(said, edit->more);
		cli_print_json(said);
		return;
	}
	trust_words_print_changes(draft, &before);
	puts(tr("Signed with this directory's root.key, which is enough, and "
		"taken in."));
}

static enum status sign_here(const struct cli *cli, const char *path,
			     const struct trust_edit *edit,
			     struct trust_draft *draft,
			     const struct root *newest, struct err *err)
{
	struct secret_key *key;
	enum status status = key_file_read(cli, path, &key, err);

	if (status != STATUS_OK)
		return status;
	status = trust_draft_sign(draft, key, &newest, 1);
	secret_key_free(key);
	if (status != STATUS_OK)
		return err_set(err, status, "sign: %s", status_text(status));
	status = take_in(cli, draft, err);
	if (status == STATUS_OK)
		print_accepted(cli, edit, draft, newest);
	return status;
}

static void print_written(const struct cli *cli, const struct trust_edit *edit,
			  const struct trust_draft *draft,
			  const struct root *newest, const char *path)
{
	struct trust_before before = before_of(edit);

	if (cli->json) {
		json_t *said = trust_words_draft(path, draft, &before, &newest,
						 1);

		(void)json_object_set_new(said, "accepted", json_false());
		(void)json_object_set_new(
			said, "dropped",
			json_integer((json_int_t)edit->dropped));
		(void)json_object_update(said, edit->more);
		cli_print_json(said);
		return;
	}
	trust_words_print_changes(draft, &before);
	printf("%s: %s\n", tr("Written"), path);
	if (edit->dropped > 0)
		printf(tr("Its %zu signatures are gone: they were of what it "
			  "said before.\n"),
		       edit->dropped);
	printf(tr("Next: %lu of the %zu keys of root %lu sign it, each with\n"
		  "    xiangtu trust sign %s --key KEYFILE\n"
		  "then it is taken in with\n"
		  "    xiangtu trust accept %s\n"),
	       (unsigned long)newest->threshold, newest->key_count,
	       (unsigned long)newest->version, path, path);
}

static enum status write_draft(const struct cli *cli,
			       const struct trust_edit *edit,
			       const struct trust_draft *draft,
			       const struct root *newest, struct err *err)
{
	const char *path = cli_value(cli, "to");
	char usual[64];
	enum status status;

	(void)snprintf(usual, sizeof(usual), "trust-%" PRIu64 ".note",
		       draft->version);
	if (path == NULL)
		path = edit->draft != NULL ? edit->draft : usual;
	/* There may be signatures on it that somebody travelled for. */
	if ((edit->draft == NULL || strcmp(path, edit->draft) != 0) &&
	    access(path, F_OK) == 0)
		return err_set(err, STATUS_EXISTS,
			       "'%s' is there already: put this change into it "
			       "with --draft, or name another file with --to",
			       path);
	status = durable_write(path, buf_bytes(&draft->whole), 0644, err);
	if (status == STATUS_OK)
		print_written(cli, edit, draft, newest, path);
	return status;
}

enum status trust_edit_finish(struct cli *cli, struct trust_edit *edit,
			      struct err *err)
{
	const struct root *newest = root_chain_newest(&edit->known.roots);
	struct trust_draft draft;
	char path[4096 + 16];
	enum status status = trust_draft_of_trust(&draft, &edit->trust, err);

	if (status != STATUS_OK)
		return status;
	if (is_one_key_root(cli, edit, newest, path, sizeof(path)))
		status = sign_here(cli, path, edit, &draft, newest, err);
	else
		status = write_draft(cli, edit, &draft, newest, err);
	trust_draft_release(&draft);
	return status;
}
