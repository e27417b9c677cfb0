/* What the handlers of /api/… share: who asks, what they answer, how they
 * fail (docs/formats-page.md).
 *
 * A handler is a plain function with a line in the table of page_routes.c. Its
 * call is valid until it returns; the request must be answered exactly once,
 * then or later (node/http_server.h). Who asks has been checked by then: the
 * LAN, the role, and of a POST its two headers.
 *
 * Threads: the loop. */
#ifndef NODE_PAGE_PAGE_API_H
#define NODE_PAGE_PAGE_API_H

#include <jansson.h>

#include "node/http_server.h"
#include "node/page/page.h"

enum { PAGE_PART_MAX = 80, PAGE_WHO_MAX = 31 };

struct page_call {
	struct node *node;
	struct http_request *request;
	const struct http_head *head; /* of the request */
	/* Of the path: what stands for "*" in the route, and what follows a
	 * route that ends with '/'; "" where there is none. */
	char part[PAGE_PART_MAX + 1];
	const char *rest;
	enum page_role role;
	char who[PAGE_WHO_MAX + 1]; /* "A", "B", "office"; "" for a viewer */
};

typedef void (*page_handler)(struct page_call *call);

struct page_route {
	enum http_method method;
	/* "/api/me"; "/api/drafts/" and whatever follows, also nothing; a "*"
	 * is one part of the path: "/api/drafts/" "*" "/file". */
	const char *path;
	enum page_role least;
	page_handler handler;
	const char *type; /* of the body of a POST; NULL: application/json */
};

/* Does the path fit the route? `part` and `rest` as of struct page_call. */
bool page_path_fits(const char *route, const char *path,
		    char part[static PAGE_PART_MAX + 1], const char **rest);

/* The route of `path`: the first in the table that fits, of this method.
 * NULL: there is none; *other_method says whether there is one for another. */
const struct page_route *page_route_find(const struct page_route *routes,
					 size_t count, enum http_method method,
					 struct page_call *call,
					 const char *path, bool *other_method);

/* Is a Content-Type this one, whatever its parameters? NULL is none. */
bool page_type_is(const char *header, const char *type);

/* The table; ends before *count. */
const struct page_route *page_routes(size_t *count);

/* A request for /api/…, from the LAN. */
void page_api_request(struct node *n, struct http_request *request);

/* --- answers --- */

/* Answer 200 with JSON, never kept by anybody. Takes over `answer`; NULL (out
 * of memory) is 500. */
void page_answer_json(struct http_request *request, json_t *answer);
/* The same with a header of the caller's own, such as Set-Cookie. */
void page_answer_json_with(struct http_request *request, json_t *answer,
			   const char *header, const char *value);
/* The same of text that was made on another thread; takes over `text`. */
void page_answer_text(struct http_request *request, char *text);

/* A table (text/csv) that the browser keeps as a file of that name; takes over
 * `text`. */
void page_answer_table(struct http_request *request, char *text,
		       const char *file);

/* The HTTP code for a status (docs/formats-page.md, 1). */
unsigned page_code_of(enum status status);

/* Answer {"failed":{…}} with page_code_of(). `args` is what the page puts into
 * its own words, or NULL; taken over. */
void page_fail(struct http_request *request, enum status status,
	       const char *text, json_t *args);
void page_fail_err(struct http_request *request, const struct err *err);
/* The same with a code of its own; `retry_s` > 0 adds Retry-After. */
void page_fail_code(struct http_request *request, unsigned code,
		    unsigned retry_s, enum status status, const char *text,
		    json_t *args);

/* The JSON object in the body of a POST. STATUS_MALFORMED; `*out` is a new
 * reference. */
enum status page_body_json(const struct http_request *request, json_t **out,
			   struct err *err);
/* The string at `key` of an object; "" when there is none. */
const char *page_text(const json_t *object, const char *key);

#endif
