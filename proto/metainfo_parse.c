/* A torrent is read in this order, each step leaning on the one before:
 *
 *     bencoding proved -> info dictionary -> file tree counted, then filled in
 *     -> v1 list compared with it -> piece layers found -> names compared */
#include "proto/metainfo.h"

#include <stdlib.h>
#include <string.h>

#include "proto/bencode.h"
#include "proto/safename.h"

/* One reading; `why` says what is wrong once a step has failed. */
struct reading {
	struct metainfo mi;
	struct bencode_value info;
	struct bencode_value layers;
	bool has_layers;
	const char *why;

	/* The walk over the file tree; it runs twice, first with no table,
	 * to count. */
	char path[SAFENAME_PATH_MAX + 1];
	size_t path_size;
	uint32_t files;
	size_t paths_size;
};

struct layer {
	struct bytes root, hashes;
	bool used;
};

static enum status refuse(struct reading *r, const char *why)
{
	r->why = why;
	return STATUS_MALFORMED;
}

/* Does a BEP 47 attribute string hold this letter? */
static bool has_attribute(const struct bencode_value *dict, int letter)
{
	struct bytes attr;

	return bencode_find_string(dict, "attr", &attr) == STATUS_OK &&
	       attr.size > 0 && memchr(attr.data, letter, attr.size) != NULL;
}

static bool is_link(const struct bencode_value *dict)
{
	struct bencode_value path;

	return has_attribute(dict, 'l') ||
	       bencode_find(dict, "symlink path", &path);
}

static enum status read_leaf(struct reading *r,
			     const struct bencode_value *leaf)
{
	struct metainfo_file file = { .root = NULL };
	struct bytes root = { NULL, 0 };
	int64_t length;
	uint64_t pieces;
	enum status has_root;

	if (leaf->kind != BENCODE_DICT)
		return refuse(r, "a file is no dictionary");
	if (is_link(leaf) || has_attribute(leaf, 'p'))
		return refuse(r, "the file tree holds a link or a pad");
	if (bencode_find_integer(leaf, "length", &length) != STATUS_OK ||
	    length < 0)
		return refuse(r, "a file has no length");
	has_root = bencode_find_string(leaf, "pieces root", &root);
	if (length == 0 ? has_root != STATUS_NOT_FOUND :
			  has_root != STATUS_OK || root.size != 32)
		return refuse(r, "a pieces root is missing or not 32 bytes");
	if ((uint64_t)length >
	    (uint64_t)r->mi.piece_length * METAINFO_PIECES_MAX)
		return refuse(r, "a file is too long");
	pieces = ((uint64_t)length + r->mi.piece_length - 1) /
		 r->mi.piece_length;
	if (r->mi.pieces + pieces > METAINFO_PIECES_MAX)
		return refuse(r, "too many pieces");
	if (r->files == METAINFO_FILES_MAX)
		return refuse(r, "too many files");

	if (r->mi.files != NULL) {
		file.path = memcpy(r->mi.paths + r->paths_size, r->path,
				   r->path_size + 1);
		file.length = (uint64_t)length;
		file.root = root.data;
		file.first_piece = r->mi.pieces;
		file.pieces = (uint32_t)pieces;
		r->mi.files[r->files] = file;
	}
	r->files++;
	r->paths_size += r->path_size + 1;
	r->mi.pieces += (uint32_t)pieces;
	r->mi.total += (uint64_t)length;
	return STATUS_OK;
}

/* Add a component to the path at hand; false when it becomes too long. */
static bool path_push(struct reading *r, struct bytes name)
{
	size_t slash = r->path_size > 0;

	if (r->path_size + slash + name.size > SAFENAME_PATH_MAX)
		return false;
	if (slash)
		r->path[r->path_size] = '/';
	memcpy(r->path + r->path_size + slash, name.data, name.size);
	r->path_size += slash + name.size;
	r->path[r->path_size] = 0;
	return true;
}

static void path_cut(struct reading *r, size_t size)
{
	r->path_size = size;
	r->path[size] = 0;
}

static enum status read_tree(struct reading *r,
			     const struct bencode_value *tree, unsigned depth)
{
	struct bencode_walk walk, inner;
	struct bencode_value entry, leaf;
	struct bytes name, first;
	size_t size = r->path_size;
	enum status status;

	if (depth > SAFENAME_DEPTH_MAX)
		return refuse(r, "folders are nested too deep");
	bencode_walk_init(&walk, tree);
	while (bencode_walk_pair(&walk, &name, &entry)) {
		if (safename_check(name) != STATUS_OK)
			return refuse(r, "a file name is not safe");
		if (entry.kind != BENCODE_DICT)
			return refuse(r, "a tree entry is no dictionary");
		if (!path_push(r, name))
			return refuse(r, "a path is too long");
		bencode_walk_init(&inner, &entry);
		if (!bencode_walk_pair(&inner, &first, &leaf))
			return refuse(r, "a folder is empty");
		if (first.size > 0)
			status = read_tree(r, &entry, depth + 1);
		else if (inner.left.size > 0)
			return refuse(r, "a file is a folder too");
		else
			status = read_leaf(r, &leaf);
		if (status != STATUS_OK)
			return status;
		path_cut(r, size);
	}
	return STATUS_OK;
}

/* One walk over the tree, with the name in front of every path. */
static enum status walk_files(struct reading *r,
			      const struct bencode_value *tree)
{
	r->files = 0;
	r->paths_size = 0;
	r->mi.pieces = 0;
	r->mi.total = 0;
	path_cut(r, 0);
	if (!r->mi.folder)
		return read_tree(r, tree, 1);
	(void)path_push(r, r->mi.name);
	return read_tree(r, tree, 2);
}

static enum status read_files(struct reading *r)
{
	struct bencode_value tree;
	enum status status;

	if (!bencode_find(&r->info, "file tree", &tree) ||
	    tree.kind != BENCODE_DICT)
		return refuse(r, "no file tree");
	status = walk_files(r, &tree);
	if (status != STATUS_OK)
		return status;
	if (r->mi.total == 0)
		return refuse(r, "there is not a byte in it");

	r->mi.files = calloc(r->files, sizeof(*r->mi.files));
	r->mi.paths = malloc(r->paths_size);
	if (r->mi.files == NULL || r->mi.paths == NULL)
		return STATUS_NO_MEMORY;
	status = walk_files(r, &tree);
	r->mi.file_count = r->files;
	return status;
}

static enum status read_info(struct reading *r)
{
	int64_t version, piece_length;
	struct bencode_value list;

	if (bencode_find_integer(&r->info, "meta version", &version) !=
		    STATUS_OK ||
	    version != 2)
		return refuse(r, "not of meta version 2");
	if (bencode_find_string(&r->info, "name", &r->mi.name) != STATUS_OK ||
	    safename_check(r->mi.name) != STATUS_OK)
		return refuse(r, "its name is not safe");
	if (bencode_find_integer(&r->info, "piece length", &piece_length) !=
		    STATUS_OK ||
	    piece_length < METAINFO_BLOCK ||
	    piece_length > METAINFO_PIECE_LENGTH_MAX ||
	    (piece_length & (piece_length - 1)) != 0)
		return refuse(r, "piece length is no power of two from 16 KiB "
				 "to 64 MiB");
	if (bencode_find_string(&r->info, "pieces", &r->mi.v1_pieces) !=
	    STATUS_OK)
		return refuse(r, "no v1 piece hashes");
	r->mi.piece_length = (uint32_t)piece_length;
	r->mi.folder = bencode_find(&r->info, "files", &list);
	return STATUS_OK;
}

static uint64_t padding(const struct metainfo *mi, uint64_t length)
{
	uint64_t over = length % mi->piece_length;

	return over == 0 ? 0 : mi->piece_length - over;
}

/* Is the list of components this path (without the torrent's name)? */
static bool path_is(const struct bencode_value *entry, const char *path)
{
	struct bencode_value list, item;
	struct bencode_walk walk;

	if (!bencode_find(entry, "path", &list) || list.kind != BENCODE_LIST)
		return false;
	bencode_walk_init(&walk, &list);
	while (bencode_walk_item(&walk, &item)) {
		size_t size = item.body.size;

		if (item.kind != BENCODE_STRING || size == 0 ||
		    size > strlen(path) ||
		    memchr(item.body.data, '/', size) != NULL ||
		    memcmp(path, item.body.data, size) != 0)
			return false;
		path += size;
		if (*path == 0)
			break;
		if (*path++ != '/')
			return false;
	}
	return *path == 0 && walk.left.size == 0;
}

/* Walk the v1 list beside the table: each file, and before the next one that
 * is not empty exactly the pad that fills the piece. */
static enum status match_list(struct reading *r,
			      const struct bencode_value *list)
{
	struct bencode_walk walk;
	struct bencode_value entry;
	uint64_t owed = 0;
	uint32_t next = 0;
	int64_t length;

	bencode_walk_init(&walk, list);
	while (bencode_walk_item(&walk, &entry)) {
		const struct metainfo_file *file = &r->mi.files[next];

		if (bencode_find_integer(&entry, "length", &length) !=
			    STATUS_OK ||
		    length < 0 || is_link(&entry))
			return refuse(r,
				      "a v1 file has no length or is a link");
		if (has_attribute(&entry, 'p')) {
			if (owed == 0 || (uint64_t)length != owed)
				return refuse(r, "a pad file is not as long as "
						 "the gap it fills");
			owed = 0;
			continue;
		}
		if (next == r->mi.file_count ||
		    (uint64_t)length != file->length ||
		    !path_is(&entry, file->path + r->mi.name.size + 1))
			return refuse(r, "v1 files are not those of the tree");
		if (length > 0 && owed > 0)
			return refuse(r, "a pad file is missing");
		if (length > 0)
			owed = padding(&r->mi, file->length);
		next++;
	}
	if (next != r->mi.file_count)
		return refuse(r, "v1 files are not those of the tree");
	return STATUS_OK;
}

static enum status match_v1(struct reading *r)
{
	struct bencode_value list;
	int64_t length;

	if (r->mi.v1_pieces.size !=
	    (size_t)r->mi.pieces * METAINFO_SHA1_SIZE)
		return refuse(r, "v1 piece hashes are too few or too many");
	if (bencode_find(&r->info, "files", &list)) {
		if (list.kind != BENCODE_LIST)
			return refuse(r, "v1 files are no list");
		if (bencode_find_integer(&r->info, "length", &length) !=
		    STATUS_NOT_FOUND)
			return refuse(r, "both a v1 length and v1 files");
		return match_list(r, &list);
	}
	if (bencode_find_integer(&r->info, "length", &length) != STATUS_OK ||
	    length < 0 || r->mi.file_count != 1 ||
	    (uint64_t)length != r->mi.files[0].length ||
	    !bytes_equal(bytes_of(r->mi.files[0].path), r->mi.name))
		return refuse(r, "the v1 file is not that of the tree");
	return STATUS_OK;
}

/* Dictionary keys are sorted, so the table is. */
static int compare_root(const void *key, const void *at)
{
	return memcmp(key, ((const struct layer *)at)->root.data,
		      METAINFO_HASH_SIZE);
}

static enum status read_layers(struct reading *r, struct layer *layers,
			       size_t count)
{
	struct bencode_walk walk;
	struct bencode_value value;
	size_t i = 0;

	bencode_walk_init(&walk, &r->layers);
	for (; i < count && bencode_walk_pair(&walk, &layers[i].root, &value);
	     i++) {
		if (layers[i].root.size != METAINFO_HASH_SIZE ||
		    value.kind != BENCODE_STRING)
			return refuse(r, "a piece layer is not a root and its "
					 "hashes");
		layers[i].hashes = value.body;
	}
	return STATUS_OK;
}

static enum status assign_layers(struct reading *r, struct layer *layers,
				 size_t count)
{
	for (uint32_t i = 0; i < r->mi.file_count; i++) {
		struct metainfo_file *file = &r->mi.files[i];
		struct layer *layer;

		if (file->pieces <= 1)
			continue;
		layer = bsearch(file->root, layers, count, sizeof(*layers),
				compare_root);
		if (layer == NULL)
			return refuse(r, "a piece layer is missing");
		if (layer->hashes.size !=
		    (size_t)file->pieces * METAINFO_HASH_SIZE)
			return refuse(r, "a piece layer is not as long as its "
					 "file");
		file->layer = layer->hashes;
		layer->used = true;
	}
	for (size_t i = 0; i < count; i++)
		if (!layers[i].used)
			return refuse(r, "a piece layer belongs to no file");
	return STATUS_OK;
}

static enum status match_layers(struct reading *r)
{
	struct bencode_walk walk;
	struct bencode_value value;
	struct bytes key;
	struct layer *layers;
	size_t count = 0;
	enum status status;

	if (r->has_layers) {
		if (r->layers.kind != BENCODE_DICT)
			return refuse(r, "piece layers are no dictionary");
		bencode_walk_init(&walk, &r->layers);
		while (bencode_walk_pair(&walk, &key, &value))
			count++;
	}
	if (count > r->mi.file_count)
		return refuse(r, "more piece layers than files");
	layers = calloc(count + 1, sizeof(*layers));
	if (layers == NULL)
		return STATUS_NO_MEMORY;
	status = count == 0 ? STATUS_OK : read_layers(r, layers, count);
	if (status == STATUS_OK)
		status = assign_layers(r, layers, count);
	free(layers);
	return status;
}

static int compare_folded(const void *a, const void *b)
{
	const char *const *path_a = a, *const *path_b = b;

	return safename_fold_compare(bytes_of(*path_a), bytes_of(*path_b));
}

static enum status match_names(struct reading *r)
{
	static const char pad[] = ".pad";
	uint32_t count = r->mi.file_count;
	enum status status = STATUS_OK;
	const char **paths = calloc(count, sizeof(*paths));

	if (paths == NULL)
		return STATUS_NO_MEMORY;
	for (uint32_t i = 0; i < count; i++) {
		const char *inner = r->mi.files[i].path + r->mi.name.size;

		paths[i] = r->mi.files[i].path;
		if (r->mi.folder &&
		    safename_path_collide(bytes_of(inner + 1), bytes_of(pad)))
			status = refuse(r, "'.pad' is for pad files");
	}
	qsort(paths, count, sizeof(*paths), compare_folded);
	for (uint32_t i = 1; i < count; i++)
		if (safename_path_collide(bytes_of(paths[i - 1]),
					  bytes_of(paths[i])))
			status = refuse(r, "two names differ only in case");
	free(paths);
	return status;
}

static enum status read_torrent(struct reading *r, struct bytes torrent)
{
	struct bencode_value all;
	enum status status;

	if (torrent.size > METAINFO_SIZE_MAX)
		return refuse(r, "larger than a torrent may be");
	if (bencode_parse(torrent, &all) != STATUS_OK)
		return refuse(r, "not bencoded");
	if (!bencode_find(&all, "info", &r->info) ||
	    r->info.kind != BENCODE_DICT)
		return refuse(r, "no info dictionary");
	r->has_layers = bencode_find(&all, "piece layers", &r->layers);
	r->mi.info = r->info.raw;

	status = read_info(r);
	if (status == STATUS_OK)
		status = read_files(r);
	if (status == STATUS_OK)
		status = match_v1(r);
	if (status == STATUS_OK)
		status = match_layers(r);
	if (status == STATUS_OK)
		status = match_names(r);
	return status;
}

enum status metainfo_parse_why(struct bytes torrent, struct metainfo *mi,
			       const char **why)
{
	struct reading r = { .why = "out of memory" };
	enum status status = read_torrent(&r, torrent);

	if (status != STATUS_OK) {
		*why = r.why;
		metainfo_release(&r.mi);
		return status;
	}
	*mi = r.mi;
	return STATUS_OK;
}

enum status metainfo_parse(struct bytes torrent, struct metainfo *mi)
{
	const char *why;

	return metainfo_parse_why(torrent, mi, &why);
}
