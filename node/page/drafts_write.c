/* Files of drafts, a piece at a time: written, flushed now and then, named
 * last. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/durable.h"
#include "node/page/drafts_inside.h"
#include "node/page/page.h"

bool drafts_have_room(uint64_t bytes, uint64_t free, uint64_t floor,
		      uint64_t promised)
{
	if (free < floor || free - floor < promised)
		return false;
	return free - floor - promised >= bytes;
}

/* A piece that crosses a multiple of DRAFT_SYNC is flushed before the next one
 * comes; so once there is more than a piece beyond the multiple, what lies
 * before it is flushed, whatever the power did. */
uint64_t drafts_flushed(uint64_t size)
{
	if (size < PAGE_UPLOAD_MAX)
		return 0;
	size -= PAGE_UPLOAD_MAX;
	return size - size % DRAFT_SYNC;
}

void drafts_piece(const struct drafts *drafts, const struct draft *d,
		  const char *name, struct draft_piece *out)
{
	memset(out, 0, sizeof(*out));
	drafts_path(drafts, d, "coming", out->coming);
	drafts_path(drafts, d, "files", out->files);
	(void)snprintf(out->name, sizeof(out->name), "%s", name);
}

static enum status failed(const char *what, const char *name, int error,
			  struct err *err)
{
	return err_set(err,
		       error == ENOSPC || error == EDQUOT || error == EFBIG ?
			       STATUS_NO_ROOM :
			       STATUS_IO,
		       "%s '%s': %s", what, name, strerror(error));
}

static enum status write_all(int fd, const struct draft_piece *p,
			     struct err *err)
{
	size_t done = 0;

	while (done < p->bytes.size) {
		ssize_t n = pwrite(fd, p->bytes.data + done,
				   p->bytes.size - done,
				   (off_t)(p->offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return failed("write", p->name, n < 0 ? errno : ENOSPC,
				      err);
		done += (size_t)n;
	}
	return STATUS_OK;
}

/* Flushed where it is whole, or has come by so much. */
static enum status flush(int fd, const struct draft_piece *p, struct err *err)
{
	uint64_t end = p->offset + p->bytes.size;

	if (end < p->total && p->offset / DRAFT_SYNC == end / DRAFT_SYNC)
		return STATUS_OK;
	return fdatasync(fd) == 0 ? STATUS_OK :
				    failed("flush", p->name, errno, err);
}

static enum status give_name(const struct draft_piece *p, const char *from,
			     struct err *err)
{
	char to[DRAFT_PATH_MAX + SAFENAME_MAX + 2];

	(void)snprintf(to, sizeof(to), "%s/%s", p->files, p->name);
	if (rename(from, to) != 0)
		return failed("rename", p->name, errno, err);
	return durable_sync_dir(p->files, err);
}

enum status drafts_write(const struct draft_piece *p, struct err *err)
{
	char path[DRAFT_PATH_MAX + SAFENAME_MAX + 2];
	enum status status;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", p->coming, p->name);
	fd = open(path,
		  O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC |
			  (p->offset == 0 ? O_TRUNC : 0),
		  0600);
	if (fd < 0)
		return failed("open", p->name, errno, err);
	status = write_all(fd, p, err);
	if (status == STATUS_OK)
		status = flush(fd, p, err);
	if (status != STATUS_OK)
		(void)!ftruncate(fd, (off_t)p->offset);
	(void)close(fd);
	if (status == STATUS_OK && p->offset + p->bytes.size == p->total)
		status = give_name(p, path, err);
	return status;
}
