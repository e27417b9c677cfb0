#include "proto/statement.h"

#include <stdlib.h>
#include <string.h>

#include "proto/encoding.h"
#include "tests/support/check.h"

#define ROOT_LINE "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

/* What the program writes must stay readable, byte for byte. */
static const char golden[] =
	"xiangtu-node/v1\n"
	"node node-1111111111111111+01234567+"
	"ARERERERERERERERERERERERERERERERERERERERERER\n"
	"instance 2222222222222222\n"
	"boot 3\n"
	"seq 41\n"
	"level station\n"
	"region 431081101203\n"
	"name 滁口镇 罗围站\n"
	"swarm 7434\n"
	"room 120000000000\n"
	"version 0.1.0\n"
	"trust 7\n"
	"root 1\n"
	"group 党校\n"
	"url http://192.168.3.9:7433\n"
	"url https://station.example/x\n"
	"log a.example/1 5 " ROOT_LINE "\n"
	"log b.example/1 0 " ROOT_LINE "\n"
	"want a.example/1 KLUv/SAA\n"
	"have a.example/1 KLUv/SAA\n"
	"due a.example/1 3 2026-08-01\n"
	"due a.example/1 4 2026-07-01\n"
	"instead a.example/1 KLUv/SAA\n";

static struct statement sample(void)
{
	struct statement st = { .boot = 3,
				.seq = 41,
				.level = LEVEL_STATION,
				.region = "431081101203",
				.name = "滁口镇 罗围站",
				.swarm_port = 7434,
				.room = 120000000000,
				.program = "0.1.0",
				.trust_version = 7,
				.root_version = 1 };
	uint8_t typed[33];

	memset(typed, 0x11, sizeof(typed));
	typed[0] = 1;
	memset(st.instance, 0x22, sizeof(st.instance));
	memcpy(st.vkey, "node-1111111111111111+01234567+", 31);
	base64_encode((struct bytes){ typed, sizeof(typed) }, st.vkey + 31);
	return st;
}

static void write_sample(struct buf *out)
{
	struct statement st = sample();
	static const uint8_t frame[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x00 };
	struct bytes zstd = { frame, sizeof(frame) };
	uint8_t root[STATEMENT_ROOT_SIZE];
	size_t size;

	CHECK(base64_decode(bytes_of(ROOT_LINE), root, sizeof(root), &size) ==
	      STATUS_OK);
	statement_begin(out, &st);
	statement_put_group(out, "党校");
	statement_put_url(out, "http://192.168.3.9:7433");
	statement_put_url(out, "https://station.example/x");
	statement_put_log(out, "a.example/1", 5, root);
	statement_put_log(out, "b.example/1", 0, root);
	statement_put_want(out, "a.example/1", zstd);
	statement_put_have(out, "a.example/1", zstd);
	statement_put_due(out, "a.example/1", 3, "2026-08-01");
	statement_put_due(out, "a.example/1", 4, "2026-07-01");
	statement_put_instead(out, "a.example/1", zstd);
	CHECK(buf_status(out) == STATUS_OK);
}

static void a_statement_reads_as_documented(void)
{
	struct buf text = BUF_INIT;
	struct statement st;

	write_sample(&text);
	CHECK(strcmp(buf_string(&text), golden) == 0);
	CHECK(statement_parse(buf_bytes(&text), &st) == STATUS_OK);
	CHECK(st.key[0] == 0x11 && st.instance[7] == 0x22);
	CHECK(st.boot == 3 && st.seq == 41 && st.level == LEVEL_STATION);
	CHECK(strcmp(st.region, "431081101203") == 0);
	CHECK(strcmp(st.name, "滁口镇 罗围站") == 0);
	CHECK(st.swarm_port == 7434 && st.room == 120000000000);
	CHECK(strcmp(st.program, "0.1.0") == 0);
	CHECK(st.trust_version == 7 && st.root_version == 1);
	buf_release(&text);
}

static void the_lists_are_walked_in_order(void)
{
	static const enum statement_kind kinds[] = {
		STATEMENT_GROUP, STATEMENT_URL,	 STATEMENT_URL,
		STATEMENT_LOG,	 STATEMENT_LOG,	 STATEMENT_WANT,
		STATEMENT_HAVE,	 STATEMENT_DUE,	 STATEMENT_DUE,
		STATEMENT_INSTEAD
	};
	struct statement st;
	struct statement_walk w;
	struct statement_line line;
	size_t n = 0;

	CHECK(statement_parse(bytes_of(golden), &st) == STATUS_OK);
	statement_walk_init(&w, &st);
	while (statement_walk_next(&w, &line)) {
		CHECK(n < sizeof(kinds) / sizeof(*kinds));
		CHECK(line.kind == kinds[n]);
		if (n == 1)
			CHECK(bytes_is(line.text, "http://192.168.3.9:7433"));
		if (n == 3)
			CHECK(bytes_is(line.origin, "a.example/1") &&
			      line.size == 5 && line.root[0] == 0xe3);
		if (n == 5)
			CHECK(bytes_is(line.bitmap, "KLUv/SAA"));
		if (n == 9)
			CHECK(bytes_is(line.origin, "a.example/1") &&
			      bytes_is(line.bitmap, "KLUv/SAA"));
		if (n == 8)
			CHECK(line.entry == 4 &&
			      bytes_is(line.date, "2026-07-01"));
		n++;
	}
	CHECK(n == sizeof(kinds) / sizeof(*kinds));
}

/* The golden text with one piece of it replaced. */
static enum status parse_with(const char *from, const char *to)
{
	const char *at = strstr(golden, from);
	struct buf text = BUF_INIT;
	struct statement st = { .boot = 99 };
	enum status status;

	CHECK(at != NULL);
	buf_put(&text, golden, (size_t)(at - golden));
	buf_puts(&text, to);
	buf_puts(&text, at + strlen(from));
	status = statement_parse(buf_bytes(&text), &st);
	CHECK(status == STATUS_OK || st.boot == 99);
	buf_release(&text);
	return status;
}

static void damaged_statements_are_refused(void)
{
	static const char *const damage[][2] = {
		{ "node/v1", "node/v2" },
		{ "node-11", "node-12" },
		{ "+01234567+", "+0123456+" },
		{ "+ARER", "+BBER" },
		{ "ERER\n", "ERERERER\n" },
		{ "instance 22", "instance 2" },
		{ "instance 22", "instance 2G" },
		{ "boot 3", "boot 03" },
		{ "boot 3", "boot 4294967296" },
		{ "seq 41", "seq -1" },
		{ "seq 41\n", "" },
		{ "boot 3\nseq 41\n", "seq 41\nboot 3\n" },
		{ "level station", "level village" },
		{ "region 431081101203", "region 4310811012" },
		{ "name 滁口镇", "name \xe2\x80\xae" },
		{ "name 滁口镇 罗围站", "name " },
		{ "swarm 7434", "swarm 65536" },
		{ "room 120000000000", "room 9223372036854775808" },
		{ "version 0.1.0", "version " },
		{ "version 0.1.0", "version 0.1 beta" },
		{ "trust 7", "trust" },
		{ "url http://", "url ftp://" },
		{ "url http://", "url http:// " },
		{ "log a.example/1 5", "log a.example/1 05" },
		{ "log a.example/1 5", "log a+b 5" },
		{ "log a.example/1 5 4", "log a.example/1 5 " },
		{ "log a.example/1", "log c.example/1" }, /* order */
		{ "log a.example/1", "log b.example/1" }, /* twice */
		{ "want a.example/1 KLUv/SAA", "want a.example/1 KLUv/SA" },
		{ "want a.example/1 KLUv/SAA", "want a.example/1 " },
		{ "want a.example/1 KLUv/SAA", "want a.example/1 KL=v/SAA" },
		{ "due a.example/1 3", "due a.example/1 5" }, /* order */
		{ "2026-08-01", "2026-8-01" },
		{ "group 党校\n", "group \n" },
		{ "2026-07-01\n", "2026-07-01" },
	};

	for (size_t i = 0; i < sizeof(damage) / sizeof(*damage); i++)
		CHECK(parse_with(damage[i][0], damage[i][1]) ==
		      STATUS_MALFORMED);
}

static void what_may_be_missing_may_be_missing(void)
{
	CHECK(parse_with("region 431081101203\n", "") == STATUS_OK);
	CHECK(parse_with("name 滁口镇 罗围站\n", "") == STATUS_OK);
	CHECK(parse_with("group 党校\n", "") == STATUS_OK);
	CHECK(parse_with("due a.example/1 3", "later x\ndue a.example/1 3") ==
	      STATUS_OK);
	CHECK(parse_with("name 滁口镇 罗围站", "name Luowei") == STATUS_OK);
}

static void no_cut_line_is_read(void)
{
	struct statement st;
	size_t lists = (size_t)(strstr(golden, "group") - golden);

	for (size_t size = 0; size < sizeof(golden) - 1; size++) {
		/* Memory of its own size, so that a read beyond is seen. */
		uint8_t *copy = malloc(size + 1);
		enum status status;

		CHECK(copy != NULL);
		memcpy(copy, golden, size);
		status = statement_parse((struct bytes){ copy, size }, &st);
		if (size < lists || golden[size - 1] != '\n')
			CHECK(status == STATUS_MALFORMED);
		else
			CHECK(status == STATUS_OK);
		free(copy);
	}
}

static void any_changed_byte_is_survived(void)
{
	uint8_t copy[sizeof(golden) - 1];
	struct statement st;
	struct statement_walk w;
	struct statement_line line;

	memcpy(copy, golden, sizeof(copy));
	for (size_t i = 0; i < sizeof(copy); i++) {
		for (unsigned flip = 1; flip < 256; flip += 2) {
			copy[i] ^= (uint8_t)flip;
			if (statement_parse((struct bytes){ copy,
							    sizeof(copy) },
					    &st) == STATUS_OK) {
				statement_walk_init(&w, &st);
				while (statement_walk_next(&w, &line))
					;
			}
			copy[i] ^= (uint8_t)flip;
		}
	}
}

static void too_much_is_refused(void)
{
	struct buf text = BUF_INIT;
	struct statement st;

	write_sample(&text);
	for (int i = 0; i < 10; i++)
		buf_puts(&text, "url http://x\n");
	CHECK(statement_parse(buf_bytes(&text), &st) == STATUS_MALFORMED);

	buf_clear(&text);
	write_sample(&text);
	while (text.size <= STATEMENT_MAX)
		buf_puts(&text, "later kinds of lines count, too\n");
	CHECK(statement_parse(buf_bytes(&text), &st) == STATUS_MALFORMED);
	buf_release(&text);
}

int main(void)
{
	a_statement_reads_as_documented();
	the_lists_are_walked_in_order();
	damaged_statements_are_refused();
	what_may_be_missing_may_be_missing();
	no_cut_line_is_read();
	any_changed_byte_is_survived();
	too_much_is_refused();
	return 0;
}
