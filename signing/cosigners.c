#include "signing/cosigners.h"

#include <assert.h>
#include <string.h>

/* The newest line of one key that verifies, in what was read so far. */
struct newest {
	bool there;
	uint64_t time_s;
	struct bytes line;
};

static enum status look_at(const struct note *note,
			   const struct note_signature *signature,
			   const struct public_key *key, struct newest *newest)
{
	uint64_t time_s;
	enum status status;

	if (key->type != KEY_COSIGNER || !note_signature_is_by(signature, key))
		return STATUS_OK;
	status = cosignature_check(note, signature, key, &time_s);
	if (status == STATUS_NO_MEMORY)
		return status;
	if (status == STATUS_OK && (!newest->there || time_s > newest->time_s))
		*newest = (struct newest){ true, time_s, signature->line };
	return STATUS_OK;
}

static enum status read_newest(const struct note *note,
			       const struct public_key *keys, size_t count,
			       struct newest *newest)
{
	struct bytes rest = note->signatures;
	struct note_signature signature;
	enum status status = STATUS_OK;

	while (status == STATUS_OK && note_next(&rest, &signature))
		for (size_t i = 0; i < count && status == STATUS_OK; i++)
			status = look_at(note, &signature, &keys[i],
					 &newest[i]);
	return status;
}

enum status cosigners_read(const struct note *note,
			   const struct public_key *witnesses, size_t count,
			   struct cosignatures *found)
{
	struct newest newest[NOTE_KEYS_MAX];
	struct cosignatures made;
	enum status status;

	assert(count <= NOTE_KEYS_MAX);

	memset(newest, 0, sizeof(newest));
	memset(&made, 0, sizeof(made));
	status = read_newest(note, witnesses, count, newest);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < count; i++)
		if (newest[i].there) {
			made.keys |= UINT64_C(1) << i;
			made.time_s[i] = newest[i].time_s;
		}
	made.distinct = note_distinct(witnesses, count, made.keys);
	*found = made;
	return STATUS_OK;
}

/* The text, the first line of each key of the log, and the newest of each
 * witness. STATUS_UNTRUSTED when there is no line of the log. */
static enum status put_note(const struct cosigners *who,
			    const struct note *note,
			    const struct newest *newest, struct buf *out)
{
	size_t start = out->size, kept;
	enum status status = note_put_first_lines(note, who->log_keys,
						  who->log_count, out, &kept);

	for (size_t i = 0; i < who->witness_count; i++)
		if (newest[i].there) {
			buf_put_bytes(out, newest[i].line);
			buf_puts(out, "\n");
		}
	if (status == STATUS_OK)
		status = kept == 0 ? STATUS_UNTRUSTED : buf_status(out);
	if (status != STATUS_OK)
		out->size = start;
	return status;
}

enum status cosigners_clean(const struct cosigners *who,
			    const struct note *note, struct buf *out)
{
	struct newest newest[NOTE_KEYS_MAX];
	enum status status;

	assert(who->witness_count <= NOTE_KEYS_MAX);

	memset(newest, 0, sizeof(newest));
	status = read_newest(note, who->witnesses, who->witness_count, newest);
	return status == STATUS_OK ? put_note(who, note, newest, out) : status;
}

enum status cosigners_merge(const struct cosigners *who,
			    const struct note *ours, const struct note *theirs,
			    struct buf *out, size_t *gained)
{
	struct newest mine[NOTE_KEYS_MAX], other[NOTE_KEYS_MAX];
	size_t count = who->witness_count, newer = 0;
	enum status status;

	assert(count <= NOTE_KEYS_MAX);

	if (!bytes_equal(ours->text, theirs->text))
		return STATUS_MALFORMED;
	memset(mine, 0, sizeof(mine));
	memset(other, 0, sizeof(other));
	status = read_newest(ours, who->witnesses, count, mine);
	if (status == STATUS_OK)
		status = read_newest(theirs, who->witnesses, count, other);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < count; i++)
		if (other[i].there &&
		    (!mine[i].there || other[i].time_s > mine[i].time_s)) {
			mine[i] = other[i];
			newer++;
		}
	*gained = newer;
	if (newer == 0)
		return STATUS_OK;
	return put_note(who, ours, mine, out);
}

uint64_t cosigners_majority(const uint64_t *time_s, size_t count)
{
	uint64_t best = 0;

	for (size_t i = 0; i < count; i++) {
		size_t reached = 0;

		for (size_t j = 0; j < count; j++)
			reached += time_s[j] >= time_s[i];
		if (2 * reached > count && time_s[i] > best)
			best = time_s[i];
	}
	return best;
}
