/* What TCP knows of a connection: only it knows what has arrived there. (In a
 * file of its own because the kernel's header and the C library's, which libuv
 * brings along, exclude each other.) */
#ifndef NODE_HTTP_TAKEN_H
#define NODE_HTTP_TAKEN_H

#include <stdbool.h>
#include <stdint.h>

/* How many bytes the other side has acknowledged since the beginning, and
 * whether more are on their way to it. False when that cannot be told. */
bool http_taken(int fd, uint64_t *bytes, bool *more);

#endif
