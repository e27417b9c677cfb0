#include "signing/passhash.h"

#include <string.h>

#include "signing/key.h"
#include "tests/support/check.h"

static void only_the_secret_that_was_hashed_passes(void)
{
	char hash[PASSHASH_MAX + 1], again[PASSHASH_MAX + 1];

	CHECK(passhash_make(bytes_of("7193"), hash) == STATUS_OK);
	CHECK(passhash_is(hash));
	CHECK(strncmp(hash, "$argon2id$v=19$m=65536,t=2,p=1$", 31) == 0);
	CHECK(passhash_check(hash, bytes_of("7193")) == STATUS_OK);
	CHECK(passhash_check(hash, bytes_of("7194")) == STATUS_UNTRUSTED);
	CHECK(passhash_check(hash, bytes_of("")) == STATUS_UNTRUSTED);
	/* A salt of its own. */
	CHECK(passhash_make(bytes_of("7193"), again) == STATUS_OK);
	CHECK(strcmp(hash, again) != 0);
}

/* A file must not have us spend a gigabyte. */
static void what_is_dearer_or_no_hash_is_not_checked(void)
{
	CHECK(!passhash_is(""));
	CHECK(!passhash_is("7193"));
	CHECK(!passhash_is("$argon2id$v=19$m=65536,t=2,p=1$"));
	CHECK(!passhash_is("$argon2id$v=19$m=1048576,t=2,p=1$"
			   "c2FsdHNhbHRzYWx0c2FsdA$"
			   "aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g"));
	CHECK(!passhash_is("$argon2id$v=19$m=65536,t=200,p=1$"
			   "c2FsdHNhbHRzYWx0c2FsdA$"
			   "aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g"));
	CHECK(!passhash_is("$argon2i$v=19$m=65536,t=2,p=1$"
			   "c2FsdHNhbHRzYWx0c2FsdA$"
			   "aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g"));
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	only_the_secret_that_was_hashed_passes();
	what_is_dearer_or_no_hash_is_not_checked();
	return 0;
}
