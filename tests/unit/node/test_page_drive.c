/* Which drive is taken, and what is said of a visit that came to nothing. */
#include "node/page/page_drive.h"

#include <string.h>

#include "tests/support/check.h"

static void the_first_prepared_one_is_taken(void)
{
	static struct plugged drives[PLUGGED_MAX];

	CHECK(page_drive_choose(drives, 0, NULL) == NULL);
	strcpy(drives[0].label, "photos");
	strcpy(drives[1].label, "A");
	strcpy(drives[2].label, "B");
	CHECK(page_drive_choose(drives, 3, NULL) == NULL);
	drives[1].prepared = drives[2].prepared = true;
	CHECK(page_drive_choose(drives, 3, NULL) == &drives[1]);
	CHECK(page_drive_choose(drives, 3, "B") == &drives[2]);
	CHECK(page_drive_choose(drives, 3, "photos") == NULL);
	CHECK(page_drive_choose(drives, 3, "") == NULL);
}

static void a_report_says_more_than_the_last_word(void)
{
	char out[40];

	page_drive_ended("{\"state\":\"failed\",\"error\":\"x\"}", out,
			 sizeof(out));
	CHECK(strcmp(out, "") == 0);
	page_drive_ended("{\"status\":\"busy\",\"error\":\"another works on "
			 "it, and this is longer than fits\"}",
			 out, sizeof(out));
	CHECK(strncmp(out, "another works on it", 19) == 0 &&
	      strlen(out) == sizeof(out) - 1);
	page_drive_ended("", out, sizeof(out));
	CHECK(strstr(out, "without a word") != NULL);
	page_drive_ended("[1]", out, sizeof(out));
	CHECK(strstr(out, "without a word") != NULL);
}

int main(void)
{
	the_first_prepared_one_is_taken();
	a_report_says_more_than_the_last_word();
	return 0;
}
