/* Torrent files: what is read is whole, safe and adds up. */
#include "proto/metainfo.h"
#include "proto/safename.h"
#include "tests/fuzz/fuzz.h"

static void check_pieces(const struct metainfo *mi)
{
	uint64_t total = 0;
	uint32_t pieces = 0;

	for (uint32_t i = 0; i < mi->file_count; i++) {
		const struct metainfo_file *f = &mi->files[i];

		CHECK(safename_path_check(bytes_of(f->path)) == STATUS_OK);
		CHECK(metainfo_find(mi, f->path) == f);
		CHECK((f->root == NULL) == (f->length == 0));
		CHECK(f->pieces == 0 || f->first_piece == pieces);
		CHECK(f->layer.size == 0 ||
		      f->layer.size == (size_t)f->pieces * METAINFO_HASH_SIZE);
		pieces += f->pieces;
		total += f->length;
	}
	CHECK(pieces == mi->pieces && total == mi->total);
	CHECK(mi->pieces <= METAINFO_PIECES_MAX);
	CHECK(mi->v1_pieces.size == (size_t)pieces * METAINFO_SHA1_SIZE);
}

static void walk_pieces(const struct metainfo *mi)
{
	uint8_t *map = calloc(1, havemap_size(mi->pieces) + 1);
	uint64_t total = 0;

	CHECK(map != NULL);
	for (uint32_t i = 0; i < mi->pieces; i++) {
		struct metainfo_piece p = metainfo_piece(mi, i);
		const struct metainfo_file *f;

		CHECK(p.file < mi->file_count && p.length > 0);
		f = &mi->files[p.file];
		CHECK(p.offset + p.length <= f->length);
		CHECK(p.length <= mi->piece_length);
		CHECK((uint64_t)p.leaves * METAINFO_BLOCK >= p.length);
		CHECK((p.leaves & (p.leaves - 1)) == 0);
		CHECK(p.hash[0] <= 0xff); /* is there to be read */
		total += p.length;
		havemap_set(map, i);
	}
	CHECK(total == mi->total);
	CHECK(havemap_count(map, mi->pieces) == mi->pieces);
	CHECK(metainfo_bytes_of(mi, map) == mi->total);
	free(map);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct metainfo mi;
	const char *why = NULL;

	if (metainfo_parse_why((struct bytes){ data, size }, &mi, &why) !=
	    STATUS_OK)
		return 0;
	CHECK(mi.info.data >= data &&
	      mi.info.data + mi.info.size <= data + size);
	check_pieces(&mi);
	walk_pieces(&mi);
	metainfo_release(&mi);
	return 0;
}

#define A32 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define B32 "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
#define S20 "ssssssssssssssssssss"

void fuzz_seeds(void)
{
	/* One file of one piece; a folder with a file of two pieces, an empty
	 * one, and one in a folder below; pad files between. */
	fuzz_seed_text("d4:infod9:file treed5:a.mp4d0:d6:lengthi9e11:pieces "
		       "root32:" A32 "eee6:lengthi9e12:meta versioni2e4:name5:"
		       "a.mp412:piece lengthi16384e6:pieces20:" S20
		       "e12:piece layersdee");
	fuzz_seed_text(
		"d4:infod9:file treed1:ad0:d6:lengthi40000e11:pieces root32:" A32
		"ee1:bd0:d6:lengthi0eee1:cd1:dd0:d6:lengthi16384e11:pieces "
		"root32:" B32 "eeee5:filesld6:lengthi40000e4:pathl1:aeed4:"
		"attr1:p6:lengthi25536e4:pathl4:.pad5:25536eed6:lengthi0e4:"
		"pathl1:beed6:lengthi16384e4:pathl1:c1:deed4:attr1:p6:lengthi"
		"16384e4:pathl4:.pad5:16384eee12:meta versioni2e4:name1:n12:"
		"piece lengthi32768e6:pieces60:" S20 S20 S20
		"e12:piece layersd32:" A32 "64:" A32 B32 "ee");
}
