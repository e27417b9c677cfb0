/* Torrent files behind the name a lesson was signed with: the input is taken as
 * a torrent file whose info is the one that was signed. */
#include "node/torrentfile.h"
#include "node/torrentmaker.h"
#include "signing/digest.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes torrent = { data, size };
	struct torrentfile *tf = NULL;
	struct err err = ERR_INIT;
	struct metainfo mi;
	uint8_t btmh[32] = { 0 };
	enum status status;

	CHECK(torrentfile_open_bytes(&tf, torrent, btmh, &err) != STATUS_OK);
	if (metainfo_parse(torrent, &mi) != STATUS_OK)
		return 0;
	sha256(mi.info.data, mi.info.size, btmh);
	metainfo_release(&mi);
	status = torrentfile_open_bytes(&tf, torrent, btmh, &err);
	CHECK(status == STATUS_OK || status == STATUS_UNTRUSTED);
	if (status == STATUS_OK) {
		/* Proven: a layer that belongs to its root. */
		CHECK(tf->mi.pieces > 0);
		torrentfile_free(tf);
	}
	return 0;
}

/* A folder of a small file and one of three pieces. */
static void seed(bool folder)
{
	struct torrentmaker *m = torrentmaker_new("n", folder, 16384);
	struct buf torrent = BUF_INIT;
	uint8_t btmh[32], *room;
	size_t most;

	CHECK(m != NULL);
	if (folder) {
		CHECK(torrentmaker_file(m, "a", 5) == STATUS_OK);
		room = torrentmaker_room(m, &most);
		memset(room, 1, 5);
		CHECK(torrentmaker_add(m, 5) == STATUS_OK);
	}
	CHECK(torrentmaker_file(m, folder ? "b/c" : NULL, 40000) ==
	      STATUS_OK);
	room = torrentmaker_room(m, &most);
	CHECK(most >= 40000);
	memset(room, 2, 40000);
	CHECK(torrentmaker_add(m, 40000) == STATUS_OK);
	CHECK(torrentmaker_finish(m, &torrent, btmh) == STATUS_OK);
	torrentmaker_free(m);
	fuzz_seed_buf(&torrent);
}

void fuzz_seeds(void)
{
	seed(false);
	seed(true);
}
