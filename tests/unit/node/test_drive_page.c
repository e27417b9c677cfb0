#include "node/drive_page.h"

#include <string.h>

#include "tests/support/check.h"

static char text[65536];

static const char *page(const char *now, const char *last, bool chinese)
{
	json_t *a = now == NULL ? NULL : json_loads(now, 0, NULL);
	json_t *b = last == NULL ? NULL : json_loads(last, 0, NULL);
	struct buf out = BUF_INIT;

	drive_page(a, b, chinese, &out);
	CHECK(bytes_to_string(buf_bytes(&out), text, sizeof(text)) ==
	      STATUS_OK);
	buf_release(&out);
	json_decref(a);
	json_decref(b);
	return text;
}

static bool says(const char *html, const char *what)
{
	return strstr(html, what) != NULL;
}

static void before_the_first_drive_it_says_what_to_do(void)
{
	CHECK(says(page(NULL, NULL, false), "No drive has been here yet."));
	CHECK(says(page(NULL, NULL, true), "插上准备好的U盘即可"));
}

static void while_it_copies_it_says_not_to_pull(void)
{
	const char *now = "{\"step\":\"payload-in\",\"title\":\"黑山羊\","
			  "\"done\":500,\"total\":1000}";

	CHECK(says(page(now, NULL, true), "先不要拔U盘"));
	CHECK(says(text, "<progress max=1000 value=500>"));
	CHECK(says(text, "黑山羊"));
	/* It hurries while something moves. */
	CHECK(says(text, "content=2>"));
	/* The last visit is not mixed with this one. */
	CHECK(!says(page(now, "{\"state\":\"done\"}", true), "可以拔下"));
}

static void a_finished_visit_says_when_to_pull_and_what_came(void)
{
	const char *last =
		"{\"state\":\"some_left\",\"in\":[{\"title\":\"罗非鱼\","
		"\"bytes\":1000000,\"state\":\"partial\"}],\"out\":[],"
		"\"left\":[{\"title\":\"甜玉米\",\"bytes\":5,\"way\":\"in\","
		"\"why\":\"no_room\"}],\"trouble\":[\"a sentence\"]}";

	CHECK(says(page(NULL, last, true), "可以拔下U盘了"));
	CHECK(says(text, "收到的课: 1") && says(text, "罗非鱼"));
	CHECK(says(text, "部分") && says(text, "空间不够"));
	CHECK(says(text, "a sentence"));
	CHECK(says(page(NULL, "{\"state\":\"pulled\"}", false),
		   "pulled out early"));
}

static void what_it_is_given_is_text_and_never_html(void)
{
	CHECK(!says(page("{\"step\":\"<b>\",\"title\":\"<script>&\\\"\"}",
			 NULL, false), "<script>"));
	CHECK(says(text, "&lt;script>&amp;&quot;"));
	CHECK(!says(text, "<b>"));
	CHECK(!says(page(NULL,
			 "{\"state\":\"<i>\",\"in\":[{\"title\":\"<i>\","
			 "\"why\":\"<i>\",\"state\":\"<i>\"}],"
			 "\"trouble\":[\"<i>\",5]}",
			 false),
		    "<i>"));
}

int main(void)
{
	before_the_first_drive_it_says_what_to_do();
	while_it_copies_it_says_not_to_pull();
	a_finished_visit_says_when_to_pull_and_what_came();
	what_it_is_given_is_text_and_never_html();
	return 0;
}
