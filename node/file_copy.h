/* Copies bytes from file to file, the kernel's way where it has one. */
#ifndef NODE_FILE_COPY_H
#define NODE_FILE_COPY_H

#include <stdint.h>

/* Copy the first `length` bytes of `from` that are no hole to the same places
 * of `to`. 0, or an errno; `to` has then some of it. Blocks. */
int file_copy(int from, int to, uint64_t length);

#endif
