/* The page at /drive: titles and names of others stay text, whatever is in
 * them. The input is two lines of JSON: how it goes, how it went. */
#include "node/drive_page.h"
#include "tests/fuzz/fuzz.h"

void fuzz_begin(void)
{
	json_object_seed(1);
}

/* Tags of ours have these names; anything else between '<' and '>' came from
 * the input. */
static void only_our_tags(const char *page)
{
	static const char *const names[] = {
		"!doctype", "html", "head", "meta", "title", "style", "body",
		"h1", "h2", "p", "ul", "li", "progress", "div", "span", "b",
		"small", "main", "strong", "ol", "section", "em", "br", "table",
		"tr", "td", "th"
	};

	for (const char *at = page; (at = strchr(at, '<')) != NULL; at++) {
		const char *name = at[1] == '/' ? at + 2 : at + 1;
		size_t size = strcspn(name, " >/");
		bool known = false;

		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			known |= strlen(names[i]) == size &&
				 strncasecmp(names[i], name, size) == 0;
		CHECK(known);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size == 0 ? NULL : memchr(data, '\n', size);
	size_t first = end == NULL ? size : (size_t)(end - data);
	json_t *now = json_loadb((const char *)data, first, 0, NULL);
	json_t *last = end == NULL ? NULL :
				     json_loadb((const char *)end + 1,
						size - first - 1, 0, NULL);
	struct buf page = BUF_INIT;

	for (int chinese = 0; chinese < 2; chinese++) {
		buf_clear(&page);
		drive_page(now, last, chinese != 0, &page);
		CHECK(buf_status(&page) == STATUS_OK);
		only_our_tags(buf_string(&page));
	}
	buf_release(&page);
	json_decref(now);
	json_decref(last);
	return 0;
}

void fuzz_seeds(void)
{
	fuzz_seed_text("{\"step\":\"payload-in\",\"title\":\"<b>羊&\\\"'\","
		       "\"done\":5,\"total\":10}\n{\"state\":\"done\",\"safe\":"
		       "true,\"drive\":\"<x>\",\"path\":\"/m\",\"at\":5,\"in\":"
		       "[{\"title\":\"<i>\",\"state\":\"held\",\"bytes\":9}],"
		       "\"out\":[{\"title\":\"a\"}],\"left\":[{\"title\":\"b\","
		       "\"why\":\"no_room\"}],\"trouble\":[\"<script>\"]}");
	fuzz_seed_text("null\n{\"state\":\"failed\",\"trouble\":[{}]}");
}
