/* Join files: what is written reads back, and nonsense is refused. */
#include "node/join.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/check.h"

static void what_is_written_reads_back(void)
{
	struct join join = JOIN_INIT, back;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	strcpy(join.upstream[0], "http://10.0.0.1:7433");
	join.upstreams = 1;
	CHECK(join_add_root(&join, bytes_of("root one\n")) == STATUS_OK);
	CHECK(join_add_root(&join, bytes_of("root two\n")) == STATUS_OK);
	buf_puts(&join.trust, "trust — 资兴\n");
	CHECK(join_format(&join, &text, &err) == STATUS_OK);
	CHECK(join_parse(&back, buf_bytes(&text), &err) == STATUS_OK);
	CHECK(back.upstreams == 1 && back.n_roots == 2);
	CHECK(strcmp(back.upstream[0], join.upstream[0]) == 0);
	CHECK(bytes_equal(buf_bytes(&back.roots[1]), bytes_of("root two\n")));
	CHECK(bytes_equal(buf_bytes(&back.trust), buf_bytes(&join.trust)));
	join_release(&back);
	join_release(&join);
	join_release(&join); /* once more does nothing */
	buf_release(&text);
}

static void refused(const char *text)
{
	struct join join;
	struct err err = ERR_INIT;

	CHECK(join_parse(&join, bytes_of(text), &err) == STATUS_MALFORMED);
	CHECK(err.text[0] != 0);
}

static void nonsense_is_refused(void)
{
	refused("");
	refused("[]");
	refused("{\"xiangtu\":\"join/v2\"}");
	refused("{\"xiangtu\":\"join/v1\"}");
	refused("{\"xiangtu\":\"join/v1\",\"roots\":[],\"trust\":\"t\"}");
	refused("{\"xiangtu\":\"join/v1\",\"roots\":[7],\"trust\":\"t\"}");
	refused("{\"xiangtu\":\"join/v1\",\"roots\":[\"r\"]}");
	refused("{\"xiangtu\":\"join/v1\",\"roots\":[\"r\"],\"trust\":\"t\","
		"\"upstream\":[\"ftp://x\"]}");
	refused("{\"xiangtu\":\"join/v1\",\"xiangtu\":\"join/v1\","
		"\"roots\":[\"r\"],\"trust\":\"t\"}");
}

static void large_ones_are_refused(void)
{
	struct buf text = BUF_INIT;
	struct join join;
	struct err err = ERR_INIT;

	buf_puts(&text, "{\"xiangtu\":\"join/v1\",\"trust\":\"t\","
			"\"roots\":[\"r\"");
	for (unsigned i = 0; i < JOIN_ROOTS_MAX; i++)
		buf_puts(&text, ",\"r\"");
	buf_puts(&text, "]}");
	CHECK(join_parse(&join, buf_bytes(&text), &err) == STATUS_MALFORMED);
	while (text.size <= JOIN_SIZE_MAX)
		buf_puts(&text, "                                        ");
	CHECK(join_parse(&join, buf_bytes(&text), &err) == STATUS_MALFORMED);
	buf_release(&text);
}

static void more_upstreams_than_fit_are_left_out(void)
{
	struct buf text = BUF_INIT;
	struct join join;
	struct err err = ERR_INIT;

	buf_puts(&text, "{\"xiangtu\":\"join/v1\",\"roots\":[\"r\"],"
			"\"trust\":\"t\",\"upstream\":[");
	for (unsigned i = 0; i < 20; i++)
		buf_printf(&text, "%s\"http://10.0.0.%u:7433\"",
			   i == 0 ? "" : ",", i + 1);
	buf_puts(&text, "]}");
	CHECK(join_parse(&join, buf_bytes(&text), &err) == STATUS_OK);
	CHECK(join.upstreams == CONF_UPSTREAMS_MAX);
	join_release(&join);
	buf_release(&text);
}

int main(void)
{
	what_is_written_reads_back();
	nonsense_is_refused();
	large_ones_are_refused();
	more_upstreams_than_fit_are_left_out();
	return 0;
}
