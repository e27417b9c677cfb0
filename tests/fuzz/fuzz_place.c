/* Regions, topics, origins, the names of record logs. The input is two texts,
 * a zero byte between them. */
#include "proto/place.h"
#include "proto/recordlog.h"
#include "tests/fuzz/fuzz.h"

static void compare(const char *a, const char *b,
		    enum status (*check)(const char *),
		    bool (*contains)(const char *, const char *))
{
	if (check(a) != STATUS_OK)
		return;
	CHECK(contains(a, a) && contains("", a));
	if (check(b) != STATUS_OK || !contains(a, b))
		return;
	CHECK(strlen(a) <= strlen(b) && strncmp(a, b, strlen(a)) == 0);
	CHECK(!contains(b, a) || strcmp(a, b) == 0);
}

static void name_of_records(const char *origin)
{
	char again[RECORDLOG_ORIGIN_SIZE + 1];
	uint8_t key[RECORDLOG_KEY_SIZE];

	if (!recordlog_key(origin, key))
		return;
	CHECK(origin_check(origin) == STATUS_OK);
	recordlog_origin(key, again);
	CHECK(strcmp(origin, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_reader r = { data, size };
	struct bytes first = fuzz_until_zero(&r);
	char *a = fuzz_string(first.data, first.size);
	char *b = fuzz_string(r.next, r.left);
	enum level level;

	compare(a, b, region_check, region_contains);
	compare(a, b, topic_check, topic_contains);
	if (region_check(a) == STATUS_OK && region_check(b) == STATUS_OK)
		CHECK(region_touches(a, b) ==
		      (region_contains(a, b) || region_contains(b, a)));
	if (level_parse(a, &level) == STATUS_OK)
		CHECK(strcmp(level_name(level), a) == 0);
	if (origin_check(a) == STATUS_OK)
		CHECK(strlen(a) <= ORIGIN_MAX && strchr(a, '#') == NULL);
	name_of_records(a);
	free(a);
	free(b);
	return 0;
}

void fuzz_seeds(void)
{
	static const uint8_t key[RECORDLOG_KEY_SIZE] = { 1, 2, 3 };
	char origin[RECORDLOG_ORIGIN_SIZE + 1];

	fuzz_seed("431081\0" "431081101203", 19);
	fuzz_seed("产业/养殖\0" "产业/养殖/黑山羊", 13 + 23);
	fuzz_seed_text("zixing.example/431081/lessons");
	fuzz_seed_text("township");
	recordlog_origin(key, origin);
	fuzz_seed_text(origin);
}
