/* trust accept: root and trust notes into the node, in whatever order they are
 * given; copies that were signed apart are joined. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "node/cli/trust_words.h"
#include "node/cli/verbs.h"
#include "node/note_files.h"

struct accepting {
	struct cli *cli;
	struct trust_known known;
	struct trust_draft *drafts;
	size_t count;
	bool is_folder; /* what is read now comes out of one */
	bool lacking;	    /* one of them has too few signatures */
	json_t *said;
};

/* --- reading --- */

static enum status keep(struct accepting *a, struct trust_draft *draft,
			struct err *err)
{
	struct trust_draft *grown;

	for (size_t i = 0; i < a->count; i++)
		if (trust_draft_same_text(&a->drafts[i], draft)) {
			enum status status =
				trust_draft_merge(&a->drafts[i], draft);

			trust_draft_release(draft);
			return status == STATUS_OK ?
				       STATUS_OK :
				       err_set(err, status,
					       "too many signatures");
		}
	grown = realloc(a->drafts, (a->count + 1) * sizeof(*grown));
	if (grown == NULL) {
		trust_draft_release(draft);
		return err_set(err, STATUS_NO_MEMORY, "notes");
	}
	a->drafts = grown;
	grown[a->count++] = *draft;
	return STATUS_OK;
}

static enum status read_note(void *owner, const char *path,
			     struct bytes whole, struct err *err)
{
	struct accepting *a = owner;
	struct trust_draft draft;
	struct err why = ERR_INIT;
	enum status status = trust_draft_read(&draft, whole, &why);

	if (status == STATUS_OK)
		return keep(a, &draft, err);
	/* A folder may hold other things. */
	if (a->is_folder && status == STATUS_MALFORMED)
		return STATUS_OK;
	return err_set(err, status, "'%s': %s", path, why.text);
}

static int by_version(const void *left, const void *right)
{
	const struct trust_draft *a = left, *b = right;

	if (a->kind != b->kind)
		return a->kind == TRUST_DRAFT_ROOT ? -1 : 1;
	return a->version < b->version ? -1 : a->version > b->version;
}

/* --- taking in --- */

static void tell(struct accepting *a, const struct trust_draft *draft,
		 const struct root *const *roots, size_t count,
		 const char *result, const char *text)
{
	struct trust_before before = { .root = root_chain_at(
					       &a->known.roots,
					       draft->version - 1),
				       .trust = a->known.trust.version == 0 ?
							NULL :
							&a->known.trust };

	if (a->cli->json) {
		json_t *said = trust_words_draft("", draft, &before, roots,
						 count);

		(void)json_object_set_new(said, "result", json_string(result));
		(void)json_array_append_new(a->said, said);
		return;
	}
	if (count > 0) {
		trust_words_print_changes(draft, &before);
		trust_words_print_signers(draft, roots, count);
	} else {
		trust_words_print_heading(draft);
	}
	puts(text);
	puts("");
}

static enum status put(struct accepting *a, const struct trust_draft *draft,
		       struct err *err)
{
	json_t *answer;
	enum status status = cli_ask(
		a->cli,
		json_pack("{s:s, s:s%}", "verb",
			  draft->kind == TRUST_DRAFT_ROOT ? "root-take" :
							    "trust-take",
			  "note", (const char *)draft->whole.data,
			  draft->whole.size),
		&answer, err);

	if (status == STATUS_OK)
		json_decref(answer);
	return status;
}

/* What is known here goes on with what was just taken in. */
static enum status know(struct accepting *a, const struct trust_draft *draft,
			struct err *err)
{
	enum status status;

	if (draft->kind == TRUST_DRAFT_TRUST) {
		struct trust trust;

		status = trust_parse(trust_draft_text(draft), &trust);
		if (status != STATUS_OK)
			return err_set(err, status, "trust note");
		trust_release(&a->known.trust);
		a->known.trust = trust;
		buf_clear(&a->known.text);
		buf_put_bytes(&a->known.text, trust_draft_text(draft));
		return STATUS_OK;
	}
	status = root_chain_offer(&a->known.roots, buf_bytes(&draft->whole));
	if (status == STATUS_OK)
		status = root_chain_walk(&a->known.roots);
	return status == STATUS_OK ? STATUS_OK :
				     err_set(err, status, "root note");
}

static enum status take(struct accepting *a, struct trust_draft *draft,
			struct err *err)
{
	const struct root *roots[2];
	size_t count;
	enum status status = trust_known_signers(&a->known, draft, NULL,
						 roots, &count, err);

	for (size_t i = 0; i < count && status == STATUS_OK; i++)
		status = trust_draft_clean(draft, roots[i]);
	if (status != STATUS_OK)
		return status;
	if (!trust_words_complete(draft, roots, count)) {
		tell(a, draft, roots, count, "lacking",
		     tr("Not taken in: it needs more signatures."));
		a->lacking = true;
		return STATUS_OK;
	}
	status = put(a, draft, err);
	if (status != STATUS_OK)
		return status;
	tell(a, draft, roots, count, "taken", tr("Taken in."));
	return know(a, draft, err);
}

/* Of two notes of one version one would be refused everywhere: said while it
 * can be mended. */
static enum status hold_against(struct accepting *a,
				const struct trust_draft *draft,
				struct bytes held, struct err *err)
{
	if (!bytes_equal(held, trust_draft_text(draft)))
		return err_set(err, STATUS_UNTRUSTED,
			       "another %s note of version %" PRIu64
			       " is held here: make this one anew, as a later "
			       "version",
			       draft->kind == TRUST_DRAFT_ROOT ? "root" :
								 "trust",
			       draft->version);
	tell(a, draft, NULL, 0, "old", tr("It is held here already."));
	return STATUS_OK;
}

static enum status take_root(struct accepting *a, struct trust_draft *draft,
			     struct err *err)
{
	const struct root *newest = root_chain_newest(&a->known.roots);
	struct note note;

	if (draft->version <= newest->version) {
		struct bytes held =
			root_chain_note(&a->known.roots, draft->version);

		if (note_parse(held, ROOT_NOTE_MAX, &note) != STATUS_OK)
			return err_set(err, STATUS_DAMAGED, "root note");
		return hold_against(a, draft, note.text, err);
	}
	if (draft->version > newest->version + 1)
		return err_set(err, STATUS_NOT_FOUND,
			       "root %" PRIu64 " cannot follow root %" PRIu32
			       ": give those between, too",
			       draft->version, newest->version);
	return take(a, draft, err);
}

static enum status take_trust(struct accepting *a, struct trust_draft *draft,
			      struct err *err)
{
	if (draft->version > a->known.trust.version)
		return take(a, draft, err);
	if (draft->version == a->known.trust.version)
		return hold_against(a, draft, buf_bytes(&a->known.text), err);
	tell(a, draft, NULL, 0, "old", tr("A newer one is held here."));
	return STATUS_OK;
}

static enum status take_all(struct accepting *a, struct err *err)
{
	enum status status = STATUS_OK;

	qsort(a->drafts, a->count, sizeof(*a->drafts), by_version);
	for (size_t i = 0; i < a->count && status == STATUS_OK; i++) {
		struct trust_draft *draft = &a->drafts[i];

		status = draft->kind == TRUST_DRAFT_ROOT ?
				 take_root(a, draft, err) :
				 take_trust(a, draft, err);
		/* Trust under a root that lacks signatures waits with it. */
		if (status == STATUS_NOT_FOUND && a->lacking) {
			*err = (struct err)ERR_INIT;
			status = STATUS_OK;
		}
	}
	return status;
}

/* --- the verb --- */

static enum status read_all(struct accepting *a, struct err *err)
{
	enum status status = trust_known_load(a->cli, "", NULL, &a->known,
					      err);

	if (status == STATUS_OK && !a->known.of_node)
		status = err_set(err, STATUS_NOT_FOUND,
				 "there is no node in '%s'; make one with "
				 "'xiangtu init --join root-1.note'",
				 a->cli->dir);
	for (unsigned i = 0; i < a->cli->n_words && status == STATUS_OK; i++) {
		struct stat st;

		a->is_folder = stat(a->cli->words[i], &st) == 0 &&
			       S_ISDIR(st.st_mode);
		status = note_files_each(a->cli->words[i], read_note, a, err);
	}
	return status;
}

static void say_end(const struct accepting *a)
{
	const struct root *newest = root_chain_newest(&a->known.roots);
	bool stale = a->known.trust.version > 0 &&
		     a->known.trust.root < newest->version;

	if (a->cli->json)
		cli_print_json(json_pack("{s:O, s:b}", "notes", a->said,
					 "renew", stale));
	else if (stale)
		printf(tr("The trust note held is still signed under root %lu: "
			  "new nodes cannot join with it. Make it anew: "
			  "xiangtu trust renew\n"),
		       (unsigned long)a->known.trust.root);
}

enum status cmd_trust_accept(struct cli *cli, struct err *err)
{
	struct accepting a = { .cli = cli, .said = json_array() };
	enum status status = read_all(&a, err);

	if (status == STATUS_OK)
		status = take_all(&a, err);
	if (status == STATUS_OK)
		say_end(&a);
	if (status == STATUS_OK && a.lacking) {
		cli->answered = true;
		status = err_set(err, STATUS_UNTRUSTED,
				 "not all was taken in: signatures are "
				 "lacking");
	}
	for (size_t i = 0; i < a.count; i++)
		trust_draft_release(&a.drafts[i]);
	free(a.drafts);
	trust_known_release(&a.known);
	json_decref(a.said);
	return status;
}
