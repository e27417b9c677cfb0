#include "node/cli/trust_known.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "node/durable.h"
#include "node/note_files.h"
#include "node/trust_book.h"

void trust_known_release(struct trust_known *known)
{
	root_chain_release(&known->roots);
	trust_release(&known->trust);
	buf_release(&known->text);
}

enum status trust_known_read(const char *path, struct trust_draft *out,
			     struct err *err)
{
	struct buf whole = BUF_INIT;
	enum status status = durable_read(path, TRUST_DRAFT_MAX, &whole, err);

	if (status == STATUS_OK)
		status = trust_draft_read(out, buf_bytes(&whole), err);
	buf_release(&whole);
	return status == STATUS_OK ? STATUS_OK : err_wrap(err, "'%s'", path);
}

static enum status offer_root(void *owner, const char *path,
			      struct bytes whole, struct err *err)
{
	struct trust_known *known = owner;
	enum status status = root_chain_offer(&known->roots, whole);

	return status == STATUS_OK ?
		       STATUS_OK :
		       err_set(err, status, "'%s': %s", path,
			       status_text(status));
}

/* Drafts that nobody has signed, and other people's notes, are passed over. */
static enum status offer_trust(void *owner, const char *path,
			       struct bytes whole, struct err *err)
{
	struct trust_known *known = owner;
	const struct root *root;
	struct trust_draft draft;
	struct err ignored = ERR_INIT;
	struct trust trust;

	(void)path;
	(void)err;
	if (trust_draft_read(&draft, whole, &ignored) != STATUS_OK)
		return STATUS_OK;
	root = draft.kind != TRUST_DRAFT_TRUST ?
		       NULL :
		       root_chain_at(&known->roots, draft.trust.root);
	if (root != NULL && draft.version > known->trust.version &&
	    trust_open(whole, root, &trust) == STATUS_OK) {
		trust_release(&known->trust);
		known->trust = trust;
		buf_clear(&known->text);
		buf_put_bytes(&known->text, trust_draft_text(&draft));
	}
	trust_draft_release(&draft);
	return STATUS_OK;
}

/* --- by name --- */

struct naming {
	struct trust_known *known;
	note_file_cb each;
};

static enum status read_path(void *owner, const char *value, struct err *err)
{
	struct naming *n = owner;

	return note_files_each(value, n->each, n->known, err);
}

static enum status read_options(const struct cli *cli, const char *option,
				struct trust_known *known, struct err *err)
{
	struct naming naming = { known, offer_root };
	enum status status = cli_each_value(cli, option, read_path, &naming,
					    err);

	if (status == STATUS_OK)
		status = root_chain_walk(&known->roots);
	if (status == STATUS_OK && known->roots.count == 0)
		status = err_set(err, STATUS_UNTRUSTED,
				 "--%s: no root note there that enough of its "
				 "own keys have signed",
				 option);
	naming.each = offer_trust;
	if (status == STATUS_OK)
		status = cli_each_value(cli, option, read_path, &naming, err);
	return status;
}

/* --- of the node here --- */

static enum status take_book(struct trust_known *known,
			     const struct trust_book *book, struct err *err)
{
	struct buf note = BUF_INIT;
	enum status status = STATUS_OK;

	for (unsigned v = 1; v <= book->root.version && status == STATUS_OK;
	     v++) {
		buf_clear(&note);
		status = trust_book_root_note(book, v, &note, err);
		if (status == STATUS_OK)
			status = offer_root(known, "root", buf_bytes(&note),
					    err);
	}
	buf_release(&note);
	if (status == STATUS_OK)
		status = root_chain_walk(&known->roots);
	if (status == STATUS_OK && book->note.size > 0)
		status = offer_trust(known, "trust", buf_bytes(&book->note),
				     err);
	known->of_node = known->roots.count > 0;
	return status;
}

static enum status read_node(const struct cli *cli, struct trust_known *known,
			     struct err *err)
{
	struct trust_book book;
	enum status status;

	if (strlen(cli->dir) > 4000)
		return err_set(err, STATUS_USAGE, "path too long");
	status = trust_book_open(&book, cli->dir, err);
	if (status != STATUS_OK)
		return status;
	status = take_book(known, &book, err);
	trust_book_release(&book);
	return status;
}

/* --- beside the draft --- */

static void read_beside(const char *file, struct trust_known *known)
{
	const char *slash = strrchr(file, '/');
	struct err ignored = ERR_INIT;
	char folder[4096];

	if (slash == NULL)
		(void)snprintf(folder, sizeof(folder), ".");
	else
		(void)snprintf(folder, sizeof(folder), "%.*s",
			       (int)(slash - file + 1), file);
	if (note_files_each(folder, offer_root, known, &ignored) !=
		    STATUS_OK ||
	    root_chain_walk(&known->roots) != STATUS_OK)
		return;
	known->beside = known->roots.count > 0;
	(void)note_files_each(folder, offer_trust, known, &ignored);
}

enum status trust_known_load(const struct cli *cli, const char *option,
			     const char *beside, struct trust_known *out,
			     struct err *err)
{
	enum status status;

	*out = (struct trust_known){ .roots = ROOT_CHAIN_INIT };
	trust_init(&out->trust);
	out->trust.version = 0;
	if (cli_given(cli, option))
		return read_options(cli, option, out, err);
	status = read_node(cli, out, err);
	if (status == STATUS_OK && out->roots.count == 0 && beside != NULL)
		read_beside(beside, out);
	return status;
}

/* --- who must sign --- */

static enum status signers_of_root(const struct trust_known *known,
				   const struct trust_draft *draft,
				   const struct root *out[static 2],
				   size_t *count)
{
	const struct root *before =
		root_chain_at(&known->roots, draft->version - 1);

	*count = 0;
	if (before != NULL)
		out[(*count)++] = before;
	out[(*count)++] = &draft->root;
	return STATUS_OK;
}

enum status trust_known_signers(const struct trust_known *known,
				const struct trust_draft *draft,
				const struct root *coming,
				const struct root *out[static 2],
				size_t *count, struct err *err)
{
	const struct root *newest = root_chain_newest(&known->roots);
	uint32_t needed;

	if (draft->kind == TRUST_DRAFT_ROOT)
		return signers_of_root(known, draft, out, count);
	needed = draft->trust.root;
	if (coming != NULL &&
	    (newest == NULL || coming->version == newest->version + 1))
		newest = coming;
	if (newest == NULL)
		return err_set(err, STATUS_USAGE,
			       "which root must sign this? Give its notes, or "
			       "the county's join file, with --root");
	if (needed > newest->version)
		return err_set(err, STATUS_NOT_FOUND,
			       "it is to be signed under root %" PRIu32
			       ", which is not known here: give that note, "
			       "too, or with --root",
			       needed);
	if (needed < newest->version)
		return err_set(err, STATUS_OLD,
			       "it is under root %" PRIu32 ", and root %" PRIu32
			       " has taken its place: make it anew",
			       needed, newest->version);
	out[0] = newest;
	*count = 1;
	return STATUS_OK;
}
