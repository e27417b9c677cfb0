#include "signing/passhash.h"

#include <sodium.h>
#include <string.h>

_Static_assert(crypto_pwhash_STRBYTES == PASSHASH_MAX + 1,
	       "our size is libsodium's");

enum status passhash_make(struct bytes secret,
			  char out[static PASSHASH_MAX + 1])
{
	return crypto_pwhash_str(out, (const char *)secret.data, secret.size,
				 crypto_pwhash_OPSLIMIT_INTERACTIVE,
				 crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0 ?
		       STATUS_OK :
		       STATUS_NO_MEMORY;
}

bool passhash_is(const char *hash)
{
	/* Costs of our own and no others: a file must not cost more. */
	return strlen(hash) <= PASSHASH_MAX &&
	       strncmp(hash, crypto_pwhash_STRPREFIX,
		       strlen(crypto_pwhash_STRPREFIX)) == 0 &&
	       crypto_pwhash_str_needs_rehash(
		       hash, crypto_pwhash_OPSLIMIT_INTERACTIVE,
		       crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0;
}

enum status passhash_check(const char *hash, struct bytes secret)
{
	return crypto_pwhash_str_verify(hash, (const char *)secret.data,
					secret.size) == 0 ?
		       STATUS_OK :
		       STATUS_UNTRUSTED;
}
