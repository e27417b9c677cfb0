#include "node/page/page_files.h"

#include <stdio.h>
#include <string.h>

/* Nothing from elsewhere, nothing written into the page itself. */
static const char policy[] =
	"default-src 'none'; script-src 'self'; style-src 'self'; "
	"img-src 'self' data: blob:; media-src 'self' blob:; "
	"connect-src 'self'; font-src 'self'; manifest-src 'self'; "
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const struct page_file *page_file_find(const char *path)
{
	for (size_t i = 0; i < page_files_count; i++)
		if (strcmp(page_files[i].path, path) == 0)
			return &page_files[i];
	return NULL;
}

bool page_wants_html(const struct http_head *head)
{
	const char *accept = http_head_header(head, "Accept");

	return accept != NULL && strstr(accept, "text/html") != NULL;
}

/* Parts are of the plain bytes. Both codings have an ETag of their own: they
 * are different bytes. */
void page_file_answer(const struct page_file *file,
		      const struct http_head *head, struct http_answer *answer)
{
	bool coded = file->gzip.size > 0 && http_head_accepts(head, "gzip") &&
		     http_head_header(head, "Range") == NULL;

	answer->type = file->type;
	answer->flags = HTTP_NO_SNIFF |
			(file->immutable ? HTTP_IMMUTABLE : HTTP_NO_CACHE);
	answer->body = coded ? file->gzip : file->plain;
	(void)snprintf(answer->etag, sizeof(answer->etag), "%s%s", file->etag,
		       coded ? "-gzip" : "");
	/* They fit: a unit test looks. */
	(void)http_answer_header(answer, "Content-Security-Policy", policy);
	(void)http_answer_header(answer, "Referrer-Policy", "no-referrer");
	(void)http_answer_header(answer, "Vary", strcmp(file->path, "/") == 0 ?
							 "Accept, Accept-Encoding" :
							 "Accept-Encoding");
	if (coded)
		(void)http_answer_header(answer, "Content-Encoding", "gzip");
}
