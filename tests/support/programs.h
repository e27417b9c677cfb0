/* Programs that a test makes its wares with. */
#ifndef TESTS_SUPPORT_PROGRAMS_H
#define TESTS_SUPPORT_PROGRAMS_H

#include "node/child.h"
#include "tests/support/check.h"

/* It ends with 0 within a minute; what it prints goes nowhere. */
static inline bool run(const char *const *argv)
{
	struct child_options child = { .argv = argv,
				       .timeout_s = 60,
				       .output_max = 1 << 20 };
	struct buf output = BUF_INIT;
	struct err failed = ERR_INIT;
	enum status status = child_run(&child, &output, &failed);

	buf_release(&output);
	return status == STATUS_OK;
}

/* False, and said, where there is no ffmpeg. */
static inline bool has_ffmpeg(void)
{
	static const char *const ffmpeg[] = { "ffmpeg", "-version", NULL };

	if (run(ffmpeg))
		return true;
	printf("ffmpeg is not installed: its part is left out\n");
	return false;
}

#endif
