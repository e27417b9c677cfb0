/* What goes out with a file of the pages: the coding that was asked for, a
 * policy that lets nothing else in. */
#include "node/page/page_files.h"

#include <string.h>

#include "tests/support/check.h"

static const char *header(const struct http_answer *answer, const char *name)
{
	const char *at = answer->headers;

	while (at < answer->headers + answer->headers_size) {
		const char *value = at + strlen(at) + 1;

		if (strcmp(at, name) == 0)
			return value;
		at = value + strlen(value) + 1;
	}
	return "";
}

static void there_is_a_page_for_everybody_and_one_for_the_desks(void)
{
	const char *const paths[] = { "/", "/desk" };

	for (size_t i = 0; i < 2; i++) {
		const struct page_file *file = page_file_find(paths[i]);

		CHECK(file != NULL && file->plain.size > 50);
		CHECK(!file->immutable);
		CHECK(strcmp(file->type, "text/html; charset=utf-8") == 0);
		CHECK(bytes_start_with(file->plain, "<!doctype html>"));
	}
	CHECK(page_file_find("/ui/") == NULL);
	CHECK(page_file_find("") == NULL);
}

/* Each file of the table: with the policy, and without its coding for who has
 * not asked for one (no connection, no headers). */
static void every_file_goes_out_whole(void)
{
	const struct http_head head = { .path = "/" };

	for (size_t i = 0; i < page_files_count; i++) {
		const struct page_file *file = &page_files[i];
		struct http_answer answer = HTTP_ANSWER_INIT;

		page_file_answer(file, &head, &answer);
		CHECK(answer.body.data == file->plain.data &&
		      answer.body.size == file->plain.size);
		CHECK(strcmp(header(&answer, "Content-Encoding"), "") == 0);
		CHECK(strstr(header(&answer, "Content-Security-Policy"),
			     "default-src 'none'; script-src 'self'") != NULL);
		CHECK(strstr(header(&answer, "Content-Security-Policy"),
			     "frame-ancestors 'none'") != NULL);
		CHECK(strcmp(header(&answer, "Referrer-Policy"),
			     "no-referrer") == 0);
		CHECK(strstr(header(&answer, "Vary"), "Accept-Encoding") !=
		      NULL);
		CHECK(answer.flags & HTTP_NO_SNIFF);
		CHECK(!!(answer.flags & HTTP_IMMUTABLE) ==
		      (strncmp(file->path, "/ui/", 4) == 0));
		CHECK(answer.etag[0] != 0);
		CHECK(file->gzip.size < file->plain.size);
		CHECK(file->gzip.size == 0 ||
		      (file->gzip.data[0] == 0x1f &&
		       file->gzip.data[1] == 0x8b));
	}
}

int main(void)
{
	there_is_a_page_for_everybody_and_one_for_the_desks();
	every_file_goes_out_whole();
	return 0;
}
