/* Reading goes from front to back, mostly: what comes next is asked for while
 * this is hashed, and what was read is not kept in memory, which may be small
 * and the drive large. */
#include "node/drive/cargo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "node/drive/berth.h"

enum {
	/* Bytes asked for before they are read: what comes in a quarter of a
	 * second, within these. Whoever else wants something of the drive (a
	 * lesson that is played from it) waits behind them. */
	AHEAD = 8 << 20,
	AHEAD_LEAST = 512 << 10,
	BEHIND = 8 << 20, /* bytes kept in memory after that, at most */
	OPEN_MAX = 4
};

struct open_file {
	uint32_t file;
	unsigned part;
	uint64_t used; /* when, in reads; 0: never */
	int fd;	       /* -1: there is no such file */
	uint64_t size;
	uint64_t next;	/* where the read before ended */
	uint64_t ahead; /* asked for up to here */
	uint64_t kept;	/* forgotten up to here */
};

struct cargo {
	struct berth berth;
	struct berth_sight sight;
	const char *folder; /* in the berth, or "" */
	bool seeks; /* cargo_will_seek() */
	uint64_t reads;
	uint64_t read_bytes;
	struct timespec began; /* the first of them */
	struct open_file open[OPEN_MAX];
};

/* --- what there is --- */

/* Where the place file says, if it says anything. */
static enum status look_in_place(struct cargo *c,
				 const uint8_t btmh[static 32],
				 struct drive_place *place, struct err *err)
{
	struct drive_place plan;
	char path[DRIVE_PATH_MAX];
	enum status status;

	drive_path(DRIVE_PLACE, btmh, path);
	status = berth_read_place(c->berth.m, path, place, err);
	if (status != STATUS_OK)
		return status;
	strcpy(c->berth.folder, place->folder);
	c->berth.part_bytes = place->part_bytes;
	c->folder = c->berth.folder;
	status = berth_look(&c->berth, &c->sight, err);
	if (status != STATUS_OK || !c->sight.whole)
		return status;
	/* Long enough, but with holes? */
	berth_plan_path(btmh, path);
	status = berth_read_place(c->berth.m, path, &plan, err);
	if (status == STATUS_OK)
		c->sight.whole = false;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* What is being put there, if that is more. `place` is what the place file
 * says, for a part that is about to go there. */
static enum status look_in_part(struct cargo *c,
				const uint8_t btmh[static 32],
				const struct drive_place *place,
				struct err *err)
{
	struct berth part = { .m = c->berth.m, .mi = c->berth.mi };
	struct drive_place plan = *place;
	struct berth_sight sight;
	char path[DRIVE_PATH_MAX];
	enum status status;

	berth_plan_path(btmh, path);
	status = berth_read_place(part.m, path, &plan, err);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	drive_path(DRIVE_PART, btmh, part.folder);
	part.part_bytes = plan.part_bytes;
	if (berth_look(&part, &sight, err) != STATUS_OK)
		return err->status;
	if (sight.bytes <= c->sight.bytes)
		return STATUS_OK;
	sight.whole = false;
	c->berth = part;
	c->sight = sight;
	c->folder = "";
	return STATUS_OK;
}

enum status cargo_open(struct cargo **out, struct mount *m,
		       const uint8_t btmh[static 32],
		       const struct metainfo *mi, struct err *err)
{
	const struct berth none = { .m = m, .mi = mi };
	struct drive_place place = { .folder = "" };
	struct cargo *c = cargo_in_berth(&none);
	enum status status;

	if (c == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	status = look_in_place(c, btmh, &place, err);
	if ((status == STATUS_OK && !c->sight.whole) ||
	    status == STATUS_NOT_FOUND)
		status = look_in_part(c, btmh, &place, err);
	if (status == STATUS_OK && c->sight.bytes == 0)
		status = STATUS_NOT_FOUND;
	if (status != STATUS_OK) {
		cargo_free(c);
		return status;
	}
	*out = c;
	return STATUS_OK;
}

struct cargo *cargo_in_berth(const struct berth *b)
{
	struct cargo *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->berth = *b;
	c->folder = "";
	for (unsigned i = 0; i < OPEN_MAX; i++)
		c->open[i].fd = -1;
	return c;
}

bool cargo_is_whole(const struct cargo *c)
{
	return c->sight.whole;
}

uint64_t cargo_bytes(const struct cargo *c)
{
	return c->sight.bytes;
}

const char *cargo_folder(const struct cargo *c)
{
	return c->folder;
}

/* --- reading --- */

void cargo_will_seek(struct cargo *c)
{
	c->seeks = true;
}

static void close_file(const struct cargo *c, struct open_file *f)
{
	if (f->fd < 0)
		return;
	if (!c->seeks)
		(void)posix_fadvise(f->fd, 0, 0, POSIX_FADV_DONTNEED);
	(void)close(f->fd);
	f->fd = -1;
}

void cargo_free(struct cargo *c)
{
	if (c == NULL)
		return;
	for (unsigned i = 0; i < OPEN_MAX; i++)
		close_file(c, &c->open[i]);
	free(c);
}

static enum status open_file(struct cargo *c, struct open_file *f,
			     uint32_t file, unsigned part, struct err *err)
{
	struct open_file opened = { .file = file, .part = part, .fd = -1 };
	char path[DRIVE_PATH_MAX];
	enum status status;

	close_file(c, f);
	f->used = 0;
	if (berth_path(&c->berth, &c->berth.mi->files[file], part, path,
		       err) != STATUS_OK)
		return err->status;
	status = mount_open_file(c->berth.m, path, &opened.fd, &opened.size,
				 err);
	if (status != STATUS_OK &&
	    berth_failed(c->berth.m, err) != STATUS_NOT_FOUND)
		return err->status;
	if (opened.fd >= 0 && c->seeks)
		(void)posix_fadvise(opened.fd, 0, 0, POSIX_FADV_RANDOM);
	if (opened.fd >= 0 && !c->seeks) {
		/* What is read comes from the drive, not from memory of what
		 * should have gone there. */
		(void)posix_fadvise(opened.fd, 0, 0, POSIX_FADV_DONTNEED);
		(void)posix_fadvise(opened.fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	}
	*f = opened;
	return STATUS_OK;
}

/* The file or part, opened now or before. */
static enum status use_file(struct cargo *c, uint32_t file, unsigned part,
			    struct open_file **out, struct err *err)
{
	struct open_file *f = &c->open[0];

	for (unsigned i = 0; i < OPEN_MAX; i++) {
		struct open_file *other = &c->open[i];

		if (other->used > 0 && other->file == file &&
		    other->part == part) {
			f = other;
			break;
		}
		if (other->used < f->used)
			f = other;
	}
	if ((f->used == 0 || f->file != file || f->part != part) &&
	    open_file(c, f, file, part, err) != STATUS_OK)
		return err->status;
	f->used = ++c->reads;
	*out = f;
	return STATUS_OK;
}

/* How far ahead to ask, from how fast it went so far. */
static uint64_t reach(struct cargo *c, uint64_t more)
{
	struct timespec now;
	uint64_t ahead;
	int64_t ms;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	if (c->read_bytes == 0)
		c->began = now;
	ms = (int64_t)(now.tv_sec - c->began.tv_sec) * 1000 +
	     (now.tv_nsec - c->began.tv_nsec) / 1000000;
	ahead = c->read_bytes * 250 / (uint64_t)(ms + 50);
	c->read_bytes += more;
	return ahead > AHEAD	   ? AHEAD :
	       ahead < AHEAD_LEAST ? AHEAD_LEAST :
				     ahead;
}

/* Tell the system what will be read, and what will not be again. */
static void advise(struct cargo *c, struct open_file *f, uint64_t from,
		   uint64_t to)
{
	bool goes_on = from == f->next;
	uint64_t ahead = reach(c, to - from);

	f->next = to;
	if (!goes_on) {
		f->ahead = f->kept = to;
		return;
	}
	if (f->ahead < to)
		f->ahead = to;
	if (f->ahead - to <= ahead - ahead / 4 && f->ahead < f->size) {
		(void)posix_fadvise(f->fd, (off_t)f->ahead,
				    (off_t)(to + ahead - f->ahead),
				    POSIX_FADV_WILLNEED);
		f->ahead = to + ahead;
	}
	if (from - f->kept >= BEHIND) {
		(void)posix_fadvise(f->fd, (off_t)f->kept,
				    (off_t)(from - f->kept),
				    POSIX_FADV_DONTNEED);
		f->kept = from;
	}
}

/* 0, an errno, or ENODATA when the file has become shorter. */
static int read_at(int fd, uint64_t offset, uint8_t *data, uint32_t size)
{
	for (uint32_t got = 0; got < size;) {
		ssize_t n = pread(fd, data + got, size - got,
				  (off_t)(offset + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? errno : ENODATA;
		got += (uint32_t)n;
	}
	return 0;
}

enum status cargo_read(void *cargo, uint32_t piece, uint8_t *data,
		       struct err *err)
{
	struct cargo *c = cargo;
	const struct metainfo *mi = c->berth.mi;
	struct metainfo_piece at = metainfo_piece(mi, piece);
	const struct metainfo_file *file = &mi->files[at.file];
	unsigned part = 0;
	struct open_file *f = NULL;
	int error;

	/* A part ends where a piece does: it is a multiple of every length. */
	if (berth_parts(&c->berth, file->length) > 1) {
		part = (unsigned)(at.offset / c->berth.part_bytes);
		at.offset -= part * c->berth.part_bytes;
	}
	if (use_file(c, at.file, part, &f, err) != STATUS_OK)
		return err->status;
	if (f->fd < 0 || f->size < at.offset + at.length)
		return err_set(err, STATUS_NOT_FOUND, "'%s' is not all there",
			       file->path);
	if (!c->seeks)
		advise(c, f, at.offset, at.offset + at.length);
	error = read_at(f->fd, at.offset, data, at.length);
	if (error == ENODATA)
		return err_set(err, STATUS_NOT_FOUND, "'%s' has become shorter",
			       file->path);
	if (error == 0)
		return STATUS_OK;
	(void)mount_fail(c->berth.m, file->path, error, err);
	return berth_failed(c->berth.m, err);
}
