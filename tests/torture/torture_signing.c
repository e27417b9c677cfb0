/* Every allocation of signing fails once, and once all from there on. */
#include <string.h>

#include "signing/backup.h"
#include "signing/checkpoint.h"
#include "signing/seal.h"
#include "signing/trust.h"
#include "tests/support/check.h"
#include "tests/support/faults.h"

/* Whatever a call appends to: holds a mark that a failure must not disturb. */
static const char mark[] = "before\n";

static void start(struct buf *b)
{
	*b = (struct buf)BUF_INIT;
	buf_puts(b, mark);
}

/* After a call that appends: all of it or nothing. */
static enum status judged(enum status status, const struct buf *b)
{
	if (status == STATUS_OK)
		CHECK(b->size > sizeof(mark) - 1);
	else
		CHECK(b->size == 0 || strcmp(buf_string(b), mark) == 0);
	return status;
}

static struct bytes behind_mark(const struct buf *b)
{
	return (struct bytes){ b->data + sizeof(mark) - 1,
			       b->size - (sizeof(mark) - 1) };
}

static enum status keys_come_and_go(void *context, bool *tolerated)
{
	struct secret_key *key = NULL, *again = NULL;
	char text[SECRET_KEY_TEXT_MAX + 1];
	enum status status = secret_key_new(&key, "a", KEY_ED25519);

	(void)context;
	(void)tolerated;
	if (status != STATUS_OK) {
		CHECK(key == NULL);
		return status;
	}
	secret_key_format(key, text);
	status = secret_key_parse(&again, bytes_of(text));
	if (status != STATUS_OK)
		CHECK(again == NULL);
	secret_key_free(key);
	secret_key_free(again);
	return status;
}

/* Made outside the stories, where nothing fails. */
static struct secret_key *root_key, *second_key, *log_key, *witness_key;

static enum status sign_checkpoint(struct buf *signed_note,
				   struct buf *rotated, struct buf *cosigned)
{
	struct checkpoint c = { .origin = "log.example/l", .size = 7 };
	struct note note;
	enum status status;

	status = judged(checkpoint_sign(&c, log_key, signed_note),
			signed_note);
	if (status != STATUS_OK)
		return status;
	CHECK(note_parse(behind_mark(signed_note), NOTE_MAX, &note) ==
	      STATUS_OK);
	status = judged(note_add_signature(&note, second_key, rotated),
			rotated);
	if (status != STATUS_OK)
		return status;
	return judged(cosignature_add(&note, witness_key, 5, cosigned),
		      cosigned);
}

static enum status read_checkpoint(const struct buf *rotated,
				   const struct buf *cosigned,
				   struct buf *merged)
{
	struct checkpoint c = { .size = 77 };
	struct cosignatures found = { .distinct = 77 };
	struct note a, b;
	enum status status;

	CHECK(note_parse(behind_mark(rotated), NOTE_MAX, &a) == STATUS_OK);
	CHECK(note_parse(behind_mark(cosigned), NOTE_MAX, &b) == STATUS_OK);
	status = judged(note_merge(&a, &b, merged), merged);
	if (status != STATUS_OK)
		return status;
	CHECK(note_parse(behind_mark(merged), NOTE_MAX, &a) == STATUS_OK);
	CHECK(a.count == 3);
	status = checkpoint_open(behind_mark(merged), "log.example/l",
				 secret_key_public(log_key), 1, &c);
	CHECK(c.size == (status == STATUS_OK ? 7 : 77));
	if (status != STATUS_OK)
		return status;
	status = cosignature_verify(&a, secret_key_public(witness_key), 1,
				    &found);
	CHECK(found.distinct == (status == STATUS_OK ? 1 : 77));
	return status;
}

static enum status a_log_signs_and_is_cosigned(void *context, bool *tolerated)
{
	struct buf signed_note, rotated, cosigned, merged;
	enum status status = STATUS_OK;
	struct buf *const all[] = { &signed_note, &rotated, &cosigned,
				    &merged };

	(void)context;
	(void)tolerated;
	for (size_t i = 0; i < 4; i++) {
		start(all[i]);
		if (status == STATUS_OK)
			status = buf_status(all[i]);
	}
	if (status == STATUS_OK)
		status = sign_checkpoint(&signed_note, &rotated, &cosigned);
	if (status == STATUS_OK)
		status = read_checkpoint(&rotated, &cosigned, &merged);
	for (size_t i = 0; i < 4; i++)
		buf_release(all[i]);
	return status;
}

static enum status a_record_is_sealed_and_opened(void *context,
						 bool *tolerated)
{
	struct seal_key *key = NULL;
	struct buf sealed, opened;
	enum status status, other;

	(void)context;
	(void)tolerated;
	start(&sealed);
	start(&opened);
	status = buf_status(&sealed);
	other = buf_status(&opened);
	if (status == STATUS_OK)
		status = other;
	if (status == STATUS_OK)
		status = seal_key_new(&key, "county/records");
	if (status == STATUS_OK)
		status = judged(seal(bytes_of("text"), seal_key_public(key),
				     &sealed),
				&sealed);
	if (status == STATUS_OK)
		status = judged(seal_open(behind_mark(&sealed), key, &opened),
				&opened);
	CHECK((key != NULL) || status != STATUS_OK);
	seal_key_free(key);
	buf_release(&sealed);
	buf_release(&opened);
	return status;
}

static struct publisher some_publisher(const char *origin)
{
	struct public_key key;
	struct publisher p;

	CHECK(publisher_init(&p, origin) == STATUS_OK);
	CHECK(public_key_init(&key, origin, KEY_ED25519,
			      secret_key_public(log_key)->bytes) == STATUS_OK);
	CHECK(publisher_add_key(&p, &key) == STATUS_OK);
	CHECK(publisher_add_region(&p, "431081") == STATUS_OK);
	CHECK(publisher_add_topic(&p, "产业/养殖") == STATUS_OK);
	return p;
}

static enum status fill(struct trust *trust)
{
	static const uint8_t point[PUBLIC_KEY_SIZE] = { 9 };
	struct publisher a = some_publisher("a"), b = some_publisher("b");
	struct recipient recipient = { .region = "43" };
	struct cutoff cutoff = { .origin = "c", .size = 5, .successor = "a" };
	enum status status;

	CHECK(public_key_init(&recipient.key, "office", KEY_SEALING, point) ==
	      STATUS_OK);
	status = trust_add_publisher(trust, &a);
	CHECK(trust->publisher_count == (status == STATUS_OK));
	if (status == STATUS_OK)
		status = trust_add_publisher(trust, &b);
	if (status == STATUS_OK)
		status = trust_add_recipient(trust, &recipient);
	CHECK(trust->recipient_count == (status == STATUS_OK));
	if (status == STATUS_OK)
		status = trust_add_cutoff(trust, &cutoff);
	CHECK(trust->cutoff_count == (status == STATUS_OK));
	if (status == STATUS_OK)
		status = trust_add_witness(trust,
					   secret_key_public(witness_key));
	CHECK(trust->witness_count == (status == STATUS_OK));
	return status;
}

static enum status open_trust(struct bytes whole, const struct root *root)
{
	struct trust read;
	enum status status;

	memset(&read, 0x5a, sizeof(read));
	status = trust_open(whole, root, &read);
	if (status == STATUS_OK) {
		CHECK(read.publisher_count == 2 && read.other_count == 1);
		trust_release(&read);
	} else {
		CHECK(read.publisher_count == (size_t)0x5a5a5a5a5a5a5a5a);
	}
	return status;
}

static enum status write_trust(struct trust *trust, const struct root *root,
			       struct buf *text, struct buf *note)
{
	enum status status = fill(trust);

	if (status == STATUS_OK)
		status = judged(trust_format(trust, text), text);
	if (status != STATUS_OK)
		return status;
	buf_puts(text, "later 1\n");
	status = buf_status(text);
	if (status == STATUS_OK)
		status = judged(note_sign(behind_mark(text), root_key, note),
				note);
	if (status == STATUS_OK)
		status = open_trust(behind_mark(note), root);
	return status;
}

static enum status an_office_writes_its_trust(void *context, bool *tolerated)
{
	struct root root = { .version = 1, .threshold = 1, .key_count = 1,
			     .keys = { *secret_key_public(root_key) } };
	struct buf text, note;
	struct trust trust;
	enum status status;

	(void)context;
	(void)tolerated;
	trust_init(&trust);
	start(&text);
	start(&note);
	status = buf_status(&text);
	if (status == STATUS_OK)
		status = buf_status(&note);
	if (status == STATUS_OK)
		status = write_trust(&trust, &root, &text, &note);
	trust_release(&trust);
	buf_release(&text);
	buf_release(&note);
	return status;
}

static enum status a_root_is_made_and_followed(void *context, bool *tolerated)
{
	struct root root = { .version = 1, .threshold = 1, .key_count = 1,
			     .keys = { *secret_key_public(root_key) } };
	struct root read = { .version = 77 };
	struct buf text, note;
	enum status status;

	(void)context;
	(void)tolerated;
	start(&text);
	start(&note);
	status = buf_status(&text);
	if (status == STATUS_OK)
		status = buf_status(&note);
	if (status == STATUS_OK)
		status = judged(root_format(&root, &text), &text);
	if (status == STATUS_OK)
		status = judged(note_sign(behind_mark(&text), root_key, &note),
				&note);
	if (status == STATUS_OK)
		status = root_open_first(behind_mark(&note), &read);
	CHECK(read.version == (status == STATUS_OK ? 1 : 77));
	buf_release(&text);
	buf_release(&note);
	return status;
}

static struct secret_key *make(const char *name, enum key_type type)
{
	struct secret_key *key;

	CHECK(secret_key_new(&key, name, type) == STATUS_OK);
	return key;
}

/* As little as libsodium takes. */
enum { PASSES = 1, KIB = 8 };

static enum status a_key_goes_behind_a_passphrase(void *context,
						  bool *tolerated)
{
	struct bytes phrase = bytes_of("correct horse");
	struct secret_key *opened = NULL;
	uint8_t derived[KEYBOX_KEY_SIZE];
	struct keybox box;
	struct buf text;
	enum status status;

	(void)context;
	(void)tolerated;
	start(&text);
	status = judged(keybox_close_key(log_key, phrase, PASSES, KIB, &text),
			&text);
	if (status == STATUS_OK) {
		CHECK(keybox_parse(behind_mark(&text), &box) == STATUS_OK);
		CHECK(keybox_derive(&box, phrase, derived) == STATUS_OK);
		status = keybox_open_key(&box, derived, &opened);
		CHECK((opened != NULL) == (status == STATUS_OK));
	}
	secret_key_free(opened);
	buf_release(&text);
	return status;
}

static enum status close_and_print(struct backup *b, struct buf *text)
{
	struct backup_keys keys = { .publisher = log_key,
				    .ack = witness_key };
	enum status status = backup_close(b, &keys, bytes_of("correct horse"),
					  PASSES, KIB);

	CHECK(b->box_count == (status == STATUS_OK ? 1 : 0));
	return status == STATUS_OK ? judged(backup_format(b, text), text) :
				     status;
}

static enum status an_office_goes_on_paper(void *context, bool *tolerated)
{
	struct backup b = { .level = LEVEL_COUNTY,
			    .name = "a",
			    .region = "431081",
			    .origin = "log.example/l" },
		      read = { .box_count = 99 };
	struct backup_keys back = { .publisher = NULL };
	uint8_t derived[KEYBOX_KEY_SIZE];
	struct buf text;
	unsigned line;
	enum status status;

	(void)context;
	(void)tolerated;
	start(&text);
	status = close_and_print(&b, &text);
	if (status == STATUS_OK) {
		status = backup_parse(behind_mark(&text), &read, &line);
		CHECK(read.box_count == (status == STATUS_OK ? 1 : 99));
	}
	if (status == STATUS_OK)
		status = backup_derive(&read, 0, bytes_of("correct horse"),
				       derived);
	if (status == STATUS_OK) {
		status = backup_open(&read, 0, derived, &back);
		CHECK((backup_keys_held(&back) != 0) == (status == STATUS_OK));
	}
	backup_keys_release(&back);
	buf_release(&text);
	return status;
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	root_key = make("root", KEY_ED25519);
	second_key = make("log.example/l", KEY_ED25519);
	log_key = make("log.example/l", KEY_ED25519);
	witness_key = make("witness", KEY_COSIGNER);
	CHECK(faults_torture("keys", keys_come_and_go, NULL,
			     STATUS_NO_MEMORY) == 2);
	CHECK(faults_torture("checkpoints", a_log_signs_and_is_cosigned, NULL,
			     STATUS_NO_MEMORY) > 10);
	CHECK(faults_torture("seals", a_record_is_sealed_and_opened, NULL,
			     STATUS_NO_MEMORY) > 5);
	CHECK(faults_torture("boxes", a_key_goes_behind_a_passphrase, NULL,
			     STATUS_NO_MEMORY) > 2);
	CHECK(faults_torture("paper", an_office_goes_on_paper, NULL,
			     STATUS_NO_MEMORY) > 8);
	CHECK(faults_torture("roots", a_root_is_made_and_followed, NULL,
			     STATUS_NO_MEMORY) > 3);
	CHECK(faults_torture("trust", an_office_writes_its_trust, NULL,
			     STATUS_NO_MEMORY) > 10);
	secret_key_free(root_key);
	secret_key_free(second_key);
	secret_key_free(log_key);
	secret_key_free(witness_key);
	CHECK(faults_live() == 0);
	return 0;
}
