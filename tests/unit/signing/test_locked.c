#include "signing/locked.h"

#include <stdint.h>
#include <sys/resource.h>

#include "signing/key.h"
#include "tests/support/check.h"

static void locked_memory_is_given_zeroed(void)
{
	uint8_t *memory = locked_new(100);

	CHECK(memory != NULL);
	for (size_t i = 0; i < 100; i++)
		CHECK(memory[i] == 0);
	memory[99] = 1;
	locked_free(memory);
	locked_free(NULL);
}

/* Where nothing may be locked, secrets have memory all the same. */
static void without_locking_there_is_memory_too(void)
{
	struct rlimit none = { 0, 0 };
	void *memory;

	CHECK(setrlimit(RLIMIT_MEMLOCK, &none) == 0);
	memory = locked_new(100);
	CHECK(memory != NULL);
	locked_free(memory);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	locked_memory_is_given_zeroed();
	without_locking_there_is_memory_too();
	return 0;
}
