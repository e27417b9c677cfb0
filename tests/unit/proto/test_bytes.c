#include "proto/bytes.h"
#include "proto/err.h"
#include "tests/support/check.h"

#include <string.h>

static void short_input_leaves_everything_untouched(void)
{
	const uint8_t wire[] = { 1, 2, 3 };
	struct bytes_reader r;
	uint32_t value = 77;

	bytes_reader_init(&r, (struct bytes){ wire, sizeof(wire) });
	CHECK(bytes_read_u32(&r, &value) == STATUS_MALFORMED);
	CHECK(value == 77);
	CHECK(r.left == sizeof(wire));
}

static void integers_are_little_endian(void)
{
	const uint8_t wire[] = { 0x78, 0x56, 0x34, 0x12, 0xff, 1, 2, 3,
				 4,    5,    6,	   7,	 8,    9, 10 };
	struct bytes_reader r;
	uint64_t u64;
	uint32_t u32;
	uint16_t u16;
	uint8_t u8;

	bytes_reader_init(&r, (struct bytes){ wire, sizeof(wire) });
	CHECK(bytes_read_u32(&r, &u32) == STATUS_OK && u32 == 0x12345678);
	CHECK(bytes_read_u8(&r, &u8) == STATUS_OK && u8 == 0xff);
	CHECK(bytes_read_u64(&r, &u64) == STATUS_OK);
	CHECK(u64 == 0x0807060504030201);
	CHECK(bytes_read_u16(&r, &u16) == STATUS_OK && u16 == 0x0a09);
	CHECK(r.left == 0);
}

static void what_a_buffer_writes_a_reader_reads(void)
{
	struct buf b = BUF_INIT;
	struct bytes_reader r;
	struct bytes line;
	uint64_t u64;

	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "line %d\n", i);
	buf_put_u64(&b, UINT64_MAX - 1);
	CHECK(buf_status(&b) == STATUS_OK);
	bytes_reader_init(&r, buf_bytes(&b));
	for (int i = 0; i < 1000; i++)
		CHECK(bytes_read_line(&r, &line) == STATUS_OK);
	CHECK(bytes_is(line, "line 999"));
	CHECK(bytes_read_u64(&r, &u64) == STATUS_OK && u64 == UINT64_MAX - 1);
	CHECK(bytes_read_line(&r, &line) == STATUS_MALFORMED);
	buf_release(&b);
}

static void decimals_have_one_spelling(void)
{
	static const char *const bad[] = { "",	 "00", "01", "-1", "+1", " 1",
					   "1 ", "1a", "9223372036854775808",
					   "99999999999999999999" };
	uint64_t value = 5;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK(decimal_parse(bytes_of(bad[i]), &value) ==
		      STATUS_MALFORMED);
	CHECK(value == 5);
	CHECK(decimal_parse(bytes_of("0"), &value) == STATUS_OK && value == 0);
	CHECK(decimal_parse(bytes_of("9223372036854775807"), &value) ==
	      STATUS_OK);
	CHECK(value == INT64_MAX);
}

static void context_reads_outside_in(void)
{
	struct err err = ERR_INIT;

	CHECK(err_set(&err, STATUS_IO, "open: %s", "Permission denied") ==
	      STATUS_IO);
	CHECK(err_wrap(&err, "load catalog '%s'", "spring.cat") == STATUS_IO);
	CHECK(strcmp(err.text, "load catalog 'spring.cat': open: Permission "
			       "denied") == 0);
}

int main(void)
{
	short_input_leaves_everything_untouched();
	integers_are_little_endian();
	what_a_buffer_writes_a_reader_reads();
	decimals_have_one_spelling();
	context_reads_outside_in();
	return 0;
}
