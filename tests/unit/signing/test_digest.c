#include <string.h>
#include <time.h>

#include "proto/encoding.h"
#include "signing/digest.h"
#include "tests/support/check.h"

static void check_hex(const uint8_t *hash, size_t size, const char *hex)
{
	char text[2 * SHA256_SIZE + 1];

	hex_encode((struct bytes){ hash, size }, text);
	CHECK(strcmp(text, hex) == 0);
}

/* FIPS 180-4 examples. */
static void known_texts_have_their_known_hashes(void)
{
	uint8_t hash[SHA256_SIZE];

	sha256("abc", 3, hash);
	check_hex(hash, SHA256_SIZE,
		  "ba7816bf8f01cfea414140de5dae2223"
		  "b00361a396177a9cb410ff61f20015ad");
	sha256(NULL, 0, hash);
	check_hex(hash, SHA256_SIZE,
		  "e3b0c44298fc1c149afbf4c8996fb924"
		  "27ae41e4649b934ca495991b7852b855");
	sha1("abc", 3, hash);
	check_hex(hash, SHA1_SIZE, "a9993e364706816aba3e25717850c26c9cd0d89d");
	sha1(NULL, 0, hash);
	check_hex(hash, SHA1_SIZE, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

static void pieces_hash_as_their_sum(void)
{
	uint8_t data[300], whole[SHA256_SIZE], pieces[SHA256_SIZE];
	struct sha256 state, copy;
	struct sha1 old;

	memset(data, 0x5a, sizeof(data));
	sha256(data, sizeof(data), whole);
	for (size_t cut = 0; cut <= sizeof(data); cut++) {
		sha256_init(&state);
		sha256_update(&state, data, cut);
		copy = state;
		sha256_update(&state, "else", 4);
		sha256_update(&copy, data + cut, sizeof(data) - cut);
		sha256_final(&copy, pieces);
		CHECK(memcmp(whole, pieces, SHA256_SIZE) == 0);
	}
	sha1(data, sizeof(data), whole);
	sha1_init(&old);
	sha1_update(&old, data, 100);
	sha1_update(&old, data + 100, 200);
	sha1_final(&old, pieces);
	CHECK(memcmp(whole, pieces, SHA1_SIZE) == 0);
}

/* tests/vectors/tlog.json */
static void a_log_is_named_by_the_hash_of_its_origin(void)
{
	char hash[2 * SHA256_SIZE + 1];

	origin_hash("county.example/lessons", hash);
	CHECK(strcmp(hash, "200fae7bcc32098840d90dc0ea7d29a0"
			   "89a46638f39a638fedc2094dba1f96d6") == 0);
}

/* Told, not judged: the machine may be busy. */
static void tell_the_speed(void)
{
	enum { ROUNDS = 200000 };
	uint8_t entry[400] = { 0 }, hash[SHA256_SIZE];
	clock_t start = clock();
	double seconds;

	for (size_t i = 0; i < ROUNDS; i++) {
		memcpy(entry, &i, sizeof(i));
		sha256(entry, sizeof(entry), hash);
	}
	seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
	printf("SHA-256 of 400 bytes: %.2f million/s\n",
	       ROUNDS / seconds / 1e6);
}

int main(void)
{
	known_texts_have_their_known_hashes();
	pieces_hash_as_their_sum();
	a_log_is_named_by_the_hash_of_its_origin();
	tell_the_speed();
	return 0;
}
