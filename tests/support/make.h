/* Torrents for tests, made with torrentmaker of files on disk. */
#ifndef TESTS_SUPPORT_MAKE_H
#define TESTS_SUPPORT_MAKE_H

#include "node/torrentmaker.h"
#include "tests/support/scratch.h"

/* Feed the file at `full` as `path` (NULL: the only file). */
static inline void make_feed(struct torrentmaker *m, const char *full,
			     const char *path)
{
	int fd = open(full, O_RDONLY);
	struct stat st;
	ssize_t n;

	CHECK(fd >= 0 && fstat(fd, &st) == 0);
	CHECK(torrentmaker_file(m, path, (uint64_t)st.st_size) == STATUS_OK);
	do {
		size_t room;
		uint8_t *block = torrentmaker_room(m, &room);

		n = read(fd, block, room);
		CHECK(n >= 0);
		CHECK(torrentmaker_add(m, (size_t)n) == STATUS_OK);
	} while (n > 0);
	CHECK(close(fd) == 0);
}

/* The torrent of folder/paths… (NULL at the end, in order), or of the file
 * `folder`/`name` when `paths` is NULL. */
static inline void make_torrent(struct scratch *s, const char *folder,
				const char *name, const char *const *paths,
				uint32_t piece_length, struct buf *torrent,
				uint8_t btmh[static 32])
{
	struct torrentmaker *m =
		torrentmaker_new(name, paths != NULL, piece_length);
	char full[256];

	CHECK(m != NULL);
	if (paths == NULL) {
		(void)snprintf(full, sizeof(full), "%s/%s", folder, name);
		make_feed(m, scratch_path(s, full), NULL);
	}
	for (; paths != NULL && *paths != NULL; paths++) {
		(void)snprintf(full, sizeof(full), "%s/%s/%s", folder, name,
			       *paths);
		make_feed(m, scratch_path(s, full), *paths);
	}
	CHECK(torrentmaker_finish(m, torrent, btmh) == STATUS_OK);
	torrentmaker_free(m);
}

#endif
