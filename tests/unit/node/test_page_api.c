/* Which handler a path goes to, what a status becomes on the wire, which
 * language a browser wants. */
#include "node/page/page_api.h"

#include <string.h>

#include "node/page/page_me.h"
#include "tests/support/check.h"

static void first(struct page_call *call)
{
	(void)call;
}

static void second(struct page_call *call)
{
	(void)call;
}

static const struct page_route table[] = {
	{ HTTP_POST, "/api/drafts/*/file", PAGE_OFFICE, first,
	  "application/octet-stream" },
	{ HTTP_GET, "/api/drafts/*/preview/", PAGE_OFFICE, second, NULL },
	{ HTTP_GET, "/api/drafts", PAGE_OFFICE, first, NULL },
	{ HTTP_POST, "/api/drafts", PAGE_OFFICE, second, NULL },
	{ HTTP_GET, "/api/drafts/*", PAGE_OFFICE, second, NULL },
};

static const struct page_route *find(enum http_method method,
				     const char *path, struct page_call *call,
				     bool *other)
{
	return page_route_find(table, sizeof(table) / sizeof(*table), method,
			       call, path, other);
}

static void a_path_finds_its_route(void)
{
	struct page_call call;
	bool other;

	CHECK(find(HTTP_POST, "/api/drafts/7f3a/file", &call, &other) ==
	      &table[0]);
	CHECK(strcmp(call.part, "7f3a") == 0);
	CHECK(strcmp(call.rest, "") == 0);
	CHECK(find(HTTP_GET, "/api/drafts/7f3a/preview/480p/黑山羊.mp4", &call,
		   &other) == &table[1]);
	CHECK(strcmp(call.part, "7f3a") == 0);
	CHECK(strcmp(call.rest, "480p/黑山羊.mp4") == 0);
	CHECK(find(HTTP_GET, "/api/drafts", &call, &other) == &table[2]);
	CHECK(strcmp(call.part, "") == 0);
	CHECK(find(HTTP_POST, "/api/drafts", &call, &other) == &table[3]);
	CHECK(find(HTTP_GET, "/api/drafts/7f3a", &call, &other) == &table[4]);
}

static void what_is_no_path_of_ours_finds_none(void)
{
	static const char *const paths[] = {
		"/api/drafts/", "/api/draftsx", "/api/drafts//file",
		"/api/drafts/7f3a/files", "/api", "/api/drafts/7f3a/x/preview/",
		"/api/drafts/01234567890123456789012345678901234567890123456789"
		"012345678901234567890123456789x",
	};
	struct page_call call;
	bool other;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		CHECK(find(HTTP_GET, paths[i], &call, &other) == NULL);
	CHECK(find(HTTP_GET, "/api/drafts/7f3a/file", &call, &other) == NULL &&
	      other);
	CHECK(find(HTTP_POST, "/api/none", &call, &other) == NULL && !other);
}

static void the_table_has_no_route_in_anothers_shadow(void)
{
	size_t count;
	const struct page_route *routes = page_routes(&count), *found;
	struct page_call call;
	bool other;

	for (size_t i = 0; i < count; i++) {
		found = page_route_find(routes, count, routes[i].method, &call,
					routes[i].path, &other);
		CHECK(found == &routes[i]);
		CHECK(strncmp(routes[i].path, "/api/", 5) == 0);
	}
}

static void a_type_is_compared_without_its_parameters(void)
{
	CHECK(page_type_is("application/json", "application/json"));
	CHECK(page_type_is("Application/JSON; charset=utf-8",
			   "application/json"));
	CHECK(!page_type_is("application/jsonp", "application/json"));
	CHECK(!page_type_is("text/plain;application/json",
			    "application/json"));
	CHECK(!page_type_is("application/", "application/json"));
	CHECK(!page_type_is(NULL, "application/json"));
}

static void a_status_becomes_a_code(void)
{
	CHECK(page_code_of(STATUS_MALFORMED) == 400);
	CHECK(page_code_of(STATUS_USAGE) == 400);
	CHECK(page_code_of(STATUS_UNTRUSTED) == 401);
	CHECK(page_code_of(STATUS_NOT_FOUND) == 404);
	CHECK(page_code_of(STATUS_BUSY) == 409);
	CHECK(page_code_of(STATUS_LIMITED) == 429);
	CHECK(page_code_of(STATUS_NO_ROOM) == 507);
	CHECK(page_code_of(STATUS_IO) == 500);
}

static void a_browser_is_answered_in_the_language_it_prefers(void)
{
	CHECK(strcmp(page_language("zh-CN,zh;q=0.9,en;q=0.8"), "zh") == 0);
	CHECK(strcmp(page_language("en-US,en;q=0.9,zh-CN;q=0.8"), "en") == 0);
	CHECK(strcmp(page_language("fr-FR, zh;q=0.3, en;q=0.2"), "zh") == 0);
	CHECK(strcmp(page_language("en;q=0.2, ZH-tw;q=0.7"), "zh") == 0);
	CHECK(strcmp(page_language("zh;q=0"), "en") == 0);
	CHECK(strcmp(page_language("fr"), "en") == 0);
	CHECK(strcmp(page_language(""), "en") == 0);
	CHECK(strcmp(page_language(NULL), "en") == 0);
}

int main(void)
{
	a_path_finds_its_route();
	what_is_no_path_of_ours_finds_none();
	the_table_has_no_route_in_anothers_shadow();
	a_type_is_compared_without_its_parameters();
	a_status_becomes_a_code();
	a_browser_is_answered_in_the_language_it_prefers();
	return 0;
}
