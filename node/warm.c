#include "node/warm.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#ifndef SYS_cachestat
#define SYS_cachestat 451 /* Linux 6.5; the same on all machines */
#endif

enum {
	FUSE_MAGIC = 0x65735546, /* not in every linux/magic.h */
	NFS_MAGIC = 0x6969,
	NINEP_MAGIC = 0x01021997
};
static const unsigned CIFS_MAGIC = 0xff534d42, SMB_MAGIC = 0xfe534d42;

static unsigned kind_of(int fd)
{
	struct statfs info;

	return fstatfs(fd, &info) == 0 ? (unsigned)info.f_type : 0;
}

bool warm_is_remote(int folder)
{
	unsigned kind = kind_of(folder);

	return kind == FUSE_MAGIC || kind == NFS_MAGIC ||
	       kind == NINEP_MAGIC || kind == CIFS_MAGIC || kind == SMB_MAGIC;
}

static bool is_memory(int fd)
{
	unsigned kind = kind_of(fd);

	return kind == TMPFS_MAGIC || kind == RAMFS_MAGIC;
}

ssize_t warm_read(int fd, uint8_t *to, size_t size, uint64_t at)
{
	const struct iovec run = { to, size };
	ssize_t n = preadv2(fd, &run, 1, (off_t)at, RWF_NOWAIT);

	if (n < 0 && errno == EOPNOTSUPP && is_memory(fd))
		n = pread(fd, to, size, (off_t)at);
	if (n > 0)
		return n;
	return n < 0 && (errno == EAGAIN || errno == EOPNOTSUPP ||
			 errno == EINTR) ?
		       0 :
		       -1;
}

/* --- which pages --- */

struct cache_range {
	uint64_t at, size;
};

struct cache_counts { /* of pages; struct cachestat of linux/mman.h */
	uint64_t cached, dirty, writeback, evicted, recently_evicted;
};

/* Before Linux 6.5. */
static bool all_in_core(int fd, uint64_t at, uint64_t size, size_t page)
{
	size_t pages = (size_t)((size + page - 1) / page);
	unsigned char *in_core = malloc(pages);
	void *map = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, fd,
			 (off_t)at);
	bool all = in_core != NULL && map != MAP_FAILED &&
		   mincore(map, (size_t)size, in_core) == 0;

	for (size_t i = 0; i < pages && all; i++)
		all = (in_core[i] & 1) != 0;
	if (map != MAP_FAILED)
		(void)munmap(map, (size_t)size);
	free(in_core);
	return all;
}

/* For a file system that reads from its pages without asking anybody. */
static bool all_cached(int fd, uint64_t at, uint64_t size)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t first = at / page, end = (at + size + page - 1) / page;
	struct cache_range range = { first * page, (end - first) * page };
	struct cache_counts counts;

	if (syscall(SYS_cachestat, fd, &range, &counts, 0) == 0)
		return counts.cached >= end - first;
	return errno == ENOSYS &&
	       all_in_core(fd, range.at, range.size, (size_t)page);
}

bool warm_has(int fd, uint64_t at, uint64_t size)
{
	uint8_t byte;
	const struct iovec run = { &byte, 1 };

	/* In this order: a read that is refused may begin another. */
	return size == 0 ||
	       (all_cached(fd, at, size) &&
		(preadv2(fd, &run, 1, (off_t)at, RWF_NOWAIT) == 1 ||
		 (errno == EOPNOTSUPP && is_memory(fd))));
}
