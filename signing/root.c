#include "signing/root.h"

#include <inttypes.h>
#include <string.h>

#include "signing/wordline.h"

static const char title[] = "xiangtu-root/v1";

static enum status read_key(struct bytes_reader *r, struct public_key *key)
{
	struct bytes line, word;

	if (bytes_read_line(r, &line) != STATUS_OK ||
	    wordline_next(&line, &word) != STATUS_OK || !bytes_is(word, "key"))
		return STATUS_MALFORMED;
	return public_key_parse(line, key);
}

/* Are they signing keys, all different, and enough for the threshold? */
static enum status check(const struct root *root)
{
	if (root->version == 0 || root->version > ROOT_VERSION_MAX ||
	    root->key_count > ROOT_KEYS_MAX || root->threshold == 0 ||
	    root->threshold > root->key_count)
		return STATUS_MALFORMED;
	for (size_t i = 0; i < root->key_count; i++) {
		if (root->keys[i].type != KEY_ED25519)
			return STATUS_MALFORMED;
		for (size_t j = 0; j < i; j++)
			if (public_key_same(&root->keys[i], &root->keys[j]))
				return STATUS_MALFORMED;
	}
	return STATUS_OK;
}

enum status root_parse(struct bytes text, struct root *root)
{
	struct bytes_reader r;
	struct bytes line;
	struct root made;
	uint64_t version, threshold;

	memset(&made, 0, sizeof(made));
	bytes_reader_init(&r, text);
	if (bytes_read_line(&r, &line) != STATUS_OK || !bytes_is(line, title) ||
	    wordline_read_number(&r, "version", ROOT_VERSION_MAX, &version) !=
		    STATUS_OK ||
	    wordline_read_number(&r, "threshold", ROOT_KEYS_MAX, &threshold) !=
		    STATUS_OK)
		return STATUS_MALFORMED;
	made.version = (uint32_t)version;
	made.threshold = (uint32_t)threshold;
	while (r.left > 0) {
		if (made.key_count == ROOT_KEYS_MAX ||
		    read_key(&r, &made.keys[made.key_count]) != STATUS_OK)
			return STATUS_MALFORMED;
		made.key_count++;
	}
	if (check(&made) != STATUS_OK)
		return STATUS_MALFORMED;
	*root = made;
	return STATUS_OK;
}

enum status root_format(const struct root *root, struct buf *out)
{
	size_t before = out->size;

	if (check(root) != STATUS_OK)
		return STATUS_MALFORMED;
	buf_printf(out, "%s\nversion %" PRIu32 "\nthreshold %" PRIu32 "\n",
		   title, root->version, root->threshold);
	for (size_t i = 0; i < root->key_count; i++) {
		buf_puts(out, "key ");
		buf_put_vkey(out, &root->keys[i]);
		buf_puts(out, "\n");
	}
	if (buf_status(out) != STATUS_OK)
		buf_cut(out, before);
	return buf_status(out);
}

enum status root_verify(const struct root *root, const struct note *note)
{
	struct note_verified verified;
	enum status status = note_verify(note, root->keys, root->key_count,
					 &verified);

	if (status == STATUS_OK && verified.distinct < root->threshold)
		return STATUS_UNTRUSTED;
	return status;
}

static enum status open(struct bytes whole, struct note *note,
			struct root *root)
{
	if (note_parse(whole, ROOT_NOTE_MAX, note) != STATUS_OK)
		return STATUS_MALFORMED;
	return root_parse(note->text, root);
}

enum status root_open_first(struct bytes whole, struct root *root)
{
	struct root made;
	struct note note;
	enum status status = open(whole, &note, &made);

	if (status != STATUS_OK)
		return status;
	if (made.version != 1)
		return STATUS_MALFORMED;
	status = root_verify(&made, &note);
	if (status == STATUS_OK)
		*root = made;
	return status;
}

enum status root_open_next(const struct root *now, struct bytes whole,
			   struct root *next)
{
	struct root made;
	struct note note;
	enum status status = open(whole, &note, &made);

	if (status != STATUS_OK)
		return status;
	if (made.version <= now->version)
		return STATUS_OLD;
	if (made.version != now->version + 1)
		return STATUS_NOT_FOUND;
	status = root_verify(now, &note);
	if (status == STATUS_OK)
		status = root_verify(&made, &note);
	if (status == STATUS_OK)
		*next = made;
	return status;
}

enum status root_fingerprint(struct bytes whole,
			     uint8_t out[static SHA256_SIZE])
{
	struct note note;
	enum status status = note_parse(whole, ROOT_NOTE_MAX, &note);

	if (status == STATUS_OK)
		sha256(note.text.data, note.text.size, out);
	return status;
}
