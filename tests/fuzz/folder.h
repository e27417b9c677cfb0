/* A folder for targets that keep a database: in memory where there is such a
 * place, gone when the target ends. */
#ifndef TESTS_FUZZ_FOLDER_H
#define TESTS_FUZZ_FOLDER_H

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

static char fuzz_folder_path[64];

FUZZ_UNUSED static int fuzz_remove_one(const char *path, const struct stat *st,
				       int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

FUZZ_UNUSED static void fuzz_folder_remove(void)
{
	(void)nftw(fuzz_folder_path, fuzz_remove_one, 16,
		   FTW_DEPTH | FTW_PHYS);
}

/* "<folder>/<name>" in `out`; the folder is made when it is first asked for. */
FUZZ_UNUSED static const char *fuzz_path(const char *name, char out[static 128])
{
	const char *top = getenv("TMPDIR");

	if (fuzz_folder_path[0] == 0) {
		if (top == NULL || strlen(top) > 40)
			top = access("/dev/shm", W_OK) == 0 ? "/dev/shm" :
							      "/tmp";
		(void)snprintf(fuzz_folder_path, sizeof(fuzz_folder_path),
			       "%.40s/xt-fuzz.XXXXXX", top);
		CHECK(mkdtemp(fuzz_folder_path) != NULL);
		CHECK(atexit(fuzz_folder_remove) == 0);
	}
	(void)snprintf(out, 128, "%.63s/%.60s", fuzz_folder_path, name);
	return out;
}

/* Make `to` a copy of `from`: how every run begins with the same database. */
FUZZ_UNUSED static void fuzz_copy(const char *from, const char *to)
{
	static uint8_t block[1 << 16];
	char beside[160];
	int in = open(from, O_RDONLY);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ssize_t n;

	CHECK(in >= 0 && out >= 0);
	while ((n = read(in, block, sizeof(block))) > 0)
		CHECK(write(out, block, (size_t)n) == n);
	CHECK(n == 0 && close(in) == 0 && close(out) == 0);
	(void)snprintf(beside, sizeof(beside), "%.150s-wal", to);
	(void)unlink(beside);
	(void)snprintf(beside, sizeof(beside), "%.150s-shm", to);
	(void)unlink(beside);
}

#endif
