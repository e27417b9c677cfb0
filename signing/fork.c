#include "signing/fork.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "proto/encoding.h"
#include "signing/wordline.h"

static const char title[] = "xiangtu-fork/v1";

static enum status read_note(struct bytes whole, struct checkpoint *out)
{
	struct note note;

	if (note_parse(whole, CHECKPOINT_NOTE_MAX, &note) != STATUS_OK)
		return STATUS_MALFORMED;
	return checkpoint_parse(note.text, out);
}

/* Negative when `a` comes first, 0 when they are one tree. */
static int compare(const struct checkpoint *a, const struct checkpoint *b)
{
	if (a->size != b->size)
		return a->size < b->size ? -1 : 1;
	return memcmp(a->root, b->root, SHA256_SIZE);
}

enum status fork_init(struct fork *fork, struct bytes a, struct bytes b)
{
	struct fork made;
	int order;

	memset(&made, 0, sizeof(made));
	if (read_note(a, &made.small) != STATUS_OK ||
	    read_note(b, &made.large) != STATUS_OK ||
	    strcmp(made.small.origin, made.large.origin) != 0)
		return STATUS_MALFORMED;
	order = compare(&made.small, &made.large);
	made.small_note = a;
	made.large_note = b;
	if (order > 0) {
		struct checkpoint other = made.small;

		made.small = made.large;
		made.large = other;
		made.small_note = b;
		made.large_note = a;
	}
	if (order == 0 || made.small.size == 0)
		return STATUS_MALFORMED;
	memcpy(made.origin, made.small.origin, sizeof(made.origin));
	*fork = made;
	return STATUS_OK;
}

/* Take the line `<word> <base64 of a hash>`, if it is one. */
static bool take_hash(struct bytes_reader *r, const char *word,
		      uint8_t out[static SHA256_SIZE], enum status *status)
{
	struct bytes_reader ahead = *r;
	struct bytes line, first, base64;
	size_t got;

	if (bytes_read_line(&ahead, &line) != STATUS_OK ||
	    wordline_next(&line, &first) != STATUS_OK ||
	    !bytes_is(first, word))
		return false;
	*r = ahead;
	if (wordline_next(&line, &base64) != STATUS_OK || line.size != 0 ||
	    base64_decode(base64, out, SHA256_SIZE, &got) != STATUS_OK ||
	    got != SHA256_SIZE)
		*status = STATUS_MALFORMED;
	return true;
}

static enum status read_proof(struct bytes_reader *r, struct fork *made)
{
	uint8_t hash[SHA256_SIZE];
	enum status status = STATUS_OK;

	made->has_proof = take_hash(r, "root", made->root, &status);
	while (made->has_proof && status == STATUS_OK &&
	       take_hash(r, "hash", hash, &status)) {
		if (made->count == MERKLE_PROOF_MAX)
			return STATUS_MALFORMED;
		memcpy(made->hashes + made->count++ * SHA256_SIZE, hash,
		       sizeof(hash));
	}
	return status;
}

/* `note <bytes>`, then so many bytes. */
static enum status read_run(struct bytes_reader *r, struct bytes *note)
{
	uint64_t size;
	enum status status = wordline_read_number(r, "note",
						  CHECKPOINT_NOTE_MAX, &size);

	return status == STATUS_OK ? bytes_read_run(r, (size_t)size, note) :
				     status;
}

enum status fork_parse(struct bytes text, struct fork *fork)
{
	struct bytes_reader r;
	struct bytes line, origin, small, large;
	struct fork made, proof;

	memset(&proof, 0, sizeof(proof));
	bytes_reader_init(&r, text);
	if (text.size > FORK_TEXT_MAX ||
	    bytes_read_line(&r, &line) != STATUS_OK ||
	    !bytes_is(line, title) ||
	    bytes_read_line(&r, &origin) != STATUS_OK ||
	    read_proof(&r, &proof) != STATUS_OK ||
	    read_run(&r, &small) != STATUS_OK ||
	    read_run(&r, &large) != STATUS_OK || r.left > 0 ||
	    fork_init(&made, small, large) != STATUS_OK ||
	    !bytes_is(origin, made.origin) ||
	    made.small_note.data != small.data)
		return STATUS_MALFORMED;
	if (proof.has_proof && made.small.size == made.large.size)
		return STATUS_MALFORMED;
	made.has_proof = proof.has_proof;
	made.count = proof.count;
	memcpy(made.root, proof.root, sizeof(made.root));
	memcpy(made.hashes, proof.hashes, sizeof(made.hashes));
	*fork = made;
	return STATUS_OK;
}

static void put_hash(struct buf *out, const char *word, const uint8_t *hash)
{
	buf_printf(out, "%s ", word);
	buf_put_base64(out, (struct bytes){ hash, SHA256_SIZE });
	buf_puts(out, "\n");
}

static void put_note(struct buf *out, struct bytes note)
{
	buf_printf(out, "note %zu\n", note.size);
	buf_put_bytes(out, note);
}

enum status fork_format(const struct fork *fork, struct buf *out)
{
	size_t start = out->size;
	enum status status;

	assert(fork->count <= MERKLE_PROOF_MAX);

	buf_printf(out, "%s\n%s\n", title, fork->origin);
	if (fork->has_proof)
		put_hash(out, "root", fork->root);
	for (size_t i = 0; fork->has_proof && i < fork->count; i++)
		put_hash(out, "hash", fork->hashes + i * SHA256_SIZE);
	put_note(out, fork->small_note);
	put_note(out, fork->large_note);
	status = buf_status(out);
	if (status != STATUS_OK)
		out->size = start;
	return status;
}

enum status fork_check(const struct fork *fork)
{
	if (fork->small.size == fork->large.size)
		return STATUS_OK; /* fork_init() saw two roots */
	if (!fork->has_proof)
		return STATUS_NOT_FOUND;
	if (memcmp(fork->root, fork->small.root, SHA256_SIZE) == 0)
		return STATUS_UNTRUSTED;
	return merkle_check_consistency(fork->small.size, fork->large.size,
					fork->root, fork->large.root,
					fork->hashes, fork->count);
}

enum status fork_verify(const struct fork *fork, const struct public_key *keys,
			size_t count)
{
	struct checkpoint opened;
	enum status status = checkpoint_open(fork->small_note, fork->origin,
					     keys, count, &opened);

	if (status == STATUS_OK)
		status = checkpoint_open(fork->large_note, fork->origin, keys,
					 count, &opened);
	return status == STATUS_OK ? fork_check(fork) : status;
}

static void update_head(struct sha256 *state, const struct checkpoint *head)
{
	uint8_t size[8];

	for (size_t i = 0; i < sizeof(size); i++)
		size[i] = (uint8_t)(head->size >> (56 - 8 * i));
	sha256_update(state, size, sizeof(size));
	sha256_update(state, head->root, SHA256_SIZE);
}

void fork_id(const struct fork *fork, uint8_t out[static SHA256_SIZE])
{
	struct sha256 state;

	sha256_init(&state);
	sha256_update(&state, title, strlen(title));
	sha256_update(&state, "\n", 1);
	sha256_update(&state, fork->origin, strlen(fork->origin));
	sha256_update(&state, "\n", 1);
	update_head(&state, &fork->small);
	update_head(&state, &fork->large);
	sha256_final(&state, out);
}
