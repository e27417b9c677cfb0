#include "signing/checkpoint.h"

#include <string.h>

#include "proto/encoding.h"
#include "tests/support/check.h"

/* tests/vectors/tlog.json, made with Go's note and tlog packages. */
#define LOG_TEXT                    \
	"county.example/lessons\n" \
	"70000\n"                   \
	"2gUy/3su5W9AZxEPyWTp8ntZWflSe//z+lAap1hN6vM=\n"
#define LOG_LINE                                                         \
	"— county.example/lessons F/MjpivCrOq7TG9ZNOZy7mgP2Y6ZR6GCz/CMeQ" \
	"E3vhbgabEJHpg0V+l2oEgNrObBacX+sv0OkRKc2KW/ggodxaNetg0=\n"
#define WITNESS_LINE                                                        \
	"— witness.example/w1 CMgv8gAAAABpVGeAblgLeHRWt76t2gMPkDMszlz1Btaj" \
	"Uil1yGFCyKViXh3zP9F95Gy+khrLcIkVDfPfV7FDfj8T81klBgbEc4HkBA==\n"
#define LOG_NOTE LOG_TEXT "\n" LOG_LINE

static const char origin[] = "county.example/lessons";
static struct secret_key *log_key, *witness_key;
static struct public_key keys[2]; /* of the log, of the witness */

static struct secret_key *secret(const char *name, enum key_type type,
				 const char *seed_hex)
{
	uint8_t seed[KEY_SEED_SIZE];
	struct secret_key *key;

	CHECK(hex_decode(bytes_of(seed_hex), seed, sizeof(seed)) == STATUS_OK);
	CHECK(secret_key_from_seed(&key, name, type, seed) == STATUS_OK);
	return key;
}

static void make_keys(void)
{
	log_key = secret(origin, KEY_ED25519,
			 "5956bc56bf9601bd70d68a95e16d6b01"
			 "3f4119289d565deb99c3cbd312196dc1");
	witness_key = secret("witness.example/w1", KEY_COSIGNER,
			     "36c8227770eea86ee8035947a80da84e"
			     "9795f7d19605e84ee2130e4f7ae4ed84");
	keys[0] = *secret_key_public(log_key);
	keys[1] = *secret_key_public(witness_key);
}

static struct checkpoint opened(const char *note)
{
	struct checkpoint c;

	CHECK(checkpoint_open(bytes_of(note), origin, keys, 2, &c) ==
	      STATUS_OK);
	return c;
}

static void a_checkpoint_by_others_opens(void)
{
	struct checkpoint c = opened(LOG_NOTE WITNESS_LINE);

	CHECK(strcmp(c.origin, origin) == 0 && c.size == 70000);
	CHECK(c.root[0] == 0xda && c.root[31] == 0xf3);
}

static void signing_and_cosigning_give_the_same_bytes_as_others_do(void)
{
	struct checkpoint c = opened(LOG_NOTE);
	struct buf b = BUF_INIT, both = BUF_INIT;
	struct note note;

	CHECK(checkpoint_sign(&c, log_key, &b) == STATUS_OK);
	CHECK(strcmp(buf_string(&b), LOG_NOTE) == 0);
	CHECK(note_parse(buf_bytes(&b), NOTE_MAX, &note) == STATUS_OK);
	CHECK(cosignature_add(&note, witness_key, 1767139200, &both) ==
	      STATUS_OK);
	CHECK(strcmp(buf_string(&both), LOG_NOTE WITNESS_LINE) == 0);
	buf_release(&b);
	buf_release(&both);
}

static void a_cosignature_by_others_verifies(void)
{
	struct cosignatures found;
	struct note note;

	CHECK(note_parse(bytes_of(LOG_NOTE WITNESS_LINE), NOTE_MAX, &note) ==
	      STATUS_OK);
	CHECK(cosignature_verify(&note, keys, 2, &found) == STATUS_OK);
	CHECK(found.keys == 2 && found.distinct == 1);
	CHECK(found.time_s[1] == 1767139200);
	CHECK(cosignature_verify(&note, keys, 1, &found) == STATUS_OK);
	CHECK(found.keys == 0 && found.distinct == 0);
}

static void cosigning_again_replaces_the_older_time(void)
{
	struct cosignatures found;
	struct note note;
	struct buf b = BUF_INIT;

	CHECK(note_parse(bytes_of(LOG_NOTE WITNESS_LINE), NOTE_MAX, &note) ==
	      STATUS_OK);
	CHECK(cosignature_add(&note, witness_key, 1767139201, &b) ==
	      STATUS_OK);
	CHECK(note_parse(buf_bytes(&b), NOTE_MAX, &note) == STATUS_OK);
	CHECK(note.count == 2);
	CHECK(cosignature_verify(&note, keys, 2, &found) == STATUS_OK);
	CHECK(found.time_s[1] == 1767139201);
	buf_clear(&b);
	CHECK(cosignature_add(&note, witness_key, UINT64_C(1) << 63, &b) ==
	      STATUS_MALFORMED);
	CHECK(b.size == 0);
	buf_release(&b);
}

static void a_cosignature_holds_for_its_checkpoint_only(void)
{
	struct cosignatures found = { .distinct = 77 };
	struct note note;

	CHECK(note_parse(bytes_of("county.example/lessons\n70001\n"
				  "2gUy/3su5W9AZxEPyWTp8ntZWflSe//z+lAap1hN6v"
				  "M=\n\n" LOG_LINE WITNESS_LINE),
			 NOTE_MAX, &note) == STATUS_OK);
	CHECK(cosignature_verify(&note, keys, 2, &found) == STATUS_UNTRUSTED);
	CHECK(found.distinct == 77);
}

static void another_origin_is_untrusted(void)
{
	struct checkpoint c = { .size = 77 };

	CHECK(checkpoint_open(bytes_of(LOG_NOTE), "county.example/other", keys,
			      2, &c) == STATUS_UNTRUSTED);
	CHECK(checkpoint_open(bytes_of(LOG_NOTE), origin, &keys[1], 1, &c) ==
	      STATUS_UNTRUSTED);
	CHECK(c.size == 77);
}

static void a_key_signs_its_own_log_only(void)
{
	struct checkpoint c = opened(LOG_NOTE);
	struct buf b = BUF_INIT;

	strcpy(c.origin, "county.example/other");
	CHECK(checkpoint_sign(&c, log_key, &b) == STATUS_UNTRUSTED);
	CHECK(checkpoint_sign(&c, witness_key, &b) == STATUS_UNTRUSTED);
	CHECK(b.size == 0);
}

/* Even if its owner signs: the key's name is the log's. */
static void a_key_of_another_name_cannot_speak_for_a_log(void)
{
	struct secret_key *other = secret("other.example/l", KEY_ED25519,
					  "36c8227770eea86ee8035947a80da84e"
					  "9795f7d19605e84ee2130e4f7ae4ed84");
	struct buf b = BUF_INIT;
	struct checkpoint c;

	CHECK(note_sign(bytes_of(LOG_TEXT), other, &b) == STATUS_OK);
	CHECK(checkpoint_open(buf_bytes(&b), origin, secret_key_public(other),
			      1, &c) == STATUS_UNTRUSTED);
	buf_release(&b);
	secret_key_free(other);
}

static void both_keys_of_a_rotation_are_believed(void)
{
	struct secret_key *new_key = secret(origin, KEY_ED25519,
					    "01010101010101010101010101010101"
					    "01010101010101010101010101010101");
	struct buf b = BUF_INIT;
	struct checkpoint c;
	struct note note;

	CHECK(note_parse(bytes_of(LOG_NOTE), NOTE_MAX, &note) == STATUS_OK);
	CHECK(note_add_signature(&note, new_key, &b) == STATUS_OK);
	CHECK(checkpoint_open(buf_bytes(&b), origin, keys, 1, &c) == STATUS_OK);
	CHECK(checkpoint_open(buf_bytes(&b), origin, secret_key_public(new_key),
			      1, &c) == STATUS_OK);
	buf_release(&b);
	secret_key_free(new_key);
}

static void an_empty_tree_has_one_root(void)
{
	uint8_t hash[SHA256_SIZE];
	struct checkpoint c;
	struct buf b = BUF_INIT;

	sha256("", 0, hash);
	CHECK(memcmp(hash, checkpoint_empty_root, SHA256_SIZE) == 0);
	CHECK(checkpoint_parse(
		      bytes_of("x\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hS"
			       "uFU=\n"),
		      &c) == STATUS_OK);
	checkpoint_format(&c, &b);
	CHECK(bytes_start_with(buf_bytes(&b), "x\n0\n47DEQ"));
	CHECK(checkpoint_parse(
		      bytes_of("x\n0\n2gUy/3su5W9AZxEPyWTp8ntZWflSe//z+lAap1hN"
			       "6vM=\n"),
		      &c) == STATUS_MALFORMED);
	buf_release(&b);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	make_keys();
	a_checkpoint_by_others_opens();
	signing_and_cosigning_give_the_same_bytes_as_others_do();
	a_cosignature_by_others_verifies();
	cosigning_again_replaces_the_older_time();
	a_cosignature_holds_for_its_checkpoint_only();
	another_origin_is_untrusted();
	a_key_signs_its_own_log_only();
	a_key_of_another_name_cannot_speak_for_a_log();
	both_keys_of_a_rotation_are_believed();
	an_empty_tree_has_one_root();
	secret_key_free(log_key);
	secret_key_free(witness_key);
	return 0;
}
