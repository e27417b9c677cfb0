#include "node/drive/hashes.h"

#include <string.h>

#include "signing/digest.h"
#include "tests/support/check.h"

static void hash_of(unsigned number, uint8_t out[static 32])
{
	sha256(&number, sizeof(number), out);
}

static void what_was_put_in_is_had_and_nothing_else(void)
{
	struct hashes h = HASHES_INIT;
	uint8_t hash[32];

	hash_of(0, hash);
	CHECK(!hashes_have(&h, hash));
	for (unsigned i = 0; i < 5000; i++) {
		hash_of(i, hash);
		CHECK(hashes_put(&h, hash) == STATUS_OK);
	}
	for (unsigned i = 0; i < 10000; i++) {
		hash_of(i, hash);
		CHECK(hashes_have(&h, hash) == (i < 5000));
	}
	CHECK(h.count == 5000);
	hashes_release(&h);
	CHECK(h.count == 0 && !hashes_have(&h, hash));
}

static void a_hash_stands_once_and_in_the_order_it_came(void)
{
	struct hashes h = HASHES_INIT;
	uint8_t a[32], b[32];

	hash_of(1, a);
	hash_of(2, b);
	CHECK(hashes_put(&h, a) == STATUS_OK);
	CHECK(hashes_put(&h, b) == STATUS_OK);
	CHECK(hashes_put(&h, a) == STATUS_OK);
	CHECK(h.count == 2);
	CHECK(memcmp(h.list[0], a, 32) == 0 && memcmp(h.list[1], b, 32) == 0);
	hashes_release(&h);
}

static void a_list_reads_back_as_it_was_written(void)
{
	struct hashes h = HASHES_INIT, again = HASHES_INIT;
	struct buf text = BUF_INIT;
	uint8_t hash[32];

	for (unsigned i = 0; i < 300; i++) {
		hash_of(i, hash);
		CHECK(hashes_put(&h, hash) == STATUS_OK);
	}
	hashes_write(&h, &text);
	buf_puts(&text, "not a hash\n");
	CHECK(hashes_read(&again, buf_bytes(&text)) == STATUS_OK);
	CHECK(again.count == h.count);
	CHECK(memcmp(again.list, h.list, 300 * 32) == 0);
	buf_release(&text);
	hashes_release(&h);
	hashes_release(&again);
}

/* Somebody who wants a list slow gives hashes that begin alike. */
static void hashes_that_begin_alike_are_no_slower(void)
{
	struct hashes h = HASHES_INIT;
	uint8_t hash[32] = { 0 };

	/* The last bytes differ, of the bytes the last; a minute or more when
	 * they fall on one another. */
	for (unsigned i = 0; i < DRIVE_LIST_ENTRIES_MAX; i++) {
		hash[29] = (uint8_t)(i >> 16);
		hash[30] = (uint8_t)(i >> 8);
		hash[31] = (uint8_t)i;
		CHECK(hashes_put(&h, hash) == STATUS_OK);
	}
	memset(hash, 0xff, sizeof(hash));
	CHECK(hashes_put(&h, hash) == STATUS_NO_ROOM);
	hashes_release(&h);
}

int main(void)
{
	what_was_put_in_is_had_and_nothing_else();
	a_hash_stands_once_and_in_the_order_it_came();
	a_list_reads_back_as_it_was_written();
	hashes_that_begin_alike_are_no_slower();
	return 0;
}
