#include "signing/paper.h"

#include <ctype.h>
#include <string.h>

#include "tests/support/check.h"

enum { SIZE = 120 };

static uint8_t data[SIZE];

static struct buf written(void)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < SIZE; i++)
		data[i] = (uint8_t)(i * 37 + 5);
	CHECK(paper_put((struct bytes){ data, SIZE }, &text) == STATUS_OK);
	return text;
}

/* What was written, with zeros behind it. */
static void check_reads(struct bytes text)
{
	struct buf back = BUF_INIT;
	unsigned line = 99;

	CHECK(paper_read(text, &back, &line) == STATUS_OK);
	CHECK(back.size >= SIZE && memcmp(back.data, data, SIZE) == 0);
	for (size_t i = SIZE; i < back.size; i++)
		CHECK(back.data[i] == 0);
	buf_release(&back);
}

static unsigned line_of(struct bytes text)
{
	struct buf back = BUF_INIT;
	unsigned line = 99;

	CHECK(paper_read(text, &back, &line) == STATUS_MALFORMED);
	CHECK(back.size == 0);
	buf_release(&back);
	return line;
}

static void a_line_is_as_the_format_says(void)
{
	struct buf text = BUF_INIT;

	CHECK(paper_put(bytes_of("hello"), &text) == STATUS_OK);
	CHECK(strcmp(buf_string(&text),
		     "01  05m6a v3cdw 00000 00000 00000 00000 00000 00000  "
		     "bdqp7\n") == 0);
	buf_release(&text);
}

static void what_is_written_reads_back(void)
{
	struct buf text = written();

	check_reads(buf_bytes(&text));
	buf_release(&text);
}

/* Upper case, o and l, one long line, no numbers, wide letters, dashes. */
static void how_it_is_typed_does_not_matter(void)
{
	struct buf text = written(), typed = BUF_INIT;
	const uint8_t *p = text.data;
	size_t at = 0;

	for (size_t i = 0; i < text.size; i++) {
		int c = p[i];

		at = c == '\n' ? 0 : at + 1;
		if (c == '\n' || (at > 0 && at < 3))
			continue; /* the number */
		if (c == ' ')
			buf_puts(&typed, i % 3 == 0 ? "\n" :
					 i % 3 == 1 ? "\xe3\x80\x80" :
						      " - ");
		else if (c == '0')
			buf_puts(&typed, i % 2 == 0 ? "o" : "O");
		else if (c == '1')
			buf_puts(&typed, i % 2 == 0 ? "l" : "I");
		else if (c == 'a')
			buf_puts(&typed, "\xef\xbd\x81"); /* wide */
		else
			buf_put_u8(&typed, (uint8_t)toupper(c));
	}
	check_reads(buf_bytes(&typed));
	buf_release(&text);
	buf_release(&typed);
}

static void what_stands_around_is_passed_over(void)
{
	struct buf text = written(), around = BUF_INIT;

	buf_puts(&around, "乡土 backup of 2026, page 1\n\xff\n");
	buf_put_bytes(&around, buf_bytes(&text));
	buf_puts(&around, "signed: 王主任\n");
	check_reads(buf_bytes(&around));
	buf_release(&text);
	buf_release(&around);
}

/* Every single character changed, left out or doubled is noticed, in the line
 * it stands in. */
static void a_mistake_is_found_in_its_line(void)
{
	struct buf text = written();
	unsigned line = 1;

	for (size_t i = 0; i < text.size; i++) {
		struct buf wrong = BUF_INIT;
		size_t column;
		const uint8_t *start = text.data;

		for (size_t j = 0; j < i; j++)
			if (text.data[j] == '\n')
				start = text.data + j + 1;
		column = (size_t)(text.data + i - start);
		if (text.data[i] == '\n')
			line++;
		if (column < 4 || text.data[i] == ' ' || text.data[i] == '\n')
			continue;
		buf_put(&wrong, text.data, text.size);
		wrong.data[i] = text.data[i] == 'z' ? 'y' : 'z';
		CHECK(line_of(buf_bytes(&wrong)) == line);
		/* What is left out at either end may be made good by the
		 * number beside it. */
		if ((text.data[i] == '0' && text.data[i + 1] == '\n') ||
		    (column == 4 && text.data[i] == start[1])) {
			buf_release(&wrong);
			continue;
		}
		memmove(wrong.data + i, wrong.data + i + 1, text.size - i - 1);
		wrong.size--;
		CHECK(line_of(buf_bytes(&wrong)) == line);
		buf_release(&wrong);
	}
	CHECK(line == 6);
	buf_release(&text);
}

static void a_line_that_is_missing_is_named(void)
{
	struct buf text = written();
	const uint8_t *third;

	third = memchr(text.data, '\n', text.size);
	third = memchr(third + 1, '\n', text.size) + 1;
	CHECK(line_of((struct bytes){ text.data,
				      (size_t)(third - text.data) }) == 3);
	CHECK(line_of((struct bytes){ third, text.size -
						     (size_t)(third -
							      text.data) }) ==
	      0);
	CHECK(line_of(bytes_of("")) == 0);
	CHECK(line_of(bytes_of("no backup at all")) == 0);
	buf_release(&text);
}

static void lines_may_come_in_any_order(void)
{
	struct buf text = written(), turned = BUF_INIT;
	const uint8_t *second = (const uint8_t *)memchr(text.data, '\n',
							text.size) +
				1;
	size_t first = (size_t)(second - text.data);

	buf_put(&turned, second, text.size - first);
	buf_put(&turned, text.data, first);
	check_reads(buf_bytes(&turned));
	buf_release(&text);
	buf_release(&turned);
}

static void there_is_an_end_to_what_fits(void)
{
	static uint8_t much[PAPER_BYTES_MAX + 1];
	struct buf text = BUF_INIT, back = BUF_INIT;
	unsigned line;

	CHECK(paper_put((struct bytes){ much, sizeof(much) }, &text) ==
	      STATUS_NO_ROOM);
	CHECK(text.size == 0);
	memset(much, 7, sizeof(much));
	CHECK(paper_put((struct bytes){ much, PAPER_BYTES_MAX }, &text) ==
	      STATUS_OK);
	CHECK(paper_read(buf_bytes(&text), &back, &line) == STATUS_OK);
	CHECK(back.size == PAPER_BYTES_MAX &&
	      memcmp(back.data, much, back.size) == 0);
	buf_release(&text);
	buf_release(&back);
}

int main(void)
{
	a_line_is_as_the_format_says();
	what_is_written_reads_back();
	how_it_is_typed_does_not_matter();
	what_stands_around_is_passed_over();
	a_mistake_is_found_in_its_line();
	a_line_that_is_missing_is_named();
	lines_may_come_in_any_order();
	there_is_an_end_to_what_fits();
	return 0;
}
