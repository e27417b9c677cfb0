/* What a fuzz target is: one parser of outside bytes, the invariants that hold
 * whatever it is given, and seeds made by our own writers.
 *
 * The same file is built twice. Under `-DFUZZ=ON` (clang) libFuzzer drives it
 * for as long as scripts/fuzz says. Everywhere else tests/fuzz/fuzz_main.c
 * replays its corpus: every seed whole, cut short, and changed a little, the
 * same way each time (ctest label `fuzz`). docs/testing.md, "Fuzzing". */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "tests/support/check.h"

#define FUZZ_UNUSED __attribute__((unused))

/* The target. `data` is a block of exactly `size` bytes: one byte too far is
 * seen. Always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Once, before the first input: keys, databases. May be left out. */
void fuzz_begin(void);
/* Call fuzz_seed() for each input worth beginning with. May be left out where
 * there are files. */
void fuzz_seeds(void);

/* One seed; copied. */
void fuzz_seed(const void *data, size_t size);

static inline void fuzz_seed_text(const char *text)
{
	fuzz_seed(text, strlen(text));
}

/* Hand over what a writer wrote, and empty it. */
static inline void fuzz_seed_buf(struct buf *b)
{
	CHECK(buf_status(b) == STATUS_OK);
	fuzz_seed(b->data, b->size);
	buf_release(b);
}

/* The input as a C string of the heap, up to its first zero byte; free() it. */
FUZZ_UNUSED static char *fuzz_string(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	CHECK(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = 0;
	return text;
}

/* Taking an input apart: whoever asks for more than there is gets zeros. */
struct fuzz_reader {
	const uint8_t *next;
	size_t left;
};

FUZZ_UNUSED static uint8_t fuzz_u8(struct fuzz_reader *r)
{
	if (r->left == 0)
		return 0;
	r->left--;
	return *r->next++;
}

FUZZ_UNUSED static uint32_t fuzz_u32(struct fuzz_reader *r)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < 4; i++)
		value = value << 8 | fuzz_u8(r);
	return value;
}

FUZZ_UNUSED static uint64_t fuzz_u64(struct fuzz_reader *r)
{
	uint64_t high = fuzz_u32(r);

	return high << 32 | fuzz_u32(r);
}

FUZZ_UNUSED static struct bytes fuzz_run(struct fuzz_reader *r, size_t size)
{
	struct bytes run = { r->next, size < r->left ? size : r->left };

	r->next += run.size;
	r->left -= run.size;
	return run;
}

/* All up to the next zero byte, which is stepped over. */
FUZZ_UNUSED static struct bytes fuzz_until_zero(struct fuzz_reader *r)
{
	const uint8_t *end = r->left == 0 ? NULL :
					    memchr(r->next, 0, r->left);
	struct bytes run = fuzz_run(r, end == NULL ?
					       r->left :
					       (size_t)(end - r->next));

	(void)fuzz_u8(r);
	return run;
}

#endif
