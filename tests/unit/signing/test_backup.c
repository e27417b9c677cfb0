#include "signing/backup.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/check.h"

/* As little as libsodium takes: these tests are about the rest. */
enum { PASSES = 1, KIB = 8 };

static const char origin[] = "xiangtu/431081/abcdefgh";

static void make_keys(struct backup_keys *keys)
{
	CHECK(secret_key_new(&keys->publisher, origin, KEY_ED25519) ==
	      STATUS_OK);
	CHECK(seal_key_new(&keys->records, "xiangtu/431081/abcdefgh/records") ==
	      STATUS_OK);
	CHECK(secret_key_new(&keys->ack, "acknowledges", KEY_COSIGNER) ==
	      STATUS_OK);
}

static void fill(struct backup *b, const struct backup_keys *keys)
{
	memset(b, 0, sizeof(*b));
	b->level = LEVEL_COUNTY;
	strcpy(b->name, "资兴市");
	strcpy(b->region, "431081");
	strcpy(b->origin, origin);
	memset(b->fingerprint, 7, sizeof(b->fingerprint));
	CHECK(backup_close(b, keys, bytes_of("correct horse"), PASSES, KIB) ==
	      STATUS_OK);
}

static enum status open(const struct backup *b, unsigned box, const char *with,
			struct backup_keys *keys)
{
	uint8_t key[KEYBOX_KEY_SIZE];

	CHECK(backup_derive(b, box, bytes_of(with), key) == STATUS_OK);
	return backup_open(b, box, key, keys);
}

static struct backup parsed(struct bytes text)
{
	struct backup b;
	unsigned line;

	CHECK(backup_parse(text, &b, &line) == STATUS_OK);
	return b;
}

static void check_same(const struct public_key *a, const struct public_key *b)
{
	CHECK(public_key_same(a, b) && strcmp(a->name, b->name) == 0 &&
	      a->id == b->id && a->type == b->type);
}

static void what_is_printed_can_be_typed_again(void)
{
	struct backup_keys keys = { .publisher = NULL },
			   back = { .publisher = NULL };
	struct backup b, read;
	struct buf text = BUF_INIT;

	make_keys(&keys);
	fill(&b, &keys);
	CHECK(backup_format(&b, &text) == STATUS_OK);
	CHECK(bytes_start_with(buf_bytes(&text), "xiangtu-backup/v1\n01  "));
	read = parsed(buf_bytes(&text));
	CHECK(read.level == LEVEL_COUNTY && read.box_count == 1 &&
	      read.boxes[0].holds ==
		      (BACKUP_PUBLISHER | BACKUP_RECORDS | BACKUP_ACK));
	CHECK(strcmp(read.name, b.name) == 0 &&
	      strcmp(read.region, b.region) == 0 &&
	      strcmp(read.origin, b.origin) == 0);
	CHECK(memcmp(read.fingerprint, b.fingerprint, SHA256_SIZE) == 0);
	CHECK(open(&read, 0, "correct house", &back) == STATUS_UNTRUSTED);
	CHECK(backup_keys_held(&back) == 0);
	CHECK(open(&read, 0, "correct horse", &back) == STATUS_OK);
	check_same(secret_key_public(back.publisher),
		   secret_key_public(keys.publisher));
	check_same(seal_key_public(back.records),
		   seal_key_public(keys.records));
	check_same(secret_key_public(back.ack), secret_key_public(keys.ack));
	CHECK(back.root == NULL);
	backup_keys_release(&keys);
	backup_keys_release(&back);
	buf_release(&text);
}

static void an_office_fits_on_a_page(void)
{
	struct backup_keys keys = { .publisher = NULL };
	struct buf text = BUF_INIT;
	struct backup b;
	unsigned lines = 0;

	make_keys(&keys);
	fill(&b, &keys);
	CHECK(backup_format(&b, &text) == STATUS_OK);
	for (size_t i = 0; i < text.size; i++)
		lines += text.data[i] == '\n';
	CHECK(lines <= 14);
	backup_keys_release(&keys);
	buf_release(&text);
}

static void a_root_key_has_a_passphrase_of_its_own(void)
{
	struct backup_keys keys = { .publisher = NULL },
			   root = { .publisher = NULL },
			   back = { .publisher = NULL };
	struct buf text = BUF_INIT;
	struct backup b, read;

	make_keys(&keys);
	CHECK(secret_key_new(&root.root, "root-1-431081", KEY_ED25519) ==
	      STATUS_OK);
	fill(&b, &keys);
	CHECK(backup_close(&b, &root, bytes_of("another one"), PASSES, KIB) ==
	      STATUS_OK);
	CHECK(backup_format(&b, &text) == STATUS_OK);
	read = parsed(buf_bytes(&text));
	CHECK(read.box_count == 2 && read.boxes[1].holds == BACKUP_ROOT);
	CHECK(open(&read, 1, "correct horse", &back) == STATUS_UNTRUSTED);
	CHECK(open(&read, 1, "another one", &back) == STATUS_OK);
	CHECK(open(&read, 0, "correct horse", &back) == STATUS_OK);
	CHECK(backup_keys_held(&back) == (BACKUP_PUBLISHER | BACKUP_RECORDS |
					  BACKUP_ACK | BACKUP_ROOT));
	check_same(secret_key_public(back.root), secret_key_public(root.root));
	backup_keys_release(&keys);
	backup_keys_release(&root);
	backup_keys_release(&back);
	buf_release(&text);
}

/* Whoever lends the paper for an hour must not be able to put another root
 * under the keys. */
static void what_is_in_clear_cannot_be_changed(void)
{
	struct backup_keys keys = { .publisher = NULL },
			   back = { .publisher = NULL };
	struct buf text = BUF_INIT;
	struct backup b, read;

	make_keys(&keys);
	fill(&b, &keys);
	b.fingerprint[31] ^= 1;
	CHECK(backup_format(&b, &text) == STATUS_OK);
	read = parsed(buf_bytes(&text));
	CHECK(open(&read, 0, "correct horse", &back) == STATUS_UNTRUSTED);
	b.fingerprint[31] ^= 1;
	strcpy(b.region, "431082");
	CHECK(open(&b, 0, "correct horse", &back) == STATUS_UNTRUSTED);
	backup_keys_release(&keys);
	buf_release(&text);
}

static void no_secret_is_in_clear(void)
{
	struct backup_keys keys = { .publisher = NULL };
	uint8_t seed[KEY_SEED_SIZE];
	struct backup b;

	make_keys(&keys);
	fill(&b, &keys);
	secret_key_seed(keys.publisher, seed);
	for (size_t i = 0; i + sizeof(seed) <= sizeof(b); i++)
		CHECK(memcmp((const uint8_t *)&b + i, seed, sizeof(seed)) !=
		      0);
	backup_keys_release(&keys);
}

static void what_is_no_backup_is_refused(void)
{
	struct backup_keys keys = { .publisher = NULL };
	struct buf text = BUF_INIT;
	struct backup b, read;
	unsigned line = 99;

	CHECK(backup_parse(bytes_of("hello"), &read, &line) ==
	      STATUS_MALFORMED);
	CHECK(line == 0);
	make_keys(&keys);
	fill(&b, &keys);
	b.boxes[0].kib = KEYBOX_KIB_MAX + 1;
	CHECK(backup_format(&b, &text) == STATUS_MALFORMED);
	b.boxes[0].kib = KIB;
	strcpy(b.region, "4310x1");
	CHECK(backup_format(&b, &text) == STATUS_MALFORMED);
	strcpy(b.region, "431081");
	CHECK(text.size == 0 && backup_format(&b, &text) == STATUS_OK);
	text.data[83] = text.data[83] == '7' ? '8' : '7';
	line = 99;
	CHECK(backup_parse(buf_bytes(&text), &read, &line) ==
	      STATUS_MALFORMED);
	CHECK(line == 2);
	backup_keys_release(&keys);
	buf_release(&text);
}

static void read_golden(const char *name, struct buf *text)
{
	char path[4096];
	FILE *file;
	uint8_t *at = buf_reserve(text, BACKUP_TEXT_MAX);

	(void)snprintf(path, sizeof(path), TESTS_DIR "/golden/signing/%s",
		       name);
	file = fopen(path, "r");
	CHECK(file != NULL && at != NULL);
	buf_grew(text, fread(at, 1, BACKUP_TEXT_MAX, file));
	(void)fclose(file);
}

static void check_seed(const struct secret_key *key, uint8_t byte)
{
	uint8_t seed[KEY_SEED_SIZE], wanted[KEY_SEED_SIZE];

	memset(wanted, byte, sizeof(wanted));
	secret_key_seed(key, seed);
	CHECK(memcmp(seed, wanted, sizeof(seed)) == 0);
}

/* What lies in safes must be read by every later version. */
static void what_was_printed_once_is_always_read(void)
{
	struct backup_keys keys = { .publisher = NULL };
	struct secret_key *key = NULL;
	struct buf text = BUF_INIT;
	uint8_t derived[KEYBOX_KEY_SIZE];
	struct backup b;
	struct keybox box;

	read_golden("backup.txt", &text);
	b = parsed(buf_bytes(&text));
	CHECK(b.level == LEVEL_COUNTY && strcmp(b.name, "资兴市") == 0 &&
	      strcmp(b.origin, "zixing.example/431081/lessons") == 0);
	for (size_t i = 0; i < sizeof(b.fingerprint); i++)
		CHECK(b.fingerprint[i] == i);
	CHECK(open(&b, 0, "山羊 goat", &keys) == STATUS_OK);
	CHECK(open(&b, 1, "根 root", &keys) == STATUS_OK);
	check_seed(keys.publisher, 1);
	check_seed(keys.ack, 3);
	check_seed(keys.root, 4);
	CHECK(strcmp(secret_key_public(keys.root)->name, "root-1-431081") ==
	      0);
	CHECK(strcmp(seal_key_public(keys.records)->name,
		     "zixing.example/431081/lessons/records") == 0);
	buf_clear(&text);
	read_golden("protected.key", &text);
	CHECK(keybox_parse(buf_bytes(&text), &box) == STATUS_OK);
	CHECK(keybox_derive(&box, bytes_of("山羊 goat"), derived) ==
	      STATUS_OK);
	CHECK(keybox_open_key(&box, derived, &key) == STATUS_OK);
	check_seed(key, 1);
	secret_key_free(key);
	backup_keys_release(&keys);
	buf_release(&text);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	what_is_printed_can_be_typed_again();
	an_office_fits_on_a_page();
	a_root_key_has_a_passphrase_of_its_own();
	what_is_in_clear_cannot_be_changed();
	no_secret_is_in_clear();
	what_is_no_backup_is_refused();
	what_was_printed_once_is_always_read();
	return 0;
}
