/* Which handler a request goes to, and whether it may. */
#include "node/page/page_api.h"

#include <string.h>
#include <strings.h>

#include "node/node_inside.h"
#include "node/page/sessions.h"

bool page_path_fits(const char *route, const char *path,
		    char part[static PAGE_PART_MAX + 1], const char **rest)
{
	size_t size;

	part[0] = 0;
	*rest = "";
	for (; *route != 0; route++) {
		if (*route != '*') {
			if (*route != *path)
				return false;
			path++;
			continue;
		}
		size = strcspn(path, "/");
		if (size == 0 || size > PAGE_PART_MAX)
			return false;
		memcpy(part, path, size);
		part[size] = 0;
		path += size;
	}
	if (route[-1] == '/')
		*rest = path;
	return route[-1] == '/' || *path == 0;
}

const struct page_route *page_route_find(const struct page_route *routes,
					 size_t count, enum http_method method,
					 struct page_call *call,
					 const char *path, bool *other_method)
{
	*other_method = false;
	for (size_t i = 0; i < count; i++) {
		if (!page_path_fits(routes[i].path, path, call->part,
				    &call->rest))
			continue;
		if (routes[i].method == method)
			return &routes[i];
		*other_method = true;
	}
	return NULL;
}

bool page_type_is(const char *header, const char *type)
{
	size_t size = strlen(type);

	return header != NULL && strncasecmp(header, type, size) == 0 &&
	       strchr(" \t;", header[size]) != NULL;
}

/* A form, an image or a script of another site can neither set this header nor
 * send this type without asking first, and is never allowed to. */
static bool comes_from_a_page(const struct page_call *call,
			      const struct page_route *route)
{
	const char *mark = http_head_header(call->head, "X-Xiangtu");
	const char *sent = http_head_header(call->head, "Content-Type");
	const char *type = "application/json";

	if (route != NULL && route->type != NULL)
		type = route->type;
	return mark != NULL && strcmp(mark, "1") == 0 &&
	       page_type_is(sent, type);
}

static void refuse_role(struct page_call *call)
{
	if (call->role == PAGE_VIEWER)
		page_fail_code(call->request, 401, 0, STATUS_UNTRUSTED,
			       "nobody is logged in here", NULL);
	else
		page_fail_code(call->request, 403, 0, STATUS_OUT_OF_SCOPE,
			       "this is for the office", NULL);
}

void page_api_request(struct node *n, struct http_request *request)
{
	const struct http_head *head = http_request_head(request);
	struct page_call call = { .node = n, .request = request, .head = head };
	size_t count;
	const struct page_route *routes = page_routes(&count), *route;
	bool other_method;

	route = page_route_find(routes, count, head->method, &call, head->path,
				&other_method);
	if (head->method == HTTP_POST && !comes_from_a_page(&call, route)) {
		page_fail_code(request, 403, 0, STATUS_UNTRUSTED,
			       "not sent by a page of this node: X-Xiangtu or "
			       "Content-Type is missing",
			       NULL);
		return;
	}
	if (route == NULL) {
		page_fail_code(request, other_method ? 405 : 404, 0,
			       STATUS_NOT_FOUND, "there is no such request",
			       NULL);
		return;
	}
	call.role = sessions_role(n->page->sessions, head,
				  (uint64_t)node_now(n), call.who);
	if (call.role < route->least)
		refuse_role(&call);
	else
		route->handler(&call);
}
