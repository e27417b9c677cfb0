#include "node/http_names.h"

#include <stdio.h>

#include "tests/support/check.h"

static struct http_names names;

static enum http_name_kind kind(const char *host)
{
	return http_names_judge(&names, host);
}

static void what_nobody_owns_in_the_dns_is_ours(void)
{
	static const char *const fine[] = {
		"10.0.0.1",	"10.0.0.1:7433", "[::1]", "[fe80::1]:7433",
		"localhost",	"LocalHost:80",	 "box",	  "box:7433",
		"station.local", "STATION.LOCAL.:7433", "nas.lan",
		"nas.home.arpa", "x.internal",	 "a_b",	  "10.0.0.1:",
		"3rd-floor",	"1a2b3c.local"
	};

	names.count = 0;
	for (size_t i = 0; i < sizeof(fine) / sizeof(*fine); i++)
		CHECK(kind(fine[i]) == HTTP_NAME_OURS);
}

static void another_name_is_ours_when_it_was_added(void)
{
	names.count = 0;
	CHECK(kind("lessons.zixing.example") == HTTP_NAME_FOREIGN);
	CHECK(kind("local") == HTTP_NAME_OURS);
	CHECK(kind("evil.local.example") == HTTP_NAME_FOREIGN);
	CHECK(kind("evillocal.example:7433") == HTTP_NAME_FOREIGN);
	CHECK(http_names_add(&names, "Lessons.Zixing.Example.") == STATUS_OK);
	CHECK(http_names_add(&names, "lessons.zixing.example") == STATUS_OK);
	CHECK(names.count == 1);
	CHECK(kind("lessons.zixing.example") == HTTP_NAME_OURS);
	CHECK(kind("LESSONS.zixing.example:443") == HTTP_NAME_OURS);
	CHECK(kind("x.lessons.zixing.example") == HTTP_NAME_FOREIGN);
	CHECK(kind("zixing.example") == HTTP_NAME_FOREIGN);
	CHECK(http_names_add_url(&names, "https://www.county.example/x") ==
	      STATUS_OK);
	CHECK(http_names_add_url(&names, "") == STATUS_OK);
	CHECK(http_names_add_url(&names, "http://[::1]:7433") == STATUS_OK);
	CHECK(names.count == 2);
	CHECK(kind("www.county.example") == HTTP_NAME_OURS);
}

static void what_is_no_host_is_broken(void)
{
	static const char *const broken[] = {
		"",	   ":7433",   "a:b",	    "a:0",	 "a:65536",
		"a b",	   "a/b",     "u@a",	    "a..b",	 ".a",
		"[::1",	   "[x]",     "[::1]x",	    "a,b",	 "1.2.3",
		"0x7f.1",  "1.2.3.4.5", "a.1",	    "a.example:80:80",
		"127.1",   "2130706433", "\xe4\xb9\xa1.example",
	};
	char label[80], longest[400];

	names.count = 0;
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++)
		CHECK(kind(broken[i]) == HTTP_NAME_BROKEN);
	(void)snprintf(label, sizeof(label), "%064d.example", 0);
	CHECK(kind(label) == HTTP_NAME_BROKEN);
	(void)snprintf(longest, sizeof(longest), "%0300d", 0);
	CHECK(kind(longest) == HTTP_NAME_BROKEN);
	CHECK(http_names_add(&names, "a.example:80") == STATUS_MALFORMED);
	CHECK(http_names_add(&names, "*") == STATUS_MALFORMED);
	CHECK(http_names_add(&names, "") == STATUS_MALFORMED);
	CHECK(names.count == 0);
}

static void names_are_bounded(void)
{
	char name[32];

	names.count = 0;
	for (unsigned i = 0; i < HTTP_NAMES_MAX; i++) {
		(void)snprintf(name, sizeof(name), "n%u.example", i);
		CHECK(http_names_add(&names, name) == STATUS_OK);
	}
	CHECK(http_names_add(&names, "more.example") == STATUS_NO_ROOM);
	CHECK(http_names_add(&names, "n0.example") == STATUS_OK);
}

static void an_origin_is_the_same_by_host_and_port(void)
{
	CHECK(http_names_same_origin("http://10.0.0.1:7433", "10.0.0.1:7433"));
	CHECK(http_names_same_origin("http://Box", "box"));
	CHECK(http_names_same_origin("http://box", "box:80"));
	CHECK(http_names_same_origin("https://a.example", "a.example"));
	CHECK(http_names_same_origin("https://a.example:443", "a.example"));
	CHECK(!http_names_same_origin("http://10.0.0.1", "10.0.0.1:7433"));
	CHECK(!http_names_same_origin("http://evil.example", "10.0.0.1"));
	CHECK(!http_names_same_origin("http://10.0.0.1:8000",
				      "10.0.0.1:7433"));
	CHECK(!http_names_same_origin("null", "box"));
	CHECK(!http_names_same_origin("", "box"));
	CHECK(!http_names_same_origin("file://box", "box"));
	CHECK(!http_names_same_origin("http://box/x", "box"));
}

int main(void)
{
	what_nobody_owns_in_the_dns_is_ours();
	another_name_is_ours_when_it_was_added();
	what_is_no_host_is_broken();
	names_are_bounded();
	an_origin_is_the_same_by_host_and_port();
	return 0;
}
