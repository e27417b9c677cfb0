#include "node/torrentwriter.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bencode.h"
#include "proto/metainfo.h"
#include "proto/safename.h"

enum status torrentwriter_init(struct torrentwriter *w, const char *name,
			       bool folder, uint32_t piece_length)
{
	*w = (struct torrentwriter){ .folder = folder,
				     .piece_length = piece_length };
	w->name = strdup(name);
	return w->name == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

void torrentwriter_release(struct torrentwriter *w)
{
	for (size_t i = 0; i < w->count; i++) {
		free(w->files[i].path);
		buf_release(&w->files[i].layer);
	}
	free(w->files);
	free(w->name);
	buf_release(&w->v1_pieces);
	*w = (struct torrentwriter){ .name = NULL };
}

struct torrentwriter_file *torrentwriter_last(struct torrentwriter *w)
{
	return w->count == 0 ? NULL : &w->files[w->count - 1];
}

static enum status check_path(struct torrentwriter *w, const char *path)
{
	const struct torrentwriter_file *last = torrentwriter_last(w);
	struct bytes next = bytes_of(path);

	if (safename_path_check(next) != STATUS_OK ||
	    strlen(w->name) + 1 + next.size > SAFENAME_PATH_MAX)
		return STATUS_MALFORMED;
	if (last == NULL)
		return STATUS_OK;
	if (!w->folder ||
	    safename_path_compare(bytes_of(last->path), next) >= 0)
		return STATUS_MALFORMED;
	return STATUS_OK;
}

static bool make_room(struct torrentwriter *w)
{
	size_t room = w->room == 0 ? 16 : w->room * 2;
	struct torrentwriter_file *files;

	if (w->count < w->room)
		return true;
	files = realloc(w->files, room * sizeof(*files));
	if (files == NULL)
		return false;
	w->files = files;
	w->room = room;
	return true;
}

enum status torrentwriter_file(struct torrentwriter *w, const char *path,
			       uint64_t length)
{
	struct torrentwriter_file file = { .length = length,
					   .layer = BUF_INIT };
	uint64_t pieces = length / w->piece_length +
			  (length % w->piece_length != 0);

	if (path == NULL)
		path = w->name;
	if (check_path(w, path) != STATUS_OK)
		return STATUS_MALFORMED;
	if (w->count == METAINFO_FILES_MAX || pieces > METAINFO_PIECES_MAX ||
	    w->pieces + pieces > METAINFO_PIECES_MAX)
		return STATUS_NO_ROOM;
	file.path = strdup(path);
	if (file.path == NULL || !make_room(w)) {
		free(file.path);
		return STATUS_NO_MEMORY;
	}
	w->files[w->count++] = file;
	w->pieces += pieces;
	w->total += length;
	return STATUS_OK;
}

bool torrentwriter_pads_last(const struct torrentwriter *w)
{
	return w->count > 1;
}

/* How many bytes of `path` are the folders of `other` as well, up to and with
 * the last '/' they share. */
static size_t shared_folders(const char *path, const char *other)
{
	size_t shared = 0;

	for (size_t i = 0; path[i] != 0 && path[i] == other[i]; i++)
		if (path[i] == '/')
			shared = i + 1;
	return shared;
}

static size_t count_slashes(const char *path)
{
	size_t count = 0;

	for (; *path != 0; path++)
		count += *path == '/';
	return count;
}

/* Write the first component of `path` when it is a folder and return what
 * follows it; NULL when only the file's name is left. */
static const char *put_folder(struct buf *b, const char *path)
{
	const char *slash = strchr(path, '/');

	if (slash == NULL)
		return NULL;
	bencode_put_string(b, (struct bytes){ (const uint8_t *)path,
					      (size_t)(slash - path) });
	return slash + 1;
}

static void put_tree(struct buf *b, const struct torrentwriter *w)
{
	const char *before = "";

	bencode_put_dict(b);
	for (size_t i = 0; i < w->count; i++) {
		const struct torrentwriter_file *file = &w->files[i];
		size_t shared = shared_folders(file->path, before);
		const char *rest = file->path + shared, *next;

		for (size_t up = count_slashes(before + shared); up > 0; up--)
			bencode_put_end(b);
		for (; (next = put_folder(b, rest)) != NULL; rest = next)
			bencode_put_dict(b);
		bencode_puts(b, rest);
		bencode_put_dict(b);
		bencode_puts(b, "");
		bencode_put_dict(b);
		bencode_puts(b, "length");
		bencode_put_integer(b, (int64_t)file->length);
		if (file->length > 0) {
			bencode_puts(b, "pieces root");
			bencode_put_string(b, (struct bytes){ file->root, 32 });
		}
		bencode_put_end(b);
		bencode_put_end(b);
		before = file->path;
	}
	for (size_t up = count_slashes(before); up > 0; up--)
		bencode_put_end(b);
	bencode_put_end(b);
}

static void put_pad(struct buf *b, uint64_t length)
{
	char name[24];

	(void)snprintf(name, sizeof(name), "%" PRIu64, length);
	bencode_put_dict(b);
	bencode_puts(b, "attr");
	bencode_puts(b, "p");
	bencode_puts(b, "length");
	bencode_put_integer(b, (int64_t)length);
	bencode_puts(b, "path");
	bencode_put_list(b);
	bencode_puts(b, ".pad");
	bencode_puts(b, name);
	bencode_put_end(b);
	bencode_put_end(b);
}

static void put_list(struct buf *b, const struct torrentwriter *w)
{
	bencode_put_list(b);
	for (size_t i = 0; i < w->count; i++) {
		const struct torrentwriter_file *file = &w->files[i];
		const char *rest = file->path, *next;
		uint64_t over = file->length % w->piece_length;

		bencode_put_dict(b);
		bencode_puts(b, "length");
		bencode_put_integer(b, (int64_t)file->length);
		bencode_puts(b, "path");
		bencode_put_list(b);
		for (; (next = put_folder(b, rest)) != NULL; rest = next)
			;
		bencode_puts(b, rest);
		bencode_put_end(b);
		bencode_put_end(b);
		if (over > 0 && torrentwriter_pads_last(w))
			put_pad(b, w->piece_length - over);
	}
	bencode_put_end(b);
}

static int compare_roots(const void *a, const void *b)
{
	const struct torrentwriter_file *const *file_a = a, *const *file_b = b;

	return memcmp((*file_a)->root, (*file_b)->root, 32);
}

static enum status put_layers(struct buf *b, const struct torrentwriter *w)
{
	const struct torrentwriter_file **files =
		calloc(w->count, sizeof(const struct torrentwriter_file *));
	size_t count = 0;

	if (files == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < w->count; i++)
		if (w->files[i].length > w->piece_length)
			files[count++] = &w->files[i];
	qsort(files, count, sizeof(*files), compare_roots);
	bencode_put_dict(b);
	for (size_t i = 0; i < count; i++) {
		/* Two files of the same bytes share a layer. */
		if (i > 0 && compare_roots(&files[i - 1], &files[i]) == 0)
			continue;
		bencode_put_string(b, (struct bytes){ files[i]->root, 32 });
		bencode_put_string(b, buf_bytes(&files[i]->layer));
	}
	bencode_put_end(b);
	free(files);
	return STATUS_OK;
}

enum status torrentwriter_write(const struct torrentwriter *w,
				struct buf *torrent, struct bytes *info)
{
	size_t start, end;
	enum status status;

	if (w->total == 0)
		return STATUS_MALFORMED;
	if (buf_status(&w->v1_pieces) != STATUS_OK)
		return STATUS_NO_MEMORY;
	bencode_put_dict(torrent);
	bencode_puts(torrent, "info");
	start = torrent->size;
	bencode_put_dict(torrent);
	bencode_puts(torrent, "file tree");
	put_tree(torrent, w);
	if (w->folder) {
		bencode_puts(torrent, "files");
		put_list(torrent, w);
	} else {
		bencode_puts(torrent, "length");
		bencode_put_integer(torrent, (int64_t)w->total);
	}
	bencode_puts(torrent, "meta version");
	bencode_put_integer(torrent, 2);
	bencode_puts(torrent, "name");
	bencode_puts(torrent, w->name);
	bencode_puts(torrent, "piece length");
	bencode_put_integer(torrent, w->piece_length);
	bencode_puts(torrent, "pieces");
	bencode_put_string(torrent, buf_bytes(&w->v1_pieces));
	bencode_put_end(torrent);
	end = torrent->size;
	bencode_puts(torrent, "piece layers");
	status = put_layers(torrent, w);
	bencode_put_end(torrent);
	if (status == STATUS_OK)
		status = buf_status(torrent);
	if (status == STATUS_OK)
		*info = (struct bytes){ torrent->data + start, end - start };
	return status;
}
