#include "signing/key.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "proto/encoding.h"
#include "proto/text.h"
#include "signing/digest.h"

enum { ENCODED_MAX = 1 + 14 + PUBLIC_KEY_SIZE }; /* type, private tag, key */

static const char sealing_tag[] = "xiangtu-x25519";

_Static_assert(sizeof(sealing_tag) - 1 == ENCODED_MAX - 1 - PUBLIC_KEY_SIZE,
	       "an encoded key has room for the tag");
_Static_assert(KEY_NAME_MAX + 10 + BASE64_SIZE(ENCODED_MAX) <= VKEY_MAX,
	       "a vkey has room for the longest");
_Static_assert(12 + KEY_NAME_MAX + 10 + BASE64_SIZE(1 + KEY_SEED_SIZE) <=
		       SECRET_KEY_TEXT_MAX,
	       "a secret key's text has room for the longest");
_Static_assert(crypto_sign_PUBLICKEYBYTES == PUBLIC_KEY_SIZE &&
		       crypto_sign_BYTES == SIGNATURE_SIZE &&
		       crypto_sign_SEEDBYTES == KEY_SEED_SIZE,
	       "our sizes are Ed25519's");

enum status signing_init(void)
{
	return sodium_init() < 0 ? STATUS_IO : STATUS_OK;
}

void signing_random(void *out, size_t size)
{
	randombytes_buf(out, size);
}

void signing_wipe(void *secret, size_t size)
{
	sodium_memzero(secret, size);
}

void signing_wipe_buf(struct buf *secret)
{
	if (secret->data != NULL)
		sodium_memzero(secret->data, secret->size);
	buf_release(secret);
}

bool signing_same(const void *a, const void *b, size_t size)
{
	return sodium_memcmp(a, b, size) == 0;
}

/* Unicode's White_Space beyond the control characters. */
static bool is_space(uint32_t c)
{
	return c == ' ' || c == 0x85 || c == 0xa0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
	       c == 0x202f || c == 0x205f || c == 0x3000;
}

enum status key_name_check(struct bytes name)
{
	struct bytes_reader r;
	uint32_t code;

	if (name.size == 0 || name.size > KEY_NAME_MAX)
		return STATUS_MALFORMED;
	bytes_reader_init(&r, name);
	while (text_next(&r, &code))
		if (code < ' ' || code == '+' || is_space(code))
			return STATUS_MALFORMED;
	return r.left == 0 ? STATUS_OK : STATUS_MALFORMED;
}

/* type || [private tag] || bytes, as key ids and vkeys have it. */
static size_t encode(uint8_t type, const uint8_t *bytes,
		     uint8_t out[static ENCODED_MAX])
{
	size_t size = 0;

	out[size++] = type;
	if (type == KEY_SEALING) {
		memcpy(out + size, sealing_tag, sizeof(sealing_tag) - 1);
		size += sizeof(sealing_tag) - 1;
	}
	memcpy(out + size, bytes, PUBLIC_KEY_SIZE);
	return size + PUBLIC_KEY_SIZE;
}

static uint32_t compute_id(const char *name, uint8_t type, const uint8_t *bytes)
{
	uint8_t encoded[ENCODED_MAX], hash[SHA256_SIZE];
	struct sha256 state;

	sha256_init(&state);
	sha256_update(&state, name, strlen(name));
	sha256_update(&state, "\n", 1);
	sha256_update(&state, encoded, encode(type, bytes, encoded));
	sha256_final(&state, hash);
	return (uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 |
	       (uint32_t)hash[2] << 8 | hash[3];
}

/* Could an honest owner have this public key? */
static bool is_honest(enum key_type type, const uint8_t *bytes)
{
	static const uint8_t scalar[crypto_scalarmult_SCALARBYTES] = { 8 };
	uint8_t shared[crypto_scalarmult_BYTES];

	switch (type) {
	case KEY_ED25519:
	case KEY_COSIGNER:
		return crypto_core_ed25519_is_valid_point(bytes) == 1;
	case KEY_SEALING:
		return crypto_scalarmult(shared, scalar, bytes) == 0;
	}
	return false;
}

static enum status fill(struct public_key *key, const char *name,
			enum key_type type, const uint8_t *bytes)
{
	struct public_key made;

	if (key_name_check(bytes_of(name)) != STATUS_OK)
		return STATUS_MALFORMED;
	memset(&made, 0, sizeof(made));
	strcpy(made.name, name);
	made.type = (uint8_t)type;
	made.id = compute_id(name, made.type, bytes);
	memcpy(made.bytes, bytes, PUBLIC_KEY_SIZE);
	*key = made;
	return STATUS_OK;
}

enum status public_key_init(struct public_key *key, const char *name,
			    enum key_type type,
			    const uint8_t bytes[static PUBLIC_KEY_SIZE])
{
	return is_honest(type, bytes) ? fill(key, name, type, bytes) :
					STATUS_MALFORMED;
}

enum status public_key_init_kept(struct public_key *key, const char *name,
				 enum key_type type,
				 const uint8_t bytes[static PUBLIC_KEY_SIZE])
{
	return fill(key, name, type, bytes);
}

/* Split `name+id+base64` and decode the last two; the name gets its zero. */
static enum status split(struct bytes text, char name[static KEY_NAME_MAX + 1],
			 uint32_t *id, uint8_t *encoded, size_t room,
			 size_t *size)
{
	const uint8_t *plus =
		text.size == 0 ? NULL : memchr(text.data, '+', text.size);
	size_t name_size = plus == NULL ? 0 : (size_t)(plus - text.data);
	uint8_t raw[4];

	if (plus == NULL || text.size < name_size + 10 || plus[9] != '+')
		return STATUS_MALFORMED;
	if (bytes_to_string((struct bytes){ text.data, name_size }, name,
			    KEY_NAME_MAX + 1) != STATUS_OK ||
	    hex_decode((struct bytes){ plus + 1, 8 }, raw, 4) != STATUS_OK)
		return STATUS_MALFORMED;
	*id = (uint32_t)raw[0] << 24 | (uint32_t)raw[1] << 16 |
	      (uint32_t)raw[2] << 8 | raw[3];
	return base64_decode(
		(struct bytes){ plus + 10, text.size - name_size - 10 },
		encoded, room, size);
}

enum status public_key_parse_kept(struct bytes vkey, struct public_key *key)
{
	char name[KEY_NAME_MAX + 1];
	uint8_t encoded[ENCODED_MAX];
	size_t size, head = 1;
	struct public_key made;
	uint32_t id;

	if (split(vkey, name, &id, encoded, sizeof(encoded), &size) !=
		    STATUS_OK ||
	    size == 0)
		return STATUS_MALFORMED;
	if (encoded[0] == KEY_SEALING)
		head += sizeof(sealing_tag) - 1;
	if (size != head + PUBLIC_KEY_SIZE ||
	    memcmp(encoded + 1, sealing_tag, head - 1) != 0 ||
	    fill(&made, name, (enum key_type)encoded[0], encoded + head) !=
		    STATUS_OK ||
	    made.id != id)
		return STATUS_MALFORMED;
	*key = made;
	return STATUS_OK;
}

enum status public_key_parse(struct bytes vkey, struct public_key *key)
{
	struct public_key made;

	if (public_key_parse_kept(vkey, &made) != STATUS_OK ||
	    !is_honest((enum key_type)made.type, made.bytes))
		return STATUS_MALFORMED;
	*key = made;
	return STATUS_OK;
}

void public_key_format(const struct public_key *key,
		       char out[static VKEY_MAX + 1])
{
	uint8_t encoded[ENCODED_MAX];
	size_t size = encode(key->type, key->bytes, encoded);
	int used = snprintf(out, VKEY_MAX + 1, "%s+%08x+", key->name, key->id);

	base64_encode((struct bytes){ encoded, size }, out + used);
}

void buf_put_vkey(struct buf *b, const struct public_key *key)
{
	char text[VKEY_MAX + 1];

	public_key_format(key, text);
	buf_puts(b, text);
}

bool public_key_same(const struct public_key *a, const struct public_key *b)
{
	return memcmp(a->bytes, b->bytes, PUBLIC_KEY_SIZE) == 0;
}

enum status key_verify(const uint8_t public_key[static PUBLIC_KEY_SIZE],
		       struct bytes message,
		       const uint8_t signature[static SIGNATURE_SIZE])
{
	/* libsodium itself refuses small-order and non-canonical ones. */
	return crypto_sign_verify_detached(signature, message.data,
					   message.size, public_key) == 0 ?
		       STATUS_OK :
		       STATUS_UNTRUSTED;
}

void key_code(const uint8_t public_key[static PUBLIC_KEY_SIZE],
	      char out[static KEY_CODE_SIZE + 1])
{
	uint8_t hash[SHA256_SIZE];

	sha256(public_key, PUBLIC_KEY_SIZE, hash);
	base32_encode((struct bytes){ hash, 5 }, out);
}

struct secret_key {
	struct public_key public;
	uint8_t seed[KEY_SEED_SIZE];
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
};

static bool can_sign(enum key_type type)
{
	return type == KEY_ED25519 || type == KEY_COSIGNER;
}

enum status secret_key_from_seed(struct secret_key **out, const char *name,
				 enum key_type type,
				 const uint8_t seed[static KEY_SEED_SIZE])
{
	struct secret_key *key;
	uint8_t public[PUBLIC_KEY_SIZE];
	enum status status;

	if (!can_sign(type) || key_name_check(bytes_of(name)) != STATUS_OK)
		return STATUS_MALFORMED;
	key = sodium_malloc(sizeof(*key));
	if (key == NULL)
		return STATUS_NO_MEMORY;
	memcpy(key->seed, seed, KEY_SEED_SIZE);
	crypto_sign_seed_keypair(public, key->secret, seed);
	status = public_key_init(&key->public, name, type, public);
	if (status != STATUS_OK) {
		sodium_free(key);
		return status;
	}
	*out = key;
	return STATUS_OK;
}

enum status secret_key_new(struct secret_key **out, const char *name,
			   enum key_type type)
{
	uint8_t seed[KEY_SEED_SIZE];
	enum status status;

	signing_random(seed, sizeof(seed));
	status = secret_key_from_seed(out, name, type, seed);
	signing_wipe(seed, sizeof(seed));
	return status;
}

enum status secret_key_named(struct secret_key **out,
			     const struct secret_key *key, const char *name)
{
	return secret_key_from_seed(out, name, (enum key_type)key->public.type,
				    key->seed);
}

static const char secret_prefix[] = "PRIVATE+KEY+";

enum status secret_key_parse(struct secret_key **out, struct bytes text)
{
	size_t skip = sizeof(secret_prefix) - 1, size;
	char name[KEY_NAME_MAX + 1];
	uint8_t encoded[1 + KEY_SEED_SIZE];
	struct secret_key *key = NULL;
	enum status status;
	uint32_t id;

	if (!bytes_start_with(text, secret_prefix))
		return STATUS_MALFORMED;
	if (text.data[text.size - 1] == '\n')
		text.size--;
	text = (struct bytes){ text.data + skip, text.size - skip };
	status = split(text, name, &id, encoded, sizeof(encoded), &size);
	if (status == STATUS_OK && size != sizeof(encoded))
		status = STATUS_MALFORMED;
	if (status == STATUS_OK)
		status = secret_key_from_seed(
			&key, name, (enum key_type)encoded[0], encoded + 1);
	signing_wipe(encoded, sizeof(encoded));
	if (status != STATUS_OK)
		return status;
	if (key->public.id != id) {
		secret_key_free(key);
		return STATUS_MALFORMED;
	}
	*out = key;
	return STATUS_OK;
}

void secret_key_format(const struct secret_key *key,
		       char out[static SECRET_KEY_TEXT_MAX + 1])
{
	uint8_t encoded[1 + KEY_SEED_SIZE];
	int used = snprintf(out, SECRET_KEY_TEXT_MAX + 1, "%s%s+%08x+",
			    secret_prefix, key->public.name, key->public.id);

	encoded[0] = key->public.type;
	memcpy(encoded + 1, key->seed, KEY_SEED_SIZE);
	base64_encode((struct bytes){ encoded, sizeof(encoded) }, out + used);
	signing_wipe(encoded, sizeof(encoded));
}

void secret_key_seed(const struct secret_key *key,
		     uint8_t seed[static KEY_SEED_SIZE])
{
	memcpy(seed, key->seed, KEY_SEED_SIZE);
}

void secret_key_free(struct secret_key *key)
{
	sodium_free(key);
}

const struct public_key *secret_key_public(const struct secret_key *key)
{
	return &key->public;
}

void secret_key_sign(const struct secret_key *key, struct bytes message,
		     uint8_t signature[static SIGNATURE_SIZE])
{
	crypto_sign_detached(signature, NULL, message.data, message.size,
			     key->secret);
}
