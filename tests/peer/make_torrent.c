/* make_torrent OUT PIECE_LENGTH NAME file|folder BASE [PATH…]
 *
 * Writes the torrent file of BASE/PATH… (in that order) with torrentmaker, or
 * of the file BASE, and prints its v2 hash. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/durable.h"
#include "node/torrentmaker.h"
#include "proto/encoding.h"
#include "tests/support/check.h"

static void feed(struct torrentmaker *m, const char *path, const char *name)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	ssize_t n;

	CHECK(fd >= 0 && fstat(fd, &st) == 0);
	CHECK(torrentmaker_file(m, name, (uint64_t)st.st_size) == STATUS_OK);
	do {
		size_t room;
		uint8_t *block = torrentmaker_room(m, &room);

		n = read(fd, block, room);
		CHECK(n >= 0);
		CHECK(torrentmaker_add(m, (size_t)n) == STATUS_OK);
	} while (n > 0);
	close(fd);
}

int main(int argc, char **argv)
{
	struct torrentmaker *m;
	struct buf torrent = BUF_INIT;
	struct err err = ERR_INIT;
	uint8_t btmh[32];
	char hex[65], path[4096];

	CHECK(argc >= 6);
	m = torrentmaker_new(argv[3], strcmp(argv[4], "folder") == 0,
			     (uint32_t)atol(argv[2]));
	CHECK(m != NULL);
	if (argc == 6)
		feed(m, argv[5], NULL);
	for (int i = 6; i < argc; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", argv[5], argv[i]);
		feed(m, path, argv[i]);
	}
	CHECK(torrentmaker_finish(m, &torrent, btmh) == STATUS_OK);
	CHECK(durable_write(argv[1], buf_bytes(&torrent), 0644, &err) ==
	      STATUS_OK);
	hex_encode((struct bytes){ btmh, 32 }, hex);
	printf("%s\n", hex);
	torrentmaker_free(m);
	buf_release(&torrent);
	return 0;
}
