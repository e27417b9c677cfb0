#include "signing/cosigners.h"

#include <string.h>

#include "tests/support/check.h"

static const char origin[] = "county.example/lessons";
static struct secret_key *log_key, *w[3];
static struct public_key log_public, witnesses[3];
static struct buf plain = BUF_INIT;

static struct secret_key *secret(const char *name, enum key_type type,
				 uint8_t byte)
{
	uint8_t seed[KEY_SEED_SIZE];
	struct secret_key *key;

	memset(seed, byte, sizeof(seed));
	CHECK(secret_key_from_seed(&key, name, type, seed) == STATUS_OK);
	return key;
}

static void make(void)
{
	static const char *const names[] = { "w0", "w1", "w2" };
	struct checkpoint head = { .size = 7 };

	strcpy(head.origin, origin);
	memset(head.root, 9, sizeof(head.root));
	log_key = secret(origin, KEY_ED25519, 1);
	log_public = *secret_key_public(log_key);
	for (uint8_t i = 0; i < 3; i++) {
		w[i] = secret(names[i], KEY_COSIGNER, (uint8_t)(10 + i));
		witnesses[i] = *secret_key_public(w[i]);
	}
	CHECK(checkpoint_sign(&head, log_key, &plain) == STATUS_OK);
}

static struct cosigners listed(size_t count)
{
	return (struct cosigners){ .log_keys = &log_public,
				   .log_count = 1,
				   .witnesses = witnesses,
				   .witness_count = count };
}

static struct note parsed(const struct buf *whole)
{
	struct note note;

	CHECK(note_parse(buf_bytes(whole), CHECKPOINT_NOTE_MAX, &note) ==
	      STATUS_OK);
	return note;
}

/* The plain note with a line of a witness. */
static void cosigned(size_t who, uint64_t time_s, struct buf *out)
{
	struct note note = parsed(&plain);

	buf_clear(out);
	CHECK(cosignature_add(&note, w[who], time_s, out) == STATUS_OK);
}

static void add_junk(struct buf *b)
{
	buf_puts(b, "— stranger AAAAAAAAAAAA\n");
}

/* Merge a note with that line of a witness into `ours`. */
static enum status merge(const struct cosigners *who, const struct note *ours,
			 size_t witness, uint64_t time_s, struct buf *out,
			 size_t *gained)
{
	struct buf line = BUF_INIT;
	struct note theirs;
	enum status status;

	cosigned(witness, time_s, &line);
	theirs = parsed(&line);
	status = cosigners_merge(who, ours, &theirs, out, gained);
	buf_release(&line);
	return status;
}

static void each_witness_has_one_line_the_newest(void)
{
	struct buf a = BUF_INIT, b = BUF_INIT, sum = BUF_INIT, more = BUF_INIT;
	struct cosigners who = listed(2);
	struct cosignatures found;
	struct note ours, theirs, made;
	size_t gained = 9;

	cosigned(0, 100, &a);
	cosigned(1, 300, &b);
	add_junk(&a);
	ours = parsed(&a);
	theirs = parsed(&b);
	CHECK(cosigners_merge(&who, &ours, &theirs, &sum, &gained) ==
	      STATUS_OK);
	made = parsed(&sum);
	CHECK(gained == 1 && made.count == 3); /* the stranger's is gone */
	CHECK(cosigners_read(&made, witnesses, 3, &found) == STATUS_OK);
	CHECK(found.keys == 3 && found.time_s[0] == 100 &&
	      found.time_s[1] == 300);
	/* Older than what is here: nothing. Newer: in its place. */
	CHECK(merge(&who, &made, 1, 200, &more, &gained) == STATUS_OK);
	CHECK(gained == 0 && more.size == 0);
	CHECK(merge(&who, &made, 1, 400, &more, &gained) == STATUS_OK);
	CHECK(gained == 1 && parsed(&more).count == 3);
	buf_release(&a);
	buf_release(&b);
	buf_release(&sum);
	buf_release(&more);
}

static void who_is_not_listed_is_not_kept(void)
{
	struct buf sum = BUF_INIT;
	struct cosigners who = listed(2);
	struct note ours = parsed(&plain);
	size_t gained;

	CHECK(merge(&who, &ours, 2, 100, &sum, &gained) == STATUS_OK);
	CHECK(gained == 0);
	buf_release(&sum);
}

static void a_bad_line_spoils_nothing(void)
{
	struct buf good = BUF_INIT, bad = BUF_INIT, both = BUF_INIT;
	struct cosignatures found;
	struct note note;

	cosigned(0, 100, &good);
	cosigned(0, 999, &bad);
	/* The newer line, with its time changed, stands first. */
	buf_put_bytes(&both, buf_bytes(&bad));
	both.data[both.size - 20] =
		both.data[both.size - 20] == 'A' ? 'B' : 'A';
	buf_put(&both, good.data + plain.size, good.size - plain.size);
	note = parsed(&both);
	CHECK(note.count == 3);
	CHECK(cosigners_read(&note, witnesses, 3, &found) == STATUS_OK);
	CHECK(found.keys == 1 && found.time_s[0] == 100);
	buf_release(&good);
	buf_release(&bad);
	buf_release(&both);
}

static void another_text_is_not_merged(void)
{
	struct checkpoint head = { .size = 8 };
	struct cosigners who = listed(3);
	struct buf other = BUF_INIT, sum = BUF_INIT;
	struct note a = parsed(&plain), b;
	size_t gained;

	strcpy(head.origin, origin);
	CHECK(checkpoint_sign(&head, log_key, &other) == STATUS_OK);
	b = parsed(&other);
	CHECK(cosigners_merge(&who, &a, &b, &sum, &gained) ==
	      STATUS_MALFORMED);
	buf_release(&other);
	buf_release(&sum);
}

/* Any relay can add lines, and as many as a note may have. */
static void what_is_kept_is_as_small_as_the_list(void)
{
	struct buf full = BUF_INIT, clean = BUF_INIT, sum = BUF_INIT;
	struct cosigners who = listed(2);
	struct note note = parsed(&plain);
	size_t gained = 9;

	cosigned(0, 100, &full);
	for (unsigned i = 0; i < 49; i++) {
		add_junk(&full);
		buf_put_bytes(&full, note.signatures);
	}
	note = parsed(&full);
	CHECK(note.count == NOTE_SIGNATURES_MAX);
	CHECK(cosigners_clean(&who, &note, &clean) == STATUS_OK);
	CHECK(parsed(&clean).count == 2);
	CHECK(merge(&who, &note, 1, 100, &sum, &gained) == STATUS_OK);
	CHECK(gained == 1 && parsed(&sum).count == 3);
	buf_release(&full);
	buf_release(&clean);
	buf_release(&sum);
}

static void without_a_line_of_the_log_there_is_no_note(void)
{
	struct buf b = BUF_INIT, out = BUF_INIT;
	struct cosigners who = listed(2);
	struct note ours = parsed(&plain), theirs;
	size_t gained;

	who.log_count = 0; /* its keys were changed since, or it has none */
	CHECK(merge(&who, &ours, 0, 100, &out, &gained) == STATUS_UNTRUSTED);
	cosigned(0, 100, &b);
	theirs = parsed(&b);
	CHECK(cosigners_clean(&who, &theirs, &out) == STATUS_UNTRUSTED);
	CHECK(out.size == 0);
	buf_release(&b);
	buf_release(&out);
}

static void only_a_majority_moves_time(void)
{
	CHECK(cosigners_majority(NULL, 0) == 0);
	CHECK(cosigners_majority((uint64_t[]){ 5 }, 1) == 5);
	CHECK(cosigners_majority((uint64_t[]){ 5, 7 }, 2) == 5);
	CHECK(cosigners_majority((uint64_t[]){ 5, 0 }, 2) == 0);
	CHECK(cosigners_majority((uint64_t[]){ 5, 9999, 7 }, 3) == 7);
	CHECK(cosigners_majority((uint64_t[]){ 0, 9999, 0 }, 3) == 0);
	CHECK(cosigners_majority((uint64_t[]){ 0, 9999, 6 }, 3) == 6);
	CHECK(cosigners_majority((uint64_t[]){ 4, 9999, 9999, 6 }, 4) == 6);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	make();
	each_witness_has_one_line_the_newest();
	who_is_not_listed_is_not_kept();
	a_bad_line_spoils_nothing();
	another_text_is_not_merged();
	what_is_kept_is_as_small_as_the_list();
	without_a_line_of_the_log_there_is_no_note();
	only_a_majority_moves_time();
	secret_key_free(log_key);
	for (size_t i = 0; i < 3; i++)
		secret_key_free(w[i]);
	buf_release(&plain);
	return 0;
}
