/* Web addresses, paths and values of requests. */
#include "proto/text.h"
#include "proto/url.h"
#include "tests/fuzz/fuzz.h"

static void read_url(const char *text)
{
	struct url url, second;
	struct buf again = BUF_INIT;

	if (url_parse(text, &url) != STATUS_OK)
		return;
	CHECK(url.port != 0 && url.host[0] != 0 && url.path[0] == '/');
	url_put_join(&again, &url, "");
	if (again.size <= URL_MAX) {
		CHECK(url_parse(buf_string(&again), &second) == STATUS_OK);
		CHECK(url.tls == second.tls && url.port == second.port &&
		      strcmp(url.host, second.host) == 0);
	}
	buf_release(&again);
}

static void read_path(const char *text)
{
	char path[URL_PATH_MAX], second[URL_PATH_MAX];
	struct buf again = BUF_INIT;

	if (url_decode_path(text, path, sizeof(path)) != STATUS_OK)
		return;
	CHECK(path[0] == '/' && text_is_utf8(bytes_of(path)));
	CHECK(strstr(path, "/../") == NULL && strstr(path, "/./") == NULL);
	CHECK(strlen(path) < 3 ||
	      strcmp(path + strlen(path) - 3, "/..") != 0);
	url_put_path(&again, path);
	CHECK(url_decode_path(buf_string(&again), second, sizeof(second)) ==
	      STATUS_OK);
	CHECK(strcmp(path, second) == 0);
	buf_release(&again);
}

static void read_value(struct bytes text)
{
	uint8_t *out = malloc(text.size + 1), *second = malloc(text.size + 1);
	struct buf again = BUF_INIT;
	size_t size, second_size;

	CHECK(out != NULL && second != NULL);
	if (url_decode_value(text, out, text.size, &size) == STATUS_OK) {
		url_put_query_value(&again, (struct bytes){ out, size });
		CHECK(url_decode_value(buf_bytes(&again), second, text.size,
				       &second_size) == STATUS_OK);
		CHECK(size == second_size &&
		      (size == 0 || memcmp(out, second, size) == 0));
	}
	free(out);
	free(second);
	buf_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	char host[URL_HOST_MAX + 1];
	uint16_t port;

	read_url(text);
	read_path(text);
	read_value((struct bytes){ data, size });
	if (url_parse_address(text, host, &port) == STATUS_OK)
		CHECK(strlen(host) <= URL_HOST_MAX && host[0] != '[');
	free(text);
	return 0;
}

void fuzz_seeds(void)
{
	fuzz_seed_text("http://10.0.0.1:7433");
	fuzz_seed_text("https://Mirror.Example/a%20b/%e4%b9%a1");
	fuzz_seed_text("http://[2001:db8::1]:7433/x");
	fuzz_seed_text("/payload/%E9%BB%91/a.mp4");
	fuzz_seed_text("/a/%2e%2e/b");
	fuzz_seed_text("[::1]:7433");
	fuzz_seed_text("127.0.0.1:0");
	fuzz_seed_text("%00%ff+a%2B");
}
