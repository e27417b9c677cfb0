/* Turns a file on disk into an answer: opened beneath its folder, followed
 * through no link, typed by its name. Runs on any thread. */
#ifndef NODE_SERVE_FILE_H
#define NODE_SERVE_FILE_H

#include "node/http_server.h"

/* The content type of a file by the ending of its name; a static string,
 * never NULL (application/octet-stream when nothing better is known). */
const char *content_type_of(const char *name);

/*
 * Answer with the whole regular file `path` below the folder `dir` (an open
 * descriptor, which stays the caller's). Range requests are the server's work.
 *
 * `length` is what the file must hold at least, and what is served of it;
 * pass SERVE_FILE_WHOLE for what it holds now.
 *
 * Returns: STATUS_NOT_FOUND when there is no such regular file (a link on the
 *          way, or a way out of `dir`, counts as none), STATUS_DAMAGED when it
 *          is shorter, STATUS_IO. On failure `answer` is untouched. On success
 *          fd, offset, length, type and HTTP_NO_SNIFF are set.
 */
#define SERVE_FILE_WHOLE UINT64_MAX
enum status serve_file(struct http_answer *answer, int dir, const char *path,
		       uint64_t length, struct err *err);

/* The same of the whole file, where the names on the way are in memory:
 * STATUS_BUSY when the disk would have to be waited for, or nobody knows. */
enum status serve_file_warm(struct http_answer *answer, int dir,
			    const char *path, struct err *err);

#endif
