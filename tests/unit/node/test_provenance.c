/* The bytes of all ways are always those that are here. */
#include "node/provenance.h"

#include <string.h>

#include "tests/support/check.h"

enum { PIECES = 10, LENGTH = 100, LAST = 30 };

static struct metainfo_file file = { .length = (PIECES - 1) * LENGTH + LAST,
				     .pieces = PIECES };
static uint8_t layer[PIECES * METAINFO_HASH_SIZE];

static struct metainfo of_one_file(void)
{
	file.layer = (struct bytes){ layer, sizeof(layer) };
	return (struct metainfo){ .piece_length = LENGTH,
				  .pieces = PIECES,
				  .total = file.length,
				  .files = &file,
				  .file_count = 1 };
}

static const uint8_t *btmh(unsigned n)
{
	static uint8_t hash[32];

	memset(hash, 0, sizeof(hash));
	hash[0] = (uint8_t)n;
	hash[1] = (uint8_t)(n >> 8);
	return hash;
}

static bool is(const struct provenance *p, unsigned n, const uint8_t *have,
	       uint64_t cache, uint64_t uplink, uint64_t near, uint64_t drive)
{
	struct metainfo mi = of_one_file();
	uint64_t bytes[FROM_WAYS], all = 0;

	provenance_sum(p, btmh(n), &mi, have, bytes);
	for (int i = 0; i < FROM_WAYS; i++)
		all += bytes[i];
	CHECK(all == metainfo_bytes_of(&mi, have));
	return bytes[FROM_CACHE] == cache && bytes[FROM_UPLINK] == uplink &&
	       bytes[FROM_NEIGHBOUR] == near && bytes[FROM_DRIVE] == drive;
}

static void each_piece_counts_for_its_way(void)
{
	struct provenance *p = provenance_new();
	uint8_t have[2] = { 0xff, 0xc0 }, few[2] = { 0xe0, 0x40 };

	CHECK(is(p, 1, have, 930, 0, 0, 0)); /* nothing is known */
	provenance_piece(p, btmh(1), PIECES, 0, FROM_UPLINK);
	provenance_piece(p, btmh(1), PIECES, 1, FROM_NEIGHBOUR);
	provenance_piece(p, btmh(1), PIECES, 9, FROM_NEIGHBOUR);
	provenance_piece(p, btmh(1), PIECES, 5, FROM_DRIVE);
	CHECK(is(p, 1, have, 600, 100, 130, 100));
	CHECK(is(p, 1, few, 100, 100, 130, 0)); /* of what is here */
	provenance_piece(p, btmh(1), PIECES, 0, FROM_NEIGHBOUR); /* again */
	CHECK(is(p, 1, have, 600, 0, 230, 100));
	CHECK(is(p, 2, have, 930, 0, 0, 0)); /* another payload */
	provenance_piece(p, btmh(1), PIECES, PIECES, FROM_DRIVE); /* none */
	provenance_free(p);
}

static void what_was_gained_is_known_from_maps(void)
{
	struct provenance *p = provenance_new();
	uint8_t before[2] = { 0x80, 0 }, after[2] = { 0xf0, 0 },
		have[2] = { 0xff, 0xc0 };

	provenance_piece(p, btmh(1), PIECES, 1, FROM_UPLINK);
	provenance_gained(p, btmh(1), PIECES, before, after, FROM_DRIVE);
	/* The first was there, the second is known already. */
	CHECK(is(p, 1, after, 100, 100, 0, 200));
	/* Half of what the swarm brought was from beyond. */
	provenance_mixed(p, btmh(1), PIECES, after, have, 5, 5);
	CHECK(is(p, 1, have, 100, 400, 230, 200) ||
	      is(p, 1, have, 100, 330, 300, 200));
	provenance_free(p);

	p = provenance_new();
	provenance_mixed(p, btmh(1), PIECES, before, have, 7, 0);
	CHECK(is(p, 1, have, 100, 830, 0, 0));
	provenance_mixed(p, btmh(2), PIECES, before, have, 0, 1);
	CHECK(is(p, 2, have, 100, 0, 830, 0));
	provenance_free(p);
}

static void without_the_torrent_it_is_told_about(void)
{
	struct provenance *p = provenance_new();
	uint8_t have[2] = { 0xf0, 0 };
	uint64_t bytes[FROM_WAYS];

	provenance_piece(p, btmh(1), PIECES, 0, FROM_UPLINK);
	provenance_piece(p, btmh(1), PIECES, 9, FROM_UPLINK);
	provenance_share(p, btmh(1), PIECES, have, 1000, bytes);
	CHECK(bytes[FROM_UPLINK] == 100 && bytes[FROM_CACHE] == 300 &&
	      bytes[FROM_DRIVE] == 0);
	provenance_share(p, btmh(2), 0, have, 1000, bytes);
	CHECK(bytes[FROM_CACHE] == 0);
	provenance_free(p);
}

static void the_least_used_are_forgotten(void)
{
	struct provenance *p = provenance_new();
	uint8_t have[2] = { 0x80, 0 };

	for (unsigned i = 0; i <= PROVENANCE_PAYLOADS; i++) {
		provenance_piece(p, btmh(i), PIECES, 0, FROM_DRIVE);
		provenance_piece(p, btmh(0), PIECES, 0, FROM_UPLINK);
	}
	CHECK(is(p, 0, have, 0, 100, 0, 0));
	CHECK(is(p, 1, have, 100, 0, 0, 0));
	CHECK(is(p, 2, have, 0, 0, 0, 100));
	/* One that takes all the room there is. */
	provenance_piece(p, btmh(900), PROVENANCE_PIECES, 0, FROM_DRIVE);
	CHECK(is(p, 0, have, 100, 0, 0, 0));
	/* The same hash with other pieces is not what it was. */
	provenance_piece(p, btmh(900), PIECES, 1, FROM_DRIVE);
	CHECK(is(p, 900, have, 100, 0, 0, 0));
	provenance_free(p);
	provenance_free(NULL);
}

int main(void)
{
	each_piece_counts_for_its_way();
	what_was_gained_is_known_from_maps();
	without_the_torrent_it_is_told_about();
	the_least_used_are_forgotten();
	return 0;
}
