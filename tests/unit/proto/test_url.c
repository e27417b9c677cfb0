#include <string.h>

#include "proto/url.h"
#include "tests/support/check.h"

static void expect(const char *text, bool tls, const char *host, uint16_t port,
		   const char *path)
{
	struct url url;

	CHECK(url_parse(text, &url) == STATUS_OK);
	CHECK(url.tls == tls && url.port == port);
	CHECK(strcmp(url.host, host) == 0 && strcmp(url.path, path) == 0);
}

static void urls_come_apart(void)
{
	expect("http://10.0.0.1:7433", false, "10.0.0.1", 7433, "/");
	expect("http://Zixing.Example/", false, "zixing.example", 80, "/");
	expect("https://zixing.example/a/b%20c", true, "zixing.example", 443,
	       "/a/b%20c");
	expect("http://[FE80::1]:81/x", false, "[fe80::1]", 81, "/x");
	expect("http://[::1]", false, "[::1]", 80, "/");
}

static void strange_urls_are_refused(void)
{
	static const char *const bad[] = {
		"",
		"zixing.example",
		"ftp://zixing.example/",
		"HTTP://zixing.example/",
		"http://",
		"http:///x",
		"http://:80/",
		"http://h:0/",
		"http://h:65536/",
		"http://h:/",
		"http://h:8o/",
		"http://h:08/",
		"http://user@h/",
		"http://user:secret@h/",
		"http://h/a?b",
		"http://h/a#b",
		"http://h/a b",
		"http://h/\n",
		"http://h\r\nX: y/",
		"http://h/\xe4\xb9\xa1",
		"http://[::1/",
		"http://[]/",
		"http://[::1]x/",
		"http://h\\x/",
	};
	struct url url = { .port = 7 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(url_parse(bad[i], &url) == STATUS_MALFORMED);
	CHECK(url.port == 7);
}

static void a_url_too_long_is_refused(void)
{
	struct url url;
	char text[3000] = "http://h/";
	char host[400] = "http://";

	memset(text + 9, 'a', URL_MAX - 1);
	text[9 + URL_MAX - 1] = '\0';
	CHECK(url_parse(text, &url) == STATUS_OK);
	strcat(text, "a");
	CHECK(url_parse(text, &url) == STATUS_MALFORMED);

	memset(host + 7, 'a', URL_HOST_MAX + 1);
	host[7 + URL_HOST_MAX + 1] = '\0';
	CHECK(url_parse(host, &url) == STATUS_MALFORMED);
	host[7 + URL_HOST_MAX] = '\0';
	CHECK(url_parse(host, &url) == STATUS_OK);
}

static void expect_join(const char *base, const char *path, const char *whole)
{
	struct buf b = BUF_INIT;
	struct url url;

	CHECK(url_parse(base, &url) == STATUS_OK);
	url_put_join(&b, &url, path);
	CHECK(strcmp(buf_string(&b), whole) == 0);
	buf_release(&b);
}

static void paths_join_below_a_base(void)
{
	expect_join("http://h:7433", "/node", "http://h:7433/node");
	expect_join("http://h:80/", "node", "http://h/node");
	expect_join("https://h/mirror", "/blob/ab", "https://h/mirror/blob/ab");
	expect_join("https://h:80/mirror/", "blob/ab",
		    "https://h:80/mirror/blob/ab");
	expect_join("http://h", "/payload/a/黑 山+羊?.mp4",
		    "http://h/payload/a/"
		    "%E9%BB%91%20%E5%B1%B1%2B%E7%BE%8A%3F.mp4");
	expect_join("http://h/join.txt", "", "http://h/join.txt");
}

static void expect_path(const char *text, const char *path)
{
	char out[64];

	CHECK(url_decode_path(text, out, sizeof(out)) == STATUS_OK);
	CHECK(strcmp(out, path) == 0);
}

static void paths_decode_once(void)
{
	expect_path("/", "/");
	expect_path("/a/%E9%BB%91", "/a/黑");
	expect_path("/a/黑", "/a/黑");
	expect_path("/a%20b+c", "/a b+c");
	expect_path("/%2541", "/%41");
	expect_path("/...", "/...");
	expect_path("/a..b/.c", "/a..b/.c");
}

static void hostile_paths_are_refused(void)
{
	static const char *const bad[] = {
		"",	       "a",	      "*",	      "http://h/",
		"/%00",	       "/a%00b",      "/%",	      "/%4",
		"/%zz",	       "/../a",	      "/a/..",	      "/a/../b",
		"/a/%2e%2e/b", "/a%2f..%2fb", "/a/.%2e",      "/./a",
		"/a/.",	       "/%ff",	      "/\xc0\xaf",    "/a%0ab",
		"/a%7f",       "/%ED%A0%80",  "/%2e%2E%2f..", "//..",
	};
	char out[64];
	char tiny[4];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(url_decode_path(bad[i], out, sizeof(out)) ==
		      STATUS_MALFORMED);
	CHECK(url_decode_path("/abc", tiny, sizeof(tiny)) == STATUS_MALFORMED);
	CHECK(url_decode_path("/ab", tiny, sizeof(tiny)) == STATUS_OK);
}

static void any_bytes_travel_in_a_query(void)
{
	struct buf b = BUF_INIT;
	uint8_t all[256];
	uint8_t back[256];
	size_t size;

	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (uint8_t)i;
	url_put_query_value(&b, (struct bytes){ all, sizeof(all) });
	CHECK(url_decode_value(buf_bytes(&b), back, sizeof(back), &size) ==
	      STATUS_OK);
	CHECK(size == sizeof(all) && memcmp(all, back, size) == 0);
	CHECK(url_decode_value(buf_bytes(&b), back, sizeof(back) - 1, &size) ==
	      STATUS_MALFORMED);
	buf_release(&b);
}

static void listening_addresses_are_read(void)
{
	char host[URL_HOST_MAX + 1] = "unread";
	uint16_t port = 1;

	CHECK(url_parse_address("no-port", host, &port) == STATUS_MALFORMED);
	CHECK(url_parse_address(":7433", host, &port) == STATUS_MALFORMED);
	CHECK(url_parse_address("1.2.3.4:", host, &port) == STATUS_MALFORMED);
	CHECK(url_parse_address("::1:80", host, &port) == STATUS_MALFORMED);
	CHECK(url_parse_address("1.2.3.4:70000", host, &port) ==
	      STATUS_MALFORMED);
	CHECK(strcmp(host, "unread") == 0 && port == 1);
	CHECK(url_parse_address("0.0.0.0:7433", host, &port) == STATUS_OK);
	CHECK(strcmp(host, "0.0.0.0") == 0 && port == 7433);
	CHECK(url_parse_address("[::1]:0", host, &port) == STATUS_OK);
	CHECK(strcmp(host, "::1") == 0 && port == 0);
}

int main(void)
{
	urls_come_apart();
	strange_urls_are_refused();
	a_url_too_long_is_refused();
	paths_join_below_a_base();
	paths_decode_once();
	hostile_paths_are_refused();
	any_bytes_travel_in_a_query();
	listening_addresses_are_read();
	return 0;
}
