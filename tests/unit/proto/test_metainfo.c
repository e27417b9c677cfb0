#include "proto/metainfo.h"
#include "proto/bencode.h"
#include "tests/support/check.h"

#include <string.h>

/* Hashes are not looked at here, so a root is 32 letters. */
#define A32 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define B32 "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
#define LEAF(length, root) \
	"d0:d6:lengthi" length "e11:pieces root32:" root "ee"
#define EMPTY "d0:d6:lengthi0eee"
#define FILE1(length, name) "d6:lengthi" length "e4:pathl" name "ee"
#define PAD(length, name) "d4:attr1:p6:lengthi" length "e4:pathl4:.pad" name "ee"

/* Text of the parts; NULL takes those of a good folder of three files:
 * a (40000 bytes), b (0), c/d (16384), pieces of 32 KiB. */
struct parts {
	const char *tree;
	const char *v1; /* "5:filesl…e" or "6:lengthi…e" */
	const char *layers;
	const char *name;
	const char *piece_length;
	const char *version;
	int pieces; /* of v1; 0: 3 */
	const char *more;
};

static const char good_tree[] =
	"d1:a" LEAF("40000", A32) "1:b" EMPTY "1:cd1:d" LEAF("16384", B32) "ee";
static const char good_v1[] = "5:filesl" FILE1("40000", "1:a")
	PAD("25536", "5:25536") FILE1("0", "1:b") FILE1("16384", "1:c1:d")
	PAD("16384", "5:16384") "e";
static const char good_layers[] = "12:piece layersd32:" A32 "64:" A32 B32 "e";

static void build(struct buf *b, const struct parts *p)
{
	int pieces = p->pieces == 0 ? 3 : p->pieces;

	buf_clear(b);
	buf_printf(b, "d4:infod9:file tree%s%s%s",
		   p->tree == NULL ? good_tree : p->tree,
		   p->v1 == NULL ? good_v1 : p->v1,
		   p->version == NULL ? "12:meta versioni2e" : p->version);
	buf_printf(b, "%s%s", p->name == NULL ? "4:name1:n" : p->name,
		   p->piece_length == NULL ? "12:piece lengthi32768e" :
					     p->piece_length);
	if (pieces > 0)
		buf_printf(b, "6:pieces%d:", 20 * pieces);
	for (int i = 0; i < 20 * pieces; i++)
		buf_put_u8(b, (uint8_t)('0' + i / 20));
	buf_printf(b, "%se%se", p->more == NULL ? "" : p->more,
		   p->layers == NULL ? good_layers : p->layers);
	CHECK(buf_status(b) == STATUS_OK);
}

static void refused(const char *what, struct parts parts)
{
	struct buf b = BUF_INIT;
	struct metainfo mi;
	const char *why = NULL;
	struct bencode_value value;

	build(&b, &parts);
	if (metainfo_parse_why(buf_bytes(&b), &mi, &why) != STATUS_MALFORMED) {
		fprintf(stderr, "%s: not refused\n", what);
		abort();
	}
	CHECK(why != NULL);
	/* The test means what it says only if it is good bencoding. */
	CHECK(bencode_parse(buf_bytes(&b), &value) == STATUS_OK);
	buf_release(&b);
}

static void a_good_folder_is_read(void)
{
	struct buf b = BUF_INIT;
	struct metainfo mi;
	struct metainfo_piece piece;

	build(&b, &(struct parts){ .tree = NULL });
	CHECK(metainfo_parse(buf_bytes(&b), &mi) == STATUS_OK);
	CHECK(bytes_is(mi.name, "n") && mi.folder);
	CHECK(mi.piece_length == 32768 && mi.pieces == 3);
	CHECK(mi.total == 56384 && mi.file_count == 3);
	CHECK(strcmp(mi.files[0].path, "n/a") == 0);
	CHECK(strcmp(mi.files[1].path, "n/b") == 0);
	CHECK(strcmp(mi.files[2].path, "n/c/d") == 0);
	CHECK(mi.files[1].root == NULL && mi.files[1].pieces == 0);
	CHECK(mi.files[2].first_piece == 2 && mi.files[2].layer.size == 0);
	CHECK(bytes_start_with(mi.info, "d9:file tree"));
	CHECK(mi.info.size + sizeof(good_layers) - 1 + 8 == b.size);

	piece = metainfo_piece(&mi, 0);
	CHECK(piece.file == 0 && piece.offset == 0 && piece.length == 32768);
	CHECK(memcmp(piece.hash, A32, 32) == 0 && piece.leaves == 2);
	piece = metainfo_piece(&mi, 1);
	CHECK(piece.file == 0 && piece.offset == 32768);
	CHECK(piece.length == 40000 - 32768 && piece.leaves == 2);
	CHECK(memcmp(piece.hash, B32, 32) == 0);
	piece = metainfo_piece(&mi, 2);
	CHECK(piece.file == 2 && piece.offset == 0 && piece.length == 16384);
	CHECK(memcmp(piece.hash, B32, 32) == 0 && piece.leaves == 1);

	CHECK(metainfo_find(&mi, "n/b") == &mi.files[1]);
	CHECK(metainfo_find(&mi, "n/c/d") == &mi.files[2]);
	CHECK(metainfo_find(&mi, "n/c") == NULL);
	CHECK(metainfo_find(&mi, "") == NULL);
	metainfo_release(&mi);
	buf_release(&b);
}

static const struct parts single = {
	.tree = "d1:n" LEAF("20000", A32) "e",
	.v1 = "6:lengthi20000e",
	.layers = "12:piece layersde",
	.pieces = 1,
};

static void a_good_single_file_is_read(void)
{
	struct buf b = BUF_INIT;
	struct metainfo mi;
	struct parts parts = single;

	build(&b, &parts);
	CHECK(metainfo_parse(buf_bytes(&b), &mi) == STATUS_OK);
	CHECK(!mi.folder && mi.file_count == 1 && mi.pieces == 1);
	CHECK(strcmp(mi.files[0].path, "n") == 0);
	CHECK(metainfo_piece(&mi, 0).leaves == 2);
	CHECK(memcmp(metainfo_piece(&mi, 0).hash, A32, 32) == 0);
	metainfo_release(&mi);

	/* Piece layers may be missing when no file needs one, and outer keys
	 * of others are let be. */
	parts.layers = "3:zzz1:x";
	build(&b, &parts);
	CHECK(metainfo_parse(buf_bytes(&b), &mi) == STATUS_OK);
	metainfo_release(&mi);
	buf_release(&b);
}

static void the_last_pad_may_be_missing(void)
{
	struct buf b = BUF_INIT;
	struct metainfo mi;

	build(&b, &(struct parts){ .v1 = "5:filesl" FILE1("40000", "1:a")
					FILE1("0", "1:b") PAD("25536", "1:x")
						FILE1("16384", "1:c1:d") "e" });
	CHECK(metainfo_parse(buf_bytes(&b), &mi) == STATUS_OK);
	metainfo_release(&mi);
	buf_release(&b);
}

#define TREE1(name) "d" name LEAF("20000", A32) "e"

static void refused_name(const char *text, size_t size)
{
	struct buf tree = BUF_INIT, v1 = BUF_INIT, name = BUF_INIT;
	struct bytes bytes = { (const uint8_t *)text, size };

	/* As the only file of a folder. */
	buf_puts(&tree, "d");
	bencode_put_string(&tree, bytes);
	buf_puts(&tree, LEAF("20000", A32) "e");
	buf_puts(&v1, "5:filesld6:lengthi20000e4:pathl");
	bencode_put_string(&v1, bytes);
	buf_puts(&v1, "eee");
	buf_puts(&name, "4:name");
	bencode_put_string(&name, bytes);
	if (strlen(text) == size) {
		struct parts in_folder = single;
		struct parts as_name = single;

		in_folder.tree = buf_string(&tree);
		in_folder.v1 = buf_string(&v1);
		refused(text, in_folder);
		as_name.tree = buf_string(&tree);
		as_name.name = buf_string(&name);
		refused(text, as_name);
	}
	buf_release(&tree);
	buf_release(&v1);
	buf_release(&name);
}

static void hostile_names_are_refused(void)
{
	static const char *const names[] = {
		"",	   "..",     ".",      "/etc/passwd", "a/b",
		"a\\b",	   "..\\a",  "C:",     "nul",	      "Con.mp4",
		"a.",	   "a ",     "\x01",   "\xc2\x9b",    "\xff\xfe",
		"\xe2\x80\xaeg", "\xc0\xae\xc0\xae", "a:$DATA",
	};
	char longer[300];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		refused_name(names[i], strlen(names[i]));
	memset(longer, 'x', sizeof(longer));
	longer[241] = 0;
	refused_name(longer, 241);
}

static void a_zero_byte_in_a_name_is_refused(void)
{
	static const char torrent[] =
		"d4:infod9:file treed3:a\0b" LEAF("20000", A32)
		"e5:filesld6:lengthi20000e4:pathl3:a\0beee12:meta versioni2e"
		"4:name1:n12:piece lengthi32768e6:pieces20:"
		"00000000000000000000ee";
	struct metainfo mi;
	struct bencode_value value;
	struct bytes bytes = { (const uint8_t *)torrent, sizeof(torrent) - 1 };

	CHECK(bencode_parse(bytes, &value) == STATUS_OK);
	CHECK(metainfo_parse(bytes, &mi) == STATUS_MALFORMED);
}

static void v1_must_tell_the_same_as_v2(void)
{
#define V1(text) ((struct parts){ .v1 = "5:filesl" text "e" })
#define F_A FILE1("40000", "1:a")
#define F_B FILE1("0", "1:b")
#define F_C FILE1("16384", "1:c1:d")
#define P_A PAD("25536", "1:x")
#define P_C PAD("16384", "1:x")
	struct parts length = single;

	refused("no files", V1(""));
	refused("a file missing", V1(F_A P_A F_B));
	refused("a file more", V1(F_A P_A F_B F_C P_C F_C));
	refused("another order", V1(F_A P_A F_C P_C F_B));
	refused("no pad", V1(F_A F_B F_C));
	refused("pad too short", V1(F_A PAD("25535", "1:x") F_B F_C));
	refused("pad too long", V1(F_A PAD("58304", "1:x") F_B F_C));
	refused("two pads", V1(F_A P_A P_A F_B F_C));
	refused("pad first", V1(P_A F_A P_A F_B F_C));
	refused("pad of nothing", V1(F_A PAD("0", "1:x") P_A F_B F_C));
	refused("another length", V1(FILE1("40001", "1:a") P_A F_B F_C));
	refused("negative length", V1(FILE1("-1", "1:a") P_A F_B F_C));
	refused("another name", V1(FILE1("40000", "1:x") P_A F_B F_C));
	refused("joined path", V1(F_A P_A F_B FILE1("16384", "3:c/d")));
	refused("longer path", V1(F_A P_A F_B FILE1("16384", "1:c1:d1:e")));
	refused("shorter path", V1(F_A P_A F_B FILE1("16384", "1:c")));
	refused("empty path", V1(F_A P_A F_B FILE1("16384", "")));
	refused("a link", V1("d4:attr1:l6:lengthi40000e4:pathl1:aee" P_A F_B
				     F_C));
	refused("a link by path", V1("d6:lengthi40000e4:pathl1:ae12:symlink "
				     "pathl1:xee" P_A F_B F_C));
	refused("a length and files",
		(struct parts){ .v1 = "5:filesl" F_A P_A F_B F_C
					"e6:lengthi56384e" });
	refused("neither", (struct parts){ .v1 = "" });
	refused("pieces missing", (struct parts){ .pieces = -1 });
	refused("too few pieces", (struct parts){ .pieces = 2 });
	refused("too many pieces", (struct parts){ .pieces = 4 });
	length.v1 = "6:lengthi20001e";
	refused("single of another length", length);
	length.v1 = "6:lengthi-20000e";
	refused("single of negative length", length);
	length.v1 = "6:lengthi20000e";
	length.tree = TREE1("1:x");
	refused("single of another name", length);
}

static void the_tree_is_read_strictly(void)
{
	struct parts p = single;
	struct buf deep = BUF_INIT;

#define REFUSED_TREE(text) \
	(p.tree = (text), refused(text, p))
	REFUSED_TREE("de");
	REFUSED_TREE("le");
	REFUSED_TREE("d1:ni5ee");
	REFUSED_TREE("d1:ndee");
	REFUSED_TREE("d1:nd0:i1eee");
	REFUSED_TREE("d1:nd0:deee");
	REFUSED_TREE("d1:nd0:d6:lengthi20000eeee");
	REFUSED_TREE("d1:nd0:d6:lengthi20000e11:pieces root31:" "AAAAAAAAAAAAAAA"
		     "AAAAAAAAAAAAAAAA" "eee");
	REFUSED_TREE("d1:n" LEAF("-1", A32) "e");
	REFUSED_TREE("d1:n" LEAF("0", A32) "e");
	REFUSED_TREE("d1:n" LEAF("9223372036854775807", A32) "e");
	REFUSED_TREE("d1:n" EMPTY "e");
	/* A file that is a folder too. */
	REFUSED_TREE("d1:nd0:d6:lengthi20000e11:pieces root32:" A32
		     "e1:xd0:d6:lengthi0eeeee");
	/* Links and pads have no place in it. */
	REFUSED_TREE("d1:nd0:d4:attr1:l6:lengthi20000e11:pieces root32:" A32
		     "eee");
	REFUSED_TREE("d1:nd0:d4:attr1:p6:lengthi20000e11:pieces root32:" A32
		     "eee");
	REFUSED_TREE("d1:nd0:d6:lengthi20000e11:pieces root32:" A32
		     "12:symlink path1:xeee");
	for (int i = 0; i < 40; i++)
		buf_puts(&deep, "d1:n");
	buf_puts(&deep, "d0:d6:lengthi20000e11:pieces root32:" A32 "ee");
	for (int i = 0; i < 40; i++)
		buf_puts(&deep, "e");
	REFUSED_TREE(buf_string(&deep));
	buf_release(&deep);
}

static void names_that_differ_only_in_case_are_refused(void)
{
#define TWO(one, two)                                                       \
	((struct parts){ .tree = "d" one LEAF("5", A32) two LEAF("5", B32) "e", \
			 .pieces = 2,                                       \
			 .layers = "12:piece layersde",                     \
			 .v1 = "5:filesl" FILE1("5", one)                   \
				 PAD("32763", "1:x") FILE1("5", two) "e" })
	struct buf b = BUF_INIT;
	struct metainfo mi;
	struct parts fine = TWO("1:a", "1:b");

	build(&b, &fine);
	CHECK(metainfo_parse(buf_bytes(&b), &mi) == STATUS_OK);
	metainfo_release(&mi);
	buf_release(&b);
	refused("case", TWO("1:A", "1:a"));
	refused("case of others", TWO("2:É", "2:é"));
	refused("a folder of pads", TWO("4:.PAD", "1:a"));
	refused("folders", (struct parts){
		.tree = "d1:Ad1:x" LEAF("5", A32) "e1:ad1:y" LEAF("5", B32) "ee",
		.pieces = 2,
		.layers = "12:piece layersde",
		.v1 = "5:filesl" FILE1("5", "1:A1:x") PAD("32763", "1:x")
			FILE1("5", "1:a1:y") "e" });
}

static void the_rest_of_info_is_read_strictly(void)
{
	static const char *const lengths[] = { "", "12:piece lengthi0e",
		"12:piece lengthi-32768e", "12:piece lengthi32767e",
		"12:piece lengthi8192e", "12:piece lengthi134217728e",
		"12:piece length5:32768", "12:piece lengthi4294967296e" };
	static const char *const versions[] = { "", "12:meta versioni1e",
		"12:meta versioni3e", "12:meta version1:2" };

	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++)
		refused(lengths[i], (struct parts){ .piece_length = lengths[i] });
	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++)
		refused(versions[i], (struct parts){ .version = versions[i] });
	refused("no name", (struct parts){ .name = "" });
	refused("name a number", (struct parts){ .name = "4:namei1e" });
}

static void layers_must_fit_their_files(void)
{
#define LAYERS(text) ((struct parts){ .layers = "12:piece layers" text })
	refused("none at all", (struct parts){ .layers = "" });
	refused("a list", LAYERS("le"));
	refused("missing", LAYERS("de"));
	refused("another root", LAYERS("d32:" B32 "64:" A32 B32 "e"));
	refused("a hash too few", LAYERS("d32:" A32 "32:" A32 "e"));
	refused("a hash too many", LAYERS("d32:" A32 "96:" A32 A32 A32 "e"));
	refused("half a hash", LAYERS("d32:" A32 "48:" A32 "BBBBBBBBBBBBBBBB"
				      "e"));
	refused("empty", LAYERS("d32:" A32 "0:e"));
	refused("a number", LAYERS("d32:" A32 "i1ee"));
	refused("a short root", LAYERS("d2:AA64:" A32 B32 "e"));
	refused("one that nobody asked for",
		LAYERS("d32:" A32 "64:" A32 B32 "32:" B32 "32:" B32 "e"));
}

/* A file shorter than the reader expects anywhere is refused, and nothing is
 * read beyond it (the copy has the exact size). */
static void every_cut_is_refused(void)
{
	struct buf b = BUF_INIT;
	struct metainfo mi;

	build(&b, &(struct parts){ .tree = NULL });
	for (size_t size = 0; size < b.size; size++) {
		uint8_t *cut = malloc(size + 1);

		CHECK(cut != NULL);
		memcpy(cut, b.data, size);
		CHECK(metainfo_parse((struct bytes){ cut, size }, &mi) ==
		      STATUS_MALFORMED);
		free(cut);
	}
	buf_release(&b);
}

/* Whatever one byte becomes, the answer is yes or no and nothing breaks. */
static void no_changed_byte_breaks_the_reader(void)
{
	struct buf b = BUF_INIT;
	struct metainfo mi;

	build(&b, &(struct parts){ .tree = NULL });
	for (size_t i = 0; i < b.size; i++) {
		static const char with[] = "0159deil:-A/\\.";
		uint8_t was = b.data[i];

		for (size_t k = 0; k < sizeof(with); k++) {
			b.data[i] = (uint8_t)with[k];
			if (metainfo_parse(buf_bytes(&b), &mi) != STATUS_OK)
				continue;
			for (uint32_t p = 0; p < mi.pieces; p++)
				CHECK(metainfo_piece(&mi, p).length > 0);
			metainfo_release(&mi);
		}
		b.data[i] = was;
	}
	buf_release(&b);
}

static void too_many_files_are_refused(void)
{
	struct buf tree = BUF_INIT, v1 = BUF_INIT, b = BUF_INIT;
	struct metainfo mi;

	for (int count = METAINFO_FILES_MAX; count < METAINFO_FILES_MAX + 2;
	     count++) {
		struct parts parts = { .pieces = 1,
				       .layers = "12:piece layersde" };

		buf_clear(&tree);
		buf_clear(&v1);
		buf_puts(&tree, "d");
		buf_puts(&v1, "5:filesl");
		for (int i = 0; i < count; i++) {
			buf_printf(&tree, "5:%05d%s", i,
				   i == 0 ? LEAF("5", A32) : EMPTY);
			buf_printf(&v1, "d6:lengthi%de4:pathl5:%05dee",
				   i == 0 ? 5 : 0, i);
		}
		buf_puts(&tree, "e");
		buf_puts(&v1, "e");
		parts.tree = buf_string(&tree);
		parts.v1 = buf_string(&v1);
		build(&b, &parts);
		if (count <= METAINFO_FILES_MAX) {
			CHECK(metainfo_parse(buf_bytes(&b), &mi) == STATUS_OK);
			CHECK(mi.file_count == METAINFO_FILES_MAX);
			CHECK(metainfo_find(&mi, "n/04711") != NULL);
			metainfo_release(&mi);
		} else {
			CHECK(metainfo_parse(buf_bytes(&b), &mi) ==
			      STATUS_MALFORMED);
		}
	}
	buf_release(&tree);
	buf_release(&v1);
	buf_release(&b);
}

static void have_maps_count_from_the_left(void)
{
	uint8_t map[2] = { 0 };

	CHECK(havemap_size(0) == 0 && havemap_size(8) == 1);
	CHECK(havemap_size(9) == 2);
	havemap_set(map, 0);
	havemap_set(map, 9);
	CHECK(map[0] == 0x80 && map[1] == 0x40);
	CHECK(havemap_has(map, 9) && !havemap_has(map, 8));
	CHECK(havemap_count(map, 10) == 2);
	havemap_unset(map, 0);
	CHECK(map[0] == 0);
}

int main(void)
{
	a_good_folder_is_read();
	a_good_single_file_is_read();
	the_last_pad_may_be_missing();
	hostile_names_are_refused();
	a_zero_byte_in_a_name_is_refused();
	v1_must_tell_the_same_as_v2();
	the_tree_is_read_strictly();
	names_that_differ_only_in_case_are_refused();
	the_rest_of_info_is_read_strictly();
	layers_must_fit_their_files();
	every_cut_is_refused();
	no_changed_byte_breaks_the_reader();
	too_many_files_are_refused();
	have_maps_count_from_the_left();
	return 0;
}
