#include "signing/resetcode.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "proto/encoding.h"

static const char domain[] = "xiangtu-reset-pin/v1\n";

void resetcode_challenge_format(
	const uint8_t challenge[static RESETCODE_CHALLENGE_SIZE],
	char out[static RESETCODE_CHALLENGE_TEXT + 1])
{
	char text[BASE32_SIZE(RESETCODE_CHALLENGE_SIZE) + 1];

	base32_encode((struct bytes){ challenge, RESETCODE_CHALLENGE_SIZE },
		      text);
	for (char *c = text; *c != 0; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	(void)snprintf(out, RESETCODE_CHALLENGE_TEXT + 1, "%.4s-%.4s", text,
		       text + 4);
}

enum status resetcode_challenge_parse(
	const char *text, uint8_t challenge[static RESETCODE_CHALLENGE_SIZE])
{
	uint8_t read[RESETCODE_CHALLENGE_SIZE];
	enum status status = base32_decode(bytes_of(text), read, sizeof(read));

	if (status == STATUS_OK)
		memcpy(challenge, read, sizeof(read));
	return status;
}

/* X25519 of the two; STATUS_MALFORMED for a key that is none. */
static enum status share(const struct secret_key *own, const uint8_t *other,
			 uint8_t shared[static crypto_scalarmult_BYTES])
{
	uint8_t seed[KEY_SEED_SIZE], scalar[crypto_scalarmult_SCALARBYTES];
	uint8_t public[crypto_sign_PUBLICKEYBYTES];
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
	uint8_t point[crypto_scalarmult_BYTES];
	bool good;

	secret_key_seed(own, seed);
	good = crypto_sign_seed_keypair(public, secret, seed) == 0 &&
	       crypto_sign_ed25519_sk_to_curve25519(scalar, secret) == 0 &&
	       crypto_sign_ed25519_pk_to_curve25519(point, other) == 0 &&
	       crypto_scalarmult(shared, scalar, point) == 0;
	signing_wipe(seed, sizeof(seed));
	signing_wipe(secret, sizeof(secret));
	signing_wipe(scalar, sizeof(scalar));
	return good ? STATUS_OK : STATUS_MALFORMED;
}

static uint64_t digest(const uint8_t *shared, const uint8_t *station,
		       const uint8_t *office, const char *who,
		       const uint8_t *challenge)
{
	uint8_t size = (uint8_t)strlen(who), out[crypto_generichash_BYTES];
	crypto_generichash_state state;
	uint64_t number = 0;

	(void)crypto_generichash_init(&state, shared, crypto_scalarmult_BYTES,
				      sizeof(out));
	(void)crypto_generichash_update(&state, (const uint8_t *)domain,
					sizeof(domain) - 1);
	(void)crypto_generichash_update(&state, station, PUBLIC_KEY_SIZE);
	(void)crypto_generichash_update(&state, office, PUBLIC_KEY_SIZE);
	(void)crypto_generichash_update(&state, challenge,
					RESETCODE_CHALLENGE_SIZE);
	(void)crypto_generichash_update(&state, &size, 1);
	(void)crypto_generichash_update(&state, (const uint8_t *)who, size);
	(void)crypto_generichash_final(&state, out, sizeof(out));
	for (unsigned i = 8; i > 0; i--)
		number = number << 8 | out[i - 1];
	signing_wipe(out, sizeof(out));
	signing_wipe(&state, sizeof(state));
	return number;
}

enum status
resetcode_make(enum resetcode_side side, const struct secret_key *own,
	       const uint8_t other[static PUBLIC_KEY_SIZE], const char *who,
	       const uint8_t challenge[static RESETCODE_CHALLENGE_SIZE],
	       char code[static RESETCODE_DIGITS + 1])
{
	const uint8_t *mine = secret_key_public(own)->bytes;
	uint8_t shared[crypto_scalarmult_BYTES];
	uint64_t number;

	if (strlen(who) > RESETCODE_WHO_MAX ||
	    share(own, other, shared) != STATUS_OK)
		return STATUS_MALFORMED;
	number = side == RESETCODE_STATION ?
			 digest(shared, mine, other, who, challenge) :
			 digest(shared, other, mine, who, challenge);
	signing_wipe(shared, sizeof(shared));
	(void)snprintf(code, RESETCODE_DIGITS + 1, "%08" PRIu64,
		       number % 100000000);
	return STATUS_OK;
}

bool resetcode_is(const char *typed,
		  const char code[static RESETCODE_DIGITS + 1])
{
	char digits[RESETCODE_DIGITS + 1] = "";
	size_t count = 0;

	for (const char *c = typed; *c != 0; c++) {
		if (*c == ' ' || *c == '-')
			continue;
		if (*c < '0' || *c > '9' || count == RESETCODE_DIGITS)
			return false;
		digits[count++] = *c;
	}
	return count == RESETCODE_DIGITS &&
	       signing_same(digits, code, RESETCODE_DIGITS);
}
