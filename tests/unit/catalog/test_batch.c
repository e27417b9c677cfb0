/* Batches: what is written reads the same; what is signed by another, meant
 * for another or found at another place is refused. */
#include "catalog/batch.h"

#include <string.h>

#include "catalog/entry.h"
#include "proto/recordlog.h"
#include "signing/note.h"
#include "tests/support/check.h"
#include "tests/support/dice.h"

static const uint8_t seed[KEY_SEED_SIZE] = { 7 };
static const struct when noon = { 1795000000, 12, 345, 1790000000, true };

static struct secret_key *station(const uint8_t *from)
{
	char origin[RECORDLOG_ORIGIN_SIZE + 1];
	struct secret_key *key, *named;

	CHECK(secret_key_from_seed(&key, "node", KEY_ED25519, from) ==
	      STATUS_OK);
	recordlog_origin(secret_key_public(key)->bytes, origin);
	CHECK(secret_key_named(&named, key, origin) == STATUS_OK);
	secret_key_free(key);
	return named;
}

static struct batch_head head(void)
{
	return (struct batch_head){ .to = 0xc0ffee11,
				    .seq = 41,
				    .when = noon,
				    .part = 1,
				    .parts = 2 };
}

static json_t *wishes(size_t count)
{
	json_t *items = json_array();

	for (size_t i = 0; i < count; i++)
		CHECK(json_array_append_new(
			      items, json_pack("{s:s, s:s, s:s}", "k", "wish",
					       "id", "00112233445566ff",
					       "text", "缺一课：果树剪枝\n第二行")) ==
		      0);
	return items;
}

static enum status read(const struct buf *inner, const struct secret_key *key,
			uint32_t to, uint64_t seq, struct batch *out)
{
	struct err err = ERR_INIT;
	enum status status = batch_read(buf_bytes(inner),
					secret_key_public(key)->bytes, to,
					seq, out, &err);

	CHECK((status == STATUS_OK) == (err.text[0] == 0));
	return status;
}

static void what_is_written_reads_the_same(void)
{
	struct secret_key *key = station(seed);
	struct batch_head written = head();
	json_t *items = wishes(3);
	struct buf inner = BUF_INIT;
	struct batch batch;

	CHECK(batch_write(&written, items, key, &inner) == STATUS_OK);
	CHECK(bytes_start_with(buf_bytes(&inner), "xiangtu-batch/v1\n{"));
	CHECK(read(&inner, key, written.to, written.seq, &batch) == STATUS_OK);
	CHECK(batch.head.to == written.to && batch.head.seq == written.seq);
	CHECK(batch.head.part == 1 && batch.head.parts == 2);
	CHECK(batch.head.when.s == noon.s && batch.head.when.boot == 12 &&
	      batch.head.when.mono == 345 &&
	      batch.head.when.floor == noon.floor && batch.head.when.sync);
	CHECK(json_equal(batch.items, items));
	batch_release(&batch);
	json_decref(items);
	buf_release(&inner);
	secret_key_free(key);
}

static void it_counts_for_one_place_and_one_office_only(void)
{
	static const uint8_t other_seed[KEY_SEED_SIZE] = { 8 };
	struct secret_key *key = station(seed), *other = station(other_seed);
	struct batch_head written = head();
	json_t *items = wishes(1);
	struct buf inner = BUF_INIT;
	struct batch batch;

	CHECK(batch_write(&written, items, key, &inner) == STATUS_OK);
	CHECK(read(&inner, other, written.to, 41, &batch) == STATUS_UNTRUSTED);
	CHECK(read(&inner, key, written.to + 1, 41, &batch) ==
	      STATUS_UNTRUSTED);
	CHECK(read(&inner, key, written.to, 42, &batch) == STATUS_UNTRUSTED);
	json_decref(items);
	buf_release(&inner);
	secret_key_free(key);
	secret_key_free(other);
}

/* Sign any text, as a station gone wrong would. */
static enum status read_text(const char *text)
{
	struct secret_key *key = station(seed);
	struct buf inner = BUF_INIT;
	struct batch batch;
	enum status status;

	CHECK(note_sign(bytes_of(text), key, &inner) == STATUS_OK);
	status = read(&inner, key, 1, 2, &batch);
	if (status == STATUS_OK)
		batch_release(&batch);
	buf_release(&inner);
	secret_key_free(key);
	return status;
}

#define LINE "xiangtu-batch/v1\n"
#define HEAD LINE "{\"v\":1,\"to\":\"00000001\",\"seq\":2,"
#define MOMENT "\"w\":[1,2,3,4,0],"

static void the_format_is_strict(void)
{
	static const char *const refused[] = {
		"xiangtu-batch/v2\n{}\n",
		LINE,
		LINE "{}\n",
		LINE "[]\n",
		HEAD MOMENT "\"part\":[1,1],\"items\":[]}\nmore\n",
		HEAD MOMENT "\"part\":[1,1]}\n",
		HEAD MOMENT "\"part\":[1,1],\"items\":{}}\n",
		HEAD MOMENT "\"part\":[1,1],\"items\":[1]}\n",
		HEAD MOMENT "\"part\":[1,1],\"items\":[{}]}\n",
		HEAD MOMENT "\"part\":[1,1],\"items\":[{\"k\":\"\"}]}\n",
		HEAD MOMENT "\"part\":[1,1],\"items\":[{\"k\":\"Play\"}]}\n",
		HEAD MOMENT "\"part\":[0,1],\"items\":[]}\n",
		HEAD MOMENT "\"part\":[2,1],\"items\":[]}\n",
		HEAD MOMENT "\"part\":[1,5000],\"items\":[]}\n",
		HEAD MOMENT "\"part\":[1],\"items\":[]}\n",
		HEAD "\"part\":[1,1],\"items\":[]}\n",
		HEAD "\"w\":[1,2,3,4],\"part\":[1,1],\"items\":[]}\n",
		HEAD "\"w\":[1,2,3,4,2],\"part\":[1,1],\"items\":[]}\n",
		HEAD "\"w\":[-1,2,3,4,1],\"part\":[1,1],\"items\":[]}\n",
		HEAD "\"w\":[1.0,2,3,4,1],\"part\":[1,1],\"items\":[]}\n",
		HEAD MOMENT "\"v\":1,\"part\":[1,1],\"items\":[]}\n",
		LINE "{\"v\":2,\"to\":\"00000001\",\"seq\":2," MOMENT
		     "\"part\":[1,1],\"items\":[]}\n",
		LINE "{\"v\":1,\"to\":\"0000000A\",\"seq\":2," MOMENT
		     "\"part\":[1,1],\"items\":[]}\n",
	};

	CHECK(read_text(HEAD MOMENT "\"part\":[1,1],\"items\":[]}\n") ==
	      STATUS_OK);
	CHECK(read_text(HEAD MOMENT "\"new\":{},\"part\":[1,1],\"items\":"
				    "[{\"k\":\"not-known\",\"x\":1}]}\n") ==
	      STATUS_OK);
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		CHECK(read_text(refused[i]) == STATUS_MALFORMED);
}

/* What fits BATCH_ROOM as items fits the largest seal, whatever the numbers. */
static void what_fits_the_room_fits_the_seal(void)
{
	struct secret_key *key = station(seed);
	const uint64_t most = (uint64_t)ENTRY_INTEGER_MAX;
	struct batch_head widest = { .to = UINT32_MAX,
				     .seq = most,
				     .when = { most, most, most, most, true },
				     .part = BATCH_PARTS_MAX,
				     .parts = BATCH_PARTS_MAX };
	char *text = malloc(BATCH_ROOM);
	struct buf inner = BUF_INIT;
	json_t *items;

	CHECK(text != NULL);
	memset(text, 'a', BATCH_ROOM);
	text[BATCH_ROOM - (int)strlen("{\"k\":\"x\",\"t\":\"\"}")] = 0;
	items = json_pack("[{s:s, s:s}]", "k", "x", "t", text);
	CHECK(batch_write(&widest, items, key, &inner) == STATUS_OK);
	CHECK(inner.size <= SEAL_INNER_MAX);
	CHECK(inner.size > SEAL_INNER_MAX - BATCH_AROUND);
	json_decref(items);

	text[strlen(text)] = 'a';
	buf_clear(&inner);
	items = json_pack("[{s:s, s:s%}]", "k", "x", "t", text,
			  (size_t)BATCH_ROOM);
	CHECK(json_array_append_new(items, json_pack("{s:s, s:s%}", "k", "x",
						     "t", text, (size_t)900)) ==
	      0);
	CHECK(batch_write(&widest, items, key, &inner) == STATUS_NO_ROOM);
	CHECK(inner.size == 0);
	json_decref(items);
	buf_release(&inner);
	free(text);
	secret_key_free(key);
}

static void no_changed_byte_passes(void)
{
	struct secret_key *key = station(seed);
	struct batch_head written = head();
	json_t *items = wishes(2);
	struct buf inner = BUF_INIT;
	struct batch batch;

	CHECK(batch_write(&written, items, key, &inner) == STATUS_OK);
	dice_begin(11);
	for (int i = 0; i < 400; i++) {
		uint8_t *at = &inner.data[dice(inner.size)];
		uint8_t was = *at;

		*at ^= (uint8_t)(1 + dice(255));
		CHECK(read(&inner, key, written.to, 41, &batch) != STATUS_OK);
		*at = was;
	}
	CHECK(read(&inner, key, written.to, 41, &batch) == STATUS_OK);
	batch_release(&batch);
	json_decref(items);
	buf_release(&inner);
	secret_key_free(key);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	what_is_written_reads_the_same();
	it_counts_for_one_place_and_one_office_only();
	the_format_is_strict();
	what_fits_the_room_fits_the_seal();
	no_changed_byte_passes();
	return 0;
}
