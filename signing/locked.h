/* Memory for secrets: locked into RAM where the system allows it, kept out of
 * core dumps, between guard pages, and wiped when freed.
 *
 * Where the system does not allow so much locked memory (RLIMIT_MEMLOCK), it
 * is given all the same, unlocked: a secret may then reach the swap area.
 * locked_works() tells; whoever starts a program says so once.
 *
 * Threads: any. */
#ifndef SIGNING_LOCKED_H
#define SIGNING_LOCKED_H

#include <stdbool.h>
#include <stddef.h>

/* `size` bytes of zeros, or NULL when out of memory. */
void *locked_new(size_t size);
/* Wipe and free. NULL is allowed. */
void locked_free(void *memory);

/* Can memory be locked at all, as much as one secret needs? */
bool locked_works(void);

#endif
