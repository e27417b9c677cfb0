/* drive.json. */
#include "node/drive/mark.h"
#include "proto/text.h"
#include "tests/fuzz/keys.h"

void fuzz_begin(void)
{
	CHECK(signing_init() == STATUS_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	struct drive_mark mark, second;
	struct buf text = BUF_INIT;
	enum status status = mark_parse((struct bytes){ data, size }, &mark,
					&err);

	if (status != STATUS_OK) {
		CHECK(status == STATUS_MALFORMED || status == STATUS_OLD);
		CHECK(err.text[0] != 0);
		return 0;
	}
	CHECK(text_is_plain(bytes_of(mark.made_by)));
	CHECK(mark.part_bytes % MARK_PARTS_UNIT == 0);
	CHECK(mark_format(&mark, &text, &err) == STATUS_OK);
	CHECK(mark_parse(buf_bytes(&text), &second, &err) == STATUS_OK);
	CHECK(memcmp(mark.id, second.id, MARK_ID_SIZE) == 0 &&
	      strcmp(mark.made_by, second.made_by) == 0 &&
	      mark.part_bytes == second.part_bytes);
	buf_release(&text);
	return 0;
}

void fuzz_seeds(void)
{
	struct drive_mark mark = { .id = { 1, 2, 3 }, .made_by = "兴宁镇",
				   .part_bytes = (uint64_t)MARK_PARTS_UNIT *
						 31 };
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;

	CHECK(mark_format(&mark, &text, &err) == STATUS_OK);
	fuzz_seed_buf(&text);
	fuzz_seed_text("{\"xiangtu\":\"drive/v2\",\"id\":7}");
}
