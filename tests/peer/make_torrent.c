/* make_torrent OUT PIECE_LENGTH NAME file|folder BASE [PATH…]
 *
 * Writes the torrent file of BASE/PATH… (in that order) with torrentmaker, or
 * of the file BASE, and prints its v2 hash. */
#include "node/durable.h"
#include "proto/encoding.h"
#include "tests/support/make.h"

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
		make_feed(m, argv[5], NULL);
	for (int i = 6; i < argc; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", argv[5], argv[i]);
		make_feed(m, path, argv[i]);
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
