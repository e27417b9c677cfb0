#include "signing/checkpoint.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "proto/encoding.h"

enum { COSIGNATURE_SIZE = 8 + SIGNATURE_SIZE }; /* behind the key id */

const uint8_t checkpoint_empty_root[SHA256_SIZE] = {
	0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4,
	0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
	0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
};

static enum status read_head(struct bytes_reader *r, struct checkpoint *made)
{
	struct bytes origin, size, root;
	size_t got;

	if (bytes_read_line(r, &origin) != STATUS_OK || origin.size == 0 ||
	    bytes_to_string(origin, made->origin, sizeof(made->origin)) !=
		    STATUS_OK ||
	    bytes_read_line(r, &size) != STATUS_OK ||
	    decimal_parse(size, &made->size) != STATUS_OK ||
	    bytes_read_line(r, &root) != STATUS_OK ||
	    base64_decode(root, made->root, sizeof(made->root), &got) !=
		    STATUS_OK ||
	    got != sizeof(made->root))
		return STATUS_MALFORMED;
	if (made->size == 0 &&
	    memcmp(made->root, checkpoint_empty_root, SHA256_SIZE) != 0)
		return STATUS_MALFORMED;
	return STATUS_OK;
}

enum status checkpoint_parse(struct bytes text, struct checkpoint *checkpoint)
{
	struct bytes_reader r;
	struct checkpoint made;

	memset(&made, 0, sizeof(made));
	bytes_reader_init(&r, text);
	if (read_head(&r, &made) != STATUS_OK)
		return STATUS_MALFORMED;
	while (r.left > 0) {
		struct bytes extension;

		if (bytes_read_line(&r, &extension) != STATUS_OK ||
		    extension.size == 0)
			return STATUS_MALFORMED;
	}
	*checkpoint = made;
	return STATUS_OK;
}

void checkpoint_format(const struct checkpoint *checkpoint, struct buf *out)
{
	char root[BASE64_SIZE(SHA256_SIZE) + 1];

	base64_encode((struct bytes){ checkpoint->root, SHA256_SIZE }, root);
	buf_printf(out, "%s\n%" PRIu64 "\n%s\n", checkpoint->origin,
		   checkpoint->size, root);
}

enum status checkpoint_sign(const struct checkpoint *checkpoint,
			    const struct secret_key *key, struct buf *out)
{
	const struct public_key *public = secret_key_public(key);
	struct buf text = BUF_INIT;
	enum status status;

	if (public->type != KEY_ED25519 ||
	    strcmp(public->name, checkpoint->origin) != 0)
		return STATUS_UNTRUSTED;
	checkpoint_format(checkpoint, &text);
	status = buf_status(&text);
	if (status == STATUS_OK)
		status = note_sign(buf_bytes(&text), key, out);
	buf_release(&text);
	return status;
}

enum status checkpoint_open(struct bytes whole, const char *origin,
			    const struct public_key *keys, size_t count,
			    struct checkpoint *checkpoint)
{
	struct note_verified verified;
	struct checkpoint made;
	struct note note;
	enum status status;

	if (note_parse(whole, CHECKPOINT_NOTE_MAX, &note) != STATUS_OK ||
	    checkpoint_parse(note.text, &made) != STATUS_OK)
		return STATUS_MALFORMED;
	if (strcmp(made.origin, origin) != 0)
		return STATUS_UNTRUSTED;
	status = note_verify(&note, keys, count, &verified);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < count; i++)
		if ((verified.keys >> i & 1) != 0 &&
		    strcmp(keys[i].name, origin) == 0) {
			*checkpoint = made;
			return STATUS_OK;
		}
	return STATUS_UNTRUSTED;
}

enum status checkpoint_open_to(struct bytes whole, const char *origin,
			       const struct public_key *keys, size_t count,
			       const struct checkpoint *end,
			       struct checkpoint *checkpoint)
{
	enum status status = checkpoint_open(whole, origin, keys, count,
					     checkpoint);
	struct checkpoint made;
	struct note note;

	if (status != STATUS_UNTRUSTED || end == NULL ||
	    note_parse(whole, CHECKPOINT_NOTE_MAX, &note) != STATUS_OK ||
	    checkpoint_parse(note.text, &made) != STATUS_OK ||
	    strcmp(made.origin, origin) != 0 || made.size != end->size ||
	    memcmp(made.root, end->root, sizeof(made.root)) != 0)
		return status;
	*checkpoint = made;
	return STATUS_OK;
}

/* What a cosigner signs: a header, the time, the whole checkpoint. */
static void put_message(struct buf *out, uint64_t time_s, struct bytes text)
{
	buf_printf(out, "cosignature/v1\ntime %" PRIu64 "\n", time_s);
	buf_put_bytes(out, text);
}

enum status cosignature_add(const struct note *note,
			    const struct secret_key *key, uint64_t time_s,
			    struct buf *out)
{
	const struct public_key *public = secret_key_public(key);
	uint8_t payload[COSIGNATURE_SIZE];
	struct checkpoint checkpoint;
	struct buf message = BUF_INIT;
	enum status status;

	assert(public->type == KEY_COSIGNER);

	if (time_s > INT64_MAX ||
	    checkpoint_parse(note->text, &checkpoint) != STATUS_OK)
		return STATUS_MALFORMED;
	put_message(&message, time_s, note->text);
	status = buf_status(&message);
	if (status == STATUS_OK) {
		for (size_t i = 0; i < 8; i++)
			payload[i] = (uint8_t)(time_s >> (56 - 8 * i));
		secret_key_sign(key, buf_bytes(&message), payload + 8);
		status = note_put_line(
			note, public,
			(struct bytes){ payload, sizeof(payload) }, out);
	}
	buf_release(&message);
	return status;
}

enum status cosignature_check(const struct note *note,
			      const struct note_signature *signature,
			      const struct public_key *key, uint64_t *time_s)
{
	uint8_t payload[COSIGNATURE_SIZE];
	struct buf message = BUF_INIT;
	enum status status;
	uint64_t time = 0;

	if (note_signature_bytes(signature, payload, sizeof(payload)) !=
	    STATUS_OK)
		return STATUS_UNTRUSTED;
	for (size_t i = 0; i < 8; i++)
		time = time << 8 | payload[i];
	if (time > INT64_MAX)
		return STATUS_UNTRUSTED;
	put_message(&message, time, note->text);
	status = buf_status(&message);
	if (status == STATUS_OK)
		status = key_verify(key->bytes, buf_bytes(&message),
				    payload + 8);
	buf_release(&message);
	if (status == STATUS_OK)
		*time_s = time;
	return status;
}

enum status cosignature_verify(const struct note *note,
			       const struct public_key *keys, size_t count,
			       struct cosignatures *found)
{
	struct bytes rest = note->signatures;
	struct note_signature signature;
	struct cosignatures made;

	assert(count <= NOTE_KEYS_MAX);

	memset(&made, 0, sizeof(made));
	while (note_next(&rest, &signature))
		for (size_t i = 0; i < count; i++) {
			enum status status;

			if (keys[i].type != KEY_COSIGNER ||
			    (made.keys >> i & 1) != 0 ||
			    !note_signature_is_by(&signature, &keys[i]))
				continue;
			status = cosignature_check(note, &signature, &keys[i],
						   &made.time_s[i]);
			if (status != STATUS_OK)
				return status;
			made.keys |= UINT64_C(1) << i;
		}
	made.distinct = note_distinct(keys, count, made.keys);
	*found = made;
	return STATUS_OK;
}
