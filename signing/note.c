#include "signing/note.h"

#include <assert.h>
#include <string.h>

#include "proto/encoding.h"
#include "proto/text.h"

static const char dash[] = "\xe2\x80\x94 "; /* U+2014 and a space */

/* Characters a note may have: UTF-8, and of the controls only '\n'. */
static bool is_clean(struct bytes b)
{
	for (size_t i = 0; i < b.size; i++)
		if (b.data[i] < ' ' && b.data[i] != '\n')
			return false;
	return text_is_utf8(b);
}

/* As key_name_check(), but names of keys we do not know may be longer. */
static bool is_name(struct bytes name)
{
	while (name.size > KEY_NAME_MAX) {
		/* Cut between code points; a piece is as good as its sum. */
		size_t size = KEY_NAME_MAX;

		while (size > 0 && (name.data[size] & 0xc0) == 0x80)
			size--;
		if (key_name_check((struct bytes){ name.data, size }) !=
		    STATUS_OK)
			return false;
		name.data += size;
		name.size -= size;
	}
	return key_name_check(name) == STATUS_OK;
}

/* Strict base64 of at least 5 bytes, of any length; its first 4 are the id. */
static enum status read_id(struct bytes base64, uint32_t *id)
{
	uint8_t piece[768];
	size_t total = 0;
	uint32_t value = 0;

	while (base64.size > 0) {
		size_t take = base64.size < 1024 ? base64.size : 1024, size;

		if (base64_decode((struct bytes){ base64.data, take }, piece,
				  sizeof(piece), &size) != STATUS_OK)
			return STATUS_MALFORMED;
		if (total == 0 && size >= 4)
			value = (uint32_t)piece[0] << 24 |
				(uint32_t)piece[1] << 16 |
				(uint32_t)piece[2] << 8 | piece[3];
		total += size;
		base64.data += take;
		base64.size -= take;
		if (base64.size > 0 && size != take / 4 * 3)
			return STATUS_MALFORMED; /* padding in the middle */
	}
	if (total < 5)
		return STATUS_MALFORMED;
	*id = value;
	return STATUS_OK;
}

static enum status read_line(struct bytes_reader *r,
			     struct note_signature *signature)
{
	struct note_signature made;
	struct bytes rest;
	const uint8_t *space;

	if (bytes_read_line(r, &made.line) != STATUS_OK ||
	    !bytes_start_with(made.line, dash))
		return STATUS_MALFORMED;
	rest.data = made.line.data + sizeof(dash) - 1;
	rest.size = made.line.size - (sizeof(dash) - 1);
	space = rest.size == 0 ? NULL : memchr(rest.data, ' ', rest.size);
	if (space == NULL)
		return STATUS_MALFORMED;
	made.name = (struct bytes){ rest.data, (size_t)(space - rest.data) };
	made.base64 = (struct bytes){ space + 1,
				      rest.size - made.name.size - 1 };
	if (!is_name(made.name) ||
	    read_id(made.base64, &made.key_id) != STATUS_OK)
		return STATUS_MALFORMED;
	*signature = made;
	return STATUS_OK;
}

/* The last empty line separates text and signatures. */
static enum status divide(struct bytes whole, struct note *note)
{
	for (size_t at = whole.size; at >= 2; at--) {
		if (whole.data[at - 1] != '\n' || whole.data[at - 2] != '\n')
			continue;
		note->whole = whole;
		note->text = (struct bytes){ whole.data, at - 1 };
		note->signatures =
			(struct bytes){ whole.data + at, whole.size - at };
		return STATUS_OK;
	}
	return STATUS_MALFORMED;
}

enum status note_parse(struct bytes whole, size_t max, struct note *note)
{
	struct note made;
	struct bytes_reader r;

	assert(max <= NOTE_MAX);

	if (whole.size > max || !is_clean(whole) ||
	    divide(whole, &made) != STATUS_OK)
		return STATUS_MALFORMED;
	bytes_reader_init(&r, made.signatures);
	for (made.count = 0; r.left > 0; made.count++) {
		struct note_signature signature;

		if (made.count == NOTE_SIGNATURES_MAX ||
		    read_line(&r, &signature) != STATUS_OK)
			return STATUS_MALFORMED;
	}
	if (made.count == 0)
		return STATUS_MALFORMED;
	*note = made;
	return STATUS_OK;
}

bool note_next(struct bytes *rest, struct note_signature *signature)
{
	struct bytes_reader r;

	bytes_reader_init(&r, *rest);
	if (read_line(&r, signature) != STATUS_OK)
		return false;
	*rest = (struct bytes){ r.next, r.left };
	return true;
}

enum status note_signature_bytes(const struct note_signature *signature,
				 uint8_t *out, size_t size)
{
	uint8_t raw[256];
	size_t got;

	assert(size + 4 <= sizeof(raw));

	if (base64_decode(signature->base64, raw, sizeof(raw), &got) !=
		    STATUS_OK ||
	    got != size + 4)
		return STATUS_MALFORMED;
	memcpy(out, raw + 4, size);
	return STATUS_OK;
}

bool note_signature_is_by(const struct note_signature *signature,
			  const struct public_key *key)
{
	return signature->key_id == key->id &&
	       bytes_is(signature->name, key->name);
}

static bool line_verifies(const struct note *note,
			  const struct note_signature *signature,
			  const struct public_key *key)
{
	uint8_t raw[SIGNATURE_SIZE];

	return note_signature_bytes(signature, raw, sizeof(raw)) == STATUS_OK &&
	       key_verify(key->bytes, note->text, raw) == STATUS_OK;
}

size_t note_distinct(const struct public_key *keys, size_t count,
		     uint64_t among)
{
	size_t distinct = 0;

	for (size_t i = 0; i < count; i++) {
		bool seen = (among >> i & 1) == 0;

		for (size_t j = 0; j < i && !seen; j++)
			seen = (among >> j & 1) != 0 &&
			       public_key_same(&keys[i], &keys[j]);
		if (!seen)
			distinct++;
	}
	return distinct;
}

enum status note_verify(const struct note *note, const struct public_key *keys,
			size_t count, struct note_verified *verified)
{
	struct bytes rest = note->signatures;
	struct note_signature signature;
	uint64_t good = 0;

	assert(count <= NOTE_KEYS_MAX);

	while (note_next(&rest, &signature))
		for (size_t i = 0; i < count; i++) {
			if (keys[i].type != KEY_ED25519 ||
			    (good >> i & 1) != 0 ||
			    !note_signature_is_by(&signature, &keys[i]))
				continue;
			if (!line_verifies(note, &signature, &keys[i]))
				return STATUS_UNTRUSTED;
			good |= UINT64_C(1) << i;
		}
	if (good == 0)
		return STATUS_UNTRUSTED;
	*verified = (struct note_verified){
		.keys = good,
		.distinct = note_distinct(keys, count, good),
	};
	return STATUS_OK;
}

static void put_line(struct buf *out, const struct public_key *key,
		     struct bytes payload)
{
	uint8_t raw[256];

	assert(payload.size + 4 <= sizeof(raw));

	raw[0] = (uint8_t)(key->id >> 24);
	raw[1] = (uint8_t)(key->id >> 16);
	raw[2] = (uint8_t)(key->id >> 8);
	raw[3] = (uint8_t)key->id;
	memcpy(raw + 4, payload.data, payload.size);
	buf_puts(out, dash);
	buf_puts(out, key->name);
	buf_puts(out, " ");
	buf_put_base64(out, (struct bytes){ raw, payload.size + 4 });
	buf_puts(out, "\n");
}

/* All or nothing: take back what was appended beyond `before`. */
static enum status settle(struct buf *out, size_t before)
{
	enum status status = buf_status(out);

	if (status != STATUS_OK)
		buf_cut(out, before);
	return status;
}

enum status note_sign(struct bytes text, const struct secret_key *key,
		      struct buf *out)
{
	const struct public_key *public = secret_key_public(key);
	uint8_t signature[SIGNATURE_SIZE];
	size_t before = out->size;

	assert(public->type == KEY_ED25519);

	if (text.size == 0 || text.data[text.size - 1] != '\n' ||
	    text.size > NOTE_MAX - 1024 || !is_clean(text))
		return STATUS_MALFORMED;
	secret_key_sign(key, text, signature);
	buf_put_bytes(out, text);
	buf_puts(out, "\n");
	put_line(out, public, (struct bytes){ signature, sizeof(signature) });
	return settle(out, before);
}

enum status note_put_line(const struct note *note, const struct public_key *key,
			  struct bytes payload, struct buf *out)
{
	struct bytes rest = note->signatures;
	struct note_signature signature;
	size_t before = out->size, count = 0;

	buf_put_bytes(out, note->text);
	buf_puts(out, "\n");
	while (note_next(&rest, &signature)) {
		if (note_signature_is_by(&signature, key))
			continue;
		buf_put_bytes(out, signature.line);
		buf_puts(out, "\n");
		count++;
	}
	if (count == NOTE_SIGNATURES_MAX) {
		buf_cut(out, before);
		return STATUS_NO_ROOM;
	}
	put_line(out, key, payload);
	return settle(out, before);
}

enum status note_add_signature(const struct note *note,
			       const struct secret_key *key, struct buf *out)
{
	const struct public_key *public = secret_key_public(key);
	struct bytes rest = note->signatures;
	struct note_signature signature;
	uint8_t raw[SIGNATURE_SIZE];

	assert(public->type == KEY_ED25519);

	while (note_next(&rest, &signature))
		if (note_signature_is_by(&signature, public) &&
		    line_verifies(note, &signature, public))
			return STATUS_EXISTS;
	secret_key_sign(key, note->text, raw);
	return note_put_line(note, public,
			     (struct bytes){ raw, sizeof(raw) }, out);
}

static bool has_line(const struct note *note, struct bytes line)
{
	struct bytes rest = note->signatures;
	struct note_signature signature;

	while (note_next(&rest, &signature))
		if (bytes_equal(signature.line, line))
			return true;
	return false;
}

enum status note_merge(const struct note *a, const struct note *b,
		       struct buf *out)
{
	struct bytes rest = b->signatures;
	struct note_signature signature;
	size_t before = out->size, count = a->count;

	if (!bytes_equal(a->text, b->text))
		return STATUS_MALFORMED;
	buf_put_bytes(out, a->whole);
	while (note_next(&rest, &signature)) {
		if (has_line(a, signature.line))
			continue;
		if (count++ == NOTE_SIGNATURES_MAX) {
			buf_cut(out, before);
			return STATUS_NO_ROOM;
		}
		buf_put_bytes(out, signature.line);
		buf_puts(out, "\n");
	}
	return settle(out, before);
}

enum status note_put_first_lines(const struct note *note,
				 const struct public_key *keys, size_t count,
				 struct buf *out, size_t *kept)
{
	size_t before = out->size;

	*kept = 0;
	buf_put_bytes(out, note->text);
	buf_puts(out, "\n");
	for (size_t i = 0; i < count; i++) {
		struct bytes rest = note->signatures;
		struct note_signature signature;

		while (note_next(&rest, &signature)) {
			if (!note_signature_is_by(&signature, &keys[i]))
				continue;
			buf_put_bytes(out, signature.line);
			buf_puts(out, "\n");
			++*kept;
			break;
		}
	}
	return settle(out, before);
}
