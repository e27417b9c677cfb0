/* What payloads take on disk: blocks, not lengths, for files come with
 * holes. */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/payload.h"

enum { BLOCK = 512, DEEPEST = 64 };

static uint64_t blocks_of(const struct stat *st)
{
	return (uint64_t)st->st_blocks * BLOCK;
}

/* All below `fd` (closed at the end). */
static uint64_t below(int fd, unsigned depth)
{
	DIR *list = fdopendir(fd);
	const struct dirent *entry;
	uint64_t total = 0;
	struct stat st;

	if (list == NULL) {
		(void)close(fd);
		return 0;
	}
	while ((entry = readdir(list)) != NULL) {
		int inner;

		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0 ||
		    fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		total += blocks_of(&st);
		if (!S_ISDIR(st.st_mode) || depth == 0)
			continue;
		inner = openat(fd, entry->d_name,
			       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (inner >= 0)
			total += below(inner, depth - 1);
	}
	(void)closedir(list);
	return total;
}

uint64_t payload_disk(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return 0;
	if (fstat(fd, &st) != 0) {
		(void)close(fd);
		return 0;
	}
	return blocks_of(&st) + below(fd, DEEPEST);
}
