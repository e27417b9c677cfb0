/* One setting changes, the rest stays as somebody wrote it. */
#include "node/conf_edit.h"

#include <string.h>

#include "tests/support/check.h"

static bool edits(const char *text, const char *key, const char *one,
		  const char *two, const char *expected)
{
	const char *values[2] = { one, two };
	size_t count = one == NULL ? 0 : two == NULL ? 1 : 2;
	struct buf out = BUF_INIT;
	bool same;

	CHECK(conf_edit(text, key, values, count, &out) == STATUS_OK);
	same = strcmp(buf_string(&out), expected) == 0;
	if (!same)
		fprintf(stderr, "got:\n%s", buf_string(&out));
	buf_release(&out);
	return same;
}

static void a_line_is_replaced_where_it_stands(void)
{
	CHECK(edits("# ours\nname = 村\nquota = 1G\n\nlan-only = no\n", "quota",
		    "2G", NULL,
		    "# ours\nname = 村\nquota = 2G\n\nlan-only = no\n"));
	CHECK(edits("  quota=1G", "quota", "2G", NULL, "quota = 2G\n"));
}

static void many_become_as_many_as_are_wanted(void)
{
	static const char text[] = "limit = a\n# why\nlimit = b\nx = y\n"
				   "limit = c\n";

	CHECK(edits(text, "limit", "d", "e",
		    "limit = d\nlimit = e\n# why\nx = y\n"));
	CHECK(edits(text, "limit", NULL, NULL, "# why\nx = y\n"));
}

static void what_is_not_there_is_added_at_the_end(void)
{
	CHECK(edits("", "quota", "2G", NULL, "quota = 2G\n"));
	CHECK(edits("a = b", "quota", "2G", NULL, "a = b\nquota = 2G\n"));
	CHECK(edits("a = b\n", "limit", "x", "y",
		    "a = b\nlimit = x\nlimit = y\n"));
	CHECK(edits("a = b\n", "quota", NULL, NULL, "a = b\n"));
}

static void what_only_looks_alike_stays(void)
{
	static const char text[] = "# quota = 1G\nquotas = 3\nx = quota = 1G\n"
				   "quota\ncap-reserve = 2G\n";

	CHECK(edits(text, "quota", NULL, NULL, text));
	CHECK(edits(text, "cap", NULL, NULL, text));
}

static void line_ends_of_other_systems_stay(void)
{
	CHECK(edits("a = b\r\nquota = 1G\r\n", "cap", "2G", NULL,
		    "a = b\r\nquota = 1G\r\ncap = 2G\r\n"));
	CHECK(edits("a = b\r\nquota = 1G\r\nc = d\r\n", "quota", "2G", NULL,
		    "a = b\r\nquota = 2G\r\nc = d\r\n"));
}

int main(void)
{
	a_line_is_replaced_where_it_stands();
	many_become_as_many_as_are_wanted();
	what_is_not_there_is_added_at_the_end();
	what_only_looks_alike_stays();
	line_ends_of_other_systems_stay();
	return 0;
}
