/* What people type, and what publishers write, as tokens. Nothing of it reaches
 * the search engine's own syntax: no question is a fault of SQL's. */
#include "catalog/index.h"
#include "catalog/log.h"
#include "catalog/search.h"
#include "proto/text.h"
#include "tests/fuzz/folder.h"
#include "tests/fuzz/keys.h"
#include "tests/support/lessons.h"

static struct catalog *catalog;

static bool row_seen(void *context, const struct lesson_row *row)
{
	(void)context;
	CHECK(row->lesson.rev == 1);
	return true;
}

/* One lesson to be found. */
void fuzz_begin(void)
{
	struct lesson lesson = lessons_make(LESSONS_ORIGIN, 1);
	struct secret_key *key = fuzz_key(LESSONS_ORIGIN, KEY_ED25519, 1);
	struct err err = ERR_INIT;
	struct buf json = BUF_INIT;
	struct bytes entry;
	char path[128];
	unsigned did;
	int64_t id;

	CHECK(catalog_open(&catalog, fuzz_path("node.db", path), &err) ==
	      STATUS_OK);
	CHECK(log_follow(catalog, LESSONS_ORIGIN, true, &id, &err) ==
	      STATUS_OK);
	CHECK(lesson_format(&lesson, &json, &err) == STATUS_OK);
	entry = buf_bytes(&json);
	CHECK(log_append(catalog, id, &entry, 1, key, &err) == STATUS_OK);
	do
		CHECK(search_step(catalog, 10, &did, &err) == STATUS_OK);
	while (did > 0);
	buf_release(&json);
	secret_key_free(key);
}

static void cut(const char *text)
{
	struct buf out = BUF_INIT, twice = BUF_INIT;

	CHECK(search_tokens(text, &out) == STATUS_OK);
	CHECK(text_is_utf8(buf_bytes(&out)));
	/* Tokens are words and spaces: cut again they are what they were. */
	CHECK(search_tokens(buf_string(&out), &twice) == STATUS_OK);
	CHECK(text_is_utf8(buf_bytes(&twice)));
	CHECK(strpbrk(buf_string(&out), "\"*():^+-") == NULL);
	buf_release(&out);
	buf_release(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	struct lessons_query query = { .text = text };
	struct err err = ERR_INIT;
	struct lesson_row row;
	enum status status;

	cut(text);
	CHECK(lessons_find(catalog, &query, row_seen, NULL, &err) ==
	      STATUS_OK);
	/* The same as the name of one lesson. */
	status = lessons_get(catalog, text, &row, &err);
	CHECK(status == STATUS_OK || status == STATUS_NOT_FOUND ||
	      status == STATUS_EXISTS);
	free(text);
	return 0;
}

void fuzz_seeds(void)
{
	fuzz_seed_text("黑山羊 hsy");
	fuzz_seed_text("产业/养殖 \"防疫\" AND NOT x*");
	fuzz_seed_text("ＵＳＢ e\xcc\x81t\xef\xa4\x80\xef\xb7\xba");
	fuzz_seed_text("NEAR(a b, 3) title:x ^y {z}");
	fuzz_seed_text("zixing.example/431081/lessons#0c0001r1");
}
