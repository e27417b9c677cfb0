#include "signing/keybox.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "proto/encoding.h"
#include "proto/text.h"
#include "signing/wordline.h"

static const char title[] = "xiangtu-key/v1";

enum {
	BOX_MAX = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES +
		  SECRET_KEY_TEXT_MAX,
};

_Static_assert(crypto_secretbox_KEYBYTES == KEYBOX_KEY_SIZE &&
		       crypto_pwhash_SALTBYTES == KEYBOX_SALT_SIZE,
	       "our sizes are libsodium's");

bool keybox_is(struct bytes text)
{
	return bytes_start_with(text, title);
}

static enum status read_costs(struct bytes_reader *r, struct keybox *box)
{
	struct bytes line, word;
	uint64_t passes, kib;

	if (bytes_read_line(r, &line) != STATUS_OK ||
	    wordline_next(&line, &word) != STATUS_OK ||
	    !bytes_is(word, "argon2id") ||
	    wordline_next(&line, &word) != STATUS_OK ||
	    decimal_parse(word, &passes) != STATUS_OK ||
	    wordline_next(&line, &word) != STATUS_OK ||
	    decimal_parse(word, &kib) != STATUS_OK || line.size > 0 ||
	    passes == 0 || passes > KEYBOX_PASSES_MAX ||
	    kib < KEYBOX_KIB_MIN || kib > KEYBOX_KIB_MAX)
		return STATUS_MALFORMED;
	box->passes = (uint32_t)passes;
	box->kib = (uint32_t)kib;
	return STATUS_OK;
}

/* The rest of a line that begins with `name`. */
static enum status read_named(struct bytes_reader *r, const char *name,
			      struct bytes *rest)
{
	struct bytes word;

	if (bytes_read_line(r, rest) != STATUS_OK ||
	    wordline_next(rest, &word) != STATUS_OK || !bytes_is(word, name))
		return STATUS_MALFORMED;
	return STATUS_OK;
}

enum status keybox_parse(struct bytes text, struct keybox *box)
{
	struct bytes_reader r;
	struct bytes line;
	struct keybox made;
	size_t size;

	memset(&made, 0, sizeof(made));
	if (text.size > KEYBOX_TEXT_MAX)
		return STATUS_MALFORMED;
	bytes_reader_init(&r, text);
	if (bytes_read_line(&r, &line) != STATUS_OK || !bytes_is(line, title) ||
	    bytes_read_line(&r, &line) != STATUS_OK ||
	    public_key_parse(line, &made.public) != STATUS_OK ||
	    read_costs(&r, &made) != STATUS_OK ||
	    read_named(&r, "salt", &line) != STATUS_OK ||
	    base64_decode(line, made.salt, sizeof(made.salt), &size) !=
		    STATUS_OK ||
	    size != sizeof(made.salt) ||
	    read_named(&r, "box", &made.box) != STATUS_OK || r.left > 0)
		return STATUS_MALFORMED;
	*box = made;
	return STATUS_OK;
}

enum status keybox_derive(const struct keybox *box, struct bytes passphrase,
			  uint8_t key[static KEYBOX_KEY_SIZE])
{
	/* libsodium fails for nothing else: the bounds were checked. */
	return crypto_pwhash(key, KEYBOX_KEY_SIZE,
			     (const char *)passphrase.data, passphrase.size,
			     box->salt, box->passes, (size_t)box->kib << 10,
			     crypto_pwhash_ALG_ARGON2ID13) == 0 ?
		       STATUS_OK :
		       STATUS_NO_MEMORY;
}

/* The secret's text, in `text`, which the caller wipes. */
static enum status open_text(const struct keybox *box, const uint8_t *key,
			     uint8_t text[static SECRET_KEY_TEXT_MAX],
			     size_t *text_size)
{
	uint8_t raw[BOX_MAX];
	size_t head = crypto_secretbox_NONCEBYTES, size;

	if (base64_decode(box->box, raw, sizeof(raw), &size) != STATUS_OK ||
	    size < head + crypto_secretbox_MACBYTES)
		return STATUS_MALFORMED;
	*text_size = size - head - crypto_secretbox_MACBYTES;
	return crypto_secretbox_open_easy(text, raw + head, size - head, raw,
					  key) == 0 ?
		       STATUS_OK :
		       STATUS_UNTRUSTED;
}

enum status keybox_open_key(const struct keybox *box,
			    const uint8_t key[static KEYBOX_KEY_SIZE],
			    struct secret_key **out)
{
	uint8_t text[SECRET_KEY_TEXT_MAX];
	struct secret_key *made = NULL;
	size_t size = 0;
	enum status status = open_text(box, key, text, &size);

	if (status == STATUS_OK)
		status = secret_key_parse(&made,
					  (struct bytes){ text, size });
	signing_wipe(text, sizeof(text));
	if (status != STATUS_OK)
		return status;
	if (!public_key_same(secret_key_public(made), &box->public) ||
	    secret_key_public(made)->id != box->public.id) {
		secret_key_free(made);
		return STATUS_MALFORMED;
	}
	*out = made;
	return STATUS_OK;
}

enum status keybox_open_seal_key(const struct keybox *box,
				 const uint8_t key[static KEYBOX_KEY_SIZE],
				 struct seal_key **out)
{
	uint8_t text[SECRET_KEY_TEXT_MAX];
	struct seal_key *made = NULL;
	size_t size = 0;
	enum status status = open_text(box, key, text, &size);

	if (status == STATUS_OK)
		status = seal_key_parse(&made, (struct bytes){ text, size });
	signing_wipe(text, sizeof(text));
	if (status != STATUS_OK)
		return status;
	if (!public_key_same(seal_key_public(made), &box->public) ||
	    seal_key_public(made)->id != box->public.id) {
		seal_key_free(made);
		return STATUS_MALFORMED;
	}
	*out = made;
	return STATUS_OK;
}

static void put_box(struct buf *out, struct bytes text, const uint8_t *key)
{
	uint8_t raw[BOX_MAX];
	size_t head = crypto_secretbox_NONCEBYTES;
	size_t mac = crypto_secretbox_MACBYTES;

	signing_random(raw, head);
	(void)crypto_secretbox_easy(raw + head, text.data, text.size, raw, key);
	buf_puts(out, "box ");
	buf_put_base64(out, (struct bytes){ raw, head + mac + text.size });
	buf_puts(out, "\n");
}

static enum status close_text(const struct public_key *public,
			      struct bytes text, struct bytes passphrase,
			      uint32_t passes, uint32_t kib, struct buf *out)
{
	struct keybox box = { .passes = passes, .kib = kib };
	uint8_t key[KEYBOX_KEY_SIZE];
	size_t before = out->size;
	enum status status;

	signing_random(box.salt, sizeof(box.salt));
	status = keybox_derive(&box, passphrase, key);
	if (status != STATUS_OK)
		return status;
	buf_printf(out, "%s\n", title);
	buf_put_vkey(out, public);
	buf_printf(out, "\nargon2id %" PRIu32 " %" PRIu32 "\nsalt ", passes,
		   kib);
	buf_put_base64(out, (struct bytes){ box.salt, sizeof(box.salt) });
	buf_puts(out, "\n");
	put_box(out, text, key);
	signing_wipe(key, sizeof(key));
	status = buf_status(out);
	if (status != STATUS_OK)
		buf_cut(out, before);
	return status;
}

enum status keybox_close_key(const struct secret_key *key,
			     struct bytes passphrase, uint32_t passes,
			     uint32_t kib, struct buf *out)
{
	char text[SECRET_KEY_TEXT_MAX + 1];
	enum status status;

	secret_key_format(key, text);
	status = close_text(secret_key_public(key), bytes_of(text), passphrase,
			    passes, kib, out);
	signing_wipe(text, sizeof(text));
	return status;
}

enum status keybox_close_seal_key(const struct seal_key *key,
				  struct bytes passphrase, uint32_t passes,
				  uint32_t kib, struct buf *out)
{
	char text[SECRET_KEY_TEXT_MAX + 1];
	enum status status;

	seal_key_format(key, text);
	status = close_text(seal_key_public(key), bytes_of(text), passphrase,
			    passes, kib, out);
	signing_wipe(text, sizeof(text));
	return status;
}

/* In one piece, so that no smaller buffer is left behind. */
static enum status put_plain(char text[static SECRET_KEY_TEXT_MAX + 1],
			     struct buf *out)
{
	buf_printf(out, "%s\n", text);
	signing_wipe(text, SECRET_KEY_TEXT_MAX + 1);
	return buf_status(out);
}

enum status keybox_put_key(const struct secret_key *key,
			   struct bytes passphrase, struct buf *out)
{
	char text[SECRET_KEY_TEXT_MAX + 1];

	if (passphrase.size > 0)
		return keybox_close_key(key, passphrase, KEYBOX_PASSES,
					KEYBOX_KIB, out);
	secret_key_format(key, text);
	return put_plain(text, out);
}

enum status keybox_put_seal_key(const struct seal_key *key,
				struct bytes passphrase, struct buf *out)
{
	char text[SECRET_KEY_TEXT_MAX + 1];

	if (passphrase.size > 0)
		return keybox_close_seal_key(key, passphrase, KEYBOX_PASSES,
					     KEYBOX_KIB, out);
	seal_key_format(key, text);
	return put_plain(text, out);
}
