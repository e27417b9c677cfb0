#include "node/torrentfile.h"

#include "node/durable.h"
#include "node/merkle.h"
#include "proto/encoding.h"
#include "tests/support/make.h"

enum { K = 1024 };

static struct scratch scratch;

static void a_small_file_has_the_hashes_of_bep_52(void)
{
	/* Python's hashlib over "hello\n": the only leaf is the root. */
	static const char root[] =
		"5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
	struct torrentmaker *m = torrentmaker_new("a.txt", false, 16 * K);
	struct buf torrent = BUF_INIT;
	struct metainfo mi;
	uint8_t btmh[32];
	char hex[65];
	size_t room;

	CHECK(m != NULL);
	CHECK(torrentmaker_file(m, NULL, 6) == STATUS_OK);
	memcpy(torrentmaker_room(m, &room), "hello\n", 6);
	CHECK(torrentmaker_add(m, 6) == STATUS_OK);
	CHECK(torrentmaker_finish(m, &torrent, btmh) == STATUS_OK);
	torrentmaker_free(m);
	CHECK(metainfo_parse(buf_bytes(&torrent), &mi) == STATUS_OK);
	hex_encode((struct bytes){ mi.files[0].root, 32 }, hex);
	CHECK(strcmp(hex, root) == 0);
	hex_encode((struct bytes){ mi.v1_pieces.data, 20 }, hex);
	CHECK(strcmp(hex, "f572d396fae9206628714fb2ce00f72e94f2258f") == 0);
	metainfo_release(&mi);
	buf_release(&torrent);
}

static void what_is_made_is_proved(void)
{
	static const char *const paths[] = { "a", "b/c", "b/d", "e", NULL };
	struct torrentfile *tf;
	struct buf torrent = BUF_INIT;
	struct err err = ERR_INIT;
	uint8_t btmh[32];

	scratch_folder(&scratch, "n");
	scratch_folder(&scratch, "n/b");
	scratch_file(&scratch, "n/a", 100 * K, 1);
	scratch_file(&scratch, "n/b/c", 0, 2);
	scratch_file(&scratch, "n/b/d", 16 * K, 3);
	scratch_file(&scratch, "n/e", 333 * K + 7, 4);
	make_torrent(&scratch, ".", "n", paths, 32 * K, &torrent, btmh);
	CHECK(durable_write(scratch_path(&scratch, "t"), buf_bytes(&torrent),
			    0644, &err) == STATUS_OK);
	CHECK(torrentfile_open(&tf, scratch_path(&scratch, "t"), btmh, &err) ==
	      STATUS_OK);
	CHECK(tf->mi.file_count == 4 && tf->mi.pieces == 4 + 0 + 1 + 11);
	CHECK(tf->mi.total == (100 + 16 + 333) * K + 7);
	CHECK(memcmp(tf->btmh, btmh, 32) == 0);
	torrentfile_free(tf);

	CHECK(torrentfile_open(&tf, scratch_path(&scratch, "no"), btmh, &err) ==
	      STATUS_NOT_FOUND);
	btmh[31] ^= 1;
	CHECK(torrentfile_open(&tf, scratch_path(&scratch, "t"), btmh, &err) ==
	      STATUS_UNTRUSTED);
	buf_release(&torrent);
}

/* Every byte of the file is either in the hash, or in a layer that must add
 * up, or makes it no torrent: no change passes. */
static void no_changed_byte_passes(void)
{
	struct buf torrent = BUF_INIT;
	struct metainfo mi;
	struct err err = ERR_INIT;
	uint8_t btmh[32];
	enum status status;
	size_t untrusted = 0;

	scratch_file(&scratch, "f", 100 * K, 5);
	make_torrent(&scratch, ".", "f", NULL, 16 * K, &torrent, btmh);
	for (size_t i = 0; i < torrent.size; i++) {
		torrent.data[i] ^= 1;
		status = torrentfile_verify(buf_bytes(&torrent), btmh, &mi,
					    &err);
		CHECK(status == STATUS_UNTRUSTED || status == STATUS_MALFORMED);
		untrusted += status == STATUS_UNTRUSTED;
		torrent.data[i] ^= 1;
	}
	CHECK(untrusted > 7 * 32);
	CHECK(torrentfile_verify(buf_bytes(&torrent), btmh, &mi, &err) ==
	      STATUS_OK);
	metainfo_release(&mi);
	buf_release(&torrent);
}

static void the_maker_refuses_what_it_was_not_told(void)
{
	struct torrentmaker *m = torrentmaker_new("d", true, 16 * K);
	struct buf torrent = BUF_INIT;
	uint8_t btmh[32];
	size_t room;

	CHECK(m != NULL);
	CHECK(torrentmaker_file(m, "b", 10) == STATUS_OK);
	memset(torrentmaker_room(m, &room), 0, 100);
	CHECK(torrentmaker_add(m, 11) == STATUS_MALFORMED);
	CHECK(torrentmaker_add(m, 5) == STATUS_OK);
	CHECK(torrentmaker_file(m, "c", 10) == STATUS_MALFORMED);
	CHECK(torrentmaker_finish(m, &torrent, btmh) == STATUS_MALFORMED);
	torrentmaker_free(m);

	m = torrentmaker_new("d", true, 16 * K);
	CHECK(torrentmaker_file(m, "b", 0) == STATUS_OK);
	CHECK(torrentmaker_file(m, "a", 0) == STATUS_MALFORMED);
	CHECK(torrentmaker_file(m, "b", 0) == STATUS_MALFORMED);
	CHECK(torrentmaker_file(m, "../c", 0) == STATUS_MALFORMED);
	CHECK(torrentmaker_file(m, "c", UINT64_MAX) == STATUS_NO_ROOM);
	CHECK(torrentmaker_finish(m, &torrent, btmh) == STATUS_MALFORMED);
	torrentmaker_free(m);
	torrentmaker_free(NULL);

	/* Given up half way, with the thread behind at work. */
	m = torrentmaker_new("d", false, 16 * K);
	CHECK(torrentmaker_file(m, NULL, 1 << 30) == STATUS_OK);
	for (int i = 0; i < 4; i++) {
		memset(torrentmaker_room(m, &room), i, 16 * K);
		CHECK(torrentmaker_add(m, 16 * K) == STATUS_OK);
	}
	torrentmaker_free(m);
	CHECK(torrent.size == 0);
	buf_release(&torrent);
}

static void two_makings_give_the_same_bytes(void)
{
	struct buf one = BUF_INIT, two = BUF_INIT;
	uint8_t btmh[2][32];

	make_torrent(&scratch, ".", "f", NULL, 16 * K, &one, btmh[0]);
	make_torrent(&scratch, ".", "f", NULL, 16 * K, &two, btmh[1]);
	CHECK(bytes_equal(buf_bytes(&one), buf_bytes(&two)));
	CHECK(memcmp(btmh[0], btmh[1], 32) == 0);
	buf_release(&one);
	buf_release(&two);
}

static void pieces_grow_with_the_payload(void)
{
	const uint64_t G = 1 << 30;

	CHECK(torrentfile_piece_length(0) == 16 * K);
	CHECK(torrentfile_piece_length(64 * 32 * K - 1) == 16 * K);
	CHECK(torrentfile_piece_length(64 * 32 * K) == 32 * K);
	CHECK(torrentfile_piece_length(20 << 20) == 128 * K);
	CHECK(torrentfile_piece_length(64 << 20) == 128 * K);
	CHECK(torrentfile_piece_length((64 << 20) + 1) == 256 * K);
	CHECK(torrentfile_piece_length(128 << 20) == 256 * K);
	CHECK(torrentfile_piece_length((128 << 20) + 1) == 512 * K);
	CHECK(torrentfile_piece_length(G) == 2 << 20);
	CHECK(torrentfile_piece_length(G + 1) == 4 << 20);
	CHECK(torrentfile_piece_length(4 * G) == 4 << 20);
	CHECK(torrentfile_piece_length(1000 * G) == 4 << 20);
	CHECK(torrentfile_piece_length(4096 * G) == 8 << 20);
}

/* A climb gives what hashing level by level gives, for every count. */
static void a_climb_is_a_tree(void)
{
	struct merkle *m = merkle_new();
	uint8_t level[64][32], root[32], pad[32] = { 7 };

	CHECK(m != NULL);
	for (unsigned count = 1; count <= 33; count++) {
		struct merkle_climb climb;
		unsigned width = 1;

		while (width < count)
			width *= 2;
		merkle_climb_init(&climb);
		for (unsigned i = 0; i < width; i++) {
			memcpy(level[i], pad, 32);
			if (i < count) {
				memset(level[i], (int)i, 32);
				merkle_climb_add(m, &climb, level[i]);
			}
		}
		merkle_climb_root(m, &climb, width, pad, root);
		for (unsigned size = width; size > 1; size /= 2)
			for (unsigned i = 0; i < size / 2; i++) {
				uint8_t both[64];

				memcpy(both, level[2 * i], 64);
				merkle_hash(m, both, 64, level[i]);
			}
		CHECK(memcmp(root, level[0], 32) == 0);
	}
	merkle_free(m);
}

int main(void)
{
	scratch_init(&scratch);
	a_small_file_has_the_hashes_of_bep_52();
	what_is_made_is_proved();
	no_changed_byte_passes();
	the_maker_refuses_what_it_was_not_told();
	two_makings_give_the_same_bytes();
	pieces_grow_with_the_payload();
	a_climb_is_a_tree();
	scratch_release(&scratch);
	return 0;
}
