/* Reading looks for each line anywhere in the run of digits that the text is
 * when all else is left out: what is not a line is passed over, and its check
 * (25 bits) tells what is one. */
#include "signing/paper.h"

#include <stdio.h>
#include <string.h>

#include "proto/encoding.h"
#include "proto/text.h"
#include "signing/digest.h"

enum {
	GROUP = 5,
	DIGITS = BASE32_SIZE(PAPER_LINE_BYTES),
	LINE = DIGITS + GROUP /* digits of a line with its check */
};

/* The check: the first 25 bits of SHA-256. */
static void check_of(unsigned number, const uint8_t *bytes,
		     char out[static BASE32_SIZE(4) + 1])
{
	static const char title[] = "xiangtu-paper/v1\n";
	uint8_t said[sizeof(title) + PAPER_LINE_BYTES], hash[SHA256_SIZE];

	memcpy(said, title, sizeof(title) - 1);
	said[sizeof(title) - 1] = (uint8_t)number;
	memcpy(said + sizeof(title), bytes, PAPER_LINE_BYTES);
	sha256(said, sizeof(said), hash);
	base32_encode((struct bytes){ hash, 4 }, out);
	out[GROUP] = 0;
}

static void put_line(unsigned number, const uint8_t *bytes, struct buf *out)
{
	char digits[DIGITS + 1], check[BASE32_SIZE(4) + 1];

	base32_encode((struct bytes){ bytes, PAPER_LINE_BYTES }, digits);
	check_of(number, bytes, check);
	buf_printf(out, "%02u ", number);
	for (size_t i = 0; i < DIGITS; i += GROUP)
		buf_printf(out, " %.*s", GROUP, digits + i);
	buf_printf(out, "  %s\n", check);
}

enum status paper_put(struct bytes data, struct buf *out)
{
	size_t count = data.size / PAPER_LINE_BYTES + 1, before = out->size;
	uint8_t line[PAPER_LINE_BYTES];

	if (data.size > PAPER_BYTES_MAX)
		return STATUS_NO_ROOM;
	for (unsigned i = 0; i < count; i++) {
		size_t head = i == 0 ? 1 : 0, take = sizeof(line) - head;

		memset(line, 0, sizeof(line));
		if (i == 0)
			line[0] = (uint8_t)count;
		if (take > data.size)
			take = data.size;
		if (take > 0)
			memcpy(line + head, data.data, take);
		data = (struct bytes){ data.data + take, data.size - take };
		put_line(i + 1, line, out);
	}
	if (buf_status(out) != STATUS_OK)
		buf_cut(out, before);
	return buf_status(out);
}

/* The letters and digits of the text, in ASCII and lower case. */
static enum status strip(struct bytes text, struct buf *out)
{
	struct bytes_reader r;
	uint32_t code;

	bytes_reader_init(&r, text);
	while (r.left > 0) {
		if (!text_next(&r, &code)) {
			r.next++;
			r.left--;
			continue;
		}
		if (code >= 0xff01 && code <= 0xff5e)
			code -= 0xfee0; /* wide */
		if (code >= 'A' && code <= 'Z')
			code += 'a' - 'A';
		if ((code >= 'a' && code <= 'z') ||
		    (code >= '0' && code <= '9'))
			buf_put_u8(out, (uint8_t)code);
	}
	return buf_status(out);
}

/* Does line `number` stand at `at`? */
static bool is_line(const uint8_t *at, unsigned number,
		    uint8_t bytes[static PAPER_LINE_BYTES])
{
	char check[BASE32_SIZE(4) + 1], same[BASE32_SIZE(4) + 1];
	uint8_t typed[4] = { 0 };

	if (base32_decode((struct bytes){ at, DIGITS }, bytes,
			  PAPER_LINE_BYTES) != STATUS_OK)
		return false;
	/* Five digits are 25 bits: with two more they are 4 bytes. */
	memcpy(check, at + DIGITS, GROUP);
	memcpy(check + GROUP, "00", 2);
	if (base32_decode((struct bytes){ (const uint8_t *)check, GROUP + 2 },
			  typed, sizeof(typed)) != STATUS_OK)
		return false;
	base32_encode((struct bytes){ typed, sizeof(typed) }, same);
	same[GROUP] = 0;
	check_of(number, bytes, check);
	return strcmp(same, check) == 0;
}

/* Look for a line from `*from` on, then before it; `*from` is then behind. */
static bool find_line(struct bytes digits, unsigned number, size_t *from,
		      uint8_t bytes[static PAPER_LINE_BYTES])
{
	size_t places = digits.size < LINE ? 0 : digits.size - LINE + 1;

	for (size_t i = 0; i < places; i++) {
		size_t at = (*from + i) % places;

		if (is_line(digits.data + at, number, bytes)) {
			*from = at + LINE;
			return true;
		}
	}
	return false;
}

static enum status read_lines(struct bytes digits, struct buf *out,
			      unsigned *line)
{
	uint8_t bytes[PAPER_LINE_BYTES];
	unsigned count = 0;
	size_t from = 0;

	if (!find_line(digits, 1, &from, bytes) || bytes[0] == 0 ||
	    bytes[0] > PAPER_LINES_MAX) {
		/* Who has mistyped line 1 has perhaps not mistyped line 2. */
		*line = find_line(digits, 2, &from, bytes) ? 1 : 0;
		return STATUS_MALFORMED;
	}
	count = bytes[0];
	buf_put(out, bytes + 1, sizeof(bytes) - 1);
	for (unsigned i = 2; i <= count; i++) {
		if (!find_line(digits, i, &from, bytes)) {
			*line = i;
			return STATUS_MALFORMED;
		}
		buf_put(out, bytes, sizeof(bytes));
	}
	return buf_status(out);
}

enum status paper_read(struct bytes text, struct buf *out, unsigned *line)
{
	struct buf digits = BUF_INIT;
	size_t before = out->size;
	enum status status = strip(text, &digits);

	if (status == STATUS_OK)
		status = read_lines(buf_bytes(&digits), out, line);
	if (status != STATUS_OK)
		buf_cut(out, before);
	buf_release(&digits);
	return status;
}
