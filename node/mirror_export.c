#include "node/mirror_export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalog/lessons.h"
#include "catalog/log.h"
#include "catalog/mirror.h"
#include "catalog/payloads.h"
#include "node/durable.h"
#include "node/join.h"
#include "node/payload.h"
#include "node/torrentfile.h"
#include "proto/encoding.h"

enum { COPY_BLOCK = 1 << 20, PATH_ROOM = HOUSE_PATH_MAX + 600 };

struct exporting {
	struct house *h;
	const struct mirror_export_options *o;
	struct mirror_exported *out;
	const char *hash; /* of the log under way */
	uint64_t done, total;
	struct err *err;
	enum status status;
};

/* DIR/PATH with the folders in front of it. */
static enum status write_file(struct exporting *x, const char *path,
			      struct bytes content)
{
	char whole[PATH_ROOM], folder[PATH_ROOM];
	struct stat st;
	enum status status;

	(void)snprintf(whole, sizeof(whole), "%s/%s", x->o->dir, path);
	/* Tiles never change; what may has another size or is written anew. */
	if (strstr(path, "/tile/") != NULL && stat(whole, &st) == 0 &&
	    (uint64_t)st.st_size == content.size)
		return STATUS_OK;
	(void)snprintf(folder, sizeof(folder), "%s", whole);
	*strrchr(folder, '/') = 0;
	status = durable_make_dir(folder, 0755, x->err);
	if (status == STATUS_OK)
		status = durable_write(whole, content, 0644, x->err);
	return status;
}

static enum status write_resource(void *owner, const char *path,
				  struct bytes content, struct err *err)
{
	struct exporting *x = owner;
	char whole[256];

	(void)err;
	(void)snprintf(whole, sizeof(whole), "tlog/%s/%s", x->hash, path);
	return write_file(x, whole, content);
}

static enum status export_log(void *owner, const struct log_info *info,
			      struct err *err)
{
	struct exporting *x = owner;
	enum status status;

	x->hash = info->hash;
	status = mirror_log(x->h->catalog, info->id, 0, write_resource, x,
			    err);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK; /* nothing came in yet */
	x->out->logs += status == STATUS_OK;
	return status;
}

static enum status export_trust(struct exporting *x)
{
	const struct trust_book *book = &x->h->trust;
	struct buf note = BUF_INIT;
	enum status status = STATUS_OK;

	for (unsigned v = 1; v <= book->root.version && status == STATUS_OK;
	     v++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "trust/root/%u.note", v);
		buf_clear(&note);
		status = trust_book_root_note(book, v, &note, x->err);
		if (status == STATUS_OK)
			status = write_file(x, path, buf_bytes(&note));
	}
	buf_release(&note);
	if (status == STATUS_OK)
		status = write_file(x, "trust/trust.note",
				    buf_bytes(&book->note));
	return status;
}

static enum status copy_named(struct exporting *x, const char *from,
			      const char *kind, const uint8_t *hash)
{
	char hex[65], source[PATH_ROOM], path[96];
	struct buf content = BUF_INIT;
	enum status status;

	hex_encode((struct bytes){ hash, 32 }, hex);
	(void)snprintf(source, sizeof(source), "%s/%s", from, hex);
	(void)snprintf(path, sizeof(path), "%s/%s", kind, hex);
	status = durable_read(source, METAINFO_SIZE_MAX, &content, x->err);
	if (status == STATUS_OK)
		status = write_file(x, path, buf_bytes(&content));
	buf_release(&content);
	return status;
}

static enum status copy_payload_file(struct exporting *x, const char *dir,
				     const char *to,
				     const struct metainfo_file *file)
{
	/* Room for the folder and the longest path in a torrent. */
	char path[2 * PATH_ROOM], unfinished[2 * PATH_ROOM + 16];
	char *block = malloc(COPY_BLOCK);
	struct stat st;
	enum status status;
	uint64_t size;
	ssize_t got = 0;
	int in = -1, out = -1;

	(void)snprintf(path, sizeof(path), "%s/%s", to, file->path);
	if (stat(path, &st) == 0 && (uint64_t)st.st_size == file->length) {
		free(block);
		x->done += file->length;
		return STATUS_OK;
	}
	(void)snprintf(unfinished, sizeof(unfinished), "%s.part", path);
	*strrchr(path, '/') = 0;
	status = block == NULL ?
			 err_set(x->err, STATUS_NO_MEMORY, "copy") :
			 durable_make_dir(path, 0755, x->err);
	if (status == STATUS_OK)
		status = payload_file_open(dir, file->path, &in, &size, x->err);
	if (status == STATUS_OK) {
		out = open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
			   0644);
		got = out < 0 ? -1 : 1;
	}
	while (status == STATUS_OK && got > 0 &&
	       (got = read(in, block, COPY_BLOCK)) > 0) {
		for (ssize_t put = 0, n = 0; put < got && n >= 0; put += n) {
			n = write(out, block + put, (size_t)(got - put));
			if (n < 0)
				got = -1;
		}
		x->done += got > 0 ? (uint64_t)got : 0;
		if (x->o->progress != NULL)
			x->o->progress(x->o->owner, x->done, x->total);
	}
	(void)snprintf(path, sizeof(path), "%s/%s", to, file->path);
	if (status == STATUS_OK &&
	    (got < 0 || fsync(out) != 0 || rename(unfinished, path) != 0))
		status = err_set(x->err,
				 errno == ENOSPC ? STATUS_NO_ROOM : STATUS_IO,
				 "write '%s': %s", path, strerror(errno));
	if (status != STATUS_OK && out >= 0)
		(void)unlink(unfinished);
	if (in >= 0)
		(void)close(in);
	if (out >= 0)
		(void)close(out);
	free(block);
	return status;
}

static enum status export_payload(struct exporting *x, const uint8_t *btmh)
{
	char hex[65], torrent[PATH_ROOM], dir[PATH_ROOM], to[PATH_ROOM];
	struct torrentfile *tf;
	enum status status;

	hex_encode((struct bytes){ btmh, 32 }, hex);
	(void)snprintf(torrent, sizeof(torrent), "%s/%s", x->h->torrent_dir,
		       hex);
	(void)snprintf(dir, sizeof(dir), "%s/%s", x->h->payload_dir, hex);
	(void)snprintf(to, sizeof(to), "%s/payload/%s", x->o->dir, hex);
	status = torrentfile_open(&tf, torrent, btmh, x->err);
	if (status != STATUS_OK)
		return status;
	for (uint32_t i = 0; i < tf->mi.file_count && status == STATUS_OK; i++)
		status = copy_payload_file(x, dir, to, &tf->mi.files[i]);
	x->out->bytes += tf->mi.total;
	torrentfile_free(tf);
	x->out->payloads++;
	return status;
}

static bool export_lesson(void *context, const struct lesson_row *row)
{
	struct exporting *x = context;
	const struct lesson *l = &row->lesson;

	if (row->payload == PAYLOAD_HELD && !x->o->no_payload)
		x->status = export_payload(x, l->btmh);
	if (x->status == STATUS_OK && row->payload == PAYLOAD_HELD)
		x->status = copy_named(x, x->h->torrent_dir, "torrent",
				       l->btmh);
	if (x->status == STATUS_NOT_FOUND)
		x->status = STATUS_OK; /* dropped while we were at it */
	if (x->status == STATUS_OK && l->has_poster) {
		x->status = copy_named(x, x->h->blob_dir, "blob", l->poster);
		if (x->status == STATUS_NOT_FOUND)
			x->status = STATUS_OK;
		else
			x->out->blobs++;
	}
	return x->status == STATUS_OK;
}

static bool add_bytes(void *context, const struct lesson_row *row)
{
	struct exporting *x = context;

	if (row->payload == PAYLOAD_HELD)
		x->total += row->lesson.bytes;
	return true;
}

static enum status export_join(struct exporting *x)
{
	/* Others join with it through whatever serves the mirror: a node
	 * given the mirror's URL as --join takes it as its upstream, too. */
	struct join join = JOIN_INIT;
	struct buf text = BUF_INIT, note = BUF_INIT;
	enum status status = STATUS_OK;

	for (unsigned v = 1;
	     v <= x->h->trust.root.version && status == STATUS_OK; v++) {
		buf_clear(&note);
		status = trust_book_root_note(&x->h->trust, v, &note, x->err);
		if (status == STATUS_OK)
			status = join_add_root(&join, buf_bytes(&note));
	}
	buf_put_bytes(&join.trust, buf_bytes(&x->h->trust.note));
	if (status == STATUS_OK)
		status = join_format(&join, &text, x->err);
	if (status == STATUS_OK)
		status = write_file(x, "join.json", buf_bytes(&text));
	join_release(&join);
	buf_release(&text);
	buf_release(&note);
	return status;
}

enum status mirror_export(struct house *h,
			  const struct mirror_export_options *options,
			  struct mirror_exported *out, struct err *err)
{
	struct exporting x = { .h = h, .o = options, .out = out, .err = err };
	struct lessons_query all = { .filter = LESSONS_ALL };
	enum status status = durable_make_dir(options->dir, 0755, err);

	memset(out, 0, sizeof(*out));
	if (status == STATUS_OK)
		status = lessons_find(h->catalog, &all, add_bytes, &x, err);
	if (status == STATUS_OK)
		status = lessons_find(h->catalog, &all, export_lesson, &x,
				      err);
	if (status == STATUS_OK)
		status = x.status;
	if (status == STATUS_OK)
		status = export_trust(&x);
	if (status == STATUS_OK)
		status = log_each(h->catalog, export_log, &x, err);
	if (status == STATUS_OK)
		status = export_join(&x);
	return status;
}
