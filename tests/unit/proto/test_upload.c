#include "proto/upload.h"

#include <string.h>

#include "tests/support/check.h"

static const struct tile_path bundle = { TILE_ENTRIES, 0, 3, 17 };

static void entries_read_back(void)
{
	struct buf body = BUF_INIT;
	struct upload u;

	upload_put_entries(&body, 12, bytes_of("a note\n"));
	buf_puts(&body, "\n\n data");
	CHECK(strncmp(buf_string(&body),
		      "xiangtu-up/v1\nfrom 12\nnote 7\na note\n\n\n data",
		      body.size) == 0);
	CHECK(upload_parse(buf_bytes(&body), &u) == STATUS_OK);
	CHECK(!u.is_part && u.from == 12);
	CHECK(bytes_is(u.note, "a note\n") && bytes_is(u.data, "\n\n data"));
	buf_clear(&body);
	upload_put_entries(&body, 0, bytes_of("n"));
	CHECK(upload_parse(buf_bytes(&body), &u) == STATUS_OK);
	CHECK(u.data.size == 0);
	buf_release(&body);
}

static void parts_read_back(void)
{
	struct buf body = BUF_INIT;
	struct upload u;

	upload_put_part(&body, &bundle, 5, 9, bytes_of("n"));
	buf_puts(&body, "1234");
	CHECK(upload_parse(buf_bytes(&body), &u) == STATUS_OK);
	CHECK(u.is_part && u.offset == 5 && u.length == 9);
	CHECK(tile_path_same(&u.path, &bundle) && bytes_is(u.data, "1234"));
	buf_puts(&body, "5"); /* beyond its length */
	CHECK(upload_parse(buf_bytes(&body), &u) == STATUS_MALFORMED);
	buf_clear(&body);
	upload_put_part(&body, &bundle, 5, 9, bytes_of("n"));
	CHECK(upload_parse(buf_bytes(&body), &u) == STATUS_MALFORMED);
	buf_clear(&body);
	upload_put_part(&body, &bundle, 10, 9, bytes_of("n"));
	buf_puts(&body, "1");
	CHECK(upload_parse(buf_bytes(&body), &u) == STATUS_MALFORMED);
	buf_release(&body);
}

static void every_other_spelling_is_refused(void)
{
	static const char *const bad[] = {
		"",
		"\n",
		"xiangtu-up/v2\nfrom 1\nnote 1\nn",
		"xiangtu-up/v1\nfrom 1\nnote 1\n",
		"xiangtu-up/v1\nfrom 1\nnote 2\nn",
		"xiangtu-up/v1\nfrom 1\nnote 0\n",
		"xiangtu-up/v1\nfrom 1\nnote 70000\nn",
		"xiangtu-up/v1\nfrom 1\nnote 01\nn",
		"xiangtu-up/v1\nfrom 1\nnote 1 \nn",
		"xiangtu-up/v1\nfrom 1\nnote\nn",
		"xiangtu-up/v1\nfrom -1\nnote 1\nn",
		"xiangtu-up/v1\nfrom 1 2\nnote 1\nn",
		"xiangtu-up/v1\nfrom 1 \nnote 1\nn",
		"xiangtu-up/v1\nfrom  1\nnote 1\nn",
		"xiangtu-up/v1\nfrom\nnote 1\nn",
		"xiangtu-up/v1\nfrom 9223372036854775808\nnote 1\nn",
		"xiangtu-up/v1\npart tile/0/000 0\nnote 1\nnd",
		"xiangtu-up/v1\npart tile/../000 0 1\nnote 1\nnd",
		"xiangtu-up/v1\npart /etc/passwd 0 1\nnote 1\nnd",
		"xiangtu-up/v1\npart tile/0/000 0 1 1\nnote 1\nnd",
		"xiangtu-up/v1\nfile x\nnote 1\nn",
		"xiangtu-up/v1\r\nfrom 1\r\nnote 1\r\nn",
	};
	struct upload u = { .from = 77 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK(upload_parse(bytes_of(bad[i]), &u) == STATUS_MALFORMED);
	CHECK(u.from == 77);
}

static void no_cut_body_reads_as_something_else(void)
{
	struct buf body = BUF_INIT;
	struct upload u;
	size_t head;

	upload_put_part(&body, &bundle, 0, 4, bytes_of("note"));
	head = body.size;
	buf_puts(&body, "1234");
	for (size_t size = 0; size <= body.size; size++) {
		struct bytes cut = { body.data, size };

		CHECK((upload_parse(cut, &u) == STATUS_OK) == (size > head));
	}
	buf_release(&body);
}

static void a_want_reads_back_and_nothing_else_does(void)
{
	static const char *const bad[] = {
		"", "want tile/0/000 0", "want tile/0/000\n",
		"want tile/0/000 0 \n", "want tile/0/000 0\nx",
		"wants tile/0/000 0\n", "want x 0\n", "want tile/0/000 -1\n",
	};
	struct buf text = BUF_INIT;
	struct tile_path path;
	uint64_t offset = 5;

	upload_put_want(&text, &bundle, 70000);
	CHECK(strcmp(buf_string(&text),
		     "want tile/entries/003.p/17 70000\n") == 0);
	CHECK(upload_parse_want(buf_bytes(&text), &path, &offset) == STATUS_OK);
	CHECK(tile_path_same(&path, &bundle) && offset == 70000);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK(upload_parse_want(bytes_of(bad[i]), &path, &offset) ==
		      STATUS_MALFORMED);
	CHECK(offset == 70000);
	buf_release(&text);
}

int main(void)
{
	entries_read_back();
	parts_read_back();
	every_other_spelling_is_refused();
	no_cut_body_reads_as_something_else();
	a_want_reads_back_and_nothing_else_does();
	return 0;
}
