/* The mark of a drive: what is written reads back, what is torn or newer is
 * told apart. */
#include "node/drive/mark.h"

#include <stdio.h>
#include <string.h>

#include "signing/key.h"
#include "tests/support/scratch.h"

#define ID "000102030405060708090a0b0c0d0e0f"

static enum status parse(const char *text, struct drive_mark *mark)
{
	struct err err = ERR_INIT;
	enum status status = mark_parse(bytes_of(text), mark, &err);

	CHECK((status == STATUS_OK) == (err.text[0] == 0));
	return status;
}

static void what_is_written_reads_back(void)
{
	struct drive_mark mark, back;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	mark_new(&mark);
	strcpy(mark.made_by, "兴宁镇");
	mark.part_bytes = UINT64_C(1984) << 20;
	CHECK(mark_format(&mark, &text, &err) == STATUS_OK);
	CHECK(mark_parse(buf_bytes(&text), &back, &err) == STATUS_OK);
	CHECK(memcmp(back.id, mark.id, MARK_ID_SIZE) == 0);
	CHECK(strcmp(back.made_by, "兴宁镇") == 0);
	CHECK(back.part_bytes == mark.part_bytes);
	buf_release(&text);
}

static void ids_differ(void)
{
	struct drive_mark a, b;

	mark_new(&a);
	mark_new(&b);
	CHECK(memcmp(a.id, b.id, MARK_ID_SIZE) != 0);
}

static void keys_of_later_versions_are_passed_over(void)
{
	struct drive_mark mark;

	CHECK(parse("{\"xiangtu\":\"drive/v1\",\"id\":\"" ID
		    "\",\"colour\":[\"red\"]}",
		    &mark) == STATUS_OK);
	CHECK(mark.id[15] == 15 && mark.made_by[0] == 0 &&
	      mark.part_bytes == 0);
}

static void a_newer_program_is_told_from_nonsense(void)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"{\"xiangtu\":\"join/v1\",\"id\":\"" ID "\"}",
		"{\"xiangtu\":\"drive/v1\"}",
		"{\"xiangtu\":\"drive/v1\",\"id\":\"00\"}",
		"{\"xiangtu\":\"drive/v1\",\"id\":7}",
		"{\"xiangtu\":\"drive/v1\",\"id\":\"" ID "\",\"parts\":1}",
		"{\"xiangtu\":\"drive/v1\",\"id\":\"" ID
		"\",\"parts\":67108865}",
		"{\"xiangtu\":\"drive/v1\",\"id\":\"" ID
		"\",\"parts\":-67108864}",
		"{\"xiangtu\":\"drive/v1\",\"id\":\"" ID
		"\",\"made_by\":\"a\\u202eb\"}",
		"{\"xiangtu\":\"drive/v1\",\"id\":\"" ID "\",\"id\":\"" ID
		"\"}",
	};
	struct drive_mark mark = { .part_bytes = 7 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK(parse(bad[i], &mark) == STATUS_MALFORMED);
	CHECK(parse("{\"xiangtu\":\"drive/v2\"}", &mark) == STATUS_OLD);
	CHECK(mark.part_bytes == 7);
}

static void a_drive_without_a_mark_is_told_from_a_torn_one(void)
{
	struct scratch s;
	struct drive_mark mark, back;
	struct mount *m;
	struct err err = ERR_INIT;

	scratch_init(&s);
	CHECK(mount_open(&m, scratch_folder(&s, "drive"), &err) == STATUS_OK);
	CHECK(mark_read(m, &back, &err) == STATUS_NOT_FOUND);
	CHECK(err.text[0] == 0);
	mark_new(&mark);
	CHECK(mark_write(m, &mark, &err) == STATUS_OK);
	CHECK(mark_read(m, &back, &err) == STATUS_OK);
	CHECK(memcmp(back.id, mark.id, MARK_ID_SIZE) == 0);
	CHECK(truncate(scratch_path(&s, "drive/.xiangtu/drive.json"), 9) == 0);
	CHECK(mark_read(m, &back, &err) == STATUS_MALFORMED);
	CHECK(truncate(scratch_path(&s, "drive/.xiangtu/drive.json"),
		       1 << 30) == 0);
	CHECK(mark_read(m, &back, &err) == STATUS_MALFORMED);
	CHECK(unlink(scratch_path(&s, "drive/.xiangtu/drive.json")) == 0);
	CHECK(symlink("/etc/hostname",
		      scratch_path(&s, "drive/.xiangtu/drive.json")) == 0);
	CHECK(mark_read(m, &back, &err) == STATUS_UNTRUSTED);
	mount_free(m);
	scratch_release(&s);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	what_is_written_reads_back();
	ids_differ();
	keys_of_later_versions_are_passed_over();
	a_newer_program_is_told_from_nonsense();
	a_drive_without_a_mark_is_told_from_a_torn_one();
	return 0;
}
