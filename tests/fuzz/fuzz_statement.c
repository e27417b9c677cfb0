/* Node statements: what is read is written again and reads the same. */
#include "proto/encoding.h"
#include "proto/statement.h"
#include "tests/fuzz/fuzz.h"

static char *text_of(struct bytes run)
{
	return fuzz_string(run.data, run.size);
}

/* The bytes of a bitmap line's base64. */
static void put_map(struct buf *out, const struct statement_line *line,
		    const char *origin)
{
	static const struct {
		enum statement_kind kind;
		const char *word;
		void (*put)(struct buf *out, const char *origin,
			    struct bytes zstd);
	} maps[] = { { STATEMENT_WANT, "want", statement_put_want },
		     { STATEMENT_HAVE, "have", statement_put_have },
		     { STATEMENT_INSTEAD, "instead", statement_put_instead } };
	uint8_t *zstd = malloc(line->bitmap.size + 1);
	size_t size, map = 0;

	CHECK(zstd != NULL);
	while (maps[map].kind != line->kind)
		map++;
	if (base64_decode(line->bitmap, zstd, line->bitmap.size, &size) ==
	    STATUS_OK) {
		maps[map].put(out, origin, (struct bytes){ zstd, size });
	} else { /* its tail bits: read, and refused where it is opened */
		buf_printf(out, "%s %s ", maps[map].word, origin);
		buf_put_bytes(out, line->bitmap);
		buf_puts(out, "\n");
	}
	free(zstd);
}

static void put_line(struct buf *out, const struct statement_line *line)
{
	char *origin = text_of(line->origin), *text = text_of(line->text);
	char *date = text_of(line->date);

	switch (line->kind) {
	case STATEMENT_GROUP:
		statement_put_group(out, text);
		break;
	case STATEMENT_URL:
		statement_put_url(out, text);
		break;
	case STATEMENT_LOG:
		statement_put_log(out, origin, line->size, line->root);
		break;
	case STATEMENT_WANT:
	case STATEMENT_HAVE:
	case STATEMENT_INSTEAD:
		put_map(out, line, origin);
		break;
	case STATEMENT_DUE:
		statement_put_due(out, origin, line->entry, date);
		break;
	case STATEMENT_EVIDENCE:
		statement_put_evidence(out, text);
		break;
	}
	free(origin);
	free(text);
	free(date);
}

static size_t write_lists(const struct statement *st, struct buf *out)
{
	struct statement_walk walk;
	struct statement_line line;
	size_t count = 0;

	statement_walk_init(&walk, st);
	while (statement_walk_next(&walk, &line)) {
		put_line(out, &line);
		count++;
	}
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct statement st, second;
	struct buf out = BUF_INIT, again = BUF_INIT;
	size_t count;

	if (statement_parse((struct bytes){ data, size }, &st) != STATUS_OK)
		return 0;
	statement_begin(&out, &st);
	count = write_lists(&st, &out);
	CHECK(statement_parse(buf_bytes(&out), &second) == STATUS_OK);
	CHECK(memcmp(st.key, second.key, sizeof(st.key)) == 0 &&
	      st.boot == second.boot && st.seq == second.seq &&
	      st.level == second.level && st.room == second.room &&
	      strcmp(st.region, second.region) == 0 &&
	      strcmp(st.name, second.name) == 0);
	statement_begin(&again, &second);
	CHECK(write_lists(&second, &again) == count);
	CHECK(bytes_equal(buf_bytes(&out), buf_bytes(&again)));
	buf_release(&out);
	buf_release(&again);
	return 0;
}

void fuzz_seeds(void)
{
	static const char vkey[] = "node-45517fbe73a58a4b+5560a26a+AUVRf75zpY"
				   "pLGeojDnpQwtYZiqVGgMGjK4eARBp5++rP";
	static const uint8_t root[STATEMENT_ROOT_SIZE] = { 9 };
	struct statement st = { .boot = 3, .seq = 41, .swarm_port = 7434,
				.room = 120000000, .trust_version = 7,
				.root_version = 1, .region = "431081101203",
				.name = "联坪村", .program = "0.1.0" };
	struct buf b = BUF_INIT;

	memcpy(st.vkey, vkey, sizeof(vkey));
	statement_begin(&b, &st);
	fuzz_seed(b.data, b.size);
	statement_put_group(&b, "党校");
	statement_put_url(&b, "http://192.168.3.9:7433");
	statement_put_log(&b, "a.example/x", 1000, root);
	statement_put_log(&b, "b.example/x", 7, root);
	statement_put_want(&b, "a.example/x", bytes_of("12345"));
	statement_put_have(&b, "b.example/x", bytes_of("123"));
	statement_put_due(&b, "a.example/x", 16, "2026-08-01");
	statement_put_evidence(&b, "0123456789abcdef");
	statement_put_instead(&b, "a.example/x", bytes_of("12"));
	buf_puts(&b, "later words of a later version\n");
	fuzz_seed_buf(&b);
}
