#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "node/file_copy.h"
#include "node/payload_walk.h"
#include "node/prepare_parts.h"
#include "node/torrentfile.h"
#include "node/torrentmaker.h"

enum { FLUSH_STEP = 16 << 20, TELL_STEP = 8 << 20 };

struct copy {
	struct preparation *p;
	struct torrentmaker *maker;
	uint64_t done, told;
	uint64_t flushed; /* of the file at hand, on its way to the disk */
};

static int write_all(int fd, const uint8_t *data, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data += n;
		size -= (size_t)n;
	}
	return 0;
}

/* Fill the block unless the file ends before; -1 with errno. */
static ssize_t read_block(int fd, uint8_t *block, size_t room)
{
	size_t got = 0;

	while (got < room) {
		ssize_t n = read(fd, block + got, room - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

/* Start the disk early, so that the fsync at the end is short. */
static void flush_some(struct copy *c, int fd, uint64_t written)
{
	if (written - c->flushed < FLUSH_STEP)
		return;
	(void)sync_file_range(fd, (off_t)c->flushed,
			      (off_t)(written - c->flushed),
			      SYNC_FILE_RANGE_WRITE);
	c->flushed = written;
}

static void tell(struct copy *c, size_t more)
{
	c->done += more;
	if (c->done - c->told < TELL_STEP && c->done < c->p->source.total)
		return;
	c->told = c->done;
	prepare_tell(c->p, PREPARE_COPYING, c->done, c->p->source.total);
}

/* Hash all that `from` holds and, when `to` is not -1, write it there. */
static enum status pass_through(struct copy *c, size_t index, int from, int to,
				struct err *err)
{
	const struct prepare_source_file *file = &c->p->source.files[index];
	uint64_t got = 0;

	c->flushed = 0;
	for (;;) {
		size_t room;
		uint8_t *block = torrentmaker_room(c->maker, &room);
		ssize_t n = read_block(from, block, room);
		enum status status = prepare_check_cancel(c->p, err);

		if (status != STATUS_OK)
			return status;
		if (n < 0)
			return payload_walk_error(err, file->path, errno);
		got += (uint64_t)n;
		if (got > file->size || ((size_t)n < room && got < file->size))
			return err_set(err, STATUS_BUSY,
				       "'%s' changed while it was being read",
				       file->path);
		if (torrentmaker_add(c->maker, (size_t)n) != STATUS_OK)
			return err_set(err, STATUS_IO, "'%s': hashing failed",
				       file->path);
		if (to >= 0) {
			if (write_all(to, block, (size_t)n) != 0)
				return payload_walk_error(err, file->path,
							  errno);
			flush_some(c, to, got);
		}
		tell(c, (size_t)n);
		if ((size_t)n < room)
			return STATUS_OK;
	}
}

/* Have it in the staging directory without copying, where that is one disk. */
static enum status link_made(struct copy *c, const char *made,
			     const char *inner, struct err *err)
{
	const char *name;
	enum status status = STATUS_OK;
	int from, to, error,
		folder = payload_walk_folder(c->p->top, inner, true, &name);

	if (folder < 0)
		return payload_walk_error(err, inner, errno);
	error = linkat(AT_FDCWD, made, folder, name, 0) == 0 ? 0 : errno;
	(void)close(folder);
	if (error == 0)
		return STATUS_OK;
	from = open(made, O_RDONLY | O_CLOEXEC);
	to = from < 0 ? -1 :
			payload_walk_file(c->p->top, inner, PAYLOAD_WRITE);
	if (to < 0)
		status = payload_walk_error(err, inner, errno);
	else
		error = file_copy(from, to, (uint64_t)lseek(from, 0, SEEK_END));
	if (status == STATUS_OK && error != 0)
		status = payload_walk_error(err, inner, error);
	if (from >= 0)
		(void)close(from);
	if (to >= 0 && close(to) != 0 && status == STATUS_OK)
		status = payload_walk_error(err, inner, errno);
	return status;
}

/* Take over and read a file that was made here. */
static enum status take_made(struct copy *c, size_t index, struct err *err)
{
	char inner[SAFENAME_PATH_MAX + 1];
	enum status status;
	int fd;

	if (!prepare_inner_path(c->p, index, inner, sizeof(inner)))
		return payload_walk_error(err, inner, ENAMETOOLONG);
	status = link_made(c, c->p->source.files[index].made, inner, err);
	if (status != STATUS_OK)
		return status;
	fd = payload_walk_file(c->p->top, inner, PAYLOAD_READ);
	if (fd < 0)
		return payload_walk_error(err, inner, errno);
	status = pass_through(c, index, fd, -1, err);
	(void)close(fd);
	return status;
}

static enum status copy_file(struct copy *c, size_t index, struct err *err)
{
	const struct prepare_source *source = &c->p->source;
	char inner[SAFENAME_PATH_MAX + 1];
	enum status status;
	int from, to;

	if (!prepare_inner_path(c->p, index, inner, sizeof(inner)))
		return payload_walk_error(err, inner, ENAMETOOLONG);
	status = prepare_source_open(source, index, &from, err);
	if (status != STATUS_OK)
		return status;
	to = payload_walk_file(c->p->top, inner, PAYLOAD_WRITE);
	if (to < 0) {
		status = payload_walk_error(err, inner, errno);
		goto close_from;
	}
	(void)posix_fadvise(from, 0, 0, POSIX_FADV_SEQUENTIAL);
	/* File systems that can share the blocks need no second copy; then it
	 * is the shared one that is hashed. */
	if (ioctl(to, FICLONE, from) == 0)
		status = pass_through(c, index, to, -1, err);
	else
		status = pass_through(c, index, from, to, err);
	if (status == STATUS_OK &&
	    !prepare_source_unchanged(source, index, from))
		status = err_set(err, STATUS_BUSY,
				 "'%s' changed while it was being read",
				 source->files[index].path);
	if (close(to) != 0 && status == STATUS_OK)
		status = payload_walk_error(err, inner, errno);
close_from:
	(void)close(from);
	return status;
}

static enum status copy_files(struct copy *c, struct err *err)
{
	struct preparation *p = c->p;
	enum status status = STATUS_OK;

	for (size_t i = 0; i < p->source.count && status == STATUS_OK; i++) {
		status = torrentmaker_file(c->maker,
					   p->source.many ?
						   p->source.files[i].path :
						   NULL,
					   p->source.files[i].size);
		if (status != STATUS_OK)
			return err_set(err, status,
				       "'%s' does not fit into a torrent",
				       p->source.files[i].path);
		status = p->source.files[i].made != NULL ?
				 take_made(c, i, err) :
				 copy_file(c, i, err);
	}
	return status;
}

enum status prepare_copy(struct preparation *p, struct err *err)
{
	struct copy c = { .p = p };
	enum status status;

	c.maker = torrentmaker_new(p->source.name, p->source.many,
				   torrentfile_piece_length(p->source.total));
	if (c.maker == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	prepare_tell(p, PREPARE_COPYING, 0, p->source.total);
	status = copy_files(&c, err);
	if (status == STATUS_OK) {
		status = torrentmaker_finish(c.maker, &p->torrent,
					     p->out.btmh);
		if (status != STATUS_OK)
			(void)err_set(err, status, "torrent file: %s",
				      status_text(status));
	}
	torrentmaker_free(c.maker);
	return status;
}
