#include "signing/locked.h"

#include <sodium.h>
#include <string.h>

void *locked_new(size_t size)
{
	/* libsodium locks it itself, and goes on where it may not. */
	void *memory = sodium_malloc(size);

	if (memory != NULL)
		memset(memory, 0, size);
	return memory;
}

void locked_free(void *memory)
{
	sodium_free(memory);
}

bool locked_works(void)
{
	/* A page of its own, so that unlocking it unlocks no secret. */
	enum { PROBE = 4096 };
	void *probe = sodium_malloc(PROBE);
	bool works = probe != NULL && sodium_mlock(probe, PROBE) == 0;

	sodium_free(probe);
	return works;
}
