/* A scan in order of the files, piece by piece. What is a hole on disk is not
 * read: its hash is that of as many zeros. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/merkle.h"
#include "node/payload.h"
#include "node/payload_walk.h"

struct scan {
	const struct metainfo *mi;
	const struct payload_check *check;
	uint8_t *have;
	struct merkle *hasher;
	uint8_t *block; /* of a piece */
	uint64_t done, total, told;

	/* The file at hand. */
	int fd;
	uint64_t size;
	uint64_t data, data_end; /* an extent that is no hole, once known */

	/* A whole piece of zeros, once needed. */
	bool has_zero_hash;
	uint8_t zero_hash[32];
};

static bool is_asked(const struct scan *s, uint32_t piece)
{
	return s->check->only == NULL || havemap_has(s->check->only, piece);
}

static bool is_cancelled(const struct scan *s)
{
	return s->check->cancel != NULL && atomic_load(s->check->cancel);
}

static void tell(struct scan *s, uint64_t more)
{
	enum { STEP = 8 << 20 };

	s->done += more;
	if (s->check->progress == NULL ||
	    (s->done - s->told < STEP && s->done < s->total))
		return;
	s->told = s->done;
	s->check->progress(s->check->owner, s->done, s->total);
}

/* Is [from, to) all hole? File systems that know none say all is data. */
static bool is_hole(struct scan *s, uint64_t from, uint64_t to)
{
	off_t at;

	if (from >= s->data_end) {
		at = lseek(s->fd, (off_t)from, SEEK_DATA);
		s->data = at >= 0     ? (uint64_t)at :
			  errno == ENXIO ? UINT64_MAX :
					   from;
		s->data_end = UINT64_MAX;
		if (at >= 0) {
			at = lseek(s->fd, at, SEEK_HOLE);
			s->data_end = at >= 0 ? (uint64_t)at : UINT64_MAX;
		}
	}
	return s->data >= to;
}

static bool zeros_match(struct scan *s, const struct metainfo_piece *at)
{
	uint8_t hash[32];

	if (at->length == s->mi->piece_length && s->has_zero_hash)
		return memcmp(s->zero_hash, at->hash, 32) == 0;
	memset(s->block, 0, at->length);
	merkle_piece(s->hasher, s->block, at->length, at->leaves, hash);
	if (at->length == s->mi->piece_length) {
		memcpy(s->zero_hash, hash, 32);
		s->has_zero_hash = true;
	}
	return memcmp(hash, at->hash, 32) == 0;
}

/* True when all of it could be read. What the disk cannot read any more is
 * not there: written anew, the disk puts it elsewhere. */
static bool read_piece(struct scan *s, const struct metainfo_piece *at)
{
	uint32_t got = 0;

	while (got < at->length) {
		ssize_t n = pread(s->fd, s->block + got, at->length - got,
				  (off_t)(at->offset + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		got += (uint32_t)n;
	}
	/* What was read once is not wanted in memory. */
	(void)posix_fadvise(s->fd, (off_t)at->offset, (off_t)got,
			    POSIX_FADV_DONTNEED);
	return got == at->length;
}

static void scan_piece(struct scan *s, uint32_t piece)
{
	struct metainfo_piece at = metainfo_piece(s->mi, piece);
	const struct metainfo_file *file = &s->mi->files[at.file];
	bool last = at.offset + at.length == file->length, good = false;
	uint8_t hash[32];

	if (s->fd < 0 || at.offset + at.length > s->size ||
	    (last && s->size != file->length)) {
		good = false;
	} else if (is_hole(s, at.offset, at.offset + at.length)) {
		good = zeros_match(s, &at);
	} else if (read_piece(s, &at)) {
		merkle_piece(s->hasher, s->block, at.length, at.leaves, hash);
		good = memcmp(hash, at.hash, sizeof(hash)) == 0;
	}
	if (good)
		havemap_set(s->have, piece);
	else
		havemap_unset(s->have, piece);
	tell(s, at.length);
}

/* Open a file for scanning; one that is not there, or is no file, is -1. */
static enum status open_file(struct scan *s, int top,
			     const struct metainfo_file *file, struct err *err)
{
	struct stat st;

	s->data = s->data_end = 0;
	s->size = 0;
	s->fd = top < 0 ? -1 : payload_walk_file(top, file->path, PAYLOAD_READ);
	if (s->fd < 0) {
		if (top < 0 || errno == ENOENT || errno == ELOOP ||
		    errno == ENOTDIR)
			return STATUS_OK;
		return payload_walk_error(err, file->path, errno);
	}
	if (fstat(s->fd, &st) == 0)
		s->size = (uint64_t)st.st_size;
	(void)posix_fadvise(s->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return STATUS_OK;
}

static enum status scan_file(struct scan *s, int top,
			     const struct metainfo_file *file, struct err *err)
{
	enum status status = STATUS_OK;
	uint32_t end = file->first_piece + file->pieces;
	uint32_t piece = file->first_piece;

	while (piece < end && !is_asked(s, piece))
		piece++;
	if (piece == end)
		return STATUS_OK;
	status = open_file(s, top, file, err);
	for (; piece < end && status == STATUS_OK; piece++) {
		if (is_cancelled(s))
			status = err_set(err, STATUS_CANCELLED, "cancelled");
		else if (is_asked(s, piece))
			scan_piece(s, piece);
	}
	if (s->fd >= 0)
		(void)close(s->fd);
	return status;
}

static uint64_t bytes_asked(const struct scan *s)
{
	uint64_t total = 0;

	if (s->check->only == NULL)
		return s->mi->total;
	for (uint32_t i = 0; i < s->mi->pieces; i++)
		if (is_asked(s, i))
			total += metainfo_piece(s->mi, i).length;
	return total;
}

enum status payload_verify(const char *dir, const struct metainfo *mi,
			   const struct payload_check *check, uint8_t *have,
			   struct err *err)
{
	static const struct payload_check all = { .only = NULL };
	struct scan s = { .mi = mi, .have = have, .fd = -1 };
	enum status status = STATUS_OK;
	int top;

	s.check = check == NULL ? &all : check;
	s.total = bytes_asked(&s);
	top = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (top < 0 && errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
		return payload_walk_error(err, dir, errno);
	s.hasher = merkle_new();
	s.block = malloc(mi->piece_length);
	if (s.hasher == NULL || s.block == NULL)
		status = err_set(err, STATUS_NO_MEMORY, "out of memory");
	for (uint32_t i = 0; i < mi->file_count && status == STATUS_OK; i++)
		status = scan_file(&s, top, &mi->files[i], err);
	merkle_free(s.hasher);
	free(s.block);
	if (top >= 0)
		(void)close(top);
	return status;
}
