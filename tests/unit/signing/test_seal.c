#include "signing/seal.h"

#include <string.h>

#include "tests/support/check.h"

static struct seal_key *office(const char *name)
{
	struct seal_key *key;

	CHECK(seal_key_new(&key, name) == STATUS_OK);
	return key;
}

static void what_is_sealed_opens_byte_for_byte(void)
{
	/* The edges of each size, and an empty one. */
	static const struct {
		size_t inner, sealed;
	} sizes[] = {
		{ 0, 1024 },	  { 1, 1024 },	   { 1023, 1024 },
		{ 1024, 4096 },	  { 4095, 4096 },  { 4096, 16384 },
		{ 16383, 16384 }, { 16384, 61440 }, { SEAL_INNER_MAX, 61440 },
	};
	struct seal_key *key = office("county/records");
	uint8_t inner[SEAL_INNER_MAX];

	for (size_t i = 0; i < sizeof(inner); i++)
		inner[i] = (uint8_t)(i % 7 == 0 ? 0 : i * 31);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct buf sealed = BUF_INIT, opened = BUF_INIT;
		struct bytes given = { inner, sizes[i].inner };

		CHECK(seal(given, seal_key_public(key), &sealed) == STATUS_OK);
		CHECK(sealed.size == sizes[i].sealed + SEAL_OVERHEAD);
		buf_puts(&opened, "kept ");
		CHECK(seal_open(buf_bytes(&sealed), key, &opened) ==
		      STATUS_OK);
		CHECK(opened.size == 5 + given.size);
		CHECK(given.size == 0 ||
		      memcmp(opened.data + 5, inner, given.size) == 0);
		buf_release(&sealed);
		buf_release(&opened);
	}
	seal_key_free(key);
}

static void zeros_and_marks_at_the_end_are_kept(void)
{
	static const uint8_t inner[] = { 1, 0x80, 0, 0x80, 0, 0 };
	struct seal_key *key = office("county/records");
	struct buf sealed = BUF_INIT, opened = BUF_INIT;

	CHECK(seal((struct bytes){ inner, sizeof(inner) },
		   seal_key_public(key), &sealed) == STATUS_OK);
	CHECK(seal_open(buf_bytes(&sealed), key, &opened) == STATUS_OK);
	CHECK(opened.size == sizeof(inner));
	CHECK(memcmp(opened.data, inner, sizeof(inner)) == 0);
	buf_release(&sealed);
	buf_release(&opened);
	seal_key_free(key);
}

static void the_same_text_never_looks_the_same(void)
{
	struct seal_key *key = office("county/records");
	struct buf one = BUF_INIT, two = BUF_INIT;

	CHECK(seal(bytes_of("zero minutes"), seal_key_public(key), &one) ==
	      STATUS_OK);
	CHECK(seal(bytes_of("zero minutes"), seal_key_public(key), &two) ==
	      STATUS_OK);
	CHECK(one.size == two.size);
	CHECK(memcmp(one.data, two.data, one.size) != 0);
	CHECK(memmem(one.data, one.size, "zero", 4) == NULL);
	buf_release(&one);
	buf_release(&two);
	seal_key_free(key);
}

static void only_its_office_opens_it_and_only_unchanged(void)
{
	struct seal_key *key = office("county/records"),
			*other = office("county/records");
	struct buf sealed = BUF_INIT, opened = BUF_INIT;

	CHECK(seal(bytes_of("text"), seal_key_public(key), &sealed) ==
	      STATUS_OK);
	CHECK(seal_open(buf_bytes(&sealed), other, &opened) ==
	      STATUS_UNTRUSTED);
	for (size_t at = 0; at < sealed.size; at += 97) {
		sealed.data[at] ^= 1;
		CHECK(seal_open(buf_bytes(&sealed), key, &opened) ==
		      STATUS_UNTRUSTED);
		sealed.data[at] ^= 1;
	}
	CHECK(seal_open((struct bytes){ sealed.data, sealed.size - 1 }, key,
			&opened) == STATUS_MALFORMED);
	CHECK(seal_open((struct bytes){ NULL, 0 }, key, &opened) ==
	      STATUS_MALFORMED);
	CHECK(opened.size == 0);
	buf_release(&sealed);
	buf_release(&opened);
	seal_key_free(key);
	seal_key_free(other);
}

static void what_cannot_be_sealed_is_refused(void)
{
	static uint8_t large[SEAL_INNER_MAX + 1];
	struct seal_key *key = office("county/records");
	struct public_key signer = *seal_key_public(key);
	struct buf sealed = BUF_INIT;

	signer.type = KEY_ED25519;
	CHECK(seal((struct bytes){ large, sizeof(large) },
		   seal_key_public(key), &sealed) == STATUS_NO_ROOM);
	CHECK(seal(bytes_of("x"), &signer, &sealed) == STATUS_MALFORMED);
	CHECK(sealed.size == 0);
	buf_release(&sealed);
	seal_key_free(key);
}

static void a_key_reads_back_from_its_text(void)
{
	struct seal_key *key = office("county.example/records"), *again;
	char text[SECRET_KEY_TEXT_MAX + 2];
	struct buf sealed = BUF_INIT, opened = BUF_INIT;

	seal_key_format(key, text);
	CHECK(strncmp(text, "PRIVATE+SEAL+county.example/records+", 36) == 0);
	strcat(text, "\n");
	CHECK(seal_key_parse(&again, bytes_of(text)) == STATUS_OK);
	CHECK(public_key_same(seal_key_public(key), seal_key_public(again)));
	CHECK(seal_key_public(again)->type == KEY_SEALING);
	CHECK(seal(bytes_of("text"), seal_key_public(key), &sealed) ==
	      STATUS_OK);
	CHECK(seal_open(buf_bytes(&sealed), again, &opened) == STATUS_OK);
	CHECK(bytes_is(buf_bytes(&opened), "text"));
	for (size_t size = 0; size + 1 < strlen(text); size++)
		CHECK(seal_key_parse(&again, (struct bytes){ (uint8_t *)text,
							     size }) ==
		      STATUS_MALFORMED);
	CHECK(seal_key_parse(&again, bytes_of("PRIVATE+KEY+a+00000000+AA==")) ==
	      STATUS_MALFORMED);
	buf_release(&sealed);
	buf_release(&opened);
	seal_key_free(key);
	seal_key_free(again);
	seal_key_free(NULL);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	what_is_sealed_opens_byte_for_byte();
	zeros_and_marks_at_the_end_are_kept();
	the_same_text_never_looks_the_same();
	only_its_office_opens_it_and_only_unchanged();
	what_cannot_be_sealed_is_refused();
	a_key_reads_back_from_its_text();
	return 0;
}
