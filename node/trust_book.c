#include "node/trust_book.h"

#include <stdio.h>
#include <string.h>

#include "node/durable.h"

static void root_path(const struct trust_book *book, unsigned version,
		      char out[static 4200])
{
	(void)snprintf(out, 4200, "%s/root/%u.note", book->folder, version);
}

static void trust_path(const struct trust_book *book, char out[static 4200])
{
	(void)snprintf(out, 4200, "%s/trust.note", book->folder);
}

enum status trust_book_root_note(const struct trust_book *book,
				 unsigned version, struct buf *out,
				 struct err *err)
{
	char path[4200];

	root_path(book, version, path);
	return durable_read(path, ROOT_NOTE_MAX, out, err);
}

/* Walk the notes on disk from root 1 up to `version`. */
static enum status walk_to(const struct trust_book *book, uint32_t version,
			   struct root *out, struct err *err)
{
	struct root root = { .version = 0 };
	struct buf note = BUF_INIT;
	enum status status = STATUS_OK;

	while (status == STATUS_OK && root.version < version) {
		buf_clear(&note);
		status = trust_book_root_note(book, root.version + 1, &note,
					      err);
		if (status == STATUS_OK)
			status = root.version == 0 ?
					 root_open_first(buf_bytes(&note),
							 &root) :
					 root_open_next(&root,
							buf_bytes(&note),
							&root);
	}
	buf_release(&note);
	if (status == STATUS_OK)
		*out = root;
	return status;
}

/* The root that signed the trust note on disk: after a rotation that is not
 * the newest, until a trust note signed under the newest has come. */
static enum status open_held_trust(struct trust_book *book, struct err *err)
{
	struct trust trust;
	struct note parsed;
	struct root root;
	enum status status;

	status = note_parse(buf_bytes(&book->note), TRUST_NOTE_MAX, &parsed);
	if (status == STATUS_OK)
		status = trust_parse(parsed.text, &trust);
	if (status != STATUS_OK)
		return err_set(err, status, "trust note: %s",
			       status_text(status));
	status = walk_to(book, trust.root, &root, err);
	trust_release(&trust);
	if (status == STATUS_OK)
		status = trust_open(buf_bytes(&book->note), &root,
				    &book->trust);
	if (status != STATUS_OK)
		return err_set(err, status, "trust note: %s",
			       status_text(status));
	return STATUS_OK;
}

/* Verify the note as the next root, into `*next`. */
static enum status verify_root(const struct trust_book *book,
			       struct bytes note, struct root *next,
			       struct err *err)
{
	enum status status =
		book->root.version == 0 ?
			root_open_first(note, next) :
			root_open_next(&book->root, note, next);

	if (status != STATUS_OK)
		return err_set(err, status, "root note after version %u: %s",
			       book->root.version, status_text(status));
	return STATUS_OK;
}

static enum status load_roots(struct trust_book *book, struct err *err)
{
	struct buf note = BUF_INIT;
	enum status status;

	for (;;) {
		struct root next;

		buf_clear(&note);
		status = trust_book_root_note(book, book->root.version + 1,
					      &note, err);
		if (status == STATUS_NOT_FOUND) {
			status = STATUS_OK;
			break;
		}
		if (status == STATUS_OK)
			status = verify_root(book, buf_bytes(&note), &next,
					     err);
		if (status != STATUS_OK)
			break;
		if (next.version == 1)
			(void)root_fingerprint(buf_bytes(&note),
					       book->fingerprint);
		book->root = next;
	}
	buf_release(&note);
	return status;
}

static enum status load_trust(struct trust_book *book, struct err *err)
{
	char path[4200];
	enum status status;

	trust_path(book, path);
	status = durable_read(path, TRUST_NOTE_MAX, &book->note, err);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK)
		return status;
	return open_held_trust(book, err);
}

enum status trust_book_open(struct trust_book *book, const char *dir,
			    struct err *err)
{
	enum status status;

	memset(book, 0, sizeof(*book));
	book->note = (struct buf)BUF_INIT;
	trust_init(&book->trust);
	book->trust.version = 0;
	(void)snprintf(book->folder, sizeof(book->folder), "%s/trust", dir);
	status = load_roots(book, err);
	if (status == STATUS_OK)
		status = load_trust(book, err);
	/* NOT_FOUND: the root notes under the trust note are gone. */
	if (status == STATUS_NOT_FOUND || status == STATUS_UNTRUSTED ||
	    status == STATUS_MALFORMED) {
		status = STATUS_DAMAGED;
		(void)err_wrap(err, "'%s' is damaged", book->folder);
	}
	if (status != STATUS_OK)
		trust_book_release(book);
	return status;
}

void trust_book_release(struct trust_book *book)
{
	trust_release(&book->trust);
	buf_release(&book->note);
}

enum status trust_book_take_root(struct trust_book *book, struct bytes note,
				 struct err *err)
{
	char path[4200];
	struct root next;
	enum status status = verify_root(book, note, &next, err);

	if (status != STATUS_OK)
		return status;
	(void)snprintf(path, sizeof(path), "%s/root", book->folder);
	status = durable_make_dir(path, 0755, err);
	if (status != STATUS_OK)
		return status;
	root_path(book, next.version, path);
	status = durable_write(path, note, 0644, err);
	if (status != STATUS_OK)
		return status;
	if (next.version == 1)
		(void)root_fingerprint(note, book->fingerprint);
	book->root = next;
	return STATUS_OK;
}

/* Was it signed well, under a root that another has replaced since? */
static bool is_of_older_root(const struct trust_book *book, struct bytes note)
{
	struct err ignored = ERR_INIT;
	struct note parsed;
	struct trust trust;
	struct root root;
	bool older;

	if (note_parse(note, TRUST_NOTE_MAX, &parsed) != STATUS_OK ||
	    trust_parse(parsed.text, &trust) != STATUS_OK)
		return false;
	older = trust.root < book->root.version &&
		walk_to(book, trust.root, &root, &ignored) == STATUS_OK &&
		root_verify(&root, &parsed) == STATUS_OK;
	trust_release(&trust);
	return older;
}

enum status trust_book_take_trust(struct trust_book *book, struct bytes note,
				  struct err *err)
{
	struct buf copy = BUF_INIT;
	struct trust trust;
	char path[4200];
	enum status status = trust_open(note, &book->root, &trust);

	if (status == STATUS_UNTRUSTED && is_of_older_root(book, note))
		return err_set(err, STATUS_OLD,
			       "the trust note is signed under a root that "
			       "root %u has replaced; the office has to make "
			       "it anew ('xiangtu trust renew')",
			       book->root.version);
	if (status == STATUS_NOT_FOUND)
		return err_set(err, status,
			       "the trust note is signed under a newer root "
			       "than root %u, and the root notes between are "
			       "missing",
			       book->root.version);
	if (status != STATUS_OK)
		return err_set(err, status, "trust note: %s",
			       status_text(status));
	if (trust.version <= book->trust.version) {
		trust_release(&trust);
		return err_set(err, STATUS_OLD,
			       "a trust note as new is here already");
	}
	buf_put_bytes(&copy, note);
	status = buf_status(&copy);
	if (status != STATUS_OK) {
		(void)err_set(err, status, "trust note");
		goto release_both;
	}
	trust_path(book, path);
	status = durable_write(path, note, 0644, err);
	if (status != STATUS_OK)
		goto release_both;
	trust_release(&book->trust);
	buf_release(&book->note);
	book->trust = trust;
	book->note = copy;
	return STATUS_OK;

release_both:
	trust_release(&trust);
	buf_release(&copy);
	return status;
}
