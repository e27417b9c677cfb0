/* Batches of a station: as they come, and the input as the text that the
 * station's key has signed, so that what is behind the signature is reached.
 * What reads can be written again and reads the same. */
#include "catalog/batch.h"
#include "proto/recordlog.h"
#include "tests/fuzz/keys.h"

enum { PLACE = 7, TO = 0x01020304 };

static struct secret_key *key;

void fuzz_begin(void)
{
	struct secret_key *plain = fuzz_key("node", KEY_ED25519, 3);
	char origin[RECORDLOG_ORIGIN_SIZE + 1];

	recordlog_origin(secret_key_public(plain)->bytes, origin);
	CHECK(secret_key_named(&key, plain, origin) == STATUS_OK);
	secret_key_free(plain);
}

static enum status read(struct bytes inner, struct batch *batch)
{
	struct err err = ERR_INIT;
	enum status status = batch_read(inner, secret_key_public(key)->bytes,
					TO, PLACE, batch, &err);

	CHECK((status == STATUS_OK) == (err.text[0] == 0));
	return status;
}

static void look(struct bytes inner)
{
	struct buf again = BUF_INIT;
	struct batch batch, same;
	enum status status;

	if (read(inner, &batch) != STATUS_OK)
		return;
	CHECK(batch.head.to == TO && batch.head.seq == PLACE);
	CHECK(batch.head.part >= 1 && batch.head.part <= batch.head.parts);
	/* Ours may be longer than theirs: escapes. */
	status = batch_write(&batch.head, batch.items, key, &again);
	CHECK(status == STATUS_OK || status == STATUS_NO_ROOM);
	if (status == STATUS_OK) {
		CHECK(read(buf_bytes(&again), &same) == STATUS_OK);
		CHECK(json_equal(batch.items, same.items));
		batch_release(&same);
	}
	batch_release(&batch);
	buf_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf note = BUF_INIT;

	look((struct bytes){ data, size });
	if (fuzz_sign(data, size, key, &note))
		look(buf_bytes(&note));
	buf_release(&note);
	return 0;
}

void fuzz_seeds(void)
{
	const struct batch_head head = { .to = TO,
					 .seq = PLACE,
					 .when = { 1, 2, 3, 4, true },
					 .part = 1,
					 .parts = 1 };
	json_t *items = json_pack("[{s:s, s:s}, {s:s, s:[i]}]", "k", "wish",
				  "text", "一", "k", "play", "shown", 1);
	struct buf b = BUF_INIT;

	CHECK(batch_write(&head, items, key, &b) == STATUS_OK);
	fuzz_seed_buf(&b);
	fuzz_seed_text("xiangtu-batch/v1\n{\"v\":1,\"to\":\"01020304\",\"seq\":"
		       "7,\"w\":[1,2,3,4,0],\"part\":[1,2],\"items\":[{\"k\":"
		       "\"x\"}]}\n");
	json_decref(items);
}
