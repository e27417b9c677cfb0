#include "proto/place.h"
#include "tests/support/check.h"

static void a_code_contains_its_own_places_only(void)
{
	CHECK(region_contains("431081", "431081101203"));
	CHECK(region_contains("431081101", "431081101203"));
	CHECK(region_contains("", "43"));
	CHECK(!region_contains("431081101203", "431081"));
	CHECK(!region_contains("431081", "431082101"));
	CHECK(!region_contains("4310", "43"));
	CHECK(region_touches("431081101203", "431081"));
	CHECK(!region_touches("431081101", "431081102"));
}

static void codes_have_five_lengths(void)
{
	static const char *const good[] = { "43", "4310", "431081", "431081101",
					    "431081101203" };
	static const char *const bad[] = { "",	      "4",	 "431",
					   "43108",   "4310811", "43108110",
					   "43x081",  "4310811012031",
					   "431081 " };

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		CHECK(region_check(good[i]) == STATUS_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK(region_check(bad[i]) == STATUS_MALFORMED);
}

static void topics_contain_by_whole_components(void)
{
	CHECK(topic_contains("产业/养殖", "产业/养殖/黑山羊"));
	CHECK(topic_contains("产业/养殖", "产业/养殖"));
	CHECK(!topic_contains("产业/养", "产业/养殖"));
	CHECK(topic_contains("", "产业"));
}

static void hostile_topics_are_refused(void)
{
	static const char *const bad[] = {
		"", "/a", "a/", "a//b", "../a", "a/.", "a b", "a,b", "a\nb",
		"a/\xff", "a/\xe2\x80\xae", "1/2/3/4/5/6/7/8/9" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK(topic_check(bad[i]) == STATUS_MALFORMED);
	CHECK(topic_check("产业/养殖/黑山羊") == STATUS_OK);
}

static void origins_are_plain_ascii(void)
{
	CHECK(origin_check("zixing.example/431081/lessons") == STATUS_OK);
	CHECK(origin_check("") == STATUS_MALFORMED);
	CHECK(origin_check("a+b") == STATUS_MALFORMED);
	CHECK(origin_check("a b") == STATUS_MALFORMED);
	CHECK(origin_check("a#b") == STATUS_MALFORMED);
	CHECK(origin_check("资兴") == STATUS_MALFORMED);
}

int main(void)
{
	a_code_contains_its_own_places_only();
	codes_have_five_lengths();
	topics_contain_by_whole_components();
	hostile_topics_are_refused();
	origins_are_plain_ascii();
	return 0;
}
