/* A directory of a test's own, removed at its end. */
#ifndef TESTS_SUPPORT_SCRATCH_H
#define TESTS_SUPPORT_SCRATCH_H

#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/check.h"

struct scratch {
	char top[64];
	char path[8][4096]; /* what scratch_path() answers, in turn */
	unsigned turn;
};

static inline void scratch_init(struct scratch *s)
{
	strcpy(s->top, "/tmp/xiangtu-test-XXXXXX");
	s->turn = 0;
	CHECK(mkdtemp(s->top) != NULL);
}

static inline int scratch_remove_one(const char *path, const struct stat *st,
				     int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static inline void scratch_release(struct scratch *s)
{
	CHECK(nftw(s->top, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0);
}

/* "<top>/<name>"; valid for the next seven calls. */
static inline const char *scratch_path(struct scratch *s, const char *name)
{
	char *path = s->path[s->turn++ % 8];
	char top[sizeof(s->top)];

	memcpy(top, s->top, sizeof(top)); /* gcc cannot tell it from path */
	CHECK(snprintf(path, sizeof(s->path[0]), "%s/%s", top, name) <
	      (int)sizeof(s->path[0]));
	return path;
}

static inline const char *scratch_folder(struct scratch *s, const char *name)
{
	const char *path = scratch_path(s, name);

	CHECK(mkdir(path, 0755) == 0);
	return path;
}

/* A file of `size` bytes that look random and depend on `seed` alone. */
static inline void scratch_file(struct scratch *s, const char *name,
				size_t size, uint64_t seed)
{
	int fd =
		open(scratch_path(s, name), O_WRONLY | O_CREAT | O_TRUNC, 0644);
	uint64_t x = seed * 0x9e3779b97f4a7c15u + 1;
	uint8_t block[4096];

	CHECK(fd >= 0);
	while (size > 0) {
		size_t n = size < sizeof(block) ? size : sizeof(block);

		for (size_t i = 0; i < sizeof(block); i++) {
			x = x * 6364136223846793005u + 1442695040888963407u;
			block[i] = (uint8_t)(x >> 56);
		}
		CHECK(write(fd, block, n) == (ssize_t)n);
		size -= n;
	}
	CHECK(close(fd) == 0);
}

#endif
