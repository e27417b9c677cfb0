/* The files of the pages, as they are embedded in the program: made by
 * node/page/embed.mjs from what node/page/web builds, or one plain line where
 * the program was built without them (node/page/plain).
 *
 * Threads: any. */
#ifndef NODE_PAGE_PAGE_FILES_H
#define NODE_PAGE_PAGE_FILES_H

#include "node/http_server.h"

struct page_file {
	const char *path; /* "/", "/desk", "/ui/station-AB.js" */
	const char *type;
	const char *etag;    /* of the plain bytes; hex */
	bool immutable;	     /* its name carries its hash */
	struct bytes plain, gzip; /* gzip may be empty */
};

extern const struct page_file page_files[];
extern const size_t page_files_count;

/* NULL: there is no such file. */
const struct page_file *page_file_find(const char *path);

/* Is "/" asked for by a browser, and not by something that reads lines? */
bool page_wants_html(const struct http_head *head);

/* Fill in the answer, of whichever coding is accepted. */
void page_file_answer(const struct page_file *file,
		      const struct http_head *head,
		      struct http_answer *answer);

#endif
