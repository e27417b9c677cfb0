/* Proofs of forks. One key signed two histories, another only one: whatever is
 * claimed, nothing is proven against the honest one. */
#include "signing/fork.h"
#include "tests/fuzz/keys.h"

enum { SIZES = 8 };

static struct secret_key *honest, *liar;
static struct buf heads[SIZES + 1]; /* of the honest log, by size */
static uint8_t roots[SIZES + 1][SHA256_SIZE], leaf[SIZES][SHA256_SIZE];

/* The root of the leaves from `first` to before `end` (RFC 9162 2.1.1). */
static void root_of(size_t first, size_t end, uint8_t root[static SHA256_SIZE])
{
	uint8_t left[SHA256_SIZE], right[SHA256_SIZE];
	size_t split = 1;

	if (end - first == 1) {
		memcpy(root, leaf[first], SHA256_SIZE);
		return;
	}
	while (2 * split < end - first)
		split *= 2;
	root_of(first, first + split, left);
	root_of(first + split, end, right);
	merkle_node(left, right, root);
}

static void sign_head(const char *origin, uint64_t size, const uint8_t *root,
		      const struct secret_key *key, struct buf *out)
{
	struct checkpoint head = { .size = size };

	strcpy(head.origin, origin);
	memcpy(head.root, root, SHA256_SIZE);
	CHECK(checkpoint_sign(&head, key, out) == STATUS_OK);
}

void fuzz_begin(void)
{
	honest = fuzz_key("h.example/x", KEY_ED25519, 1);
	liar = fuzz_key("l.example/x", KEY_ED25519, 2);
	for (uint8_t i = 0; i < SIZES; i++)
		sha256(&i, 1, leaf[i]);
	for (size_t n = 1; n <= SIZES; n++) {
		root_of(0, n, roots[n]);
		heads[n] = (struct buf)BUF_INIT;
		sign_head("h.example/x", n, roots[n], honest, &heads[n]);
	}
}

static void judge(const struct fork *fork)
{
	enum status alone = fork_check(fork);

	CHECK(fork_verify(fork, secret_key_public(honest), 1) != STATUS_OK);
	if (fork_verify(fork, secret_key_public(liar), 1) == STATUS_OK)
		CHECK(alone == STATUS_OK);
}

static void read_text(struct bytes text)
{
	static struct fork fork, second;
	struct buf again = BUF_INIT;
	uint8_t id[SHA256_SIZE], id_again[SHA256_SIZE];

	if (fork_parse(text, &fork) != STATUS_OK)
		return;
	CHECK(fork.count <= MERKLE_PROOF_MAX);
	judge(&fork);
	CHECK(fork_format(&fork, &again) == STATUS_OK);
	CHECK(fork_parse(buf_bytes(&again), &second) == STATUS_OK);
	fork_id(&fork, id);
	fork_id(&second, id_again);
	CHECK(memcmp(id, id_again, sizeof(id)) == 0);
	buf_release(&again);
}

/* Two honest heads, and a proof made of the input or of true roots. */
static void accuse(struct fuzz_reader r)
{
	size_t a = 1 + fuzz_u8(&r) % SIZES, b = 1 + fuzz_u8(&r) % SIZES;
	uint8_t word = fuzz_u8(&r);
	static struct fork fork;
	struct bytes run;

	if (fork_init(&fork, buf_bytes(&heads[a]), buf_bytes(&heads[b])) !=
	    STATUS_OK)
		return;
	fork.has_proof = (word & 1) != 0;
	fork.count = word >> 1 & 7;
	if (word & 16) {
		memcpy(fork.root, roots[1 + (word >> 5)], SHA256_SIZE);
	} else {
		run = fuzz_run(&r, SHA256_SIZE);
		memcpy(fork.root, run.data, run.size);
	}
	for (size_t i = 0; i < fork.count; i++) {
		uint8_t which = fuzz_u8(&r);

		memcpy(fork.hashes + i * SHA256_SIZE,
		       which & 1 ? leaf[(which >> 1) % SIZES] :
				   roots[1 + (which >> 1) % SIZES],
		       SHA256_SIZE);
	}
	judge(&fork);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_text((struct bytes){ data, size });
	accuse((struct fuzz_reader){ data, size });
	return 0;
}

void fuzz_seeds(void)
{
	struct buf small = BUF_INIT, other = BUF_INIT, large = BUF_INIT;
	struct buf text = BUF_INIT;
	struct fork fork;

	sign_head("l.example/x", 2, roots[2], liar, &small);
	sign_head("l.example/x", 2, roots[3], liar, &other);
	sign_head("l.example/x", 3, roots[3], liar, &large);
	CHECK(fork_init(&fork, buf_bytes(&small), buf_bytes(&other)) ==
	      STATUS_OK);
	CHECK(fork_format(&fork, &text) == STATUS_OK);
	fuzz_seed_buf(&text);
	CHECK(fork_init(&fork, buf_bytes(&other), buf_bytes(&large)) ==
	      STATUS_OK);
	fork.has_proof = true;
	memcpy(fork.root, roots[2], SHA256_SIZE);
	memcpy(fork.hashes, leaf[2], SHA256_SIZE);
	fork.count = 1;
	CHECK(fork_verify(&fork, secret_key_public(liar), 1) == STATUS_OK);
	CHECK(fork_format(&fork, &text) == STATUS_OK);
	fuzz_seed_buf(&text);
	CHECK(fork_init(&fork, buf_bytes(&heads[2]), buf_bytes(&heads[3])) ==
	      STATUS_OK);
	fork.has_proof = true;
	fork.count = 1;
	memcpy(fork.root, roots[2], SHA256_SIZE);
	memcpy(fork.hashes, leaf[2], SHA256_SIZE);
	CHECK(fork_format(&fork, &text) == STATUS_OK);
	fuzz_seed_buf(&text);
	buf_release(&small);
	buf_release(&other);
	buf_release(&large);
}
