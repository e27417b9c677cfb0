#include "signing/fork.h"

#include <string.h>

#include "proto/encoding.h"
#include "tests/support/check.h"
#include "tests/support/roots.h"

/* Two trees under one key: of the leaves 0, 1, 2, and of 0, 9. */
static const char origin[] = "county.example/lessons";
static struct secret_key *log_key, *other_key;
static struct public_key keys[1];
static uint8_t leaf[10][SHA256_SIZE];
static uint8_t ours3[SHA256_SIZE], ours2[SHA256_SIZE], theirs2[SHA256_SIZE];
static struct buf note3 = BUF_INIT, note2 = BUF_INIT, honest2 = BUF_INIT;

static void sign(uint64_t size, const uint8_t *root, struct secret_key *key,
		 struct buf *out)
{
	struct checkpoint head = { .size = size };

	strcpy(head.origin, origin);
	memcpy(head.root, root, SHA256_SIZE);
	CHECK(checkpoint_sign(&head, key, out) == STATUS_OK);
}

static void make(void)
{
	log_key = roots_key(1, origin);
	other_key = roots_key(2, origin);
	keys[0] = *secret_key_public(log_key);
	for (uint8_t i = 0; i < 10; i++)
		sha256(&i, 1, leaf[i]);
	merkle_node(leaf[0], leaf[1], ours2);
	merkle_node(ours2, leaf[2], ours3);
	merkle_node(leaf[0], leaf[9], theirs2);
	sign(3, ours3, log_key, &note3);
	sign(2, theirs2, log_key, &note2);
	sign(2, ours2, log_key, &honest2);
}

static struct fork proven(void)
{
	struct fork fork;

	CHECK(fork_init(&fork, buf_bytes(&note3), buf_bytes(&note2)) ==
	      STATUS_OK);
	CHECK(fork.small.size == 2 && fork.large.size == 3);
	fork.has_proof = true;
	memcpy(fork.root, ours2, SHA256_SIZE);
	memcpy(fork.hashes, leaf[2], SHA256_SIZE);
	fork.count = 1;
	return fork;
}

static void a_proof_convinces_who_knows_the_key(void)
{
	struct fork made = proven(), read;
	struct buf text = BUF_INIT;
	uint8_t id[SHA256_SIZE], again[SHA256_SIZE];

	CHECK(fork_format(&made, &text) == STATUS_OK);
	CHECK(fork_parse(buf_bytes(&text), &read) == STATUS_OK);
	CHECK(fork_verify(&read, keys, 1) == STATUS_OK);
	CHECK(bytes_equal(read.small_note, buf_bytes(&note2)));
	CHECK(bytes_equal(read.large_note, buf_bytes(&note3)));
	fork_id(&made, id);
	fork_id(&read, again);
	CHECK(memcmp(id, again, sizeof(id)) == 0);
	keys[0] = *secret_key_public(other_key);
	CHECK(fork_verify(&read, keys, 1) == STATUS_UNTRUSTED);
	keys[0] = *secret_key_public(log_key);
	buf_release(&text);
}

static void two_roots_of_one_size_prove_it_alone(void)
{
	struct fork fork;
	struct buf text = BUF_INIT;

	CHECK(fork_init(&fork, buf_bytes(&honest2), buf_bytes(&note2)) ==
	      STATUS_OK);
	CHECK(fork_verify(&fork, keys, 1) == STATUS_OK);
	CHECK(fork_format(&fork, &text) == STATUS_OK);
	CHECK(fork_parse(buf_bytes(&text), &fork) == STATUS_OK);
	buf_release(&text);
}

static void two_sizes_without_a_proof_prove_nothing(void)
{
	struct fork fork;

	CHECK(fork_init(&fork, buf_bytes(&note2), buf_bytes(&note3)) ==
	      STATUS_OK);
	CHECK(fork_verify(&fork, keys, 1) == STATUS_NOT_FOUND);
}

static void an_honest_log_cannot_be_accused(void)
{
	struct fork fork = proven();
	struct buf forged = BUF_INIT;

	/* The smaller note is what the larger tree had. */
	CHECK(fork_init(&fork, buf_bytes(&honest2), buf_bytes(&note3)) ==
	      STATUS_OK);
	fork.has_proof = true;
	memcpy(fork.root, ours2, SHA256_SIZE);
	memcpy(fork.hashes, leaf[2], SHA256_SIZE);
	fork.count = 1;
	CHECK(fork_verify(&fork, keys, 1) == STATUS_UNTRUSTED);
	/* Another root is claimed, which nothing proves. */
	memcpy(fork.root, theirs2, SHA256_SIZE);
	CHECK(fork_verify(&fork, keys, 1) == STATUS_UNTRUSTED);
	/* The other note is signed by somebody else. */
	sign(2, theirs2, other_key, &forged);
	CHECK(fork_init(&fork, buf_bytes(&forged), buf_bytes(&note3)) ==
	      STATUS_OK);
	fork.has_proof = true;
	memcpy(fork.root, ours2, SHA256_SIZE);
	memcpy(fork.hashes, leaf[2], SHA256_SIZE);
	fork.count = 1;
	CHECK(fork_check(&fork) == STATUS_OK);
	CHECK(fork_verify(&fork, keys, 1) == STATUS_UNTRUSTED);
	buf_release(&forged);
}

static void what_is_no_pair_is_malformed(void)
{
	struct checkpoint other = { .origin = "x.example", .size = 1 };
	struct checkpoint empty = { .size = 0 };
	struct buf note = BUF_INIT;
	struct fork fork;

	CHECK(fork_init(&fork, buf_bytes(&note3), buf_bytes(&note3)) ==
	      STATUS_MALFORMED);
	checkpoint_format(&other, &note);
	buf_puts(&note, "\n— x.example AAAAAAAA\n");
	CHECK(fork_init(&fork, buf_bytes(&note3), buf_bytes(&note)) ==
	      STATUS_MALFORMED);
	buf_clear(&note);
	strcpy(empty.origin, origin);
	memcpy(empty.root, checkpoint_empty_root, SHA256_SIZE);
	checkpoint_format(&empty, &note);
	buf_puts(&note, "\n— x.example AAAAAAAA\n");
	CHECK(fork_init(&fork, buf_bytes(&note3), buf_bytes(&note)) ==
	      STATUS_MALFORMED);
	buf_release(&note);
}

/* Cut anywhere, or with any byte changed, it is malformed or proves nothing
 * new. */
static void every_damage_is_refused(void)
{
	struct fork made = proven(), read;
	struct buf text = BUF_INIT;
	struct bytes whole;

	CHECK(fork_format(&made, &text) == STATUS_OK);
	whole = buf_bytes(&text);
	for (size_t cut = 0; cut < whole.size; cut++)
		CHECK(fork_parse((struct bytes){ whole.data, cut }, &read) ==
		      STATUS_MALFORMED);
	for (size_t at = 0; at < whole.size; at++) {
		text.data[at] ^= 1;
		if (fork_parse(buf_bytes(&text), &read) == STATUS_OK)
			CHECK(fork_verify(&read, keys, 1) != STATUS_OK);
		text.data[at] ^= 1;
	}
	buf_puts(&text, "\n");
	CHECK(fork_parse(buf_bytes(&text), &read) == STATUS_MALFORMED);
	buf_release(&text);
}

static void parts_are_bounded(void)
{
	struct buf text = BUF_INIT;
	struct fork read;

	buf_printf(&text, "xiangtu-fork/v1\n%s\n", origin);
	buf_puts(&text, "root ");
	buf_put_base64(&text, (struct bytes){ ours2, SHA256_SIZE });
	for (int i = 0; i < MERKLE_PROOF_MAX + 1; i++) {
		buf_puts(&text, "\nhash ");
		buf_put_base64(&text, (struct bytes){ ours2, SHA256_SIZE });
	}
	buf_printf(&text, "\nnote %zu\n", note2.size);
	buf_put_bytes(&text, buf_bytes(&note2));
	buf_printf(&text, "note %zu\n", note3.size);
	buf_put_bytes(&text, buf_bytes(&note3));
	CHECK(fork_parse(buf_bytes(&text), &read) == STATUS_MALFORMED);
	buf_clear(&text);
	buf_printf(&text, "xiangtu-fork/v1\n%s\nnote 999999999999\n", origin);
	CHECK(fork_parse(buf_bytes(&text), &read) == STATUS_MALFORMED);
	buf_release(&text);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	make();
	a_proof_convinces_who_knows_the_key();
	two_roots_of_one_size_prove_it_alone();
	two_sizes_without_a_proof_prove_nothing();
	an_honest_log_cannot_be_accused();
	what_is_no_pair_is_malformed();
	every_damage_is_refused();
	parts_are_bounded();
	secret_key_free(log_key);
	secret_key_free(other_key);
	buf_release(&note3);
	buf_release(&note2);
	buf_release(&honest2);
	return 0;
}
