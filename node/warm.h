/* What of a file is in memory already, and can be had without waiting for its
 * disk.
 *
 * Asked of the kernel (openat2(RESOLVE_CACHED), preadv2(RWF_NOWAIT),
 * cachestat() or mincore()), which knows it of ext4, XFS, Btrfs and the like.
 * Of a file system that does not tell (FUSE, FAT, exFAT, NFS) nothing counts as
 * in memory; tmpfs is memory.
 *
 * Threads: any. */
#ifndef NODE_WARM_H
#define NODE_WARM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Read what is in memory of `size` bytes from `at` on: how many, at least 1; 0:
 * it would have to be waited for; -1: an error, or the end of the file. */
ssize_t warm_read(int fd, uint8_t *to, size_t size, uint64_t at);

/* Is all of it in memory, at this moment? False also when nobody knows. */
bool warm_has(int fd, uint64_t at, uint64_t size);

/* Does opening a file below this folder ask another program or machine? */
bool warm_is_remote(int folder);

#endif
