#include "node/page/page_ask.h"

#include "tests/support/check.h"

/* A desk gets no further into the node than its people have business to. */
static void nobody_asks_for_more_than_the_table_says(void)
{
	static const char *const never[] = {
		"",	      "unlock",	    "secret-set", "secrets",
		"reset-code", "record-add", "publish",	  "root-take",
		"trust-take", "log-take",   "lend",	  "drive-here",
		"damaged",    "join-file",  "held",	  "Status",
	};
	enum page_role least;

	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++)
		CHECK(!page_ask_least(never[i], &least));
}

static void operators_look_and_choose_the_office_signs(void)
{
	enum page_role least;

	CHECK(page_ask_least("status", &least) && least == PAGE_OPERATOR);
	CHECK(page_ask_least("pin", &least) && least == PAGE_OPERATOR);
	CHECK(page_ask_least("withdraw", &least) && least == PAGE_OFFICE);
	CHECK(page_ask_least("delegate", &least) && least == PAGE_OFFICE);
	CHECK(page_ask_least("station-end", &least) && least == PAGE_OFFICE);
}

int main(void)
{
	nobody_asks_for_more_than_the_table_says();
	operators_look_and_choose_the_office_signs();
	return 0;
}
