#include "signing/keybox.h"

#include <string.h>

#include "tests/support/check.h"

/* As little as libsodium takes: these tests are about the rest. */
enum { PASSES = 1, KIB = 8 };

static struct bytes phrase(const char *text)
{
	return bytes_of(text);
}

static struct secret_key *made(const char *name)
{
	struct secret_key *key;

	CHECK(secret_key_new(&key, name, KEY_ED25519) == STATUS_OK);
	return key;
}

static enum status open(struct bytes text, const char *with,
			struct secret_key **out)
{
	uint8_t key[KEYBOX_KEY_SIZE];
	struct keybox box;
	enum status status = keybox_parse(text, &box);

	if (status == STATUS_OK)
		status = keybox_derive(&box, phrase(with), key);
	return status == STATUS_OK ? keybox_open_key(&box, key, out) : status;
}

static void what_is_closed_opens_with_its_passphrase_only(void)
{
	struct secret_key *key = made("root-1"), *opened = NULL;
	char before[SECRET_KEY_TEXT_MAX + 1], after[SECRET_KEY_TEXT_MAX + 1];
	struct buf text = BUF_INIT;
	struct keybox box;

	CHECK(keybox_close_key(key, phrase("山羊 春季"), PASSES, KIB, &text) ==
	      STATUS_OK);
	CHECK(text.size <= KEYBOX_TEXT_MAX);
	CHECK(keybox_is(buf_bytes(&text)));
	CHECK(keybox_parse(buf_bytes(&text), &box) == STATUS_OK);
	CHECK(public_key_same(&box.public, secret_key_public(key)));
	CHECK(open(buf_bytes(&text), "山羊 夏季", &opened) ==
	      STATUS_UNTRUSTED);
	CHECK(open(buf_bytes(&text), "", &opened) == STATUS_UNTRUSTED);
	CHECK(open(buf_bytes(&text), "山羊 春季", &opened) == STATUS_OK);
	secret_key_format(key, before);
	secret_key_format(opened, after);
	CHECK(strcmp(before, after) == 0);
	/* The secret is not in it in clear. */
	CHECK(strstr(buf_string(&text), before + 12) == NULL);
	secret_key_free(opened);
	secret_key_free(key);
	buf_release(&text);
}

static void every_changed_byte_is_noticed(void)
{
	struct secret_key *key = made("k"), *opened;
	struct buf text = BUF_INIT;

	CHECK(keybox_close_key(key, phrase("p"), PASSES, KIB, &text) ==
	      STATUS_OK);
	for (size_t i = 0; i < text.size; i++) {
		text.data[i] ^= 1;
		CHECK(open(buf_bytes(&text), "p", &opened) != STATUS_OK);
		text.data[i] ^= 1;
	}
	for (size_t size = 0; size < text.size; size++)
		CHECK(open((struct bytes){ text.data, size }, "p", &opened) !=
		      STATUS_OK);
	secret_key_free(key);
	buf_release(&text);
}

static void a_file_cannot_ask_for_more_than_the_bounds(void)
{
	static const char *const costs[] = {
		"argon2id 0 8",	     "argon2id 17 8", "argon2id 1 7",
		"argon2id 1 1048577", "argon2id 1",    "argon2i 1 8",
		"argon2id 1 8 1",
	};
	struct secret_key *key = made("k");
	struct buf text = BUF_INIT;

	CHECK(keybox_close_key(key, phrase("p"), PASSES, KIB, &text) ==
	      STATUS_OK);
	for (size_t i = 0; i < sizeof(costs) / sizeof(*costs); i++) {
		const char *whole = buf_string(&text);
		const char *at = strstr(whole, "argon2id 1 8\n");
		struct buf changed = BUF_INIT;
		struct keybox box;

		CHECK(at != NULL);
		buf_put_bytes(&changed, (struct bytes){ text.data,
							(size_t)(at - whole) });
		buf_puts(&changed, costs[i]);
		buf_puts(&changed, at + 12);
		CHECK(keybox_parse(buf_bytes(&changed), &box) ==
		      STATUS_MALFORMED);
		buf_release(&changed);
	}
	secret_key_free(key);
	buf_release(&text);
}

static void an_office_s_key_for_records_is_kept_likewise(void)
{
	struct seal_key *key, *opened = NULL;
	struct secret_key *signs = NULL;
	struct buf text = BUF_INIT;
	uint8_t derived[KEYBOX_KEY_SIZE];
	struct keybox box;

	CHECK(seal_key_new(&key, "county/records") == STATUS_OK);
	CHECK(keybox_close_seal_key(key, phrase("p"), PASSES, KIB, &text) ==
	      STATUS_OK);
	CHECK(keybox_parse(buf_bytes(&text), &box) == STATUS_OK);
	CHECK(keybox_derive(&box, phrase("p"), derived) == STATUS_OK);
	CHECK(keybox_open_key(&box, derived, &signs) == STATUS_MALFORMED);
	CHECK(keybox_open_seal_key(&box, derived, &opened) == STATUS_OK);
	CHECK(public_key_same(seal_key_public(opened), seal_key_public(key)));
	seal_key_free(opened);
	seal_key_free(key);
	buf_release(&text);
}

static void a_key_file_is_plain_without_a_passphrase(void)
{
	struct secret_key *key = made("plain"), *opened = NULL;
	struct buf text = BUF_INIT;

	CHECK(keybox_put_key(key, phrase(""), &text) == STATUS_OK);
	CHECK(!keybox_is(buf_bytes(&text)));
	CHECK(text.data[text.size - 1] == '\n');
	CHECK(secret_key_parse(&opened, buf_bytes(&text)) == STATUS_OK);
	CHECK(public_key_same(secret_key_public(opened),
			      secret_key_public(key)));
	signing_wipe_buf(&text);
	CHECK(keybox_put_key(key, phrase("eight or more"), &text) ==
	      STATUS_OK);
	CHECK(keybox_is(buf_bytes(&text)));
	signing_wipe_buf(&text);
	secret_key_free(opened);
	secret_key_free(key);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	what_is_closed_opens_with_its_passphrase_only();
	every_changed_byte_is_noticed();
	a_file_cannot_ask_for_more_than_the_bounds();
	an_office_s_key_for_records_is_kept_likewise();
	a_key_file_is_plain_without_a_passphrase();
	return 0;
}
