/* Sealed records: as they come; and the input as what was inside, padded by
 * somebody who pads as he likes. */
#include <sodium.h>

#include "signing/seal.h"
#include "tests/fuzz/keys.h"

static struct seal_key *office;

void fuzz_begin(void)
{
	CHECK(signing_init() == STATUS_OK);
	CHECK(seal_key_parse(&office,
			     bytes_of("PRIVATE+SEAL+county/records+AQEBAQEBAQE"
				      "BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=")) ==
	      STATUS_OK);
}

static void open_padded(struct bytes inner)
{
	uint8_t plain[1024] = { 0 }, sealed[1024 + SEAL_OVERHEAD];
	struct buf out = BUF_INIT;
	enum status status;
	size_t size = inner.size < sizeof(plain) ? inner.size : sizeof(plain);

	if (size > 0)
		memcpy(plain, inner.data, size);
	CHECK(crypto_box_seal(sealed, plain, sizeof(plain),
			      seal_key_public(office)->bytes) == 0);
	status = seal_open((struct bytes){ sealed, sizeof(sealed) }, office,
			   &out);
	CHECK(status == STATUS_OK || status == STATUS_MALFORMED);
	if (status == STATUS_OK)
		CHECK(out.size < sizeof(plain) &&
		      plain[out.size] == 0x80 &&
		      (out.size == 0 ||
		       memcmp(out.data, plain, out.size) == 0));
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes input = { data, size };
	struct buf sealed = BUF_INIT, out = BUF_INIT;

	(void)seal_open(input, office, &out);
	buf_clear(&out);
	open_padded(input);
	if (seal(input, seal_key_public(office), &sealed) == STATUS_OK) {
		CHECK(seal_open(buf_bytes(&sealed), office, &out) ==
		      STATUS_OK);
		CHECK(bytes_equal(buf_bytes(&out), input));
	}
	buf_release(&sealed);
	buf_release(&out);
	return 0;
}

void fuzz_seeds(void)
{
	uint8_t inner[1023] = { 0 };
	struct buf b = BUF_INIT;

	fuzz_seed_text("{\"seconds\":0}\x80");
	fuzz_seed(inner, sizeof(inner));
	CHECK(seal(bytes_of("{}"), seal_key_public(office), &b) == STATUS_OK);
	fuzz_seed_buf(&b);
}
