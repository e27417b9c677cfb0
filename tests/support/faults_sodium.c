/* libsodium's locked memory does not come from malloc. A file of its own, so
 * that programs without libsodium link without it. */
#include "tests/support/faults.h"

void *__wrap_sodium_malloc(size_t size);
void *__real_sodium_malloc(size_t size);

void *__wrap_sodium_malloc(size_t size)
{
	return faults_strike() ? NULL : __real_sodium_malloc(size);
}
