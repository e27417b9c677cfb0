#include "catalog/charset.h"

#include <string.h>

#include "tests/support/check.h"

static enum status decode(const void *bytes, size_t size, struct buf *out,
			  enum charset *charset)
{
	struct err err = ERR_INIT;
	enum status status;

	buf_clear(out);
	status = charset_to_utf8((struct bytes){ bytes, size }, out, charset,
				 &err);
	CHECK(status == STATUS_OK || (err.text[0] != 0 && out->size == 0));
	return status;
}

#define DECODE(text, out, charset) decode(text, sizeof(text) - 1, out, charset)

static void texts_of_offices_are_read(void)
{
	struct buf out = BUF_INIT;
	enum charset c;

	CHECK(DECODE("plain", &out, &c) == STATUS_OK && c == CHARSET_UTF8);
	CHECK(DECODE("\xef\xbb\xbf黑山羊", &out, &c) == STATUS_OK);
	CHECK(c == CHARSET_UTF8 && strcmp(buf_string(&out), "黑山羊") == 0);
	/* 黑山羊养殖技术 in GBK */
	CHECK(DECODE("\xba\xda\xc9\xbd\xd1\xf2\xd1\xf8\xd6\xb3\xbc\xbc\xca"
		     "\xf5", &out, &c) == STATUS_OK);
	CHECK(c == CHARSET_GB18030);
	CHECK(strcmp(buf_string(&out), "黑山羊养殖技术") == 0);
	/* four bytes, as only GB18030 has them: 㐀 */
	CHECK(DECODE("\xba\xda\xc9\xbd\xd1\xf2\x81\x39\xee\x39", &out, &c) ==
	      STATUS_OK);
	CHECK(strcmp(buf_string(&out), "黑山羊㐀") == 0);
	CHECK(DECODE("\xff\xfe\xd1\x9e\x0a\x00", &out, &c) == STATUS_OK);
	CHECK(c == CHARSET_UTF16 && strcmp(buf_string(&out), "黑\n") == 0);
	CHECK(DECODE("\xfe\xff\x9e\xd1", &out, &c) == STATUS_OK);
	CHECK(strcmp(buf_string(&out), "黑") == 0);
	/* nothing said of it, but its line end shows */
	CHECK(DECODE("\xd1\x9e\x0a\x00", &out, &c) == STATUS_OK);
	CHECK(c == CHARSET_UTF16 && strcmp(buf_string(&out), "黑\n") == 0);
	/* 請大家注意觀察 and more, in Big5 */
	CHECK(DECODE("\xbd\xd0\xa4\x6a\xae\x61\xaa\x60\xb7\x4e\xc6\x5b\xb9"
		     "\xee\xa1\x41\xa7\xda\xad\xcc\xa4\x55\xa6\xb8\xa6\x41"
		     "\xa8\xa3\xa1\x43", &out, &c) == STATUS_OK);
	CHECK(c == CHARSET_BIG5);
	CHECK(strcmp(buf_string(&out), "請大家注意觀察，我們下次再見。") == 0);
	CHECK(DECODE("", &out, &c) == STATUS_OK && out.size == 0);
	buf_release(&out);
}

static void what_is_no_text_is_refused(void)
{
	struct buf out = BUF_INIT;
	enum charset c = CHARSET_BIG5;

	CHECK(DECODE("\xef\xbb\xbf\xff", &out, &c) == STATUS_MALFORMED);
	CHECK(DECODE("\xff\xfe\x00\xd8", &out, &c) == STATUS_MALFORMED);
	CHECK(DECODE("\xff\xfe\x41", &out, &c) == STATUS_MALFORMED);
	CHECK(DECODE("\xba", &out, &c) == STATUS_MALFORMED);
	CHECK(DECODE("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", &out, &c) ==
	      STATUS_MALFORMED);
	/* UTF-8 of which a byte was lost is not taken for something else. */
	CHECK(DECODE("黑山羊养殖技术，春季防疫要点，请大家\xe6\xb3，注意观察。",
		     &out, &c) == STATUS_MALFORMED);
	CHECK(c == CHARSET_BIG5);
	buf_release(&out);
}

int main(void)
{
	texts_of_offices_are_read();
	what_is_no_text_is_refused();
	return 0;
}
