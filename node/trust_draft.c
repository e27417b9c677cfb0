/* A note divides at its last empty line, and no text of ours has one: what
 * does not parse as a note is read as bare text. */
#include "node/trust_draft.h"

#include <string.h>

static enum status malformed(struct err *err, const char *what)
{
	return err_set(err, STATUS_MALFORMED, "%s", what);
}

static enum status read_root(struct trust_draft *d, struct bytes text,
			     struct err *err)
{
	if (root_parse(text, &d->root) != STATUS_OK)
		return malformed(err, "it begins as a root note, but does not "
				      "read as one");
	d->kind = TRUST_DRAFT_ROOT;
	d->version = d->root.version;
	return STATUS_OK;
}

static enum status read_trust(struct trust_draft *d, struct bytes text,
			      struct err *err)
{
	enum status status = trust_parse(text, &d->trust);

	if (status == STATUS_MALFORMED)
		return malformed(err, "it begins as a trust note, but does "
				      "not read as one");
	if (status != STATUS_OK)
		return err_set(err, status, "trust note");
	d->kind = TRUST_DRAFT_TRUST;
	d->version = d->trust.version;
	return STATUS_OK;
}

static enum status read_text(struct trust_draft *d, struct bytes text,
			     struct err *err)
{
	if (bytes_start_with(text, "xiangtu-root/v1\n"))
		return read_root(d, text, err);
	if (bytes_start_with(text, "xiangtu-trust/v1\n"))
		return read_trust(d, text, err);
	if (bytes_start_with(text, "xiangtu-root/v1\r\n") ||
	    bytes_start_with(text, "xiangtu-trust/v1\r\n"))
		return malformed(err, "a program has changed its line ends: "
				      "copy the file as it is");
	return malformed(err, "it is neither a root note nor a trust note");
}

enum status trust_draft_read(struct trust_draft *out, struct bytes whole,
			     struct err *err)
{
	struct trust_draft made = { .whole = BUF_INIT };
	struct bytes text = whole;
	struct note note;
	enum status status;

	if (whole.size > TRUST_DRAFT_MAX)
		return malformed(err, "it is too long for a root or trust "
				      "note");
	if (note_parse(whole, TRUST_DRAFT_MAX, &note) == STATUS_OK)
		text = note.text;
	trust_init(&made.trust);
	status = read_text(&made, text, err);
	if (status != STATUS_OK)
		return status;
	made.text_size = text.size;
	buf_put_bytes(&made.whole, whole);
	if (buf_status(&made.whole) != STATUS_OK) {
		trust_draft_release(&made);
		return err_set(err, STATUS_NO_MEMORY, "draft");
	}
	*out = made;
	return STATUS_OK;
}

static enum status of_text(struct trust_draft *out, struct buf *text,
			   enum status formatted, struct err *err)
{
	enum status status = formatted;

	if (status == STATUS_OK)
		status = trust_draft_read(out, buf_bytes(text), err);
	else
		(void)err_set(err, status, "a note: %s", status_text(status));
	buf_release(text);
	return status;
}

enum status trust_draft_of_root(struct trust_draft *out,
				const struct root *root, struct err *err)
{
	struct buf text = BUF_INIT;

	return of_text(out, &text, root_format(root, &text), err);
}

enum status trust_draft_of_trust(struct trust_draft *out,
				 const struct trust *trust, struct err *err)
{
	struct buf text = BUF_INIT;

	return of_text(out, &text, trust_format(trust, &text), err);
}

void trust_draft_release(struct trust_draft *draft)
{
	trust_release(&draft->trust);
	buf_release(&draft->whole);
}

struct bytes trust_draft_text(const struct trust_draft *draft)
{
	return (struct bytes){ draft->whole.data, draft->text_size };
}

/* False while nobody has signed. */
static bool as_note(const struct trust_draft *draft, struct note *note)
{
	return note_parse(buf_bytes(&draft->whole), TRUST_DRAFT_MAX, note) ==
	       STATUS_OK;
}

size_t trust_draft_lines(const struct trust_draft *draft)
{
	struct note note;

	return as_note(draft, &note) ? note.count : 0;
}

bool trust_draft_same_text(const struct trust_draft *a,
			   const struct trust_draft *b)
{
	return bytes_equal(trust_draft_text(a), trust_draft_text(b));
}

/* --- who has signed --- */

static bool line_is_good(const struct note *note,
			 const struct note_signature *line,
			 const struct public_key *key)
{
	uint8_t raw[SIGNATURE_SIZE];

	return note_signature_bytes(line, raw, sizeof(raw)) == STATUS_OK &&
	       key_verify(key->bytes, note->text, raw) == STATUS_OK;
}

static void look_for(const struct note *note, const struct public_key *key,
		     bool *good, bool *bad)
{
	struct bytes rest = note->signatures;
	struct note_signature line;

	while (note_next(&rest, &line))
		if (note_signature_is_by(&line, key))
			*(line_is_good(note, &line, key) ? good : bad) = true;
}

void trust_draft_tally(const struct trust_draft *draft,
		       const struct root *root, struct trust_tally *out)
{
	struct note note;

	memset(out, 0, sizeof(*out));
	out->lacking = root->threshold;
	if (!as_note(draft, &note))
		return;
	for (size_t i = 0; i < root->key_count; i++) {
		look_for(&note, &root->keys[i], &out->good[i], &out->bad[i]);
		/* A root's keys are all different: root_parse() says so. */
		out->signers += out->good[i];
	}
	out->lacking = out->signers >= root->threshold ?
			       0 :
			       root->threshold - out->signers;
}

/* --- changing the lines --- */

/* Put `made` in the place of the draft's bytes. */
static enum status replace(struct trust_draft *draft, struct buf *made)
{
	enum status status = buf_status(made);

	if (status == STATUS_OK && made->size > TRUST_DRAFT_MAX)
		status = STATUS_NO_ROOM;
	if (status != STATUS_OK) {
		buf_release(made);
		return status;
	}
	buf_release(&draft->whole);
	draft->whole = *made;
	return STATUS_OK;
}

static bool is_spoilt(const struct note *note,
		      const struct note_signature *line,
		      const struct root *root)
{
	for (size_t i = 0; i < root->key_count; i++)
		if (note_signature_is_by(line, &root->keys[i]) &&
		    !line_is_good(note, line, &root->keys[i]))
			return true;
	return false;
}

enum status trust_draft_clean(struct trust_draft *draft,
			      const struct root *root)
{
	struct buf made = BUF_INIT;
	struct note_signature line;
	struct bytes rest;
	struct note note;
	size_t kept = 0;

	if (!as_note(draft, &note))
		return STATUS_OK;
	buf_put_bytes(&made, note.text);
	buf_puts(&made, "\n");
	rest = note.signatures;
	while (note_next(&rest, &line)) {
		if (is_spoilt(&note, &line, root))
			continue;
		buf_put_bytes(&made, line.line);
		buf_puts(&made, "\n");
		kept++;
	}
	if (kept == note.count) {
		buf_release(&made);
		return STATUS_OK;
	}
	if (kept == 0)
		buf_cut(&made, draft->text_size);
	return replace(draft, &made);
}

/* Add one line, under the name the key has. */
static enum status add_line(struct trust_draft *draft,
			    const struct secret_key *key)
{
	struct buf made = BUF_INIT;
	struct note note;
	enum status status =
		as_note(draft, &note) ?
			note_add_signature(&note, key, &made) :
			note_sign(trust_draft_text(draft), key, &made);

	if (status != STATUS_OK) {
		buf_release(&made);
		return status;
	}
	return replace(draft, &made);
}

/* One key pair may stand in two roots under two names, and a line is looked
 * for by the name. */
static enum status sign_as(struct trust_draft *draft,
			   const struct secret_key *key, const char *name)
{
	struct secret_key *named;
	enum status status = secret_key_named(&named, key, name);

	if (status != STATUS_OK)
		return status;
	status = add_line(draft, named);
	secret_key_free(named);
	return status;
}

static enum status sign_for(struct trust_draft *draft,
			    const struct secret_key *key,
			    const struct root *root, bool *listed, bool *added)
{
	const struct public_key *public = secret_key_public(key);
	enum status status = trust_draft_clean(draft, root);

	for (size_t i = 0; i < root->key_count && status == STATUS_OK; i++) {
		if (!public_key_same(&root->keys[i], public))
			continue;
		*listed = true;
		status = sign_as(draft, key, root->keys[i].name);
		*added = *added || status == STATUS_OK;
		if (status == STATUS_EXISTS)
			status = STATUS_OK;
	}
	return status;
}

enum status trust_draft_sign(struct trust_draft *draft,
			     const struct secret_key *key,
			     const struct root *const *roots, size_t count)
{
	struct buf before = BUF_INIT;
	bool listed = false, added = false;
	enum status status;

	buf_put_bytes(&before, buf_bytes(&draft->whole));
	status = buf_status(&before);
	for (size_t i = 0; i < count && status == STATUS_OK; i++)
		status = sign_for(draft, key, roots[i], &listed, &added);
	if (status == STATUS_OK && !added)
		status = listed ? STATUS_EXISTS : STATUS_UNTRUSTED;
	if (status != STATUS_OK && buf_status(&before) == STATUS_OK) {
		buf_release(&draft->whole);
		draft->whole = before;
	} else {
		buf_release(&before);
	}
	return status;
}

enum status trust_draft_merge(struct trust_draft *draft,
			      const struct trust_draft *copy)
{
	struct buf made = BUF_INIT;
	struct note ours, theirs;
	enum status status = STATUS_OK;

	if (!trust_draft_same_text(draft, copy))
		return STATUS_MALFORMED;
	if (!as_note(copy, &theirs))
		return STATUS_OK;
	if (as_note(draft, &ours))
		status = note_merge(&ours, &theirs, &made);
	else
		buf_put_bytes(&made, buf_bytes(&copy->whole));
	if (status != STATUS_OK) {
		buf_release(&made);
		return status;
	}
	return replace(draft, &made);
}

/* --- the next trust --- */

enum status trust_draft_next(const struct trust *held, uint32_t root,
			     struct trust *out)
{
	struct buf text = BUF_INIT;
	struct trust made;
	enum status status;

	if (held->version >= TRUST_VERSION_MAX)
		return STATUS_NO_ROOM;
	if (held->version == 0) {
		trust_init(&made);
		made.root = root;
		*out = made;
		return STATUS_OK;
	}
	status = trust_format(held, &text);
	if (status == STATUS_OK)
		status = trust_parse(buf_bytes(&text), &made);
	buf_release(&text);
	if (status != STATUS_OK)
		return status;
	made.version = held->version + 1;
	made.root = root;
	*out = made;
	return STATUS_OK;
}
