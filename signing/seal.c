/* crypto_box_seal around padded bytes. The padding is ISO/IEC 7816-4's, which
 * says where it ends: what is sealed keeps every zero of its own. */
#include "signing/seal.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "proto/encoding.h"

static const char prefix[] = "PRIVATE+SEAL+";

/* What inner bytes are padded to, the mark included. */
static const size_t sizes[] = { 1 << 10, 4 << 10, 16 << 10, 60 << 10 };

enum { SIZES = sizeof(sizes) / sizeof(*sizes) };

_Static_assert(crypto_box_SEALBYTES == SEAL_OVERHEAD, "our size is sodium's");
_Static_assert(crypto_box_PUBLICKEYBYTES == PUBLIC_KEY_SIZE &&
		       crypto_box_SECRETKEYBYTES == KEY_SEED_SIZE,
	       "X25519 keys are as long as ours");
_Static_assert(sizeof(prefix) + KEY_NAME_MAX + 1 +
			       BASE64_SIZE(crypto_box_SECRETKEYBYTES) <=
		       SECRET_KEY_TEXT_MAX,
	       "a seal key's text has room for the longest");

struct seal_key {
	struct public_key public;
	uint8_t secret[crypto_box_SECRETKEYBYTES];
};

enum status seal_key_from_secret(struct seal_key **out, const char *name,
				 const uint8_t secret[static KEY_SEED_SIZE])
{
	struct seal_key *key;
	uint8_t public[PUBLIC_KEY_SIZE];
	enum status status;

	if (crypto_scalarmult_base(public, secret) != 0)
		return STATUS_MALFORMED;
	key = sodium_malloc(sizeof(*key));
	if (key == NULL)
		return STATUS_NO_MEMORY;
	status = public_key_init(&key->public, name, KEY_SEALING, public);
	if (status != STATUS_OK) {
		sodium_free(key);
		return status;
	}
	memcpy(key->secret, secret, sizeof(key->secret));
	*out = key;
	return STATUS_OK;
}

enum status seal_key_new(struct seal_key **out, const char *name)
{
	uint8_t secret[crypto_box_SECRETKEYBYTES];
	enum status status;

	signing_random(secret, sizeof(secret));
	status = seal_key_from_secret(out, name, secret);
	signing_wipe(secret, sizeof(secret));
	return status;
}

enum status seal_key_parse(struct seal_key **out, struct bytes text)
{
	uint8_t secret[crypto_box_SECRETKEYBYTES];
	char name[KEY_NAME_MAX + 1];
	size_t skip = sizeof(prefix) - 1, name_size, size = 0;
	const uint8_t *plus;
	enum status status;

	if (!bytes_start_with(text, prefix))
		return STATUS_MALFORMED;
	if (text.data[text.size - 1] == '\n')
		text.size--;
	text = (struct bytes){ text.data + skip, text.size - skip };
	plus = text.size == 0 ? NULL : memchr(text.data, '+', text.size);
	if (plus == NULL)
		return STATUS_MALFORMED;
	name_size = (size_t)(plus - text.data);
	if (bytes_to_string((struct bytes){ text.data, name_size }, name,
			    sizeof(name)) != STATUS_OK)
		return STATUS_MALFORMED;
	text = (struct bytes){ plus + 1, text.size - name_size - 1 };
	status = base64_decode(text, secret, sizeof(secret), &size);
	if (status == STATUS_OK && size != sizeof(secret))
		status = STATUS_MALFORMED;
	if (status == STATUS_OK)
		status = seal_key_from_secret(out, name, secret);
	signing_wipe(secret, sizeof(secret));
	return status;
}

void seal_key_format(const struct seal_key *key,
		     char out[static SECRET_KEY_TEXT_MAX + 1])
{
	int used = snprintf(out, SECRET_KEY_TEXT_MAX + 1, "%s%s+", prefix,
			    key->public.name);

	base64_encode((struct bytes){ key->secret, sizeof(key->secret) },
		      out + used);
}

void seal_key_secret(const struct seal_key *key,
		     uint8_t secret[static KEY_SEED_SIZE])
{
	memcpy(secret, key->secret, KEY_SEED_SIZE);
}

void seal_key_free(struct seal_key *key)
{
	sodium_free(key);
}

const struct public_key *seal_key_public(const struct seal_key *key)
{
	return &key->public;
}

static size_t padded_size(size_t inner)
{
	for (size_t i = 0; i < SIZES; i++)
		if (inner < sizes[i])
			return sizes[i];
	return 0;
}

enum status seal(struct bytes inner, const struct public_key *to,
		 struct buf *out)
{
	size_t padded = padded_size(inner.size), before = out->size;
	struct buf plain = BUF_INIT;
	uint8_t *at;
	int failed;

	if (to->type != KEY_SEALING)
		return STATUS_MALFORMED;
	if (padded == 0)
		return STATUS_NO_ROOM;
	at = buf_reserve(&plain, padded);
	if (at == NULL)
		return STATUS_NO_MEMORY;
	memset(at, 0, padded);
	if (inner.size > 0)
		memcpy(at, inner.data, inner.size);
	at[inner.size] = 0x80;
	buf_grew(&plain, padded);
	at = buf_reserve(out, padded + SEAL_OVERHEAD);
	failed = at == NULL ? 0 : crypto_box_seal(at, plain.data, padded,
						  to->bytes);
	signing_wipe(plain.data, plain.size);
	buf_release(&plain);
	if (at == NULL) {
		buf_cut(out, before);
		return STATUS_NO_MEMORY;
	}
	/* Only for a key public_key_init() would not have made. */
	if (failed != 0)
		return STATUS_MALFORMED;
	buf_grew(out, padded + SEAL_OVERHEAD);
	return STATUS_OK;
}

static bool is_sealed_size(size_t size)
{
	for (size_t i = 0; i < SIZES; i++)
		if (size == sizes[i] + SEAL_OVERHEAD)
			return true;
	return false;
}

enum status seal_open(struct bytes sealed, const struct seal_key *key,
		      struct buf *out)
{
	struct buf plain = BUF_INIT;
	enum status status = STATUS_OK;
	uint8_t *at;
	size_t size;

	if (!is_sealed_size(sealed.size))
		return STATUS_MALFORMED;
	size = sealed.size - SEAL_OVERHEAD;
	at = buf_reserve(&plain, size);
	if (at == NULL)
		return STATUS_NO_MEMORY;
	if (crypto_box_seal_open(at, sealed.data, sealed.size,
				 key->public.bytes, key->secret) != 0)
		status = STATUS_UNTRUSTED;
	buf_grew(&plain, size);
	while (status == STATUS_OK && size > 0 && plain.data[size - 1] == 0)
		size--;
	if (status == STATUS_OK && (size == 0 || plain.data[size - 1] != 0x80))
		status = STATUS_MALFORMED;
	if (status == STATUS_OK) {
		size_t before = out->size;

		buf_put(out, plain.data, size - 1);
		status = buf_status(out);
		if (status != STATUS_OK)
			buf_cut(out, before);
	}
	signing_wipe(plain.data, plain.size);
	buf_release(&plain);
	return status;
}
