/* Every allocation of writing the small texts of a drive fails once. */
#include <string.h>

#include "proto/drive.h"
#include "tests/support/check.h"
#include "tests/support/faults.h"

static enum status texts_are_written(void *context, bool *tolerated)
{
	static const uint8_t hash[DRIVE_HASH_SIZE] = { 7 };
	struct drive_place place = { .folder = DRIVE_LESSONS "/a",
				     .part_bytes = DRIVE_PART_BYTES,
				     .poster = "a.jpg" };
	struct drive_stop stop = { .region = "431081", .name = "Zixing" };
	struct buf text = BUF_INIT;
	enum status status = STATUS_OK;

	(void)context;
	(void)tolerated;
	for (int i = 0; i < 3 && status == STATUS_OK; i++) {
		buf_clear(&text);
		if (i == 0)
			drive_place_format(&place, &text);
		if (i == 1)
			drive_route_format(&stop, 1, &text);
		for (int n = 0; i == 2 && n < 100; n++)
			drive_list_put(&text, hash);
		status = buf_status(&text);
	}
	CHECK((status != STATUS_OK) == faults_hit());
	buf_release(&text);
	return status;
}

int main(void)
{
	CHECK(faults_torture("texts are written", texts_are_written, NULL,
			     STATUS_NO_MEMORY) >= 3);
	CHECK(faults_live() == 0);
	return 0;
}
